"""The short ways in: one log or one file, without a ``study.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from coproduce.errors import EstimationError, Fault, RecordsError, StudyError, nearest
from coproduce.findings import Finding
from coproduce.records.engine import Progress
from coproduce.records.readers.frames import NAME as IN_MEMORY
from coproduce.records.settings import FILE, EventsSettings, Head, validated
from coproduce.records.study import Study

Patterns = str | Iterable[str]


def audit(
    events: object,
    *,
    citizen: Patterns = (),
    professional: Patterns = (),
    system: Patterns = (),
    columns: Mapping[str, str] | None = None,
    groups: Patterns = (),
    small_numbers: int = 5,
    title: str | None = None,
    reading: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    engine: str = "duckdb",
    **settings: Any,
) -> Finding:
    """Find where citizens already produce a service, from its event log.

    Parameters
    ----------
    events
        A path (CSV, Parquet, XES, OCEL …), a pandas, polars or pyarrow table, or a DuckDB relation; one row an event.
    citizen, professional, system
        The activities that are that side's, each a name or a pattern with ``*`` and ``?``; the rest is the
        organisation's, unless the log has a column `side`.
    columns
        Coproduce's name of a column -> the log's own, where they differ.
    groups
        The columns by which burdens are compared.
    small_numbers
        Counts below it are hidden; 0 hides nothing.
    title
        The title of the study; the file's name where left out.
    reading
        How the file is read, as in ``[records.events]``: `delimiter`, `encoding`, `time_format`, `object_type` …
    progress
        Is told what is being done, step by step.
    engine
        What counts: ``duckdb``, ``spark`` (on this machine), or ``spark://host:port`` (the master of a cluster).
    **settings
        Settings of the question, as in ``[questions.audit]``: `complete` (the activities with which a case is
        complete; every case is where left out), `noise`, `sequence`.

    Returns
    -------
    Finding
        The audit, with small numbers hidden.

    Raises
    ------
    StudyError
        If a setting is unknown or wrong.
    RecordsError
        If the log is wrong; every fault at once.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = pa.table(
    ...     {
    ...         "case_id": ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"],
    ...         "activity": ["Ask", "Pay"] * 5,
    ...         "occurred_at": [f"2026-01-{day:02}" for day in range(1, 11)],
    ...     }
    ... )
    >>> audit(log, citizen="Pay").estimate("citizen_event_share").value
    0.5
    """
    study = log_study(
        events,
        side={"citizen": citizen, "professional": professional, "system": system},
        columns=columns or {},
        groups=groups,
        small_numbers=small_numbers,
        title=title,
        reading=reading or {},
        settings={name: _listed(value) if name == "complete" else value for name, value in settings.items()},
    )
    return _finding(study, "audit", progress=progress, engine=engine)


def log_study(
    events: object,
    *,
    side: Mapping[str, Patterns],
    columns: Mapping[str, str],
    groups: Patterns,
    small_numbers: int,
    title: str | None,
    reading: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> Study:
    """The study that consists of one event log: the short way in, without a ``study.toml``.

    Parameters
    ----------
    events, columns, groups, small_numbers, title, reading
        As in `audit`.
    side
        Side -> the activities that are that side's.
    settings
        The settings of the audit.

    Returns
    -------
    Study
        A study whose folder is the log's own.

    Raises
    ------
    StudyError
        If a setting is unknown or wrong.
    """
    path = _path(events)
    table = {
        **reading,
        "path": path.name if path else "(in memory)",
        "columns": columns,
        "side": {name: {"activity": _listed(patterns)} for name, patterns in side.items() if patterns},
    }
    head = {
        "title": title or (path.name if path else "An event log"),
        "service": "as its event log records it",
        "groups": _listed(groups),
        "small_numbers": small_numbers,
    }
    return Study(
        head=validated(Head, head, file="audit"),
        folder=path.parent if path else Path(),
        tables={"events": validated(EventsSettings, table, file="audit")},
        frames={} if path else {"events": events},
        questions={"audit": settings},
    )


def effects(
    data: object,
    *,
    groups: Patterns = (),
    small_numbers: int = 5,
    title: str | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Finding:
    """Estimate whether something works, for whom, from one analysis-ready table.

    Parameters
    ----------
    data
        A path (CSV or Parquet), or a pandas, polars or pyarrow table.
    groups
        The columns of the subgroups that were named beforehand.
    small_numbers
        Counts below it are hidden; 0 hides nothing.
    title
        The title of the study; the file's name where left out.
    progress
        Is told what is being done, step by step.
    **settings
        Settings of the block, as in ``[questions.effects.<name>]``: `design`, `outcome`, `arm`, `control` …

    Returns
    -------
    Finding
        The effect, with small numbers hidden.

    Raises
    ------
    StudyError
        If a setting is unknown or wrong.
    RecordsError
        If the table is wrong; every fault at once.
    EstimationError
        If the design's method cannot answer from it.

    Examples
    --------
    >>> effects("trial.csv", design="randomised", outcome="got", arm="any", control=0)  # doctest: +SKIP
    """
    settings |= {"groups": _listed(groups)} if groups else {}
    return _block(
        "effects", data, settings=settings, small_numbers=small_numbers, title=title, progress=progress
    )


def determinants(
    data: object,
    *,
    conditions: Patterns,
    outcome: str,
    title: str | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Finding:
    """Find which combinations of conditions make an outcome come about, by qualitative comparative analysis.

    Parameters
    ----------
    data
        A path (CSV or Parquet), or a pandas, polars or pyarrow table; one row a case.
    conditions, outcome
        Its columns.
    title
        The title of the study; the file's name where left out.
    progress
        Is told what is being done, step by step.
    **settings
        Settings of the block, as in ``[questions.determinants.<name>]``: `case_id`, `calibrate`, `inclusion` …

    Returns
    -------
    Finding
        The solutions and how well they fit.

    Raises
    ------
    StudyError
        If a setting is unknown or wrong.
    RecordsError
        If the table is wrong; every fault at once.
    EstimationError
        If there is nothing to compare.

    Examples
    --------
    >>> determinants("cases.csv", conditions=["DEV", "STB"], outcome="SURV")  # doctest: +SKIP
    """
    settings |= {"conditions": _listed(conditions), "outcome": outcome}
    return _block("determinants", data, settings=settings, small_numbers=0, title=title, progress=progress)


def synthesis(
    data: object, *, title: str | None = None, progress: Progress | None = None, **settings: Any
) -> Finding:
    """Pool what all studies found, by meta-analysis.

    Parameters
    ----------
    data
        A path (CSV or Parquet), or a pandas, polars or pyarrow table; one row an effect.
    title
        The title of the study; the file's name where left out.
    progress
        Is told what is being done, step by step.
    **settings
        Settings of the block, as in ``[questions.synthesis.<name>]``: `study`, `effect`, `variance` or `se`, `measure`,
        `estimator`, `test`, `moderators` …

    Returns
    -------
    Finding
        The pooled effect, how much it differs between places, and what may be missing.

    Raises
    ------
    StudyError
        If a setting is unknown or wrong.
    RecordsError
        If the table is wrong; every fault at once.
    EstimationError
        If there is nothing to pool.

    Examples
    --------
    >>> synthesis("studies.csv", study="study", effect="yi", variance="vi")  # doctest: +SKIP
    """
    return _block("synthesis", data, settings=settings, small_numbers=0, title=title, progress=progress)


def _block(
    question: str,
    data: object,
    *,
    settings: Mapping[str, Any],
    small_numbers: int,
    title: str | None,
    progress: Progress | None,
) -> Finding:
    """The finding of one block over one table."""
    path = _path(data)
    name = path.name if path else IN_MEMORY
    block = re.sub(r"\W+", "_", name.partition(".")[0]).strip("_")[:60] or "table"
    head = {
        "title": title or (name if path else "A table"),
        "service": "as its table records it",
        "small_numbers": small_numbers,
    }
    study = Study(
        head=validated(Head, head, file=question),
        folder=path.parent if path else Path(),
        tables={},
        frames={} if path else {name: data},
        questions={question: {block: {**settings, "data": name}}},
    )
    return _finding(study, f"{question}.{block}", progress=progress)


def _finding(study: Study, name: str, *, progress: Progress | None, engine: str = "duckdb") -> Finding:
    """The one finding of a study that asks one thing; a refusal is raised."""
    from coproduce.runner import run

    with called(name.partition(".")[0]):
        findings = run(study, only=(name,), progress=progress, engine=engine)
    for unanswered in findings.unanswered:
        method, _, seen = (unanswered.reason or f"{name}: too little to answer it").partition(": ")
        raise EstimationError(method, seen=seen, may_help=" or ".join(unanswered.needs))
    return findings.finding(name)


@contextmanager
def called(name: str) -> Iterator[None]:
    """Turn the faults of a ``study.toml`` that nobody wrote into faults of the call that stands for it.

    Examples
    --------
    >>> with called("audit"):
    ...     raise StudyError(Fault(file="study.toml", rule="known", found="nois", wanted="noise"))
    Traceback (most recent call last):
    coproduce.errors.StudyError: audit: found 'nois', wanted noise
    """
    try:
        yield
    except (StudyError, RecordsError) as error:
        faults = (replace(fault, file=name) if fault.file == FILE else fault for fault in error.faults)
        raise type(error)(*faults) from None


def _path(given: object) -> Path | None:
    """The path that was given, where something is there; None where it is a table in memory."""
    if not isinstance(given, str | Path):
        return None
    try:
        path = Path(given).resolve()
    except (OSError, ValueError, RuntimeError):  # no path at all: a NUL in it, a link to itself
        raise StudyError(Fault(file="data", rule="path", found=str(given), wanted="a path")) from None
    if not path.exists() and not set(path.name) & set("*?"):
        near = nearest(path.name, [entry.name for entry in path.parent.glob("*")])
        raise StudyError(
            Fault(
                file=str(given), rule="exists", found="no such file", wanted="a file that is there", hint=near
            )
        )
    return path


def _listed(patterns: Patterns) -> list[str]:
    """One name as a list of one; what is no list is left to the settings to refuse."""
    return [patterns] if isinstance(patterns, str) or not isinstance(patterns, Iterable) else list(patterns)

"""Ask a study its questions: read the records, answer, hide small numbers, write what was found."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from coproduce._version import __version__
from coproduce.errors import Fault, StudyError, nearest
from coproduce.findings import Finding, Findings, InputFile, StudyLabel, Unanswered
from coproduce.findings.disclosure import disclosed
from coproduce.findings.files import write_findings
from coproduce.questions import QUESTIONS, Question
from coproduce.records.check import check_records
from coproduce.records.engine import Engine, Progress
from coproduce.records.opening import Records, open_records
from coproduce.records.settings import EventsSettings, Head, Settings, validated
from coproduce.records.study import Study

Patterns = str | Iterable[str]


def run(
    study: Study,
    *,
    only: Collection[str] | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Findings:
    """Ask a study every question for which it has the records.

    Parameters
    ----------
    study
        The study, from `read_study`.
    only
        The questions to ask; all of them where left out.
    out
        The folder to write ``findings.json``, ``report.html``, ``tables/`` and ``figures/`` to; nothing is written
        where left out.
    progress
        Is told what is being done, step by step.
    engine
        The engine to use; one of its own where left out.

    Returns
    -------
    Findings
        What was found, and which questions could not be answered for want of what.

    Raises
    ------
    StudyError
        If a setting is wrong; every fault at once.
    RecordsError
        If the records are wrong; every fault of every table at once.

    Examples
    --------
    >>> import coproduce as cp
    >>> study = cp.read_study("examples/library")  # doctest: +SKIP
    >>> cp.run(study).finding("audit").answer  # doctest: +SKIP
    """
    settings = _settings(study, only=only)
    needed = {
        table for name in settings for needs in QUESTIONS[name].needs for table in needs if study.has(table)
    }
    with _session(engine, progress) as session:
        records = open_records(study, session, only=needed)
        answers = tuple(
            answer
            for name, setting in settings.items()
            for answer in _ask(QUESTIONS[name], records, (name, setting))
        )
    findings = Findings(
        coproduce=__version__,
        study=StudyLabel(
            title=study.head.title,
            service=study.head.service,
            simulated=study.head.simulated,
            small_numbers=study.head.small_numbers,
        ),
        inputs={
            name: InputFile(rows=table.rows, sha256=table.sha256) for name, table in records.tables.items()
        },
        findings=tuple(
            disclosed(answer, small_numbers=study.head.small_numbers)
            for answer in answers
            if isinstance(answer, Finding)
        ),
        unanswered=tuple(answer for answer in answers if isinstance(answer, Unanswered)),
    )
    if out is not None:
        write(findings, Path(out), progress=progress)
    return findings


def _session(engine: Engine | None, progress: Progress | None) -> AbstractContextManager[Engine]:
    return nullcontext(engine) if engine is not None else Engine(progress=progress)


def _ask(question: Question, records: Records, named: tuple[str, Settings]) -> Iterable[Finding | Unanswered]:
    name, settings = named
    if not any(all(records.has(table) for table in needs) for needs in question.needs):
        return (Unanswered(question=name, needs=tuple(" and ".join(needs) for needs in question.needs)),)
    started = time.perf_counter()
    answers = question.answer(records, settings)
    seconds = time.perf_counter() - started
    return tuple(
        answer.model_copy(update={"seconds": seconds}) if isinstance(answer, Finding) else answer
        for answer in answers
    )


def _settings(study: Study, *, only: Collection[str] | None) -> Mapping[str, Settings]:
    """The settings of each question that is asked, valid; every fault of them at once."""
    faults = [
        Fault(
            file="study.toml" if name in study.questions else "--only",
            place=f"questions.{name}",
            rule="known",
            found=name,
            wanted="one of the questions: " + ", ".join(QUESTIONS),
            hint=nearest(name, QUESTIONS),
        )
        for name in dict.fromkeys((*study.questions, *(only or ())))
        if name not in QUESTIONS
    ]
    found: dict[str, Settings] = {}
    for name, question in QUESTIONS.items():
        try:
            found[name] = validated(question.settings, study.questions.get(name, {}), at=("questions", name))
        except StudyError as error:
            faults += error.faults
    if faults:
        raise StudyError(*faults)
    return {name: settings for name, settings in found.items() if only is None or name in only}


def check(study: Study, *, progress: Progress | None = None) -> tuple[Fault, ...]:
    """Every fault of a study's settings and of all its tables.

    Examples
    --------
    >>> import coproduce as cp
    >>> check(cp.read_study("examples/library"))  # doctest: +SKIP
    ()
    """
    try:
        _settings(study, only=None)
        faults: tuple[Fault, ...] = ()
    except StudyError as error:
        faults = error.faults
    with Engine(progress=progress) as engine:
        return (*faults, *check_records(study, engine))


def write(findings: Findings, folder: Path, *, progress: Progress | None = None) -> None:
    """Write ``findings.json``, ``report.html``, ``tables/*.csv`` and ``figures/*.svg`` to a folder."""
    from coproduce.reports.charts import figures  # charts take a second to load; answers need none
    from coproduce.reports.pages import report_html

    tell = progress or str
    tell("writing the tables")
    write_findings(findings, folder)
    tell("drawing the figures")
    drawn = {finding.id: figures(finding) for finding in findings.findings}
    (folder / "figures").mkdir(exist_ok=True)
    for name, found in drawn.items():
        for figure in found:
            _write_text(folder / "figures" / f"{name}.{figure.name}.svg", figure.svg)
    tell("writing the report")
    _write_text(folder / "report.html", report_html(findings, drawn=drawn))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


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
    return run(study, only=("audit",), progress=progress).finding("audit")


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
    path = Path(events).resolve() if isinstance(events, str | Path) else None
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


def _listed(patterns: Patterns) -> list[str]:
    return [patterns] if isinstance(patterns, str) else list(patterns)

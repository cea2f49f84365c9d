"""Ask a study its questions: read the records, answer, hide small numbers, write what was found."""

from __future__ import annotations

import platform
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from coproduce._version import __version__
from coproduce.errors import Fault, RecordsError, StudyError
from coproduce.findings import Finding, Findings, InputFile, PlanLabel, StudyLabel, Unanswered
from coproduce.findings.disclosure import disclosed
from coproduce.findings.files import write_findings, write_times
from coproduce.methods.parallel import one_thread
from coproduce.records.check import check_records
from coproduce.records.engine import Engine, Progress, open_engine
from coproduce.records.opening import Records, open_records
from coproduce.records.plan import settings_of
from coproduce.records.study import Study
from coproduce.runner.asking import answers, asked, loaded, tables_needed
from coproduce.runner.short_ways import audit, determinants, effects, synthesis

__all__ = ["audit", "check", "determinants", "effects", "run", "synthesis", "write"]

COUNTING = ("duckdb", "numpy", "scipy", "statsmodels", "diff-diff")
"""The libraries whose versions may move the last digits of a number."""


def run(
    study: Study,
    *,
    only: Collection[str] | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    engine: Engine | str = "duckdb",
) -> Findings:
    """Ask a study every question for which it has the records.

    Parameters
    ----------
    study
        The study, from `read_study`.
    only
        The questions to ask; all of them where left out.
    out
        The folder to write ``findings.json``, ``report.html``, ``tables/`` and ``figures/`` to, and ``times.json``:
        when it ran and how long each question took, which alone differs from run to run. Nothing is written where
        left out.
    progress
        Is told what is being done, step by step.
    engine
        What counts: ``duckdb``, ``spark`` (on this machine), ``spark://host:port`` (the master of a cluster), or an
        engine that is open already.

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
    started_at, seconds = datetime.now(UTC), dict[str, float]()
    named = asked(study, only=only)
    plan = _plan(study)
    with _opened(engine, progress) as session, one_thread():
        records = open_records(study, session, only=tables_needed(study, named))
        found = tuple(answers(records, loaded(records, named), seconds=seconds))
        counted_by = made_with(session)
    findings = Findings(
        coproduce=__version__,
        made_with=counted_by,
        study=StudyLabel(
            title=study.head.title,
            service=study.head.service,
            simulated=study.head.simulated,
            small_numbers=study.head.small_numbers,
        ),
        settings=settings_of(study),
        only=None if only is None else tuple(sorted({only} if isinstance(only, str) else {*only})),
        inputs=_inputs(records),
        plan=plan,
        findings=tuple(
            disclosed(answer, small_numbers=study.head.small_numbers)
            for answer in sorted(found, key=_harm_first)
            if isinstance(answer, Finding)
        ),
        unanswered=tuple(answer for answer in found if isinstance(answer, Unanswered)),
    )
    if out is not None:
        write(findings, Path(out), progress=progress)
        write_times(Path(out), started_at=started_at, seconds=seconds)
    return findings


def _plan(study: Study) -> PlanLabel:
    plan = study.plan()
    if plan is None:
        return PlanLabel()
    return PlanLabel(
        frozen=True,
        frozen_at=plan.frozen_at,
        sha256=plan.sha256,
        seen=plan.seen,
        deviations=plan.deviations,
    )


def made_with(engine: Engine) -> dict[str, str]:
    """The machine, the engine and the libraries that count, with their versions."""
    found = {
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "engine": "duckdb" if engine.local is engine else "spark",
    }
    return found | {name: version(name) for name in COUNTING}


def _opened(engine: Engine | str, progress: Progress | None) -> AbstractContextManager[Engine]:
    return nullcontext(engine) if isinstance(engine, Engine) else open_engine(engine, progress=progress)


def _harm_first(answer: Finding | Unanswered) -> bool:
    """Harm leads whatever else was found; within each part the order of the questions stays."""
    return not (isinstance(answer, Finding) and answer.verdict in ("harms", "alarm"))


def _inputs(records: Records) -> dict[str, InputFile]:
    """What was read: the study's tables, and the analysts' own files."""
    tables = {name: InputFile(rows=table.rows, sha256=table.sha256) for name, table in records.tables.items()}
    return tables | {
        data.file: InputFile(rows=data.rows, sha256=data.sha256) for data in records.data.values()
    }


def check(
    study: Study, *, progress: Progress | None = None, engine: Engine | str = "duckdb"
) -> tuple[Fault, ...]:
    """Every fault of a study's settings, of all its tables, and of the files that its questions read.

    Raises
    ------
    PlanError
        If nothing else is wrong, and ``plan.lock`` is not what was frozen.

    Examples
    --------
    >>> import coproduce as cp
    >>> check(cp.read_study("examples/library"))  # doctest: +SKIP
    ()
    """
    with _opened(engine, progress) as session:
        try:
            named = asked(study, only=None)
            faults: tuple[Fault, ...] = ()
        except StudyError as error:
            named, faults = {}, error.faults
        faults = (*faults, *check_records(study, session))
        if not faults:
            study.plan()
            try:
                loaded(open_records(study, session, only=tables_needed(study, named)), named)
            except (StudyError, RecordsError) as error:
                faults = error.faults
    return faults


def write(findings: Findings, folder: Path, *, progress: Progress | None = None) -> None:
    """Write ``findings.json``, ``report.html``, ``tables/*.csv`` and ``figures/*.svg`` to a folder.

    The same findings give the same files, to the byte.
    """
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

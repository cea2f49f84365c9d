"""The short way in: the audit of one log, without a study folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from coproduce.cli.output import EngineName, Json, Many, Out, show, steps

Column = Annotated[str | None, Parameter(help="The log's name of that column, where it is not a usual one.")]
Written = Annotated[str | None, Parameter(help="How a CSV is written, where that cannot be told.")]


def audit(
    log: Path,
    *,
    citizen: Many = None,
    system: Many = None,
    professional: Many = None,
    complete: Many = None,
    group: Many = None,
    case_id: Column = None,
    activity: Column = None,
    occurred_at: Column = None,
    actor: Column = None,
    sequence: Column = None,
    started_at: Column = None,
    minutes: Column = None,
    side: Column = None,
    noise: float | None = None,
    delimiter: Written = None,
    encoding: Written = None,
    time_format: Written = None,
    object_type: str | None = None,
    table: str | None = None,
    small_numbers: int = 5,
    title: str | None = None,
    engine: EngineName = "duckdb",
    out: Out = None,
    json_: Json = False,
) -> int:
    """Find where citizens already produce a service, straight from an event log.

    Parameters
    ----------
    log
        CSV, Parquet, XES, OCEL 2.0 or SQLite; .gz where it fits.
    citizen
        An activity that is the citizen's, `*` and `?` allowed; may be given several times.
    system
        An activity that a machine does; likewise.
    professional
        An activity of the frontline professional; likewise. The rest is the organisation's.
    complete
        An activity with which a case is complete; likewise. Every case is complete where left out.
    group
        A column by which burdens are compared; likewise.
    case_id, activity, occurred_at, actor, sequence, started_at, minutes, side
        The log's name of that column, where it is not a usual one.
    noise
        The share of cases that an edge of the map must have to count (0.01).
    delimiter, encoding, time_format
        How a CSV is written, where that cannot be told.
    object_type
        The objects of an OCEL log that are the cases.
    table
        The table of a SQLite file.
    small_numbers
        Counts below this are hidden; 0 hides nothing.
    title
        The title of the report.
    engine
        What counts: `duckdb`, `spark` (on this machine), or `spark://host:port` (the master of a cluster).
    out
        The folder for findings.json, report.html, tables and figures; nothing is written where left out.

    Examples
    --------
    `coproduce audit log.csv --citizen Payment --citizen "Send Appeal*" --out report`

    `coproduce audit log.xes.gz --citizen Payment --json`
    """
    from coproduce.runner import run as run_study
    from coproduce.runner.short_ways import called, log_study

    study = log_study(
        log,
        side={"citizen": citizen or (), "professional": professional or (), "system": system or ()},
        columns=_given(
            case_id=case_id,
            activity=activity,
            occurred_at=occurred_at,
            actor=actor,
            sequence=sequence,
            started_at=started_at,
            minutes=minutes,
            side=side,
        ),
        groups=group or (),
        small_numbers=small_numbers,
        title=title,
        reading=_given(
            delimiter=delimiter,
            encoding=encoding,
            time_format=time_format,
            object_type=object_type,
            table=table,
        ),
        settings=_given(complete=complete, noise=noise),
    )
    with called("audit"), steps() as tell:
        findings = run_study(study, only=("audit",), out=out, progress=tell, engine=engine)
    return show(findings, out=out, as_json=json_)


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}

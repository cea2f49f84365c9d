"""Commands on a study folder: make one, check it, run it, export it, simulate one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from coproduce.cli.output import EngineName, Json, Many, Out, must_be_free, print_json, say, show, steps
from coproduce.errors import DOES_NOT_HOLD, EstimationError, RecordsError, StudyError


def init(folder: Path) -> int:
    """Make a study folder that works at once, to be filled with your own records.

    Parameters
    ----------
    folder
        A folder that is not there yet, or empty.

    Examples
    --------
    `coproduce init my-study && coproduce run my-study`
    """
    from importlib.resources import files

    must_be_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(files("coproduce.starter").iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and not entry.name.startswith("__"):
            (folder / entry.name).write_text(entry.read_text(encoding="utf-8"), encoding="utf-8")
    say(f"{folder} is a study now. Next: coproduce check {folder}; coproduce run {folder}")
    return 0


def check(study: Path, *, engine: EngineName = "duckdb", json_: Json = False) -> int:
    """Look through a study and tell every fault of every table at once.

    Parameters
    ----------
    study
        The folder that holds study.toml.
    engine
        What counts: `duckdb`, `spark` (on this machine), or `spark://host:port` (the master of a cluster).

    Examples
    --------
    `coproduce check my-study`
    """
    from coproduce.records.study import read_study
    from coproduce.runner import check as check_study

    with steps() as tell:
        faults = check_study(read_study(study), engine=engine, progress=tell)
    if faults:
        raise (StudyError if all(fault.file == "study.toml" for fault in faults) else RecordsError)(*faults)
    if json_:
        print_json({"faults": []})
    else:
        say(f"{study}: no faults.")
    return 0


def run(
    study: Path, *, only: Many = None, engine: EngineName = "duckdb", out: Out = None, json_: Json = False
) -> int:
    """Ask a study every question for which it has the records, and write the report.

    Parameters
    ----------
    study
        The folder that holds study.toml.
    only
        A question, or a block of one such as effects.results; may be given several times. All are asked where left
        out.
    engine
        What counts: `duckdb`, `spark` (on this machine), or `spark://host:port` (the master of a cluster).
    out
        The folder for findings.json, report.html, tables and figures; `results` in the study where left out.

    Examples
    --------
    `coproduce run my-study`

    `coproduce run my-study --only audit --out report`

    `coproduce run my-study --engine spark://master:7077`
    """
    from coproduce.records.study import read_study
    from coproduce.runner import run as run_study

    folder = out or study / "results"
    with steps() as tell:
        findings = run_study(read_study(study), only=only, out=folder, progress=tell, engine=engine)
    show(findings, out=folder, as_json=json_)
    refused = any(unanswered.reason for unanswered in findings.unanswered)
    return EstimationError.exit_code if refused else 0


def verify(
    study: Path,
    findings: Path,
    *,
    engine: EngineName = "duckdb",
    out: Annotated[Path | None, Parameter(help="The file to write the statement to: .html or .md.")] = None,
    by: str | None = None,
    json_: Json = False,
) -> int:
    """Make published findings again from a study's records, and say of each whether it holds.

    Parameters
    ----------
    study
        The folder that holds study.toml and the records.
    findings
        The findings.json.
    engine
        What counts: `duckdb`, `spark` (on this machine), or `spark://host:port` (the master of a cluster).
    out
        The file to write the statement to; its name ends in .html or .md.
    by
        Who states it, as it is to stand in the statement.

    Examples
    --------
    `coproduce verify my-study findings.json`

    `coproduce verify my-study findings.json --out statement.html --by "A. Auditor, Town Audit Office"`
    """
    from coproduce.reports.statement import show as show_statement
    from coproduce.reports.statement import written_as
    from coproduce.runner.verifying import verify as verify_findings

    write = None if out is None else written_as(out)
    with steps() as tell:
        statement = verify_findings(study, findings, engine=engine, progress=tell)
    if out is not None and write is not None:
        out.write_text(write(statement, by=by), encoding="utf-8", newline="\n")
    if json_:
        print_json(statement.model_dump(mode="json"))
    else:
        show_statement(statement, console=Console(), by=by)
        if out is not None:
            say(f"The statement: {out}")
    return 0 if statement.holds else DOES_NOT_HOLD


def freeze(study: Path, *, json_: Json = False) -> int:
    """Freeze the plan of a study, best before its outcomes are known; what is changed later is told as a deviation.

    Parameters
    ----------
    study
        The folder that holds study.toml. Tables that are still awaited need not be there.

    Examples
    --------
    `coproduce freeze my-study`
    """
    from coproduce.records.plan import LOCK
    from coproduce.records.plan import freeze as freeze_plan
    from coproduce.records.study import read_study
    from coproduce.runner.asking import asked

    read = read_study(study, awaited=True)
    asked(read, only=None)
    plan = freeze_plan(read)
    if json_:
        print_json(asdict(plan))
        return 0
    there = "No records were there yet." if not plan.seen else f"Already there: {', '.join(plan.seen)}."
    say(f"The plan is frozen in {study / LOCK} ({plan.frozen_at}, SHA-256 {plan.sha256}). {there}")
    return 0


def export(study: Path, *, to: Path, json_: Json = False) -> int:
    """Write a study's tables as a Data Package that is itself a study.

    Parameters
    ----------
    study
        The folder that holds study.toml.
    to
        The folder to write; it must not be there yet, or be empty.

    Examples
    --------
    `coproduce export my-study --to my-package`
    """
    from coproduce.records.package import export as export_study
    from coproduce.records.study import read_study

    with steps() as tell:
        written = export_study(read_study(study), to, progress=tell)
    if json_:
        print_json({"written": [path.name for path in written]})
    else:
        say(f"{to}: " + ", ".join(path.name for path in written))
    return 0


def simulate(folder: Path, *, seed: int = 1, cases: int = 2000, json_: Json = False) -> int:
    """Make a simulated study whose true values are known, to try things on.

    Parameters
    ----------
    folder
        A folder that is not there yet, or empty.
    seed
        The same seed gives the same study.
    cases
        How many cases the service has.

    Examples
    --------
    `coproduce simulate care --seed 7 && coproduce run care`
    """
    from coproduce.simulate import simulate as make

    must_be_free(folder)
    with steps() as tell:
        tell("simulating")
        truth = make(folder, seed=seed, cases=cases)
    if json_:
        print_json(asdict(truth))
    else:
        say(f"{folder} is a simulated study; its true values are in {folder / 'truth.json'}.")
    return 0


def drill(
    question: Literal["effects", "harms"],
    *,
    design: str = "randomised",
    effect: float = 0.3,
    units: int = 200,
    clusters: int = 0,
    alike: float = 0.05,
    periods: int = 8,
    studies: int = 200,
    seed: int = 1,
    workers: int | None = None,
    json_: Json = False,
) -> int:
    """Ask a question of many simulated studies whose truth is known: bias, coverage, power, false alarms.

    Parameters
    ----------
    question
        What is drilled.
    design
        The design, for effects: randomised, staggered, before_after_with_comparison, matched, threshold, time_series.
    effect
        The true effect in standard deviations; for harms, how much worse the treated fare.
    units
        How many units (moments, for a time series) a study has.
    clusters
        In how many clusters chance decides; 0 = for each unit alone.
    alike
        The share of the variance that lies between clusters.
    periods
        How many periods a panel has, or how often harms are looked at.
    studies
        How many are simulated with the effect, and as many without.
    seed
        The same seed gives the same drill, whatever the number of workers.
    workers
        How many processes; one for each core where left out.

    Examples
    --------
    `coproduce drill effects --units 300 --clusters 20 --effect 0.25`

    `coproduce drill harms --units 400 --periods 52 --effect 0.5`
    """
    from coproduce.drill import as_plain
    from coproduce.drill import drill as run_drill
    from coproduce.reports.drilled import show_drill
    from coproduce.simulate.trials import Size

    size = Size(units=units, clusters=clusters, alike=alike, periods=periods)
    with steps() as tell:
        found = as_plain(
            run_drill(
                question,
                design=design,
                effect=effect,
                size=size,
                studies=studies,
                seed=seed,
                workers=workers,
                progress=tell,
            )
        )
    if json_:
        print_json(found)
    else:
        show_drill(found, console=Console())
    return 0

"""Runs the demo studies, prints their answers, and says where the reports are (`make demo`).

1. A simulated neighbourhood-care service: the true values stand beside the answers.
2. Real studies: an experiment, a change in one state, irrigation systems compared, and trials put together.
3. Where real event logs are at hand (the folder that COPRODUCE_DATA names): traffic fines and environmental permits.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import determinants.prepare
import organ_donations.prepare
import synthesis.prepare
import thornton.prepare
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import coproduce as cp
from coproduce.findings import Findings
from coproduce.reports.progress import steps
from coproduce.reports.wording import not_known
from coproduce.runner import check
from coproduce.simulate import Compared, compare, coverage, simulate

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "build" / "demo"
DATA = Path(os.environ.get("COPRODUCE_DATA", HERE.parent.parent / "shared" / "data"))
SEED, CASES = 2026, 2000

TRAFFIC_FINES = """\
# De Leoni, M. and Mannhardt, F. (2015). Road traffic fine management process. 4TU.ResearchData,
# doi:10.4121/uuid:270fd440-1057-4fb9-89a9-b699b47990f5; the sample of 10,000 cases in the R package eventdataR.

[study]
title = "Road traffic fines, an Italian local police force, 2006 to 2012"
service = "traffic police"
groups = ["article"]            # the article of the traffic law that was broken

[records.events]
path = "traffic_fines_10k.csv.gz"
columns = { occurred_at = "timestamp", actor = "resource", sequence = ".order" }

[records.events.side.citizen]
activity = ["Payment", "Insert Date Appeal to Prefecture", "Send Appeal to Prefecture", "Appeal to Judge"]

# A fine is settled when it is paid or handed over to be collected. One that ends with its letter or with an appeal is
# still open: the log stops before its end.
[questions.audit]
complete = ["Payment", "Send for Credit Collection"]
"""

PERMITS = """\
# Buijs, J. C. A. M. (2014). Receipt phase of an environmental permit application process ("WABO"), CoSeLoG project.
# 4TU.ResearchData, doi:10.4121/uuid:a07386a5-7be3-4367-9535-70bc9e77dbe6.

[study]
title = "Receiving applications for environmental permits, a Dutch municipality, 2010 to 2012"
service = "environmental permits"
groups = ["case:channel"]       # how the citizen applied

[records.events]
path = "receipt.csv"

[records.events.columns]
case_id = "case:concept:name"
activity = "concept:name"
occurred_at = "time:timestamp"
actor = "org:resource"

# Every step in this log is the municipality's own, and it holds only the first phase of a case: no activity is said to
# complete one, so every case counts.
"""

REAL = {
    "thornton": ("does a small incentive make citizens come for their result?", thornton.prepare.prepare),
    "organ-donations": (
        "do more people give when they are asked to choose?",
        organ_donations.prepare.prepare,
    ),
    "irrigation": ("what lets farmers' irrigation systems last?", determinants.prepare.prepare),
    "asthma": ("do patients who manage their own care miss fewer days?", synthesis.prepare.prepare),
}
"""Real studies: what each asks, and what writes its folder."""

REAL_LOGS = {
    "traffic-fines": ("traffic_fines_10k.csv.gz", TRAFFIC_FINES),
    "permits": ("receipt.csv", PERMITS),
}

console = Console(highlight=False)


def main() -> None:
    """Make, ask and show every demo study."""
    shutil.rmtree(OUT, ignore_errors=True)
    reports = [simulated_care(), *real_studies(), *real_logs()]
    console.rule("Open these files")
    for report in reports:
        console.print(os.path.relpath(report), soft_wrap=True)


def answered(folder: Path) -> Findings:
    """Check a study, ask it all its questions, print the answers and write the report."""
    study = cp.read_study(folder)
    with steps(Console(stderr=True)) as tell:
        faults = check(study, progress=tell)
        findings = cp.run(study, out=folder / "results", progress=tell)
    console.print(
        f"\n[bold]{study.head.title}[/]\n{len(faults) or 'No'} faults in its tables: {', '.join(study.tables)}."
    )
    for finding in findings.findings:
        console.print(f"\n[bold]{escape(finding.title)}[/]\n{escape(finding.answer)}")
        console.print(
            f"How sure: {finding.grade.level.replace('_', ' ')}. {escape(' '.join(finding.grade.reasons))}"
        )
    for question in findings.unanswered:
        if question.reason:
            console.print(f"\n[bold]{question.question}[/] is not answered. {escape(not_known(question))}")
    if others := [question.question for question in findings.unanswered if not question.reason]:
        console.print(f"\nNot asked, or not to be answered from these records: {', '.join(others)}.")
    return findings


def simulated_care() -> Path:
    """The simulated service: answers with the truth beside them."""
    console.rule("1. A simulated neighbourhood-care service")
    folder = OUT / "care"
    with steps(Console(stderr=True)) as tell:
        tell("simulating")
        truth = simulate(folder, seed=SEED, cases=CASES)
    rows = compare(truth, answered(folder))
    print_numbers([row for row in rows if row.low is not None and ": " not in row.name])
    print_words([row for row in rows if isinstance(row.truth, str)])
    beside = folder / "results" / "truth-beside-answers.csv"
    write_rows(rows, beside)
    intervals = [row for row in rows if row.inside is not None and not isinstance(row.truth, str)]
    console.print(
        f"Of all {len(intervals)} intervals, {coverage(rows):.0%} hold the truth. 95 % is promised; they rest on the "
        f"same cases, so they hit and miss together.\nAll of them: {os.path.relpath(beside)}",
        soft_wrap=True,
    )
    return folder / "results" / "report.html"


def print_numbers(rows: Iterable[Compared]) -> None:
    """The answers for the whole service, beside the truth."""
    table = Table("Simulated, so known", "True", "Answer", "95 % interval", "Holds", box=box.SIMPLE)
    for row in rows:
        interval = f"{row.low:.3f} to {row.high:.3f}"
        table.add_row(
            row.name, f"{row.truth:.3f}", f"{row.answer:.3f}", interval, "yes" if row.inside else "no"
        )
    console.print(table)


def print_words(rows: Iterable[Compared]) -> None:
    """The kinds of citizens' activities, and what the conditional ones follow."""
    table = Table("Simulated, so known", "True", "Answer", box=box.SIMPLE)
    for row in rows:
        table.add_row(row.name, str(row.truth), str(row.answer))
    console.print(table)


def write_rows(rows: Iterable[Compared], path: Path) -> None:
    """Every true value beside its answer, as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "truth", "answer", "low", "high", "inside"))
        writer.writerows((row.name, row.truth, row.answer, row.low, row.high, row.inside) for row in rows)


def real_studies() -> Iterator[Path]:
    """Real studies whose records are small enough to be made here."""
    for name, (asks, prepare) in REAL.items():
        console.rule(f"2. Real: {asks}")
        folder = OUT / name
        prepare(folder)
        answered(folder)
        yield folder / "results" / "report.html"


def real_logs() -> Iterator[Path]:
    """The real event logs, where they are at hand."""
    console.rule("3. Real event logs")
    for name, (log, settings) in REAL_LOGS.items():
        source = DATA / "events" / log
        if not source.exists():
            console.print(f"COPRODUCE_DATA names no folder with events/{log}: left out.")
            continue
        folder = OUT / name
        folder.mkdir(parents=True)
        shutil.copyfile(source, folder / log)
        (folder / "study.toml").write_text(settings, encoding="utf-8", newline="\n")
        answered(folder)
        yield folder / "results" / "report.html"


if __name__ == "__main__":
    main()

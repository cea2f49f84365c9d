"""How fast the audit is, and what it takes of memory: `python benchmarks/audit.py [--events 1 10 100] [--pm4py 1]`.

Logs are generated: 8 events a case, 12 activities, resources by Zipf's law, rows in no order. Each run is a process of
its own; what is compared runs in turn in the same call, and the ratio is the median of the ratios of each turn.

- floor: a bare DuckDB query that scans the three columns that the audit reads and sorts them by case and time;
- audit: `coproduce.audit`, the whole finding;
- pm4py: read, format, variants, performance graph, hand-over of work; put into an environment of its own.

Seconds are those of the clock and, beside them, of the processors: other work on the machine stretches the first far
more than the second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

import duckdb
from results import GIB, machine, table, write

MILLION = 1_000_000

GENERATE = """
COPY (
    SELECT 'C' || lpad(CAST(i // 8 AS VARCHAR), 9, '0') AS case_id,
        'Activity ' || lpad(CAST(1 + hash(i, 1) % 12 AS VARCHAR), 2, '0') AS activity,
        TIMESTAMP '2020-01-01'
            + to_seconds(CAST((i // 8) % 1000000 * 37 + (i % 8) * 7200 + hash(i, 3) % 7200 AS BIGINT)) AS occurred_at,
        'Resource ' || CAST(floor(pow(1000, (hash(i, 5) % 1000000) / 1000000.0)) AS INTEGER) AS actor
    FROM range({events}) AS numbers(i)
    ORDER BY hash(i, 7)
) TO '{path}' (FORMAT parquet)
"""

FLOOR = """
import duckdb, sys
duckdb.connect().execute(
    "CREATE TEMP TABLE sorted AS SELECT case_id, activity, occurred_at FROM read_parquet($path)"
    " ORDER BY case_id, occurred_at", {"path": sys.argv[1]})
"""

AUDIT = """
import sys
import coproduce as cp
finding = cp.audit(sys.argv[1], citizen=["Activity 01", "Activity 02"])
print(int(finding.estimate("events").value), int(finding.estimate("cases").value))
"""

PM4PY = """
import sys
import pandas as pd, pm4py
frame = pm4py.format_dataframe(pd.read_parquet(sys.argv[1]), case_id="case_id", activity_key="activity",
                               timestamp_key="occurred_at")
frame["org:resource"] = frame["actor"]
variants = pm4py.get_variants(frame)
graph = pm4py.discover_performance_dfg(frame)
work = pm4py.discover_handover_of_work_network(frame)
print(len(frame), frame["case:concept:name"].nunique())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process: its time by the clock and on the processors, its memory, and the counts that it printed."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    counts: str


def measured(python: str, program: str, path: Path) -> Run:
    """Run a program in a process of its own and read what the operating system says of it."""
    wrapper = (
        "import json, resource, subprocess, sys, time\n"
        "begun = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=True)\n"
        "usage = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "cpu = usage.ru_utime + usage.ru_stime\n"
        "print(json.dumps([time.perf_counter() - begun, cpu, usage.ru_maxrss * 1024, done.stdout]))\n"
    )
    words = [sys.executable, "-c", wrapper, python, "-c", program, str(path)]
    seconds, cpu, peak, counts = json.loads(
        subprocess.run(words, capture_output=True, text=True, check=True).stdout
    )
    return Run(seconds=seconds, cpu_seconds=cpu, peak_bytes=peak, counts=counts.strip())


def generated(folder: Path, events: int) -> Path:
    """The log of so many events."""
    path = folder / f"log-{events}.parquet"
    print(f"generating {events:,} events", file=sys.stderr)
    with duckdb.connect(config={"temp_directory": str(folder / "spill")}) as connection:
        connection.execute(GENERATE.format(events=events, path=path))
    return path


def pm4py_python(folder: Path) -> str:
    """An environment of its own with pm4py in it."""
    print("installing pm4py", file=sys.stderr)
    venv.create(folder / "pm4py", with_pip=True)
    python = str(folder / "pm4py" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "pm4py", "pyarrow"], check=True)
    return python


def compared(path: Path, *, events: int, turns: int, pm4py: str | None) -> list[list[str]]:
    """The rows of the table for one log."""
    programs = {"floor": (sys.executable, FLOOR), "audit": (sys.executable, AUDIT)}
    programs |= {"pm4py": (pm4py, PM4PY)} if pm4py else {}
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for turn in range(turns):
        for name, (python, program) in programs.items():
            print(f"{events:,} events, turn {turn + 1} of {turns}: {name}", file=sys.stderr)
            runs[name].append(measured(python, program, path))
    said = {run.counts for name in programs if name != "floor" for run in runs[name]}
    if len(said) != 1:
        raise SystemExit(f"The programs do not agree on events and cases: {sorted(said)}")
    rows = []
    for name, found in runs.items():
        ratios = [run.seconds / own.seconds for run, own in zip(found, runs["audit"], strict=True)]
        rows.append(
            [
                f"{events / MILLION:g} M",
                name,
                f"{statistics.median(run.seconds for run in found):.1f}",
                f"{statistics.median(run.cpu_seconds for run in found):.1f}",
                f"{max(run.peak_bytes for run in found) / GIB:.2f}",
                f"{statistics.median(ratios):.2f}",
            ]
        )
    return rows


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=float, nargs="+", default=[1, 10], help="millions of events (1 10)")
    parser.add_argument(
        "--pm4py", type=float, nargs="*", default=[1], help="sizes at which pm4py runs too (1)"
    )
    parser.add_argument("--turns", type=int, default=3, help="turns of each size (3)")
    chosen = parser.parse_args()
    line = machine("duckdb")
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        peer = pm4py_python(folder) if set(chosen.pm4py) & set(chosen.events) else None
        for millions in chosen.events:
            events = int(millions * MILLION)
            path = generated(folder, events)
            rows += compared(
                path, events=events, turns=chosen.turns, pm4py=peer if millions in chosen.pm4py else None
            )
            path.unlink()
    write(
        "Audit",
        f"{line}; median of {chosen.turns} turns.",
        table(("events", "program", "seconds", "CPU seconds", "peak GiB", "time, audit = 1"), rows),
    )


if __name__ == "__main__":
    main()

"""How long a user waits for a small answer: `python benchmarks/startup.py [--turns 7] [--no-pm4py]`.

Whole processes, from start to end, in turn: Python itself, `coproduce --help`, and `coproduce audit` of a CSV of 10,000
events with its report, pictures and tables; beside it pm4py, read, variants, performance graph and hand-over of work,
without a report. Compiled modules are kept in a folder of their own, as Python keeps them where it may.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from audit import GENERATE, PM4PY, pm4py_python
from results import machine, table, write

EVENTS = 10_000
CITIZEN = ["--citizen", "Activity 01", "--citizen", "Activity 02"]


def log(folder: Path) -> tuple[Path, Path]:
    """The same log as CSV and as Parquet."""
    written, plain = folder / "log.parquet", folder / "log.csv"
    with duckdb.connect() as connection:
        connection.execute(GENERATE.format(events=EVENTS, path=written))
        connection.execute(f"COPY (SELECT * FROM read_parquet('{written}')) TO '{plain}'")  # noqa: S608
    return plain, written


def seconds(command: list[str], *, compiled: str) -> float:
    """One process, from its start to its end."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True, env=environment)
    return time.perf_counter() - begun


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=7, help="turns (7), after one that does not count")
    parser.add_argument("--no-pm4py", action="store_true", help="leave pm4py out")
    chosen = parser.parse_args()
    line = machine("duckdb")
    ours = str(Path(sys.executable).with_name("coproduce"))
    with tempfile.TemporaryDirectory() as place:
        plain, written = log(Path(place))
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "coproduce --help": [ours, "--help"],
            "coproduce audit": [ours, "audit", str(plain), *CITIZEN, "--out", f"{place}/report"],
        }
        if not chosen.no_pm4py:
            commands["pm4py"] = [pm4py_python(Path(place)), "-c", PM4PY, str(written)]
        found: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(chosen.turns + 1):
            print(f"turn {turn} of {chosen.turns}", file=sys.stderr)
            for name, command in commands.items():
                found[name].append(seconds(command, compiled=f"{place}/compiled"))
    rows = []
    for name, times in found.items():
        ratios = [one / python for one, python in zip(times[1:], found["python -c pass"][1:], strict=True)]
        rows.append([f"`{name}`", f"{statistics.median(times[1:]):.2f}", f"{statistics.median(ratios):.0f}"])
    write(
        "Start-up",
        f"{line}; {EVENTS:,} events; median of {chosen.turns} turns.",
        table(["command", "seconds", "time, Python itself = 1"], rows),
    )


if __name__ == "__main__":
    main()

"""What the audit costs on Spark, beside DuckDB: `python benchmarks/spark.py [--events 0.25 1 4] [--cores 1 2]`.

The logs are those of `benchmarks/audit.py`, as folders of eight Parquet files. Each run is a process of its own; DuckDB
and Spark (2 GB for Java, 2 partitions) run in turn in the same call, and must find the same. Processor seconds are
counted to the end of the audit, those of Java with them.

A line is fitted to Spark's processor seconds by least squares: so many to start, so many for each million events. What
it says of ten billion events is an extrapolation, and `docs/how-to/cluster.md` says what that assumes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from audit import GENERATE, MILLION
from results import machine, table, write

PARTS = 8
SETTINGS = "spark.driver.memory 2g\nspark.sql.shuffle.partitions 2\n"

PROGRAM = """
import json, os, sys, time
begun = time.perf_counter()
from coproduce.records.engine import Engine
from coproduce.runner import run
from coproduce.runner.short_ways import log_study
log, cores, engine = sys.argv[1], int(sys.argv[2]), sys.argv[3]
study = log_study(log, side={"citizen": ["Activity 01", "Activity 02"]}, columns={}, groups=(), small_numbers=0,
                  title="log", reading={}, settings={})
if engine == "spark":
    from coproduce.records.spark import SparkEngine
    opened = SparkEngine(f"local[{cores}]")
else:
    opened = Engine(threads=cores)
started = time.perf_counter()
finding = run(study, only=("audit",), engine=opened).finding("audit")
ended, cpu = time.perf_counter(), sum(os.times()[:2])
if engine == "spark":
    from pyspark import SparkContext
    java = open(f"/proc/{SparkContext._gateway.proc.pid}/stat").read().rpartition(")")[2].split()
    cpu += (int(java[11]) + int(java[12])) / os.sysconf("SC_CLK_TCK")
opened.close()
print(json.dumps({"start": started - begun, "seconds": ended - begun, "cpu_seconds": cpu,
                  "found": [one.value for one in finding.estimates]}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One audit: its time until the engine was there, to its end, and on the processors; what it found."""

    start: float
    seconds: float
    cpu_seconds: float
    found: list[float]


def generated(folder: Path, events: int) -> Path:
    """A folder of Parquet files that hold so many events."""
    whole, parts = folder / "whole.parquet", folder / f"log-{events}"
    parts.mkdir()
    with duckdb.connect() as connection:
        connection.execute(GENERATE.format(events=events, path=whole))
        for part in range(PARTS):
            rows = f"SELECT * FROM read_parquet('{whole}') WHERE hash(case_id, actor) % {PARTS} = {part}"  # noqa: S608
            connection.execute(f"COPY ({rows}) TO '{parts}/part-{part}.parquet' (FORMAT parquet)")
    whole.unlink()
    return parts


def measured(log: Path, *, cores: int, engine: str) -> Run:
    """One audit in a process of its own."""
    print(f"{log.name}: {engine} on {cores} cores", file=sys.stderr)
    words = [sys.executable, "-c", PROGRAM, str(log), str(cores), engine]
    with tempfile.TemporaryDirectory() as settings:
        (Path(settings) / "spark-defaults.conf").write_text(SETTINGS)
        done = subprocess.run(
            words,
            env={**os.environ, "SPARK_CONF_DIR": settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    return Run(**json.loads(done.stdout))


def alike(one: Run, other: Run) -> bool:
    """Whether two audits found the same."""
    return all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(one.found, other.found, strict=True))


def main() -> None:
    """Measure, fit, print, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=float, nargs="+", default=[0.25, 1, 4], help="millions of events")
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2], help="cores for each engine")
    chosen = parser.parse_args()
    line = machine("duckdb", "pyspark")
    rows: list[list[str]] = []
    points: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as place:
        for millions in chosen.events:
            log = generated(Path(place), int(millions * MILLION))
            for cores in chosen.cores:
                here, spark = (measured(log, cores=cores, engine=name) for name in ("duckdb", "spark"))
                if not alike(here, spark):
                    raise SystemExit(f"The engines do not agree: {here.found} and {spark.found}")
                points.append((millions, spark.cpu_seconds))
                rows += [
                    [
                        *(f"{millions:g} M", f"{cores}", name, f"{run.start:.1f}", f"{run.seconds:.1f}"),
                        *(f"{run.cpu_seconds:.1f}", f"{run.seconds / here.seconds:.1f}"),
                    ]
                    for name, run in (("duckdb", here), ("spark", spark))
                ]
    millions, seconds = np.array(points).T
    slope, start = np.polyfit(millions, seconds, 1)
    residual = np.abs(seconds - start - slope * millions).max()
    header = ("events", "cores", "engine", "seconds to start", "seconds", "CPU seconds", "time, duckdb = 1")
    write(
        "Spark",
        f"{line}; one turn.",
        table(header, rows),
        f"Fitted: Spark's CPU seconds = {start:.0f} + {slope:.1f} for each million events "
        f"(largest residual {residual:.0f}). Ten billion events at that rate: {slope * 10_000 / 3600:.0f} core hours.",
    )


if __name__ == "__main__":
    main()

"""How fast all simplest models are found: `python benchmarks/determinants.py [--sizes 10x30 20x100] [--limit 150]`.

Random truth tables, the same for both, conditions x cases: crisp ones (each value and each outcome by the toss of a
coin; where equal cases differ in outcome the first decides) and fuzzy ones (memberships drawn evenly between 0 and 1,
a row positive from an inclusion of 0.8 on). Both programs get the truth table and find the conservative and the
parsimonious solution, one after the other, each in a process of its own that is timed from within: starting, reading
and loading count for neither. A ratio is of two runs in the same call.

- coproduce: `coproduce.methods.qca`, prime implicants and the smallest covers, all models counted;
- QCA: `minimize` of the R package QCA, all models listed. It runs where an `Rscript` with `library(QCA)` is found, and
  is said to be absent where not; nothing is installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from results import machine, table, write

SIZES = ("10x30", "10x100", "14x30", "14x100", "18x30", "20x100")
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWX"

OURS = """
import json, sys, time
import numpy as np
from coproduce.methods.qca.covers import fewest
from coproduce.methods.qca.primes import conservative_primes, prime_implicants
table = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, dtype=int)
rows, has_it = table[:, :-1].astype(np.int8), table[:, -1] == 1
positive, negative = rows[has_it], rows[~has_it]
levels = [2] * positive.shape[1]
fewest(prime_implicants(positive[:2], negative[:2], levels=levels), positive[:2])
told = {}
for name, solve in {
    "conservative": lambda: fewest(conservative_primes(positive, levels=levels), positive),
    "parsimonious": lambda: fewest(prime_implicants(positive, negative, levels=levels), positive),
}.items():
    begun = time.perf_counter()
    found = solve()
    told[name] = [time.perf_counter() - begun, found.size, found.at_most, found.count, found.complete, len(found.terms)]
    print(json.dumps(told), flush=True)
"""

THEIRS = """
suppressMessages(library(QCA))
d <- read.csv(commandArgs(TRUE)[1])
tt <- truthTable(d, outcome = "OUTCOME", incl.cut = 1)
told <- c()
for (include in c("", "?")) {
  begun <- proc.time()[["elapsed"]]
  found <- tryCatch(minimize(tt, include = include), error = function(e) NULL)
  seconds <- proc.time()[["elapsed"]] - begun
  models <- if (is.null(found)) NA else length(found$solution)
  size <- if (is.null(found)) NA else length(found$solution[[1]])
  cat(if (include == "") "conservative" else "parsimonious", seconds, size, models, "\\n")
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a program said of one solution; `failed` says why where it said nothing."""

    seconds: float = float("nan")
    size: str = "–"
    models: str = "–"
    failed: str | None = None


def truth_table(conditions: int, cases: int, *, fuzzy: bool, seed: int) -> NDArray[np.int64]:
    """The rows of a random truth table, the outcome last."""
    chance = np.random.default_rng(seed)
    if fuzzy:
        members, outcome = chance.random((cases, conditions)), chance.random(cases)
    else:
        members, outcome = (
            chance.integers(0, 2, (cases, conditions)).astype(float),
            chance.integers(0, 2, cases),
        )
    rows, first = np.unique(members > 0.5, axis=0, return_index=True)
    if fuzzy:
        inside = np.where(rows[:, None, :], members[None], 1 - members[None]).min(axis=2)
        has_it = np.minimum(inside, outcome).sum(axis=1) / inside.sum(axis=1) >= 0.8
    else:
        has_it = outcome[first] == 1
    return np.column_stack([rows, has_it]).astype(np.int64)


def run(command: list[str], *, limit: int) -> tuple[str, str | None]:
    """What a program printed, and why it ended early if it did."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired as late:
        printed = late.stdout or b""
        return printed.decode() if isinstance(printed, bytes) else printed, f"no end in {limit} s"
    return done.stdout, None if done.returncode == 0 else "ended in an error"


def ours(path: Path, *, limit: int) -> dict[str, Run]:
    """Both solutions by coproduce."""
    printed, failed = run([sys.executable, "-c", OURS, str(path)], limit=limit)
    told = json.loads(printed.splitlines()[-1]) if printed.strip() else {}
    runs = {}
    for name in ("conservative", "parsimonious"):
        if name not in told:
            runs[name] = Run(failed=failed or "ended in an error")
            continue
        seconds, size, at_most, count, complete, _ = told[name]
        runs[name] = Run(
            seconds=seconds,
            size=str(size) if size == at_most else f"{size} to {at_most}",
            models=f"{count:,}" if complete else f"at least {count:,}" if count else "not settled",
        )
    return runs


def theirs(path: Path, *, limit: int) -> dict[str, Run]:
    """Both solutions by the R package."""
    printed, failed = run(["Rscript", "-e", THEIRS, str(path)], limit=limit)
    runs = {name: Run(failed=failed or "ended in an error") for name in ("conservative", "parsimonious")}
    for line in printed.splitlines():
        name, seconds, size, models = line.split()
        missing = models == "NA"
        runs[name] = Run(
            seconds=float(seconds),
            size=size,
            models=models if missing else f"{int(models):,}",
            failed="says there is none" if missing else None,
        )
    return runs


def peer() -> str | None:
    """The version of the R package, or None where there is none."""
    if shutil.which("Rscript") is None:
        return None
    version = 'cat(as.character(packageVersion("QCA")))'
    printed, failed = run(["Rscript", "-e", version], limit=60)
    return None if failed else printed.strip()


def row(size: str, kind: str, *, name: str, own: Run, other: Run | None) -> list[str]:
    """A row of the table."""
    cells = [size, kind, name, own.size, own.models, own.failed or f"{own.seconds:.2f}"]
    if other is None:
        cells += ["–", "absent", "–"]
    elif other.failed:
        cells += [other.models, other.failed, "–"]
    else:
        same = (own.size, own.models) == (other.size, other.models)
        ratio = f"{other.seconds / own.seconds:,.0f}" if own.seconds > 0 else "–"
        cells += [other.models + ("" if same else " (differs)"), f"{other.seconds:.2f}", ratio]
    return cells


def compared(folder: Path, size: str, *, chosen: argparse.Namespace, with_peer: bool) -> list[list[str]]:
    """The rows of the table for one size."""
    conditions, cases = (int(number) for number in size.split("x"))
    rows = []
    for kind in chosen.kinds:
        truth = truth_table(conditions, cases, fuzzy=kind == "fuzzy", seed=chosen.seed)
        if not 0 < truth[:, -1].sum() < len(truth):
            rows.append([size, kind, "all rows are alike in outcome", *[""] * 6])
            continue
        path = folder / f"{size}-{kind}.csv"
        header = ",".join([*NAMES[:conditions], "OUTCOME"])
        np.savetxt(path, truth, fmt="%d", delimiter=",", header=header, comments="")
        print(f"{size}, {kind}", file=sys.stderr)
        own = ours(path, limit=chosen.limit)
        other = theirs(path, limit=chosen.limit) if with_peer else {}
        rows += [
            row(size, kind, name=name, own=own[name], other=other.get(name))
            for name in ("conservative", "parsimonious")
        ]
    return rows


def options() -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", default=SIZES, help="conditions x cases")
    parser.add_argument("--kinds", nargs="+", default=["crisp", "fuzzy"], choices=["crisp", "fuzzy"])
    parser.add_argument("--limit", type=int, default=60, help="seconds for each program and table (60)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random truth tables (1)")
    return parser.parse_args()


def main() -> None:
    """Measure, print, and write the table."""
    chosen = options()
    version = peer()
    said = f"R package QCA {version}" if version else "the R package QCA is absent"
    line = machine("numpy", told=[said])
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as place:
        for size in chosen.sizes:
            rows += compared(Path(place), size, chosen=chosen, with_peer=version is not None)
    header = (
        "size",
        "kind",
        "solution",
        "terms",
        "models",
        "seconds",
        "QCA: models",
        "QCA: seconds",
        "QCA / coproduce",
    )
    write("Determinants", f"{line}; at most {chosen.limit} s a table for each program.", table(header, rows))


if __name__ == "__main__":
    main()

"""How fast production is estimated: `python benchmarks/production.py [--turns 3]`.

The same made-up rows for both, each timed from within a process of its own: starting, reading and loading count for
neither. CPU seconds, which other work beside it hardly moves. A ratio is of runs in the same call; of several turns the
median counts.

- coproduce: `coproduce.methods.production`, envelopment with peers, 1,000 bootstrap draws, frontiers with efficiencies,
  and the elasticity of substitution with profile and tests, without draws;
- R: `dea` and `dea.boot` of Benchmarking, `sfa` of frontier, `cesEst` of micEconCES over a grid of 9 values of rho and
  from the best of them, without a profile. They run where an `Rscript` finds the packages (R_LIBS), and are said to be
  absent where not; nothing is installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from results import machine, table, write

TASKS = (
    ("dea", 100),
    ("dea", 1000),
    ("dea_bootstrap", 100),
    ("frontier", 300),
    ("frontier", 3000),
    ("ces", 300),
)

OURS = """
import json, sys, time
import numpy as np
from coproduce.methods.production.ces import ces
from coproduce.methods.production.dea import dea
from coproduce.methods.production.dea_bootstrap import dea_bootstrap
from coproduce.methods.production.frontier import frontier
task, path = sys.argv[1:]
rows = np.loadtxt(path, delimiter=",", skiprows=1)
y, x = rows[:, 0], rows[:, 1:]
rng = np.random.default_rng(1)
solve = {
    "dea": lambda: dea(x, y).efficiency.mean(),
    "dea_bootstrap": lambda: dea_bootstrap(x, y, generator=rng).corrected.mean(),
    "frontier": lambda: frontier(y, x).log_likelihood,
    "ces": lambda: ces(y, x, generator=rng, resamples=0).rho.value,
}[task]
begun = time.process_time()
found = solve()
print(json.dumps([time.process_time() - begun, float(found)]))
"""

THEIRS = """
asked <- commandArgs(TRUE)
task <- asked[1]
d <- read.csv(asked[2])
x <- as.matrix(d[, c("a", "b")]); y <- as.matrix(d[, "y", drop = FALSE])
package <- switch(task, frontier = "frontier", ces = "micEconCES", "Benchmarking")
suppressMessages(library(package, character.only = TRUE))
cpu <- function() sum(proc.time()[1:2])
begun <- cpu()
found <- switch(task,
  dea = mean(eff(dea(x, y, "vrs", "in"))),
  dea_bootstrap = mean(dea.boot(x, y, NREP = 1000, RTS = "vrs", ORIENTATION = "in")$eff.bc),
  frontier = { fit <- sfa(log(y) ~ log(a) + log(b), data = d); e <- efficiencies(fit); logLik(fit)[1] },
  ces = { grid <- cesEst("y", c("a", "b"), d, vrs = TRUE, multErr = TRUE, method = "LM",
                         rho = c(-0.9, -0.5, -0.2, 0, 0.2, 0.5, 1, 2, 5))
          fit <- cesEst("y", c("a", "b"), d, vrs = TRUE, multErr = TRUE, method = "LM", start = coef(grid))
          coef(fit)[["rho"]] })
cat("[", cpu() - begun, ",", sprintf("%.8f", found), "]\\n")
"""


def made_up(rows: int) -> np.ndarray:
    """Output and two inputs, with noise and inefficiency."""
    rng = np.random.default_rng(rows)
    hours = np.exp(rng.normal(2, 0.7, (rows, 2)))
    mean = 1 / (0.4 / hours[:, 0] + 0.6 / hours[:, 1])
    lost = np.abs(rng.normal(0, 0.3, rows))
    return np.column_stack([3 * mean**0.9 * np.exp(rng.normal(0, 0.1, rows) - lost), hours])


def timed(command: list[str]) -> tuple[float, float] | None:
    """CPU seconds and what was found, or None where the program failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    seconds, found = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), float(found)


def compared(task: str, path: Path, *, rows: int, turns: int) -> list[str]:
    """A row of the table."""
    commands = {"ours": [sys.executable, "-c", OURS, task, str(path)]}
    if shutil.which("Rscript"):
        commands["theirs"] = ["Rscript", "-e", THEIRS, task, str(path)]
    runs: dict[str, list[tuple[float, float] | None]] = {name: [] for name in commands}
    for _ in range(turns):
        for name, command in commands.items():
            runs[name].append(timed(command))
    own = [run for run in runs["ours"] if run]
    other = [run for run in runs.get("theirs", []) if run]
    seconds = median(run[0] for run in own)
    cells = [task, f"{rows:,}", f"{seconds:.3f}"]
    if other:
        theirs = median(run[0] for run in other)
        cells += [f"{theirs:.3f}", f"{theirs / seconds:,.1f}", f"{own[-1][1]:.5f}", f"{other[-1][1]:.5f}"]
    else:
        cells += ["absent", "–", f"{own[-1][1]:.5f}", "–"]
    return cells


def peers() -> str:
    """R's packages and their versions, as far as they are there."""
    if shutil.which("Rscript") is None:
        return "R is absent"
    asked = "for (p in c('Benchmarking', 'frontier', 'micEconCES')) if (requireNamespace(p, quietly = TRUE)) "
    words = [
        "Rscript",
        "-e",
        asked + "cat(p, as.character(packageVersion(p)), ''); cat('on', R.version.string)",
    ]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=3, help="how often each is measured (3)")
    chosen = parser.parse_args()
    line = machine("numpy", told=[peers()])
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for task, size in TASKS:
            path = Path(place) / f"{task}-{size}.csv"
            np.savetxt(path, made_up(size), delimiter=",", header="y,a,b", comments="")
            print(f"{task}, {size}", file=sys.stderr)
            rows.append(compared(task, path, rows=size, turns=chosen.turns))
    header = ("task", "rows", "CPU seconds", "R, CPU seconds", "R / coproduce", "found", "R found")
    write("Production", f"{line}; median of {chosen.turns} turns.", table(header, rows))


if __name__ == "__main__":
    main()

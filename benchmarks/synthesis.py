"""How fast meta-analysis is beside R's metafor: `python benchmarks/synthesis.py [--sizes 20 1000] [--metafor 1000]`.

Two models, on simulated studies: random effects by REML with Knapp and Hartung's test (with I2 and the prediction
interval), and effects in studies (five a study, three levels) by REML. metafor reads the same numbers in the same call
and counts only its own fits; the three-level model runs with its sparse matrices. `--metafor` is the largest size that
it is asked for: its REML takes minutes at 3,000 studies. Both are medians of up to five turns after one that does not
count (metafor's long fits run once).

The last column says how far apart the two estimates of the mean and of the variances are, relatively, at most.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from results import machine, table, write

from coproduce.methods.synthesis.multilevel import multilevel
from coproduce.methods.synthesis.pooling import pool

Floats = NDArray[np.float64]
TURNS = 5

METAFOR = """
suppressMessages(library(metafor))
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[2])
fit <- function(data) {
  if (arguments[1] == "plain") {
    model <- rma(yi, vi, data = data, method = "REML", test = "knha", control = list(threshold = 1e-10, maxiter = 1000))
    interval <- predict(model)
  } else model <- rma.mv(yi, vi, random = ~ 1 | study/effect, data = data, sparse = TRUE, test = "t")
  model
}
invisible(fit(head(data, 20)))
seconds <- system.time(model <- fit(data))["elapsed"]
while (length(seconds) < 5 && sum(seconds) < 2) seconds <- c(seconds, system.time(fit(data))["elapsed"])
cat(median(seconds), model$b, if (arguments[1] == "plain") model$tau2 else model$sigma2)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """The seconds of a fit, and its mean and variances."""

    seconds: float
    numbers: tuple[float, ...]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 100, 1000, 3000, 10_000, 100_000])
    parser.add_argument("--nested", type=int, nargs="+", default=[100, 1000, 3000, 10_000])
    parser.add_argument("--metafor", type=int, default=1000, help="the largest size that metafor fits")
    chosen = parser.parse_args()
    line = machine("numpy", told=[peer()])
    rows = [
        row(model, size, fit=fit, most=chosen.metafor)
        for model, sizes, fit in (("plain", chosen.sizes, plain), ("three levels", chosen.nested, nested))
        for size in sizes
    ]
    header = ("model", "effects", "seconds", "metafor, seconds", "metafor / coproduce", "apart")
    write("Synthesis", f"{line}; metafor for {chosen.metafor:,} effects at most.", table(header, rows))


def peer() -> str:
    """The peer and its version, or that it is absent."""
    if shutil.which("Rscript") is None:
        return "R is absent"
    words = ["Rscript", "-e", 'cat(as.character(packageVersion("metafor")), "on", R.version.string)']
    return f"metafor {subprocess.run(words, capture_output=True, text=True, check=True).stdout}"


def row(
    model: str, size: int, *, fit: Callable[[Floats, Floats, Floats], tuple[float, ...]], most: int
) -> list[str]:
    print(f"{model}, {size:,}", file=sys.stderr)
    y, v, study = simulated(size)
    ours = timed(lambda: fit(y, v, study))
    theirs = metafor(model, y, v, study) if size <= most and shutil.which("Rscript") else None
    cells = ["", "", ""]
    if theirs is not None:
        apart = max(abs(a - b) / abs(b) for a, b in zip(ours.numbers, theirs.numbers, strict=True))
        cells = [f"{theirs.seconds:.3f}", f"{theirs.seconds / ours.seconds:,.0f}", f"{apart:.0e}"]
    return [model, f"{size:,}", f"{ours.seconds:.4f}", *cells]


def simulated(size: int) -> tuple[Floats, Floats, Floats]:
    """Effects of sampling variance 0.01 to 0.1, five a study, that differ by 0.04 between studies and 0.03 within."""
    rng = np.random.default_rng(size)
    study = np.arange(size) // 5
    v = rng.uniform(0.01, 0.1, size)
    between = rng.normal(0.0, 0.2, study[-1] + 1)[study]
    return 0.3 + between + rng.normal(0.0, np.sqrt(0.03 + v)), v, study


def plain(y: Floats, v: Floats, _: Floats) -> tuple[float, ...]:
    found = pool(y, v)
    return found.estimate, found.tau2


def nested(y: Floats, v: Floats, study: Floats) -> tuple[float, ...]:
    found = multilevel(y, v, levels=[study, np.arange(len(y))], intervals=False)
    return float(found.coefficients[0]), *found.sigma2.tolist()


def timed(fit: Callable[[], tuple[float, ...]]) -> Timed:
    """The median of some turns, after one that does not count."""
    numbers, seconds = fit(), []
    for _ in range(TURNS):
        start = time.perf_counter()
        fit()
        seconds.append(time.perf_counter() - start)
    return Timed(seconds=statistics.median(seconds), numbers=numbers)


def metafor(model: str, y: Floats, v: Floats, study: Floats) -> Timed:
    with tempfile.TemporaryDirectory() as folder:
        script, data = Path(folder) / "fit.R", Path(folder) / "data.csv"
        script.write_text(METAFOR)
        lines: Sequence[str] = [
            f"{one!r},{other!r},{group},{number}"
            for number, (one, other, group) in enumerate(
                zip(y.tolist(), v.tolist(), study.tolist(), strict=True)
            )
        ]
        data.write_text("\n".join(["yi,vi,study,effect", *lines]) + "\n")
        kind = "plain" if model == "plain" else "nested"
        run = subprocess.run(["Rscript", script, kind, data], capture_output=True, text=True, check=True)
    seconds, *numbers = (float(part) for part in run.stdout.split())
    return Timed(seconds=seconds, numbers=tuple(numbers))


if __name__ == "__main__":
    main()

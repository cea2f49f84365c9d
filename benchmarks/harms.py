"""How fast streams are watched: `python benchmarks/harms.py [--streams 100000] [--looks 52] [--peer 200] [--turns 3]`.

Streams are generated: ten units an arm and look, no harm. Measured are the kinds of e-process (of means and incidents
with their confidence sequences), and alarms over all of them by e-BH; then, at the same streams and looks, like work by
a plain loop over streams with the package `ville` (put into an environment of its own), for as many streams as `--peer`
says, reckoned up to all of them. Both run in turn in the same call; the ratio is the median of the ratios of each turn.

The aim: 100,000 streams x 52 looks in under a minute on 2 cores.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from results import GIB, machine, table, write

from coproduce.methods.anytime import (
    Looks,
    Monitored,
    bounded_null,
    compared_means,
    raised_alarms,
    shared_counts,
)

T = TypeVar("T")
UNITS = 10

PEER = """
import sys, time
import numpy as np, ville
streams, looks, units = map(int, sys.argv[1:])
rng = np.random.default_rng(1)
begun = time.perf_counter()
for _ in range(streams):
    differences = rng.normal(size=looks * units) - rng.normal(size=looks * units)
    ville.AsymptoticCS(min_samples=units).fit(differences)
means = time.perf_counter() - begun
begun = time.perf_counter()
for _ in range(streams):
    ville.BettingTest(0.5, alternative="greater").fit(rng.random(looks))
bets = time.perf_counter() - begun
begun = time.perf_counter()
for _ in range(streams):
    ville.BernoulliCS(intersect=False).fit((rng.random(looks) < 0.5).astype(float))
print(means, bets, time.perf_counter() - begun)
"""


def arm(rng: np.random.Generator, *, shape: tuple[int, int]) -> Looks:
    """What each look adds to one arm: sums of ten standard normal numbers, and of their squares."""
    total = rng.normal(0, np.sqrt(UNITS), shape)
    squares = total**2 / UNITS + rng.chisquare(UNITS - 1, shape)
    return Looks(n=np.full(shape, float(UNITS)), total=total, squares=squares)


def timed(
    work: Callable[[], Monitored | np.ndarray[tuple[int, ...], np.dtype[np.float64]]],
) -> tuple[float, object]:
    """How long it took, and what came out."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def own(streams: int, looks: int) -> dict[str, float]:
    """Seconds of each kind of stream, and of the alarms over those of means."""
    rng, shape = np.random.default_rng(1), (streams, looks)
    one, other = arm(rng, shape=shape), arm(rng, shape=shape)
    means, found = timed(lambda: compared_means(one, other))
    alarms, _ = timed(lambda: raised_alarms(found.log_e).first)
    hits = [rng.poisson(0.5, shape).astype(float) for _ in range(2)]
    counts, _ = timed(lambda: shared_counts(hits[0], hits[1], share=np.full((streams, 1), 0.5)))
    values = rng.random(shape)
    bets, _ = timed(lambda: bounded_null(values, low=0, null=0.5))
    return {"means": means, "bets": bets, "incidents": counts, "e-BH": alarms}


def peer_python(folder: Path) -> str:
    """An environment of its own with ville in it."""
    print("installing ville", file=sys.stderr)
    venv.create(folder / "ville", with_pip=True)
    python = str(folder / "ville" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "ville"], check=True)
    return python


def peer(python: str, *, streams: int, looks: int, all_streams: int) -> dict[str, float]:
    """Seconds that a loop over all streams would take, reckoned up from some."""
    words = [python, "-c", PEER, str(streams), str(looks), str(UNITS)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return {
        name: float(seconds) * all_streams / streams
        for name, seconds in zip(("means", "bets", "incidents"), said, strict=True)
    }


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, default=100_000, help="streams (100,000)")
    parser.add_argument("--looks", type=int, default=52, help="looks of each (52)")
    parser.add_argument("--peer", type=int, default=200, help="streams that ville runs; 0 for none (200)")
    parser.add_argument("--turns", type=int, default=3, help="turns (3)")
    chosen = parser.parse_args()
    line = machine("numpy")
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as place:
        python = peer_python(Path(place)) if chosen.peer else None
        for turn in range(chosen.turns):
            print(f"turn {turn + 1} of {chosen.turns}", file=sys.stderr)
            ours.append(own(chosen.streams, chosen.looks))
            if python is not None:
                theirs.append(
                    peer(python, streams=chosen.peer, looks=chosen.looks, all_streams=chosen.streams)
                )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB
    rows = []
    for name in ours[0]:
        pairs = [(b[name], a[name]) for a, b in zip(ours, theirs, strict=False) if name in b]
        beside = ["", ""]
        if pairs:
            beside = [
                f"{statistics.median(column):.0f}"
                for column in zip(*((b, b / a) for b, a in pairs), strict=True)
            ]
        rows.append([name, f"{statistics.median(each[name] for each in ours):.2f}", *beside])
    rows.append(["all", f"{statistics.median(sum(each.values()) for each in ours):.2f}", "", ""])
    write(
        "Harms",
        f"{line}; {chosen.streams:,} streams x {chosen.looks} looks; median of {chosen.turns} turns; "
        f"peak {peak:.1f} GiB.",
        table(("kind", "seconds", "ville, stream by stream", "ville / coproduce"), rows),
    )


if __name__ == "__main__":
    main()

"""Errors of a series: how often each kind holds the truth is what the methods note says it is."""

import numpy as np
import pytest
from scipy.stats import binom
from tests.checked import UNLIKELY, Simulation, repeated

from coproduce.methods.effects.time_series import time_series_effects

KINDS = {"autoregressive": "default errors", "newey_west": "Newey and West's"}


def _told(root):
    """The note's table: (correlation, periods) -> what either kind of errors holds, in percent."""
    note = (root / "docs/explanation/methods-note.md").read_text(encoding="utf-8")
    table = note.partition("| correlation of neighbours |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[float(cell.replace("%", "")) for cell in line.strip("|").split("|")] for line in table]
    return {(row[0], int(row[1])): dict(zip(KINDS, row[2:], strict=True)) for row in rows}


def _held(*, follows, periods, errors, runs):
    since, month = 2 * periods // 3, np.arange(float(periods))
    hits = 0
    for rng in (np.random.default_rng([7, run]) for run in range(runs)):
        noise = rng.normal(size=periods)
        noise[0] /= np.sqrt(1 - follows**2)
        for t in range(1, periods):
            noise[t] += follows * noise[t - 1]
        y = 10 + 0.05 * month - 2 * (month >= since) + noise
        found = time_series_effects(y, month, since=since, errors=errors).contrast
        hits += found.low <= -2 <= found.high
    return hits


@pytest.mark.parametrize("errors", KINDS)
def test_the_errors_of_a_series_hold_the_truth_as_often_as_the_note_says(root, checked, errors):
    told = _told(root)
    assert len(told) == 8
    for (follows, periods), shares in told.items():
        runs, share = repeated(150), shares[errors] / 100
        hits = _held(follows=follows, periods=periods, errors=errors, runs=runs)
        assert hits <= binom.isf(UNLIKELY, runs, share), f"{follows}, {periods}: {hits} of {runs}"
        simulation = Simulation(
            question="effects",
            design=f"time_series: {KINDS[errors]}",
            made=f"{periods} periods, a third of them after; errors whose neighbours correlate by {follows:g}",
        )
        checked.coverage(simulation, hits=hits, runs=runs, known=share if share < 0.95 else None)

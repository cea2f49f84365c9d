"""Kaplan-Meier and Newcombe against published figures."""

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.intervals import difference_of_shares
from coproduce.methods.survival import waiting

FREIREICH = Source(
    question="power",
    cite="Freireich et al. (1963), Blood 21, 699-716; the curve in Cox and Oakes (1984), Analysis of Survival Data "
    "(as recalled)",
)
SURVFIT = Source(
    question="power",
    cite="R 4.2.2, survival 3.5.3, survfit on the data of Freireich et al. (1963)",
    kind="program",
)
NEWCOMBE = Source(
    question="power", cite="Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10"
)
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_remissions_under_6_mp(checked):
    found = waiting(np.array(WEEKS, dtype=float), np.array(RELAPSED, dtype=bool))
    assert (found.n, found.events) == (21, 9)
    curve = {6: "0.857", 7: "0.807", 10: "0.753", 13: "0.690", 16: "0.627", 22: "0.538", 23: "0.448"}
    assert found.times.tolist() == list(curve)
    for share, (week, printed) in zip(found.open_share, curve.items(), strict=True):
        checked.agrees(FREIREICH, f"in remission under 6-MP at week {week}", ours=share, theirs=printed)
    by_r = ["0.8571429", "0.8067227", "0.7529412", "0.6901961", "0.6274510", "0.5378151", "0.4481793"]
    checked.agrees(SURVFIT, "in remission under 6-MP, at seven weeks", ours=found.open_share, theirs=by_r)
    checked.agrees(
        SURVFIT,
        "median remission under 6-MP and its limits, in weeks (no upper one)",
        ours=[found.median, found.low, found.high],
        theirs=[23, 16, np.nan],
        within=0,
    )


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), "0.0524", "0.3339"),
        ((9, 10), (3, 10), "0.1705", "0.8090"),
        ((6, 7), (2, 7), "0.0582", "0.8062"),
        ((5, 56), (0, 29), "-0.0381", "0.1926"),
        ((0, 10), (0, 20), "-0.1611", "0.2775"),
        ((0, 10), (0, 10), "-0.2775", "0.2775"),
        ((10, 10), (0, 20), "0.6791", "1.0000"),
        ((10, 10), (0, 10), "0.6075", "1.0000"),
    ],
)
def test_differences_of_shares(one, other, low, high, checked):
    found = difference_of_shares(one, other)
    what = "{}/{} less {}/{}, 95 %".format(*one, *other)
    checked.agrees(NEWCOMBE, what, ours=[found.low, found.high], theirs=[low, high])

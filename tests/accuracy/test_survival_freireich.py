"""Kaplan-Meier and Newcombe against published figures.

Freireich, E. J. et al. (1963), Blood 21, 699-716: weeks of remission of 21 patients under 6-MP; the curve as textbooks
print it (Cox and Oakes 1984, Analysis of Survival Data), the median and its limits as R's survfit prints them.
Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890: Table II, method 10.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.methods.intervals import difference_of_shares
from coproduce.methods.survival import waiting

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_remissions_under_6_mp():
    found = waiting(np.array(WEEKS, dtype=float), np.array(RELAPSED, dtype=bool))
    assert (found.n, found.events) == (21, 9)
    assert (found.median, found.low) == (23, 16)
    assert math.isnan(found.high)
    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.open_share == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_differences_of_shares(one, other, low, high):
    found = difference_of_shares(one, other)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=40))
@settings(deadline=None)
def test_the_curve_is_the_plain_product(followed):
    times, happened = np.array([t for t, _ in followed], dtype=float), np.array([d for _, d in followed])
    found = waiting(times, happened)
    product, curve = 1.0, []
    for time in sorted({t for t, d in followed if d}):
        at_risk = sum(t >= time for t, _ in followed)
        product *= 1 - sum(t == time and d for t, d in followed) / at_risk
        curve.append(product)
    assert found.open_share.tolist() == pytest.approx(curve, abs=1e-12)
    halves = [
        time
        for time, share in zip(sorted({t for t, d in followed if d}), curve, strict=True)
        if share <= 0.5 + 1e-9
    ]
    assert found.median == pytest.approx(halves[0] if halves else math.nan, nan_ok=True)

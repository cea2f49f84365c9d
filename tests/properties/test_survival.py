"""The curve of Kaplan and Meier on random times with ties, against a plain product over the times."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.methods.survival import waiting


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

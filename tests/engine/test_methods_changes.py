"""Changes of ratios, rates and slopes against SciPy, NumPy and what is written out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coproduce.methods.changes import change_of_ratio, ratio_of_rates, relative_slopes


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.5, 20), st.floats(0.5, 20))
@settings(deadline=None)
def test_a_ratio_of_rates_has_the_exact_binomial_interval(late, early, time, before):
    found = ratio_of_rates((late, time), (early, before))
    if late + early == 0:
        assert math.isnan(found.value)
        return
    share = stats.binomtest(late, late + early).proportion_ci(method="exact")
    factor = before / time
    assert found.low == pytest.approx(share.low / (1 - share.low) * factor, rel=1e-8)
    high = math.inf if share.high == 1 else share.high / (1 - share.high) * factor
    assert found.high == pytest.approx(high, rel=1e-8)


@given(st.lists(st.tuples(st.floats(1, 9), st.floats(1, 9), st.floats(1, 9)), min_size=1, max_size=6))
@settings(deadline=None)
def test_a_relative_slope_is_the_fitted_line_over_the_mean(rows):
    values = np.array(rows).ravel()
    times = np.tile([1.0, 2.0, 4.0], len(rows))
    units = np.repeat([f"U{i}" for i in range(len(rows))], 3)
    plain = [np.polyfit([1, 2, 4], row, 1)[0] / np.mean(row) for row in rows]
    assert relative_slopes(values, times, units=units) == pytest.approx(plain, abs=1e-9)


def test_the_change_of_a_ratio_is_the_plain_one_and_its_error_is_the_jackknifes():
    rng = np.random.default_rng(6)
    early, late = (tuple(rng.uniform(1, 3, 400) for _ in range(2)) for _ in range(2))
    found = change_of_ratio(early, late)

    def plain(kept):
        return late[0][kept].sum() / late[1][kept].sum() - early[0][kept].sum() / early[1][kept].sum()

    everyone = np.arange(400)
    assert found.value == pytest.approx(plain(everyone), abs=1e-12)
    without = np.array([plain(np.delete(everyone, one)) for one in everyone])
    jackknife = math.sqrt(399 / 400 * ((without - without.mean()) ** 2).sum())
    assert found.se == pytest.approx(
        jackknife, rel=0.01
    )  # they agree in the limit; the difference falls with 1/n
    half = stats.t.ppf(0.975, 399) * found.se
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), rel=1e-8)


def test_what_has_no_denominator_has_no_change():
    none = np.zeros(3)
    assert math.isnan(change_of_ratio((none, none), (np.ones(3), np.ones(3))).value)
    assert math.isnan(change_of_ratio((np.ones(1), np.ones(1)), (np.ones(1), np.ones(1))).low)
    assert len(relative_slopes(np.ones(1), np.ones(1), units=np.array(["a"]))) == 0

"""Concentration index, Gini and curve against published figures and the plain covariance formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.errors import EstimationError
from coproduce.methods.concentration import (
    Cell,
    concentration_change,
    concentration_curve,
    concentration_index,
    fractional_ranks,
    gini,
)

AMOUNTS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 6), st.integers(1, 4)), min_size=2, max_size=30
).filter(lambda rows: sum(amount for amount, _, _ in rows) > 0)


def test_under_five_deaths_in_india():
    """O'Donnell et al. (2008), Analyzing Health Equity, table 8.1: births, deaths a thousand births, index -0.1694."""
    births = np.array([29939.0, 28776, 26528, 24689, 19739])
    deaths = np.array([154.7, 152.9, 119.5, 86.9, 54.3])
    found = concentration_index(deaths, np.arange(5.0), weights=births)
    assert round(found.value, 4) == -0.1694
    curve = concentration_curve(deaths, np.arange(5.0), weights=births)
    crossed = curve.units[:-1] * curve.amount[1:] - curve.units[1:] * curve.amount[:-1]
    assert found.value == pytest.approx(crossed.sum(), abs=1e-12)  # their equation 8.3


@given(AMOUNTS)
@settings(deadline=None)
def test_the_index_is_the_covariance_with_the_rank_of_every_unit_written_out(rows):
    amount, by, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = concentration_index(amount, by, weights=weights)
    long_amount, long_by = (np.repeat(column, weights.astype(int)) for column in (amount, by))
    ranks = np.array([((long_by < one).sum() + (long_by == one).sum() / 2) / len(long_by) for one in long_by])
    plain = 2 * np.mean((long_amount - long_amount.mean()) * (ranks - ranks.mean())) / long_amount.mean()
    assert found.value == pytest.approx(plain, abs=1e-10)
    assert found.influence.sum() == pytest.approx(0, abs=1e-10)
    bounded = concentration_index(amount, by, weights=weights, bounds=(0, 20))
    assert bounded.value == pytest.approx(
        4 * long_amount.mean() / 20 * plain, abs=1e-10
    )  # Erreygers 2009, eq. 30
    lacking = concentration_index(20 - amount, by, weights=weights, bounds=(0, 20))
    assert lacking.value == pytest.approx(-bounded.value, abs=1e-10)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=25).filter(any))
@settings(deadline=None)
def test_gini_is_the_mean_difference_of_all_pairs(values):
    amount = np.array(values, dtype=float)
    pairs = np.abs(amount[:, None] - amount[None, :]).mean()
    assert gini(amount).value == pytest.approx(pairs / (2 * amount.mean()), abs=1e-10)


@pytest.mark.parametrize("bounds", [None, (0.0, 10.0)])
def test_the_influence_is_the_slope_of_the_index_in_a_units_weight(bounds):
    rng = np.random.default_rng(3)
    amount, by, weights = (
        rng.integers(1, 10, 12) * 1.0,
        rng.integers(0, 4, 12) * 1.0,
        rng.integers(1, 3, 12) * 1.0,
    )
    found = concentration_index(amount, by, weights=weights, bounds=bounds)
    for unit in range(12):
        more, less = weights.copy(), weights.copy()
        more[unit] *= 1 + 1e-6
        less[unit] *= 1 - 1e-6
        up, down = (concentration_index(amount, by, weights=w, bounds=bounds).value for w in (more, less))
        assert found.influence[unit] == pytest.approx((up - down) / 2e-6, abs=1e-8)


def test_the_interval_of_the_index_and_of_its_change_hold_the_truth_as_often_as_they_promise():
    """Amounts of 1 + rank + chance in the whole; clusters of two alike units, so that errors must heed them."""
    rng = np.random.default_rng(8)
    held = changed = 0
    studies, clusters = 600, 60
    truth = 2 * (1 / 12) / 1.5

    def cell(slope):
        rank = np.repeat(rng.random(clusters), 2)
        amount = 1 + slope * rank + np.repeat(rng.normal(0, 0.3, clusters), 2)
        return Cell(amount=amount, by=rank, clusters=np.repeat(np.arange(clusters), 2))

    for _ in range(studies):
        one, other = cell(1.0), cell(1.0)
        found = concentration_index(one.amount, one.by, clusters=one.clusters)
        held += found.low <= truth <= found.high
        both = concentration_change((one,), (other,))
        changed += both.low <= 0 <= both.high
    error = np.sqrt(0.95 * 0.05 / studies)
    assert held / studies >= 0.95 - 4 * error - 0.005
    assert changed / studies >= 0.95 - 4 * error
    assert changed / studies <= 0.95 + 4 * error


def test_a_change_takes_the_same_cluster_before_and_after_as_one():
    rng = np.random.default_rng(2)
    by, ids = np.arange(40.0), np.arange(40)
    before = Cell(amount=rng.random(40) + 1, by=by, clusters=ids)
    after = Cell(amount=before.amount.copy(), by=by, clusters=ids)
    same = concentration_change((before, after), (before, after))
    assert (same.value, same.se) == (0, 0)
    only = concentration_change((after,), (Cell(amount=np.ones(40), by=by, clusters=ids),))
    plain = concentration_index(after.amount, by)
    assert only.value == pytest.approx(plain.value, abs=1e-12)
    assert only.se == pytest.approx(plain.se, abs=1e-12)


def test_ranks_and_refusals():
    assert fractional_ranks(np.array([3.0, 1.0, 3.0])).tolist() == pytest.approx([2 / 3, 1 / 6, 2 / 3])
    with pytest.raises(EstimationError, match="a mean of 0"):
        concentration_index(np.zeros(3), np.arange(3.0))
    with pytest.raises(EstimationError, match="no units"):
        concentration_index(np.zeros(0), np.zeros(0))
    with pytest.raises(EstimationError, match="nothing to share out"):
        concentration_curve(np.zeros(2), np.arange(2.0))
    assert np.isnan(concentration_index(np.ones(1), np.ones(1)).se)

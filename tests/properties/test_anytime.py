"""E-processes by exact expectation, against slow and plain loops, and what must hold of them whatever the numbers."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta, betainc
from scipy.stats import norm, poisson

from coproduce.methods.anytime import (
    Looks,
    against_tolerated_counts,
    bounded_null,
    compared_means,
    half_normal_log_e,
    over_any_looks,
    raised_alarms,
    shared_counts,
)
from coproduce.methods.anytime.betting import FRACTIONS, block_differences

COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)


def arrays(rows):
    return tuple(np.array(column, dtype=float)[None] for column in zip(*rows, strict=True))


@given(COUNTS)
@settings(deadline=None)
def test_equal_exposure_is_the_restricted_beta_mixture_in_closed_form(rows):
    treated, comparison = arrays(rows)
    found = shared_counts(treated, comparison, share=np.full(treated.shape, 0.5))
    x, y = treated.sum(), comparison.sum()
    closed = beta(1 + x, 1 + y) * (1 - betainc(1 + x, 1 + y, 0.5)) / 0.5 / 0.5 ** (x + y)
    assert np.exp(found.log_e[0, -1]) == pytest.approx(closed, rel=1e-8)
    steady = shared_counts(treated, comparison, share=np.array([[0.5]]))
    assert steady.log_e == pytest.approx(found.log_e, abs=1e-9)
    assert steady.low.tolist() == found.low.tolist()  # by halving, and by asking for every ratio
    assert steady.high.tolist() == found.high.tolist()


@given(COUNTS, st.floats(1, 3), st.lists(st.floats(0.1, 0.9), min_size=8, max_size=8))
@settings(deadline=None, max_examples=40)
def test_counts_with_changing_exposure_equal_the_integral_done_by_quadrature(rows, tolerance, shares):
    treated, comparison = arrays(rows)
    share = np.array(shares)[None, : treated.shape[1]]
    found = shared_counts(treated, comparison, share=share, tolerance=tolerance)

    def ratio_of_likelihoods(place):
        ratio, product_ = place / (1 - place), 1.0
        for (x, y), s in zip(rows, shares, strict=False):
            p, null = (s * r / (s * r + 1 - s) for r in (ratio, tolerance))
            product_ *= (p / null) ** x * ((1 - p) / (1 - null)) ** y
        return product_

    start = tolerance / (1 + tolerance)
    mixed = quad(ratio_of_likelihoods, start, 1, epsabs=0, epsrel=1e-10, limit=200)[0] / (1 - start)
    assert np.exp(found.log_e[0, -1]) == pytest.approx(mixed, rel=1e-6)


@pytest.mark.parametrize("rate", [0.3, 0.5])
def test_the_mean_over_all_outcomes_of_a_look_never_exceeds_where_it_stood(rate):
    """Given any past, the binomial mean of the next value is no larger: a supermartingale, by enumeration."""
    share = np.array([[0.5]])
    for past, new in product(((0, 0), (3, 1), (1, 6)), (1, 4)):
        now = np.exp(shared_counts(*(np.array([[v * 1.0]]) for v in past), share=share).log_e[0, 0])
        mean = sum(
            math.comb(new, x)
            * rate**x
            * (1 - rate) ** (new - x)
            * np.exp(
                shared_counts(
                    np.array([[past[0], x * 1.0]]), np.array([[past[1], new - x * 1.0]]), share=share
                ).log_e[0, 1]
            )
            for x in range(new + 1)
        )
        assert mean <= now * (1 + 1e-9)
        if rate == 0.5:
            assert mean == pytest.approx(now, rel=1e-8)


def test_the_mean_against_a_tolerated_rate_is_one_at_the_limit_and_less_below_it():
    counts = np.arange(20_000.0)  # so many, because the mixture holds rates far above the limit
    log_e = against_tolerated_counts(counts[:, None], np.full((len(counts), 1), 3.0)).log_e[:, 0]
    assert np.exp(log_e + poisson.logpmf(counts, 3.0)).sum() == pytest.approx(1, abs=1e-8)
    assert np.exp(log_e + poisson.logpmf(counts, 2.0)).sum() < 1


def test_bets_on_bounded_numbers_have_mean_one_at_the_limit_and_less_below_it():
    outcomes = np.array(list(product((0.0, 0.5, 1.0), repeat=4)))
    e = np.exp(bounded_null(outcomes, low=0, null=0.5)[:, -1])
    for chances, exact in (((0.25, 0.5, 0.25), True), ((0.5, 0.4, 0.1), False)):
        weights = np.prod([[chances[int(2 * v)] for v in row] for row in outcomes], axis=1)
        assert (weights @ e == pytest.approx(1, abs=1e-10)) if exact else weights @ e < 1


def test_the_half_normal_mixture_is_the_mean_of_its_exponentials():
    for score, time, scale in ((3.0, 10.0, 0.4), (-2.0, 5.0, 1.0), (0.0, 100.0, 0.1)):
        mean = quad(
            lambda d, s=score, t=time, r=scale: np.exp(d * s - d * d * t / 2) * 2 * norm.pdf(d, scale=r),
            0,
            40 * scale,
        )[0]
        ours = half_normal_log_e(np.array(score), np.array(time), scale=scale)
        assert np.exp(ours) == pytest.approx(mean, rel=1e-8)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.2, 0.8))
@settings(deadline=None)
def test_bets_equal_a_plain_loop(values, null):
    capitals = [1.0] * len(FRACTIONS)
    for value in values:
        capitals = [c * (1 + f * (value - null) / null) for c, f in zip(capitals, FRACTIONS, strict=True)]
    found = np.exp(bounded_null(np.array([values]), low=0, null=null)[0, -1])
    assert found == pytest.approx(sum(capitals) / len(capitals), rel=1e-9, abs=1e-12)


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_alarms_over_streams_equal_a_plain_loop(streams, looks, seed):
    e = np.exp(np.random.default_rng(seed).normal(1, 2.5, (streams, looks)))
    first, held = {}, {}
    for look in range(looks):
        current = [held.get(s, e[s, look]) for s in range(streams)]
        ordered = sorted(current, reverse=True)
        passing = [k for k in range(1, streams + 1) if ordered[k - 1] >= streams / (0.1 * k)]
        for s in range(streams):
            if passing and current[s] >= ordered[max(passing) - 1] and s not in first:
                first[s], held[s] = look, current[s]
    found = raised_alarms(np.log(e), alpha=0.1)
    assert found.first.tolist() == [first.get(s, -1) for s in range(streams)]


@given(st.lists(st.floats(-5, 9), min_size=1, max_size=10))
@settings(deadline=None)
def test_looks_that_depend_are_weighted_one_over_t_and_t_plus_one(log_e):
    found = np.exp(over_any_looks(np.array([[np.nan, *log_e]])))[0]
    plain = np.cumsum([np.exp(v) / (t * (t + 1)) for t, v in enumerate(log_e, start=1)])
    assert found.tolist() == pytest.approx([0, *plain])


@given(st.integers(1, 9), st.integers(1, 9))
def test_blocks_use_every_unit_once(n, m):
    rng = np.random.default_rng(n * 10 + m)
    treated, comparison = rng.random(n), rng.random(m)
    found = block_differences(treated, comparison)
    assert len(found) == min(n, m)
    sizes = [len(part) for part in np.array_split(treated, len(found))]
    assert max(sizes) - min(sizes) <= 1
    if n == m:
        assert found == pytest.approx(treated - comparison)


def test_compared_means_equal_a_plain_loop_over_units():
    rng = np.random.default_rng(5)
    sizes = rng.integers(0, 9, (2, 14))
    units = [[rng.normal(0.5 * (arm == 0), 1 + arm, size) for size in sizes[arm]] for arm in (0, 1)]
    arms = [
        Looks(
            n=sizes[arm][None] * 1.0,
            total=np.array([[u.sum() for u in units[arm]]]),
            squares=np.array([[(u**2).sum() for u in units[arm]]]),
        )
        for arm in (0, 1)
    ]
    found = compared_means(*arms, tolerance=0.1)
    moved = weight = 0.0
    for one, other in zip(*units, strict=True):
        if len(one) and len(other):
            w = len(one) * len(other) / (len(one) + len(other))
            moved, weight = moved + w * (one.mean() - other.mean()), weight + w
    assert found.estimate[0, -1] == pytest.approx(moved / weight, abs=1e-12)
    assert found.low[0, -1] < found.estimate[0, -1] < found.high[0, -1]


def test_nothing_is_said_before_enough_units_came_or_where_nothing_varies():
    few = Looks(n=np.full((1, 3), 2.0), total=np.ones((1, 3)), squares=np.ones((1, 3)))
    found = compared_means(few, few)
    assert found.log_e.tolist() == [[0, 0, 0]]
    assert np.isnan(found.estimate).all()
    flat = Looks(n=np.full((1, 3), 20.0), total=np.full((1, 3), 20.0), squares=np.full((1, 3), 20.0))
    assert np.isinf(compared_means(flat, flat).high).all()


def test_the_running_intersection_only_shrinks():
    rng = np.random.default_rng(4)
    values = rng.normal(0, 1, (3, 30, 20))
    arm = Looks(n=np.full((3, 30), 20.0), total=values.sum(2), squares=(values**2).sum(2))
    none = Looks(n=np.full((3, 30), 20.0), total=np.zeros((3, 30)), squares=np.full((3, 30), 20.0))
    found = compared_means(arm, none).intersected()
    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) <= 0).all()

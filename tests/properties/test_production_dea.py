"""Envelopment against HiGHS unit by unit, what must not change, refusals."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from coproduce.errors import EstimationError
from coproduce.methods.production import simplex
from coproduce.methods.production.dea import dea, scale_efficiency
from coproduce.methods.production.dea_bootstrap import dea_bootstrap

HOW = [(returns, orientation) for returns in ("constant", "variable") for orientation in ("input", "output")]


def slow(x, y, *, returns, orientation):
    """One programme a unit, as textbooks write it."""
    n, efficiencies = len(x), []
    for unit in range(n):
        if orientation == "input":
            upper = np.block([[x.T, -x[unit][:, None]], [-y.T, np.zeros((y.shape[1], 1))]])
            right, aim = np.concatenate([np.zeros(x.shape[1]), -y[unit]]), 1.0
        else:
            upper = np.block([[x.T, np.zeros((x.shape[1], 1))], [-y.T, y[unit][:, None]]])
            right, aim = np.concatenate([x[unit], np.zeros(y.shape[1])]), -1.0
        sums = {"A_eq": np.append(np.ones(n), 0.0)[None], "b_eq": [1.0]} if returns == "variable" else {}
        found = linprog(np.append(np.zeros(n), aim), A_ub=upper, b_ub=right, method="highs", **sums)
        efficiencies.append(found.fun if orientation == "input" else -1 / found.fun)
    return np.array(efficiencies)


@st.composite
def tables(draw):
    """Small whole numbers: ties, duplicates, zeros and degenerate programmes abound."""
    n, inputs, outputs = draw(st.integers(1, 8)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    cells = draw(
        st.lists(st.integers(0, 4), min_size=n * (inputs + outputs), max_size=n * (inputs + outputs))
    )
    table = np.reshape(np.array(cells, dtype=float), (n, inputs + outputs))
    x, y = table[:, :inputs], table[:, inputs:]
    assume((x.sum(axis=1) > 0).all())
    assume((y.sum(axis=1) > 0).all())
    return x, y


@given(table=tables(), how=st.sampled_from(HOW))
@settings(deadline=None, max_examples=150)
def test_degenerate_tables_are_those_of_highs(table, how):
    returns, orientation = how
    found = dea(*table, returns=returns, orientation=orientation)
    assert found.efficiency == pytest.approx(slow(*table, returns=returns, orientation=orientation), abs=1e-7)


@pytest.mark.parametrize(("returns", "orientation"), HOW)
def test_units_of_very_different_size_are_those_of_highs(returns, orientation):
    rng = np.random.default_rng(3)
    x = np.exp(rng.normal(0, 3, (80, 1)) + rng.normal(0, 0.5, (80, 3)))
    y = x[:, :2] ** 0.8 * np.exp(rng.normal(0, 0.4, (80, 2)))
    found = dea(x, y, returns=returns, orientation=orientation)
    assert found.efficiency == pytest.approx(slow(x, y, returns=returns, orientation=orientation), rel=1e-6)


@pytest.mark.parametrize(("returns", "orientation"), HOW)
def test_without_pivots_highs_does_the_same(returns, orientation, monkeypatch):
    rng = np.random.default_rng(5)
    x, y = rng.uniform(1, 9, (30, 2)), rng.uniform(1, 9, (30, 2))
    found = dea(x, y, returns=returns, orientation=orientation)
    monkeypatch.setattr(simplex, "MOST_PIVOTS", 0)
    again = dea(x, y, returns=returns, orientation=orientation)
    assert again.efficiency == pytest.approx(found.efficiency, abs=1e-8)
    assert [[row for row, _ in peers] for peers in again.peers] == [
        [row for row, _ in p] for p in found.peers
    ]


@pytest.mark.parametrize(("returns", "orientation"), HOW)
def test_peers_make_it_with_what_the_efficiency_says(returns, orientation):
    rng = np.random.default_rng(6)
    x, y = rng.uniform(1, 9, (40, 3)), rng.uniform(1, 9, (40, 2))
    found = dea(x, y, returns=returns, orientation=orientation)
    for unit, peers in enumerate(found.peers):
        rows, weights = np.array([row for row, _ in peers]), np.array([weight for _, weight in peers])
        least, most = (
            (found.efficiency[unit], 1.0) if orientation == "input" else (1.0, 1 / found.efficiency[unit])
        )
        assert np.all(weights @ x[rows] <= least * x[unit] + 1e-6)
        assert np.all(weights @ y[rows] >= most * y[unit] - 1e-6)
        assert np.all(found.efficiency[rows] == 1)
        if returns == "variable":
            assert weights.sum() == pytest.approx(1)


def test_units_of_measurement_copies_and_order_change_nothing():
    rng = np.random.default_rng(7)
    x, y = rng.uniform(1, 9, (40, 2)), rng.uniform(1, 9, (40, 2))
    found = dea(x, y).efficiency
    assert dea(x * [60.0, 0.01], y * [1e6, 1e-3]).efficiency == pytest.approx(found, abs=1e-8)
    assert dea(np.tile(x, (2, 1)), np.tile(y, (2, 1))).efficiency == pytest.approx(
        np.tile(found, 2), abs=1e-8
    )
    assert dea(x[::-1], y[::-1]).efficiency == pytest.approx(found[::-1], abs=1e-8)


def test_orientations_agree_under_constant_returns_and_variable_ones_are_kinder():
    rng = np.random.default_rng(8)
    x, y = rng.uniform(1, 9, (60, 2)), rng.uniform(1, 9, (60, 2))
    constant = [dea(x, y, returns="constant", orientation=one).efficiency for one in ("input", "output")]
    assert constant[0] == pytest.approx(constant[1], abs=1e-8)
    assert np.all(dea(x, y).efficiency >= constant[0] - 1e-9)
    assert np.all(scale_efficiency(x, y) <= 1)


def test_few_units_and_many_on_the_frontier_are_told():
    rng = np.random.default_rng(9)
    found = dea(rng.uniform(1, 9, (8, 3)), rng.uniform(1, 9, (8, 2)))
    assert {w.name for w in found.worries if not w.ok} == {"few_units", "many_efficient", "no_noise"}


@pytest.mark.parametrize(
    ("x", "y", "seen"),
    [
        ([-1.0, 2], [1.0, 1], "1 of 2 rows with a negative input"),
        ([1.0, 2], [-1.0, 1], "1 of 2 rows with a negative output"),
        ([0.0, 2], [1.0, 0], "1 of 2 rows with no input at all; 1 of 2 rows with no output at all"),
        ([np.nan, 2], [1.0, np.inf], "2 of 2 rows with a number that is missing"),
        ([1.0, 2], [1.0], "shape"),
        ([], [], "shape"),
    ],
)
def test_the_absurd_is_refused(x, y, seen):
    with pytest.raises(EstimationError, match=seen):
        dea(np.array(x), np.array(y))


def test_a_bootstrap_without_spread_is_refused():
    with pytest.raises(EstimationError, match="0 of 3 units off the frontier"):
        dea_bootstrap(
            np.array([1.0, 2, 3]),
            np.array([2.0, 4, 6]),
            generator=np.random.default_rng(1),
            returns="constant",
        )


@pytest.mark.parametrize(("returns", "orientation"), HOW)
def test_a_bootstrap_lies_in_order_and_is_the_same_again(returns, orientation):
    rng = np.random.default_rng(10)
    x = rng.uniform(1, 9, (30, 2))
    y = x.prod(axis=1) ** 0.4 * np.exp(-np.abs(rng.normal(0, 0.3, 30)))
    found, again = (
        dea_bootstrap(
            x, y, generator=np.random.default_rng(2), returns=returns, orientation=orientation, resamples=200
        )
        for _ in range(2)
    )
    assert np.array_equal(found.corrected, again.corrected)
    assert np.all(found.low < found.corrected)
    assert np.all(found.corrected < found.high)
    assert np.all(found.high <= found.efficiency + 1e-9)
    assert found.bias == pytest.approx(found.efficiency - found.corrected)

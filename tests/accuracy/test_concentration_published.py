"""Concentration index and curve against published figures, derivatives and simulated truth."""

import numpy as np
import pytest
from tests.checked import Simulation, Source, repeated

from coproduce.errors import EstimationError
from coproduce.methods.concentration import (
    Cell,
    concentration_change,
    concentration_curve,
    concentration_index,
    fractional_ranks,
)

INDIA = Source(
    question="harms",
    cite="O'Donnell et al. (2008), Analyzing Health Equity Using Household Survey Data, table 8.1 (as recalled)",
)
EQUATION = Source(
    question="harms",
    cite="O'Donnell et al. (2008), Analyzing Health Equity Using Household Survey Data, equation 8.3",
    kind="formula",
)
SLOPE = Source(question="harms", cite="numerical derivative in the weight of each unit", kind="formula")
CLUSTERED = Simulation(
    question="harms",
    design="concentration index",
    made="60 clusters of two units alike; an amount is 1 + its rank + chance (sd 0.3)",
)


def test_under_five_deaths_in_india(checked):
    """Births, and deaths a thousand births, in five wealth groups."""
    births = np.array([29939.0, 28776, 26528, 24689, 19739])
    deaths = np.array([154.7, 152.9, 119.5, 86.9, 54.3])
    found = concentration_index(deaths, np.arange(5.0), weights=births)
    checked.agrees(INDIA, "index of under-five deaths in India", ours=found.value, theirs="-0.1694")
    curve = concentration_curve(deaths, np.arange(5.0), weights=births)
    crossed = curve.units[:-1] * curve.amount[1:] - curve.units[1:] * curve.amount[:-1]
    checked.agrees(
        EQUATION, "the same index, from the curve", ours=found.value, theirs=crossed.sum(), within=1e-12
    )


@pytest.mark.parametrize("bounds", [None, (0.0, 10.0)])
def test_the_influence_is_the_slope_of_the_index_in_a_units_weight(bounds, checked):
    rng = np.random.default_rng(3)
    amount, by, weights = (
        rng.integers(1, 10, 12) * 1.0,
        rng.integers(0, 4, 12) * 1.0,
        rng.integers(1, 3, 12) * 1.0,
    )
    found = concentration_index(amount, by, weights=weights, bounds=bounds)
    slopes = []
    for unit in range(12):
        more, less = weights.copy(), weights.copy()
        more[unit] *= 1 + 1e-6
        less[unit] *= 1 - 1e-6
        up, down = (concentration_index(amount, by, weights=w, bounds=bounds).value for w in (more, less))
        slopes.append((up - down) / 2e-6)
    name = "Erreygers' index" if bounds else "the index"
    checked.agrees(
        SLOPE, f"influence of 12 units on {name}", ours=found.influence, theirs=slopes, within=1e-8
    )


def test_the_interval_of_the_index_and_of_its_change_hold_the_truth_as_often_as_they_promise(checked):
    """In the whole the index is 2 cov(rank, rank) / (1 + 1/2); errors must heed that two units are alike."""
    rng = np.random.default_rng(8)
    held = changed = 0
    studies, clusters = repeated(600), 60
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
    checked.coverage(CLUSTERED, "the index, 95 % intervals", hits=held, runs=studies)
    checked.coverage(CLUSTERED, "its change, none in truth, 95 % intervals", hits=changed, runs=studies)
    assert changed / studies <= 0.95 + 4 * np.sqrt(0.95 * 0.05 / studies)


def test_a_change_takes_the_same_cluster_before_and_after_as_one():
    rng = np.random.default_rng(2)
    by, ids = np.arange(40.0), np.arange(40)
    before = Cell(amount=rng.random(40) + 1, by=by, clusters=ids)
    after = Cell(amount=before.amount.copy(), by=by, clusters=ids)
    same = concentration_change((before, after), (before, after))
    assert (same.value, same.se) == (0, 0)
    only = concentration_change((after,), (Cell(amount=np.ones(40), by=by, clusters=ids),))
    plain = concentration_index(after.amount, by)
    assert (only.value, only.se) == pytest.approx((plain.value, plain.se), abs=1e-12)


def test_ranks_and_refusals():
    assert fractional_ranks(np.array([3.0, 1.0, 3.0])).tolist() == pytest.approx([2 / 3, 1 / 6, 2 / 3])
    with pytest.raises(EstimationError, match="a mean of 0"):
        concentration_index(np.zeros(3), np.arange(3.0))
    with pytest.raises(EstimationError, match="no units"):
        concentration_index(np.zeros(0), np.zeros(0))
    with pytest.raises(EstimationError, match="nothing to share out"):
        concentration_curve(np.zeros(2), np.arange(2.0))
    assert np.isnan(concentration_index(np.ones(1), np.ones(1)).se)

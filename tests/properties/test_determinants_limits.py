"""What the determinants do at their limits: solutions not settled, refits beyond the budget, shuffling that stops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from coproduce.methods.qca.analysis import enhanced, parsimonious, standard
from coproduce.methods.qca.chance import benchmark, best_fit, inverse_share
from coproduce.methods.qca.fit import in_model, sufficiency
from coproduce.methods.qca.robustness import Budget, Scenario, solve, solve_all
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs, truth_table

CLOSED = 1e-10


def noise(conditions, cases, *, fuzzy=False, seed=1):
    random = np.random.default_rng(seed)
    if fuzzy:
        return Sets(values=random.random((cases, conditions)), levels=(2,) * conditions), random.random(cases)
    values = random.integers(0, 2, (cases, conditions)).astype(float)
    return Sets(values=values, levels=(2,) * conditions), random.integers(0, 2, cases).astype(float)


def test_what_is_not_settled_is_named_with_its_bounds_and_the_rest_is_answered():
    sets, outcome = noise(10, 100)
    hope = [()] * 10
    whole, cut = (
        standard(sets, outcome, cut_offs=CutOffs(), expectations=hope, effort=effort)
        for effort in (10**10, 10**6)
    )
    assert cut.parsimonious is None
    assert list(cut.unsettled) == ["parsimonious"]
    assert cut.conservative == cut.intermediate
    assert set(cut.conservative.models) <= set(whole.conservative.models)
    assert cut.conservative.count <= whole.conservative.count
    bounds = cut.unsettled["parsimonious"]
    assert bounds.least <= len(whole.parsimonious.models[0]) <= bounds.most
    assert "the search was ended by its limit" in bounds.reason
    other = standard(sets, 1 - outcome, cut_offs=CutOffs(), expectations=hope)
    for both in ((cut, other), (other, cut)):
        assert "not settled" in enhanced(*both, necessary=[], expectations=hope).reason


def test_an_intermediate_solution_rests_on_both_others():
    sets, outcome = noise(10, 100)
    found = standard(sets, outcome, cut_offs=CutOffs(), expectations=[{1}] * 10, effort=10**6)
    assert list(found.unsettled) == ["parsimonious", "intermediate"]
    assert found.conservative is not None


def test_refits_beyond_the_budget_are_not_settled_and_never_called_the_same():
    sets, outcome = noise(6, 20)
    start = Scenario(sets=sets, outcome=outcome, cut_offs=CutOffs())
    scenarios = [
        replace(start, sets=sets.without(case), outcome=np.delete(outcome, case)) for case in range(20)
    ]
    first, whole = solve(start), solve_all(scenarios, workers=1)
    some = solve_all(scenarios, budget=Budget(effort=10**12, most=3), workers=1)
    settled = [one for one in some if not one.limit]
    assert 3 <= len(settled) < 20
    for one, other in zip(some, whole, strict=True):
        assert one.same(first) in {other.same(first), None}
        assert one.same(first) is not None or one.limit
    assert None in {one.same(first) for one in some}
    assert {one.same(first) for one in whole} <= {True, False}


def test_a_known_solution_stands_wherever_the_rows_are_the_same():
    sets, outcome = noise(3, 30)
    start = Scenario(sets=sets, outcome=outcome, cut_offs=CutOffs())
    table = truth_table(sets, outcome, cut_offs=CutOffs())
    known = (table, parsimonious(table, listed=20))
    scenarios = [start, *(replace(start, cut_offs=CutOffs(inclusion=cut)) for cut in (0.55, 0.8, 1.0))]
    plain = [solve(one) for one in scenarios]
    for one, other in zip(solve_all(scenarios, known=known, workers=1), plain, strict=True):
        assert (one.models, one.count, one.fit, one.problem) == (
            other.models,
            other.count,
            other.fit,
            other.problem,
        )
        np.testing.assert_array_equal(one.membership, other.membership)


@pytest.mark.parametrize("fuzzy", [True, False])
def test_no_model_fits_better_than_the_bound(fuzzy):
    reached = 0
    for seed in range(60):
        sets, outcome = noise(2 + seed % 3, 12, fuzzy=fuzzy, seed=seed)
        bound = best_fit(Scenario(sets=sets, outcome=outcome, cut_offs=CutOffs()))
        table = truth_table(sets, outcome, cut_offs=CutOffs())
        if bound is None:
            assert not len(table.configurations("positive"))
            continue
        reached += 1
        for model in parsimonious(table).models:
            fit = sufficiency(in_model(sets, model), outcome)
            assert fit.inclusion <= bound.inclusion + CLOSED
            assert fit.coverage <= bound.coverage + CLOSED
    assert reached > 20


@pytest.mark.parametrize("workers", [1, 2])
def test_shuffling_stops_after_so_many_as_good_and_says_so(workers):
    sets, outcome = noise(4, 14, fuzzy=True, seed=6)
    start = Scenario(sets=sets, outcome=outcome, cut_offs=CutOffs(inclusion=0.7))
    observed = solve(start)
    whole = benchmark(start, observed, permutations=150, seed=3, workers=1)
    early = benchmark(start, observed, permutations=150, seed=3, stop_after=5, workers=workers)
    assert whole.as_good > 5
    assert early.stopped
    assert not whole.stopped
    assert early.as_good == 5
    assert early.p == 5 / early.permutations
    again = benchmark(start, observed, permutations=early.permutations, seed=3, workers=1)
    one_less = benchmark(start, observed, permutations=early.permutations - 1, seed=3, workers=1)
    assert (again.as_good, one_less.as_good) == (5, 4)


def test_the_interval_of_a_share_drawn_until_so_many_hits_inverts_its_distribution():
    found = inverse_share(10, 40)
    # the tenth hit at draw 40 or before; at draw 40 or after
    assert binom.sf(9, 40, found.low) == pytest.approx(0.025, abs=1e-8)
    assert binom.cdf(9, 39, found.high) == pytest.approx(0.025, abs=1e-8)
    assert inverse_share(5, 5).high == 1


def test_shuffles_that_are_not_settled_count_as_as_good():
    sets, outcome = noise(10, 40, fuzzy=True)
    start = Scenario(sets=sets, outcome=outcome, cut_offs=CutOffs())
    found = benchmark(start, solve(start), permutations=10, seed=1, effort=1, workers=1)
    assert 0 < found.limited <= found.as_good

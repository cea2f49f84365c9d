"""Sets, truth tables, fit, necessity and robustness against plain loops, brute force and exact enumeration."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.methods.qca.analysis import enhanced, standard
from coproduce.methods.qca.calibrate import POWERS, direct, in_order, indirect
from coproduce.methods.qca.cases import kinds
from coproduce.methods.qca.chance import benchmark, crisp_fit
from coproduce.methods.qca.fit import in_model, in_term, model_fit, necessity, sufficiency
from coproduce.methods.qca.necessity import supersets
from coproduce.methods.qca.robustness import (
    Scenario,
    core_fit,
    inclusion_range,
    inclusion_scenarios,
    solve,
    solve_all,
)
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs, truth_table
from coproduce.methods.small_samples import firth_logit, least_squares_hc3

CLOSED = 1e-10
MEMBERSHIP = st.integers(0, 100).filter(lambda hundredths: hundredths != 50).map(lambda part: part / 100)


@st.composite
def comparisons(draw, *, crisp=None, most=4):
    """Sets of two levels or three, and an outcome."""
    conditions, cases = draw(st.integers(1, most)), draw(st.integers(3, 12))
    is_crisp = draw(st.booleans()) if crisp is None else crisp
    levels = tuple(draw(st.sampled_from((2, 2, 2, 3))) for _ in range(conditions))
    membership = st.sampled_from((0.0, 1.0)) if is_crisp else MEMBERSHIP
    columns = [
        draw(st.lists(membership if level == 2 else st.integers(0, 2), min_size=cases, max_size=cases))
        for level in levels
    ]
    outcome = draw(st.lists(membership, min_size=cases, max_size=cases))
    return Sets(values=np.array(columns, dtype=float).T, levels=levels), np.array(outcome)


def slow_fit(x, y):
    """Inclusion, PRI and coverage, case by case."""
    both = either = in_x = in_y = 0.0
    for a, b in zip(x, y, strict=True):
        both += min(a, b)
        either += min(a, b, 1 - b)
        in_x += a
        in_y += b
    return (
        both / in_x if in_x else math.nan,
        (both - either) / (in_x - either) if in_x - either > 0 else math.nan,
        both / in_y if in_y else math.nan,
    )


@given(comparisons())
@settings(deadline=None)
def test_a_truth_table_is_what_case_by_case_counting_gives(comparison):
    sets, outcome = comparison
    cut_offs = CutOffs()
    table = truth_table(sets, outcome, cut_offs=cut_offs)
    for row in table.rows:
        inside = []
        for case, values in enumerate(sets.values):
            parts = [
                float(value == level) if many > 2 else (value if level else 1 - value)
                for value, level, many in zip(values, row.configuration, sets.levels, strict=True)
            ]
            inside.append(min(parts))
            assert (case in row.cases) == (min(parts) > 0.5)
        expected = slow_fit(inside, outcome)
        assert (row.fit.inclusion, row.fit.pri, row.fit.coverage) == pytest.approx(
            expected, abs=CLOSED, nan_ok=True
        )
    assert sorted(case for row in table.rows for case in row.cases) == list(range(len(outcome)))
    assert table.possible - len(table.rows) == table.remainders


@given(comparisons())
@settings(deadline=None)
def test_every_model_covers_every_positive_row_and_no_negative_one(comparison):
    sets, outcome = comparison
    for y in (outcome, 1 - outcome):
        found = standard(sets, y, cut_offs=CutOffs(), expectations=[{1}] * len(sets.levels))
        for solution in (found.conservative, found.parsimonious, found.intermediate):
            if solution is None:
                assert not len(found.table.configurations("positive"))
                continue
            for model in solution.models:
                for status, held in (("positive", True), ("negative", False)):
                    for row in found.table.configurations(status):
                        holds = [
                            all(asked in (-1, level) for asked, level in zip(term, row, strict=True))
                            for term in model
                        ]
                        assert any(holds) == held


@given(comparisons())
@settings(deadline=None)
def test_negating_twice_gives_the_same(comparison):
    sets, outcome = comparison
    twice = 1 - (1 - outcome)
    one, other = (
        standard(sets, y, cut_offs=CutOffs(), expectations=[()] * len(sets.levels)) for y in (outcome, twice)
    )
    assert one.parsimonious == other.parsimonious
    assert one.conservative == other.conservative == one.intermediate


@given(comparisons(crisp=True))
@settings(deadline=None)
def test_enhanced_solutions_share_no_remainder_between_an_outcome_and_its_negation(comparison):
    sets, outcome = comparison
    hope = [()] * len(sets.levels)
    sides = [standard(sets, y, cut_offs=CutOffs(), expectations=hope) for y in (outcome, 1 - outcome)]
    better = [enhanced(*both, necessary=[], expectations=hope) for both in (sides, sides[::-1])]
    solutions = [
        side.parsimonious if found is None else found.parsimonious
        for side, found in zip(sides, better, strict=True)
    ]
    if None in solutions:
        return
    every = np.array(list(itertools.product(*(range(level) for level in sets.levels))), dtype=float)
    space = Sets(values=every, levels=sets.levels)
    claims = [
        np.max([in_model(space, model) for model in solution.models], axis=0) == 1 for solution in solutions
    ]
    assert not np.any(claims[0] & claims[1])


def test_a_row_that_leads_to_both_by_lax_cut_offs_is_no_untenable_assumption():
    sets = Sets(values=np.array([[1.0, 1], [1, 1], [0, 0], [1, 0]]), levels=(2, 2))
    outcome = np.array([1.0, 0, 1, 0])
    hope, lax = [(), ()], CutOffs(inclusion=0.5, pri=0)
    sides = [standard(sets, y, cut_offs=lax, expectations=hope) for y in (outcome, 1 - outcome)]
    rows = [{tuple(row) for row in side.table.configurations("positive").tolist()} for side in sides]
    assert rows[0] & rows[1] == {(1, 1)}
    for both in (sides, sides[::-1]):
        better = enhanced(*both, necessary=[], expectations=hope)
        assert better is None or (1, 1) not in better.contradictory


@given(comparisons())
@settings(deadline=None)
def test_unique_coverage_is_what_is_lost_without_the_term(comparison):
    sets, outcome = comparison
    if not outcome.any():
        return
    terms = [tuple(row) for row in np.eye(len(sets.levels), dtype=int) * 2 - 1]
    found = model_fit(sets, terms, outcome=outcome)
    for place, fit in enumerate(found.terms):
        others = in_model(sets, [term for at, term in enumerate(terms) if at != place])
        lost = found.model.coverage - sufficiency(others, outcome).coverage
        assert fit.unique == pytest.approx(lost, abs=CLOSED)
        assert -CLOSED <= fit.unique <= fit.coverage + CLOSED


@given(comparisons())
@settings(deadline=None)
def test_sufficiency_is_necessity_the_other_way_round(comparison):
    sets, outcome = comparison
    x = in_term(sets, (1,) + (-1,) * (len(sets.levels) - 1))
    one, other = sufficiency(x, outcome), necessity(outcome, x)
    assert (one.inclusion, one.coverage) == pytest.approx(
        (other.inclusion, other.coverage), abs=CLOSED, nan_ok=True
    )


@given(comparisons(most=3))
@settings(deadline=None)
def test_unions_are_the_shortest_that_are_necessary(comparison):
    sets, outcome = comparison
    if (
        not outcome.any() or outcome.all()
    ):  # where all cases have the outcome, relevance has nothing to divide by
        return
    parts = [(place, level) for place, many in enumerate(sets.levels) for level in range(many)]
    choices = [
        chosen
        for size in (1, 2)
        for chosen in itertools.combinations(parts, size)
        if len({place for place, _ in chosen}) == size
    ]
    reached = {
        frozenset(chosen)
        for chosen in choices
        if sum(np.minimum(np.max([sets.membership(*part) for part in chosen], axis=0), outcome))
        >= 0.9 * outcome.sum() - CLOSED
    }
    shortest = {
        chosen for chosen in reached if len(chosen) == 2 and not any(less < chosen for less in reached)
    }
    found = supersets(sets, outcome, relevance=0, most_parts=2)
    assert {frozenset(one.parts) for one in found if one.joined == "union"} == shortest


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3, unique=True).map(sorted), st.floats(0.6, 0.99))
@settings(deadline=None)
def test_direct_calibration_meets_its_anchors_and_turns_round(anchors, degree):
    if min(np.diff(anchors)) < 1e-3:
        return
    found = direct(np.array(anchors), anchors, degree=degree)
    assert found == pytest.approx([1 - degree, 0.5, degree], abs=CLOSED)
    raw = np.linspace(-6, 6, 50)
    falling = direct(raw, anchors[::-1], degree=degree)
    np.testing.assert_allclose(falling, 1 - direct(raw, anchors, degree=degree), atol=CLOSED)
    assert np.all(np.diff(falling) <= 0)


def test_a_set_of_the_middle_rises_and_falls():
    anchors = [0, 1, 2, 3, 4, 5]
    assert in_order(anchors)
    found = direct(np.array([0, 1, 2, 2.5, 3, 4, 5.0]), anchors)
    assert found[[0, 1, 2, 4, 5, 6]] == pytest.approx([0.05, 0.5, 0.95, 0.95, 0.5, 0.05], abs=1e-9)
    assert found[3] > 0.95


def test_indirect_calibration_is_the_best_fractional_logit_of_statsmodels():
    raw = np.array([1.0, 2, 3, 5, 8, 9, 12, 15, 20, 31])
    rough = np.array([0, 0, 0.2, 0.4, 0.4, 0.6, 0.6, 0.8, 1, 1])
    scaled = raw / np.exp(np.mean(np.log(raw)))
    fits = []
    for one, two in itertools.combinations_with_replacement(POWERS, 2):
        first, second = (np.log(scaled) if power == 0 else scaled**power for power in (one, two))
        x = sm.add_constant(np.column_stack([first, first * np.log(scaled) if one == two else second]))
        fits.append(sm.GLM(rough, x, family=sm.families.Binomial()).fit(tol=1e-12, maxiter=500))
    best = min(fits, key=lambda fit: -np.sum(rough * np.log(fit.mu) + (1 - rough) * np.log(1 - fit.mu)))
    np.testing.assert_allclose(indirect(raw, rough), best.mu, atol=1e-6)


@given(comparisons())
@settings(deadline=None)
def test_cases_of_all_kinds_add_up(comparison):
    sets, outcome = comparison
    x = in_term(sets, (1,) + (-1,) * (len(sets.levels) - 1))
    found = kinds(x, outcome)
    both = sum(kind in ("typical", "deviant_in_degree") for kind in found)
    assert both == int(np.sum((x > 0.5) & (outcome > 0.5)))
    assert found.count("deviant_in_consistency") == int(np.sum((x > 0.5) & (outcome < 0.5)))
    assert found.count("deviant_in_coverage") == int(np.sum((x < 0.5) & (outcome > 0.5)))


def lipset_like(seed, *, cases=14, conditions=3):
    random = np.random.default_rng(seed)
    x = np.round(random.uniform(size=(cases, conditions)), 2)
    x[x == 0.5] = 0.51
    y = np.clip(np.minimum(x[:, 0], x[:, 1]) + random.normal(0, 0.15, cases), 0, 1)
    return Scenario(sets=Sets(values=x, levels=(2,) * conditions), outcome=y, cut_offs=CutOffs())


@pytest.mark.parametrize("seed", range(6))
def test_the_range_of_the_inclusion_cut_off_is_what_a_fine_grid_finds(seed):
    start = lipset_like(seed)
    cuts, scenarios = inclusion_scenarios(start)
    low, high = inclusion_range(cuts, solve_all(scenarios, workers=1), start=start.cut_offs)
    assert low < start.cut_offs.inclusion <= high
    here = solve(start)
    grid = np.arange(0.5, 1.0001, 0.002)
    same = [solve(replace(start, cut_offs=replace(start.cut_offs, inclusion=cut))).same(here) for cut in grid]
    for cut, unchanged in zip(grid, same, strict=True):
        if low + 1e-6 < cut < high - 1e-6:
            assert unchanged
    just_out = [cut for cut in (low - 1e-6, high + 1e-6) if 0.5 < cut < 1]
    assert not any(
        solve(replace(start, cut_offs=replace(start.cut_offs, inclusion=cut))).same(here) for cut in just_out
    )


def test_the_robust_core_of_a_solution_with_itself_is_whole():
    random = np.random.default_rng(3)
    x, y = random.uniform(size=9), random.uniform(size=9)
    found = core_fit(x, [x, x], outcome=y)
    assert (found.consistency, found.coverage, found.least, found.most, found.rank) == (1, 1, 1, 1, 1)


def test_the_robust_core_is_what_every_test_solution_shares():
    outcome = np.array([1.0, 1, 1, 1, 0, 0])
    initial = np.array([1.0, 1, 1, 0, 1, 0])
    tests = [np.array([1.0, 1, 0, 0, 1, 0]), np.array([1.0, 0, 1, 1, 0, 0])]
    found = core_fit(initial, tests, outcome=outcome)
    # initial: inclusion 3/4, coverage 3/4; core: the first case only, inclusion 1, coverage 1/4
    assert found.consistency == pytest.approx(0.75)
    assert found.coverage == pytest.approx(1 / 3)
    assert found.least == pytest.approx(1 / 4)  # one case shared of four
    assert found.most == pytest.approx(4 / 5)
    assert found.typical == pytest.approx(
        1 / 4
    )  # of the cases with the outcome: 1 robust, 2 shaky, 1 possible
    assert found.deviant == 0
    assert found.rank == 4


def test_shuffling_agrees_with_every_permutation():
    sets = Sets(values=np.array([[1.0, 1], [1, 0], [1, 1], [0, 1], [0, 0], [0, 0]]), levels=(2, 2))
    start = Scenario(sets=sets, outcome=np.array([1.0, 1, 1, 0, 0, 1]), cut_offs=CutOffs())
    observed = solve(start)
    as_good = [
        found.fit is not None
        and found.fit.inclusion * found.fit.coverage >= observed.fit.inclusion * observed.fit.coverage - 1e-9
        for chosen in itertools.combinations(range(6), 4)
        for found in [solve(replace(start, outcome=np.isin(np.arange(6), chosen).astype(float)))]
    ]
    exact = np.mean(as_good)
    found = benchmark(start, observed, permutations=250, seed=8, workers=1)
    assert found.interval.low - 0.01 < exact < found.interval.high + 0.01
    assert abs(found.as_good / 250 - exact) < 4 * math.sqrt(exact * (1 - exact) / 250) + 1e-9


def test_shuffled_fuzzy_outcomes_are_minimised_the_same_by_any_number_of_workers():
    start = lipset_like(2)
    observed = solve(start)
    one, two = (benchmark(start, observed, permutations=30, seed=4, workers=workers) for workers in (1, 2))
    assert one == two
    as_good = 0
    for number in range(30):
        outcome = np.random.default_rng((4, number)).permutation(start.outcome)
        found = solve(replace(start, outcome=outcome)).fit
        as_good += (
            found is not None
            and found.inclusion * found.coverage >= observed.fit.inclusion * observed.fit.coverage - 1e-9
        )
    assert one.as_good == as_good


@given(comparisons(crisp=True))
@settings(deadline=None)
def test_the_fit_of_crisp_sets_needs_no_minimisation(comparison):
    sets, outcome = comparison
    start = Scenario(sets=sets, outcome=outcome, cut_offs=CutOffs())
    assert crisp_fit(start) == solve(start).fit


def test_as_many_conditions_as_cases_explain_any_outcome():
    random = np.random.default_rng(1)
    sets = Sets(values=random.integers(0, 2, size=(8, 9)).astype(float), levels=(2,) * 9)
    start = Scenario(sets=sets, outcome=np.array([1.0, 0] * 4), cut_offs=CutOffs())
    assert benchmark(start, solve(start), permutations=50, seed=2, workers=1).p > 0.5


def test_least_squares_has_the_errors_of_statsmodels():
    random = np.random.default_rng(5)
    x = sm.add_constant(random.normal(size=(15, 3)))
    y = random.normal(size=15)
    found = least_squares_hc3(x, y)
    expected = sm.OLS(y, x).fit(cov_type="HC3", use_t=True)
    np.testing.assert_allclose(found.estimate, expected.params, atol=1e-8)
    np.testing.assert_allclose(found.se, expected.bse, atol=1e-8)
    np.testing.assert_allclose(found.p, expected.pvalues, atol=1e-8)
    np.testing.assert_allclose(np.column_stack([found.low, found.high]), expected.conf_int(), atol=1e-8)


@given(
    st.lists(st.integers(0, 6), min_size=4, max_size=4).filter(lambda n: n[0] + n[1] > 0 and n[2] + n[3] > 0)
)
@settings(deadline=None, max_examples=20)
def test_firths_logit_of_a_table_adds_half_a_case_to_each_cell(counts):
    a, b, c, d = counts
    if a + b + c + d < 3:
        return
    group = np.repeat([1.0, 1, 0, 0], counts)
    y = np.repeat([1.0, 0, 1, 0], counts)
    found = firth_logit(np.column_stack([np.ones(len(y)), group]), y)
    expected = math.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
    assert found.estimate[1] == pytest.approx(expected, abs=1e-6)
    assert found.low[1] < expected < found.high[1]

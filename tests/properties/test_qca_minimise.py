"""Minimisation against plain listing: every term, every remainder and every choice of terms of small problems."""

import itertools

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from coproduce.methods.qca.covers import fewest
from coproduce.methods.qca.minimise import conservative, intermediate, parsimonious
from coproduce.methods.qca.primes import conservative_primes, prime_implicants
from coproduce.methods.qca.terms import covered

SEEDS = range(6)
EACH = 70


def problems(seed, *, conditions=5, values=(2, 3), most_rows=100):
    """Random truth tables: positive and negative rows, all others remainders."""
    chance = np.random.default_rng(seed)
    made = 0
    while made < EACH:
        levels = [int(n) for n in chance.choice(values, chance.integers(1, conditions + 1))]
        rows = np.array(list(itertools.product(*map(range, levels))), np.int8)
        if len(rows) > most_rows:
            continue
        kinds = chance.choice(3, len(rows), p=chance.dirichlet([1, 1, 1]))
        if (kinds == 1).any():
            made += 1
            yield levels, rows, rows[kinds == 1], rows[kinds == 0]


def every_prime(levels, positive, negative):
    """Prime implicants by listing all terms: those without a negative row that no other such term holds."""
    terms = np.array(list(itertools.product(*(range(-1, level) for level in levels))), np.int8)
    implicants = terms[~covered(terms, negative).any(axis=1)]
    primes = implicants[covered(implicants, implicants).sum(axis=0) == 1]
    return primes[covered(primes, positive).any(axis=1)]


def merged_primes(levels, on, positive):
    """Prime implicants by Quine-McCluskey: rows with the outcome and remainders listed and merged, as sets."""
    current, primes = {tuple(int(v) for v in row) for row in on}, set()
    while current:
        wider, used = set(), set()
        for term in current:
            for place, value in enumerate(term):
                family = {(*term[:place], v, *term[place + 1 :]) for v in range(levels[place])}
                if value >= 0 and family <= current:
                    wider.add((*term[:place], -1, *term[place + 1 :]))
                    used |= family
        primes |= current - used
        current = wider
    return {p for p in primes if covered(np.array([p], np.int8), positive).any()}


def smallest_covers(chart):
    """All smallest covers by trying every choice of terms."""
    for size in range(1, len(chart) + 1):
        found = [
            c for c in itertools.combinations(range(len(chart)), size) if chart[list(c)].any(axis=0).all()
        ]
        if found:
            return found
    return []


def models_by_programming(chart):
    """The number of smallest covers by integer programming: each model found is forbidden, until none is left."""
    count, size = 0, None
    rows, lows = [*chart.T.astype(float)], [1.0] * chart.shape[1]
    while True:
        solved = milp(
            np.ones(len(chart)),
            constraints=LinearConstraint(np.array(rows), lows, np.inf),
            integrality=np.ones(len(chart)),
            bounds=(0, 1),
        )
        if solved.x is None or (size is not None and round(solved.fun) > size):
            return size, count
        size, count = round(solved.fun), count + 1
        rows.append(-np.round(solved.x))
        lows.append(1.0 - size)


def as_set(terms):
    return {tuple(int(value) for value in term) for term in terms}


@pytest.mark.parametrize("seed", SEEDS)
def test_prime_implicants_are_those_of_a_plain_listing(seed):
    for levels, rows, positive, negative in problems(seed):
        off = covered(negative, rows).any(axis=0) if len(negative) else np.zeros(len(rows), bool)
        primes = as_set(prime_implicants(positive, negative, levels=levels))
        assert primes == as_set(every_prime(levels, positive, negative))
        assert primes == merged_primes(levels, rows[~off], positive)


@pytest.mark.parametrize("seed", SEEDS)
def test_conservative_primes_are_those_where_all_remainders_are_negative(seed):
    for levels, rows, positive, _ in problems(seed):
        on = covered(positive, rows).any(axis=0)
        primes = as_set(conservative_primes(positive, levels=levels))
        assert primes == as_set(prime_implicants(positive, rows[~on], levels=levels))
        assert primes == merged_primes(levels, positive, positive)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_smallest_models_are_found_and_counted(seed):
    checked = 0
    for levels, _, positive, negative in problems(seed):
        for terms in (
            prime_implicants(positive, negative, levels=levels),
            conservative_primes(positive, levels=levels),
        ):
            if len(terms) <= 13:
                found, listed = (
                    fewest(terms, positive, listed=10_000),
                    smallest_covers(covered(terms, positive)),
                )
                assert (found.size, found.at_most, found.complete) == (len(listed[0]), len(listed[0]), True)
                assert found.count == len(listed)
                assert list(found.models) == listed
                assert all(set(found.essential) <= set(model) for model in listed)
                checked += 1
    assert checked > EACH


@pytest.mark.parametrize("seed", range(25))
def test_integer_programming_finds_as_many_models(seed):
    chance = np.random.default_rng(seed)
    rows = np.unique(chance.integers(0, 2, (24, 6)), axis=0).astype(np.int8)
    has_it = chance.random(len(rows)) < 0.5
    found = parsimonious(rows[has_it], rows[~has_it], levels=[2] * 6)
    if found.count <= 60:
        assert models_by_programming(covered(found.terms, rows[has_it])) == (found.size, found.count)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_chart_is_counted_as_by_listing(seed):
    chance = np.random.default_rng(100 + seed)
    for _ in range(60):
        rows = np.unique(chance.integers(0, 2, (chance.integers(2, 9), 8)), axis=0).astype(np.int8)
        terms = np.unique(
            np.where(chance.random((14, 8)) < 0.3, rows[chance.integers(0, len(rows), 14)], -1), axis=0
        )
        terms = terms.astype(np.int8)
        chart = covered(terms, rows)
        if chart.any(axis=0).all():
            listed = smallest_covers(chart)
            found = fewest(terms, rows, listed=10_000)
            assert (found.size, found.count, list(found.models)) == (len(listed[0]), len(listed), listed)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_model_covers_the_positive_rows_and_no_negative_one(seed):
    for levels, rows, positive, negative in problems(seed, conditions=6):
        for found in (parsimonious(positive, negative, levels=levels), conservative(positive, levels=levels)):
            for model in found.models:
                terms = found.terms[list(model)]
                assert covered(terms, positive).any(axis=0).all()
                assert not covered(terms, negative).any()
        on = covered(positive, rows).any(axis=0)
        assert (covered(found.terms, rows).any(axis=0) == on).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_negating_twice_gives_the_same(seed):
    for levels, rows, positive, _ in problems(seed, conditions=4):
        outside = ~covered(conservative_primes(positive, levels=levels), rows).any(axis=0)
        if outside.any():
            without = conservative(rows[outside], levels=levels).terms
            back = ~covered(without, rows).any(axis=0)
            assert as_set(rows[back]) == as_set(positive)
            assert as_set(prime_implicants(positive, without, levels=levels)) == as_set(
                conservative_primes(positive, levels=levels)
            )


def easy_rows(rows, positive, model, *, simple, expectations):
    """The easy counterfactuals by looking at each row: the definition, condition by condition."""
    observed, easy = as_set(positive), set()
    for term, towards in itertools.product(as_set(model), as_set(simple)):
        if all(asked in (-1, value) for asked, value in zip(towards, term, strict=True)):
            kept = [
                value if towards[place] >= 0 or not expected or value in expected else -1
                for place, (value, expected) in enumerate(zip(term, expectations, strict=True))
            ]
            easy |= {
                row
                for row in as_set(rows) - observed
                if all(asked in (-1, value) for asked, value in zip(kept, row, strict=True))
            }
    return easy


@pytest.mark.parametrize("seed", SEEDS)
def test_intermediate_models_use_the_easy_counterfactuals_and_no_other(seed):
    chance = np.random.default_rng(seed)
    for levels, rows, positive, negative in problems(seed, conditions=4):
        narrow = conservative(positive, levels=levels)
        wide = parsimonious(positive, negative, levels=levels)
        model, simple = narrow.terms[list(narrow.models[0])], wide.terms[list(wide.models[0])]
        expectations = [set(chance.choice(n, chance.integers(0, n), replace=False).tolist()) for n in levels]
        found = intermediate(positive, (model, simple), expectations=expectations, levels=levels)
        easy = easy_rows(rows, positive, model, simple=simple, expectations=expectations)
        on = np.array(sorted(as_set(positive) | easy), np.int8)
        assert as_set(found.solutions.terms) == merged_primes(levels, on, positive)
        assert as_set(rows[covered(found.easy, rows).any(axis=0)]) == as_set(on)
        assert covered(simple, on).any(axis=0).all()
        assert found.solutions.count == fewest(found.solutions.terms, positive).count

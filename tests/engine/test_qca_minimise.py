"""Minimisation: refusals, limits, and terms that must not be used."""

import numpy as np
import pytest

from coproduce.errors import EstimationError
from coproduce.methods.qca.covers import fewest
from coproduce.methods.qca.intermediate import primes_of_terms
from coproduce.methods.qca.minimise import conservative, intermediate, parsimonious
from coproduce.methods.qca.primes import prime_implicants
from coproduce.methods.qca.products import product
from coproduce.methods.qca.search import lower_bound
from coproduce.methods.qca.terms import codes_of, covered, intersections, terms_of, weights_of


def table(*, conditions, cases, seed):
    """A random crisp truth table: positive and negative rows."""
    chance = np.random.default_rng(seed)
    rows = np.unique(chance.integers(0, 2, (cases, conditions)), axis=0)
    has_it = chance.random(len(rows)) < 0.5
    return rows[has_it], rows[~has_it]


@pytest.mark.parametrize(
    ("positive", "negative", "levels", "says"),
    [
        ([[1, 1]], [[1, 1]], [2, 2], "1 configuration is both positive and negative"),
        ([[1, 1], [1, 0]], [[1, -1]], [2, 2], "2 configurations are both positive and negative"),
        ([[1, 2]], [[0, 0]], [2, 2], "values from 1 to 2"),
        ([[1, 1, 1]], [[0, 0]], [2, 2], "terms of 3 conditions with 2 numbers of levels"),
        ([], [[0, 0]], [2, 2], "no positive configuration"),
    ],
)
def test_what_cannot_be_minimised_is_refused(positive, negative, levels, says):
    with pytest.raises(EstimationError, match=says):
        parsimonious(positive, negative, levels=levels)


def test_too_many_conditions_are_refused():
    with pytest.raises(EstimationError, match="45 conditions"):
        conservative([[1] * 45], levels=[2] * 45)


def test_too_many_prime_implicants_are_refused():
    positive, negative = table(conditions=10, cases=60, seed=1)
    with pytest.raises(EstimationError, match="more than 100 candidates for prime implicants"):
        prime_implicants(positive, negative, levels=[2] * 10, most=100)


def test_a_configuration_that_no_term_covers_is_refused():
    with pytest.raises(EstimationError, match="1 positive configurations that no term covers"):
        fewest(np.array([[1, -1]], np.int8), np.array([[0, 0]], np.int8))


def test_without_negative_rows_every_remainder_is_used():
    found = parsimonious([[1, 0], [0, 1]], [], levels=[2, 2])
    assert found.terms.tolist() == [[-1, -1]]
    assert (found.count, found.models, found.essential) == (1, ((0,),), (0,))


def test_remainders_that_must_not_be_used_stand_among_the_negative():
    """With A*B known positive and ~A*~B known negative, A alone would need the remainder A*~B."""
    free = parsimonious([[1, 1]], [[0, 0]], levels=[2, 2])
    barred = parsimonious([[1, 1]], [[0, 0], [1, 0]], levels=[2, 2])
    by_term = parsimonious([[1, 1, 0]], [[0, 0, -1], [1, 0, -1]], levels=[2, 2, 2])
    assert free.terms.tolist() == [[-1, 1], [1, -1]]
    assert barred.terms.tolist() == [[-1, 1]]
    assert by_term.terms.tolist() == [[-1, 1, -1]]


def test_no_contradictory_assumption_is_left_where_they_are_barred():
    positive, negative = table(conditions=5, cases=14, seed=3)
    levels = [2] * 5
    has, lacks = (
        parsimonious(positive, negative, levels=levels),
        parsimonious(negative, positive, levels=levels),
    )
    both = intersections(has.terms[list(has.models[0])], lacks.terms[list(lacks.models[0])])
    assert len(both)
    assert not covered(both, np.concatenate([positive, negative]).astype(np.int8)).any()
    again = parsimonious(positive, np.concatenate([negative, both]), levels=levels)
    assert not len(intersections(again.terms, both))


def test_a_search_that_is_ended_says_at_least():
    found_some = set()
    for seed in range(1, 7):
        positive, negative = table(conditions=9, cases=60, seed=seed)
        terms, rows = prime_implicants(positive, negative, levels=[2] * 9), positive.astype(np.int8)
        whole = fewest(terms, rows)
        assert whole.complete
        for effort in (1, 15_000_000, 50_000_000):
            found = fewest(terms, rows, effort=effort)
            assert found.size <= whole.size <= found.at_most
            if not found.complete:
                assert found.count <= whole.count
                assert bool(found.models) == (found.size == found.at_most) == (found.count > 0)
                found_some.add(found.count > 0)
    assert found_some == {True, False}


def test_a_model_is_never_shown_where_none_was_settled():
    positive, negative = table(conditions=10, cases=100, seed=1)
    with pytest.raises(EstimationError, match=r"of which a model needs \d+ to \d+"):
        parsimonious(positive, negative, levels=[2] * 10, effort=1)


def test_models_are_listed_up_to_a_limit_and_counted_beyond_it():
    positive, negative = table(conditions=10, cases=30, seed=2)
    short = parsimonious(positive, negative, levels=[2] * 10, listed=7)
    long = parsimonious(positive, negative, levels=[2] * 10, listed=100_000)
    assert len(short.models) == 7
    assert short.count == long.count == len(long.models) == len(set(long.models))
    assert set(short.models) <= set(long.models)
    chart = covered(long.terms, positive.astype(np.int8))
    assert all(chart[list(model)].any(axis=0).all() for model in long.models)


def test_the_bound_is_below_the_fewest_terms():
    for seed in range(20):
        positive, negative = table(conditions=7, cases=40, seed=seed)
        terms = prime_implicants(positive, negative, levels=[2] * 7)
        assert (
            lower_bound(covered(terms, positive.astype(np.int8)))
            <= fewest(terms, positive.astype(np.int8)).size
        )


def test_tiles_multiply_exactly():
    chance = np.random.default_rng(1)
    for rows, inner, columns in ((1, 1, 1), (100, 60, 1500), (33, 7, 5), (64, 3, 0), (0, 3, 4)):
        one, other = chance.integers(0, 50, (rows, inner)), chance.integers(0, 50, (inner, columns))
        assert (product(one, other) == one @ other).all()


def test_codes_of_terms_go_there_and_back():
    levels = [2, 3, 4]
    terms = np.array([[-1, 2, 3], [1, -1, 0], [-1, -1, -1]], np.int8)
    assert (terms_of(codes_of(terms, weights_of(levels)), levels=levels) == terms).all()


def test_without_expectations_the_intermediate_models_are_conservative():
    positive, negative = table(conditions=5, cases=20, seed=5)
    levels = [2] * 5
    narrow, wide = conservative(positive, levels=levels), parsimonious(positive, negative, levels=levels)
    pair = (narrow.terms[list(narrow.models[0])], wide.terms[list(wide.models[0])])
    found = intermediate(positive, pair, expectations=[()] * 5, levels=levels)
    assert found.solutions.terms.tolist() == narrow.terms.tolist()
    assert found.solutions.models == narrow.models


def test_values_of_several_levels_are_put_together_by_consensus():
    terms = np.array([[0, 1], [1, 1], [2, -1]], np.int8)
    assert primes_of_terms(terms, levels=[3, 2]).tolist() == [[-1, 1], [2, -1]]


def test_twenty_conditions_are_counted_to_the_end():
    positive, negative = table(conditions=20, cases=60, seed=1)
    found = parsimonious(positive, negative, levels=[2] * 20)
    chart = covered(found.terms, positive.astype(np.int8))
    assert found.complete
    assert all(chart[list(model)].any(axis=0).all() for model in found.models)

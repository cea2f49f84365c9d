"""Intermediate solutions: remainders are used only where an expectation speaks for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.qca.covers import EFFORT, Solutions, fewest
from coproduce.methods.qca.terms import ABSENT, Terms, covered, disjoint, widest

Expectations = Sequence[Collection[int]]
MOST_TERMS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Intermediate:
    """The models between one conservative and one parsimonious model.

    `easy` are terms that together hold the positive configurations and the easy counterfactuals, and nothing else: a
    remainder is an easy counterfactual where one of them covers it.
    """

    solutions: Solutions
    easy: Terms


def intermediate(
    positive: Terms,
    conservative: Terms,
    *,
    parsimonious: Terms,
    expectations: Expectations,
    levels: Sequence[int],
    effort: int = EFFORT,
) -> Intermediate:
    """The intermediate models between a conservative and a parsimonious one.

    Each term of the conservative model is widened towards each term of the parsimonious model that holds it. A
    condition that the parsimonious term asks for stays. Of the others a condition is dropped where its value is
    against the expectations (there is an expectation on it, and not this value): with the value that is
    expected the outcome should come all the more, so the remainders that this adds are easy counterfactuals. A
    condition as expected, or without expectation, stays: to drop it would take difficult counterfactuals. A
    conservative term that no single parsimonious term holds stays as it is. What comes of it is minimised again
    without any other remainder.

    Parameters
    ----------
    positive
        Configurations with the outcome (rows x conditions).
    conservative, parsimonious
        The terms of one model each.
    expectations
        For each condition the values that should help the outcome; empty where there is no expectation.
    levels
        The number of values of each condition.
    effort
        The limit of the search; see `coproduce.methods.qca.covers.fewest`.

    Returns
    -------
    Intermediate
        All models with the fewest terms.

    References
    ----------
    Ragin, C. C. and Sonnett, J. (2005). Between complexity and parsimony: limited diversity, counterfactual cases and
    comparative analysis; Ragin, C. C. (2008). Redesigning Social Inquiry, chapter 9; Schneider, C. Q. and Wagemann, C.
    (2012), section 6.4; Dusa, A. (2019). QCA with R, section 8.6, whose program does it pair by pair of models as here.

    Examples
    --------
    >>> found = intermediate(
    ...     np.array([[1, 0]], np.int8),
    ...     np.array([[1, 0]], np.int8),
    ...     parsimonious=np.array([[1, -1]], np.int8),
    ...     expectations=[{1}, {1}],
    ...     levels=[2, 2],
    ... )
    >>> found.solutions.terms.tolist()
    [[1, -1]]
    """
    easy = _easy(conservative, parsimonious, expectations=expectations)
    primes = primes_of_terms(easy, levels=levels)
    useful = primes[covered(primes, positive).any(axis=1)]
    return Intermediate(solutions=fewest(useful, positive, effort=effort), easy=easy)


def _easy(conservative: Terms, parsimonious: Terms, *, expectations: Expectations) -> Terms:
    """The conservative terms, widened by all easy counterfactuals."""
    held = covered(parsimonious, conservative)
    simple, complex_ = np.nonzero(held)
    terms, towards = conservative[complex_], parsimonious[simple]
    against = np.zeros(terms.shape, dtype=bool)
    for condition, expected in enumerate(expectations):
        if expected:
            against[:, condition] = ~np.isin(terms[:, condition], list(expected))
    widened = np.where(against & (towards == ABSENT), np.int8(ABSENT), terms)
    return widest(np.concatenate([widened, conservative[~held.any(axis=0)]]))


def primes_of_terms(terms: Terms, *, levels: Sequence[int]) -> Terms:
    """Every prime implicant of a disjunction of terms, by consensus.

    Raises
    ------
    EstimationError
        Where more than 50,000 terms would have to be kept at once.

    References
    ----------
    Tison, P. (1967). IEEE Transactions on Electronic Computers EC-16, 446-456.

    Examples
    --------
    >>> primes_of_terms(np.array([[1, 1, -1], [0, -1, 1]], np.int8), levels=[2, 2, 2]).tolist()
    [[-1, 1, 1], [0, -1, 1], [1, 1, -1]]
    """
    known = widest(terms)
    while True:
        before = known
        for condition, level in enumerate(levels):
            known = widest(np.concatenate([known, _consensus(known, condition, level=int(level))]))
            _refuse_many(known)
        if len(known) == len(before) and (known == before).all():
            return known


def _consensus(terms: Terms, condition: int, *, level: int) -> Terms:
    """What holds whatever the value of a condition: one term for each value, put together."""
    without: Terms = terms.copy()
    without[:, condition] = ABSENT
    shared: Terms = without[terms[:, condition] == 0]
    for value in range(1, level):
        other = without[terms[:, condition] == value]
        first, second = np.nonzero(~disjoint(shared, other))
        shared = widest(np.maximum(shared[first], other[second]))
        _refuse_many(shared)
    return shared


def _refuse_many(terms: Terms) -> None:
    if len(terms) > MOST_TERMS:
        raise EstimationError(
            "intermediate solution",
            seen=f"more than {MOST_TERMS:,} terms to compare",
            may_help="Take fewer conditions, or read the conservative and the parsimonious solution",
        )

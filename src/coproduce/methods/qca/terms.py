"""Terms: conjunctions of conditions, as rows of small whole numbers.

A term has one number a condition: the value that it asks for, or -1 where it asks for nothing. A configuration (a
row of the truth table) is a term that asks for a value of every condition. So with the conditions A, B, C the term
``A*~C`` is ``(1, -1, 0)``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coproduce.errors import EstimationError

Terms = NDArray[np.int8]
ABSENT = -1
MOST_CODES = 2**62


def as_terms(terms: ArrayLike, *, levels: Sequence[int]) -> Terms:
    """Terms or configurations as an array (terms x conditions), each value checked against the levels.

    Raises
    ------
    EstimationError
        Where the numbers of conditions differ, or a value is not one of the levels.

    Examples
    --------
    >>> as_terms([[1, -1, 0]], levels=[2, 2, 2]).tolist()
    [[1, -1, 0]]
    """
    array = np.asarray(terms)
    array = array.reshape(len(array), len(levels)) if array.size == 0 else np.atleast_2d(array)
    if array.shape[1] != len(levels):
        raise EstimationError(
            "qualitative comparative analysis",
            seen=f"terms of {array.shape[1]} conditions with {len(levels)} numbers of levels",
            may_help="Give each condition its number of levels (2 for a crisp or fuzzy set)",
        )
    if ((array < ABSENT) | (array >= np.asarray(levels))).any():
        raise EstimationError(
            "qualitative comparative analysis",
            seen=f"values from {array.min()} to {array.max()} for conditions of {list(levels)} levels",
            may_help="Values run from 0 to one less than the number of levels; -1 stands for absent from the term",
        )
    return array.astype(np.int8)


def covered(terms: Terms, rows: Terms) -> NDArray[np.bool_]:
    """Which term covers which configuration: an array (terms x rows).

    A row may itself be a term: it is covered where the term holds all of it.

    Examples
    --------
    >>> covered(np.array([[1, -1]], np.int8), np.array([[1, 0], [0, 0]], np.int8)).tolist()
    [[True, False]]
    """
    inside = np.ones((len(terms), len(rows)), dtype=bool)
    for condition in range(terms.shape[1]):
        asked = terms[:, condition, None]
        inside &= (asked == ABSENT) | (asked == rows[None, :, condition])
    return inside


def disjoint(one: Terms, other: Terms) -> NDArray[np.bool_]:
    """Which terms of two arrays share no configuration: an array (terms of one x terms of the other).

    Examples
    --------
    >>> disjoint(np.array([[1, -1]], np.int8), np.array([[0, 1], [-1, 1]], np.int8)).tolist()
    [[True, False]]
    """
    apart = np.zeros((len(one), len(other)), dtype=bool)
    for condition in range(one.shape[1]):
        a, b = one[:, condition, None], other[None, :, condition]
        apart |= (a != b) & (a != ABSENT) & (b != ABSENT)
    return apart


def intersections(one: Terms, other: Terms) -> Terms:
    """The terms that hold what a term of one array and a term of the other share, each once, the widest only.

    With the terms of a solution for an outcome and of one for its negation, these are the contradictory simplifying
    assumptions: configurations that nobody observed and that both solutions claim.

    References
    ----------
    Schneider, C. Q. and Wagemann, C. (2012). Set-Theoretic Methods for the Social Sciences, section 8.2.

    Examples
    --------
    >>> intersections(np.array([[1, -1]], np.int8), np.array([[-1, 0]], np.int8)).tolist()
    [[1, 0]]
    """
    first, second = np.nonzero(~disjoint(one, other))
    return widest(np.maximum(one[first], other[second]))


def widest(terms: Terms) -> Terms:
    """The terms that no other term holds, each once, in order.

    Examples
    --------
    >>> widest(np.array([[1, 0], [1, -1], [1, -1]], np.int8)).tolist()
    [[1, -1]]
    """
    unique = np.unique(terms, axis=0)
    kept: Terms = unique[covered(unique, unique).sum(axis=0) == 1]
    return kept


def weights_of(levels: Sequence[int]) -> NDArray[np.int64]:
    """The weight of each condition in the code of a term: a whole number that differs between any two terms.

    Raises
    ------
    EstimationError
        Where so many terms are possible that the codes would not fit (more than 38 crisp conditions).
    """
    sizes = [int(level) + 1 for level in levels]
    total = 1
    weights = []
    for size in reversed(sizes):
        weights.append(total)
        total *= size
    if total > MOST_CODES:
        raise EstimationError(
            "qualitative comparative analysis",
            seen=f"{len(sizes)} conditions",
            may_help="Take fewer conditions: at most 39 crisp or fuzzy ones can be minimised",
        )
    return np.array(weights[::-1], dtype=np.int64)


def codes_of(terms: Terms, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """The code of each term; see `weights_of`."""
    codes: NDArray[np.int64] = (terms.astype(np.int64) + 1) @ weights
    return codes


def terms_of(codes: NDArray[np.int64], *, levels: Sequence[int]) -> Terms:
    """The terms that have these codes; see `weights_of`."""
    sizes = np.asarray(levels, dtype=np.int64) + 1
    return ((codes[:, None] // weights_of(levels)) % sizes - 1).astype(np.int8)

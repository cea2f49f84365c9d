"""Prime implicants: the shortest terms that hold something positive and nothing negative."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coproduce.errors import EstimationError
from coproduce.methods.qca.terms import Terms, as_terms, codes_of, covered, terms_of, weights_of
from coproduce.methods.qca.transversals import minimal_transversals

MOST_PRIMES = 500_000
AT_ONCE = 64


def prime_implicants(
    positive: ArrayLike, negative: ArrayLike, *, levels: Sequence[int], most: int = MOST_PRIMES
) -> Terms:
    """Every prime implicant that covers a positive configuration, where all remainders may be used.

    An implicant is a term that covers no negative configuration; it is prime where no condition can be left out of
    it. The remainders, which are neither positive nor negative, are never listed: the prime implicants that cover a
    positive configuration are the minimal sets of its conditions that tell it from each negative one.

    Parameters
    ----------
    positive
        Configurations with the outcome (rows x conditions).
    negative
        Configurations without it; a row may also be a term (-1: any value), all of whose configurations are negative.
        So remainders that must not be assumed positive are handed over here.
    levels
        The number of values of each condition; 2 for crisp and fuzzy sets.
    most
        Where more than this many sets of conditions would have to be kept at once, it refuses.

    Returns
    -------
    Terms
        The prime implicants (terms x conditions), each once, in order.

    Raises
    ------
    EstimationError
        Where a configuration is both positive and negative, or there are more than `most`.

    References
    ----------
    Quine, W. V. (1955). American Mathematical Monthly 62, 627-631 (prime implicants); Crama, Y. and Hammer, P. L.
    (2011). Boolean Functions, chapter 3 (partially defined functions, as transversals) and chapter 4.

    Examples
    --------
    >>> prime_implicants([[1, 1, 1]], [[0, 0, 1]], levels=[2, 2, 2]).tolist()
    [[-1, 1, -1], [1, -1, -1]]
    """
    rows = np.unique(as_terms(positive, levels=levels), axis=0)
    against = np.unique(as_terms(negative, levels=levels), axis=0)
    refuse_contradictions(rows, against)
    if len(against) == 0:
        return np.full((min(len(rows), 1), len(levels)), -1, dtype=np.int8)
    families = [_differences(row, against) for row in rows]
    weights = weights_of(levels)
    found = [codes_of(np.zeros((0, len(levels)), np.int8), weights)]
    for start in range(0, len(rows), AT_ONCE):
        family, members = minimal_transversals(families[start : start + AT_ONCE], most=most)
        kept = (members[:, None] >> np.arange(len(levels), dtype=np.uint64)) & np.uint64(1) != 0
        found.append(np.unique(codes_of(np.where(kept, rows[family + start], np.int8(-1)), weights)))
    return terms_of(np.unique(np.concatenate(found)), levels=levels)


def _differences(row: Terms, against: Terms) -> NDArray[np.bool_]:
    """Where a configuration differs from each negative term: an array (terms x conditions)."""
    different: NDArray[np.bool_] = (against != row) & (against != -1)
    return different


def refuse_contradictions(positive: Terms, negative: Terms) -> None:
    """Refuse configurations that are both positive and negative."""
    both = int(covered(negative, positive).any(axis=0).sum())
    if both:
        raise EstimationError(
            "minimisation",
            seen=f"{both} {'configuration is' if both == 1 else 'configurations are'} both positive and negative",
            may_help="Decide contradictory rows by a cut-off first, or leave them to the remainders",
        )


def conservative_primes(positive: ArrayLike, *, levels: Sequence[int]) -> Terms:
    """Every prime implicant of the positive configurations alone: no remainder is used.

    Parameters
    ----------
    positive
        Configurations with the outcome (rows x conditions).
    levels
        The number of values of each condition; 2 for crisp and fuzzy sets.

    Returns
    -------
    Terms
        The prime implicants (terms x conditions), each once, in order.

    References
    ----------
    McCluskey, E. J. (1956). Bell System Technical Journal 35, 1417-1444 (merging).

    Examples
    --------
    >>> conservative_primes([[1, 1, 1], [1, 1, 0], [0, 0, 0]], levels=[2, 2, 2]).tolist()
    [[0, 0, 0], [1, 1, -1]]
    """
    rows = as_terms(positive, levels=levels)
    weights = weights_of(levels)
    codes = np.unique(codes_of(rows, weights))
    primes = [codes[:0]]
    while len(codes):
        codes, left = _merged(codes, weights, levels=levels)
        primes.append(left)
    return terms_of(np.unique(np.concatenate(primes)), levels=levels)


def _merged(
    codes: NDArray[np.int64], weights: NDArray[np.int64], *, levels: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One step of merging: the terms with one condition less, and those that merged with nothing."""
    used = np.zeros(len(codes), dtype=bool)
    wider = [codes[:0]]
    for weight, level in zip(weights, levels, strict=True):
        digit = codes // weight % (level + 1)
        asks = np.flatnonzero(digit)
        rest, place, times = np.unique(
            codes[asks] - digit[asks] * weight, return_inverse=True, return_counts=True
        )
        wider.append(rest[times == level])
        used[asks[times[place] == level]] = True
    return np.unique(np.concatenate(wider)), codes[~used]

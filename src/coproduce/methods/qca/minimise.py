"""Minimisation: from configurations with and without the outcome to all of the simplest models.

One call a solution; each gives every model that ties, counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from coproduce.errors import EstimationError
from coproduce.methods.qca.covers import EFFORT, LISTED, Solutions, fewest
from coproduce.methods.qca.intermediate import Expectations, Intermediate
from coproduce.methods.qca.intermediate import intermediate as between
from coproduce.methods.qca.primes import conservative_primes, prime_implicants
from coproduce.methods.qca.terms import as_terms

__all__ = ["Intermediate", "Solutions", "UnsettledError", "conservative", "intermediate", "parsimonious"]


class UnsettledError(EstimationError):
    """The search ended by its limit before it found a model; it would have from `least` to `most` terms."""

    def __init__(self, found: Solutions) -> None:
        self.least, self.most = found.size, found.at_most
        super().__init__(
            "minimisation",
            seen=f"{len(found.terms):,} prime implicants, of which a model needs {self.least} to {self.most}; the "
            "search was ended by its limit before it found one with the fewest",
            may_help="Take fewer conditions, or a higher cut-off for the number of cases in a row",
        )


def conservative(
    positive: ArrayLike, *, levels: Sequence[int], listed: int = LISTED, effort: int = EFFORT
) -> Solutions:
    """The conservative (or complex) solution: no remainder is used.

    Parameters
    ----------
    positive
        Configurations with the outcome (rows x conditions), values from 0 to the number of levels less one.
    levels
        The number of values of each condition; 2 for crisp and fuzzy sets.
    listed
        How many models to list at most; all are counted.
    effort
        The limit of the search; see `coproduce.methods.qca.covers.fewest`.

    Returns
    -------
    Solutions
        All models with the fewest terms.

    Raises
    ------
    EstimationError
        Where there is no positive configuration, or the search ended by its limit before it found a model
        (`UnsettledError`).

    Examples
    --------
    >>> conservative([[1, 1], [1, 0]], levels=[2, 2]).terms.tolist()
    [[1, -1]]
    """
    found = fewest(
        conservative_primes(positive, levels=levels),
        as_terms(positive, levels=levels),
        listed=listed,
        effort=effort,
    )
    return _settled(found)


def parsimonious(
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    levels: Sequence[int],
    listed: int = LISTED,
    effort: int = EFFORT,
) -> Solutions:
    """The parsimonious solution: every remainder may be used that makes it simpler.

    Parameters
    ----------
    positive, negative
        Configurations with and without the outcome (rows x conditions). Among the negative ones may stand terms, with
        -1 for any value: remainders that must not be used (enhanced standard analysis).
    levels
        The number of values of each condition; 2 for crisp and fuzzy sets.
    listed
        How many models to list at most; all are counted.
    effort
        The limit of the search; see `coproduce.methods.qca.covers.fewest`.

    Returns
    -------
    Solutions
        All models with the fewest terms. Where no configuration is negative, that is one term without conditions.

    Raises
    ------
    EstimationError
        Where there is no positive configuration, one is negative too, there are too many prime implicants, or the
        search ended by its limit before it found a model (`UnsettledError`).

    References
    ----------
    Schneider, C. Q. and Wagemann, C. (2012). Set-Theoretic Methods for the Social Sciences, section 8.2 (enhanced
    standard analysis).

    Examples
    --------
    >>> parsimonious([[1, 1]], [[0, 0]], levels=[2, 2]).count
    2
    """
    found = fewest(
        prime_implicants(positive, negative, levels=levels),
        as_terms(positive, levels=levels),
        listed=listed,
        effort=effort,
    )
    return _settled(found)


def intermediate(
    positive: ArrayLike,
    models: tuple[ArrayLike, ArrayLike],
    *,
    expectations: Expectations,
    levels: Sequence[int],
    effort: int = EFFORT,
) -> Intermediate:
    """The intermediate models between a conservative and a parsimonious one.

    Parameters
    ----------
    positive
        Configurations with the outcome (rows x conditions).
    models
        The terms of a conservative and of a parsimonious model.
    expectations
        For each condition the values that should help the outcome; empty where there is no expectation.
    levels
        The number of values of each condition.
    effort
        The limit of the search; see `coproduce.methods.qca.covers.fewest`.

    See Also
    --------
    coproduce.methods.qca.intermediate.intermediate : the definition and its sources.

    Examples
    --------
    >>> found = intermediate([[1, 0]], ([[1, 0]], [[1, -1]]), expectations=[{1}, {1}], levels=[2, 2])
    >>> found.solutions.terms.tolist()
    [[1, -1]]
    """
    complex_, simple = (as_terms(np.asarray(model), levels=levels) for model in models)
    rows = as_terms(positive, levels=levels)
    found = between(
        rows, complex_, parsimonious=simple, expectations=expectations, levels=levels, effort=effort
    )
    _settled(found.solutions)
    return found


def _settled(found: Solutions) -> Solutions:
    """Solutions that have a model; refuse where the search ended before it found one of the fewest terms."""
    if not found.count:
        raise UnsettledError(found)
    return found

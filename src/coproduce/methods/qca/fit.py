"""Parameters of fit: how nearly one set lies within another, and how much of it that explains."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.terms import ABSENT

Numbers = NDArray[np.float64]
Term = Sequence[int] | NDArray[np.int8]
"""A conjunction: for each condition the level that it asks for, -1 where it asks for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sufficiency:
    """How well a set X is a subset of an outcome Y. `unique` is the coverage that no other term of its model has."""

    inclusion: float
    pri: float
    coverage: float
    unique: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Necessity:
    """How well a set X is a superset of an outcome Y; a relevance near nought says that nearly every case is in X."""

    inclusion: float
    relevance: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFit:
    """The fit of a model (a disjunction of terms) and of each of its terms."""

    model: Sufficiency
    terms: tuple[Sufficiency, ...]


def sufficiency(x: Numbers, y: Numbers) -> Sufficiency:
    """The fit of X as sufficient for Y: inclusion (consistency), PRI and coverage.

    Parameters
    ----------
    x, y
        Memberships from 0 to 1, one a case.

    Returns
    -------
    Sufficiency
        NaN where there is nothing to divide by.

    References
    ----------
    Ragin, C. C. (2006). Political Analysis 14, 291-310; Schneider, C. Q. and Wagemann, C. (2012). Set-Theoretic
    Methods for the Social Sciences, chapters 5 and 9 (PRI: p. 242).

    Examples
    --------
    >>> fit = sufficiency(np.array([0.2, 0.7, 0.9]), np.array([0.3, 0.6, 0.8]))
    >>> round(fit.inclusion, 4), round(fit.pri, 4), round(fit.coverage, 4)
    (0.8889, 0.8, 0.9412)
    """
    both = np.minimum(x, y)
    shared, either = both.sum(), np.minimum(both, 1 - y).sum()
    return Sufficiency(
        inclusion=_ratio(shared, x.sum()),
        pri=_ratio(shared - either, x.sum() - either),
        coverage=_ratio(shared, y.sum()),
    )


def necessity(x: Numbers, y: Numbers) -> Necessity:
    """The fit of X as necessary for Y: inclusion (consistency), relevance (RoN) and coverage.

    Parameters
    ----------
    x, y
        Memberships from 0 to 1, one a case.

    References
    ----------
    Ragin, C. C. (2006). Political Analysis 14, 291-310; relevance of necessity: Schneider, C. Q. and Wagemann, C.
    (2012), p. 236.

    Examples
    --------
    >>> fit = necessity(np.array([1.0, 1, 1, 0]), np.array([1.0, 1, 0, 0]))
    >>> fit.inclusion, fit.relevance, round(fit.coverage, 4)
    (1.0, 0.5, 0.6667)
    """
    both = np.minimum(x, y)
    return Necessity(
        inclusion=_ratio(both.sum(), y.sum()),
        relevance=_ratio((1 - x).sum(), (1 - both).sum()),
        coverage=_ratio(both.sum(), x.sum()),
    )


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else math.nan


def in_term(sets: Sets, term: Term) -> Numbers:
    """How far each case is in a conjunction: the least of its memberships; 1 where it asks for nothing.

    Examples
    --------
    >>> sets = Sets(values=np.array([[0.8, 0.3], [0.4, 0.1]]), levels=(2, 2))
    >>> in_term(sets, (1, 0))
    array([0.7, 0.4])
    """
    asked = [
        sets.membership(condition, int(level)) for condition, level in enumerate(term) if level != ABSENT
    ]
    least: Numbers = np.minimum.reduce([np.ones(len(sets.values)), *asked])
    return least


def in_model(sets: Sets, terms: Iterable[Term]) -> Numbers:
    """How far each case is in a disjunction of terms: the greatest of its memberships; 0 where there are none."""
    greatest: Numbers = np.maximum.reduce(
        [np.zeros(len(sets.values)), *(in_term(sets, term) for term in terms)]
    )
    return greatest


def model_fit(sets: Sets, terms: Iterable[Term], *, outcome: Numbers) -> ModelFit:
    """The fit of a model as sufficient for an outcome, and of each term with its unique coverage.

    Parameters
    ----------
    sets
        The cases' memberships in the conditions.
    terms
        The terms of the model.
    outcome
        Memberships in the outcome.

    References
    ----------
    Unique coverage: Ragin, C. C. (2008). Redesigning Social Inquiry, chapter 3.
    """
    parts = [in_term(sets, term) for term in terms]
    none = np.zeros(len(outcome))
    whole = sufficiency(np.maximum.reduce([none, *parts]), outcome)
    fits = []
    for place, part in enumerate(parts):
        others = np.maximum.reduce([none, *(other for at, other in enumerate(parts) if at != place)])
        alone, rest = sufficiency(part, outcome), sufficiency(others, outcome)
        unique = whole.coverage - rest.coverage
        fits.append(
            Sufficiency(inclusion=alone.inclusion, pri=alone.pri, coverage=alone.coverage, unique=unique)
        )
    return ModelFit(model=whole, terms=tuple(fits))

"""Necessary conditions: single ones, their negations, and unions or combinations of a few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.qca.fit import Necessity, necessity
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import ROUNDING

Numbers = NDArray[np.float64]
Part = tuple[int, int]
"""A condition and its level."""

Joined = Literal["single", "union", "combination"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Superset:
    """One or more levels of conditions, joined by *or* (a union) or by *and* (a combination), and their fit."""

    parts: tuple[Part, ...]
    joined: Joined
    fit: Necessity


def single_conditions(sets: Sets, outcome: Numbers) -> tuple[Superset, ...]:
    """The fit of each level of each condition as necessary for the outcome, the highest level first.

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0], [1], [0]]), levels=(2,))
    >>> [(one.parts, one.fit.inclusion) for one in single_conditions(sets, np.array([1.0, 0, 0]))]
    [(((0, 1),), 1.0), (((0, 0),), 0.0)]
    """
    return tuple(
        Superset(parts=(part,), joined="single", fit=necessity(sets.membership(*part), outcome))
        for part in _parts(sets)
    )


def _parts(sets: Sets) -> list[Part]:
    return [
        (condition, level)
        for condition, levels in enumerate(sets.levels)
        for level in reversed(range(levels))
    ]


def supersets(
    sets: Sets, outcome: Numbers, *, inclusion: float = 0.9, relevance: float = 0.6, most_parts: int = 2
) -> tuple[Superset, ...]:
    """Unions and combinations of a few levels that are necessary and not trivial.

    Parameters
    ----------
    sets
        The cases' memberships in the conditions.
    outcome
        Memberships in the outcome.
    inclusion, relevance
        The least of each that counts.
    most_parts
        How many levels are joined at most.

    Returns
    -------
    tuple of Superset
        The shortest unions only (none holds a smaller one that is necessary already), then every combination, best
        relevance first. Unions are many and cheap: one is a necessary condition only where its parts stand for
        something in common.

    References
    ----------
    Ragin, C. C. (2008), chapter 3; Dusa, A. (2019). QCA with R. Springer, chapter 5 (`superSubset`).

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0, 0], [0, 1], [0, 0]]), levels=(2, 2))
    >>> [one.parts for one in supersets(sets, np.array([1.0, 1, 0]))]
    [((0, 1), (1, 1))]
    """
    parts = _parts(sets)
    memberships = {part: sets.membership(*part) for part in parts}
    enough = inclusion - ROUNDING
    reached = [{part} for part in parts if necessity(memberships[part], outcome).inclusion >= enough]
    unions: list[Superset] = []
    combined: list[Superset] = []
    for chosen in _choices(parts, most_parts):
        columns = [memberships[part] for part in chosen]
        together = necessity(np.minimum.reduce(columns), outcome)
        if together.inclusion >= enough:
            combined.append(Superset(parts=chosen, joined="combination", fit=together))
        either = necessity(np.maximum.reduce(columns), outcome)
        if either.inclusion >= enough and not any(smaller <= set(chosen) for smaller in reached):
            reached.append(set(chosen))
            unions.append(Superset(parts=chosen, joined="union", fit=either))
    return (*_relevant(unions, relevance), *_relevant(combined, relevance))


def _choices(parts: list[Part], most: int) -> Iterator[tuple[Part, ...]]:
    """Every choice of levels of different conditions, the small ones first."""
    for size in range(2, most + 1):
        for chosen in combinations(parts, size):
            if len({condition for condition, _ in chosen}) == size:
                yield chosen


def _relevant(found: Iterable[Superset], relevance: float) -> list[Superset]:
    kept = [one for one in found if one.fit.relevance >= relevance - ROUNDING]
    return sorted(kept, key=lambda one: (-one.fit.relevance, one.parts))

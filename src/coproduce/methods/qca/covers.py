"""Covers: the fewest prime implicants that together cover every positive configuration, counted and listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.qca.terms import Terms, covered

LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Solutions:
    """All models of one solution: every choice of the fewest terms that cover all positive configurations.

    `models` are tuples of places in `terms`, at most as many as were asked for, in order; `count` is how many there
    are, and it is exact where `complete`: else there are at least as many. `essential` are the terms that alone cover
    some positive configuration, and so are in every model. `size` is the number of terms of each model.
    """

    terms: Terms
    models: tuple[tuple[int, ...], ...]
    count: int
    complete: bool
    size: int
    essential: tuple[int, ...]


def fewest(terms: Terms, positive: Terms, *, listed: int = LISTED) -> Solutions:
    """Every choice of the fewest terms that cover all positive configurations."""
    chart = covered(terms, positive)
    size = 0
    while not (found := list(_covers(chart, size))):
        size += 1
    alone = np.flatnonzero(chart[:, chart.sum(axis=0) == 1].any(axis=1))
    return Solutions(
        terms=terms,
        models=tuple(islice(found, listed)),
        count=len(found),
        complete=True,
        size=size,
        essential=tuple(int(place) for place in alone),
    )


def _covers(chart: NDArray[np.bool_], size: int) -> Iterator[tuple[int, ...]]:
    for places in combinations(range(len(chart)), size):
        if chart[list(places)].any(axis=0).all():
            yield places

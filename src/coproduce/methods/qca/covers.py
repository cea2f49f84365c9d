"""Covers: the fewest prime implicants that together cover every positive configuration, counted and listed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.qca.charts import Flags, Part, parts_of
from coproduce.methods.qca.search import Effort, covers, lower_bound
from coproduce.methods.qca.terms import Terms, covered

LISTED = 100
EFFORT = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Solutions:
    """All models of one solution: every choice of the fewest terms that cover all positive configurations.

    Parameters
    ----------
    terms
        The prime implicants (terms x conditions).
    models
        Places in `terms`, one tuple a model; at most as many as were asked for.
    count
        How many models there are. Where not `complete`, at least as many: the search was ended by its limit.
    complete
        Whether the search came to its end, so that `count` is exact.
    size
        The number of terms of each model; no cover has fewer.
    at_most
        The same as `size`, unless the search ended before it found a model of that size: then the fewest terms lie
        between `size` and `at_most`, and there are no `models`.
    essential
        The terms that alone cover some positive configuration, and so are in every model.
    """

    terms: Terms
    models: tuple[tuple[int, ...], ...]
    count: int
    complete: bool
    size: int
    at_most: int
    essential: tuple[int, ...]


def fewest(terms: Terms, positive: Terms, *, listed: int = LISTED, effort: int = EFFORT) -> Solutions:
    """Every choice of the fewest terms that cover all positive configurations, counted exactly.

    The chart is taken apart, and each part is searched by branch and bound over the patterns of coverage that no
    other holds. Any smallest cover becomes one of those where each of its patterns is replaced by the pattern that it
    stands under; so all are counted by counting, for each of those found, the ways back.

    Models with more terms than the fewest, though none of them to spare, are not looked for.

    Parameters
    ----------
    terms
        Prime implicants (terms x conditions), each once.
    positive
        The configurations to cover (rows x conditions).
    listed
        How many models to list at most; all are counted.
    effort
        The limit of the search, in pairs of a partial cover and a pattern looked at; the same on every machine.

    Returns
    -------
    Solutions
        The models; see there what it says where the limit is met.

    Raises
    ------
    EstimationError
        Where there is nothing to cover, or a configuration that no term covers.

    References
    ----------
    Quine, W. V. (1952). American Mathematical Monthly 59, 521-531 (the chart); Coudert, O. (1994). Integration, the
    VLSI Journal 17, 97-140.

    Examples
    --------
    >>> found = fewest(np.array([[1, -1], [-1, 1]], np.int8), np.array([[1, 1]], np.int8))
    >>> found.count, found.models
    (2, ((0,), (1,)))
    """
    chart = covered(terms, positive)
    _refuse_uncovered(chart)
    spare = Effort(effort)
    found = [_searched(part, listed=listed, effort=spare) for part in parts_of(chart)]
    settled = all(part.count for part in found)
    return Solutions(
        terms=terms,
        models=_joined([part.models for part in found], listed=listed) if settled else (),
        count=math.prod(part.count for part in found),
        complete=all(part.complete for part in found),
        size=sum(part.size for part in found),
        at_most=sum(part.at_most for part in found),
        essential=tuple(np.flatnonzero(chart[:, chart.sum(axis=0) == 1].any(axis=1)).tolist()),
    )


def _refuse_uncovered(chart: Flags) -> None:
    """Refuse where there is nothing to cover, or something that cannot be covered."""
    bare = int((~chart.any(axis=0)).sum())
    if bare or not chart.shape[1]:
        raise EstimationError(
            "minimisation",
            seen=f"{bare} positive configurations that no term covers"
            if bare
            else "no positive configuration",
            may_help="At least one row of the truth table must have the outcome; look at the cut-offs",
        )


def _joined(parts: Sequence[tuple[tuple[int, ...], ...]], *, listed: int) -> tuple[tuple[int, ...], ...]:
    """The models of all parts put together."""
    choices = islice(product(*parts), listed)
    return tuple(sorted(tuple(sorted(sum(choice, ()))) for choice in choices))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found for a part of the chart; as in `Solutions`."""

    models: tuple[tuple[int, ...], ...]
    count: int
    complete: bool
    size: int
    at_most: int


def _searched(part: Part, *, listed: int, effort: Effort) -> Found:
    """The smallest covers of a part."""
    size = lower_bound(part.widest)
    while True:
        count = 0
        models: list[tuple[int, ...]] = []
        for block in covers(part.widest, size, effort=effort):
            for cover in block.tolist():
                count += _ways(part, cover)
                models.extend(islice(_listed(part, cover), listed - len(models)))
        if count or effort.left < 0:
            break
        size += 1
    return Found(
        models=tuple(models),
        count=count,
        complete=effort.left >= 0,
        size=size,
        at_most=size if count else _greedy(part.widest),
    )


Option = tuple[int, int]


def _options(part: Part, cover: Sequence[int]) -> tuple[int, list[list[Option]]]:
    """What may stand in for each pattern of a cover.

    Returns the configurations that several patterns of the cover share, as bits, and for each pattern of the cover
    the patterns under it that still cover all that it alone covers: what of the shared they cover, and their place.
    """
    bits = [_bits(part.widest[place]) for place in cover]
    seen = shared = 0
    for pattern in bits:
        shared |= seen & pattern
        seen |= pattern
    return shared, [
        [
            (below & shared, option)
            for option in part.under[place]
            if not (pattern & ~shared) & ~(below := _bits(part.patterns[option]))
        ]
        for place, pattern in zip(cover, bits, strict=True)
    ]


def _bits(flags: Flags) -> int:
    """Flags as the bits of a whole number."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _ways(part: Part, cover: Sequence[int]) -> int:
    """How many choices of terms stand under a cover and cover as much."""
    shared, options = _options(part, cover)
    ways = {0: 1}
    for choices in options:
        longer: dict[int, int] = {}
        for so_far, count in ways.items():
            for covers_, option in choices:
                both = so_far | covers_
                longer[both] = longer.get(both, 0) + count * len(part.terms[option])
        ways = longer
    return ways.get(shared, 0)


def _listed(part: Part, cover: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The choices of terms that stand under a cover and cover as much."""
    shared, options = _options(part, cover)
    later = [0] * len(cover)
    for place in range(len(cover) - 1, 0, -1):
        later[place - 1] = later[place]
        for covers_, _ in options[place]:
            later[place - 1] |= covers_

    def longer(so_far: int, chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(chosen) == len(cover):
            yield from product(*(part.terms[option] for option in chosen))
            return
        for covers_, option in options[len(chosen)]:
            both = so_far | covers_
            if not shared & ~(both | later[len(chosen)]):
                yield from longer(both, (*chosen, option))

    return longer(0, ())


def _greedy(patterns: Flags) -> int:
    """The number of patterns of some cover, by taking what covers most each time: an upper limit, not a solution."""
    lacking = np.ones(patterns.shape[1], dtype=bool)
    taken = 0
    while lacking.any():
        lacking &= ~patterns[(patterns & lacking).sum(axis=1).argmax()]
        taken += 1
    return taken

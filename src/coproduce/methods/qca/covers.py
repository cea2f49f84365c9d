"""Covers: the fewest prime implicants that together cover every positive configuration, counted and listed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.qca.charts import Flags, Part, Places, parts_of
from coproduce.methods.qca.search import Effort, covers, lower_bound
from coproduce.methods.qca.terms import Terms, covered

LISTED = 100
EFFORT = 60_000_000_000


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
        The limit of the search, in cells: a partial cover, a pattern and a configuration looked at together. A
        processor looks at some thousand million of them a second; the limit is the same on every machine.

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
    """The smallest covers of a part; where the effort is spent before one was found, a greedy one may be as small."""
    size = lower_bound(part.widest)
    found = _counted(part, covers(part.widest, size, effort=effort), size=size, listed=listed)
    while not found.count and effort.left >= 0:
        size += 1
        found = _counted(part, covers(part.widest, size, effort=effort), size=size, listed=listed)
    if effort.left >= 0:
        return found
    if not found.count:
        greedy = _greedy(part.widest)
        blocks = [np.array([greedy])] if len(greedy) == size else []
        found = _counted(part, blocks, size=size, listed=listed, at_most=len(greedy))
    return replace(found, complete=False)


def _counted(
    part: Part, blocks: Iterable[Places], *, size: int, listed: int, at_most: int | None = None
) -> Found:
    """Covers of a part, each with all that may stand in for its patterns."""
    count = 0
    models: list[tuple[int, ...]] = []
    for block in blocks:
        for cover in block.tolist():
            stand_ins = _stand_ins(part, cover)
            count += _ways(part, stand_ins)
            if len(models) < listed:
                models.extend(islice(_listed(part, stand_ins), listed - len(models)))
    return Found(models=tuple(models), count=count, complete=True, size=size, at_most=at_most or size)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """What may stand in for the patterns of a cover.

    `shared` are the configurations that several patterns of the cover cover, as bits. `options` has for each pattern
    of the cover the patterns under it that still cover all that it alone covers: what they cover of the shared
    configurations, and their places.
    """

    shared: int
    options: tuple[tuple[tuple[int, int], ...], ...]


def _stand_ins(part: Part, cover: Sequence[int]) -> StandIns:
    """What may stand in for the patterns of a cover."""
    bits = [_held(part, part.under[place]) for place in cover]
    seen = shared = 0
    for pattern in bits:
        shared |= seen & pattern
        seen |= pattern
    return StandIns(
        shared=shared,
        options=tuple(
            tuple(
                (part.patterns[option] & shared, option)
                for option in part.under[place]
                if not pattern & ~shared & ~part.patterns[option]
            )
            for place, pattern in zip(cover, bits, strict=True)
        ),
    )


def _held(part: Part, patterns: Sequence[int]) -> int:
    """The configurations that some of these patterns cover."""
    held = 0
    for pattern in patterns:
        held |= part.patterns[pattern]
    return held


def _ways(part: Part, stand_ins: StandIns) -> int:
    """How many choices of terms stand in for a cover and cover as much."""
    ways = {0: 1}
    for choices in stand_ins.options:
        longer: dict[int, int] = {}
        for so_far, count in ways.items():
            for covers_, option in choices:
                both = so_far | covers_
                longer[both] = longer.get(both, 0) + count * len(part.terms[option])
        ways = longer
    return ways.get(stand_ins.shared, 0)


def _listed(part: Part, stand_ins: StandIns) -> Iterator[tuple[int, ...]]:
    """The choices of terms that stand in for a cover and cover as much."""
    options, shared = stand_ins.options, stand_ins.shared
    later = [0] * len(options)
    for place in range(len(options) - 1, 0, -1):
        later[place - 1] = later[place]
        for covers_, _ in options[place]:
            later[place - 1] |= covers_

    def longer(so_far: int, chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(chosen) == len(options):
            yield from product(*(part.terms[option] for option in chosen))
            return
        for covers_, option in options[len(chosen)]:
            both = so_far | covers_
            if not shared & ~(both | later[len(chosen)]):
                yield from longer(both, (*chosen, option))

    return longer(0, ())


def _greedy(patterns: Flags) -> list[int]:
    """Some cover, by taking what covers most each time: it need not be a smallest one."""
    lacking = np.ones(patterns.shape[1], dtype=bool)
    taken: list[int] = []
    while lacking.any():
        taken.append(int((patterns & lacking).sum(axis=1).argmax()))
        lacking &= ~patterns[taken[-1]]
    return taken

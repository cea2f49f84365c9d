"""The search for the smallest covers: every choice of the fewest patterns that together cover all configurations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from coproduce.methods.qca.products import product

Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
EXACT = 2**22
AT_ONCE = 300
STEP = 1_000_000  # what a step costs beside its cells
PROGRAMME = 1_000  # what a linear programme costs for each cell of the chart


class Effort:
    """What a search may still spend, in cells: a partial cover, a pattern and a configuration looked at together."""

    def __init__(self, cells: int) -> None:
        self.left = cells

    def spend(self, cells: int) -> None:
        """Spend some; below nothing left, the search ends."""
        self.left -= cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Partials:
    """Partial covers, to be made whole by the same number of further patterns.

    For each: the configurations still to cover (`open`), the patterns that may still be chosen (`allowed`, of those
    in `patterns`) and those that were `chosen`. `weights` are the weights of configurations for the bound, and `tuned`
    says whether they were fitted to these partial covers rather than to the whole chart.
    """

    uncovered: Flags
    allowed: Flags
    patterns: Places
    chosen: Places
    left: int
    weights: NDArray[np.int64]
    tuned: bool

    def where(self, flags: Flags | slice) -> Partials:
        """Some of them."""
        return self.replaced(
            uncovered=self.uncovered[flags], allowed=self.allowed[flags], chosen=self.chosen[flags]
        )

    def replaced(
        self, *, uncovered: Flags, allowed: Flags, chosen: Places, patterns: Places | None = None
    ) -> Partials:
        """Others with the same weights and the same number left."""
        return Partials(
            uncovered=uncovered,
            allowed=allowed,
            patterns=self.patterns if patterns is None else patterns,
            chosen=chosen,
            left=self.left,
            weights=self.weights,
            tuned=self.tuned,
        )


def lower_bound(patterns: Flags) -> int:
    """A number of patterns that every cover needs at least, by linear programming, in exact whole numbers."""
    weights = _weights(patterns)
    return -(-int(weights.sum()) // int((patterns @ weights).max()))


def _weights(patterns: Flags) -> NDArray[np.int64]:
    """Weights of the configurations that make the bound high.

    A cover needs at least the sum of all weights over the largest weight of a pattern, whatever the weights: so the
    numbers of the linear programme may be rounded, and the bound is exact.
    """
    count = patterns.shape[1]
    if patterns.all(axis=1).any():
        return np.ones(count, dtype=np.int64)
    solved = linprog(
        -np.ones(count),
        A_ub=csr_array(patterns.astype(float)),
        b_ub=np.ones(len(patterns)),
        method="highs-ds",
    )
    if solved.x is None or not solved.x.sum() > 0:
        return np.ones(count, dtype=np.int64)
    scaled: NDArray[np.int64] = np.floor(np.maximum(solved.x, 0) * (EXACT / solved.x.sum()) + 0.5).astype(
        np.int64
    )
    return scaled


def covers(patterns: Flags, size: int, *, effort: Effort) -> Iterator[Places]:
    """Every cover by `size` patterns, where there is none by fewer: blocks of covers x patterns chosen.

    Depth first by branch and bound: one of the configurations still to cover, the one that the fewest patterns can
    cover, is covered by each of these in turn, without those tried before it. It ends early where the effort is spent.

    References
    ----------
    Caprara, A., Toth, P. and Fischetti, M. (2000). Annals of Operations Research 98, 353-371 (bounds by dual weights,
    branching).
    """
    first = Partials(
        uncovered=np.ones((1, patterns.shape[1]), dtype=bool),
        allowed=np.ones((1, len(patterns)), dtype=bool),
        patterns=np.arange(len(patterns)),
        chosen=np.zeros((1, 0), dtype=np.intp),
        left=size,
        weights=_weights(patterns),
        tuned=False,
    )
    waiting = [first]
    while waiting and effort.left >= 0:
        some = waiting.pop()
        if not some.tuned and len(some.uncovered) > 1:
            waiting.extend(_tuned(some, patterns, effort=effort))
            continue
        if len(some.uncovered) > AT_ONCE:
            waiting.append(some.where(slice(AT_ONCE, None)))
            some = some.where(slice(AT_ONCE))
        some = _narrowed(some)
        effort.spend(some.allowed.size * patterns.shape[1] + STEP)
        longer = _longer(_bounded(some, patterns), patterns)
        if longer.left == 0:
            yield longer.chosen
        elif len(longer.uncovered):
            waiting.append(longer)


def _tuned(some: Partials, patterns: Flags, *, effort: Effort) -> Iterator[Partials]:
    """Partial covers one by one, each with weights for what it has still to cover."""
    for place in range(len(some.uncovered)):
        if effort.left < 0:
            return
        lacking, allowed = some.uncovered[place], some.allowed[place]
        inside = patterns[some.patterns[allowed]][:, lacking]
        if not inside.any(axis=0).all():
            continue
        effort.spend(PROGRAMME * inside.size)
        weights = np.zeros(len(lacking), dtype=np.int64)
        weights[lacking] = _weights(inside)
        yield Partials(
            uncovered=some.uncovered[place, None],
            allowed=np.ones((1, len(inside)), dtype=bool),
            patterns=some.patterns[allowed],
            chosen=some.chosen[place, None],
            left=some.left,
            weights=weights,
            tuned=True,
        )


def _narrowed(some: Partials) -> Partials:
    """Without the patterns that none of the partial covers may choose."""
    used = some.allowed.any(axis=0)
    if used.mean() > 0.8:
        return some
    return some.replaced(
        uncovered=some.uncovered,
        allowed=some.allowed[:, used],
        chosen=some.chosen,
        patterns=some.patterns[used],
    )


def _bounded(some: Partials, patterns: Flags) -> Partials:
    """Without the choices after which what is left could not be covered by the patterns left."""
    allowed = some.allowed
    inside = patterns[some.patterns]
    for weights in (some.weights, np.ones_like(some.weights)):
        gains = product(some.uncovered, (inside * weights).T) * allowed
        wanted = (some.uncovered @ weights)[:, None]
        best = gains.max(axis=1, keepdims=True, initial=0).astype(np.int64)
        allowed = allowed & (gains >= wanted - (some.left - 1) * best)
    return some.replaced(uncovered=some.uncovered, allowed=allowed, chosen=some.chosen)


def _longer(some: Partials, patterns: Flags) -> Partials:
    """Each partial cover with each pattern that may cover the configuration that the fewest can cover."""
    inside = patterns[some.patterns]
    ways = np.where(some.uncovered, product(some.allowed, inside), np.inf)
    hardest = ways.argmin(axis=1)
    choices = some.allowed & inside.T[hardest]
    which, pattern = np.nonzero(choices)
    earlier = choices[which] & (np.arange(len(inside)) <= pattern[:, None])
    return Partials(
        uncovered=some.uncovered[which] & ~inside[pattern],
        allowed=some.allowed[which] & ~earlier,
        patterns=some.patterns,
        chosen=np.concatenate([some.chosen[which], some.patterns[pattern][:, None]], axis=1),
        left=some.left - 1,
        weights=some.weights,
        tuned=some.tuned,
    )

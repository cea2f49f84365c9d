"""Charts of prime implicants: which term covers which configuration, and what of it is worth searching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from coproduce.methods.qca.products import product

Flags = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a chart that shares neither terms nor configurations with the rest.

    `widest` (patterns x configurations) are the patterns of coverage that no other holds, and `under` says for each
    of them which patterns it stands for: every pattern stands under one widest pattern that holds it, itself among
    them. `patterns` are all of them, each as the bits of a whole number, and `terms` the places of the terms with each.
    """

    widest: Flags
    under: tuple[tuple[int, ...], ...]
    patterns: tuple[int, ...]
    terms: tuple[tuple[int, ...], ...]


def parts_of(chart: Flags) -> tuple[Part, ...]:
    """A chart taken apart, without what is settled anyhow.

    A configuration is left out where whatever covers some other one covers it too, and of configurations that the
    same terms cover one is kept. Terms that then cover the same configurations are one pattern.

    Parameters
    ----------
    chart
        Terms x configurations; each configuration is covered by some term.

    Returns
    -------
    tuple of Part
        A choice of terms covers the chart exactly where its terms in each part cover the part.

    References
    ----------
    Coudert, O. (1994). Integration, the VLSI Journal 17, 97-140 (dominance of rows and columns).

    Examples
    --------
    >>> parts = parts_of(np.array([[True, True, False], [False, True, False], [False, False, True]]))
    >>> [part.terms for part in parts]
    [((0,),), ((2,),)]
    """
    needed = chart[:, _needed(chart)]
    graph = csr_array(product(needed.T, needed) > 0)
    count, labels = connected_components(graph, directed=False)
    return tuple(_part(needed, np.flatnonzero(labels == label)) for label in range(count))


def _needed(chart: Flags) -> Places:
    """The configurations whose coverage is not implied by that of another one."""
    order, starts = _alike(np.ascontiguousarray(chart.T))
    first = order[starts]
    shared = product(chart[:, first].T, chart[:, first])
    implied = shared == shared.diagonal()[:, None]
    return np.sort(first[implied.sum(axis=0) == 1])


def _part(chart: Flags, configurations: Places) -> Part:
    """The part of a chart with these configurations."""
    inside = chart[:, configurations]
    touching = np.flatnonzero(inside.any(axis=1))
    order, starts = _alike(inside[touching])
    patterns = inside[touching[order[starts]]]
    widest = _widest(patterns)
    over = (product(patterns, patterns[widest].T) == patterns.sum(axis=1)[:, None]).argmax(axis=1)
    return Part(
        widest=patterns[widest],
        under=tuple(tuple(np.flatnonzero(over == place).tolist()) for place in range(len(widest))),
        patterns=tuple(bits_of(pattern) for pattern in patterns),
        terms=tuple(tuple(group.tolist()) for group in np.split(touching[order], starts[1:])),
    )


def _alike(flags: Flags) -> tuple[Places, Places]:
    """An order of rows in which equal ones stand together, and where in it each kind starts."""
    words = np.zeros((len(flags), -(-flags.shape[1] // 64) * 8), dtype=np.uint8)
    packed = np.packbits(flags, axis=1)
    words[:, : packed.shape[1]] = packed
    keys = words.view(np.uint64)
    order = np.lexsort(keys.T)
    return order, np.flatnonzero(np.r_[True, (np.diff(keys[order], axis=0) != 0).any(axis=1)])


def bits_of(flags: Flags) -> int:
    """Flags as the bits of a whole number.

    Examples
    --------
    >>> bits_of(np.array([True, False, True]))
    5
    """
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _widest(patterns: Flags) -> Places:
    """The patterns, each of its own, that no other one holds."""
    sizes = patterns.sum(axis=1)
    held = np.zeros(len(patterns), dtype=np.intp)
    for start in range(0, len(patterns), 1000):
        some = slice(start, start + 1000)
        held[some] = (product(patterns[some], patterns.T) == sizes[some, None]).sum(axis=1)
    return np.flatnonzero(held == 1)

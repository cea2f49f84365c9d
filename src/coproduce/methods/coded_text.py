"""Coded text: how far sets of codes are apart, text cut at every boundary, codes that go together, saturation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]
CodeSet = frozenset[int]


def set_distances(sets: Sequence[CodeSet], *, by: Literal["masi", "jaccard"] = "masi") -> Array:
    """How far sets of codes are apart: 0 where they are the same, 1 where they share nothing.

    Parameters
    ----------
    sets
        The different sets that were given; the empty one is as far from any other as can be.
    by
        ``jaccard``: one less the share of common codes among all codes of either; ``masi`` multiplies that share by
        2/3 where one set holds the other, and by 1/3 where they only overlap.

    References
    ----------
    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC
    2006, 831-836.

    Examples
    --------
    >>> sets = [frozenset({0}), frozenset({0, 1}), frozenset({1, 2})]
    >>> set_distances(sets).round(3).tolist()[0]
    [0.0, 0.667, 1.0]
    """
    held = np.zeros((len(sets), 1 + max((max(one, default=-1) for one in sets), default=-1)))
    for place, one in enumerate(sets):
        held[place, list(one)] = 1
    size, common = held.sum(axis=1), held @ held.T
    either = np.add.outer(size, size) - common
    like = np.divide(common, either, out=np.ones_like(common), where=either > 0)
    if by == "masi":
        inside = common == np.minimum.outer(size, size)
        like = like * np.where(common == either, 1.0, np.where(inside, 2 / 3, 1 / 3))
    return np.asarray(1.0 - like, dtype=float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuum:
    """Documents cut at every boundary of every passage: each stretch lies wholly inside or outside of each passage.

    Parameters
    ----------
    values
        (stretches, coders): the place in `sets` of the codes that a coder gave to the stretch (the empty set where
        none); -1 where the coder did not code the document.
    sets
        The different sets of codes that were given.
    lengths
        How many characters each stretch has.
    documents
        The document that each lies in.
    """

    values: Codes
    sets: tuple[CodeSet, ...]
    lengths: Array
    documents: Codes


def continuum(documents: Codes, coders: Codes, *, codes: Codes, starts: Codes, ends: Codes) -> Continuum:
    """Cut coded documents at every boundary, from the first passage that anybody marked to the last.

    A coder is taken to have read a document where at least one passage of it is theirs. Passages of no length are
    left out.

    Parameters
    ----------
    documents, coders, codes
        Of each passage, numbered from 0.
    starts, ends
        Where each passage starts, and where it has ended.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S. and Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.

    Examples
    --------
    >>> one = np.array([0, 0])
    >>> cut = continuum(one, np.array([0, 1]), codes=one, starts=np.array([0, 5]), ends=np.array([10, 10]))
    >>> cut.lengths.tolist(), cut.values.tolist(), [sorted(held) for held in cut.sets]
    ([5.0, 5.0], [[0, 1], [0, 0]], [[0], []])
    """
    number = int(coders.max(initial=-1)) + 1
    known: dict[CodeSet, int] = {}
    values, lengths, places = [], [], []
    for document in np.unique(documents):
        own = np.flatnonzero((documents == document) & (ends > starts))
        bounds = np.unique(np.concatenate([starts[own], ends[own]]))
        cut = _cut(bounds, starts[own], ends=ends[own], coders=coders[own], codes=codes[own])
        values += [
            [known.setdefault(held[c], len(known)) if c in held else -1 for c in range(number)]
            for held in cut
        ]
        lengths += np.diff(bounds).tolist()
        places += [int(document)] * len(cut)
    return Continuum(
        values=np.array(values, dtype=np.int64).reshape(-1, number),
        sets=tuple(known),
        lengths=np.array(lengths, dtype=float),
        documents=np.array(places, dtype=np.int64),
    )


def _cut(
    bounds: Codes, starts: Codes, *, ends: Codes, coders: Codes, codes: Codes
) -> list[dict[int, CodeSet]]:
    """For each stretch the codes that each coder gave to it."""
    readers = np.unique(coders).tolist()
    found: list[dict[int, set[int]]] = [{reader: set() for reader in readers} for _ in bounds[1:]]
    first, last = np.searchsorted(bounds, starts), np.searchsorted(bounds, ends)
    for place, (start, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for stretch in found[start:end]:
            stretch[int(coders[place])].add(int(codes[place]))
    return [{reader: frozenset(held) for reader, held in stretch.items()} for stretch in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """How often two codes stand in the same documents.

    Parameters
    ----------
    both
        (codes, codes) the documents that hold both; on the diagonal those that hold the code.
    jaccard
        Those that hold both, of those that hold either; NaN where none does.
    phi
        The correlation of holding the one and holding the other; NaN where a code is in all documents or none.
    """

    both: Codes
    jaccard: Array
    phi: Array


def together(presence: Mask) -> Together:
    """Count in how many documents each two codes stand together, and how closely they go together.

    Parameters
    ----------
    presence
        (documents, codes): whether the document holds the code.

    Examples
    --------
    >>> found = together(np.array([[True, True], [True, False], [False, False], [True, True]]))
    >>> found.both.tolist(), found.jaccard.round(4).tolist()[0], found.phi.round(4).tolist()[0]
    ([[3, 2], [2, 2]], [1.0, 0.6667], [1.0, 0.5774])
    """
    there = presence.astype(float)
    both = there.T @ there
    number, held = len(there), np.diag(both)
    either = np.add.outer(held, held) - both
    spread = np.sqrt(np.multiply.outer(held, held) * np.multiply.outer(number - held, number - held))
    with np.errstate(divide="ignore", invalid="ignore"):  # a code that is nowhere, or everywhere
        jaccard = both / either
        phi = (number * both - np.multiply.outer(held, held)) / spread
    return Together(both=both.astype(np.int64), jaccard=jaccard, phi=np.where(spread > 0, phi, np.nan))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """How many different codes the first documents hold.

    Parameters
    ----------
    found
        In the order of the documents, after 1, 2, … of them.
    expected, low, high
        Over all orders: the mean, and the limits that hold so many of the orders drawn.
    once
        How many codes stand in one document only.
    unseen
        Chao's lower bound of how many codes further documents of the same kind would add.
    """

    found: Codes
    expected: Array
    low: Array
    high: Array
    once: int
    unseen: float


def saturation(
    presence: Mask, *, orders: int, generator: np.random.Generator, level: float = 0.95
) -> Saturation:
    """Follow how new codes dry up as documents are read.

    Parameters
    ----------
    presence
        (documents, codes): whether the document holds the code; documents in the order in which they were read.
    orders
        How many random orders are drawn for the limits; the mean is exact.
    generator
        Where chance comes from.
    level
        The share of orders within the limits.

    References
    ----------
    Colwell, R. K., Mao, C. X. and Chang, J. (2004). Ecology 85, 2717-2727, equation 5 (the mean over all orders); Chao,
    A. (1987). Biometrics 43, 783-791 (the bound), corrected for bias as in Chao, A. (2005). Species estimation and
    applications. Encyclopedia of Statistical Sciences, 2nd ed., 12, 7907-7916.

    Examples
    --------
    >>> seen = np.array([[True, False], [True, True]])
    >>> found = saturation(seen, orders=100, generator=np.random.default_rng(1))
    >>> found.found.tolist(), found.expected.tolist(), found.once
    ([1, 2], [1.5, 2.0], 1)
    """
    number = len(presence)
    held = presence.sum(axis=0)
    curves = np.array([_curve(presence[generator.permutation(number)]) for _ in range(orders)])
    tail = (1 - level) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    once, twice = int((held == 1).sum()), int((held == 2).sum())
    return Saturation(
        found=_curve(presence),
        expected=_mean_curve(held[held > 0], number),
        low=low,
        high=high,
        once=once,
        unseen=(number - 1) / number * once * (once - 1) / (2 * (twice + 1)),
    )


def _curve(presence: Mask) -> Codes:
    return np.asarray(np.logical_or.accumulate(presence, axis=0).sum(axis=1), dtype=np.int64)


def _mean_curve(held: Codes, number: int) -> Array:
    """The mean over all orders: a code is missed by the first d documents if all of its own come later."""
    read = np.arange(1, number + 1)[:, None]
    left = number - held[None, :]
    possible = left >= read
    spare = np.where(possible, left - read, 0)
    log_missed = gammaln(left + 1) - gammaln(spare + 1) + gammaln(number - read + 1) - gammaln(number + 1)
    return np.asarray((1 - np.where(possible, np.exp(log_missed), 0.0)).sum(axis=1), dtype=float)

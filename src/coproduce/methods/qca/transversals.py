"""Minimal transversals: the smallest sets of conditions that meet every set of a family, for many families at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.qca.products import product

Flags = NDArray[np.bool_]
Bits = NDArray[np.uint64]
ONE = np.uint64(1)
WORD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """Sets of conditions that meet each set of their family looked at so far, and are minimal in it.

    `family` says whose they are, `members` are their conditions as bits, and `once` has a bit for each set of the
    family (in words of 64) that they meet in one condition only.
    """

    family: NDArray[np.intp]
    members: Bits
    once: Bits

    def where(self, flags: Flags | NDArray[np.intp]) -> Partial:
        """Some of them."""
        return Partial(family=self.family[flags], members=self.members[flags], once=self.once[flags])


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """Families of sets of conditions, all with as many sets; families with fewer end in empty ones.

    `sets` (families x sets) has the conditions of each set as bits; `holders` (families x conditions x words) has for
    each condition the sets that hold it as bits.
    """

    sets: Bits
    holders: Bits

    @property
    def conditions(self) -> int:
        """The number of conditions."""
        return int(self.holders.shape[1])


def minimal_transversals(families: Sequence[Flags], *, most: int) -> tuple[NDArray[np.intp], Bits]:
    """All minimal sets of conditions that meet each set of a family, by Berge's multiplication.

    A set that misses the next member of its family is extended by each condition of it. The extension is kept where
    each of its conditions still has a set of the family that it alone meets, which needs no look at the others.

    Parameters
    ----------
    families
        For each family its sets, one a row (sets x conditions), true for its members; no set is empty.
    most
        Refuse where more than this many would have to be kept at once.

    Returns
    -------
    family, members
        The place of the family of each transversal, and its conditions as bits.

    Raises
    ------
    EstimationError
        Where there are more than `most`.

    References
    ----------
    Berge, C. (1989). Hypergraphs, chapter 2; Murakami, K. and Uno, T. (2014). Discrete Applied Mathematics 170, 83-94
    (the test by sets that are met once).

    Examples
    --------
    >>> family, members = minimal_transversals([np.array([[True, True]])], most=9)
    >>> members.tolist()
    [1, 2]
    """
    packed = _packed([_smallest(sets) for sets in families])
    words = packed.holders.shape[2]
    found = Partial(
        family=np.arange(len(families)),
        members=np.zeros(len(families), dtype=np.uint64),
        once=np.zeros((len(families), words), dtype=np.uint64),
    )
    for place in range(packed.sets.shape[1]):
        found = _met(found, packed, place=place)
        if len(found.members) > most:
            raise EstimationError(
                "minimisation",
                seen=f"more than {most:,} candidates for prime implicants at once",
                may_help="Take fewer conditions, or read the conservative solution, which uses no remainder",
            )
    return found.family, found.members


def _smallest(sets: Flags) -> Flags:
    """The sets of a family that hold no other, the smallest first."""
    unique = np.unique(sets, axis=0)
    unique = unique[np.argsort(unique.sum(axis=1), kind="stable")]
    shared = product(unique, unique.T)
    kept: Flags = unique[(shared == unique.sum(axis=1)).sum(axis=1) == 1]
    return kept


def _packed(families: Sequence[Flags]) -> Families:
    """Families as bits."""
    conditions = families[0].shape[1]
    longest = max(len(sets) for sets in families)
    words = max(1, -(-longest // WORD))
    weights = ONE << np.arange(conditions, dtype=np.uint64)
    sets = np.zeros((len(families), longest), dtype=np.uint64)
    holders = np.zeros((len(families), conditions, words), dtype=np.uint64)
    for place, family in enumerate(families):
        sets[place, : len(family)] = (family * weights).sum(axis=1, dtype=np.uint64)
        flags = np.zeros((conditions, words * WORD), dtype=bool)
        flags[:, : len(family)] = family.T
        holders[place] = np.packbits(flags, axis=1, bitorder="little").view(np.uint64)
    return Families(sets=sets, holders=holders)


def _met(found: Partial, families: Families, *, place: int) -> Partial:
    """One step: what meets the next set of its family too."""
    word, shift = divmod(place, WORD)
    bit = ONE << np.uint64(shift)
    wanted = families.sets[found.family, place]
    shared = found.members & wanted
    missed = (shared == 0) & (wanted != 0)
    kept = found.where(~missed)
    alone = shared[~missed]
    kept.once[(alone != 0) & (alone & (alone - ONE) == 0), word] |= bit
    longer = _extended(found.where(missed), wanted[missed], families=families)
    longer.once[:, word] |= bit
    return Partial(
        family=np.concatenate([kept.family, longer.family]),
        members=np.concatenate([kept.members, longer.members]),
        once=np.concatenate([kept.once, longer.once]),
    )


def _extended(missing: Partial, wanted: Bits, *, families: Families) -> Partial:
    """Each set with each condition of the set that it missed, where it stays minimal."""
    places = np.arange(families.conditions, dtype=np.uint64)
    which, added = np.nonzero((wanted[:, None] >> places) & ONE)
    longer = missing.where(which)
    longer.once[:] &= ~families.holders[longer.family, added]
    minimal = np.ones(len(which), dtype=bool)
    for condition in places:
        holds = np.flatnonzero(minimal & ((longer.members >> condition) & ONE != 0))
        own = longer.once[holds] & families.holders[longer.family[holds], int(condition)]
        minimal[holds] = own.any(axis=1)
    kept = longer.where(minimal)
    kept.members[:] |= ONE << added[minimal].astype(np.uint64)
    return kept

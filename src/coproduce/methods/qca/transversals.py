"""Minimal transversals: the smallest sets of elements that meet every set of a family."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError

Flags = NDArray[np.bool_]


def minimal_transversals(sets: Flags, *, conditions: int, most: int) -> Flags:
    """All minimal sets of conditions that meet each of some sets, by Berge's multiplication.

    Parameters
    ----------
    sets
        One set a row (sets x conditions), true for its members; none is empty.
    conditions
        The number of conditions.
    most
        Refuse where more than this many would have to be kept at once.

    Returns
    -------
    Flags
        One minimal transversal a row (transversals x conditions).

    References
    ----------
    Berge, C. (1989). Hypergraphs, chapter 2.

    Examples
    --------
    >>> minimal_transversals(np.array([[True, True]]), conditions=2, most=9).tolist()
    [[True, False], [False, True]]
    """
    found: Flags = np.zeros((1, conditions), dtype=bool)
    for members in sets:
        meets = (found & members).any(axis=1)
        met, missed = found[meets], found[~meets]
        longer = np.repeat(missed, members.sum(), axis=0)
        longer[np.arange(len(longer)), np.tile(np.flatnonzero(members), len(missed))] = True
        held = (met[None] <= longer[:, None]).all(axis=2).any(axis=1)
        found = np.concatenate([met, longer[~held]])
        if len(found) > most:
            raise EstimationError(
                "minimisation", seen=f"more than {most:,} prime implicants", may_help="Take fewer conditions"
            )
    return found

"""Absorbing Markov chains: what a walk does on the way to its end, by linear algebra.

A chain is a square array `moves`: row i holds the chances of the next state; what a row lacks to 1 is the chance that
the walk ends there. Every state must lead to an end.

References
----------
Kemeny, J. G. and Snell, J. L. (1976). Finite Markov Chains. Springer, chapter III (the fundamental matrix, 3.2.4; the
chance of being absorbed in a state, 3.3.7).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
States = NDArray[np.bool_]


def visits(moves: Array, start: Array) -> Array:
    """How often each state is expected to be visited.

    Parameters
    ----------
    moves
        The chain, shape (states, states).
    start
        The chance of each state to be the first, shape (states,).

    Examples
    --------
    >>> visits(np.array([[0.5]]), np.array([1.0]))
    array([2.])
    """
    return np.asarray(np.linalg.solve(np.eye(len(moves)) - moves.T, start), dtype=float)


def reaches(moves: Array, goal: States, *, avoiding: States | None = None) -> Array:
    """The chance, from each state, to reach one of the goals (being there counts), never touching what is avoided.

    Examples
    --------
    >>> reaches(np.array([[0.0, 0.3], [0.0, 0.0]]), np.array([False, True]))
    array([0.3, 1. ])
    """
    stops = goal if avoiding is None else goal | avoiding
    value = goal.astype(float) if avoiding is None else (goal & ~avoiding).astype(float)
    onward = np.where(stops[:, None], 0.0, moves)
    return np.asarray(np.linalg.solve(np.eye(len(moves)) - onward, value), dtype=float)


def first_met(moves: Array, start: Array, *, goal: States) -> Array:
    """The chance that each state is the first of the goals that a walk meets.

    Examples
    --------
    >>> first_met(np.array([[0.0, 0.3], [0.0, 0.5]]), np.array([1.0, 0.0]), goal=np.array([False, True]))
    array([0. , 0.3])
    """
    return np.where(goal, visits(np.where(goal[:, None], 0.0, moves), start), 0.0)


def takes(moves: Array, move: tuple[int, int]) -> Array:
    """The chance, from each state, that a walk ever makes one move.

    Examples
    --------
    >>> takes(np.array([[0.0, 0.3], [0.0, 0.0]]), (0, 1))
    array([0.3, 0. ])
    """
    ends = 1 - moves.sum(axis=1)
    without = moves.copy()
    without[move] = 0.0
    return 1 - np.linalg.solve(np.eye(len(moves)) - without, ends)

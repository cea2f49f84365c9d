"""Bracketed roots of many functions at once: they always return."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
EPSILON = float(np.finfo(np.float64).eps)
MOST_STEPS = 300


def roots(function: Callable[[Vector], Vector], *, low: Vector, high: Vector) -> Vector:
    """The root of each of `n` continuous functions between its bracket's ends, by Chandrupatla's method.

    Inverse quadratic interpolation where it is safe, else bisection: a bracket that holds a change of sign always
    ends in a root. A bracket without one ends at its end where the function is nearest to zero.

    Parameters
    ----------
    function
        From `n` places to the `n` functions' values there.
    low, high
        The ends of the brackets, shape (n,).

    Returns
    -------
    ndarray
        The roots, shape (n,), to the last digits that floating point holds.

    References
    ----------
    Chandrupatla, T. R. (1997). Advances in Engineering Software 28(3), 145-149.

    Examples
    --------
    >>> import numpy as np
    >>> roots(lambda x: x**2 - np.array([2.0, 9.0]), low=np.zeros(2), high=np.full(2, 10.0)).round(6).tolist()
    [1.414214, 3.0]
    """
    a, b = low.astype(float), high.astype(float)
    at_a, at_b = function(a), function(b)
    without = np.sign(at_a) * np.sign(at_b) > 0
    nearest = np.where(np.abs(at_a) <= np.abs(at_b), a, b)
    best, share = nearest.copy(), np.full(a.shape, 0.5)
    done = without.copy()
    for _ in range(MOST_STEPS):
        place = np.where(done, best, a + share * (b - a))
        value = function(place)
        same = np.sign(value) == np.sign(at_a)
        c, at_c = np.where(same, a, b), np.where(same, at_a, at_b)
        b, at_b = np.where(same, b, a), np.where(same, at_b, at_a)
        a, at_a = place, value
        best = np.where(done, best, np.where(np.abs(at_a) < np.abs(at_b), a, b))
        width = np.abs(b - a)
        tolerance = 4 * EPSILON * np.abs(best) + 1e-300
        done |= (width <= 2 * tolerance) | (np.minimum(np.abs(at_a), np.abs(at_b)) == 0)
        if done.all():
            break
        limit = np.minimum(tolerance / np.where(done, 1.0, width), 0.5)
        share = np.clip(_share((a, b, c), (at_a, at_b, at_c)), limit, 1 - limit)
    return np.where(without, nearest, best)


def _share(places: tuple[Vector, ...], values: tuple[Vector, ...]) -> Vector:
    """How far from a to b the next place is: by inverse quadratic interpolation, or half-way."""
    (a, b, c), (at_a, at_b, at_c) = places, values
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        xi, phi = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        quadratic = at_a / (at_b - at_a) * at_c / (at_b - at_c) + (c - a) / (b - a) * at_a / (
            at_c - at_a
        ) * at_b / (at_c - at_b)
    return np.where(safe & np.isfinite(quadratic), quadratic, 0.5)

"""Polychoric correlation: how two ordered answers would hang together if both were cuts of normal scales."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from coproduce.methods.survey.design import Array

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(48)
LARGEST = 0.999
"""Beyond it a table says only that the answers hang together wholly."""

STEP = 1e-6


def polychoric(table: Array) -> float:
    """The polychoric correlation of a table of two ordered answers, by maximum likelihood in two steps.

    The cuts are those of each answer alone; then the correlation is the likeliest.

    Parameters
    ----------
    table
        Weighted counts, rows by columns from low to high; each row and column with somebody in it.

    Returns
    -------
    float
        Within ±0.999, to which it comes where the table has no weight on one side.

    References
    ----------
    Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation coefficient. Psychometrika 44(4),
    443-460: the two-step estimator.

    Examples
    --------
    >>> round(
    ...     polychoric(np.array([[40.0, 10], [10, 40]])), 4
    ... )  # sin(0.3 * 2 * pi / 2): both are cut in the middle
    0.809
    """
    shares = table / table.sum()
    if not _slope(-LARGEST, shares) > 0:
        return -LARGEST
    if not _slope(LARGEST, shares) < 0:
        return LARGEST
    return float(brentq(_slope, -LARGEST, LARGEST, args=(shares,), xtol=1e-13, rtol=1e-14))


def polychoric_scores(table: Array, rho: float) -> Array:
    """How much the correlation moves with the share of people in each cell of the table.

    Parameters
    ----------
    table
        As in `polychoric`.
    rho
        Its correlation.

    Returns
    -------
    array
        Of the shape of the table; 0 on average over the people in it. It knows that the cuts are estimated too.
    """
    shares = table / table.sum()
    steepness = (_slope(rho + STEP, shares) - _slope(rho - STEP, shares)) / (2 * STEP)
    moved = np.zeros_like(shares)
    for cell in np.ndindex(shares.shape):
        nudge = np.zeros_like(shares)
        nudge[cell] = STEP
        moved[cell] = (_slope(rho, shares + nudge) - _slope(rho, shares - nudge)) / (2 * STEP)
    scores = -moved / steepness
    return np.asarray(scores - (scores * shares).sum())


def _slope(rho: float, shares: Array) -> float:
    """The slope of the log-likelihood of a correlation."""
    up, across = (_cuts(shares.sum(axis=axis)) for axis in (1, 0))
    chance = np.diff(np.diff(_below(up, across, rho=rho), axis=0), axis=1)
    slope = np.diff(np.diff(_density(up, across, rho=rho), axis=0), axis=1)
    there = shares != 0
    return float((shares[there] * slope[there] / np.maximum(chance[there], 1e-300)).sum())


def _cuts(shares: Array) -> Array:
    """Where a normal scale is cut so that its parts have these shares, its ends left out."""
    return np.asarray(ndtri(np.cumsum(shares)[:-1] / shares.sum()))


def _below(up: Array, across: Array, *, rho: float) -> Array:
    """The chance that two normal numbers are below each pair of cuts, ends included.

    References
    ----------
    Drezner, Z. and Wesolowsky, G. O. (1990). Journal of Statistical Computation and Simulation 35, 101-107: the
    integral over the correlation, here over its angle.
    """
    h, k = up[:, None, None], across[None, :, None]
    angle = np.arcsin(rho) * (NODES + 1) / 2
    inner = np.exp(-(h * h + k * k - 2 * h * k * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    found = np.zeros((len(up) + 2, len(across) + 2))
    found[1:-1, 1:-1] = ndtr(up)[:, None] * ndtr(across) + (inner @ NODE_WEIGHTS) * np.arcsin(rho) / (
        4 * np.pi
    )
    found[-1, 1:-1], found[1:-1, -1], found[-1, -1] = ndtr(across), ndtr(up), 1
    return found


def _density(up: Array, across: Array, *, rho: float) -> Array:
    """How fast those chances grow with the correlation: the density at each pair of cuts, 0 at the ends."""
    h, k = up[:, None], across[None, :]
    free = 1 - rho * rho
    found = np.zeros((len(up) + 2, len(across) + 2))
    found[1:-1, 1:-1] = np.exp(-(h * h + k * k - 2 * rho * h * k) / (2 * free)) / (2 * np.pi * np.sqrt(free))
    return found

"""Many least squares problems of the same shape at once, within bounds: starts, draws or profiles side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Model = Callable[[Floats], tuple[Floats, Floats]]
"""From parameters (b x p) to residuals (b x n) and their derivatives (b x n x p)."""

MOST_STEPS = 300
CLOSE = 1e-15
MOST_DAMPED = 1e9
AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """Of each problem: the parameters found and the weighted sum of squares there."""

    parameters: Floats
    squares: Floats


def descend(
    model: Model,
    starts: Floats,
    *,
    rows: int,
    low: Floats,
    high: Floats,
    weights: Floats | None = None,
    held: npt.NDArray[np.bool_] | None = None,
    close: float = CLOSE,
) -> Descent:
    """Least squares by Levenberg and Marquardt, for many starts, weights or held values side by side.

    Parameters
    ----------
    model
        Residuals and their derivatives.
    starts
        One row of parameters a problem (b x p).
    rows
        How many residuals a problem has.
    low, high
        Bounds of each parameter (p).
    weights
        Of each residual in each problem, such as how often a draw holds the row (b x n); one where left out.
    held
        Which parameters stay as they start (p); none where left out.
    close
        A problem ends with a step that makes its sum of squares smaller by no more than this share of it.

    Returns
    -------
    Descent
        A local minimum of each problem.

    References
    ----------
    Marquardt, D. W. (1963). Journal of the Society for Industrial and Applied Mathematics 11(2), 431-441.

    Examples
    --------
    >>> x = np.arange(1.0, 6)
    >>> def model(b):
    ...     power = x ** b[:, :1]
    ...     return power - x**2, (power * np.log(x))[:, :, None]
    >>> descend(
    ...     model, np.array([[0.5], [3.0]]), rows=5, low=np.zeros(1), high=np.full(1, 9.0)
    ... ).parameters.round(6)
    array([[2.],
           [2.]])
    """
    size = max(1, AT_ONCE // (rows * starts.shape[1]))
    parts = [
        _descend(
            model,
            starts[place : place + size],
            bounds=(low, high),
            weights=None if weights is None else weights[place : place + size],
            held=np.zeros(starts.shape[1], dtype=bool) if held is None else held,
            close=close,
        )
        for place in range(0, len(starts), size)
    ]
    return Descent(
        parameters=np.concatenate([part.parameters for part in parts]),
        squares=np.concatenate([part.squares for part in parts]),
    )


def _descend(
    model: Model,
    starts: Floats,
    *,
    bounds: tuple[Floats, Floats],
    weights: Floats | None,
    held: npt.NDArray[np.bool_],
    close: float,
) -> Descent:
    here = np.clip(starts, *bounds).astype(float)
    damping = np.full(len(here), 1e-3)
    going = np.arange(len(here))
    residuals, slopes = model(here)
    squares = _squares(residuals, weights)
    for _ in range(MOST_STEPS):
        weight = None if weights is None else weights[going]
        gradient, normal = _normal(residuals, slopes, weight=weight)
        there = _stepped(here[going], gradient, normal, damping=damping[going], bounds=bounds, held=held)
        new_residuals, new_slopes = model(there)
        reached = _squares(new_residuals, weight)
        better = reached < squares[going]
        done = np.where(better, reached > squares[going] * (1 - close), damping[going] > MOST_DAMPED)
        here[going[better]], squares[going[better]] = there[better], reached[better]
        residuals[better], slopes[better] = new_residuals[better], new_slopes[better]
        damping[going] = np.clip(damping[going] * np.where(better, 0.1, 10), 1e-12, 1e12)
        going, residuals, slopes = going[~done], residuals[~done], slopes[~done]
        if not len(going):
            break
    return Descent(parameters=here, squares=squares)


def _squares(residuals: Floats, weight: Floats | None) -> Floats:
    squared = residuals**2 if weight is None else weight * residuals**2
    total: Floats = np.nan_to_num(squared.sum(axis=1), nan=np.inf)
    return total


def _normal(residuals: Floats, slopes: Floats, *, weight: Floats | None) -> tuple[Floats, Floats]:
    weighted = slopes if weight is None else slopes * weight[:, :, None]
    turned = np.swapaxes(weighted, 1, 2)
    return (turned @ residuals[:, :, None])[:, :, 0], turned @ slopes


def _stepped(
    here: Floats,
    gradient: Floats,
    normal: Floats,
    *,
    damping: Floats,
    bounds: tuple[Floats, Floats],
    held: npt.NDArray[np.bool_],
) -> Floats:
    """One damped step; what is held, or pushes against its bound, stays."""
    low, high = bounds
    stays = held | ((here <= low) & (gradient > 0)) | ((here >= high) & (gradient < 0))
    moves = (~stays).astype(float)
    diagonal = np.einsum("bii->bi", normal)
    system = normal * moves[:, :, None] * moves[:, None, :]
    floor = 1e-12 * diagonal.max(axis=1, keepdims=True) + np.finfo(float).tiny
    extra = np.where(stays, 1.0, damping[:, None] * np.maximum(diagonal, floor) + floor)
    system = system + extra[:, :, None] * np.eye(here.shape[1])
    step = np.linalg.solve(system, -(gradient * moves)[:, :, None])[:, :, 0]
    return np.clip(here + step, low, high)

"""The greatest likelihood over variances of 0 or more, and its profile: bounded, polished, checked by its slope."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from coproduce.methods.synthesis.nesting import Nesting, fitted
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, Whole

POLISHING = 20
STILL = 1e-11
LEAST = 1e-3  # of the unit: a component below it is measured against this
MOST_DOUBLINGS = 60

Truths = NDArray[np.bool_]


def maximum(nesting: Nesting, *, restricted: bool) -> Vector:
    """The variances of greatest likelihood: from several starts, so that a lesser peak is not taken for the top."""
    unit, n = nesting.unit, nesting.components
    shares = [np.full(n, 1 / n), *(0.05 + 0.85 * np.eye(n))] if n > 1 else [np.ones(1), np.full(1, 0.05)]
    every = np.ones(n, dtype=bool)
    peaks = [climb(nesting, unit * share, free=every, restricted=restricted) for share in shares]
    heights = [fitted(nesting, peak, restricted=restricted).log_likelihood for peak in peaks]
    return peaks[int(np.argmax(heights))]


def climb(nesting: Nesting, start: Vector, *, free: Truths, restricted: bool) -> Vector:
    """From `start` to the nearest peak, moving the components that are `free`."""
    unit, point = nesting.unit, start.astype(float)

    def below(scaled: Vector) -> tuple[float, Vector]:
        point[free] = scaled * unit
        found = fitted(nesting, point, restricted=restricted)
        return -found.log_likelihood, -found.gradient[free] * unit

    if free.any():
        bounds = [(0.0, None)] * int(free.sum())
        options: dict[str, Any] = {"ftol": 1e-12, "gtol": 1e-6, "maxiter": 500}
        found = optimize.minimize(
            below, point[free] / unit, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        point[free] = found.x * unit
    return _polished(nesting, point, free=free, restricted=restricted)


def _polished(nesting: Nesting, point: Vector, *, free: Truths, restricted: bool) -> Vector:
    """Newton's steps inside the bounds, as long as they climb or flatten the slope."""
    steepest = slope(nesting, point, free=free, restricted=restricted)
    for _ in range(POLISHING):
        gradient = fitted(nesting, point, restricted=restricted).gradient
        moving = np.flatnonzero(free & ((point > 0) | (gradient > 0)))
        if steepest < STILL or not len(moving):
            break
        curvature = _curvature(nesting, point, moving=moving, restricted=restricted)
        if np.linalg.eigvalsh(curvature).max() >= 0:
            break
        after = point.copy()
        after[moving] = np.maximum(0.0, point[moving] - np.linalg.solve(curvature, gradient[moving]))
        flatter = slope(nesting, after, free=free, restricted=restricted)
        if flatter >= steepest:
            break
        point, steepest = after, flatter
    return point


def slope(nesting: Nesting, point: Vector, *, free: Truths, restricted: bool) -> float:
    """The steepest slope left, by each component's relative size; at 0 only what leads inside counts."""
    gradient = fitted(nesting, point, restricted=restricted).gradient
    uphill = np.where(point > 0, np.abs(gradient), np.maximum(gradient, 0.0))
    size = np.maximum(point, LEAST * nesting.unit)
    return float(np.max(uphill[free] * size[free], initial=0.0))


def _curvature(nesting: Nesting, point: Vector, *, moving: Whole, restricted: bool) -> Matrix:
    """The second derivatives by central differences of the gradient (one-sided at 0)."""
    rows = []
    for place in moving:
        step = np.zeros_like(point)
        step[place] = 1e-4 * max(point[place], 1e-2 * nesting.unit)
        before = np.maximum(point - step, 0.0)
        ends = [
            fitted(nesting, end, restricted=restricted).gradient[moving] for end in (before, point + step)
        ]
        rows.append((ends[1] - ends[0]) / (point[place] + step[place] - before[place]))
    curvature = np.array(rows)
    return np.asarray((curvature + curvature.T) / 2)


def profile(
    nesting: Nesting, peak: Vector, *, component: int, restricted: bool, level: float
) -> tuple[float, float]:
    """The interval of one component: where the likelihood, at its best over the others, is not far below the top."""
    free = np.arange(nesting.components) != component
    top = fitted(nesting, peak, restricted=restricted).log_likelihood
    depth = float(special.chdtri(1, 1 - level)) / 2
    last = peak.copy()

    def height(value: float) -> float:
        nonlocal last
        start = last.copy()
        start[component] = value
        start[free] = np.maximum(start[free], LEAST * nesting.unit)  # so that it can leave 0
        last = climb(nesting, start, free=free, restricted=restricted)
        return fitted(nesting, last, restricted=restricted).log_likelihood - top + depth

    at = float(peak[component])
    low = 0.0 if at == 0 or height(0.0) >= 0 else _root(height, 0.0, high=at)
    end = max(2 * at, nesting.unit)
    for _ in range(MOST_DOUBLINGS):
        if height(end) < 0:
            return low, _root(height, at, high=end)
        end *= 2
    return low, np.inf


def _root(height: Any, low: float, *, high: float) -> float:
    return float(optimize.brentq(height, low, high, xtol=1e-9 * high, rtol=1e-9))

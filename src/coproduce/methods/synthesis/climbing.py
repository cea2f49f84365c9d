"""The greatest likelihood over variances of 0 or more, and its profile: bounded, polished, checked by its slope."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from coproduce.methods.synthesis.nesting import Fitted, Nesting, fitted
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Whole

MOST_STEPS = 200
MOST_HALVINGS = 40
STILL = 1e-10
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
    """From `start` to the nearest peak by Newton's steps inside the bounds, moving the components that are `free`."""
    point = start.astype(float)
    here = fitted(nesting, point, restricted=restricted)
    for _ in range(MOST_STEPS):
        moving = np.flatnonzero(free & ((point > 0) | (here.gradient > 0)))
        if steepness(nesting, point, gradient=here.gradient, free=free) < STILL or not len(moving):
            break
        step = np.zeros_like(point)
        step[moving] = _newton(nesting, point, here=here, moving=moving, restricted=restricted)
        further = _further(nesting, point, here=here, step=step, free=free, restricted=restricted)
        if further is None:
            break
        point, here = further
    return point


def _newton(nesting: Nesting, point: Vector, *, here: Fitted, moving: Whole, restricted: bool) -> Vector:
    """The step to the peak of the parabola through this place; where it opens upwards, as far as down it would be."""
    size = np.maximum(point[moving], LEAST * nesting.unit)
    curvature = np.empty((len(moving), len(moving)))
    for row, (place, width) in enumerate(zip(moving, 1e-5 * size, strict=True)):
        beside = point.copy()
        beside[place] += width
        change = fitted(nesting, beside, restricted=restricted).gradient[moving] - here.gradient[moving]
        curvature[row] = change / width * size * size[row]
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    values = np.maximum(np.abs(values), 1e-8 * max(1.0, float(np.abs(values).max())))
    return np.asarray(size * (vectors @ ((vectors.T @ (size * here.gradient[moving])) / values)))


def _further(
    nesting: Nesting, point: Vector, *, here: Fitted, step: Vector, free: Truths, restricted: bool
) -> tuple[Vector, Fitted] | None:
    """The first place along the step, halved again and again, that is higher, or as high and flatter."""
    steep = steepness(nesting, point, gradient=here.gradient, free=free)
    rounding = 1e-12 * (1 + abs(here.log_likelihood))
    for halvings in range(MOST_HALVINGS):
        ahead = np.maximum(0.0, point + step / 2**halvings)
        found = fitted(nesting, ahead, restricted=restricted)
        gain = found.log_likelihood - here.log_likelihood
        flatter = steepness(nesting, ahead, gradient=found.gradient, free=free) < steep
        if gain > rounding or (gain > -rounding and flatter):
            return ahead, found
    return None


def steepness(nesting: Nesting, point: Vector, *, gradient: Vector, free: Truths) -> float:
    """The steepest slope left, by each component's relative size; at 0 only what leads inside counts."""
    uphill = np.where(point > 0, np.abs(gradient), np.maximum(gradient, 0.0))
    size = np.maximum(point, LEAST * nesting.unit)
    return float(np.max(uphill[free] * size[free], initial=0.0))


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


def _root(height: Callable[[float], float], low: float, *, high: float) -> float:
    return float(optimize.brentq(height, low, high, xtol=1e-9 * high, rtol=1e-9))

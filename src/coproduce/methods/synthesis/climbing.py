"""The greatest likelihood over variances of 0 or more, and its profile: bounded, and checked by its slope."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from coproduce.methods.synthesis.nesting import Fitted, Nesting, fitted
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Whole

MOST_CHOSEN_FROM = 4
MOST_STEPS = 200
MOST_HALVINGS = 40
STILL = 1e-10
FARTHEST = 1e3  # of the unit
LEAST = 1e-3  # of the smallest sampling variance: a component below it is measured against this
AWAY = 1e-3  # of the unit: how far a search starts from 0, so that it can leave it
MOST_DOUBLINGS = 60

Truths = NDArray[np.bool_]


def maximum(nesting: Nesting, *, restricted: bool) -> Vector:
    """The variances of greatest likelihood.

    The likelihood may have peaks in several corners, where some components are 0. So each choice of components is
    first climbed alone, and all together from there: a lesser peak is not taken for the top.
    """
    n, peaks = nesting.components, []
    every = np.ones(n, dtype=bool)
    for some in _choices(n):
        start = np.where(some, nesting.unit / n, 0.0)
        corner = climb(nesting, start, free=some, restricted=restricted)
        peaks.append(corner if some.all() else climb(nesting, corner, free=every, restricted=restricted))
    heights = [fitted(nesting, peak, restricted=restricted).log_likelihood for peak in peaks]
    return _settled(nesting, peaks[int(np.argmax(heights))], restricted=restricted)


def _choices(components: int) -> list[Truths]:
    """All choices of one component or more; of many components, each alone and all together."""
    if components <= MOST_CHOSEN_FROM:
        return [np.array(some) for some in product((True, False), repeat=components) if any(some)]
    return [*np.eye(components, dtype=bool), np.ones(components, dtype=bool)]


def _settled(nesting: Nesting, peak: Vector, *, restricted: bool) -> Vector:
    """The peak with those components at 0 that are so but for rounding."""
    for place in np.flatnonzero((peak > 0) & (peak < 1e-6 * nesting.smallest)):
        settled = peak.copy()
        settled[place] = 0.0
        there, here = (fitted(nesting, point, restricted=restricted) for point in (settled, peak))
        if there.gradient[place] <= 0 and there.log_likelihood >= here.log_likelihood - 1e-10:
            peak = settled
    return peak


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
    size = np.maximum(point[moving], LEAST * nesting.smallest)
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
        ahead = np.clip(point + step / 2**halvings, 0.0, FARTHEST * nesting.unit)
        found = fitted(nesting, ahead, restricted=restricted)
        gain = found.log_likelihood - here.log_likelihood
        flatter = steepness(nesting, ahead, gradient=found.gradient, free=free) < steep
        if gain > rounding or (gain > -rounding and flatter):
            return ahead, found
    return None


def steepness(nesting: Nesting, point: Vector, *, gradient: Vector, free: Truths) -> float:
    """The steepest slope left, by each component's relative size; at 0 only what leads inside counts."""
    uphill = np.where(point > 0, np.abs(gradient), np.maximum(gradient, 0.0))
    size = np.maximum(point, LEAST * nesting.smallest)
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
        start[free] = np.maximum(start[free], AWAY * nesting.unit)
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

"""The step-function selection model: as if results were the more likely to be seen the smaller their p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import chi2, norm

from coproduce.errors import EstimationError

Floats = NDArray[np.float64]
MOST_STEPS = 60
STEEP, LEAST_CURVED, FARTHEST = 1e-9, 1e-6, 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The effect as it would be, had every result been seen.

    `value` is the adjusted mean effect with its standard error, interval and p (normal), `tau2` the variance of true
    effects. `seen` holds, for each interval of one-sided p-values that the `steps` make, how likely a result in it is
    to be seen relative to one in the first (which is 1), and `seen_se` its standard error (0 for the first);
    `studies` counts the studies in each. `likelihood_ratio`, on `df` degrees of freedom, tests that all are seen alike.
    `towards` is 1 where large effects are taken to be selected, -1 where small (negative) ones are.
    """

    value: float
    se: float
    low: float
    high: float
    p: float
    tau2: float
    seen: Floats
    seen_se: Floats
    studies: tuple[int, ...]
    steps: tuple[float, ...]
    likelihood_ratio: float
    df: int
    p_selection: float
    towards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """Effects in the direction of selection, the interval each lies in, and the bounds between intervals."""

    effect: Floats
    variance: Floats
    interval: NDArray[np.intp]
    bounds: Floats

    def value(self, point: Floats) -> float:
        return self._both(point)[0]

    def gradient(self, point: Floats) -> Floats:
        return self._both(point)[1]

    def _both(self, point: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood and its gradient at (mean, tau2, log of each weight but the first)."""
        mean, tau2 = point[0], point[1]
        weight = np.exp(np.concatenate([[0.0], point[2:]]))
        total = self.variance + tau2
        sd = np.sqrt(total)
        z = (self.effect - mean) / sd
        edges = (self.bounds - mean) / sd[:, None]
        share = -np.diff(ndtr(edges), axis=1)
        seen = share @ weight
        density = np.exp(-0.5 * edges**2) / math.sqrt(2 * math.pi)
        slope = np.where(np.isfinite(edges), edges, 0.0) * density
        by_mean = np.diff(density, axis=1) / sd[:, None]
        by_tau2 = np.diff(slope, axis=1) / (2 * total[:, None])
        logarithm = np.log(weight)[self.interval] - np.log(seen) - 0.5 * (z**2 + np.log(2 * np.pi * total))
        slopes = [
            (z / sd - by_mean @ weight / seen).sum(),
            ((z**2 - 1) / (2 * total) - by_tau2 @ weight / seen).sum(),
            *(
                (self.interval == place).sum() - (share[:, place] * weight[place] / seen).sum()
                for place in range(1, len(weight))
            ),
        ]
        return -float(logarithm.sum()), -np.array(slopes, dtype=float)


def selection_model(
    effect: Floats, variance: Floats, *, steps: Sequence[float] = (0.025,), level: float = 0.95
) -> Selection:
    """Fit the selection model of Vevea and Hedges by maximum likelihood.

    Parameters
    ----------
    effect, variance
        One number a study; the effects are independent and normal.
    steps
        The one-sided p-values, rising and between 0 and 1, at which the chance of being seen may change.
    level
        The coverage of the interval.

    Returns
    -------
    Selection
        Its results stand on the assumption that selection goes by p-values and by nothing else.

    Raises
    ------
    EstimationError
        If an interval of p-values holds no study, or the likelihood has no maximum.

    References
    ----------
    Vevea, J. L. and Hedges, L. V. (1995). A general linear model for estimating effect size in the presence of
    publication bias. Psychometrika 60, 419-435; Hedges, L. V. (1992). Statistical Science 7, 246-255.

    Examples
    --------
    >>> effect = np.array([0.1, 0.3, 0.5, 0.6, 0.05, 0.8, 0.7, 0.2])
    >>> found = selection_model(effect, np.array([0.01, 0.04, 0.04, 0.09, 0.01, 0.16, 0.1, 0.02]))
    >>> found.studies, round(found.value, 2)
    ((4, 4), 0.05)
    """
    unit = math.sqrt(float(np.median(variance)))
    towards = 1 if (effect / variance).sum() >= 0 else -1
    y, v = towards * effect / unit, variance / unit**2
    edges = (0.0, *steps, 1.0)
    p = norm.sf(y / np.sqrt(v))
    interval = np.clip(np.searchsorted(np.array(edges[1:-1]), p, side="left"), 0, len(steps))
    studies = tuple(int((interval == place).sum()) for place in range(len(steps) + 1))
    _refuse_empty(studies, edges)
    problem = _Problem(
        effect=y, variance=v, interval=interval, bounds=norm.isf(np.array(edges)) * np.sqrt(v)[:, None]
    )
    plain = _lowest(problem, free=2)
    best = _lowest(problem, free=2 + len(steps))
    errors = _errors(problem, best)
    ratio = max(0.0, 2 * (problem.value(plain) - problem.value(best)))
    value, se = towards * unit * float(best[0]), unit * float(errors[0])
    half = se * norm.isf((1 - level) / 2)
    seen = np.exp(np.concatenate([[0.0], best[2:]]))
    return Selection(
        value=value,
        se=se,
        low=float(value - half),
        high=float(value + half),
        p=float(2 * norm.sf(abs(value) / se)),
        tau2=unit**2 * float(best[1]),
        seen=seen,
        seen_se=np.concatenate([[0.0], seen[1:] * errors[2:]]),
        studies=studies,
        steps=tuple(steps),
        likelihood_ratio=ratio,
        df=len(steps),
        p_selection=float(chi2.sf(ratio, len(steps))),
        towards=towards,
    )


def _refuse_empty(studies: Sequence[int], edges: Sequence[float]) -> None:
    empty = [f"{edges[i]} to {edges[i + 1]}" for i, number in enumerate(studies) if not number]
    if empty:
        raise EstimationError(
            "the selection model",
            seen=f"no study has a one-sided p-value in {' or '.join(empty)}",
            may_help="How often such results are seen cannot be told; other steps, or more studies, may help.",
        )


def _lowest(problem: _Problem, *, free: int) -> Floats:
    """The point of the highest likelihood, the first `free` parameters free and the others at nought."""
    size = len(np.unique(problem.interval)) + 1
    weight = 1 / problem.variance
    pooled = (weight @ problem.effect) / weight.sum()
    spread = max(0.05, float(np.var(problem.effect) - problem.variance.mean()))
    starts = [(pooled, spread, 0.0), (pooled, 0.05, -1.5), (pooled / 3, spread, -1.5), (0.0, spread, 0.0)]
    found = [_climbed(problem, _start(start, free=free, size=size), free=free) for start in starts]
    return min(found, key=problem.value)


def _start(start: tuple[float, float, float], *, free: int, size: int) -> Floats:
    point = np.zeros(size)
    point[:2] = start[:2]
    point[2:free] = start[2]
    return point


def _climbed(problem: _Problem, point: Floats, *, free: int) -> Floats:
    """Newton's steps to the last digits, tau2 held where it is nought and wants to be less.

    Where the likelihood curves the wrong way, the step goes with the slope instead of against it.
    """
    for _ in range(MOST_STEPS):
        gradient = problem.gradient(point)
        moving = _moving(point, gradient, free=free)
        if np.abs(gradient[moving]).max() < STEEP:
            break
        values, axes = np.linalg.eigh(_curvature(problem, point, moving=moving))
        step = np.zeros_like(point)
        step[moving] = axes @ ((axes.T @ gradient[moving]) / np.maximum(np.abs(values), LEAST_CURVED))
        better = _better(problem, point, step=step)
        if better is None:
            break
        point = better
    return point


def _better(problem: _Problem, point: Floats, *, step: Floats) -> Floats | None:
    """The point a step away, or part of it, if the likelihood is higher there."""
    here = problem.value(point)
    for shrink in 0.5 ** np.arange(30):
        tried: Floats = point - shrink * step
        tried[1] = max(0.0, tried[1])
        tried[2:] = np.clip(tried[2:], -FARTHEST, FARTHEST)
        if problem.value(tried) < here:
            return tried
    return None


def _moving(point: Floats, gradient: Floats, *, free: int) -> NDArray[np.intp]:
    stuck = point[1] <= 0 and gradient[1] >= 0
    return np.array([place for place in range(free) if not (place == 1 and stuck)])


def _curvature(problem: _Problem, point: Floats, *, moving: NDArray[np.intp]) -> Floats:
    """The matrix of second derivatives, by differences of the gradient."""
    columns = []
    for place in moving:
        step = np.zeros_like(point)
        step[place] = 1e-5 * max(1.0, abs(point[place]))
        if place == 1:
            step[place] = min(step[place], point[1] / 2) or 1e-7
        up, down = problem.gradient(point + step), problem.gradient(point - step)
        columns.append((up - down)[moving] / (2 * step[place]))
    matrix = np.array(columns)
    symmetric: Floats = (matrix + matrix.T) / 2
    return symmetric


def _errors(problem: _Problem, point: Floats) -> Floats:
    """Standard errors from the observed information; 0 for a tau2 that is at its bound."""
    moving = _moving(point, problem.gradient(point), free=len(point))
    matrix = _curvature(problem, point, moving=moving)
    if np.linalg.eigvalsh(matrix).min() <= 0:
        raise EstimationError(
            "the selection model",
            seen="the likelihood is flat: many answers fit equally well",
            may_help="Fewer steps, or more studies, may help.",
        )
    errors = np.zeros_like(point)
    errors[moving] = np.sqrt(np.diag(np.linalg.inv(matrix)))
    return errors

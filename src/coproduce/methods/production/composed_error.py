"""The likelihood of a composed error: noise, less an inefficiency that is normal cut off at nought."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_ndtr

Floats = npt.NDArray[np.float64]
GRID = tuple(np.linspace(0.05, 0.95, 19))
POLISHED = 30
CLOSE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedError:
    """Where the likelihood is greatest: coefficients, those of the mean of inefficiency, sigma2, gamma.

    `hessian` is of the log likelihood in these parameters, `scores` its slopes by row (n x p).
    """

    parameters: Floats
    log_likelihood: float
    log_likelihood_ols: float
    hessian: Floats
    scores: Floats


def log_likelihoods(parameters: Floats, y: Floats, *, x: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Of each row, and its slopes, where y = x b + v - u: v normal, u normal about z d and cut off at nought.

    Parameters
    ----------
    parameters
        b, d, the variance sigma2 of both errors, and the share gamma of it that is inefficiency's.
    y
        Log output (n).
    x
        The design of the frontier (n x k).
    z
        The design of the mean of inefficiency (n x m); without columns inefficiency is half-normal.

    Returns
    -------
    tuple
        Log likelihoods (n) and slopes (n x p).

    References
    ----------
    Battese, G. E. and Coelli, T. J. (1993). Working Papers in Econometrics and Applied Statistics 69, University of New
    England, appendix.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> value, _ = log_likelihoods(np.array([0.0, 1.0, 0.5]), np.zeros(1), x=one, z=one[:, :0])
    >>> round(float(value[0]), 6)  # at nought half of the normal lies below: 2 phi(0) / 2
    -0.918939
    """
    k, m = x.shape[1], z.shape[1]
    sigma2, gamma = parameters[-2:]
    e, mu = y - x @ parameters[:k], z @ parameters[k : k + m]
    root, spread = math.sqrt(gamma * sigma2), math.sqrt(gamma * (1 - gamma) * sigma2)
    before, middle = mu / root, (1 - gamma) * mu - gamma * e
    after = middle / spread
    value = (
        -0.5 * math.log(2 * math.pi * sigma2)
        - (e + mu) ** 2 / (2 * sigma2)
        - log_ndtr(before)
        + log_ndtr(after)
    )
    below, above = _mills(before), _mills(after)
    by_e = -(e + mu) / sigma2 - above * gamma / spread
    by_mu = -(e + mu) / sigma2 - below / root + above * (1 - gamma) / spread
    by_sigma2 = (-1 + (e + mu) ** 2 / sigma2 + below * before - above * after) / (2 * sigma2)
    by_gamma = below * before / (2 * gamma) + above * (
        -(mu + e) / spread - after * (1 - 2 * gamma) / (2 * gamma * (1 - gamma))
    )
    slopes = np.column_stack([-by_e[:, None] * x, by_mu[:, None] * z, by_sigma2, by_gamma])
    return value, slopes


def _mills(place: Floats) -> Floats:
    """The density over the distribution of the normal."""
    ratio: Floats = np.exp(-(place**2) / 2 - 0.5 * math.log(2 * math.pi) - log_ndtr(place))
    return ratio


def fit_composed_error(y: Floats, *, x: Floats, z: Floats) -> ComposedError | None:
    """Maximum likelihood from least squares and a grid of gamma.

    Parameters
    ----------
    y, x, z
        As in `log_likelihoods`; the first column of `x` is the constant.

    Returns
    -------
    ComposedError
        None where no place has a greater likelihood than least squares: there is no inefficiency to tell.

    References
    ----------
    Coelli, T. J. (1995). Journal of Productivity Analysis 6, 247-268, on the grid; Waldman, D. M. (1982). Journal of
    Econometrics 18, 275-279, on least squares as a maximum.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.column_stack([np.ones(9000), rng.normal(size=9000)])
    >>> y = x @ [1.0, 0.5] + rng.normal(0, 0.2, 9000) - abs(rng.normal(0, 0.5, 9000))
    >>> fit_composed_error(y, x=x, z=x[:, :0]).parameters.round(1)  # sigma2 is 0.04 + 0.25
    array([1. , 0.5, 0.3, 0.9])
    """
    plain: Floats = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=float)
    variance = float(np.mean((y - x @ plain) ** 2))
    ols = -len(y) / 2 * (math.log(2 * math.pi * variance) + 1)
    found = [_climbed(start, y, x=x, z=z) for start in _best(_starts(plain, variance, z=z), y, x=x, z=z)]
    best = max(found, key=lambda one: one[1])
    polished, value = _polished(best[0], y, x=x, z=z)
    if not value > ols + 1e-8:
        return None
    hessian = _hessian(polished, y, x=x, z=z)
    return ComposedError(
        parameters=polished,
        log_likelihood=value,
        log_likelihood_ols=ols,
        hessian=hessian,
        scores=log_likelihoods(polished, y, x=x, z=z)[1],
    )


def _starts(plain: Floats, variance: float, *, z: Floats) -> list[Floats]:
    """Corrected least squares at each gamma, with means of inefficiency at nought, and below and above it."""
    starts = []
    for gamma in GRID:
        sigma2 = variance / (1 - 2 * gamma / math.pi)
        b = plain.copy()
        b[0] += math.sqrt(2 * gamma * sigma2 / math.pi)
        for mean in (0.0, -1.0, 0.5) if z.shape[1] else (0.0,):
            d = np.zeros(z.shape[1])
            d[:1] = mean * math.sqrt(sigma2)
            starts.append(np.concatenate([b, d, [sigma2 * (1 + mean**2), gamma]]))
    return starts


def _best(starts: list[Floats], y: Floats, *, x: Floats, z: Floats) -> list[Floats]:
    """The best of each kind of start: most begin in the same valley."""
    kinds = 3 if z.shape[1] else 1
    chosen = []
    for kind in range(kinds):
        some = starts[kind::kinds]
        chosen.append(max(some, key=lambda start: float(log_likelihoods(start, y, x=x, z=z)[0].sum())))
    return chosen


def _free(parameters: Floats) -> Floats:
    """Sigma2 as its logarithm, gamma as its logit: no bounds."""
    sigma2, gamma = parameters[-2:]
    return np.concatenate([parameters[:-2], [math.log(sigma2), math.log(gamma / (1 - gamma))]])


def _bound(free: Floats) -> Floats:
    gamma = 1 / (1 + np.exp(-np.clip(free[-1], -16, 16)))
    return np.concatenate([free[:-2], [np.exp(np.clip(free[-2], -60, 60)), gamma]])


def _climbed(start: Floats, y: Floats, *, x: Floats, z: Floats) -> tuple[Floats, float]:
    def down(free: Floats) -> tuple[float, Floats]:
        parameters = _bound(free)
        value, slopes = log_likelihoods(parameters, y, x=x, z=z)
        slope = slopes.sum(axis=0)
        slope[-2] *= parameters[-2]
        slope[-1] *= parameters[-1] * (1 - parameters[-1])
        if not (np.isfinite(value).all() and np.isfinite(slope).all()):
            return 1e300, np.zeros_like(slope)
        return -float(value.sum()), -slope

    found = minimize(down, _free(start), jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    return _bound(found.x), -float(found.fun)


def _polished(parameters: Floats, y: Floats, *, x: Floats, z: Floats) -> tuple[Floats, float]:
    """Newton's steps, kept while the likelihood does not fall and gamma stays inside."""
    here, value = parameters, float(log_likelihoods(parameters, y, x=x, z=z)[0].sum())
    for _ in range(POLISHED):
        slope = log_likelihoods(here, y, x=x, z=z)[1].sum(axis=0)
        step = np.linalg.lstsq(_hessian(here, y, x=x, z=z), -slope, rcond=None)[0]
        there = here + step
        if not (there[-2] > 0 and 0 < there[-1] < 1):
            break
        reached = float(log_likelihoods(there, y, x=x, z=z)[0].sum())
        if not reached >= value:
            break
        here, value = there, reached
        if np.abs(step).max() < CLOSE:
            break
    return here, value


def _hessian(parameters: Floats, y: Floats, *, x: Floats, z: Floats) -> Floats:
    """From differences of the slopes."""
    rows = []
    for place in range(len(parameters)):
        step = np.zeros(len(parameters))
        step[place] = 1e-5 * max(abs(parameters[place]), 1e-2)
        if place == len(parameters) - 1:
            step[place] = 1e-5 * min(parameters[-1], 1 - parameters[-1])
        rise = [log_likelihoods(parameters + sign * step, y, x=x, z=z)[1].sum(axis=0) for sign in (1, -1)]
        rows.append((rise[0] - rise[1]) / (2 * step[place]))
    hessian = np.array(rows)
    return np.asarray((hessian + hessian.T) / 2)

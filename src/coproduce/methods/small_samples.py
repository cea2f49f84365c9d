"""Regressions that behave in small samples: Firth's logit, and least squares with HC3 errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, t

from coproduce.errors import EstimationError

Numbers = NDArray[np.float64]

MOST_STEPS, CLOSE = 200, 1e-10
LONGEST_STEP = 5.0
FARTHEST = 1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """One number a column of the design: the estimate, its standard error, interval and p."""

    estimate: Numbers
    se: Numbers
    low: Numbers
    high: Numbers
    p: Numbers


def least_squares_hc3(x: Numbers, y: Numbers, *, level: float = 0.95) -> Coefficients:
    """Least squares with HC3 standard errors, intervals by Student's t.

    Parameters
    ----------
    x
        Cases by columns, the constant among them.
    y
        One number a case.
    level
        The coverage that is promised.

    Raises
    ------
    EstimationError
        If the columns depend on each other, there are no more cases than columns, or a case alone fixes a coefficient.

    References
    ----------
    MacKinnon, J. G. and White, H. (1985). Journal of Econometrics 29, 305-325; Long, J. S. and Ervin, L. H. (2000). The
    American Statistician 54, 217-224.

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    >>> least_squares_hc3(x, np.array([1.0, 2, 2, 4])).estimate.round(2)
    array([0.9, 0.9])
    """
    _refuse_rank(x, method="Least squares")
    bread = np.linalg.inv(x.T @ x)
    estimate = bread @ x.T @ y
    leverage = np.einsum("ij,jk,ik->i", x, bread, x)
    if leverage.max() > 1 - 1e-9:
        raise EstimationError(
            "Least squares with HC3 errors",
            seen="a single case fixes a coefficient",
            may_help="Take fewer conditions.",
        )
    scaled = x * ((y - x @ estimate) / (1 - leverage))[:, None]
    se = np.sqrt(np.diag(bread @ scaled.T @ scaled @ bread))
    df = len(y) - x.shape[1]
    half = t.ppf(0.5 + level / 2, df) * se
    p = 2 * t.sf(np.abs(_over(estimate, se)), df)
    return Coefficients(estimate=estimate, se=se, low=estimate - half, high=estimate + half, p=p)


def _over(estimate: Numbers, se: Numbers) -> Numbers:
    return np.divide(estimate, se, out=np.full_like(estimate, np.nan), where=se > 0)


def _refuse_rank(x: Numbers, *, method: str) -> None:
    if len(x) <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        raise EstimationError(
            method,
            seen=f"{len(x)} cases and {x.shape[1]} columns of rank {np.linalg.matrix_rank(x)}",
            may_help="It needs more cases than conditions, and no condition that others add up to.",
        )


def firth_logit(x: Numbers, y: Numbers, *, level: float = 0.95) -> Coefficients:
    """A logit whose likelihood is penalised by Jeffreys' prior: finite where an ordinary logit separates.

    Parameters
    ----------
    x
        Cases by columns, the constant among them.
    y
        0 or 1, one a case.
    level
        The coverage that is promised.

    Returns
    -------
    Coefficients
        Log odds ratios, with intervals and p from the penalised profile likelihood. A limit is infinite where the
        profile does not fall far enough.

    Raises
    ------
    EstimationError
        If the columns depend on each other, or there are no more cases than columns.

    References
    ----------
    Firth, D. (1993). Biometrika 80, 27-38; Heinze, G. and Schemper, M. (2002). Statistics in Medicine 21, 2409-2419.

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    >>> firth_logit(x, np.array([0.0, 0, 0, 1, 1, 1])).estimate.round(3)
    array([-1.946,  3.892])
    """
    _refuse_rank(x, method="Firth's logit")
    estimate = _maximum(x, y, fixed=None)
    best = _penalised(x, y, estimate)
    se = np.sqrt(np.diag(np.linalg.inv(_information(x, estimate))))
    limits = np.array(
        [
            [_limit(x, y, place=place, start=estimate, best=best, level=level, side=side) for side in (-1, 1)]
            for place in range(x.shape[1])
        ]
    )
    p = np.array(
        [chi2.sf(max(0.0, 2 * (best - _profile(x, y, place, at=0.0))), 1) for place in range(x.shape[1])]
    )
    return Coefficients(estimate=estimate, se=se, low=limits[:, 0], high=limits[:, 1], p=p)


def _shares(x: Numbers, beta: Numbers) -> Numbers:
    shares: Numbers = 1 / (1 + np.exp(-np.clip(x @ beta, -500, 500)))
    return shares


def _information(x: Numbers, beta: Numbers) -> Numbers:
    shares = _shares(x, beta)
    information: Numbers = (x * (shares * (1 - shares))[:, None]).T @ x
    return information


def _penalised(x: Numbers, y: Numbers, beta: Numbers) -> float:
    """The log likelihood and half the logarithm of the information's determinant."""
    predictor = x @ beta
    likelihood = np.sum(y * predictor - np.logaddexp(0, predictor))
    sign, logarithm = np.linalg.slogdet(_information(x, beta))
    return float(likelihood + logarithm / 2) if sign > 0 else -np.inf


def _maximum(x: Numbers, y: Numbers, *, fixed: tuple[int, float] | None) -> Numbers:
    """The coefficients at which the penalised likelihood is greatest, one of them held where that is asked."""
    free = [place for place in range(x.shape[1]) if fixed is None or place != fixed[0]]
    beta = np.zeros(x.shape[1])
    if fixed is not None:
        beta[fixed[0]] = fixed[1]
    for _ in range(MOST_STEPS):
        shares = _shares(x, beta)
        weight = shares * (1 - shares)
        information = (x * weight[:, None]).T @ x
        leverage = weight * np.einsum("ij,jk,ik->i", x, np.linalg.pinv(information), x)
        score = x.T @ (y - shares + leverage * (0.5 - shares))
        step = np.linalg.pinv(information[np.ix_(free, free)]) @ score[free]
        step *= min(1.0, LONGEST_STEP / max(np.abs(step).max(initial=0), 1e-300))
        beta = _uphill(x, y, beta, step=step, free=free)
        if np.abs(step).max(initial=0) < CLOSE:
            break
    return beta


def _uphill(x: Numbers, y: Numbers, beta: Numbers, *, step: Numbers, free: list[int]) -> Numbers:
    """The coefficients one step on, the step halved until the likelihood does not fall."""
    here = _penalised(x, y, beta)
    for _ in range(30):
        there = beta.copy()
        there[free] += step
        if _penalised(x, y, there) >= here - 1e-12:
            return there
        step = step / 2
    return beta


def _profile(x: Numbers, y: Numbers, place: int, *, at: float) -> float:
    return _penalised(x, y, _maximum(x, y, fixed=(place, at)))


def _limit(
    x: Numbers, y: Numbers, *, place: int, start: Numbers, best: float, level: float, side: int
) -> float:
    """Where the profile of one coefficient has fallen by what the level allows."""
    fall = float(chi2.ppf(level, 1)) / 2

    def above(at: float) -> float:
        return _profile(x, y, place, at=at) - best + fall

    near, reach = float(start[place]), 1.0
    while above(near + side * reach) > 0:
        reach *= 2
        if reach > FARTHEST:
            return float(side * np.inf)
    limit: float = brentq(above, near, near + side * reach, xtol=1e-9)
    return limit

"""Least squares on a series whose errors follow each other, with errors of the coefficients that allow for it."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]
MOST = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Coefficients with their covariance and degrees of freedom; `residuals` are NaN where the outcome is.

    `correlation` is that of neighbouring errors (NaN where it was not part of the fit), `lags` the bandwidth (0: none).
    """

    coefficients: Floats
    covariance: Floats
    df: float
    residuals: Floats
    correlation: float = math.nan
    lags: int = 0


def _least_squares(outcome: Floats, design: Floats) -> tuple[Floats, Floats, Floats]:
    """Coefficients, the inverse of X'X, and residuals, over the places where the outcome is known."""
    known = np.isfinite(outcome)
    bread = np.asarray(np.linalg.inv(design[known].T @ design[known]), dtype=np.float64)
    coefficients = np.asarray(bread @ design[known].T @ outcome[known], dtype=np.float64)
    return coefficients, bread, np.where(known, outcome - design @ coefficients, np.nan)


def autoregressive(outcome: Floats, design: Floats) -> Line:
    """Least squares, with errors that follow a first-order autoregression, as for short series.

    Parameters
    ----------
    outcome
        Evenly spaced; NaN where it is not known (n).
    design
        Of full column rank (n x k).

    Returns
    -------
    Line
        Residuals of a line correlate less than its errors do; the correlation is the one under which those of the
        residuals would be as they are (in ratio of expectations), between 0 and 0.98. The variance is unbiased under
        it, the degrees of freedom are Satterthwaite's.

    References
    ----------
    Andrews, D. W. K. (1993). Econometrica 61(1), 139-165 (to correct by inverting the expectation);
    Satterthwaite, F. E. (1946). Biometrics Bulletin 2, 110-114.

    Examples
    --------
    >>> import numpy as np
    >>> time = np.arange(20.0)
    >>> line = autoregressive(2 * time + (-1.0) ** time, np.column_stack([np.ones(20), time]))
    >>> round(float(line.coefficients[1]), 1), line.correlation
    (2.0, 0.0)
    """
    coefficients, bread, residuals = _least_squares(outcome, design)
    known = np.isfinite(outcome)
    rows, left = design[known], residuals[known]
    time = np.flatnonzero(known)
    apart = np.abs(np.subtract.outer(time, time))
    neighbours = 0.5 * (apart == 1)
    squares = float(left @ left)
    observed = float(left @ neighbours @ left) / squares if squares else 0.0
    tall = rows @ bread  # the hat matrix is tall @ rows.T, which is never written out
    touched = neighbours @ tall
    aim = neighbours - rows @ touched.T - touched @ rows.T + rows @ (tall.T @ touched) @ rows.T
    correlation = _correlation(apart, aim=aim, rest=np.eye(len(time)) - tall @ rows.T, observed=observed)
    process = correlation**apart
    spread = process - tall @ (rows.T @ process)
    trace = float(np.trace(spread))
    variance = squares / trace
    return Line(
        coefficients=coefficients,
        covariance=variance * (tall.T @ process @ tall),
        df=trace**2 / float((spread * spread.T).sum()),
        residuals=residuals,
        correlation=correlation,
    )


def _correlation(apart: npt.NDArray[np.intp], *, aim: Floats, rest: Floats, observed: float) -> float:
    """The correlation of errors under which neighbouring residuals correlate as observed."""
    above, below = (np.bincount(apart.ravel(), weights=part.ravel()) for part in (aim, rest))
    lags = np.arange(len(above))

    def expected(correlation: float) -> float:
        powers = correlation**lags
        return float(above @ powers) / float(below @ powers)

    if observed <= expected(0.0):
        return 0.0
    if observed >= expected(MOST):
        return MOST
    low, high = 0.0, MOST
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if expected(middle) > observed else (middle, high)
    return (low + high) / 2


def newey_west(outcome: Floats, design: Floats) -> Line:
    """Least squares with Newey and West's errors, which ask for long series: in short ones they are too small.

    Parameters
    ----------
    outcome, design
        As for `autoregressive`.

    Returns
    -------
    Line
        The bandwidth is 4 (n/100)^(2/9), the covariance is multiplied by n / (n - k).

    References
    ----------
    Newey, W. K. and West, K. D. (1987). Econometrica 55(3), 703-708; (1994). Review of Economic Studies 61(4), 631-653.

    Examples
    --------
    >>> import numpy as np
    >>> line = newey_west(np.array([1.0, 3, 2, 5, 4, 6]), np.ones((6, 1)))
    >>> round(float(line.coefficients[0]), 6), line.lags
    (3.5, 2)
    """
    coefficients, bread, residuals = _least_squares(outcome, design)
    scores = design * np.nan_to_num(residuals)[:, None]
    n, k = int(np.isfinite(outcome).sum()), design.shape[1]
    lags = math.floor(4 * (n / 100) ** (2 / 9))
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        crossed = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (crossed + crossed.T)
    return Line(
        coefficients=coefficients,
        covariance=n / (n - k) * bread @ middle @ bread,
        df=float(n - k),
        residuals=residuals,
        lags=lags,
    )


def arma(outcome: Floats, design: Floats) -> Line:
    """The line with errors that follow an ARMA(1, 1) process, by maximum likelihood.

    Parameters
    ----------
    outcome, design
        As for `autoregressive`.

    Raises
    ------
    EstimationError
        If the likelihood has no peak that is found.

    References
    ----------
    Durbin, J. and Koopman, S. J. (2012). Time Series Analysis by State Space Methods, chapter 7.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        from statsmodels.tsa.statespace.sarimax import SARIMAX

        scale = np.abs(design).max(axis=0)
        fitted: Any = SARIMAX(outcome, exog=design / scale, order=(1, 0, 1)).fit(
            disp=0, maxiter=500, cov_type="approx"
        )
    count = design.shape[1]
    covariance = np.asarray(fitted.cov_params())[:count, :count] / np.outer(scale, scale)
    if any("converge" in str(warning.message) for warning in said) or not np.isfinite(covariance).all():
        raise EstimationError(
            "ARMA errors",
            seen="a process that does not converge",
            may_help='Choose errors = "autoregressive".',
        )
    residuals = np.where(np.isfinite(outcome), np.asarray(fitted.resid, dtype=np.float64), np.nan)
    return Line(
        coefficients=np.asarray(fitted.params[:count]) / scale,
        covariance=covariance,
        df=float(np.isfinite(outcome).sum() - count - 2),
        residuals=residuals,
    )


def ljung_box(residuals: Floats) -> tuple[float, float]:
    """The correlation of neighbouring residuals, and the p of a test that the first lags have none.

    Parameters
    ----------
    residuals
        Evenly spaced; NaN where not known. Lags go up to ten, or a fifth of their number.

    References
    ----------
    Ljung, G. M. and Box, G. E. P. (1978). Biometrika 65(2), 297-303.

    Examples
    --------
    >>> import numpy as np
    >>> round(ljung_box(np.array([1.0, -1, 1, -1, 1, -1]))[0], 3)
    -0.833
    """
    from scipy.special import chdtrc

    known = np.isfinite(residuals)
    centred = np.where(known, residuals - residuals[known].mean(), 0.0)
    squares, n = float((centred**2).sum()), int(known.sum())
    most = max(1, min(10, n // 5))
    found = [float((centred[lag:] * centred[:-lag]).sum()) / squares for lag in range(1, most + 1)]
    statistic = n * (n + 2) * sum(one**2 / (n - lag) for lag, one in enumerate(found, start=1))
    return found[0], float(chdtrc(most, statistic))

"""Pooling: the mean of the true effects over studies, and where the effect of another study would lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coproduce.methods.synthesis.coefficients import quantile
from coproduce.methods.synthesis.heterogeneity import Estimator
from coproduce.methods.synthesis.inputs import checked
from coproduce.methods.synthesis.regression import Test, regress
from coproduce.methods.synthesis.roots import Vector

METHOD = "pooling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The pooled effect, how much effects differ, and the effect to expect of another study.

    Parameters
    ----------
    estimate, se, statistic, p, low, high
        The pooled effect with its standard error, its test against 0 and its interval.
    df
        Degrees of freedom of the test and the interval: k - 1 by Knapp and Hartung, infinite by z.
    tau2, tau2_low, tau2_high, Q, Q_df, Q_p, Q_lower_p, I2, I2_low, I2_high, H2, H2_low, H2_high
        As in :class:`Heterogeneity`.
    typical_variance, at_boundary, maxima, empty_interval
        As there.
    prediction_low, prediction_high, prediction_df
        Where the true effect of another study would lie, and the degrees of freedom of the t behind it: those of the
        test (as in metafor; others take k - 2).
    weights
        Of each study, percent, shape (k,).
    k
        The number of studies.
    scale, guarded, all_equal, log_likelihood
        As in :class:`Regression`.
    """

    estimate: float
    se: float
    statistic: float
    p: float
    low: float
    high: float
    df: float
    tau2: float
    tau2_low: float
    tau2_high: float
    Q: float
    Q_df: int
    Q_p: float
    Q_lower_p: float
    I2: float
    I2_low: float
    I2_high: float
    H2: float
    H2_low: float
    H2_high: float
    typical_variance: float
    at_boundary: bool
    maxima: int
    empty_interval: bool
    prediction_low: float
    prediction_high: float
    prediction_df: float
    weights: Vector
    k: int
    scale: float
    guarded: bool
    all_equal: bool
    log_likelihood: float
    estimator: Estimator
    test: Test
    level: float


def pool(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    estimator: Estimator = "REML",
    test: Test = "knapp_hartung",
    level: float = 0.95,
    guard: bool = False,
) -> Pooled:
    """Pool effects over studies whose true effects differ.

    Effects are independent and normal about their own true effects with known variances; the true effects are normal
    with variance tau2 (0 by ``fixed``, which assumes one true effect).

    Parameters
    ----------
    effects, variances
        The estimated effects and their sampling variances (squares of standard errors), shape (k,), k >= 2.
    estimator
        Of tau2, as in :func:`heterogeneity`.
    test
        ``knapp_hartung`` (t with k - 1 degrees of freedom and a scaled standard error) or ``z``.
    level
        The coverage that the intervals promise.
    guard
        Whether Knapp and Hartung's standard error may not fall below that of ``z``.

    Returns
    -------
    Pooled
        The pooled effect and what goes with it.

    Raises
    ------
    EstimationError
        Where a value is missing, a variance is not above 0 (the rows are listed) or there is one study only.

    References
    ----------
    Hartung, J. and Knapp, G. (2001). Statistics in Medicine 20(24), 3875-3889; Riley, R. D., Higgins, J. P. T. and
    Deeks, J. J. (2011). BMJ 342, d549 (the prediction interval).

    Examples
    --------
    >>> found = pool([0.1, 0.4, 0.9], [0.01, 0.02, 0.03], test="z")
    >>> round(found.estimate, 4), round(found.se, 4), round(found.tau2, 4)
    (0.4501, 0.2309, 0.1404)
    """
    y, v = checked(effects, variances, method=METHOD)
    fit = regress(
        y,
        v,
        design=np.ones((len(y), 1)),
        names=("pooled",),
        estimator=estimator,
        test=test,
        level=level,
        guard=guard,
    )
    left = {name: getattr(fit.heterogeneity, name) for name in fit.heterogeneity.__slots__}
    tested: dict[str, Any] = {
        name: float(getattr(fit.inference, name)[0]) for name in fit.inference.__slots__
    }
    estimate, spread = float(fit.coefficients[0]), math.hypot(tested["se"], math.sqrt(left["tau2"]))
    reach = float(quantile(level, fit.df)) * spread
    return Pooled(
        estimate=estimate,
        **tested,
        df=fit.df,
        **left,
        prediction_low=estimate - reach,
        prediction_high=estimate + reach,
        prediction_df=fit.df,
        weights=fit.weights,
        k=len(y),
        scale=fit.scale,
        guarded=fit.guarded,
        all_equal=fit.all_equal,
        log_likelihood=fit.log_likelihood,
        estimator=estimator,
        test=test,
        level=level,
    )

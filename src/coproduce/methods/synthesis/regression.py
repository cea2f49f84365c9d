"""Meta-regression: how effects differ with what is known of the studies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from coproduce.errors import EstimationError, nearest
from coproduce.methods.synthesis.coefficients import Inference, Omnibus, inference, moderating, omnibus
from coproduce.methods.synthesis.heterogeneity import (
    ESTIMATORS,
    Estimator,
    Heterogeneity,
    heterogeneity,
    tau2_of,
)
from coproduce.methods.synthesis.inputs import checked, checked_design
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, sums_of

Test = Literal["knapp_hartung", "z"]
TESTS: tuple[Test, ...] = ("knapp_hartung", "z")
METHOD = "meta-regression"
# Effects whose weighted residuals are this small against the effects' own size are equal but for rounding.
EQUAL = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """The coefficients of a meta-regression, and what they leave unexplained.

    Parameters
    ----------
    names
        Of the p coefficients, in the order of the design's columns.
    design
        The design, shape (k, p).
    coefficients, inference
        Each coefficient, shape (p,), with its standard error, test and interval.
    covariance
        Of the coefficients, shape (p, p).
    df
        Degrees of freedom of the tests and intervals; infinite where they are normal.
    QM
        The omnibus test that no moderator matters (all coefficients but a constant one): F by Knapp and Hartung,
        else chi-square. NaN without a moderator.
    R2
        The percentage of heterogeneity that the moderators explain; NaN where there is none to explain, no
        intercept, or tau2 is assumed to be 0.
    heterogeneity
        What is left: tau2, Q (that is QE), I2, H2.
    weights
        Each study's weight in percent, shape (k,): 1 / (variance + tau2), scaled.
    hat
        Each study's leverage, shape (k,).
    scale
        What the covariance was multiplied by: 1 by z; by Knapp and Hartung the mean weighted squared residual.
    guarded
        Whether the guard raised that scale to 1.
    all_equal
        Whether the effects lie exactly on the model: their spread then says nothing of the error, so the scale is 1.
    fitted
        The effects that the model expects, shape (k,).
    """

    names: tuple[str, ...]
    design: Matrix
    coefficients: Vector
    inference: Inference
    covariance: Matrix
    df: float
    QM: Omnibus
    R2: float
    heterogeneity: Heterogeneity
    weights: Vector
    hat: Vector
    scale: float
    guarded: bool
    all_equal: bool
    fitted: Vector
    log_likelihood: float
    estimator: Estimator
    test: Test
    level: float


def regress(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    design: ArrayLike,
    names: Sequence[str] | None = None,
    estimator: Estimator = "REML",
    test: Test = "knapp_hartung",
    level: float = 0.95,
    guard: bool = False,
) -> Regression:
    """Regress effects on moderators, with true effects that differ beyond them.

    Effects are independent, normal about the model with variance `variances` + tau2, and the sampling variances are
    taken as known.

    Parameters
    ----------
    effects, variances
        The estimated effects and their sampling variances, shape (k,).
    design
        The moderators, with a column of ones where there is to be an intercept, shape (k, p), p < k.
    names
        Of the columns.
    estimator
        Of tau2, as in :func:`heterogeneity`.
    test
        ``knapp_hartung``: the covariance is scaled by the mean weighted squared residual and t has k - p degrees of
        freedom; ``z``: neither.
    level
        The coverage that the intervals promise.
    guard
        Whether Knapp and Hartung's scale may not fall below 1.

    Returns
    -------
    Regression
        The coefficients, tests, and what is left of heterogeneity.

    Raises
    ------
    EstimationError
        Where the input is refused: see :func:`checked` and :func:`checked_design`.

    References
    ----------
    Knapp, G. and Hartung, J. (2003). Statistics in Medicine 22(17), 2693-2710, equations 10-12; Jackson, D. et al.
    (2017). Statistics in Medicine 36(25), 3923-3934 (the guard); Raudenbush, S. W. (2009), in Cooper, H. et al., The
    Handbook of Research Synthesis and Meta-Analysis, 2nd ed., 295-315 (R2).

    Examples
    --------
    >>> import numpy as np
    >>> year = np.array([0.0, 1, 2, 3, 4])
    >>> found = regress(
    ...     [0.1, 0.4, 0.3, 0.6, 0.8],
    ...     np.full(5, 0.02),
    ...     design=np.column_stack([np.ones(5), year]),
    ...     names=["intercept", "year"],
    ... )
    >>> found.coefficients.round(3).tolist(), found.df
    ([0.12, 0.16], 3.0)
    """
    y, v = checked(effects, variances, method=METHOD)
    x, titles = checked_design(design, names, studies=len(y), method=METHOD)
    refuse_settings(estimator=estimator, test=test, level=level, method=METHOD)
    left = heterogeneity(y, v, design=x, estimator=estimator, level=level)
    weight = 1 / (v + left.tau2)
    basis, triangle = np.linalg.qr(np.sqrt(weight)[:, None] * x)
    inverse = np.linalg.inv(triangle)
    b = inverse @ (basis.T @ (np.sqrt(weight) * y))
    squares = float(weight @ (y - x @ b) ** 2)
    equal = bool(squares <= EQUAL * float(weight @ y**2))
    scale, guarded = _scale(squares / left.Q_df, test=test, guard=guard, equal=equal)
    df = float(left.Q_df) if test == "knapp_hartung" else math.inf
    covariance = scale * (inverse @ inverse.T)
    return Regression(
        names=titles,
        design=x,
        coefficients=b,
        inference=inference(b, covariance, df=df, level=level),
        covariance=covariance,
        df=df,
        QM=omnibus(b, covariance, which=moderating(x), df=df),
        R2=_explained(y, v, design=x, left=left, estimator=estimator),
        heterogeneity=left,
        weights=100 * weight / weight.sum(),
        hat=np.einsum("ij,ij->i", basis, basis),
        scale=scale,
        guarded=guarded,
        all_equal=equal,
        fitted=x @ b,
        log_likelihood=_log_likelihood(weight, triangle, squares=squares, design=x, estimator=estimator),
        estimator=estimator,
        test=test,
        level=level,
    )


def refuse_settings(*, estimator: str, test: str, level: float, method: str) -> None:
    """Refuse what no method here has.

    Raises
    ------
    EstimationError
        Where the estimator or the test is unknown or the level is not between 0 and 1.
    """
    for name, known in ((estimator, ESTIMATORS), (test, TESTS)):
        if name not in known:
            hint = nearest(name, known) or ""
            raise EstimationError(
                method,
                seen=f"no {name!r} is known",
                may_help=f"Take one of {', '.join(known)}. {hint}".strip(),
            )
    if not 0 < level < 1:
        raise EstimationError(
            method, seen=f"a level of {level}", may_help="Take one between 0 and 1, such as 0.95"
        )


def _scale(mean_square: float, *, test: Test, guard: bool, equal: bool) -> tuple[float, bool]:
    """What the covariance is multiplied by, and whether the guard raised it."""
    if test == "z" or equal:
        return 1.0, False
    if guard and mean_square < 1:
        return 1.0, True
    return mean_square, False


def _log_likelihood(
    weight: Vector, triangle: Matrix, *, squares: float, design: Matrix, estimator: Estimator
) -> float:
    """Restricted by REML, else full; with its constant."""
    k, p = design.shape
    restricted = estimator == "REML"
    value = float(np.log(weight).sum()) - squares - (k - p * restricted) * math.log(2 * math.pi)
    if restricted:
        value += float(np.linalg.slogdet(design.T @ design)[1]) - 2 * float(
            np.log(np.abs(np.diag(triangle))).sum()
        )
    return float(value / 2)


def _explained(y: Vector, v: Vector, *, design: Matrix, left: Heterogeneity, estimator: Estimator) -> float:
    """The percentage of tau2 without moderators that the moderators take away."""
    ones = np.ones((len(y), 1))
    constant = len(moderating(design)) < design.shape[1]
    if estimator == "fixed" or not constant or design.shape[1] == 1:
        return math.nan
    total = tau2_of(y, v, design=ones, sums=sums_of(y, v, design=ones), estimator=estimator)[0]
    return max(0.0, 100 * (total - left.tau2) / total) if total > 0 else math.nan

"""What one study does to the whole: the fit without each study in turn, and how far it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coproduce.errors import EstimationError
from coproduce.methods.synthesis.coefficients import p_value, quantile
from coproduce.methods.synthesis.heterogeneity import (
    Estimator,
    by_root,
    ceiling,
    dersimonian_laird,
    sidik_jonkman,
)
from coproduce.methods.synthesis.leaving_out import WithoutEach, without_each
from coproduce.methods.synthesis.regression import Regression, Test, regress
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, Parts, Whole, sums_of

METHOD = "leave-one-out"
STUDIES_AT_ONCE = 4_096
ALONE = 1e-10  # a study whose leverage is this near to 1 cannot be left out: a coefficient is its alone
# What is left of the squares after as many digits were taken away as a sum has: the others are then equal.
EQUAL = 1e-13
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """The model without each study (tau2 estimated anew), and each study's pull; NaN where it cannot be left out.

    Parameters
    ----------
    coefficients, se, low, high, p
        Of the model without each study, shape (k, p).
    tau2, Q
        Its tau2 and its test of heterogeneity, shape (k,).
    hat
        Each study's leverage in the whole model.
    rstudent
        Each study's distance from the model without it, in standard errors.
    dffits
        How far its own expected effect moves without it, in standard errors.
    cook
        How far all coefficients move together: Cook's distance.
    influential
        Whether one of these is beyond the usual marks: abs(dffits) > 3 sqrt(p / (k - p)), a Cook's distance beyond the
        median of its chi-square, or a leverage above 3 p / k.
    """

    coefficients: Matrix
    se: Matrix
    low: Matrix
    high: Matrix
    p: Matrix
    tau2: Vector
    Q: Vector
    hat: Vector
    rstudent: Vector
    dffits: Vector
    cook: Vector
    influential: Truths


def influence(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    design: ArrayLike | None = None,
    estimator: Estimator = "REML",
    test: Test = "knapp_hartung",
    level: float = 0.95,
    guard: bool = False,
) -> Influence:
    """Leave each study out in turn and say what moves.

    tau2 is estimated anew each time; time is linear in the number of studies all the same.

    Parameters
    ----------
    effects, variances
        The estimated effects and their sampling variances, shape (k,).
    design
        The moderators with the intercept, shape (k, p); the intercept alone where left out.
    estimator, test, level, guard
        As in :func:`regress`.

    Returns
    -------
    Influence
        The model without each study, and the studies' pull.

    Raises
    ------
    EstimationError
        Where the input is refused, or too few studies are left without one.

    References
    ----------
    Viechtbauer, W. and Cheung, M. W.-L. (2010). Research Synthesis Methods 1(2), 112-125.

    Examples
    --------
    >>> found = influence([0.1, 0.4, 0.3, 2.0], [0.01, 0.02, 0.03, 0.02], test="z")
    >>> found.coefficients[:, 0].round(2).tolist(), found.influential.tolist()
    ([0.9, 0.8, 0.83, 0.24], [False, False, False, True])
    """
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    x = np.ones((len(y), 1)) if design is None else np.asarray(design, dtype=float)
    whole = regress(y, v, design=x, estimator=estimator, test=test, level=level, guard=guard)
    x = whole.design
    if whole.heterogeneity.Q_df < 2:
        raise EstimationError(
            METHOD,
            seen=f"{len(y)} studies for {x.shape[1]} coefficients",
            may_help="Without one of them there must still be more studies than coefficients",
        )
    basis, triangle = np.linalg.qr(x)
    kept = np.flatnonzero(1 - np.einsum("ij,ij->i", basis, basis) > ALONE)
    fits = _fits(y, v, whole=whole, basis=basis, kept=kept, guard=guard)
    inverse = np.linalg.inv(triangle)
    b = (fits.coefficients + basis.T @ y) @ inverse.T
    covariance = np.einsum("ab,nbc,dc->nad", inverse, fits.covariance, inverse)
    found = _moved(y, v, whole=whole, kept=kept, fits=fits, coefficients=b, covariance=covariance)
    return _filled(found, kept=kept, studies=len(y), hat=whole.hat, p=x.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fits:
    """The models without each study, on the orthonormal columns of the design."""

    tau2: Vector
    Q: Vector
    coefficients: Matrix
    covariance: Matrix
    scale: Vector


def _fits(y: Vector, v: Vector, *, whole: Regression, basis: Matrix, kept: Whole, guard: bool) -> _Fits:
    sums = sums_of(y, v, design=whole.design)
    df = len(y) - 1 - basis.shape[1]
    start = _variances_without(y)
    highest = ceiling(v, residual_squares=float(sums.products[:, -2].sum()), df=df)
    without = without_each(sums, highest=max(highest, float(start.max())))
    chunks = np.array_split(kept, math.ceil(len(kept) / STUDIES_AT_ONCE))
    tau2 = np.concatenate(
        [
            _tau2(without, chunk, whole=whole, start=start[chunk], basis=basis, y=y, highest=highest)
            for chunk in chunks
        ]
    )
    parts = without.at(tau2, kept)
    inverse = np.linalg.inv(parts.first[:, :-1, :-1])
    coefficients = np.einsum("nij,nj->ni", inverse, parts.first[:, :-1, -1])
    scale = _scales(parts, df=df, whole=whole, guard=guard)
    return _Fits(
        tau2=tau2,
        Q=without.at(np.zeros(len(kept)), kept).residual()[0],
        coefficients=coefficients,
        covariance=scale[:, None, None] * inverse,
        scale=scale,
    )


def _scales(parts: Parts, *, df: int, whole: Regression, guard: bool) -> Vector:
    """What each covariance is multiplied by, as in :func:`regress`."""
    if whole.test == "z" or whole.all_equal:
        return np.ones(len(parts.weight))
    squares = parts.residual()[0]
    equal = squares <= EQUAL * parts.first[:, -1, -1]
    scale = np.where(equal, 1.0, np.where(equal, 1.0, squares) / df)
    return np.maximum(scale, 1.0) if guard else scale


def _tau2(
    without: WithoutEach,
    left_out: Whole,
    *,
    whole: Regression,
    start: Vector,
    basis: Matrix,
    y: Vector,
    highest: float,
) -> Vector:
    """tau2 without each of these studies, by the whole model's estimator."""
    estimator, df, nothing = whole.estimator, whole.heterogeneity.Q_df - 1, np.zeros(len(left_out))
    if estimator == "fixed":
        return nothing
    if estimator == "HE":
        raw = _hedges_without(y, without.sums.variances, basis=basis, df=df)[left_out]
    elif estimator == "DL":
        raw = dersimonian_laird(without.at(nothing, left_out), df=df)
    elif estimator == "SJ":
        raw = sidik_jonkman(without.at(start, left_out), start, df=df)
    else:
        raw, _ = by_root(
            lambda tau2, problem: without.at(tau2, left_out[problem]),
            problems=len(left_out),
            estimator=estimator,
            df=df,
            smallest=without.smallest,
            highest=highest,
        )
    return np.maximum(raw, 0.0)


def _variances_without(y: Vector) -> Vector:
    """The plain variance (divided by their number) of all effects but one."""
    centred, left = y - y.mean(), len(y) - 1
    return np.asarray((centred @ centred - centred**2 * (1 + 1 / left)) / left)


def _hedges_without(y: Vector, v: Vector, *, basis: Matrix, df: int) -> Vector:
    """Hedges' estimate without each study, by the update of least squares for one row less."""
    residual = y - basis @ (basis.T @ y)
    leverage = np.einsum("ij,ij->i", basis, basis)
    kept = np.maximum(1 - leverage, ALONE)
    spread = np.einsum("ij,jk,ik->i", basis, (basis * v[:, None]).T @ basis, basis)
    squares = residual @ residual - residual**2 / kept
    trace = v @ (1 - leverage) - v * (1 - leverage) - (spread - v * leverage**2) / kept
    return np.asarray((squares - trace) / df)


def _moved(
    y: Vector,
    v: Vector,
    *,
    whole: Regression,
    kept: Whole,
    fits: _Fits,
    coefficients: Matrix,
    covariance: Matrix,
) -> dict[str, Any]:
    """The tests of each model without a study, and how far the study moves the whole model."""
    x, df = whole.design[kept], whole.df - 1
    se = np.sqrt(np.einsum("nii->ni", covariance))
    reach = quantile(whole.level, df) * se
    expected = np.einsum("ni,ni->n", x, coefficients)
    spread = np.einsum("ni,nij,nj->n", x, covariance, x)
    total = fits.scale * (v[kept] + fits.tau2)
    apart = whole.coefficients - coefficients
    return {
        "coefficients": coefficients,
        "se": se,
        "low": coefficients - reach,
        "high": coefficients + reach,
        "p": p_value(coefficients / se, df),
        "tau2": fits.tau2,
        "Q": fits.Q,
        "rstudent": (y[kept] - expected) / np.sqrt(total + spread),
        "dffits": (whole.fitted[kept] - expected) / np.sqrt(total * whole.hat[kept]),
        "cook": np.einsum("ni,ni->n", apart, np.linalg.solve(whole.covariance, apart.T).T),
    }


def _filled(found: dict[str, Any], *, kept: Whole, studies: int, hat: Vector, p: int) -> Influence:
    """All studies in their order, with NaN for those that cannot be left out."""
    whole = {}
    for name, values in found.items():
        whole[name] = np.full((studies, *values.shape[1:]), np.nan)
        whole[name][kept] = values
    marks = (
        np.abs(whole["dffits"]) > 3 * math.sqrt(p / (studies - p)),
        special.chdtr(p, whole["cook"]) > 0.5,
        hat > 3 * p / studies,
    )
    return Influence(**whole, hat=hat, influential=np.logical_or.reduce(marks))

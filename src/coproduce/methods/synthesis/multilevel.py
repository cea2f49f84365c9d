"""Effects within studies within whatever they stem from: nested random effects by restricted or full likelihood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coproduce.errors import EstimationError
from coproduce.methods.synthesis.climbing import maximum, profile, steepness
from coproduce.methods.synthesis.coefficients import (
    Inference,
    Omnibus,
    inference,
    moderating,
    omnibus,
    quantile,
)
from coproduce.methods.synthesis.inputs import checked, checked_design, rows_of
from coproduce.methods.synthesis.nesting import Fitted, Nesting, fitted, nest, weights_of
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, Whole

METHOD = "multilevel meta-analysis"
# The log-likelihood's slope by the relative size of a component below which the fit counts as converged.
FLAT = 1e-6
MOST_UNLIKE = 1e8
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Multilevel:
    """The coefficients and the variance of true effects at each level.

    Parameters
    ----------
    names, design, coefficients, inference, covariance, df, QM, fitted, log_likelihood
        As in :class:`Regression`; `df` is k - p by ``t``, infinite by ``z``.
    levels
        The levels' names, outer to inner; `groups` counts their groups.
    sigma2, sigma2_low, sigma2_high
        Each level's variance of true effects with its profile-likelihood interval (NaN where not asked for).
    I2
        Each level's percentage of the total variance, for a typical effect; their sum is the usual I2.
    Q, Q_df, Q_p
        The test that there is no heterogeneity at any level.
    prediction_low, prediction_high
        Where the true effect of another study would lie; NaN where there are moderators. It has the test's `df`.
    weights
        Each effect's weight in a mean of all, percent, shape (k,).
    at_boundary
        Which levels' variance is 0, the least that it can be.
    converged, slope
        Whether the log-likelihood is flat at the estimate, and the steepest slope left (by each component's relative
        size; towards the inside at a boundary).
    """

    names: tuple[str, ...]
    design: Matrix
    coefficients: Vector
    inference: Inference
    covariance: Matrix
    df: float
    QM: Omnibus
    levels: tuple[str, ...]
    groups: tuple[int, ...]
    sigma2: Vector
    sigma2_low: Vector
    sigma2_high: Vector
    I2: Vector
    Q: float
    Q_df: int
    Q_p: float
    prediction_low: float
    prediction_high: float
    weights: Vector
    fitted: Vector
    at_boundary: Truths
    converged: bool
    slope: float
    log_likelihood: float
    correlation: float
    estimator: Literal["REML", "ML"]
    test: Literal["t", "z"]
    level: float


def multilevel(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    levels: Sequence[ArrayLike],
    level_names: Sequence[str] | None = None,
    design: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    estimator: Literal["REML", "ML"] = "REML",
    test: Literal["t", "z"] = "t",
    correlation: float = 0.0,
    level: float = 0.95,
    intervals: bool = True,
) -> Multilevel:
    """Pool or regress effects that are nested, such as several effects a study (a three-level model).

    Each level adds a normal random effect that its members share; sampling variances are known. Time is linear in
    the number of effects.

    Parameters
    ----------
    effects, variances
        The estimated effects and their sampling variances, shape (k,).
    levels
        Labels of the groups, outer to inner (such as study, effect), each of shape (k,). A label counts within its
        outer group. The innermost may have a group an effect.
    level_names
        What the levels are called.
    design, names
        Moderators with the intercept, as in :func:`regress`; the intercept alone where left out.
    estimator
        Restricted or full maximum likelihood.
    test
        ``t`` with k - p degrees of freedom, or ``z``. With few groups prefer :func:`robust`.
    correlation
        Of the sampling errors of effects in the innermost groups that hold more than one effect: 0 where they stem
        from different people. It is assumed, not estimated.
    level
        The coverage that the intervals promise.
    intervals
        Whether to profile the likelihood for intervals of the variances.

    Returns
    -------
    Multilevel
        Coefficients, variances, and whether the fit converged.

    Raises
    ------
    EstimationError
        Where the input is refused, a level has one group only, two levels have the same groups, or effects and errors
        cannot be in one unit.

    References
    ----------
    Konstantopoulos, S. (2011). Research Synthesis Methods 2(1), 61-76; Van den Noortgate, W. et al. (2013). Behavior
    Research Methods 45(2), 576-594; Sherman, J. and Morrison, W. J. (1950). Annals of Mathematical Statistics 21(1),
    124-127.

    Examples
    --------
    >>> found = multilevel(
    ...     [0.1, 0.3, 0.5, 0.9, 0.2, 0.6], np.full(6, 0.02), levels=[[1, 1, 2, 2, 3, 3], [1, 2, 3, 4, 5, 6]]
    ... )
    >>> round(float(found.coefficients[0]), 4), found.converged
    (0.4333, True)
    """
    y, v = checked(effects, variances, method=METHOD)
    given = np.ones(len(y)) if design is None else design
    x, titles = checked_design(given, names, studies=len(y), method=METHOD)
    _refuse_settings(estimator=estimator, test=test, level=level, correlation=correlation)
    nesting, tiers, groups = nested(y, v, design=x, levels=levels, names=level_names, correlation=correlation)
    restricted = estimator == "REML"
    sigma2 = maximum(nesting, restricted=restricted)
    fit = fitted(nesting, sigma2, restricted=restricted)
    steepest = steepness(nesting, sigma2, gradient=fit.gradient, free=np.ones(len(groups), dtype=bool))
    low, high = _profiled(nesting, sigma2, restricted=restricted, level=level, wanted=intervals)
    left = len(y) - x.shape[1]
    df = float(left) if test == "t" else math.inf
    plain = fitted(nesting, np.zeros(len(groups)), restricted=restricted)
    ends = _predicted(fit, sigma2, design=x, df=df, level=level)
    return Multilevel(
        names=titles,
        design=x,
        coefficients=fit.coefficients,
        inference=inference(fit.coefficients, fit.covariance, df=df, level=level),
        covariance=fit.covariance,
        df=df,
        QM=omnibus(fit.coefficients, fit.covariance, which=moderating(x), df=df),
        levels=tiers,
        groups=groups,
        sigma2=sigma2,
        sigma2_low=low,
        sigma2_high=high,
        I2=100 * sigma2 / (sigma2.sum() + _typical(v, x)),
        Q=plain.squares,
        Q_df=left,
        Q_p=float(special.chdtrc(left, plain.squares)),
        prediction_low=ends[0],
        prediction_high=ends[1],
        weights=_percent(weights_of(nesting, sigma2)),
        fitted=x @ fit.coefficients,
        at_boundary=sigma2 == 0,
        converged=steepest < FLAT,
        slope=steepest,
        log_likelihood=fit.log_likelihood,
        correlation=correlation,
        estimator=estimator,
        test=test,
        level=level,
    )


def _percent(weights: Vector) -> Vector:
    return np.asarray(100 * weights / weights.sum())


def _predicted(
    fit: Fitted, sigma2: Vector, *, design: Matrix, df: float, level: float
) -> tuple[float, float]:
    """Where the true effect of another study would lie; NaN where it depends on moderators."""
    if design.shape[1] > 1 or len(moderating(design)):
        return math.nan, math.nan
    middle, spread = float(fit.coefficients[0]), math.sqrt(float(fit.covariance[0, 0] + sigma2.sum()))
    reach = float(quantile(level, df)) * spread
    return middle - reach, middle + reach


def _refuse_unlike(nesting: Nesting) -> None:
    """Effects that differ so much more than their errors that the likelihood would lose its digits."""
    if nesting.unit > MOST_UNLIKE * nesting.smallest:
        raise EstimationError(
            METHOD,
            seen=f"effects with a variance of {nesting.unit:.3g} and sampling variances down to {nesting.smallest:.3g}",
            may_help="Effects and their errors do not seem to be in one unit",
        )


def nested(
    effects: Vector,
    variances: Vector,
    *,
    design: Matrix,
    levels: Sequence[ArrayLike],
    names: Sequence[str] | None,
    correlation: float,
) -> tuple[Nesting, tuple[str, ...], tuple[int, ...]]:
    """The data as the likelihood sees them, the levels' names, and how many groups each has."""
    codes, labels = _coded(levels, names, studies=len(effects))
    nesting = nest(effects, variances, design=design, codes=codes, correlation=correlation)
    _refuse_unlike(nesting)
    return nesting, labels, tuple(int(code.max()) + 1 for code in codes)


def _refuse_settings(*, estimator: str, test: str, level: float, correlation: float) -> None:
    wrong = [
        f"{name} = {value!r}"
        for name, value, right in (
            ("estimator", estimator, estimator in {"REML", "ML"}),
            ("test", test, test in {"t", "z"}),
            ("level", level, 0 < level < 1),
            ("correlation", correlation, 0 <= correlation < 1),
        )
        if not right
    ]
    if wrong:
        raise EstimationError(
            METHOD,
            seen=", ".join(wrong),
            may_help="Take estimator REML or ML, test t or z, a level between 0 and 1, a correlation from 0 to below 1",
        )


def _coded(
    levels: Sequence[ArrayLike], level_names: Sequence[str] | None, *, studies: int
) -> tuple[list[Whole], tuple[str, ...]]:
    """Each level's groups as whole numbers, a label counting within its outer group; and the levels' names."""
    labels = tuple(level_names or (f"level {place + 1}" for place in range(len(levels))))
    if not levels or len(labels) != len(levels):
        raise EstimationError(
            METHOD,
            seen=f"{len(levels)} levels with {len(labels)} names",
            may_help="Name each of one or more levels",
        )
    codes: list[Whole] = []
    outer = np.zeros(studies, dtype=np.intp)
    for name, given in zip(labels, levels, strict=True):
        outer = _within(outer, np.asarray(given), name=name)
        codes.append(outer)
    _refuse_levels(codes, labels)
    return codes, labels


def _within(outer: Whole, given: NDArray[Any], *, name: str) -> Whole:
    """The groups of one level within those of the level outside it."""
    missing = np.array([label is None or label != label for label in given.tolist()])  # noqa: PLR0124 - NaN
    if given.shape != outer.shape or missing.any():
        seen = (
            f"{len(given)} labels for {len(outer)} effects"
            if given.shape != outer.shape
            else f"no label in {rows_of(missing)}"
        )
        raise EstimationError(METHOD, seen=f"{name}: {seen}", may_help="Give a label an effect")
    _, inner = np.unique(given, return_inverse=True)
    _, codes = np.unique(outer * (int(inner.max()) + 1) + inner, return_inverse=True)
    return np.asarray(codes, dtype=np.intp)


def _refuse_levels(codes: Sequence[Whole], names: tuple[str, ...]) -> None:
    counts = [int(code.max()) + 1 for code in codes]
    if counts[0] == 1:
        raise EstimationError(
            METHOD,
            seen=f"{names[0]} has one group only",
            may_help="One group says nothing of how groups differ: leave this level out",
        )
    pairs = zip(pairwise(names), pairwise(counts), strict=True)
    same = [f"{outer} and {inner}" for (outer, inner), (fewer, more) in pairs if fewer == more]
    if same:
        raise EstimationError(
            METHOD, seen=f"levels with the same groups: {'; '.join(same)}", may_help="Leave one of each out"
        )


def _profiled(
    nesting: Nesting, peak: Vector, *, restricted: bool, level: float, wanted: bool
) -> tuple[Vector, Vector]:
    """The ends of the intervals of all components, or NaN where they are not wanted."""
    if not wanted:
        nothing = np.full(len(peak), np.nan)
        return nothing, nothing
    ends = [
        profile(nesting, peak, component=component, restricted=restricted, level=level)
        for component in range(len(peak))
    ]
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def _typical(variances: Vector, design: Matrix) -> float:
    """The sampling variance of a typical effect, as in :class:`Heterogeneity`."""
    basis, _ = np.linalg.qr(design / np.sqrt(variances)[:, None])
    kept = 1 - np.einsum("ij,ij->i", basis, basis)
    return float((len(variances) - design.shape[1]) / (kept / variances).sum())

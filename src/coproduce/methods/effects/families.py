"""Several comparisons at once: adjusted p-values, simultaneous intervals, and whether groups differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.effects.randomised import Array, Model
from coproduce.methods.robust_variance import Wald, cr2, wald

DRAWS = 100_000


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """P-values adjusted so that the chance of any false claim in the family stays below the level.

    Parameters
    ----------
    p
        The p-values of a family, in any order and however dependent.

    Returns
    -------
    tuple of float
        The adjusted ones, in the same order.

    References
    ----------
    Holm, S. (1979). Scandinavian Journal of Statistics 6(2), 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.02])
    (0.03, 0.04, 0.04)
    """
    order = np.argsort(p, kind="stable")
    factors = len(p) - np.arange(len(p))
    return _back(np.minimum(1, np.maximum.accumulate(np.asarray(p)[order] * factors)), order)


def benjamini_hochberg(p: Sequence[float]) -> tuple[float, ...]:
    """P-values adjusted so that the share of false claims among all claims stays below the level: for exploration.

    Parameters
    ----------
    p
        The p-values of a family; independent, or positively dependent.

    Returns
    -------
    tuple of float
        The adjusted ones, in the same order.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Journal of the Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.02])
    (0.03, 0.04, 0.03)
    """
    order = np.argsort(p, kind="stable")[::-1]
    factors = len(p) / (len(p) - np.arange(len(p)))
    return _back(np.minimum(1, np.minimum.accumulate(np.asarray(p)[order] * factors)), order)


def _back(values: Array, order: NDArray[np.intp]) -> tuple[float, ...]:
    found = np.empty(len(values))
    found[order] = values
    return tuple(found.tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Contrasts of several models with their joint covariance: rows of one cluster hang together across models."""

    estimates: Array
    covariance: Array
    df: Array


def joint(models: Sequence[Model]) -> Joint:
    """The effects of several models (arms, groups, outcomes) together.

    Parameters
    ----------
    models
        From `difference`, their clusters (or units) codes of the same ones.

    Returns
    -------
    Joint
        One contrast a model, with CR2 covariances between them. Where models do not agree on what is independent
        (clusters in one, small blocks in another), covariances are nought, which is safe for intervals that hold
        together (Sidak 1967, Journal of the American Statistical Association 62, 626-633).

    References
    ----------
    Pustejovsky, J. E. and Tipton, E. (2018). Journal of Business & Economic Statistics 36(4), 672-683; seemingly
    unrelated regressions as one stacked regression (Weesie 1999, Stata Technical Bulletin 52, sg121).
    """
    stack = _stacked(models)
    found = cr2(
        stack.design, stack.residuals, clusters=stack.clusters, weights=stack.weights, contrasts=stack.effects
    )
    covariance = found.covariance if stack.agreed else np.diag(np.diag(found.covariance))
    return Joint(estimates=stack.effects @ stack.coefficients, covariance=covariance, df=found.df)


def all_equal(models: Sequence[Model]) -> Wald:
    """Test that the effects of several groups are one: the interaction of the effect with the group.

    Parameters
    ----------
    models
        At least two, from `difference`, one a group.

    Returns
    -------
    Wald
        F with the degrees of freedom of Zhang; p is NaN where there are too few clusters for so many groups, or the
        models do not agree on what is independent.

    References
    ----------
    Tipton, E. and Pustejovsky, J. E. (2015). Journal of Educational and Behavioral Statistics 40(6), 604-634.
    """
    stack = _stacked(models)
    if not stack.agreed:
        return Wald(f=math.nan, df=len(models) - 1, df_error=math.nan, p=math.nan)
    return wald(
        stack.design,
        stack.residuals,
        coefficients=stack.coefficients,
        constraints=stack.effects[1:] - stack.effects[0],
        clusters=stack.clusters,
        weights=stack.weights,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stack:
    design: Array
    residuals: Array
    weights: Array
    clusters: NDArray[np.int64]
    coefficients: Array
    effects: Array
    agreed: bool


def _stacked(models: Sequence[Model]) -> _Stack:
    from scipy.linalg import block_diag

    kinds = [model.independent for model in models]
    agreed = len(set(kinds)) == 1 and kinds[0] != "rows"
    codes = [model.clusters for model in models]
    if not agreed:  # codes of different things must not meet
        steps = np.cumsum([0, *(part.max() + 1 for part in codes[:-1])])
        codes = [part + step for part, step in zip(codes, steps, strict=True)]
    return _Stack(
        design=block_diag(*(model.design for model in models)),
        residuals=np.concatenate([model.residuals for model in models]),
        weights=np.concatenate([model.weights for model in models]),
        clusters=np.concatenate(codes),
        coefficients=np.concatenate([model.coefficients for model in models]),
        effects=block_diag(*((model.treated - model.comparison)[None, :] for model in models)),
        agreed=agreed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Simultaneous:
    """Intervals that all hold together at `level`, and p-values adjusted likewise."""

    low: Array
    high: Array
    p: Array
    critical: Array
    level: float


def simultaneous(together: Joint, *, rng: np.random.Generator, level: float = 0.95) -> Simultaneous:
    """Intervals that all hold at once, from the distribution of the largest of the t-statistics.

    Parameters
    ----------
    together
        The contrasts with their joint covariance.
    rng
        The source of chance for the simulation of that distribution (multivariate t with the fewest of the degrees of
        freedom).
    level
        The chance that all intervals cover together.

    Returns
    -------
    Simultaneous
        Never narrower than single intervals and never wider than those of Bonferroni, which stand where the joint
        distribution is not known.

    References
    ----------
    Hothorn, T., Bretz, F. and Westfall, P. (2008). Biometrical Journal 50(3), 346-363.

    Examples
    --------
    >>> one = Joint(estimates=np.array([1.0]), covariance=np.eye(1), df=np.array([9.0]))
    >>> float(simultaneous(one, rng=np.random.default_rng(1)).critical[0].round(4))  # one: Student's t
    2.2622
    """
    from scipy.special import stdtr, stdtrit

    k = len(together.estimates)
    df = np.where(together.df > 0, np.minimum(together.df, 1e10), 1.0)
    single = stdtrit(df, 0.5 + level / 2)
    bonferroni = stdtrit(df, 1 - (1 - level) / (2 * k))
    se = np.sqrt(np.diag(together.covariance))
    se = np.where(se > 0, se, np.inf)  # nothing to build an interval on
    t = np.abs(together.estimates / se)
    p_single = 2 * stdtr(df, -t)
    largest = _largest(together, df=float(df.min()), rng=rng)
    critical = np.asarray(np.clip(np.quantile(largest, level), single, bonferroni)) if k > 1 else single
    p = np.array([(np.sum(largest >= value) + 1) / (DRAWS + 1) for value in t]) if k > 1 else p_single
    return Simultaneous(
        low=together.estimates - critical * se,
        high=together.estimates + critical * se,
        p=np.clip(p, p_single, np.minimum(1, k * p_single)),
        critical=critical,
        level=level,
    )


def _largest(together: Joint, *, df: float, rng: np.random.Generator) -> Array:
    """Draws of the largest absolute t of contrasts that are all nought."""
    se = np.sqrt(np.diag(together.covariance))
    scale = np.where(se > 0, se, 1.0)
    values, vectors = np.linalg.eigh(together.covariance / np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(values, 0))
    normal = rng.standard_normal((DRAWS, len(se))) @ root.T
    spread = np.sqrt(rng.chisquare(df, DRAWS) / df) if df < 1e6 else np.ones(DRAWS)
    return np.asarray(np.abs(normal).max(axis=1) / np.maximum(spread, 1e-100))

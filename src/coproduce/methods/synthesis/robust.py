"""Errors that hold where effects of one cluster go together in ways that the model does not know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coproduce.errors import EstimationError
from coproduce.methods.robust_variance import Wald, cr2, wald
from coproduce.methods.synthesis.coefficients import Inference, inference, moderating
from coproduce.methods.synthesis.inputs import rows_of
from coproduce.methods.synthesis.multilevel import Multilevel, nested
from coproduce.methods.synthesis.nesting import covariances, joined
from coproduce.methods.synthesis.regression import Regression
from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, Whole

METHOD = "cluster-robust errors"
FEWEST = 3  # clusters: with two, a test has about one degree of freedom at best
DOUBTFUL_DF = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustInference:
    """Tests and intervals that are robust to dependence within clusters.

    Parameters
    ----------
    inference
        Of each coefficient, shape (p,).
    df
        Satterthwaite's degrees of freedom of each coefficient, shape (p,).
    covariance
        Of the coefficients, shape (p, p).
    clusters
        How many there are.
    QM
        The test that no moderator matters (approximate Hotelling's T-squared), or None without a moderator.
    doubtful
        Which coefficients have fewer than 4 degrees of freedom: their p-values are not to be trusted.
    """

    inference: Inference
    df: Vector
    covariance: Matrix
    clusters: int
    QM: Wald | None
    doubtful: NDArray[np.bool_]


def robust(
    fit: Regression | Multilevel,
    effects: ArrayLike,
    *,
    variances: ArrayLike,
    clusters: ArrayLike,
    levels: Sequence[ArrayLike] | None = None,
) -> RobustInference:
    """Bias-reduced cluster-robust tests (CR2) of a fit, with Satterthwaite's degrees of freedom.

    The fit's own covariance of the effects is the working model; the tests hold where it is wrong within clusters.

    Parameters
    ----------
    fit
        What :func:`regress` or :func:`multilevel` returned.
    effects, variances
        What it was given, shape (k,).
    clusters
        What is independent of what: effects of one cluster share a label, shape (k,).
    levels
        What :func:`multilevel` was given; its outermost groups must lie within clusters.

    Returns
    -------
    RobustInference
        The coefficients' tests and intervals.

    Raises
    ------
    EstimationError
        Where there are fewer than three clusters, or not more clusters than coefficients, or a cluster is missing,
        or a group of the outermost level lies in several clusters.

    References
    ----------
    Pustejovsky, J. E. and Tipton, E. (2022). Prevention Science 23(3), 425-438; Tipton, E. (2015). Psychological
    Methods 20(3), 375-393 (fewer than 4 degrees of freedom).

    Examples
    --------
    >>> from coproduce.methods.synthesis.regression import regress
    >>> y, v = np.array([0.1, 0.3, 0.5, 0.9, 0.2, 0.6]), np.full(6, 0.02)
    >>> fit = regress(y, v, design=np.ones(6))
    >>> found = robust(fit, y, variances=v, clusters=["a", "a", "b", "b", "c", "c"])
    >>> found.clusters, found.df.round(6).tolist()
    (3, [2.0])
    """
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    codes = _clusters(clusters, studies=len(y), coefficients=len(fit.coefficients))
    residuals, x = y - fit.fitted, fit.design
    working: dict[str, Any]
    if isinstance(fit, Regression):
        total = v + fit.heterogeneity.tau2
        working = {"weights": 1 / total, "target": total}
    else:
        blocks, codes, order = _blocks(fit, y, v, levels=levels or (), codes=codes)
        residuals, x = residuals[order], x[order]
        working = {"weights": [np.linalg.inv(block) for block in blocks], "target": blocks}
    found = cr2(x, residuals, clusters=codes, **working)
    which = moderating(x)
    rows = np.eye(len(fit.coefficients))[which]
    test = (
        wald(x, residuals, coefficients=fit.coefficients, constraints=rows, clusters=codes, **working)
        if len(which)
        else None
    )
    return RobustInference(
        inference=inference(fit.coefficients, found.covariance, df=found.df, level=fit.level),
        df=found.df,
        covariance=found.covariance,
        clusters=found.clusters,
        QM=test if test is not None and not math.isnan(test.p) else None,
        doubtful=found.df < DOUBTFUL_DF,
    )


def _clusters(clusters: ArrayLike, *, studies: int, coefficients: int) -> Whole:
    """The clusters as whole numbers, or a refusal."""
    given = np.asarray(clusters)
    missing = np.array([label is None or label != label for label in given.tolist()])  # noqa: PLR0124 - NaN
    if given.shape != (studies,) or missing.any():
        seen = (
            f"{given.shape} clusters for {studies} effects"
            if given.shape != (studies,)
            else f"no cluster in {rows_of(missing)}"
        )
        raise EstimationError(METHOD, seen=seen, may_help="Give each effect its cluster")
    _, codes = np.unique(given, return_inverse=True)
    count = int(codes.max()) + 1
    if count < max(FEWEST, coefficients + 1):
        raise EstimationError(
            METHOD,
            seen=f"{count} {'cluster' if count == 1 else 'clusters'} for {coefficients} coefficients",
            may_help=f"It takes {max(FEWEST, coefficients + 1)} clusters or more; take tests of the model instead",
        )
    return np.asarray(codes, dtype=np.intp)


def _blocks(
    fit: Multilevel, y: Vector, v: Vector, *, levels: Sequence[ArrayLike], codes: Whole
) -> tuple[list[Matrix], Whole, Whole]:
    """The covariance of each cluster, with the clusters and the places of the rows sorted to match."""
    nesting, _, _ = nested(
        y, v, design=fit.design, levels=levels, names=fit.levels, correlation=fit.correlation
    )
    outer = covariances(nesting, fit.sigma2)
    ends = np.cumsum([len(block) for block in outer])
    members = np.split(nesting.order, ends[:-1])
    torn = [rows for rows in members if len(np.unique(codes[rows])) > 1]
    if torn:
        raise EstimationError(
            METHOD,
            seen=f"{len(torn)} groups of {fit.levels[0]} that lie in several clusters",
            may_help=f"Cluster by {fit.levels[0]}, or by what lies outside it",
        )
    of_cluster: dict[int, list[int]] = {}
    for place, rows in enumerate(members):
        of_cluster.setdefault(int(codes[rows[0]]), []).append(place)
    order = np.concatenate([members[place] for code in sorted(of_cluster) for place in of_cluster[code]])
    blocks = [joined([outer[place] for place in of_cluster[code]]) for code in sorted(of_cluster)]
    return blocks, codes[order], order

"""Weighted sums of group-time effects, with errors from influence functions and bands that hold together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coproduce.methods.effects.group_time import Cells

Floats = npt.NDArray[np.float64]
DRAWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One aggregated effect: `at` is an event time, a cohort or a calendar period.

    `low` and `high` hold for this point alone, `band_low` and `band_high` for all points of the series together.
    """

    at: float
    estimate: float
    se: float
    low: float
    high: float
    band_low: float
    band_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Weighted sums of cells: their estimates, covariance and degrees of freedom."""

    at: Floats
    estimates: Floats
    covariance: Floats
    df: float

    def errors(self) -> Floats:
        """The standard error of each."""
        found: Floats = np.sqrt(np.diag(self.covariance))
        return found


def weighted_sums(
    cells: Cells,
    sets: Iterable[tuple[float, npt.NDArray[np.bool_]]],
    *,
    since: Floats,
    clusters: npt.NDArray[np.intp] | None,
) -> Sums:
    """Averages over sets of cells, each cell weighing as its cohort is large.

    Parameters
    ----------
    cells
        The group-time effects.
    sets
        For each sum, what it is called and which cells it averages.
    since
        The cohort of each unit (0 = never), from which the weights are estimated: their error counts.
    clusters
        The number of each unit's cluster, or None where units are independent.

    Returns
    -------
    Sums
        In the order of the sets.

    References
    ----------
    Callaway, B. and Sant'Anna, P. H. C. (2021). Journal of Econometrics 225(2), section 4 and corollary 2; the part
    of the weights as in the appendix of their R package did.
    """
    named = list(sets)
    parts = [_sum(cells, chosen, since=since) for _, chosen in named]
    influence = np.column_stack([part[1] for part in parts])
    df, factor = len(influence) - 1.0, 1.0
    if clusters is not None:
        count = int(clusters.max()) + 1
        summed = np.zeros((count, influence.shape[1]))
        np.add.at(summed, clusters, influence)
        influence, df, factor = summed, count - 1.0, count / (count - 1) if count > 1 else math.nan
    return Sums(
        at=np.array([at for at, _ in named], dtype=np.float64),
        estimates=np.array([part[0] for part in parts]),
        covariance=factor * influence.T @ influence,
        df=df,
    )


def _sum(cells: Cells, chosen: npt.NDArray[np.bool_], *, since: Floats) -> tuple[float, Floats]:
    """One average and its influence function, the part of the estimated weights included."""
    cohort = cells.since[chosen]
    share = np.array([(since == one).mean() for one in cohort])
    effect = cells.effect[chosen]
    estimate = float(share @ effect / share.sum())
    influence = cells.influence[:, chosen] @ (share / share.sum())
    of_weights = np.zeros(len(since))
    for one in np.unique(cohort):
        apart = float((effect[cohort == one] - estimate).sum())
        of_weights += apart * ((since == one) - (since == one).mean())
    return estimate, influence + of_weights / (len(since) * share.sum())


def points(sums: Sums, *, level: float, rng: np.random.Generator) -> tuple[Point, ...]:
    """Each sum with its own interval and with a band that holds over all of them at once.

    The critical value of the band is the quantile of the largest of correlated Student's t, from 20,000 draws; it is
    never below that of one interval. A sum without an error (one unit a side) has no limits and no part in it.

    References
    ----------
    Montiel Olea, J. L. and Plagborg-Møller, M. (2019). Journal of Applied Econometrics 34(1), 1-17 (sup-t band).
    """
    from scipy.special import stdtrit

    errors = sums.errors()
    own = float(stdtrit(min(sums.df, 1e10), 0.5 + level / 2))
    together = max(own, _critical(sums, errors, level=level, rng=rng))
    return tuple(
        Point(
            at=float(at),
            estimate=float(estimate),
            se=float(se),
            low=float(estimate - own * se),
            high=float(estimate + own * se),
            band_low=float(estimate - together * se),
            band_high=float(estimate + together * se),
        )
        for at, estimate, se in zip(
            sums.at, sums.estimates, np.where(errors > 0, errors, np.nan), strict=True
        )
    )


def _critical(sums: Sums, errors: Floats, *, level: float, rng: np.random.Generator) -> float:
    kept = errors > 0
    if kept.sum() < 2:
        return 0.0
    correlation = sums.covariance[np.ix_(kept, kept)] / np.outer(errors[kept], errors[kept])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    largest = np.abs(rng.standard_normal((DRAWS, len(values))) @ root.T).max(axis=1)
    if sums.df < 1e6:
        largest = largest / np.sqrt(rng.chisquare(sums.df, DRAWS) / sums.df)
    return float(np.quantile(largest, level))

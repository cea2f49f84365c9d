"""Before and after, with a comparison: the difference of two changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.aggregates import Point, Sums, points
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.effects.panel import as_panel, within_units
from coproduce.methods.effects.randomised import spread
from coproduce.methods.effects.trends import PreTrends, pre_trends
from coproduce.methods.effects.two_way import two_way_fixed_effects
from coproduce.methods.robust_variance import cr2

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
METHOD = "before and after with a comparison"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """The difference of two changes.

    `means` are those of the treated before and after, and of the comparison before and after. `by_period` are the
    differences in each period against the last one before treatment (none where the same units were not seen twice).
    `placebos` are the estimates with each cluster of the larger side in the place of the one that stands alone.
    `usual_se` is the clustered error of the two-way regression that many programs would print.
    """

    contrast: Contrast
    means: tuple[float, float, float, float]
    by_period: tuple[Point, ...] = ()
    before: PreTrends | None = None
    placebos: tuple[float, ...] = ()
    usual_se: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """Units seen in every period: their outcomes, which are treated, which periods are after, and their clusters."""

    values: Floats
    treated: Flags
    after: Flags
    periods: Floats
    clusters: npt.NDArray[np.intp]
    clustered: bool
    worries: tuple[Worry, ...]

    def change(self) -> Floats:
        """Each unit's mean after less its mean before."""
        changes: Floats = self.values[:, self.after].mean(axis=1) - self.values[:, ~self.after].mean(axis=1)
        return changes


def two_by_two_effects(
    outcome: Floats,
    treated: Flags,
    *,
    after: Flags,
    unit: npt.NDArray[Any] | None = None,
    period: Floats | None = None,
    cluster: npt.NDArray[Any] | None = None,
    rng: np.random.Generator,
    level: float = 0.95,
) -> TwoByTwo:
    """The change of the treated less the change of the comparison.

    Parameters
    ----------
    outcome, treated, after
        One entry a row: the outcome (NaN = not known), whether the unit is one of the treated (before and after), and
        whether the row is after treatment began. Without treatment both sides are assumed to have changed alike.
    unit
        Whose it is; left out where before and after are different people (then `cluster` should say what was sampled
        or treated together).
    period
        When, as numbers; left out: before and after are one period each.
    cluster
        The label of what was treated together, constant within units.
    rng
        Draws the critical value of the band over periods.
    level
        The coverage that is promised.

    Returns
    -------
    TwoByTwo
        Errors are CR2 with Satterthwaite's degrees of freedom. Where one cluster only stands on a side, its own
        spread cannot be known: the spread of the other side's clusters is taken for it, and p is the share of all
        clusters that changed as unusually.

    Raises
    ------
    EstimationError
        If a side or a time is empty, if one cluster stands on both sides, or the outcome is constant.

    References
    ----------
    Bell, R. M. and McCaffrey, D. F. (2002). Survey Methodology 28(2); Conley, T. G. and Taber, C. R. (2011). Review of
    Economics and Statistics 93(1), 113-125 (few treated groups); Donald, S. G. and Lang, K. (2007), 89(2), 221-233.

    Examples
    --------
    >>> import numpy as np
    >>> unit, after = np.repeat(np.arange(6), 2), np.tile([False, True], 6)
    >>> outcome = np.array([1.0, 2, 3, 4.2, 2, 2.8, 1, 4, 2, 5.4, 3, 5.6])
    >>> rng = np.random.default_rng(1)
    >>> found = two_by_two_effects(outcome, unit > 2, after=after, unit=unit, rng=rng)
    >>> round(found.contrast.estimate, 4)
    2.0
    """
    outcome, treated = np.asarray(outcome, dtype=np.float64), np.asarray(treated, dtype=bool)
    after = np.asarray(after, dtype=bool)
    if unit is None:
        return _of_rows(outcome, treated, after=after, cluster=cluster, level=level)
    when = after.astype(np.float64) if period is None else period
    changes = _changes(outcome, treated, after=after, unit=unit, period=when, cluster=cluster)
    return _of_changes(changes, level=level, rng=rng)


def _refuse(sides: tuple[Flags, Flags], outcome: Floats, *, clusters: npt.NDArray[Any]) -> None:
    """Say which side lacks what; `sides` are who is treated and which rows are after, of known outcomes."""
    treated, after = sides
    for side, name in ((treated, "treated"), (~treated, "comparison")):
        for time, moment in ((~after, "before"), (after, "after")):
            if not (side & time).any():
                raise EstimationError(
                    METHOD,
                    seen=f"no known outcome of the {name} side {moment} treatment",
                    may_help="Both sides are needed before and after.",
                )
    counts = [len(np.unique(clusters[side])) for side in (treated, ~treated)]
    if min(counts) < 2 and max(counts) < 3:
        raise EstimationError(
            METHOD,
            seen=f"{counts[0]} treated and {counts[1]} comparison clusters",
            may_help="With one on a side, nothing tells its luck from the effect: at least three are needed "
            "on the other.",
        )
    if not np.std(outcome) > 0:
        raise EstimationError(
            METHOD, seen="an outcome that never varies", may_help="Check that the right column was read."
        )


def _changes(
    outcome: Floats, treated: Flags, *, after: Flags, unit: Any, period: Floats, cluster: Any | None
) -> _Changes:
    panel = as_panel(outcome, unit=unit, period=period)
    side = within_units(panel, treated, unit=unit, what="the side")
    label = panel.units if cluster is None else within_units(panel, cluster, unit=unit, what="the cluster")
    late = np.array([after[period == one].any() for one in panel.periods])
    early = np.array([(~after[period == one]).any() for one in panel.periods])
    if (late & early).any():
        raise EstimationError(
            METHOD,
            seen=f"period {panel.periods[late & early][0]:g} is both before and after",
            may_help="Treatment must begin in the same period for all; else the design is staggered.",
        )
    whole = panel.balanced()
    values, clusters = panel.values[whole], np.unique(label[whole], return_inverse=True)[1]
    grid = np.broadcast_to(late, values.shape).ravel()
    _refuse(
        (np.repeat(side[whole], len(late)), grid), values.ravel(), clusters=np.repeat(clusters, len(late))
    )
    return _Changes(
        values=values,
        treated=side[whole],
        after=late,
        periods=panel.periods,
        clusters=clusters,
        clustered=cluster is not None,
        worries=_incomplete(whole),
    )


def _incomplete(whole: Flags) -> tuple[Worry, ...]:
    if whole.all():
        return ()
    share = 1 - float(whole.mean())
    return (
        Worry(
            name="incomplete_units",
            value=share,
            ok=False,
            meaning=f"{int((~whole).sum())} of {len(whole)} units are left out, since they are not known in every "
            "period.",
            lowers=1 if share > 0.2 else 0,
        ),
    )


def _of_changes(changes: _Changes, *, level: float, rng: np.random.Generator) -> TwoByTwo:
    """The estimate from units that were seen in every period."""
    sides = _sides(changes)
    change = changes.change()
    placebos: tuple[float, ...] = ()
    if min(_clusters_a_side(changes)) == 1:
        contrast, placebos = _alone(changes, change, sides=sides, level=level)
    else:
        contrast = _regressed(change, changes.treated, clusters=changes.clusters, sides=sides, level=level)
    sums = _by_period(changes)
    early = sums.at < changes.periods[~changes.after][-1]
    before = None
    if early.any():
        steps = -np.arange(early.sum(), 0, -1) - 1.0
        covariance = sums.covariance[np.ix_(early, early)]
        before = pre_trends(sums.estimates[early], covariance, at=steps, df=sums.df, level=level)
    _, usual = two_way_fixed_effects(
        changes.values, np.outer(changes.treated, changes.after).astype(float), clusters=changes.clusters
    )
    return TwoByTwo(
        contrast=contrast.with_worries(*changes.worries, _parallel(before)),
        means=_means(changes),
        by_period=points(sums, level=level, rng=rng) if len(changes.periods) > 2 else (),
        before=before,
        placebos=placebos,
        usual_se=usual,
    )


def _means(changes: _Changes) -> tuple[float, float, float, float]:
    one, other = changes.values[changes.treated], changes.values[~changes.treated]
    cells = (one[:, ~changes.after], one[:, changes.after], other[:, ~changes.after], other[:, changes.after])
    first, second, third, fourth = (float(cell.mean()) for cell in cells)
    return first, second, third, fourth


def _clusters_a_side(changes: _Changes) -> tuple[int, int]:
    treated, comparison = (
        len(np.unique(changes.clusters[side])) for side in (changes.treated, ~changes.treated)
    )
    return treated, comparison


def _sides(changes: _Changes) -> Sides:
    counts = _clusters_a_side(changes) if changes.clustered else (None, None)
    return Sides(
        n_treated=int(changes.treated.sum()),
        n_comparison=int((~changes.treated).sum()),
        clusters_treated=counts[0],
        clusters_comparison=counts[1],
        sd=spread(changes.values[~changes.treated][:, ~changes.after].ravel()),
    )


def _regressed(
    outcome: Floats, treated: Flags, *, clusters: npt.NDArray[Any], sides: Sides, level: float
) -> Contrast:
    design = np.column_stack([np.ones(len(outcome)), treated])
    coefficients = np.linalg.lstsq(design, outcome, rcond=None)[0]
    robust = cr2(design, outcome - design @ coefficients, clusters=clusters)
    error = math.sqrt(float(robust.covariance[1, 1]))
    return by_student(float(coefficients[1]), error, sides=sides, df=float(robust.df[1]), level=level)


def _alone(
    changes: _Changes, change: Floats, *, sides: Sides, level: float
) -> tuple[Contrast, tuple[float, ...]]:
    """One cluster against many: its change beside the spread of theirs, and each of them in its place."""
    means = np.bincount(changes.clusters, weights=change) / np.bincount(changes.clusters)
    treated = np.zeros(len(means), dtype=bool)
    treated[changes.clusters[changes.treated]] = True
    lone = treated if treated.sum() == 1 else ~treated
    rest = means[~lone]
    sign = 1.0 if lone is treated else -1.0
    estimate = sign * float(means[lone][0] - rest.mean())
    error = float(rest.std(ddof=1)) * math.sqrt(1 + 1 / len(rest))
    placebos = [sign * float(one - (rest.sum() - one) / (len(rest) - 1)) for one in rest]
    by_rank = (1 + sum(abs(one) >= abs(estimate) for one in placebos)) / (len(placebos) + 1)
    contrast = by_student(estimate, error, sides=sides, df=len(rest) - 1.0, level=level)
    worry = Worry(
        name="one_cluster_on_a_side",
        value=float(len(rest)),
        ok=False,
        meaning=f"One {'treated' if lone is treated else 'comparison'} cluster stands against {len(rest)}: anything "
        "that happened to it alone at that time counts as the effect, and p cannot be below "
        f"{1 / (len(rest) + 1):.2g}.",
    )
    return replace(contrast, p=by_rank).with_worries(worry), tuple(placebos)


def _by_period(changes: _Changes) -> Sums:
    """The difference between the sides in each period, less that in the last period before treatment."""
    base = int(np.flatnonzero(~changes.after)[-1])
    others = [place for place in range(len(changes.periods)) if place != base]
    moved = changes.values[:, others] - changes.values[:, [base]]
    counts = np.bincount(changes.clusters)[:, None]
    if min(_clusters_a_side(changes)) == 1:
        means = np.column_stack([np.bincount(changes.clusters, weights=one) for one in moved.T]) / counts
        treated = np.bincount(changes.clusters, weights=changes.treated) > 0
        lone = treated if treated.sum() == 1 else ~treated
        rest = means[~lone]
        estimates = (means[lone][0] - rest.mean(axis=0)) * (1 if lone is treated else -1)
        covariance = np.atleast_2d(np.cov(rest.T)) * (1 + 1 / len(rest))
        return Sums(
            at=changes.periods[others], estimates=estimates, covariance=covariance, df=len(rest) - 1.0
        )
    influence = np.zeros((len(counts), len(others)))
    estimates = np.zeros(len(others))
    for side, sign in ((changes.treated, 1), (~changes.treated, -1)):
        mean = moved[side].mean(axis=0)
        estimates += sign * mean
        np.add.at(influence, changes.clusters[side], sign * (moved[side] - mean) / side.sum())
    factor = len(counts) / (len(counts) - 1)
    return Sums(
        at=changes.periods[others],
        estimates=estimates,
        covariance=factor * influence.T @ influence,
        df=len(counts) - 2.0,
    )


def _parallel(before: PreTrends | None) -> Worry:
    if before is None or math.isnan(before.p):
        told = "Whether the sides moved alike before treatment could not be looked at: too few periods or clusters."
        return Worry(name="pre_trends", value=None, ok=False, meaning=told)
    well = before.p >= 0.05
    told = (
        "no difference in trends before treatment was found, which does not prove that there was none; "
        f"a straight drift would have been found with a chance of 80 % only from {before.detectable_slope:.3g} "
        "a period on"
        if well
        else "trends already differed before treatment"
    )
    return Worry(
        name="pre_trends", value=before.p, ok=well, meaning=f"p = {before.p:.2g} before treatment: {told}."
    )


def _of_rows(
    outcome: Floats, treated: Flags, *, after: Flags, cluster: npt.NDArray[Any] | None, level: float
) -> TwoByTwo:
    """The estimate from different people before and after."""
    known = np.isfinite(outcome)
    outcome, treated, after = outcome[known], treated[known], after[known]
    label = np.arange(len(outcome)) if cluster is None else cluster[known]
    _refuse((treated, after), outcome, clusters=label)
    design = np.column_stack([np.ones(len(outcome)), treated, after, treated & after]).astype(np.float64)
    coefficients = np.linalg.lstsq(design, outcome, rcond=None)[0]
    residuals = outcome - design @ coefficients
    counts = [len(np.unique(label[side])) for side in (treated, ~treated)]
    if min(counts) < 2:
        raise EstimationError(
            METHOD,
            seen=f"{counts[0]} treated and {counts[1]} comparison clusters of different people before and after",
            may_help="Two clusters or more on each side are needed, or one row a cluster and period as a panel.",
        )
    robust = cr2(design, residuals, clusters=label)
    sides = Sides(
        n_treated=int(treated.sum()),
        n_comparison=int((~treated).sum()),
        clusters_treated=None if cluster is None else counts[0],
        clusters_comparison=None if cluster is None else counts[1],
        sd=spread(outcome[~treated & ~after]),
    )
    error = math.sqrt(float(robust.covariance[3, 3]))
    contrast = by_student(float(coefficients[3]), error, sides=sides, df=float(robust.df[3]), level=level)
    cells = (treated & ~after, treated & after, ~treated & ~after, ~treated & after)
    first, second, third, fourth = (float(outcome[cell].mean()) for cell in cells)
    return TwoByTwo(contrast=contrast.with_worries(_parallel(None)), means=(first, second, third, fourth))

"""Staggered adoption: units are treated from different periods on, some perhaps never."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.aggregates import Point, Sums, points, weighted_sums
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.effects.group_time import (
    Cells,
    Comparison,
    Pair,
    goodman_bacon,
    group_time_cells,
)
from coproduce.methods.effects.panel import Panel, as_panel, within_units
from coproduce.methods.effects.smoothness import smooth_limits
from coproduce.methods.effects.staggered_worries import about_panel, about_trends
from coproduce.methods.effects.trends import (
    PreTrends,
    Sensitivity,
    pre_trends,
    relative_magnitudes,
    smoothness,
)

Floats = npt.NDArray[np.float64]
METHOD = "the staggered design"
LEAST_BEFORE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The effect on the cohort first treated in `since`, in `period`; before `since` it should be nought."""

    since: float
    period: float
    estimate: float
    se: float
    low: float
    high: float
    n_treated: int
    n_comparison: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWay:
    """A two-way fixed effects regression on the units known throughout, and what it averages.

    `forbidden` is the weight of comparisons with units that are already treated.
    """

    estimate: float
    forbidden: float
    pairs: tuple[Pair, ...]
    n_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staggered:
    """The average effect on the treated, by event time, cohort and calendar period, and what shakes it."""

    contrast: Contrast
    cells: tuple[Cell, ...]
    dynamic: tuple[Point, ...]
    cohorts: tuple[Point, ...]
    calendar: tuple[Point, ...]
    before: PreTrends | None
    sensitivity: tuple[Sensitivity, ...]
    insensitive_because: str | None
    two_way: TwoWay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The units that are analysed: their outcomes, cohorts (places from 1, 0 = never), clusters and covariates."""

    panel: Panel
    values: Floats
    since: Floats
    clusters: npt.NDArray[np.intp] | None
    covariates: Floats | None
    worries: tuple[Worry, ...]


def staggered_effects(
    outcome: Floats,
    since: Floats,
    *,
    unit: npt.NDArray[Any],
    period: Floats,
    rng: np.random.Generator,
    comparison: Comparison = "not_yet",
    cluster: npt.NDArray[Any] | None = None,
    covariates: Floats | None = None,
    sensitivity: bool = True,
    level: float = 0.95,
) -> Staggered:
    """Effects by cohort and period (Callaway and Sant'Anna), their averages, and how far the trends can be trusted.

    Parameters
    ----------
    outcome, since, unit, period
        One entry a unit and period: the outcome (NaN = not known), the first treated period of the unit (NaN or 0 =
        never), whose it is, and when. Trends are assumed parallel but for treatment, and nobody to react before it.
    rng
        Draws the critical values of the bands.
    comparison
        Units never treated, or not yet treated (which takes the never treated in).
    cluster
        The label of what was treated together, constant within units; else units are independent.
    covariates
        (entries x k); of each unit the value in its first period counts.
    sensitivity
        Whether to ask how unparallel trends may be for the effect to stand.
    level
        The coverage that is promised.

    Returns
    -------
    Staggered
        The contrast is the average over all treated cells, each cohort weighing by its size. Periods count by their
        order: an event time of 1 is the next period in the data. Whatever is left out is named in the worries.

    Raises
    ------
    EstimationError
        If nobody is treated inside the window, no comparison is left (all treated at once, or nobody never treated
        when only they may be compared), or the outcome is constant.

    References
    ----------
    Callaway, B. and Sant'Anna, P. H. C. (2021). Journal of Econometrics 225(2), 200-230; Goodman-Bacon, A. (2021).
    Journal of Econometrics 225(2), 254-277; Rambachan, A. and Roth, J. (2023). Review of Economic Studies 90(5).

    Examples
    --------
    >>> import numpy as np
    >>> unit, period = np.repeat(np.arange(30), 4), np.tile(np.arange(1.0, 5.0), 30)
    >>> since = np.where(unit < 15, 3.0, 0.0)
    >>> noise = np.random.default_rng(1).normal(0, 0.1, 120)
    >>> outcome = period + 2 * ((since > 0) & (period >= since)) + noise
    >>> rng = np.random.default_rng(2)
    >>> found = staggered_effects(outcome, since, unit=unit, period=period, rng=rng)
    >>> round(found.contrast.estimate, 1), [point.at for point in found.dynamic]
    (2.0, [-2.0, 0.0, 1.0])
    """
    kept = _kept(outcome, since, unit=unit, period=period, cluster=cluster, covariates=covariates)
    _refuse(kept, comparison)
    cells = group_time_cells(
        kept.values, kept.since, comparison=comparison, covariates=kept.covariates, clusters=kept.clusters
    )
    treated = cells.period >= cells.since
    if not treated.any():
        raise EstimationError(
            METHOD,
            seen="no treated cohort has a comparison in any treated period",
            may_help="Units that are treated later or never would be a comparison.",
        )
    events = _sums(cells, cells.period - cells.since, kept=kept)
    overall = weighted_sums(cells, [(0.0, treated)], since=kept.since, clusters=kept.clusters)
    contrast = by_student(
        overall.estimates[0], overall.errors()[0], sides=_sides(cells, kept), df=overall.df, level=level
    )
    before = _before(events, level=level)
    shaken, reason = _shaken(events, level=level) if sensitivity else ((), None)
    names = dict(enumerate(kept.panel.periods, start=1))
    told = about_panel(cells, since=kept.since, names=names)
    told += about_trends(contrast, before=before, sensitivity=shaken, events=events.at)
    return Staggered(
        contrast=contrast.with_worries(*kept.worries, *told),
        cells=_cells(cells, kept=kept, names=names, level=level),
        dynamic=points(events, level=level, rng=rng),
        cohorts=points(
            _sums(cells, cells.since, kept=kept, chosen=treated, names=names), level=level, rng=rng
        ),
        calendar=points(
            _sums(cells, cells.period, kept=kept, chosen=treated, names=names), level=level, rng=rng
        ),
        before=before,
        sensitivity=shaken,
        insensitive_because=reason,
        two_way=_two_way(kept),
    )


def _kept(
    outcome: Floats,
    since: Floats,
    *,
    unit: Any,
    period: Floats,
    cluster: Any | None,
    covariates: Floats | None,
) -> _Kept:
    """The panel without units that tell nothing, which are counted."""
    panel = as_panel(outcome, unit=unit, period=period)
    first = within_units(
        panel, np.asarray(since, dtype=np.float64), unit=unit, what="the first treated period"
    )
    cohort = np.zeros(len(first))
    late = np.nan_to_num(first, nan=0.0)
    cohort[late != 0] = np.searchsorted(panel.periods, late[late != 0]) + 1.0
    cohort[cohort > len(panel.periods)] = 0
    described = None if covariates is None else np.asarray(covariates[panel.first], dtype=np.float64)
    known = np.isfinite(panel.values).any(axis=1)
    told = np.ones_like(known) if described is None else np.isfinite(described).all(axis=1)
    stays = known & (cohort != 1) & told
    labels = None if cluster is None else within_units(panel, cluster, unit=unit, what="the cluster")
    always, unknown = int((known & (cohort == 1)).sum()), int((~known).sum())
    untold = int((known & (cohort != 1) & ~told).sum())
    return _Kept(
        panel=panel,
        values=panel.values[stays],
        since=cohort[stays],
        clusters=None if labels is None else np.unique(labels[stays], return_inverse=True)[1],
        covariates=None if described is None else described[stays],
        worries=tuple(_left_out(panel.values[stays], always=always, unknown=unknown, untold=untold)),
    )


def _left_out(values: Floats, *, always: int, unknown: int, untold: int) -> Iterator[Worry]:
    """Units that are not analysed, each kind with its reason, and gaps of those that are."""
    for name, count, reason in (
        (
            "treated_from_the_start",
            always,
            "treated in the first period or before, so that nothing is known of them without treatment",
        ),
        ("units_without_outcome", unknown, "no outcome is known in any period"),
        ("units_without_covariates", untold, "a covariate is not known"),
    ):
        if count:
            meaning = f"{count} {_units(count)} left out: {reason}."
            yield Worry(name=name, value=float(count), ok=False, meaning=meaning, lowers=0)
    missing = float(np.isnan(values).mean()) if values.size else 0.0
    if missing:
        yield Worry(
            name="missing_unit_periods",
            value=missing,
            ok=missing <= 0.05,
            meaning=f"{100 * missing:.1f} % of unit-periods have no outcome: each effect rests on the units that are "
            "known in both of its periods.",
            lowers=1 if missing > 0.2 else 0,
        )


def _units(count: int) -> str:
    return "unit is" if count == 1 else "units are"


def _refuse(kept: _Kept, comparison: Comparison) -> None:
    """Say what is missing for a comparison."""
    cohorts = np.unique(kept.since[kept.since > 0])
    never = int((kept.since == 0).sum())
    reason = help_with = None
    if len(kept.panel.periods) < 2:
        reason, help_with = "one period only", "An outcome before treatment and one after it are needed."
    elif not len(cohorts):
        reason = "no unit that is first treated after the first period and within the window"
        help_with = "The first treated period of each treated unit must lie inside the panel."
    elif not never and comparison == "never":
        reason = "no unit that is never treated"
        help_with = 'With comparison = "not_yet", units that are treated later serve until then.'
    elif not never and len(cohorts) == 1:
        reason = "all units treated at once"
        help_with = "Units that are treated later or never are needed; without them nothing tells time from treatment."
    elif not np.nanstd(kept.values) > 0:
        reason, help_with = "an outcome that never varies", "Check that the right column was read."
    if reason is not None and help_with is not None:
        raise EstimationError(METHOD, seen=reason, may_help=help_with)


def _sums(
    cells: Cells,
    at: npt.NDArray[np.int64],
    *,
    kept: _Kept,
    chosen: npt.NDArray[np.bool_] | None = None,
    names: dict[int, float] | None = None,
) -> Sums:
    """The averages by event time, cohort or period; cohorts and periods under the names they have in the data."""
    inside = np.ones(len(at), dtype=bool) if chosen is None else chosen
    sets = [
        (float(one) if names is None else float(names[int(one)]), inside & (at == one))
        for one in np.unique(at[inside])
    ]
    return weighted_sums(cells, sets, since=kept.since, clusters=kept.clusters)


def _sides(cells: Cells, kept: _Kept) -> Sides:
    """Treated and comparison units; the spread is that of the outcome before anybody's treatment in the comparison."""
    treated = np.isin(kept.since, np.unique(cells.since))
    first = np.where(kept.since > 0, kept.since, np.inf)
    untreated = np.arange(1, kept.values.shape[1] + 1) < first[:, None]
    clusters: list[int | None] = [None, None]
    if kept.clusters is not None:
        clusters = [len(np.unique(kept.clusters[side])) for side in (treated, ~treated)]
    return Sides(
        n_treated=int(treated.sum()),
        n_comparison=int((~treated).sum()) or int(cells.n_comparison.max()),
        clusters_treated=clusters[0],
        clusters_comparison=clusters[1],
        sd=float(np.nanstd(kept.values[untreated], ddof=1)),
    )


def _before(events: Sums, *, level: float) -> PreTrends | None:
    """The test of pre-trends; None where there is one period before treatment only."""
    early = events.at < -1
    if not early.any():
        return None
    covariance = events.covariance[np.ix_(early, early)]
    return pre_trends(events.estimates[early], covariance, at=events.at[early], df=events.df, level=level)


def _shaken(events: Sums, *, level: float) -> tuple[tuple[Sensitivity, ...], str | None]:
    """Both sensitivity analyses, or the reason why there are none."""
    early = events.at < -1
    periods = int(early.sum()) + 1
    if periods < LEAST_BEFORE:
        reason = (
            f"How unparallel trends may be was not asked: {periods} "
            f"{'period' if periods == 1 else 'periods'} before treatment, and {LEAST_BEFORE} are needed."
        )
        return (), reason
    if (
        not np.all(np.diff(events.at[early]) == 1)
        or events.at[early][-1] != -2
        or (events.errors() <= 0).any()
    ):
        return (), "How unparallel trends may be was not asked: the event study has gaps."
    if np.linalg.matrix_rank(events.covariance, hermitian=True) < len(events.at):
        return (
            (),
            "How unparallel trends may be was not asked: too few units or clusters for so many periods.",
        )
    relative = relative_magnitudes(
        events.estimates, events.covariance, at=events.at, df=events.df, level=level
    )
    smooth = smoothness(
        lambda allowed: smooth_limits(
            events.estimates, events.covariance, at=events.at, largest=allowed, df=events.df, level=level
        ),
        _bends(events.estimates[events.at >= 0]),
    )
    return (relative, smooth), None


def _bends(after: Floats) -> list[float]:
    """Changes of slope a period, up to that which alone would make the average effect."""
    steps = np.arange(1, len(after) + 1)
    whole = abs(float(after.mean())) / float((steps * (steps + 1) / 2).mean())
    return [share * whole for share in (0.0, 0.25, 0.5, 0.75, 1.0)]


def _two_way(kept: _Kept) -> TwoWay | None:
    """The regression that many would run, on the units known throughout; None where they have no comparison."""
    whole = np.isfinite(kept.values).all(axis=1)
    values, since = kept.values[whole], kept.since[whole]
    if len(np.unique(since)) < 2 or not np.any(since > 0):
        return None
    estimate, found = goodman_bacon(values, since)
    names = {0: 0.0, **dict(enumerate(kept.panel.periods.tolist(), start=1))}
    pairs = tuple(
        replace(pair, treated=names[int(pair.treated)], comparison=names[int(pair.comparison)])
        for pair in found
    )
    forbidden = sum(pair.weight for pair in pairs if pair.kind == "later_vs_earlier")
    return TwoWay(estimate=estimate, forbidden=forbidden, pairs=pairs, n_units=int(whole.sum()))


def _cells(cells: Cells, *, kept: _Kept, names: dict[int, float], level: float) -> tuple[Cell, ...]:
    """Each group-time effect with its own interval, under the names of the data."""
    from scipy.special import stdtrit

    each = np.eye(len(cells.effect), dtype=bool)
    sums = weighted_sums(
        cells,
        [(float(place), row) for place, row in enumerate(each)],
        since=kept.since,
        clusters=kept.clusters,
    )
    errors = np.where(sums.errors() > 0, sums.errors(), np.nan)
    half = float(stdtrit(min(sums.df, 1e10), 0.5 + level / 2)) * errors
    return tuple(
        Cell(
            since=float(names[int(cells.since[k])]),
            period=float(names[int(cells.period[k])]),
            estimate=float(cells.effect[k]),
            se=float(errors[k]),
            low=float(cells.effect[k] - half[k]),
            high=float(cells.effect[k] + half[k]),
            n_treated=int(cells.n_treated[k]),
            n_comparison=int(cells.n_comparison[k]),
        )
        for k in range(len(cells.effect))
    )

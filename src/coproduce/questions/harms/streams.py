"""Streams: each measure in each group and arm, watched look by look for being worse than the comparison."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.anytime import (
    Looks,
    Monitored,
    block_differences,
    bounded_mean,
    bounded_null,
    compared_again,
    compared_means,
    raised_alarms,
    shared_counts,
)
from coproduce.questions.harms.panel import Measure, Numbers, Panel
from coproduce.questions.harms.settings import HarmsSettings
from coproduce.questions.harms.signs import Status

VISIBLE_SDS = 0.5
"""Without an `important_difference`, a stream sees enough where it would see half a standard deviation."""

VISIBLE_RATIO = 2.0
"""A stream of incidents sees enough where it would see them doubled."""

HOW = {
    "mixture": "units come in once and are independent; holds for many units, whatever the distribution",
    "again": "the same units at every look, whose dependence may be anything; holds for many units",
    "bets": "units come in once, in blocks that are independent; holds for any number of units",
    "counts": "incidents come one by one and independently (Poisson) in both arms",
    "tolerated": "incidents come one by one and independently (Poisson)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What is watched, and how it stands after each look; harm lies above `tolerance`.

    `shown` says which looks may be told one by one: those between which enough people came.
    """

    name: str
    measure: str
    label: str
    arm: str
    group: str | None
    unit: str
    how: str
    tolerance: float
    found: Monitored
    units: int
    visible: float
    shown: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """All streams with the looks they share, and when each alarm was first raised (-1: never)."""

    streams: tuple[Stream, ...]
    looks: tuple[str, ...]
    first: NDArray[np.int64]
    alpha: float
    left_out: int = 0

    def urgency(self, place: int) -> tuple[float, float]:
        """Streams in alarm come first, the earliest before the others, then those with most evidence."""
        first, evidence = int(self.first[place]), float(self.streams[place].found.log_e[0, -1])
        return (first if first >= 0 else np.inf, -evidence)

    def status(self, place: int) -> Status:
        """What one stream stands at: an alarm stays; half the way to it on the scale of its logarithm is a watch."""
        stream = self.streams[place]
        if self.first[place] >= 0:
            return "alarm"
        if stream.found.log_e[0, -1] >= -np.log(self.alpha) / 2:
            return "watch"
        return "quiet" if sees_enough(stream) else "not_measured"


def sees_enough(stream: Stream) -> bool:
    """Whether a harm that matters would have had an even chance to be seen by the last look."""
    low, high = float(stream.found.low[0, -1]), float(stream.found.high[0, -1])
    if stream.how in {"counts", "tolerated"}:
        return low > 0 and high / low <= VISIBLE_RATIO**2
    return (high - low) / 2 <= stream.visible


def far_enough_apart(new: Numbers, *, least: int) -> tuple[bool, ...]:
    """Which looks may be told one by one, so that nobody's own outcome is the difference of two of them.

    Parameters
    ----------
    new
        How many units each look added, shape (looks, arms).
    least
        Fewer than this in an arm are few.

    Returns
    -------
    tuple of bool
        The last look, and going back from it each one since which `least` or more came in every arm.

    Examples
    --------
    >>> import numpy as np
    >>> far_enough_apart(np.array([[6.0], [1.0], [1.0], [5.0]]), least=5)
    (False, False, True, True)
    """
    shown = [False] * len(new)
    waiting = np.full(new.shape[1], np.inf)
    for look in reversed(range(len(new))):
        if (waiting >= least).all() and (new[: look + 1].sum(axis=0) >= least).all():
            shown[look], waiting = True, np.zeros(new.shape[1])
        waiting = waiting + new[look]
    return tuple(shown)


def watch(panel: Panel, settings: HarmsSettings, *, small_numbers: int, alpha: float) -> Watched:
    """Watch every measure in every group and arm.

    Parameters
    ----------
    panel
        The outcomes.
    settings
        The settings of the question.
    small_numbers
        Groups with fewer units than this in either arm are left out (and counted).
    alpha
        The false discovery rate over all streams.
    """
    periods = sorted(set(panel.period[panel.after].tolist()))
    settings = settings.model_copy(update={"alpha": alpha})
    streams, left_out = [], 0
    for measure, arm, group in _subsets(panel, settings):
        rows = _chosen(panel, measure, arm=arm, group=group)
        seen = rows.rows(rows.after)
        units = [len(set(seen.entity[seen.arm == name].tolist())) for name in (arm, panel.control)]
        if min(units) < max(2, small_numbers if group else 2):
            left_out += 1
            continue
        found = _stream(rows, measure, arm=arm, group=group, periods=periods, settings=settings)
        streams.append(
            replace(found, shown=far_enough_apart(_new(seen, arm, periods=periods), least=small_numbers))
        )
    log_e = np.concatenate([s.found.log_e for s in streams]) if streams else np.zeros((0, len(periods)))
    return Watched(
        streams=tuple(streams),
        looks=tuple(str(period) for period in periods),
        first=raised_alarms(log_e, alpha=alpha).first,
        alpha=alpha,
        left_out=left_out,
    )


def _new(seen: Panel, arm: str, *, periods: Sequence[int]) -> Numbers:
    """How many values each look added in either arm."""
    look = np.searchsorted(np.asarray(periods), seen.period)
    arms = [np.bincount(look[seen.arm == name], minlength=len(periods)) for name in (arm, seen.control)]
    return np.stack(arms, axis=1).astype(np.float64)


def _subsets(panel: Panel, settings: HarmsSettings) -> Iterator[tuple[Measure, str, tuple[str, str] | None]]:
    columns = panel.groups if settings.groups is None else settings.groups
    for measure in panel.measures:
        for arm in panel.treated_arms:
            yield measure, arm, None
            for column in columns:
                for value in sorted({v for v in panel.groups[column].tolist() if v is not None}):
                    yield measure, arm, (column, value)


def _chosen(panel: Panel, measure: Measure, *, arm: str, group: tuple[str, str] | None) -> Panel:
    """The rows of one stream."""
    inside = (panel.measure == measure.name) & ((panel.arm == arm) | (panel.arm == panel.control))
    if group is not None:
        inside &= panel.groups[group[0]] == group[1]
    return panel.rows(inside.astype(bool))


def changes(rows: Panel) -> tuple[Panel, bool]:
    """What was seen after the beginning, as changes from each unit's own time before where that was seen.

    Returns
    -------
    tuple
        The rows after the beginning, and whether they are changes; units with no value before are then left out.
    """
    before, after = rows.rows(~rows.after), rows.rows(rows.after)
    names, place = np.unique(before.unit.astype(str), return_inverse=True)
    means = np.bincount(place, weights=before.value) / np.bincount(place) if len(names) else np.zeros(0)
    usual = dict(zip(names.tolist(), means.tolist(), strict=True))
    kept = after.rows(np.array([unit in usual for unit in after.unit.tolist()], dtype=bool))
    if not len(kept.value):
        return after, False
    shift = np.array([usual[unit] for unit in kept.unit.tolist()])
    return replace(kept, value=kept.value - shift), True


def _stream(
    rows: Panel,
    measure: Measure,
    *,
    arm: str,
    group: tuple[str, str] | None,
    periods: Sequence[int],
    settings: HarmsSettings,
) -> Stream:
    tolerance, counted = settings.tolerated(measure.name), measure.name in settings.counts
    rows, changed = (rows.rows(rows.after), False) if counted else changes(rows)
    bounds = (
        None
        if changed and not settings.exact
        else _bet_bounds(rows, measure, changed=changed, settings=settings)
    )
    treated, comparison = (
        _entities(rows, name, periods=periods, sign=measure.sign) for name in (arm, rows.control)
    )
    if counted:
        how, found = (
            "counts",
            _counts(rows, arm, periods=periods, tolerance=1 + tolerance, alpha=settings.alpha),
        )
    elif treated.again or comparison.again:
        how = "again"
        found = compared_again(
            treated.so_far(), comparison.so_far(), tolerance=tolerance, alpha=settings.alpha
        )
    elif bounds is not None:
        how, found = "bets", _bets(treated, comparison, bounds, tolerance=tolerance, alpha=settings.alpha)
    else:
        how = "mixture"
        found = compared_means(treated.new(), comparison.new(), tolerance=tolerance, alpha=settings.alpha)
    told = [measure.name, *([] if group is None else [f"{group[0]}: {group[1]}"]), arm]
    return Stream(
        name=" · ".join(told),
        measure=measure.name,
        label=measure.label,
        arm=arm,
        group=None if group is None else f"{group[0]}: {group[1]}",
        unit="rate ratio" if how == "counts" else "the measure's unit",
        how=how,
        tolerance=tolerance + (how == "counts"),
        found=found,
        units=treated.number + comparison.number,
        visible=measure.important or VISIBLE_SDS * float(np.std(rows.value)),
        shown=(True,) * len(periods),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """One arm: entities (rows) by looks (columns), the sum and number of their values; harm is up."""

    total: Numbers
    n: Numbers
    order: NDArray[np.int64]

    @property
    def number(self) -> int:
        """How many entities there are."""
        return len(self.n)

    @property
    def again(self) -> bool:
        """Whether an entity is seen at more than one look."""
        return bool(((self.n > 0).sum(axis=1) > 1).any())

    def new(self) -> Looks:
        """What each look adds: one mean of each entity."""
        return _summed(self.total / np.maximum(self.n, 1), self.n > 0)

    def so_far(self) -> Looks:
        """All entities seen up to each look, each with the mean of its values up to then."""
        n = np.cumsum(self.n, axis=1)
        return _summed(np.cumsum(self.total, axis=1) / np.maximum(n, 1), n > 0)

    def at(self, look: int) -> Numbers:
        """The means of the entities of one look, in an order that owes nothing to them."""
        there = self.order[self.n[self.order, look] > 0]
        found: Numbers = self.total[there, look] / self.n[there, look]
        return found


def _summed(values: Numbers, there: NDArray[np.bool_]) -> Looks:
    seen = np.where(there, values, 0.0)
    return Looks(
        n=there.sum(axis=0, keepdims=True).astype(np.float64),
        total=seen.sum(axis=0, keepdims=True),
        squares=(seen**2).sum(axis=0, keepdims=True),
    )


def _entities(rows: Panel, arm: str, *, periods: Sequence[int], sign: float) -> Entities:
    own = rows.rows(rows.arm == arm)
    names, place = np.unique(own.entity.astype(str), return_inverse=True)
    look = np.searchsorted(np.asarray(periods), own.period)
    shape = (len(names), len(periods))
    cell = place * shape[1] + look
    size = shape[0] * shape[1]
    return Entities(
        total=np.bincount(cell, weights=sign * own.value, minlength=size).reshape(shape).astype(np.float64),
        n=np.bincount(cell, minlength=size).reshape(shape).astype(np.float64),
        order=np.argsort([zlib.crc32(name.encode()) for name in names], kind="stable"),
    )


def _bet_bounds(
    rows: Panel, measure: Measure, *, changed: bool, settings: HarmsSettings
) -> tuple[float, float] | None:
    """The bounds of a difference, where bets are to be taken: for yes-or-no outcomes, and where the study says so."""
    if measure.bounds is None:
        return None
    width = (2 if changed else 1) * (measure.bounds[1] - measure.bounds[0])
    yes_or_no = bool(np.isin(rows.value, measure.bounds).all())
    return (-width, width) if settings.exact or yes_or_no else None


def _bets(
    treated: Entities, comparison: Entities, bounds: tuple[float, float], *, tolerance: float, alpha: float
) -> Monitored:
    looks = range(treated.n.shape[1])
    blocks = [block_differences(treated.at(look), comparison.at(look)) for look in looks]
    values = np.concatenate(blocks)[None, :]
    ends = np.cumsum([len(block) for block in blocks])
    shape = (1, len(ends))
    if not ends[-1]:
        nothing = np.full(shape, np.nan)
        return Monitored(
            log_e=np.zeros(shape),
            estimate=nothing,
            low=-np.inf + 0 * ends[None],
            high=np.inf + 0 * ends[None],
        )
    log_e = bounded_null(values, low=bounds[0], null=tolerance, ends=ends)
    mean, low, high = bounded_mean(values, low=bounds[0], high=bounds[1], alpha=alpha, ends=ends)
    return Monitored(log_e=log_e, estimate=mean, low=low, high=high)


def _counts(rows: Panel, arm: str, *, periods: Sequence[int], tolerance: float, alpha: float) -> Monitored:
    parts = []
    for name in (arm, rows.control):
        own = rows.rows(rows.arm == name)
        look = np.searchsorted(np.asarray(periods), own.period)
        parts.append(
            [np.bincount(look, weights=w, minlength=len(periods)) for w in (own.value, np.ones(len(look)))]
        )
    (hit, time), (other, other_time) = parts
    both = (time > 0) & (other_time > 0)
    share = np.where(both, time / np.maximum(time + other_time, 1), 0.5)
    return shared_counts(
        np.where(both, hit, 0.0)[None],
        np.where(both, other, 0.0)[None],
        share=share[None],
        tolerance=tolerance,
        alpha=alpha,
    )

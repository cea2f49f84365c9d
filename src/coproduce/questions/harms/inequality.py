"""Inequality: how outcomes, and the burden of taking part, lie along the order of deprivation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coproduce.errors import EstimationError, Fault, StudyError
from coproduce.methods.concentration import (
    Cell,
    Concentration,
    Curve,
    concentration_change,
    concentration_curve,
    concentration_index,
)
from coproduce.methods.intervals import Interval, student
from coproduce.questions.harms.panel import Measure, Panel, Texts
from coproduce.questions.harms.settings import LEANING, VISIBLE_INDEX, HarmsSettings
from coproduce.questions.harms.signs import Side, Sign, if_visible, judged, unseen

EVIL = "reinforced_inequalities"
KNOWN_ORDERS = (
    ("most deprived", "second", "middle", "fourth", "least deprived"),
    ("most deprived", "more deprived", "middle", "less deprived", "least deprived"),
    ("most", "middle", "least"),
    ("very high", "high", "medium", "low", "very low"),
    ("high", "middle", "low"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inequality:
    """What was found of one measure: the index of each arm after, the change against the comparison, the curves."""

    measure: Measure
    index: Mapping[str, Concentration]
    change: Concentration
    curves: Mapping[str, Curve]
    from_before: bool
    units: int


def ranked(
    values: Texts, settings: HarmsSettings
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    """The place of each value in the order of deprivation, the most deprived lowest; None where no order is known.

    Raises
    ------
    StudyError
        If `order` does not hold every value that is there.
    """
    there = sorted({value for value in values.tolist() if value is not None})
    order: Sequence[str] | None = settings.order
    if settings.order:
        missing = [value for value in there if value not in settings.order]
        if missing:
            raise StudyError(
                Fault(
                    file="study.toml",
                    place="questions.harms.order",
                    rule="whole",
                    found=", ".join(settings.order),
                    wanted=f"every value of `{settings.deprivation}`, the most deprived first; "
                    f"also: {', '.join(missing)}",
                )
            )
    else:
        order = next((known for known in KNOWN_ORDERS if {v.casefold() for v in there} <= set(known)), None)
    if order is None or len(there) < 2:
        return None
    place = {value.casefold(): float(rank) for rank, value in enumerate(order)}
    return np.array([np.nan if value is None else place[value.casefold()] for value in values.tolist()])


def of_outcomes(panel: Panel, settings: HarmsSettings) -> list[Inequality] | tuple[str, ...]:
    """The inequality of every measure, or what is missing to see it."""
    if settings.deprivation not in panel.groups:
        return (f"the column `{settings.deprivation}` in units",)
    ranks = ranked(panel.groups[settings.deprivation], settings)
    if ranks is None:
        return ("`order` in [questions.harms]: the values of deprivation, the most deprived first",)
    known = ~np.isnan(ranks)
    inside, ranks = panel.rows(known), ranks[known]
    found = [_of_measure(inside, measure, ranks=ranks, settings=settings) for measure in panel.measures]
    seen = [each for each in found if each is not None]
    return seen or ("units of every deprivation in both arms, with outcomes whose mean is above 0",)


def _of_measure(
    panel: Panel,
    measure: Measure,
    *,
    ranks: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    settings: HarmsSettings,
) -> Inequality | None:
    bounds = None if measure.name in settings.counts else measure.bounds
    inside = panel.measure == measure.name
    treated = panel.arm != panel.control
    after = {name: _cell(panel, ranks, chosen=inside & panel.after & side) for name, side in _arms(treated)}
    before = {name: _cell(panel, ranks, chosen=inside & ~panel.after & side) for name, side in _arms(treated)}
    if any(len(set(cell.by.tolist())) < 2 or len(cell.amount) < settings.fewest for cell in after.values()):
        return None
    paired = all(len(cell.amount) >= settings.fewest for cell in before.values())
    try:
        index = {
            name: concentration_index(
                cell.amount, cell.by, weights=cell.weights, clusters=cell.clusters, bounds=bounds
            )
            for name, cell in after.items()
        }
        one, other = (
            (before[name], after[name]) if paired else (after[name],) for name in ("treated", "comparison")
        )
        change = concentration_change(one, other, bounds=bounds, level=settings.sure())
        curves = {
            name: concentration_curve(cell.amount, cell.by, weights=cell.weights)
            for name, cell in after.items()
        }
    except EstimationError:
        return None
    return Inequality(
        measure=measure,
        index=index,
        change=change,
        curves=curves,
        from_before=paired,
        units=sum(len(cell.amount) for cell in after.values()),
    )


def _arms(treated: Texts) -> Iterator[tuple[str, Texts]]:
    yield "treated", treated
    yield "comparison", ~treated.astype(bool)


def _cell(panel: Panel, ranks: np.ndarray[tuple[int, ...], np.dtype[np.float64]], *, chosen: Texts) -> Cell:
    """One number a unit: the mean of its values."""
    inside = chosen.astype(bool)
    _, first, place = np.unique(panel.unit[inside].astype(str), return_index=True, return_inverse=True)
    means = np.bincount(place, weights=panel.value[inside]) / np.maximum(np.bincount(place), 1)
    return Cell(
        amount=means,
        by=ranks[inside][first],
        clusters=panel.entity[inside][first].astype(str),
        weights=panel.weight[inside][first],
    )


def outcome_signs(found: Sequence[Inequality] | tuple[str, ...], settings: HarmsSettings) -> list[Sign]:
    """What the change of each measure's inequality makes of the evil; the measures share the sign's error."""
    if isinstance(found, tuple):
        return [unseen(EVIL, "concentration_change", *found)]
    signs = []
    for each in found:
        # More of a good thing with the better off, or more of a bad thing with the worse off, is harm.
        harm: Side = "up" if each.measure.sign < 0 else "down"
        sure = _interval(each.change, level=1 - (1 - settings.sure()) / len(found))
        status = judged(sure, _interval(each.change, level=LEANING), limit=0.0, harm=harm)
        since = (
            "since the beginning, against the comparison" if each.from_before else "than in the comparison"
        )
        sign = Sign(
            evil=EVIL,
            name="concentration_change",
            status=status,
            said=f"{each.measure.label}: more to the disadvantage of the deprived {since}",
            value=sure.value,
            low=sure.low,
            high=sure.high,
            unit="index",
            level=1 - (1 - settings.sure()) / len(found),
            group=each.measure.name if len(found) > 1 else None,
            needs=("units in more clusters",) if status == "not_measured" else (),
        )
        signs.append(if_visible(sign, VISIBLE_INDEX, needs="units in more clusters"))
    return signs


def _interval(found: Concentration, *, level: float) -> Interval:
    half = student(level, found.df) * found.se if found.df > 0 else float("nan")
    return Interval(value=found.value, low=found.value - half, high=found.value + half, se=found.se)


def burden_sign(minutes: Texts, deprivation: Texts, *, settings: HarmsSettings) -> Sign:
    """Whether the minutes that people give fall on the deprived more; watched at most, for giving is no harm alone.

    Parameters
    ----------
    minutes, deprivation
        One a person.
    settings
        The settings of the question.
    """
    name = "burden_by_deprivation"
    ranks = ranked(deprivation, settings)
    if ranks is None:
        return unseen(EVIL, name, f"the column `{settings.deprivation}` in people, with a known order")
    known = ~np.isnan(ranks)
    if known.sum() < settings.fewest or not minutes[known].astype(np.float64).sum() > 0:
        return unseen(EVIL, name, "minutes of more people whose deprivation is known")
    found = concentration_index(minutes[known].astype(np.float64), ranks[known], level=settings.sure())
    status = judged(
        Interval(value=found.value, low=found.low, high=found.high),
        _interval(found, level=LEANING),
        limit=0.0,
        harm="down",
    )
    sign = Sign(
        evil=EVIL,
        name=name,
        status="watch" if status == "alarm" else status,
        said="the unpaid minutes fall on the deprived more than on others",
        value=found.value,
        low=found.low,
        high=found.high,
        unit="index",
        level=settings.sure(),
        people=int(known.sum()),
    )
    return if_visible(sign, VISIBLE_INDEX, needs="minutes of more people")

"""Outcomes beside what each unit was given: one row a value, before and after the beginning, by arm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import Fault, RecordsError, StudyError, nearest
from coproduce.questions.harms.settings import HarmsSettings
from coproduce.records.data import LARGEST, Reading, query_data
from coproduce.records.engine import quoted
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]

CONTROLS = ("control", "comparison", "usual", "placebo", "none", "no ", "waiting", "0", "untreated")
"""How the names of arms begin that are taken as the comparison where a study does not name it."""

TREATED = "co-production"
"""What the treated are called where `exposure` says since when, not which arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One outcome measure: harm is `sign` times the value."""

    name: str
    label: str
    sign: float
    bounds: tuple[float, float] | None
    important: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Values in memory, one a row.

    `arm` is the arm's label, `control` that of the comparison; `after` says whether the value was seen after the
    beginning. `entity` is the cluster, or the unit where there is none: what is independent of each other.
    `by_chance` says that the units name the blocks within which chance decided.
    """

    unit: Texts
    entity: Texts
    weight: Numbers
    period: NDArray[np.int64]
    measure: Texts
    value: Numbers
    arm: Texts
    after: NDArray[np.bool_]
    groups: dict[str, Texts]
    measures: tuple[Measure, ...]
    control: str
    clustered: bool
    by_chance: bool
    notes: tuple[str, ...]

    @property
    def treated_arms(self) -> tuple[str, ...]:
        """The arms other than the comparison, in order of their names."""
        return tuple(sorted({arm for arm in self.arm.tolist() if arm != self.control}))

    def rows(self, chosen: NDArray[np.bool_]) -> Panel:
        """The panel with some of its rows only."""
        cut = {
            name: getattr(self, name)[chosen] for name in ("unit", "entity", "weight", "period", "measure")
        }
        cut |= {name: getattr(self, name)[chosen] for name in ("value", "arm", "after")}
        groups = {name: values[chosen] for name, values in self.groups.items()}
        rest = {
            name: getattr(self, name) for name in ("measures", "control", "clustered", "by_chance", "notes")
        }
        return Panel(**cut, groups=groups, **rest)


def open_panel(records: Records, settings: HarmsSettings) -> Panel | tuple[str, ...]:
    """The outcomes with exposure, or what is missing for it.

    Raises
    ------
    StudyError
        If a setting names an arm, a measure or a group that is not there; every fault at once.
    RecordsError
        If arms differ by a space or capital letters only, or an outcome lies outside the bounds of its measure.
    """
    missing = tuple(table for table in ("outcomes", "exposure") if not records.has(table))
    if missing:
        return missing
    groups = _group_columns(records, settings)
    columns = records.engine.columns(_query(records, groups))
    faults = [*_strange_groups(records, settings), *_faults(columns, settings), *_unfit_cells(records)]
    if faults:
        kind = StudyError if all(fault.file == FILE for fault in faults) else RecordsError
        raise kind(*faults)
    return _panel(columns, records, settings=settings, groups=groups)


def _group_columns(records: Records, settings: HarmsSettings) -> tuple[str, ...]:
    """The columns of the units by whose groups harm is watched, and that of deprivation."""
    if not records.has("units"):
        return ()
    there = records.tables["units"].free
    wanted = settings.groups if settings.groups is not None else records.study.head.groups
    return tuple(dict.fromkeys(name for name in (*wanted, settings.deprivation) if name in there))


def _strange_groups(records: Records, settings: HarmsSettings) -> list[Fault]:
    there = records.tables["units"].free if records.has("units") else ()
    return [
        _unknown("questions.harms.groups", name, known=there, wanted="a column of the units")
        for name in settings.groups or ()
        if name not in there and records.has("units")
    ]


def _query(records: Records, groups: Sequence[str]) -> str:
    shown = [f"CAST(u.{quoted(name)} AS VARCHAR) AS g{place}" for place, name in enumerate(groups)]
    units = records.has("units")
    own = (
        "u.cluster, u.weight" if units else "CAST(NULL AS VARCHAR) AS cluster, CAST(NULL AS DOUBLE) AS weight"
    )
    return f"""
        SELECT {", ".join(["o.unit, o.period, o.measure, o.value, e.arm, e.since", own, *shown])}
        FROM outcomes AS o JOIN exposure AS e ON o.unit = e.unit
        {"LEFT JOIN units AS u ON o.unit = u.unit" if units else ""}
        WHERE o.value IS NOT NULL ORDER BY o.measure, o.period, o.unit
    """  # noqa: S608 (quoted)


def _unfit_cells(records: Records) -> list[Fault]:
    """Arms of nearly one name, and values too large to be reckoned with."""
    vast = f"SELECT row_number, value FROM outcomes WHERE abs(value) >= {LARGEST} ORDER BY row_number"  # noqa: S608 (a number)
    arms = Reading(query_data(records, "SELECT arm FROM exposure", file=records.tables["exposure"].file))
    values = Reading(query_data(records, vast, file=records.tables["outcomes"].file))
    arms.label("arm", key="control")
    values.number("value", key="value")
    return [*arms.faults, *values.faults]


def _faults(columns: dict[str, NDArray[Any]], settings: HarmsSettings) -> list[Fault]:
    known = sorted(set(columns["measure"].tolist()))
    named = [("counts", name) for name in settings.counts]
    if not isinstance(settings.tolerance, float):
        named += [("tolerance", name) for name in settings.tolerance]
    faults = [
        _unknown(f"questions.harms.{key}", name, known=known, wanted="a measure that has outcomes")
        for key, name in named
        if name not in known
    ]
    arms = sorted({arm for arm in columns["arm"].tolist() if arm is not None})
    if settings.control is not None and settings.control not in arms:
        faults.append(
            _unknown("questions.harms.control", settings.control, known=arms, wanted="an arm of `exposure`")
        )
    for name in settings.counts:
        values = columns["value"][columns["measure"] == name]
        if ((values < 0) | (values % 1 != 0)).any():
            found = f"{name}, with values that are no counts"
            faults.append(_unknown("questions.harms.counts", found, known=(), wanted="whole numbers from 0"))
    return faults


def _unknown(place: str, found: str, *, known: Sequence[str], wanted: str) -> Fault:
    listed = f"{wanted}: {', '.join(known[:10])}" if known else wanted
    return Fault(file=FILE, place=place, rule="known", found=found, wanted=listed, hint=nearest(found, known))


def _panel(
    columns: dict[str, NDArray[Any]], records: Records, *, settings: HarmsSettings, groups: Sequence[str]
) -> Panel | tuple[str, ...]:
    period = columns["period"].astype(np.int64)
    placed = _by_since(columns, period) or _by_arm(columns, period, settings=settings)
    if isinstance(placed[0], str):
        return placed
    arm, after, control, notes = placed
    entity = np.where(columns["cluster"] == None, columns["unit"], columns["cluster"])  # noqa: E711 (elementwise)
    known = arm != None  # noqa: E711 (elementwise)
    measures = _measures(records, columns["measure"], counts=settings.counts)
    _refuse_outside(records, columns, measures=measures)
    panel = Panel(
        unit=columns["unit"],
        entity=entity,
        weight=np.nan_to_num(columns["weight"].astype(np.float64), nan=1.0),
        period=period,
        measure=columns["measure"],
        value=columns["value"].astype(np.float64),
        arm=arm,
        after=after,
        groups={name: columns[f"g{place}"] for place, name in enumerate(groups)},
        measures=measures,
        control=control,
        clustered=bool((entity != columns["unit"]).any()),
        by_chance=records.has("units") and "block" in records.tables["units"].columns,
        notes=(*notes, *_left_out(records, columns, placed=known)),
    )
    if not known.any() or control not in arm[known] or set(arm[known]) == {control}:
        return ("units with and units without co-production",)
    return panel.rows(known.astype(bool))


def _refuse_outside(
    records: Records, columns: dict[str, NDArray[Any]], *, measures: Sequence[Measure]
) -> None:
    """Refuse values that their measure cannot take: bets and indices rest on its bounds."""
    faults = []
    for measure in measures:
        values = columns["value"][columns["measure"] == measure.name].astype(np.float64)
        low, high = measure.bounds or (-np.inf, np.inf)
        outside = values[(values < low) | (values > high)]
        if len(outside):
            faults.append(
                Fault(
                    file=records.tables["outcomes"].file,
                    place="value",
                    rule="bounds",
                    found=f"{outside[0]:g} of {measure.name}",
                    wanted=f"a value from {low:g} to {high:g}, as `measures` says",
                    count=len(outside),
                )
            )
    if faults:
        raise RecordsError(*faults)


def _left_out(records: Records, columns: dict[str, NDArray[Any]], *, placed: Texts) -> Iterator[str]:
    """What the comparison does not hold, so that nothing is lost in silence."""
    ((values, empty),) = records.engine.rows(
        "SELECT count(value), count(*) FILTER (value IS NULL) FROM outcomes"
    )
    nowhere = values - int(placed.astype(bool).sum())
    if nowhere:
        yield f"{nowhere:,} outcomes are of units of which `exposure` does not say what they were given: left out."
    if empty:
        yield f"{empty:,} outcomes are empty. Where people vanish because they fare badly, harm is larger than shown."
    if (~np.isnan(columns["weight"].astype(np.float64))).any():
        yield "Weights of units count in what is said of inequality; streams take every unit alike."


def _by_since(columns: dict[str, NDArray[Any]], period: NDArray[np.int64]) -> tuple[Any, ...] | None:
    """Arms from the period of first treatment; those never treated are the comparison."""
    since = np.asarray(columns["since"], dtype=np.float64)
    if np.isnan(since).all():
        return None
    treated = ~np.isnan(since)
    arm = np.where(treated, TREATED, "comparison").astype(object)
    after = period >= np.where(treated, since, np.nanmin(since))
    return arm, after, "comparison", ()


def _by_arm(
    columns: dict[str, NDArray[Any]], period: NDArray[np.int64], *, settings: HarmsSettings
) -> tuple[Any, ...]:
    arms = sorted({arm for arm in columns["arm"].tolist() if arm is not None})
    control, notes = settings.control, []
    if control is None:
        guessed = [arm for arm in arms if arm.casefold().startswith(CONTROLS)]
        if len(guessed) != 1:
            return ("`control` in [questions.harms]: the arm to compare with",)
        control = guessed[0]
        notes.append(f"The arm '{control}' was taken as the comparison.")
    starts = settings.starts
    if starts is None and (period <= 0).any() and (period > 0).any():
        starts = 1
        notes.append("Periods of 0 and below were taken as before the beginning.")
    after = np.ones(len(period), dtype=bool) if starts is None else period >= starts
    return columns["arm"], after, control, tuple(notes)


def _measures(records: Records, named: Texts, *, counts: Sequence[str]) -> tuple[Measure, ...]:
    """The measures that have outcomes; what `measures` does not say of one is taken as: higher is better."""
    told = {}
    if records.has("measures"):
        query = "SELECT measure, label, better, low, high, important_difference FROM measures"
        told = {row["measure"]: row for row in records.engine.named_rows(query)}
    found = []
    for name in sorted(set(named.tolist())):
        row = told.get(name, {})
        low, high = row.get("low"), row.get("high")
        found.append(
            Measure(
                name=name,
                label=row.get("label") or name,
                sign=1.0 if name in counts or row.get("better") == "down" else -1.0,
                bounds=None if low is None or high is None else (float(low), float(high)),
                important=row.get("important_difference"),
            )
        )
    return tuple(found)

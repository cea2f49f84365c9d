"""The study's own tables as one row a unit and period, and what is known of each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from coproduce.errors import Fault, StudyError, nearest
from coproduce.questions.effects.settings import EffectsSettings
from coproduce.records.data import Data, query_data
from coproduce.records.engine import literal, quoted
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

TABLE_NAMES: Mapping[str, str] = {
    name: name for name in ("arm", "since", "unit", "period", "cluster", "block", "weight")
}
"""Key of the settings -> the column of the study's own tables."""

BLOCKED = ("unit", "cluster", "block", "weight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is known of an outcome: from the table `measures`, or from the settings of the block."""

    name: str
    label: str
    better: Literal["up", "down"] = "up"
    measured_in: str | None = None
    important_difference: float | None = None
    set_by: str | None = None
    weight_citizen: float | None = None
    weight_organisation: float | None = None


def measures_of(records: Records, settings: EffectsSettings) -> tuple[Measure, ...]:
    """The outcomes of a block, each with what is known of it; settings go before the table `measures`.

    Raises
    ------
    StudyError
        If the study has tables and no such measure.
    """
    rows: Mapping[str, Mapping[str, Any]] = {}
    if records.has("measures"):
        held = records.engine.named_rows("SELECT * FROM measures ORDER BY measure")
        rows = {row["measure"]: row for row in held}
    names = settings.named_outcomes
    if settings.data is None:
        asked = "SELECT DISTINCT measure FROM outcomes ORDER BY measure"
        there = [row[0] for row in records.engine.rows(asked)]
        names = names or tuple(name for name in rows or there if name in there)
        _refuse_unknown(names, there)
    return tuple(_measure(name, settings, row=rows.get(name, {})) for name in names)


def _refuse_unknown(names: Sequence[str], there: Sequence[str]) -> None:
    faults = [
        Fault(
            file=FILE,
            place="questions.effects",
            rule="known",
            found=name,
            wanted="a measure with outcomes: " + ", ".join(there[:20]),
            hint=nearest(name, there),
        )
        for name in names
        if name not in there
    ]
    if faults:
        raise StudyError(*faults)


def _measure(name: str, settings: EffectsSettings, *, row: Mapping[str, Any]) -> Measure:
    better, important = settings.better, settings.important_difference
    own_better = better.get(name) if isinstance(better, Mapping) else better
    own_important = important.get(name) if isinstance(important, Mapping) else important
    return Measure(
        name=name,
        label=settings.label or row.get("label") or name,
        better=own_better or row.get("better") or "up",
        measured_in=settings.measured_in,
        important_difference=own_important or row.get("important_difference") or None,
        set_by=row.get("set_by"),
        weight_citizen=settings.weight_citizen.get(name, row.get("weight_citizen")),
        weight_organisation=settings.weight_organisation.get(name, row.get("weight_organisation")),
    )


def gathered(records: Records, *, known: Sequence[Measure]) -> Data:
    """One row a unit and period: what it was given, what it is, and a column for each measure.

    Units that were given something and have no outcome are there too, without values: that is attrition.
    """
    values = ", ".join(
        f"max(CASE WHEN measure = {literal(one.name)} THEN value END) AS {quoted(one.name)}" for one in known
    )
    listed = ", ".join(literal(one.name) for one in known)
    free = [
        name
        for name in (records.tables["units"].free if records.has("units") else ())
        if name not in {one.name for one in known} | set(TABLE_NAMES)
    ]
    units = "units" if records.has("units") else "(SELECT DISTINCT unit FROM outcomes)"
    columns = [f"u.{name}" for name in BLOCKED if name != "unit"] if records.has("units") else []
    columns += [f"u.{quoted(name)}" for name in free]
    columns += [f"w.{quoted(one.name)}" for one in known]
    # every name and value of the analyst's goes through `quoted` or `literal`
    sql = f"""
        WITH wide AS (
            SELECT unit, period, {values} FROM outcomes WHERE measure IN ({listed}) GROUP BY unit, period
        ),
        everybody AS (SELECT unit FROM {units} UNION SELECT unit FROM exposure),
        times AS (SELECT DISTINCT period FROM wide)
        SELECT b.unit, t.period, e.arm, e.since, {", ".join(columns)}
        FROM everybody b
        CROSS JOIN times t
        LEFT JOIN exposure e ON e.unit = b.unit
        LEFT JOIN {units} u ON u.unit = b.unit
        LEFT JOIN wide w ON w.unit = b.unit AND w.period = t.period
        ORDER BY b.unit, t.period
    """  # noqa: S608
    return query_data(records, sql, file=_told(records))


def _told(records: Records) -> str:
    """What messages call the tables together."""
    names = ("outcomes", "exposure", "units")
    return " with ".join(records.tables[name].file for name in names if records.has(name))

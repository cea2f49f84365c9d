"""Burden by group and trend by month: the same numbers for parts of the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coproduce.findings import Table
from coproduce.methods.intervals import Interval, Moments, difference, mean, simultaneous, wilson
from coproduce.questions.audit.log import SQL, Log, month
from coproduce.questions.audit.totals import LEVEL, citizen_share, handoffs, other_share, waiting_share

DAY_MS = 86_400_000
ANY_GROUP = "group_1"
Row = tuple[str | int | float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """A burden of a case: its unit, and what the whole numbers of the engine are divided by."""

    unit: str
    divisor: int = 1


BURDENS: Mapping[str, Burden] = {
    "citizen_events": Burden(unit="steps per case"),
    "citizen_minutes": Burden(unit="minutes per case", divisor=1000),
    "handoffs_to_citizen": Burden(unit="hand-offs per case"),
    "citizen_left_waiting_days": Burden(unit="days per case", divisor=DAY_MS),
    "waited_for_citizen_days": Burden(unit="days per case", divisor=DAY_MS),
    "rework": Burden(unit="steps done again per case"),
}


def burden(log: Log, *, small_numbers: int) -> tuple[Table, dict[str, int]]:
    """Burdens by the values of each group column, and for each column the number of cases whose value changes."""
    rows: list[Row] = []
    changing: dict[str, int] = {}
    for place, group in enumerate(log.events.groups, start=1):
        column = f"group_{place}"
        log.engine.run((SQL / "groups.sql").read_text(encoding="utf-8").replace(ANY_GROUP, column))
        found = log.engine.named_rows(SQL / "burden.sql")
        for name in BURDENS:
            rows += _quantity(found, group=group, name=name, small_numbers=small_numbers)
        script = (SQL / "changing.sql").read_text(encoding="utf-8").replace(ANY_GROUP, column)
        changing[group] = log.engine.rows(script)[0][0]
    numbers = ("mean", "low", "high", "difference", "difference_low", "difference_high")
    table = Table(
        caption="Burden by group: the mean of a case, and its difference from all other cases together",
        columns=("group", "value", "quantity", "unit", "cases", *numbers, "note"),
        rows=tuple(rows),
        counts={"cases": numbers},
        adds_up=("group", "quantity"),
    )
    return table, changing


def _quantity(found: list[dict[str, Any]], *, group: str, name: str, small_numbers: int) -> Iterator[Row]:
    counted = "timed_cases" if name == "citizen_minutes" else "cases"
    parts = {
        row["value"]: Moments(n=row[counted], total=int(row[name]), squares=int(row[f"{name}_squares"]))
        for row in found
        if row[counted]
    }
    whole = Moments(
        n=sum(part.n for part in parts.values()),
        total=sum(part.total for part in parts.values()),
        squares=sum(part.squares for part in parts.values()),
    )
    if name == "citizen_minutes" and whole.total == 0:
        return
    burden = BURDENS[name]
    together = simultaneous(LEVEL, comparisons=len(parts))
    for value, part in parts.items():
        own, other = mean(part), difference(part, whole - part, level=together)
        numbers = (own.value, own.low, own.high, other.value, other.low, other.high)
        note = f"fewer than {small_numbers} cases" if part.n < small_numbers else None
        yield (
            group,
            value,
            name,
            burden.unit,
            part.n,
            *(number / burden.divisor for number in numbers),
            note,
        )


def trend(log: Log) -> Table:
    """One row a month and share: shares of steps and of time by the step's month, the rest by the case's first."""
    rows = [*_by_case(log), *_by_event(log)]
    return Table(
        caption="Trend by month",
        columns=("month", "quantity", "value", "low", "high", "cases"),
        rows=tuple(sorted(rows, key=lambda row: (str(row[1]), str(row[0])))),
        counts={"cases": ("value", "low", "high")},
    )


def _by_event(log: Log) -> Iterator[Row]:
    for row in log.engine.named_rows(SQL / "trend_events.sql"):
        waited = waiting_share(row)
        yield _month(row, "citizen_event_share", citizen_share(row))
        yield _month(row, "waited_for_citizen_share", waited)
        yield _month(row, "citizen_left_waiting_share", other_share(waited))


def _by_case(log: Log) -> Iterator[Row]:
    for row in log.engine.named_rows(SQL / "trend_cases.sql"):
        yield _month(row, "cases_with_citizen_share", wilson(row["cases_with_citizen"], row["cases"]))
        yield _month(row, "rework_case_share", wilson(row["rework_cases"], row["cases"]))
        yield _month(row, "handoffs_to_citizen_per_case", handoffs(row, to="citizen"))
        yield _month(row, "handoffs_to_organisation_per_case", handoffs(row, to="organisation"))


def _month(row: Mapping[str, Any], quantity: str, found: Interval) -> Row:
    return (month(row["month_number"]), quantity, found.value, found.low, found.high, row["cases"])

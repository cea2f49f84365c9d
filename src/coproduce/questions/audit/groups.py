"""Burden by group and trend by month: the same numbers for parts of the log."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coproduce.findings import Table
from coproduce.methods.intervals import Interval, Moments, difference, mean, simultaneous, wilson
from coproduce.questions.audit.log import SQL, Log, month
from coproduce.questions.audit.totals import (
    DAY_US,
    LEVEL,
    citizen_share,
    handoffs,
    other_share,
    waiting_share,
)

ANY_GROUP = "group_1"
SHARES_OF_CASES = (
    ("cases_with_citizen_share", "cases_with_citizen", "cases"),
    ("completed_with_essential_citizen_share", "essential_cases", "completed_cases"),
    ("rework_case_share", "rework_cases", "cases"),
)
"""A share, what is counted for it, and of what."""

Row = tuple[str | int | float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """A burden of a case: its unit, and how many of what the engine counts make one of it."""

    unit: str
    divisor: int = 1
    is_wait: bool = False


BURDENS: Mapping[str, Burden] = {
    "citizen_events": Burden(unit="steps per case"),
    "citizen_minutes": Burden(unit="minutes per case", divisor=1000),
    "handoffs_to_citizen": Burden(unit="hand-offs per case"),
    "citizen_left_waiting_days": Burden(unit="days per case", divisor=DAY_US, is_wait=True),
    "waited_for_citizen_days": Burden(unit="days per case", divisor=DAY_US, is_wait=True),
    "rework": Burden(unit="steps done again per case"),
}


def burden(log: Log) -> tuple[Table, dict[str, int]]:
    """Burdens by the values of each group column, and for each column the number of cases whose value changes."""
    rows: list[Row] = []
    changing: dict[str, int] = {}
    for place, group in enumerate(log.events.groups, start=1):
        script = (SQL / "groups.sql").read_text(encoding="utf-8")
        log.engine.run(script.replace(ANY_GROUP, f"group_{place}"))
        found = log.engine.named_rows(SQL / "burden.sql", unit_us=log.unit_us)
        for name in BURDENS:
            if name != "citizen_minutes" or "minutes" in log.events.columns:
                rows += _quantity(log, found, group=group, name=name)
        changing[group] = log.engine.rows(SQL / "changing.sql")[0][0]
    numbers = ("mean", "low", "high", "difference", "difference_low", "difference_high")
    table = Table(
        caption="Burden by group: the mean of a case, and its difference from all other cases together",
        columns=("group", "value", "quantity", "unit", "cases", *numbers, "note"),
        rows=tuple(rows),
        counts={"cases": numbers},
        adds_up=("group", "quantity"),
    )
    return table, changing


def _quantity(log: Log, found: list[dict[str, Any]], *, group: str, name: str) -> Iterator[Row]:
    counted = "timed_cases" if name == "citizen_minutes" else "cases"
    parts = {
        row["group_value"]: Moments(n=row[counted], total=int(row[name]), squares=int(row[f"{name}_squares"]))
        for row in found
        if row[counted]
    }
    whole = Moments(
        n=sum(part.n for part in parts.values()),
        total=sum(part.total for part in parts.values()),
        squares=sum(part.squares for part in parts.values()),
    )
    burden = BURDENS[name]
    divisor = burden.divisor // (log.unit_us if burden.is_wait else 1)
    together = simultaneous(LEVEL, comparisons=len(parts))
    for value, part in parts.items():
        own, other = mean(part), difference(part, whole - part, level=together)
        numbers = (own.value, own.low, own.high, other.value, other.low, other.high)
        note = f"fewer than {log.small_numbers} cases" if log.few(part.n) else None
        yield (
            group,
            value,
            name,
            burden.unit,
            part.n,
            *(number / divisor for number in numbers),
            note,
        )


def trend(log: Log, *, essential: Sequence[int]) -> Table:
    """One row a month and quantity: shares of steps and of time by the step's month, the rest by the case's first.

    `count` holds the cases behind a share of cases, and those with a citizen's step behind the share of steps.
    """
    rows = [*_by_case(log, essential), *_by_event(log)]
    return Table(
        caption="Trend by month",
        columns=("month", "quantity", "value", "low", "high", "cases", "count"),
        rows=tuple(sorted(rows, key=lambda row: (str(row[1]), str(row[0])))),
        counts={"cases": ("value", "low", "high", "count"), "count": ("value", "low", "high")},
    )


def _by_event(log: Log) -> Iterator[Row]:
    for row in log.ask("trend_events", unit_us=log.unit_us):
        acting, waited = citizen_share(row), waiting_share(row)
        yield from _month(row, "citizen_event_share", found=acting, count=row["cases_with_citizen"])
        yield from _month(row, "waited_for_citizen_share", found=waited)
        yield from _month(row, "citizen_left_waiting_share", found=other_share(waited))


def _by_case(log: Log, essential: Sequence[int]) -> Iterator[Row]:
    for row in log.ask("trend_cases", essential=list(essential)):
        for name, counted, of in SHARES_OF_CASES:
            found = wilson(row[counted], row[of])
            yield from _month(row, name, found=found, count=row[counted], cases=row[of])
        for side in ("citizen", "organisation"):
            yield from _month(row, f"handoffs_to_{side}_per_case", found=handoffs(row, to=side))


def _month(
    row: Mapping[str, Any],
    quantity: str,
    *,
    found: Interval,
    count: int | None = None,
    cases: int | None = None,
) -> Iterator[Row]:
    """The row of a month; none where there is nothing of which to take the share."""
    if not math.isnan(found.value):
        cells = (found.value, found.low, found.high)
        yield (month(row["month_number"]), quantity, *cells, row["cases"] if cases is None else cases, count)

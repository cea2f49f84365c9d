"""Open data: counts and sums only, each through the gate, as CSV that a spreadsheet opens as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from coproduce_web.choices import ClaimStatus
from coproduce_web.concern_counts import concern_counts
from coproduce_web.disclosure import counts as gate
from coproduce_web.disclosure import cross_counts
from coproduce_web.export.scope import Scope
from coproduce_web.models import Contribution, Decision
from coproduce_web.spreadsheets import lines

Line = Mapping[str, Any]


def contributions_by_month(scope: Scope) -> Iterator[Line]:
    """How many people gave how many hours in each month and phase; hours where enough people stand behind them."""
    rows = (
        Contribution.objects.filter(scope.within(), status=ClaimStatus.CONFIRMED)
        .annotate(month=TruncMonth("given_on"))
        .values("month", "side", "activity__phase__name")
        .annotate(persons=Count("actor", distinct=True), contributions=Count("pk"), minutes=Sum("minutes"))
        .order_by("month", "side", "activity__phase__name")
    )
    listed = list(rows)
    shown = gate(
        {place: row["persons"] for place, row in enumerate(listed)}, small_numbers=scope.service.small_numbers
    )
    for place, row in enumerate(listed):
        seen = shown.shown[place] is not None
        yield {
            "month": f"{row['month']:%Y-%m}",
            "side": row["side"],
            "phase": row["activity__phase__name"],
            "persons": shown.shown[place],
            "contributions": row["contributions"] if seen else None,
            "hours": round(row["minutes"] / 60, 2) if seen else None,
        }


def people_by_group(scope: Scope) -> Iterator[Line]:
    """How many people of each side told what of themselves, one thing at a time."""
    sides = dict(scope.actors.values_list("pk", "side"))
    for place, column in enumerate(scope.columns):
        cells: dict[tuple[str, str], int] = {}
        for actor, values in scope.told.items():
            key = (values[place] or "not told", sides[actor])
            cells[key] = cells.get(key, 0) + 1
        table = cross_counts(cells, small_numbers=scope.service.small_numbers)
        for (value, side), count in table.shown.items():
            yield {
                "column": column,
                "value": value,
                "side": side,
                "persons": count,
                "share_of_value": table.share(value, side),
            }


def decisions_by_result(scope: Scope) -> Iterator[Line]:
    """How many decisions came to what, by who proposed and who decided. They are public one by one."""
    rows = Decision.objects.filter(scope.within()).values("proposed_by", "decided_by", "rung", "result")
    yield from rows.annotate(decisions=Count("pk")).order_by("proposed_by", "decided_by", "rung", "result")


def concerns_by_kind(scope: Scope) -> Iterator[Line]:
    """How many worries of each kind, and where they stand; of one initiative, where they stand.

    They are the counts of the public pages, hidden as they are there: two ways of hiding would tell more than one.
    """
    counts = concern_counts(scope.service, at=timezone.now())
    if scope.initiative is not None:
        for standing, count in counts.place(scope.initiative.pk).items():
            yield {"evil": "", "status": standing, "concerns": count}
        return
    for (evil, standing), count in counts.by_kind.items():
        yield {"evil": evil or "another_harm", "status": standing, "concerns": count}


TABLES: Mapping[str, tuple[tuple[str, ...], Callable[[Scope], Iterator[Line]]]] = {
    "contributions": (
        ("month", "side", "phase", "persons", "contributions", "hours"),
        contributions_by_month,
    ),
    "people": (("column", "value", "side", "persons", "share_of_value"), people_by_group),
    "decisions": (("proposed_by", "decided_by", "rung", "result", "decisions"), decisions_by_result),
    "concerns": (("evil", "status", "concerns"), concerns_by_kind),
}
"""Each open table: its columns and its rows."""


def open_table(scope: Scope, name: str) -> Iterable[str]:
    """The lines of one open table."""
    columns, rows = TABLES[name]
    return lines(columns, rows(scope))


def write_open_data(scope: Scope, folder: Path) -> None:
    """Write every open table into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.writelines(open_table(scope, name))

"""The items of a survey: what each measures, and what its answers count as."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coproduce.errors import Fault, nearest
from coproduce.records.data import NUMBER, natural
from coproduce.vocabulary import FACETS

UNSCORED = frozenset({"select_multiple", "text", "date"})
SILENT = "-"
"""Stands among the values of an item where a choice counts as no answer."""
BARRIER_SIDES = ("citizen", "professional", "manager", "politician")
PARTS = {
    "active": (FACETS["phase"].values, FACETS["level"].values),
    "willing": (FACETS["phase"].values, FACETS["level"].values),
    "barrier": (BARRIER_SIDES, None),
    "motive": (None,),
}
"""The constructs whose names have parts, and what each part may be (anything where None)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One scored item.

    `counts` holds what each choice counts as (NaN for no answer); empty where answers are numbers already.
    """

    name: str
    construct: str
    label: str
    reverse: bool
    low: float | None
    high: float | None
    counts: Mapping[str, float]

    @property
    def middle(self) -> float | None:
        """The middle of its scale, where it has one."""
        return None if self.low is None or self.high is None else (self.low + self.high) / 2

    def score(self, value: str) -> float | None:
        """The number that an answer counts as: NaN for no answer, None where it is outside the scale."""
        number = self.counts.get(value) if self.counts else _number(value)
        if number is None or math.isnan(number):
            return number
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            return None
        both = None if self.low is None or self.high is None else self.low + self.high
        return both - number if self.reverse and both is not None else number

    def wanted(self) -> str:
        """What an answer may be, in words."""
        if self.counts:
            return f"one of the choices of '{self.name}': {', '.join(self.counts)}"
        low = "" if self.low is None else f" from {self.low:g}"
        high = "" if self.high is None else f" to {self.high:g}"
        return f"a number{low}{high}, as '{self.name}' is answered"


def _number(value: str) -> float | None:
    return float(value) if NUMBER.fullmatch(value) else None


def read_items(rows: Mapping[str, Any], *, file: str, first_row: int) -> tuple[tuple[Item, ...], list[Fault]]:
    """The scored items, and every fault of the table that only this question sees."""
    items: list[Item] = []
    faults: list[Fault] = []
    for place in range(len(rows["item"])):
        row = {name: _known(column[place]) for name, column in rows.items()}
        if row["construct"] is None:
            continue
        number = int(rows["row_number"][place]) + first_row - 1
        found = list(_faults(row))
        faults += [
            Fault(
                file=file,
                place=column,
                rule=rule,
                wanted=wanted,
                rows=((number, None if row[column] is None else str(row[column])),),
                hint=hint,
            )
            for column, rule, wanted, hint in found
        ]
        if not found:
            items.append(_item(row))
    return tuple(sorted(items, key=_place)), faults


def _place(item: Item) -> tuple[Any, ...]:
    """Where an item stands: by its construct, whose parts keep the order of the field's words, then by its name."""
    first, *rest = item.construct.split(".")
    known = (tuple(PARTS), *(part or () for part in PARTS.get(first, ())))
    places = [
        words.index(part) if part in words else len(words)
        for part, words in zip((first, *rest), known, strict=False)
    ]
    return places, natural(item.construct), natural(item.name)


def _known(cell: Any) -> Any:
    return None if cell is None or cell != cell else cell  # noqa: PLR0124 (NaN is not itself)


Wrong = tuple[str, str, str, str | None]
"""Column, rule, what would be right, nearest name."""


def _faults(row: Mapping[str, Any]) -> Iterator[Wrong]:
    yield from _wrong_construct(str(row["construct"]))
    if row["kind"] in UNSCORED:
        yield "kind", "scored", "select_one, integer, decimal or range, where an item has a construct", None
    choices, values = str(row["choices"] or "").split(), str(row["counts_as"] or "").split()
    if len(choices) != len(values):
        yield "counts_as", "length", f"one value for each of its {len(choices)} choices", None
    if any(value != SILENT and not NUMBER.fullmatch(value) for value in values):
        yield "counts_as", "number", f"numbers, or `{SILENT}` for no answer, parted by spaces", None
    if row["reverse"] == "yes" and not values and (row["low"] is None or row["high"] is None):
        yield "reverse", "scale", "`low` and `high` too, without which nothing can be reversed", None


def _wrong_construct(construct: str) -> Iterator[Wrong]:
    first, *rest = construct.split(".")
    if first not in PARTS:
        return
    parts = PARTS[first]
    shape = ".".join((first, *("<" + _part(first, place) + ">" for place in range(len(parts)))))
    if len(rest) != len(parts) or not all(rest):
        yield "construct", "name", f"a name like {shape}", None
        return
    for part, known in zip(rest, parts, strict=True):
        if known is not None and part not in known:
            yield "construct", "known", f"{shape}, that part one of {', '.join(known)}", nearest(part, known)


def _part(first: str, place: int) -> str:
    if first in {"active", "willing"}:
        return ("phase", "level")[place]
    return "motive" if first == "motive" else ("side", "what")[place]


def _item(row: Mapping[str, Any]) -> Item:
    choices, values = str(row["choices"] or "").split(), str(row["counts_as"] or "").split()
    counts = {
        choice: math.nan if value == SILENT else float(value)
        for choice, value in zip(choices, values, strict=True)
    }
    known = [number for number in counts.values() if not math.isnan(number)]
    low, high = row["low"], row["high"]
    return Item(
        name=str(row["item"]),
        construct=str(row["construct"]),
        label=str(row["label"] or row["item"]),
        reverse=row["reverse"] == "yes",
        low=min(known) if low is None and known else low,
        high=max(known) if high is None and known else high,
        counts=counts,
    )

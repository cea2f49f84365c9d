"""Tables as a page shows them: columns with names, numbers rounded, intervals beside their value, hidden cells said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coproduce.findings import Table
from coproduce.reports.rounding import MINUS, number, p_value, percent, quantity, told
from coproduce.reports.wording import CELLS, column_name, plain, quantity_name

FIRST_ROWS = 12
SPARE_ROWS = 3
HIDDEN = "–"
SHARE = re.compile(r"(^|_)(share|necessity)$")
SIDES = frozenset({"citizen", "professional", "organisation", "system"})
P_VALUE = re.compile(r"(^|_)p(_|$)")
LONG = 48
OF_UNIT = frozenset({"mean", "difference", "value", "estimate", "low", "high", "band_low", "band_high"})
JUDGEMENTS = frozenset({"yes", "no", "cannot_say"})
FORMULA = ("=", "+", "-", "@")

Value = bool | int | float | str | None
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text for reading, its raw content for copying, and how it looks."""

    text: str
    copy: str
    interval: str | None = None
    hidden: bool = False
    style: str | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column that is shown; the limits of its interval go into the same cells."""

    name: str
    label: str
    copy: str
    numeric: bool
    limits: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A run of rows under one caption; the label names its region for those who cannot see it."""

    caption: str
    label: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A table as it is shown: the first rows, and the rest to be opened."""

    caption: str
    columns: tuple[Column, ...]
    first: Rows
    rest: Rows | None
    hides: bool


def page_table(
    table: Table, *, only: Sequence[str] = (), words: Mapping[str, str] | None = None
) -> PageTable:
    """A finding's table for a page.

    Parameters
    ----------
    table
        The table.
    only
        The columns to show; all where left out. Columns that are wholly empty are left out.
    words
        What the question calls its columns, where that is not what others call them.

    Examples
    --------
    >>> table = Table(
    ...     caption="Shares",
    ...     columns=("side", "share", "share_low", "share_high"),
    ...     rows=(("citizen", 0.463, 0.45, 0.47),),
    ... )
    >>> shown = page_table(table)
    >>> [cell.text for cell in shown.first.rows[0]], shown.first.rows[0][1].interval
    (['citizen', '46%'], '45–47%')
    """
    records = table.records()
    columns = tuple(_columns(table, only=only, words=words or {}))
    rows = tuple(tuple(_cell(row, column, table=table) for column in columns) for row in records)
    folds = len(rows) > FIRST_ROWS + SPARE_ROWS
    first = rows[:FIRST_ROWS] if folds else rows
    caption = f"{table.caption} (first {FIRST_ROWS} of {number(len(rows))} rows)" if folds else table.caption
    rest = Rows(
        caption=f"{table.caption}: the other rows",
        label=f"{table.caption}: the other rows, table",
        rows=rows[FIRST_ROWS:],
    )
    return PageTable(
        caption=table.caption,
        columns=columns,
        first=Rows(caption=caption, label=f"{table.caption}: table", rows=first),
        rest=rest if folds else None,
        hides=any(cell.hidden for row in rows for cell in row),
    )


def crossed(table: Table, *, rows: str, columns: str, cells: str) -> Table:
    """A long table as a matrix.

    Examples
    --------
    >>> long = Table(
    ...     caption="", columns=("who", "rule", "counts"), rows=(("a", "x", "yes"), ("a", "y", "no"))
    ... )
    >>> crossed(long, rows="who", columns="rule", cells="counts").rows
    (('a', 'yes', 'no'),)
    """
    across = list(dict.fromkeys(str(value) for value in table.column(columns)))
    down: dict[Value, dict[str, Value]] = {}
    for row in table.records():
        down.setdefault(row[rows], {})[str(row[columns])] = row[cells]
    return Table(
        caption=table.caption,
        columns=(rows, *across),
        rows=tuple((name, *(found.get(key) for key in across)) for name, found in down.items()),
    )


def _columns(table: Table, *, only: Sequence[str], words: Mapping[str, str]) -> list[Column]:
    limits = _limits(table.columns)
    inside = {name for pair in limits.values() for name in pair}
    shown = [name for name in (only or table.columns) if name in table.columns and name not in inside]
    counted = {*table.counts}.union(*table.counts.values())
    return [
        Column(
            name=name,
            label=words.get(name) or column_name(_named(name, table)),
            copy="\t".join((name, *limits.get(name, ()))),
            numeric=all(isinstance(value, int | float) and not isinstance(value, bool) for value in values),
            limits=limits.get(name),
        )
        for name in shown
        if (values := [value for value in table.column(name) if value is not None]) or name in counted
    ]


def _named(name: str, table: Table) -> str:
    """A column of labels is headed by what it labels."""
    return (
        next((key for key in ("definition", "typology") if key in table.columns), name)
        if name == "label"
        else name
    )


def _limits(columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Which columns are the limits of which: those called low and high stand behind their value or its error.

    Limits with a name of their own (``band_low``) belong to a value of that name only.
    """
    found = {}
    for place, (low, high) in enumerate(pairwise(columns)):
        name, end = low.rpartition("_")[::2]
        if end == "low" and high == f"{name}_high".removeprefix("_") and place:
            value = columns[place - 1] if columns[place - 1] != "se" else columns[max(0, place - 2)]
            if not name or value == name or value.startswith(f"{name}_"):
                found[value] = (low, high)
    return found


def _cell(row: Row, column: Column, *, table: Table) -> Cell:
    value = row[column.name]
    copied = "\t".join(_copied(row[name]) for name in (column.name, *(column.limits or ())))
    style = "num" if column.numeric else None
    if value is None:
        hidden = _is_hidden(row, column.name, table=table)
        return Cell(text=HIDDEN if hidden else "", copy=copied, hidden=hidden, style=style)
    if isinstance(value, bool | str):
        return _worded(value=value, column=column, copied=copied)
    text, interval = _numbers(row, column)
    return Cell(text=text, copy=copied, interval=interval, style=style)


def _worded(*, value: bool | str, column: Column, copied: str) -> Cell:
    word = ("yes" if value else "no") if isinstance(value, bool) else value
    if word in JUDGEMENTS and isinstance(value, str):
        mark = {"yes": "✓ yes", "no": "✗ no"}.get(word, "? cannot say")
        return Cell(text=mark, copy=copied, style=word.replace("_", "-"))
    text = quantity_name(word) if column.name == "quantity" else CELLS.get(word, word)
    text = plain(word) if column.name == "group" else text
    style = "long" if len(text) > LONG else None
    return Cell(text=text, copy=copied, side=word if word in SIDES else None, style=style)


def _copied(value: Value) -> str:
    """The raw content, guarded against being run as a formula where it is pasted."""
    if isinstance(value, str):
        flat = " ".join(value.split())
        return f"'{flat}" if flat.startswith(FORMULA) else flat
    return "" if value is None else str(value)


def _is_hidden(row: Row, name: str, *, table: Table) -> bool:
    """Whether an empty cell is a small number, or was emptied with one."""
    return any(
        row[count] is None and (name == count or name in with_it) for count, with_it in table.counts.items()
    )


def _unit(row: Row, name: str) -> str:
    if SHARE.search(name):
        return "proportion"
    if isinstance(row.get("unit"), str) and name in OF_UNIT:
        return str(row["unit"])
    if isinstance(row.get("quantity"), str) and name == "value":
        return "proportion" if str(row["quantity"]).endswith("_share") else "number"
    return "number"


def _numbers(row: Row, column: Column) -> tuple[str, str | None]:
    limits = [row[name] for name in column.limits or ()]
    value = row[column.name]
    known = [float(each) for each in (value, *limits) if isinstance(each, int | float)]
    if len(known) == 3:
        unit = _unit(row, column.name)
        texts, _ = quantity(known, unit if unit == "proportion" else "number")
        return texts[0], between(texts[1], texts[2])
    if P_VALUE.search(column.name) and 0 <= known[0] <= 1:
        return p_value(known[0]), None
    if _unit(row, column.name) == "proportion":
        return percent(known[0]), None
    return told(known[0], "days") if column.name.endswith("_days") else number(known[0]), None


def between(low: str, high: str) -> str:
    """An interval in few signs.

    Examples
    --------
    >>> between("45%", "47%"), between("−3", "1")
    ('45–47%', '−3 to 1')
    """
    if MINUS in low + high or "r" in low + high:  # 'under 0.1%' is no place for a dash
        return f"{low} to {high}"
    return f"{low.removesuffix('%') if high.endswith('%') else low}–{high}"

"""The rows of a table in the engine: kept, typed, counted, and shown by the number that a person gives them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from coproduce.errors import SHOWN_ROWS
from coproduce.records.columns import ROW_NUMBER, Bound
from coproduce.records.engine import Engine, quoted
from coproduce.records.patterns import matches
from coproduce.records.schema import Column
from coproduce.records.staging import RawColumn
from coproduce.records.values import SQL_TYPES, Cell, kind

K = TypeVar("K", bound=Hashable)
LONGEST_SHOWN = 200
Shown = tuple[tuple[int, str | None], ...]


def cell(bound: Bound, column: str, *, zoned: bool | None = None) -> Cell:
    """How the cells of a column are read in the source."""
    source, time_format = bound.columns[column], _time_format(bound, column)
    return Cell(raw=source.sql, sql_type=source.type, time_format=time_format, zoned=zoned)


def checked_cell(bound: Bound, column: str) -> Cell:
    """How the cells of a column are read among the `Rows` to check."""
    read = cell(bound, column)
    return replace(read, raw=f"raw_{column}", trimmed=_is_trimmed(bound, column))


def _time_format(bound: Bound, column: str) -> str | None:
    return bound.settings.time_format if bound.schema.column(column).type == "time" else None


def _is_trimmed(bound: Bound, column: str) -> bool:
    """Whether a column is trimmed before it is checked: a text that is to become something else."""
    return bound.schema.column(column).type != "text" and kind(bound.columns[column].type) == "text"


def view(bound: Bound, *, zoned: Mapping[str, bool]) -> str:
    """SQL for the view of a table that was checked: every column of its schema, its groups, its free columns."""
    selected = [ROW_NUMBER]
    for column in bound.schema.columns:
        there = column.name in bound.columns
        value = _checked_value(bound, column, zoned=zoned.get(column.name)) if there else "NULL"
        selected.append(f"CAST({value} AS {SQL_TYPES[column.type]}) AS {column.name}")
    for place, raw in enumerate(bound.groups.values(), start=1):
        selected.append(f"{_text(raw)} AS group_{place}")
    selected += [f"{_free(raw)} AS {quoted(name)}" for name, raw in bound.free.items()]
    return f"SELECT {', '.join(selected)} FROM {bound.source.scan}{_kept(bound)}"


def _checked_value(bound: Bound, column: Column, *, zoned: bool | None) -> str:
    """SQL for a typed cell; a text that must be there was found to be there, and is not looked at again."""
    read = cell(bound, column.name, zoned=zoned)
    if column.required and column.type == "text" and read.kind == "text":
        return read.raw
    return read.value(column.type)


def _text(raw: RawColumn) -> str:
    return f"CAST({Cell(raw=raw.sql, sql_type=raw.type).value('text')} AS VARCHAR)"


def _free(raw: RawColumn) -> str:
    """SQL for a column of the study's own: as it came, but blank texts are missing, and times are in UTC."""
    if kind(raw.type) == "text":
        return _text(raw)
    return f"TRY_CAST({raw.sql} AS TIMESTAMP)" if raw.type.endswith("ZONE") else raw.sql


def _kept(bound: Bound) -> str:
    """The WHERE clause of ``keep``: a row stays where each column named there is like one of its patterns."""
    conditions = [
        matches(_text(raw), patterns)
        for column, patterns in bound.settings.keep.items()
        if (raw := bound.raw(column)) is not None
    ]
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


class Rows:
    """The rows of a table as they are checked.

    Each of its columns is there twice: typed, under its own name, and as it came, under ``raw_`` and its name (trimmed
    where its text is to become something else).
    """

    def __init__(self, bound: Bound, engine: Engine) -> None:
        self._engine = engine
        self._before = bound.source.first_row - 1
        raw = [
            f"{cell(bound, name).text if _is_trimmed(bound, name) else column.sql} AS raw_{name}"
            for name, column in bound.columns.items()
        ]
        typed = [
            f"{checked_cell(bound, name).value(bound.schema.column(name).type)} AS {name}"
            for name in bound.columns
        ]
        source = f"SELECT {', '.join([ROW_NUMBER, *raw])} FROM {bound.source.scan}{_kept(bound)}"
        self._sql = f"(SELECT {', '.join(['*', *typed])} FROM ({source}))"

    def counts(self, conditions: Mapping[K, str]) -> tuple[int, dict[K, int]]:
        """The number of rows, and of those where each condition is true; all in one scan."""
        counted = ", ".join(["count(*)", *(f"count(*) FILTER ({sql})" for sql in conditions.values())])
        rows, *counts = self._engine.rows(f"SELECT {counted} FROM {self._sql}")[0]
        return rows, dict(zip(conditions, counts, strict=True))

    def count(self, condition: str) -> int:
        """The number of rows where a condition is true, which may look into other tables."""
        return int(self._engine.rows(f"SELECT count(*) FROM {self._sql} WHERE {condition}")[0][0])

    def first(self, condition: str, *, shown: str) -> Shown:
        """The first rows where a condition is true, and what a column of them holds."""
        held = f"left(CAST({shown} AS VARCHAR), {LONGEST_SHOWN})"
        return self._first(f"SELECT row_number, {held} FROM {self._sql} WHERE {condition}")

    def repeats(self, key: Sequence[str]) -> int:
        """How many rows have a key that another row has already."""
        keys = ", ".join(key)
        counted = f"SELECT count(*) AS times FROM {self._sql} GROUP BY {keys} HAVING count(*) > 1"
        return int(self._engine.rows(f"SELECT coalesce(sum(times - 1), 0) FROM ({counted})")[0][0])

    def repeated(self, key: Sequence[str]) -> Shown:
        """The first of these rows, and their keys."""
        keys = ", ".join(key)
        place = f"row_number() OVER (PARTITION BY {keys} ORDER BY row_number)"
        shown = f"concat_ws(', ', {keys})"
        return self._first(f"SELECT row_number, {shown} FROM {self._sql} QUALIFY {place} > 1")

    def strangers(self, column: str, *, others: Rows, key: str) -> str:
        """SQL that is true where a column holds what `key` of the other table does not."""
        return f"{column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {others._sql} WHERE {key} IS NOT NULL)"

    def _first(self, query: str) -> Shown:
        found = self._engine.rows(f"{query} ORDER BY row_number LIMIT {SHOWN_ROWS}")
        return tuple((number + self._before, shown) for number, shown in found)

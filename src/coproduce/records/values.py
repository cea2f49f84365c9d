"""Cells as typed values: the SQL that reads a raw column as a column of a table, and what it may not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coproduce.records.engine import literal
from coproduce.records.schema import Column, Type

Kind = Literal["text", "whole", "number", "truth", "time", "nothing", "other"]

SQL_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "time": "TIMESTAMP",
}
READABLE: dict[Type, frozenset[Kind]] = {
    "text": frozenset({"text", "whole", "number", "truth", "time", "nothing"}),
    "integer": frozenset({"text", "whole", "number", "nothing"}),
    "number": frozenset({"text", "whole", "number", "nothing"}),
    "time": frozenset({"text", "time", "nothing"}),
}
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "whole"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "whole"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), "number"),
    **dict.fromkeys(("VARCHAR", "ENUM", "UUID"), "text"),
    "BOOLEAN": "truth",
    "DATE": "time",
    '"NULL"': "nothing",
}
HOUR = r"([01]\d|2[0-3])"
ISO_TIME = rf"\d{{4}}-\d{{2}}-\d{{2}}([T ]{HOUR}:\d{{2}}(:\d{{2}}(\.\d+)?)?(Z|[+-]{HOUR}(:?[0-5]\d)?)?)?"
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
WHOLE_NUMBER = r"[+-]?\d+(\.0*)?"
DECIMAL_COMMA = r"[+-]?\d+,\d+"
BLANKS = literal(" \t\r\n\u00a0")
FIRST_YEAR, LAST_YEAR = 1900, 2100


def kind(sql_type: str) -> Kind:
    """What a raw column's type is to us.

    Examples
    --------
    >>> [
    ...     kind(name)
    ...     for name in ("VARCHAR", "DECIMAL(5,2)", "TIMESTAMP WITH TIME ZONE", "STRUCT(x BIGINT)", "DATE[]")
    ... ]
    ['text', 'number', 'time', 'other', 'other']
    """
    if sql_type.endswith("]"):
        return "other"
    name = sql_type.split("(", maxsplit=1)[0]
    return "time" if name.startswith("TIMESTAMP") else KINDS.get(name, "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How the cells of one raw column are read.

    `raw` is SQL for the raw value, `sql_type` its type; `trimmed` says that a text has lost its blanks. `zoned` says
    for text whether its times carry an offset, once that is known for all of them; the reading is then the quick one.
    """

    raw: str
    sql_type: str
    time_format: str | None = None
    zoned: bool | None = None
    trimmed: bool = False

    @property
    def kind(self) -> Kind:
        """What the raw column's type is to us."""
        return kind(self.sql_type)

    @property
    def text(self) -> str:
        """The cell without the blanks around it. Most texts have none, and a CASE spares the engine their trim."""
        if self.trimmed:
            return self.raw
        as_text = f"CAST({self.raw} AS VARCHAR)"
        tight = f"{as_text} >= '!' AND {as_text} < chr(127) AND right({as_text}, 1) BETWEEN '!' AND '~'"
        return f"CASE WHEN {tight} THEN {as_text} ELSE trim({as_text}, {BLANKS}) END"

    def missing(self) -> str:
        """SQL: whether the cell is empty."""
        match self.kind:
            case "text":
                return f"({self.raw} IS NULL OR NOT ({self._says_something()}))"
            case "number":
                return f"({self.raw} IS NULL OR isnan(CAST({self.raw} AS DOUBLE)))"
            case _:
                return f"{self.raw} IS NULL"

    def value(self, wanted: Type) -> str:
        """SQL: the cell as a value of the wanted type; null where it is empty or is none."""
        match wanted:
            case "text":
                return self._as_text()
            case "time":
                return self._as_time()
            case "integer":
                return self._as_number(WHOLE_NUMBER, whole=True)
            case "number":
                return self._as_number(NUMBER, whole=False)

    def _says_something(self) -> str:
        """SQL: whether a text is more than blanks.

        Most texts show it by their first letter; only a CASE spares the engine the trim of these.
        """
        as_text = f"CAST({self.raw} AS VARCHAR)"
        return f"CASE WHEN {as_text} >= '!' AND {as_text} < chr(127) THEN TRUE ELSE {self.text} <> '' END"

    def _as_text(self) -> str:
        as_text = f"CAST({self.raw} AS VARCHAR)"
        match self.kind:
            case "text":
                return f"CASE WHEN {self._says_something()} THEN {as_text} END"
            case "number":  # a table with gaps turns the id 7 into 7.0 before it comes here
                return f"CASE WHEN NOT {self.missing()} THEN regexp_replace({as_text}, '\\.0+$', '') END"
            case _:
                return as_text

    def _as_number(self, pattern: str, *, whole: bool) -> str:
        sql_type = SQL_TYPES["integer" if whole else "number"]
        if self.kind == "text":
            # A cast alone would round 3.5 to 4, and take 1_000 for a number.
            number = f"regexp_replace({self.text}, '\\.0*$', '')" if whole else self.text
            read = f"TRY_CAST({number} AS {sql_type})"
            fits = f"regexp_full_match({self.text}, {literal(pattern)})"
            finite = f"isfinite(TRY_CAST({self.text} AS DOUBLE))"  # 1e999 is not
            return f"CASE WHEN {fits} AND {finite} THEN {read} END"
        number = f"CAST({self.raw} AS DOUBLE)"
        fits = f"isfinite({number})" + (f" AND {number} = trunc({number})" if whole else "")
        return f"CASE WHEN {fits} THEN TRY_CAST({self.raw} AS {sql_type}) END"

    def _as_time(self) -> str:
        if self.kind != "text":
            read = f"TRY_CAST({self.raw} AS TIMESTAMP)"  # a year may be too large for one
            return f"CASE WHEN isfinite({read}) THEN {read} END"
        if self.time_format is not None:
            return f"CAST(try_strptime({self.text}, {literal(self.time_format)}) AS TIMESTAMP)"
        # Cast to a time without a zone, an offset would be thrown away.
        with_offset = f"CAST(TRY_CAST({self.text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        without = f"TRY_CAST({self.text} AS TIMESTAMP)"
        match self.zoned:
            case None:
                read = f"CASE WHEN {self.has_offset()} THEN {with_offset} ELSE {without} END"
                return f"CASE WHEN regexp_full_match({self.text}, {literal(ISO_TIME)}) THEN {read} END"
            case True:
                return with_offset
            case False:
                return without

    def has_clock(self) -> str:
        """SQL: whether a text holds more than a date."""
        return f"length({self.text}) > 10"

    def has_offset(self) -> str:
        """SQL: whether a text's time carries an offset."""
        clock = f"substr({self.text}, 11)"
        return f"(contains({clock}, '+') OR contains({clock}, '-') OR suffix({clock}, 'Z'))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that every cell of a column must fulfil: SQL that is true where it does not."""

    column: str
    rule: str
    broken: str
    wanted: str
    hint: str | None = None


def requirements(column: Column, cell: Cell) -> Iterator[Requirement]:
    """What the cells of a column must fulfil; the SQL names the typed value by the column's own name."""
    name, wanted, missing = column.name, column.wanted(), cell.missing()
    if column.required:
        yield Requirement(column=name, rule="required", broken=missing, wanted=f"{wanted}, not empty")
    if column.type != "text":
        broken = f"NOT ({missing}) AND {name} IS NULL"
        yield Requirement(column=name, rule=column.type, broken=broken, wanted=_wanted(column, cell))
    if column.values:
        allowed = ", ".join(map(literal, column.values))
        yield Requirement(column=name, rule="values", broken=f"{name} NOT IN ({allowed})", wanted=wanted)
    if column.minimum is not None:
        yield Requirement(column=name, rule="minimum", broken=f"{name} < {column.minimum!r}", wanted=wanted)
    if column.maximum is not None:
        yield Requirement(column=name, rule="maximum", broken=f"{name} > {column.maximum!r}", wanted=wanted)
    if column.type == "time":
        yield Requirement(
            column=name,
            rule="years",
            broken=f"year({name}) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}",
            wanted=f"a time between {FIRST_YEAR} and {LAST_YEAR}",
        )


def _wanted(column: Column, cell: Cell) -> str:
    if column.type == "time" and cell.time_format is not None:
        return f"a time written as {cell.time_format}"
    return column.wanted()

"""An analysis-ready table in memory: one file of an analyst's own, or what a query makes of a study's tables.

What a question reads of it goes through a `Reading`, which collects every fault and tells them at once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import SHOWN_ROWS, Fault, RecordsError, StudyError, nearest
from coproduce.records.readers.csv_layout import faults_of_names
from coproduce.records.readers.frames import NAME as IN_MEMORY
from coproduce.records.reading import read_data
from coproduce.records.settings import FILE, TableSettings, label_of
from coproduce.records.staging import RawColumn
from coproduce.records.values import kind

if TYPE_CHECKING:
    from coproduce.records.opening import Records

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DIGITS = re.compile(r"([0-9]+)")
LARGEST = 1e50
"""Nothing that is measured is larger, and the sums of powers of larger numbers end in infinity."""

NOT_KNOWN = frozenset({"NA", "NaN", "nan", "."})
"""What R, Python and Stata write where a value is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A table in memory, its columns as they came: texts or numbers, None where a cell is empty.

    Parameters
    ----------
    file
        What a message calls it.
    columns
        Name -> its cells, all of one length.
    rows
        How many rows there are.
    row_numbers
        The number that a person gives each row.
    sha256
        The fingerprint of the file; None where there is none.
    notes
        What a reader decided, in plain sentences.
    """

    file: str
    columns: Mapping[str, NDArray[Any]]
    rows: int
    row_numbers: NDArray[np.int64]
    sha256: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.columns)


def open_data(
    records: Records, path: str, *, at: str, delimiter: str | None = None, encoding: str | None = None
) -> Data:
    """Read an analyst's own file (CSV or Parquet in the study's folder), or a table that was handed over in memory.

    Its rows are ordered by all its columns, so that nothing that is found depends on the order in which they lay.

    Parameters
    ----------
    records
        The study whose folder the file lies in; it remembers what was read.
    path
        The file as the setting names it.
    at
        The dotted key of the block of settings, such as ``questions.effects.results``.
    delimiter, encoding
        How a CSV is written, where that cannot be told.

    Raises
    ------
    StudyError
        If the path leads out of the study's folder, or nothing is there.
    RecordsError
        If the file cannot be read as what it is.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from pathlib import Path
    >>> from coproduce.records.engine import Engine
    >>> from coproduce.records.opening import Records
    >>> from coproduce.records.settings import Head
    >>> from coproduce.records.study import Study
    >>> study = Study(
    ...     head=Head(title="A trial", service="care"),
    ...     folder=Path(),
    ...     tables={},
    ...     frames={"trial": pa.table({"arm": [0.0, 1.0], "visits": ["3", "NA"]})},
    ... )
    >>> with Engine() as engine:
    ...     records = Records(study=study, engine=engine, tables={})
    ...     data = open_data(records, "trial", at="questions.effects.trial")
    >>> reading = Reading(data, at="questions.effects.trial")
    >>> reading.label("arm", key="arm").tolist(), reading.number("visits", key="outcome").tolist()
    (['0', '1'], [3.0, nan])
    >>> reading.done()
    """
    if path not in records.data:
        settings = TableSettings(path=path, delimiter=delimiter, encoding=encoding)
        source = read_data(records.study, settings, engine=records.engine.local, key=f"{at}.data")
        held = [f"{_held(column)} AS {column.sql}" for column in source.columns]
        file = IN_MEMORY if path in records.study.frames else path
        if faults := faults_of_names([column.name for column in source.columns], name=file):
            raise RecordsError(*faults)
        if not source.rows:
            raise RecordsError(Fault(file=file, rule="empty", found="no rows", wanted="a row at least"))
        order = [*(column.sql for column in source.columns), "row_number"]
        columns = records.engine.local.columns(
            f"SELECT {', '.join(['row_number', *held])} FROM {source.scan} ORDER BY {', '.join(order)}"
        )
        numbers = columns.pop("row_number").astype(np.int64) + source.first_row - 1
        records.data[path] = Data(
            file=file,
            columns={column.name: columns[column.sql] for column in source.columns},
            rows=source.rows,
            row_numbers=numbers,
            sha256=source.sha256,
            notes=source.notes,
        )
    return records.data[path]


def _held(column: RawColumn) -> str:
    """SQL for a column as it is held: lists and the like, which no method takes, as text."""
    return f"CAST({column.sql} AS VARCHAR)" if kind(column.type) == "other" else column.sql


def table_data(records: Records, table: str) -> Data:
    """One of a study's small tables in memory, its rows in an order that does not depend on that of the file."""
    opened = records.tables[table]
    return query_data(records, f"SELECT * FROM {table} ORDER BY {opened.order}", file=opened.file)


def by_name(data: Data, column: str) -> Data:
    """The rows by the names in one column as people order them, with 2 before 10; equal names keep their order."""
    if column not in data.columns:
        return data
    order = np.array(
        sorted(
            range(data.rows), key=[natural(_text(cell) or "") for cell in data.columns[column]].__getitem__
        ),
        dtype=np.int64,
    )
    return replace(
        data,
        columns={name: cells[order] for name, cells in data.columns.items()},
        row_numbers=data.row_numbers[order],
    )


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """What names are ordered by so that 2 stands before 10, and capital letters do not count.

    Examples
    --------
    >>> sorted(["area 10", "area 2", "Area 1"], key=natural)
    ['Area 1', 'area 2', 'area 10']
    """
    parts = [
        part.lstrip("0") if place % 2 else part for place, part in enumerate(DIGITS.split(name.casefold()))
    ]
    return (*((len(part) if place % 2 else 0, part) for place, part in enumerate(parts)), (0, name))


def query_data(records: Records, sql: str, *, file: str) -> Data:
    """What a query makes of a study's open tables; rows are numbered by its column ``row_number``, if it has one.

    Parameters
    ----------
    records
        The study, its tables open.
    sql
        A query over the tables' views; its order is the order of the rows.
    file
        What a message calls the result.
    """
    columns = records.engine.columns(sql)
    rows = len(next(iter(columns.values()), ()))
    numbers = columns.pop("row_number", np.arange(1, rows + 1))
    numbers = numbers + next(
        (table.first_row - 1 for table in records.tables.values() if table.file == file), 0
    )
    return Data(file=file, columns=columns, rows=rows, row_numbers=numbers.astype(np.int64))


@dataclass(slots=True)
class Reading:
    """Reads columns of a table by the names that settings give them, and collects every fault on the way.

    A column with a fault is read as missing, so that reading can go on; `done` then raises all faults at once.
    """

    data: Data
    at: str = ""
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def has(self, column: str) -> bool:
        """Whether the table has that column."""
        return column in self.data.columns

    def number(self, column: str, *, key: str) -> Numbers:
        """A column as numbers, NaN where a cell is empty (or holds NA, as R writes it, which is noted)."""
        cells = self._cells(column, key=key)
        found = (
            np.asarray(cells, dtype=np.float64) if cells.dtype.kind in "iufb" else self._parsed(column, cells)
        )
        vast = np.abs(found) >= LARGEST
        self._refuse(column, np.flatnonzero(vast).tolist(), wanted=f"a number below {LARGEST:g}", rule="size")
        return np.where(vast, np.nan, found)

    def _parsed(self, column: str, cells: NDArray[Any]) -> Numbers:
        """Texts as numbers; those that are none are faults."""
        found, broken = np.full(len(cells), np.nan), []
        for place, cell in enumerate(cells):
            text = "" if cell is None else str(cell).strip()
            if NUMBER.fullmatch(text):
                found[place] = float(text)
            elif text in NOT_KNOWN:
                self._note(column, text)
            elif text:
                broken.append(place)
        self._refuse(column, broken, wanted="a number, or nothing where it is not known", rule="number")
        return found

    def text(self, column: str, *, key: str) -> Texts:
        """A column as texts as they stand, None where a cell is empty."""
        return _object([_text(cell) for cell in self._cells(column, key=key)])

    def label(self, column: str, *, key: str) -> Texts:
        """A column as labels, None where a cell is empty or NA: 0, 0.0 and "0" are one; near-doubles are a fault."""
        texts = [_text(cell) for cell in self._cells(column, key=key)]
        for text in NOT_KNOWN.intersection(filter(None, texts)):
            self._note(column, text)
        known = [text for text in dict.fromkeys(texts) if text is not None and text not in NOT_KNOWN]
        if all(NUMBER.fullmatch(text) for text in known):
            names = {text: label_of(float(text)) for text in known}
        else:
            names = {text: text for text in known}
            self._near_doubles(column, known)
        return _object([names.get(text) if text is not None else None for text in texts])

    def refuse(self, column: str, places: Iterable[int], *, wanted: str, rule: str = "value") -> None:
        """Note a fault of some rows of a column, such as a negative variance."""
        self._refuse(column, list(places), wanted=wanted, rule=rule)

    def done(self) -> None:
        """Raise every fault that was found.

        Raises
        ------
        StudyError
            If all of them are faults of the settings.
        RecordsError
            If any is a fault of the table.
        """
        if self.faults:
            kind = StudyError if all(fault.file == FILE for fault in self.faults) else RecordsError
            raise kind(*self.faults)

    def _cells(self, column: str, *, key: str) -> NDArray[Any]:
        if column in self.data.columns:
            return self.data.columns[column]
        there = (
            "There are: " + ", ".join(self.data.names[:20]) + ("." if len(self.data.names) <= 20 else ", …")
        )
        fault = Fault(
            file=FILE,
            place=f"{self.at}.{key}",
            rule="column",
            found=column,
            wanted=f"a column that is in {self.data.file}",
            hint=nearest(column, self.data.names) or there,
        )
        if fault not in self.faults:
            self.faults.append(fault)
        return _object([None] * self.data.rows)

    def _refuse(self, column: str, places: Sequence[int], *, wanted: str, rule: str) -> None:
        if not places:
            return
        cells, numbers = self.data.columns[column], self.data.row_numbers
        first = sorted(places, key=lambda place: int(numbers[place]))[:SHOWN_ROWS]
        shown = tuple((int(numbers[place]), _text(cells[place])) for place in first)
        self.faults.append(
            Fault(file=self.data.file, place=column, rule=rule, wanted=wanted, count=len(places), rows=shown)
        )

    def _note(self, column: str, text: str) -> None:
        note = f"'{text}' in the column '{column}' was read as not known."
        if note not in self.notes:
            self.notes.append(note)

    def _near_doubles(self, column: str, known: Iterable[str]) -> None:
        alike: dict[str, list[str]] = defaultdict(list)
        for text in known:
            alike["".join(text.casefold().split())].append(text)
        self.faults += [
            Fault(
                file=self.data.file,
                place=column,
                rule="labels",
                found=" and ".join(map(repr, same)),
                wanted="one way of writing each label (these differ only by spaces or capital letters)",
            )
            for same in alike.values()
            if len(same) > 1
        ]


def _text(cell: object) -> str | None:
    """A cell as text; None where it is empty. A number loses the point that gaps in a table gave it."""
    if cell is None or cell is np.ma.masked or cell != cell:  # noqa: PLR0124 (NaN and NaT are not themselves)
        return None
    cell = bool(cell) if isinstance(cell, np.bool_) else cell
    text = str(label_of(cell) if isinstance(cell, float | np.floating | bool) else cell)
    return text if text.strip() else None


def _object(cells: Sequence[object]) -> Texts:
    found = np.empty(len(cells), dtype=object)
    found[:] = cells
    return found

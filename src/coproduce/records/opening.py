"""Open a study's records: read, check, and make a view of every table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from coproduce.errors import RecordsError, StudyError
from coproduce.records.check import Checked, checked_tables
from coproduce.records.columns import ROW_NUMBER
from coproduce.records.data import Data
from coproduce.records.engine import Engine, quoted
from coproduce.records.rows import view
from coproduce.records.schema import TABLES
from coproduce.records.settings import FILE
from coproduce.records.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTable:
    """One table, open in the engine.

    Parameters
    ----------
    name
        The table's name, which is also that of its view in the engine.
    file
        The file as the study names it.
    rows
        How many rows the view has.
    first_row
        The number that a person gives its first row; in a CSV the header is row 1.
    sha256
        The fingerprint of the file; None for a table of a database or in memory.
    columns
        The table's own columns that are there; the others are empty in the view.
    groups
        The study's group columns that this table has; the view calls them group_1, group_2, … in this order.
    free
        The other columns that the view has, under their own names; the group columns are among them.
    notes
        What was taken for granted when it was read, in plain sentences.
    """

    name: str
    file: str
    rows: int
    first_row: int
    sha256: str | None
    columns: frozenset[str]
    groups: tuple[str, ...]
    free: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def order(self) -> str:
        """SQL for ORDER BY in which rows stand the same however they lay in the file: by the key, else by all."""
        schema = TABLES[self.name]
        columns = schema.key or (*schema.names, *map(quoted, self.free))
        return ", ".join((*columns, ROW_NUMBER))


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A study's tables, open in an engine; `data` keeps the analysts' own files that questions have read."""

    study: Study
    engine: Engine
    tables: Mapping[str, OpenTable]
    data: dict[str, Data] = field(default_factory=dict)

    def has(self, table: str) -> bool:
        """Whether that table is open."""
        return table in self.tables


def open_records(study: Study, engine: Engine, *, only: Collection[str] | None = None) -> Records:
    """Read and check a study's tables, and make a view of each.

    A view has every column of its table's schema, typed (a column that is not there is empty), ``row_number``, the
    group columns as text, and, where the table may have them, every other column under its own name.

    Parameters
    ----------
    study
        The study.
    engine
        The engine that the views are made in.
    only
        The tables to open; all of them where left out.

    Raises
    ------
    RecordsError
        With every fault of every table at once (`StudyError` where all of them are faults of ``study.toml``).

    Examples
    --------
    >>> import pyarrow as pa
    >>> from pathlib import Path
    >>> from coproduce.records.settings import EventsSettings, Head
    >>> log = pa.table({"case": ["A"], "activity": ["Ask"], "timestamp": ["2026-03-01T10:00:00+01:00"]})
    >>> study = Study(
    ...     head=Head(title="A log", service="care"),
    ...     folder=Path(),
    ...     tables={"events": EventsSettings(path="(in memory)")},
    ...     frames={"events": log},
    ... )
    >>> with Engine() as engine:
    ...     records = open_records(study, engine)
    ...     engine.rows("SELECT row_number, case_id, activity, occurred_at, minutes FROM events")
    [(1, 'A', 'Ask', datetime.datetime(2026, 3, 1, 9, 0), None)]
    """
    tables, faults = checked_tables(study, engine, only=only)
    if faults:
        kind = StudyError if all(fault.file == FILE for fault in faults) else RecordsError
        raise kind(*faults)
    for name, table in tables.items():
        engine.run(f"CREATE OR REPLACE VIEW {name} AS {view(table.bound, zoned=table.zoned)}")
    return Records(
        study=study, engine=engine, tables={name: _opened(name, table) for name, table in tables.items()}
    )


def _opened(name: str, table: Checked) -> OpenTable:
    bound = table.bound
    return OpenTable(
        name=name,
        file=bound.file,
        rows=table.rows,
        first_row=bound.source.first_row,
        sha256=bound.source.sha256,
        columns=frozenset(bound.columns),
        groups=tuple(bound.groups),
        free=tuple(bound.free),
        notes=(*bound.source.notes, *bound.notes, *table.notes),
    )

"""SQLite files, opened to be read only: a table of one, or an OCEL 2.0 log or coded passages in one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from coproduce.errors import Fault, RecordsError, first_of, nearest
from coproduce.records.engine import Engine, quoted
from coproduce.records.readers.coded_sqlite import COLUMNS, coded_passages, notes_of
from coproduce.records.readers.ocel import Ocel
from coproduce.records.readers.streams import LONGEST_CELL, faults_of_files
from coproduce.records.settings import TableSettings
from coproduce.records.staging import Staged, TextWriter, sha256_of

OPERATIONS_A_STEP = 100_000
STEPS, BYTES_A_STEP = 1_000, 100
"""Reading a file may take 100,000,000 operations of SQLite, and 1,000 more for each of its bytes: far too many."""
OCEL_TABLES = frozenset({"event", "object", "event_object", "event_map_type", "object_map_type"})


def read_sqlite(file: Path, engine: Engine, *, name: str, settings: TableSettings) -> Staged:
    """Read a table of a SQLite file, or the OCEL 2.0 log or coded passages that it holds where no table is named.

    Raises
    ------
    RecordsError
        If it is no SQLite file, or which table is meant cannot be told.
    """
    with faults_of_files(name), _opened(file, name=name) as database:
        tables = _tables(database)
        if settings.table is None and set(tables) >= OCEL_TABLES:
            with Ocel(engine, name=name) as log:
                _copy_log(database, log)
                return log.finish(object_type=settings.object_type, sha256=sha256_of(file))
        passages = None if settings.table else coded_passages(database, tables)
        if passages is not None:
            with TextWriter(engine, name=name, columns=COLUMNS) as writer:
                for row in passages:
                    writer.write(row)
                return writer.finish(sha256=sha256_of(file), notes=notes_of(tables))
        table = _chosen(tables, settings.table, name=name)
        with TextWriter(engine, name=name, columns=_columns(database, table)) as writer:
            for row in _rows(database, f"SELECT * FROM {quoted(table)}"):
                writer.write(row)
            return writer.finish(sha256=sha256_of(file))


@contextmanager
def _opened(file: Path, *, name: str) -> Iterator[sqlite3.Connection]:
    """A file opened read-only, and its faults. What it holds may be meant to do harm, such as a view without end."""
    limit = iter(range(STEPS + file.stat().st_size // BYTES_A_STEP))
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
            database.set_progress_handler(lambda: next(limit, None) is None, OPERATIONS_A_STEP)
            yield database
    except (sqlite3.Error, UnicodeDecodeError) as error:
        found = "a view that does not end" if next(limit, None) is None else str(error)
        fault = Fault(file=name, rule="sqlite", found=found, wanted="a SQLite file that is whole")
        raise RecordsError(fault) from None


def _tables(database: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return sorted(str(name) for (name,) in database.execute(query))


def _chosen(tables: Sequence[str], named: str | None, *, name: str) -> str:
    if named is None and len(tables) == 1:
        return tables[0]
    if named is not None and named in tables:
        return named
    raise RecordsError(
        Fault(
            file=name,
            place="table",
            rule="table",
            found=named or "no name of a table",
            wanted="one of the file's tables: " + first_of(tables),
            hint=nearest(named or "", tables) or f'Say which, such as `table = "{[*tables, "events"][0]}"`.',
        )
    )


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [column[0] for column in database.execute(f"SELECT * FROM {quoted(table)} LIMIT 0").description]


def _rows(database: sqlite3.Connection, query: str) -> Iterator[dict[str, str | None]]:
    """The rows of a query, every value as text."""
    found = database.execute(query)
    names = [column[0] for column in found.description]
    if len(set(names)) < len(names):
        raise sqlite3.DatabaseError("two columns of one name")
    for row in found:
        yield {name: _text(value) for name, value in zip(names, row, strict=True)}


def _text(value: str | float | bytes | None) -> str | None:
    r"""A value as text.

    Examples
    --------
    >>> [_text(value) for value in ("007", 7, 0.5, b"\x07", None)]
    ['007', '7', '0.5', '07', None]
    """
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else repr(value)


def _copy_log(database: sqlite3.Connection, log: Ocel) -> None:
    """Hand over the objects, events and relations of a log, whose attributes stand in a table for each type."""
    for kind, table in _type_tables(database, "object"):
        first = "WHERE t.ocel_changed_field IS NULL ORDER BY t.ocel_time"
        for row in _rows(database, f"SELECT t.*, t.ocel_id AS ocel_own_id FROM {quoted(table)} t {first}"):
            log.object(row, id_=row["ocel_own_id"], kind=kind)
    place = "(SELECT e.rowid FROM event e WHERE e.ocel_id = t.ocel_id)"
    for kind, table in _type_tables(database, "event"):
        own = f"t.*, t.ocel_id AS ocel_own_id, {place} AS ocel_place"
        for row in _rows(database, f"SELECT {own} FROM {quoted(table)} t"):
            log.event(row, id_=row["ocel_own_id"], kind=kind)
    related = "SELECT ocel_event_id AS event, ocel_object_id AS object FROM event_object"
    for row in _rows(database, related):
        log.relation(row["event"], row["object"])


def _type_tables(database: sqlite3.Connection, what: str) -> list[tuple[str, str]]:
    query = f"SELECT ocel_type, ocel_type_map FROM {what}_map_type ORDER BY ocel_type"
    return [(kind, f"{what}_{name}") for kind, name in database.execute(query)]

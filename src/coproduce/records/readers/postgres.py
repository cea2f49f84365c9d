"""A table of a PostgreSQL database, read row by row through a cursor on the server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from coproduce.errors import EngineError, Fault, StudyError
from coproduce.records.engine import Engine
from coproduce.records.settings import FILE, TableSettings
from coproduce.records.staging import ROWS_AT_ONCE, Staged, TextWriter

if TYPE_CHECKING:
    import psycopg

UTC_AND_READ_ONLY = "SET TRANSACTION READ ONLY; SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle = 'ISO'"
PRIMARY_KEY = """
    SELECT attname
    FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = to_regclass(%s) AND indisprimary
    ORDER BY array_position(indkey::int2[], attnum)
"""
NO_ORDER = (
    "The table has no primary key, so that steps of the same moment have no order unless `sequence` gives it."
)


def read_postgres(engine: Engine, *, table: str, settings: TableSettings) -> Staged:
    """Read a table or view of a database as the records' `table`: every value as PostgreSQL writes it, times in UTC.

    The database's address comes from the environment, as it holds a password; no message shows it.

    Raises
    ------
    EngineError
        If psycopg is not installed.
    StudyError
        If the environment variable is not set, the server does not answer, or the table cannot be read.
    """
    try:
        import psycopg
    except ImportError:
        raise EngineError(
            "Reading PostgreSQL needs psycopg, which is not installed: pip install 'coproduce[postgres]'"
        ) from None
    with _connected(table, settings) as connection:
        try:
            return _read(connection, engine, name=settings.table or "")
        except psycopg.Error as error:
            found = error.diag.message_primary or type(error).__name__
            raise StudyError(_fault(table, "table", found=found, wanted="a table that can be read")) from None


def _read(connection: psycopg.Connection, engine: Engine, *, name: str) -> Staged:
    from psycopg import sql

    source = sql.SQL(".").join(map(sql.Identifier, name.split(".")))
    key = [column for (column,) in connection.execute(PRIMARY_KEY, [source.as_string(connection)])]
    described = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(source)).description
    names = [column.name for column in described or ()]
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in names)
    query = sql.SQL("SELECT {} FROM {} AS t").format(texts, source)
    if key:  # of the table, not the texts just selected: as text, 10 comes before 9
        query += sql.SQL(" ORDER BY {}").format(
            sql.SQL(", ").join(sql.Identifier("t", column) for column in key)
        )
    with TextWriter(engine, name=name, columns=names) as writer, connection.cursor("rows") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        for row in cursor.execute(query):
            writer.write(dict(zip(names, row, strict=True)))
        return writer.finish(notes=[] if key else [NO_ORDER])


@contextmanager
def _connected(table: str, settings: TableSettings) -> Iterator[psycopg.Connection]:
    import psycopg

    variable = settings.database or ""
    address = os.environ.get(variable)
    if not address:
        wanted = "an environment variable that holds the database's address"
        raise StudyError(_fault(table, "database", found=f"{variable}, which is not set", wanted=wanted))
    try:
        connection = psycopg.connect(address)
    except psycopg.Error:  # its message may repeat the address, and with it the password
        wanted, hint = "the address of a PostgreSQL server that answers", "Try the same address with `psql`."
        raise StudyError(_fault(table, "database", found=variable, wanted=wanted, hint=hint)) from None
    with connection:
        connection.execute(UTC_AND_READ_ONLY)
        yield connection


def _fault(table: str, key: str, *, found: str, wanted: str, hint: str | None = None) -> Fault:
    return Fault(file=FILE, place=f"records.{table}.{key}", rule=key, found=found, wanted=wanted, hint=hint)

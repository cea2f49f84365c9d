"""Spark as the engine: a cluster (or all cores of this machine) for tables that one machine would not get through.

Files are read and refused as ever, on this machine; their rows are checked, put in order and added up on the cluster,
whose workers must see the same files under the same paths. It gets the same SQL, and what it would answer otherwise
than DuckDB it is not asked (`coproduce.records.spark_sql`). Sessions are in UTC, and overflow is an error.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp

from coproduce.errors import EngineError
from coproduce.records.engine import Engine, Progress
from coproduce.records.spark_sql import in_spark, refused, spark_statements
from coproduce.records.staging import RawColumn, Staged
from coproduce.records.values import kind

ALIKE = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.ansi.enabled": "true",  # an overflow or a cast that fails is an error, as in DuckDB
    "spark.sql.caseSensitive": "false",
    "spark.sql.variable.substitute": "false",  # a text that holds ${...} is that text
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",  # days before 1582 are what stands in the file
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # else no column of such a file could be read
}
"""How a session must be set so that the same SQL means the same."""

QUIET = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}

ON_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
}
"""How Spark is set up where all of it is one process."""

UNREAD = ("TIMESTAMP_NS", "HUGEINT", "UHUGEINT", "UUID")
"""Types of columns that Spark reads as something else, or not at all."""

SECONDS_TO_ANSWER = 5


class SparkEngine(Engine):
    """A Spark session of its own, which reads the same SQL as DuckDB.

    Parameters
    ----------
    master
        Spark's own name of a master: ``local[*]`` (all cores of this machine) or ``spark://host:port``.
    progress
        Is told what is being done, step by step.

    Raises
    ------
    EngineError
        If Java or Spark is absent, or the master does not answer.

    Notes
    -----
    Memory and cores are given to Spark in its own ways (``spark-defaults.conf`` in ``SPARK_CONF_DIR``).

    Examples
    --------
    >>> with SparkEngine("local[1]") as engine:  # doctest: +SKIP
    ...     engine.rows("SELECT $a + 1", a=1)
    [(2,)]
    """

    def __init__(self, master: str = "local[*]", *, progress: Progress | None = None) -> None:
        self._spark, self._is_own = _session(master)
        self._session = self._spark.newSession()
        for name, value in ALIKE.items():
            self._session.conf.set(name, value)
        self._held: dict[str, Path] = {}
        self._sources = 0
        super().__init__(progress=progress)
        self._local = Engine(progress=progress)

    @property
    def local(self) -> Engine:
        """The engine that files are read with, on this machine."""
        return self._local

    def close(self) -> None:
        """End the session, and remove what it held in its private folder."""
        if self._is_own:
            self._spark.stop()
        self._local.close()
        super().close()

    def opened(self, source: Staged) -> Staged:
        """A source that was read, as a view that numbers its rows as they stand in its files."""
        self._sources += 1
        name = f"source_{self._sources}"
        with _told():
            self._scan(source).createOrReplaceTempView(name)
        return replace(source, scan=name)

    def _scan(self, source: Staged) -> Any:
        """The rows of Parquet files, each with its number: those of the files before, and its place in its own."""
        uris = [self._uri(file) for file, _ in source.parts]
        read = self._session.read.option(
            "recursiveFileLookup", "true"
        )  # no columns from the names of folders
        read = read.option("__globPaths__", "false")  # no patterns in the names of files
        rows = read.parquet(*(f"file://{file.absolute()}" for file, _ in source.parts))
        names = pq.read_schema(source.parts[0][0]).names
        columns = [_read(name, raw) for name, raw in zip(names, source.columns, strict=True)]
        place = ["_metadata.file_path AS part_file", "_metadata.row_index AS part_row"]
        rows.selectExpr(*columns, *place).createOrReplaceTempView("part_rows")
        before = [sum(count for _, count in source.parts[:part]) for part in range(len(uris))]
        values = ", ".join(f"({_literal(uri)}, {count}L)" for uri, count in zip(uris, before, strict=True))
        kept = ", ".join(raw.sql for raw in source.columns)
        number = (
            "coalesce(rows_before, raise_error('a file that was not listed')) + part_row + 1 AS row_number"
        )
        return self._session.sql(
            f"SELECT /*+ BROADCAST(parts) */ {kept}, {number} FROM part_rows "
            f"LEFT JOIN (VALUES {values} AS listed(listed_file, rows_before)) AS parts ON part_file = listed_file"
        )

    def _uri(self, file: Path) -> str:
        """A file as Spark names it."""
        path = self._session._jvm.org.apache.hadoop.fs.Path(f"file://{file.absolute()}")
        return f"file:{path.toUri().getRawPath()}"

    def run(self, script: str | Traversable, **values: Any) -> None:
        """Run the statements of a script; a table is Parquet in the private folder until it is dropped."""
        text = script if isinstance(script, str) else script.read_text(encoding="utf-8")
        for statement in spark_statements(text, values):
            with _told():
                match statement:
                    case exp.Create():
                        self._create(statement)
                    case exp.Drop():
                        self._drop(statement.args["tables"][0].name)
                    case _:
                        raise refused(statement.sql(dialect="duckdb"))

    def _create(self, statement: exp.Create) -> None:
        name = statement.this.name
        frame = self._session.sql(in_spark(statement.expression))
        before = self._held.pop(name, None)
        if statement.args["kind"] == "TABLE":
            folder = self._held[name] = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.scratch))
            frame.write.mode("overwrite").parquet(f"file://{folder}")
            frame = self._session.read.schema(frame.schema).parquet(f"file://{folder}")
        frame.createOrReplaceTempView(name)
        if before is not None:
            shutil.rmtree(before)

    def _drop(self, name: str) -> None:
        self._session.catalog.dropTempView(name)
        shutil.rmtree(self._held.pop(name))

    def _asked(self, query: str, values: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        """A query's result, brought here as Arrow and handed on by DuckDB, in the types that it always has."""
        (statement,) = spark_statements(query, values)
        with _told():
            found = self._session.sql(in_spark(statement)).toArrow()
        self._connection.register("result", found)
        return self._connection.execute("SELECT * FROM result")


def _session(master: str) -> tuple[Any, bool]:
    """Spark's session in this process, and whether it was started here."""
    # Spark warns of pandas, which it is not asked to use.
    with warnings.catch_warnings(action="ignore"), _told():
        from pyspark.sql import SparkSession

        logging.getLogger("SQLQueryContextLogger").disabled = True  # the refusal says it, in a line
        if (running := SparkSession.getActiveSession()) is not None:
            if (there := running.sparkContext.master) != master:
                raise EngineError(
                    f"A Spark session on {there} runs in this process already, not on {master}."
                )
            return running, False
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            raise EngineError(
                "Spark needs Java 17 or newer: no `java` is on the path, and JAVA_HOME is not set."
            )
        if master.startswith("spark://"):
            _must_answer(master)
        builder = SparkSession.builder.appName("coproduce").master(master)
        for name, value in (QUIET if master.startswith("spark://") else QUIET | ON_THIS_MACHINE).items():
            builder = builder.config(name, value)
        return builder.getOrCreate(), True


def _must_answer(master: str) -> None:
    """Spark itself would try for a minute before it said that no master answers."""
    host, port = master.removeprefix("spark://").rsplit(":", maxsplit=1)
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS_TO_ANSWER).close()
    except OSError as error:
        raise EngineError(f"No Spark master answers at {master} ({error}).") from error


def _read(name: str, raw: RawColumn) -> str:
    """SQL that reads a column of a file; one that Spark would read as something else is refused once it is used."""
    if kind(raw.type) == "other" or raw.type in UNREAD:
        told = f"the column {raw.name} is of type {raw.type}, which Spark does not read as DuckDB does"
        return f"CAST(raise_error({_literal(told)}) AS STRING) AS {raw.sql}"
    return f"`{name.replace('`', '``')}` AS {raw.sql}"


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="spark")


@contextmanager
def _told() -> Iterator[None]:
    """Turn Spark's own failures into a refusal that says what it said."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = str(error)
        said = re.search(r"\[[A-Z_.0-9]+\] [^\n]*", text)
        hint = " Spark needs Java 17 or newer." if "JAVA_GATEWAY" in text else ""
        raise EngineError(
            f"Spark could not do it: {said[0] if said else text.splitlines()[0]}{hint}"
        ) from error

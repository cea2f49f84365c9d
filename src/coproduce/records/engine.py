"""The engine room: one SQL language, two runners that keep large tables out of memory: DuckDB here, Spark on a cluster.

Everything above this room speaks DuckDB's SQL over the tables of a study and gets aggregates back; what Spark would
answer otherwise it is not asked (`coproduce.records.spark`).
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EngineError, Fault, RecordsError, nearest

if TYPE_CHECKING:
    from coproduce.records.staging import Staged

ENGINES = ("duckdb", "spark", "spark://host:port")


class Progress(Protocol):
    """Is told, in a few plain words, what is being done now, and what share of it is done where that is known."""

    def __call__(self, step: str, share: float | None = None, /) -> object:
        """Take what is being done."""


def quoted(name: str) -> str:
    """A name from outside as a quoted identifier.

    Examples
    --------
    >>> print(quoted('a "b" c'))
    "a ""b"" c"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text from outside as a quoted literal.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


class Engine:
    """A DuckDB session of its own: in UTC, without network or extensions, spilling to a private folder.

    Parameters
    ----------
    memory
        The most memory that it may take, such as ``"1.5GB"``; DuckDB's own rule (80 % of the machine) where left out.
    threads
        The number of threads; all cores where left out.
    progress
        Is told what is being done, step by step.

    Examples
    --------
    >>> with Engine() as engine:
    ...     engine.rows("SELECT $a + 1", a=1)
    [(2,)]
    """

    def __init__(
        self, *, memory: str | None = None, threads: int | None = None, progress: Progress | None = None
    ) -> None:
        self.scratch = Path(tempfile.mkdtemp(prefix="coproduce-"))
        self._progress = progress
        config: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        config |= {"temp_directory": str(self.scratch / "spill")}
        config |= {"memory_limit": memory} if memory else {}
        config |= {"threads": threads} if threads else {}
        self._connection = duckdb.connect(":memory:", config=config)
        self._connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def local(self) -> Engine:
        """The engine that files are read with, on this machine: itself, unless it is a cluster's."""
        return self

    def opened(self, source: Staged) -> Staged:
        """A source that was read, as this engine's queries reach it."""
        return source

    def close(self) -> None:
        """End the session and remove its private folder."""
        self._connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def tell(self, step: str, share: float | None = None, /) -> None:
        """Say what is being done now, and what share of it is done where that is known."""
        if self._progress is not None:
            self._progress(step) if share is None else self._progress(step, share)

    def run(self, script: str | Traversable, **values: Any) -> None:
        """Run the statements of a script; each ``$name`` in it takes the value of that name."""
        with _told():
            for statement in self._connection.extract_statements(_text(script)):
                wanted = {name: values[name] for name in statement.named_parameters}
                self._connection.execute(statement, wanted)

    def _asked(self, query: str, values: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        """A connection whose last result is that of a query."""
        return self._connection.execute(query, values or None)

    def rows(self, query: str | Traversable, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query that returns aggregates."""
        with _told():
            return self._asked(_text(query), values).fetchall()

    def named_rows(self, query: str | Traversable, **values: Any) -> list[dict[str, Any]]:
        """The rows of a query that returns aggregates, each as column -> value."""
        rows = self.rows(query, **values)
        names = [column[0] for column in self._connection.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def columns(self, query: str, **values: Any) -> dict[str, NDArray[Any]]:
        """The columns of a query that returns little; texts (None where missing), or numbers (NaN where missing).

        Examples
        --------
        >>> with Engine() as engine:
        ...     engine.columns("SELECT * FROM (VALUES (1, 'a'), (NULL, NULL)) AS t(n, name) ORDER BY ALL")
        {'n': array([ 1., nan]), 'name': array(['a', None], dtype=object)}
        """
        with _told():
            found = self._asked(query, values).fetchnumpy()
        return {name: _plain(column) for name, column in found.items()}

    def register(self, name: str, frame: object) -> None:
        """Make an in-memory table (pandas, polars, pyarrow) readable by that name."""
        with _told():
            self._connection.register(name, frame)


def open_engine(name: str = "duckdb", *, progress: Progress | None = None) -> Engine:
    """The engine of that name.

    Parameters
    ----------
    name
        ``duckdb``, ``spark`` (all cores of this machine), or ``spark://host:port`` (a cluster's master).
    progress
        Is told what is being done, step by step.

    Raises
    ------
    EngineError
        If there is no such engine, or the one that is named cannot be started.

    Examples
    --------
    >>> open_engine("dukdb")
    Traceback (most recent call last):
    ...
    coproduce.errors.EngineError: engine: found 'dukdb', wanted one of duckdb, spark, spark://... Did you mean 'duckdb'?
    """
    if name == "duckdb":
        return Engine(progress=progress)
    if name != "spark" and not re.fullmatch(r"spark://[^/]+:\d+", name):
        wanted = f"engine: found {name!r}, wanted one of {', '.join(ENGINES)}"
        raise EngineError(". ".join(filter(None, (wanted, nearest(name, ENGINES)))))
    try:
        from coproduce.records.spark import SparkEngine

        return SparkEngine("local[*]" if name == "spark" else name, progress=progress)
    except ImportError as error:
        raise EngineError(
            f"The engine {name} needs the extra: pip install 'coproduce[spark]' ({error})"
        ) from error


def _text(query: str | Traversable) -> str:
    return query if isinstance(query, str) else query.read_text(encoding="utf-8")


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """A column with its gaps as None or NaN."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    missing = np.ma.getmaskarray(column)
    if column.dtype.kind in "iufb" and not missing.any():
        return column.data
    plain = column.data.astype(np.float64 if column.dtype.kind in "iufb" else object)
    plain[missing] = np.nan if column.dtype.kind in "iufb" else None
    return plain


SHORT_FILE = re.compile(r'read enough bytes from file "([^"]+)"')
"""How DuckDB says that a file holds less than it promises."""
ANY_FILE = "a file of the study"
"""What a message calls a damaged file of which the engine does not say which one it is."""


@contextmanager
def _told() -> Iterator[None]:
    """Turn the engine's own failures of means into a refusal that says what may help."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise EngineError(
            f"The engine ran out of memory. More memory or free disk space helps. ({error})"
        ) from error
    except duckdb.IOException as error:
        if short := SHORT_FILE.search(str(error)):
            raise RecordsError(_damaged(Path(short[1]).name)) from error
        raise EngineError(f"The engine could not read or write a file: {error}") from error
    except duckdb.Error as error:
        if _is_of_a_file(error):
            raise RecordsError(_damaged(ANY_FILE)) from error
        raise


def _is_of_a_file(error: duckdb.Error) -> bool:
    """Whether the engine fell over bytes of a file: its readers then say Parquet, or raise what is no kind of error."""
    told = type(error) is duckdb.Error or isinstance(error, duckdb.InternalException | duckdb.FatalException)
    return told or "parquet" in str(error).lower()


def _damaged(file: str) -> Fault:
    found, wanted = "a file that is damaged or cut off", "a file that can be read to its end"
    return Fault(file=file, rule="readable", found=found, wanted=wanted, hint="Copy or download it again.")

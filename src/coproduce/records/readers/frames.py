"""Tables that were handed over in memory: all that speaks Arrow's stream (pandas, polars, DuckDB), or plain columns."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine, literal
from coproduce.records.readers.csv_layout import repeated
from coproduce.records.staging import Staged, staged

NAME = "(in memory)"


def read_frame(frame: object, engine: Engine) -> Staged:
    """Write a table in memory to Parquet, batch by batch.

    Raises
    ------
    RecordsError
        If it is not a table, repeats a column's name, or a column mixes types.

    Examples
    --------
    >>> with Engine() as engine:
    ...     read_frame(pa.table({"case_id": ["A", "B"]}), engine).rows
    2
    """
    reader = _stream(frame)
    names = reader.schema.names
    if faults := repeated(names, name=NAME):
        raise RecordsError(*faults)
    if not names:
        raise RecordsError(Fault(file=NAME, rule="table", found="no columns", wanted="a table"))
    try:
        return staged([_written(reader, engine)], engine, names=names)
    except (pa.ArrowException, duckdb.Error, ValueError, NotImplementedError) as error:
        raise RecordsError(_mixed(error)) from None


def _stream(frame: object) -> pa.RecordBatchReader:
    try:
        with warnings.catch_warnings(
            action="ignore"
        ):  # pandas warns of names that are numbers; here they are text
            plain = pa.table(dict(frame)) if isinstance(frame, Mapping) else frame
            return pa.RecordBatchReader.from_stream(plain)
    except (pa.ArrowException, ValueError, OverflowError, NotImplementedError) as error:
        raise RecordsError(_mixed(error)) from None
    except (TypeError, AttributeError):
        wanted = "a path, or a pandas, polars or pyarrow table, a DuckDB relation, or columns by name"
        raise RecordsError(
            Fault(file=NAME, rule="table", found=type(frame).__name__, wanted=wanted)
        ) from None


def _written(reader: pa.RecordBatchReader, engine: Engine) -> Path:
    """The Parquet file of the batches; its columns are named by place, as any name may be given in memory."""
    parquet = Path(tempfile.mkdtemp(dir=engine.scratch)) / "rows.parquet"
    columns = ", ".join(f"c{place}" for place in range(1, len(reader.schema) + 1))
    engine.register("frame", reader)
    engine.run(f"COPY (SELECT * FROM frame AS given({columns})) TO {literal(str(parquet))} (FORMAT parquet)")
    return parquet


def _mixed(error: Exception) -> Fault:
    """What Arrow says of a column that it cannot convert; the last of it names the column."""
    found, wanted = str(error.args[-1]).split("\n", maxsplit=1)[0], "columns of one plain type each"
    return Fault(file=NAME, rule="types", found=found, wanted=wanted)

"""Tables that were handed over in memory: pandas, polars, pyarrow, DuckDB; all that speaks Arrow's stream."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine
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
    try:
        reader = pa.RecordBatchReader.from_stream(frame)
    except TypeError:
        raise RecordsError(
            Fault(
                file=NAME,
                rule="table",
                found=type(frame).__name__,
                wanted="a path, or a pandas, polars or pyarrow table, or a DuckDB relation",
            )
        ) from None
    except (pa.ArrowException, ValueError) as error:
        raise RecordsError(_mixed(error)) from None
    if faults := repeated(reader.schema.names, name=NAME):
        raise RecordsError(*faults)
    return staged([_written(reader, engine)], engine, names=reader.schema.names)


def _written(reader: pa.RecordBatchReader, engine: Engine) -> Path:
    """The Parquet file of the batches; its columns are named by place, as any name may be given in memory."""
    schema = pa.schema([field.with_name(f"c{place}") for place, field in enumerate(reader.schema, start=1)])
    parquet = Path(tempfile.mkdtemp(dir=engine.scratch)) / "rows.parquet"
    try:
        with pq.ParquetWriter(parquet, schema) as writer:
            for batch in reader:
                writer.write_batch(batch.rename_columns(schema.names))
    except (pa.ArrowException, ValueError) as error:
        raise RecordsError(_mixed(error)) from None
    return parquet


def _mixed(error: Exception) -> Fault:
    return Fault(
        file=NAME, rule="types", found=str(error).splitlines()[0], wanted="columns of one plain type each"
    )

"""Parquet: read where it lies, one file or the part files of a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine
from coproduce.records.readers.csv_layout import repeated
from coproduce.records.readers.streams import faults_of_files
from coproduce.records.staging import Staged, sha256_of, staged


def read_parquet(files: Sequence[Path], engine: Engine, *, name: str) -> Staged:
    """Parquet files as one table, in the order of their names.

    Raises
    ------
    RecordsError
        If a file is not whole Parquet, or its columns are not those of the first.
    """
    first = _schema(files[0], name=name)
    faults = repeated(first.names, name=name)
    for file in files[1:]:
        faults += _differences(_schema(file, name=file.name), first, name=file.name)
    if faults:
        raise RecordsError(*faults)
    return staged(files, engine, sha256=_fingerprint(files))


def _schema(file: Path, *, name: str) -> pa.Schema:
    with faults_of_files(name):
        try:
            schema, metadata = pq.read_schema(file), pq.read_metadata(file)
            groups = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]
        except (pa.ArrowException, OSError, ValueError) as error:  # also a name that is not in UTF-8
            if isinstance(error, PermissionError | IsADirectoryError):
                raise
            raise RecordsError(_damaged(name)) from None
    if sum(groups) != metadata.num_rows or min(groups, default=0) < 0:
        raise RecordsError(_damaged(name))
    return schema


def _damaged(name: str) -> Fault:
    found, hint = "what is not a whole Parquet file", "It may be cut off: copy or download it again."
    return Fault(file=name, rule="parquet", found=found, wanted="Parquet", hint=hint)


def _differences(schema: pa.Schema, first: pa.Schema, *, name: str) -> list[Fault]:
    """What keeps a part from standing below the first one."""
    if schema.equals(first):
        return []
    found, wanted = (", ".join(f"{field.name} {field.type}" for field in one) for one in (schema, first))
    return [Fault(file=name, rule="parts", found=found, wanted=f"the columns of the first part: {wanted}")]


def _fingerprint(files: Sequence[Path]) -> str:
    """The SHA-256 of a file; of several, that of the list of their names and fingerprints."""
    if len(files) == 1:
        return sha256_of(files[0])
    listed = "".join(f"{sha256_of(file)}  {file.name}\n" for file in files)
    return hashlib.sha256(listed.encode()).hexdigest()

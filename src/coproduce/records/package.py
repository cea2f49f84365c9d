"""A study as a Data Package: every table as plain CSV with its Table Schema, in a folder that is itself a study."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coproduce.errors import EngineError, Fault, StudyError
from coproduce.records.engine import Engine, Progress, literal, quoted
from coproduce.records.opening import OpenTable, Records, open_records
from coproduce.records.schema import TABLES, Column
from coproduce.records.settings import FILE, EventsSettings
from coproduce.records.staging import sha256_of
from coproduce.records.study import Study
from coproduce.records.toml import as_toml

PACKAGE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/"
LARGE = 1_000_000
FIELD_TYPES = {"text": "string", "integer": "integer", "number": "number", "time": "datetime"}
FORMATS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def export(study: Study, folder: str | Path, *, progress: Progress | None = None) -> tuple[Path, ...]:
    """Write a study's tables as a Data Package (version 2) that is itself a study and gives the same findings.

    Tables become CSV in UTF-8 with their own column names and times in UTC; those of more than a million rows become
    Parquet. Columns of the study's own are kept; rows that ``keep`` leaves out are not there.

    Parameters
    ----------
    study
        The study.
    folder
        A folder that is not there yet, or empty.
    progress
        Is told what is being done.

    Returns
    -------
    tuple of Path
        The files that were written.

    Raises
    ------
    StudyError
        If something is in the folder already.
    RecordsError
        If the records are wrong; every fault at once.

    Examples
    --------
    >>> import pyarrow as pa, tempfile
    >>> from coproduce.records.settings import Head, TableSettings
    >>> study = Study(
    ...     head=Head(title="Streets", service="care"),
    ...     folder=Path(),
    ...     tables={"units": TableSettings(path="(in memory)")},
    ...     frames={"units": pa.table({"unit": ["North"], "weight": [1.5], "lit": [True]})},
    ... )
    >>> folder = Path(tempfile.mkdtemp())
    >>> [path.name for path in export(study, folder)]
    ['units.csv', 'datapackage.json', 'study.toml']
    >>> (folder / "units.csv").read_text().splitlines()
    ['unit,weight,lit', 'North,1.5,true']
    """
    folder = Path(folder)
    _must_be_free(folder)
    with Engine(progress=progress) as engine:
        records = open_records(study, engine)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files = {
                name: _write_table(records, table, folder=folder) for name, table in records.tables.items()
            }
            package = _write(folder / PACKAGE, _as_json(_package(records, files)))
            toml = _write(folder / FILE, as_toml(_settings(study, files)))
        except OSError as error:
            raise EngineError(f"The folder could not be written: {error}") from error
    return (*files.values(), package, toml)


def _must_be_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        wanted = "a folder that is not there yet, or empty"
        raise StudyError(Fault(file=str(folder), rule="empty", found="something in the way", wanted=wanted))


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _as_json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _write_table(records: Records, table: OpenTable, *, folder: Path) -> Path:
    large = table.rows > LARGE
    file = folder / f"{table.name}.{'parquet' if large else 'csv'}"
    records.engine.tell(f"writing {file.name}")
    selected = [_own(column, as_text=not large) for column in _columns(table)]
    selected += [f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in table.free]
    rows = f"SELECT {', '.join(selected)} FROM {table.name} ORDER BY row_number"
    written = "FORMAT parquet" if large else "FORMAT csv, HEADER"
    records.engine.run(f"COPY ({rows}) TO {literal(str(file))} ({written})")
    return file


def _columns(table: OpenTable) -> list[Column]:
    """The columns of a table's schema that it has."""
    return [column for column in TABLES[table.name].columns if column.name in table.columns]


def _own(column: Column, *, as_text: bool) -> str:
    """SQL for a column as it is written: times in UTC, and saying so."""
    name = column.name
    if column.type != "time":
        return name
    if not as_text:
        return f"timezone('UTC', {name}) AS {name}"
    fraction = f"CASE WHEN microsecond({name}) % 1000000 = 0 THEN '' ELSE strftime({name}, '.%f') END"
    return f"strftime({name}, '%Y-%m-%dT%H:%M:%S') || {fraction} || 'Z' AS {name}"


def _package(records: Records, files: Mapping[str, Path]) -> dict[str, Any]:
    head = records.study.head
    return {
        "$schema": PROFILE + "datapackage.json",
        "title": head.title,
        "description": f"Records of {head.service}"
        + (" (simulated: nobody in them exists)" if head.simulated else ""),
        "resources": [_resource(table, files[name], others=files) for name, table in records.tables.items()],
    }


def _resource(table: OpenTable, file: Path, *, others: Mapping[str, Path]) -> dict[str, Any]:
    kind = file.suffix.removeprefix(".")
    return {
        "name": table.name,
        "type": "table",
        "path": file.name,
        "format": kind,
        "mediatype": FORMATS[kind],
        **({"encoding": "utf-8"} if kind == "csv" else {}),
        "description": f"One row is {TABLES[table.name].row}.",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{sha256_of(file)}",
        "schema": _table_schema(table, others=others),
    }


def _table_schema(table: OpenTable, *, others: Mapping[str, Path]) -> dict[str, Any]:
    schema, columns = TABLES[table.name], _columns(table)
    fields = [_field(column) for column in columns]
    fields += [{"name": name, "type": "string"} for name in table.free]
    links = [(column, other) for column, other in schema.links if column in table.columns and other in others]
    foreign = [
        {"fields": [column], "reference": {"resource": other, "fields": [TABLES[other].key[0]]}}
        for column, other in links
    ]
    return {
        "$schema": PROFILE + "tableschema.json",
        "fields": fields,
        "missingValues": [""],
        **_keys([column for column in columns if column.name in schema.key]),
        **({"foreignKeys": foreign} if foreign else {}),
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    constraints |= {"enum": list(column.values)} if column.values else {}
    constraints |= {"minimum": column.minimum} if column.minimum is not None else {}
    constraints |= {"maximum": column.maximum} if column.maximum is not None else {}
    told = {"name": column.name, "type": FIELD_TYPES[column.type], "description": column.meaning}
    return {**told, "constraints": constraints} if constraints else told


def _keys(key: Sequence[Column]) -> dict[str, Any]:
    """The key of a table; one of which a part may be empty is unique, but no primary key."""
    names = [column.name for column in key]
    if not names:
        return {}
    return {"primaryKey": names} if all(column.required for column in key) else {"uniqueKeys": [names]}


def _settings(study: Study, files: Mapping[str, Path]) -> dict[str, Any]:
    """The settings of the written study; how the old files were to be read is no longer needed."""
    tables: dict[str, Any] = {name: {"path": file.name} for name, file in files.items()}
    events = study.tables.get("events")
    if isinstance(events, EventsSettings) and events.side:
        tables["events"]["side"] = events.model_dump(mode="json")["side"]
    head = study.head.model_dump(mode="json", exclude_defaults=True)
    return {"study": head, "records": tables, "questions": study.questions}

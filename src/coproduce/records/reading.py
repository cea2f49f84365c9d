"""From the study's word for a table to a staged source: which reader reads what."""

from __future__ import annotations

from pathlib import Path

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine
from coproduce.records.readers.csv import read_csv
from coproduce.records.readers.frames import NAME as IN_MEMORY
from coproduce.records.readers.frames import read_frame
from coproduce.records.readers.ocel import read_ocel_json
from coproduce.records.readers.parquet import read_parquet
from coproduce.records.readers.postgres import read_postgres
from coproduce.records.readers.refi import read_refi
from coproduce.records.readers.sqlite import read_sqlite
from coproduce.records.readers.xes import read_xes
from coproduce.records.readers.xlsform import form_at, read_xlsform
from coproduce.records.settings import TableSettings
from coproduce.records.staging import Staged
from coproduce.records.study import Study

KINDS = {
    "csv": (".csv", ".tsv", ".txt"),
    "parquet": (".parquet", ".pq"),
    "xes": (".xes",),
    "ocel": (".json", ".jsonocel"),
    "refi": (".qdpx",),
    "sqlite": (".sqlite", ".sqlite3", ".db", ".qda"),
}
SAVE_AS = {
    ".xlsx": "Save the sheet as CSV UTF-8; a form (XLSForm) is read as `items` alone.",
    ".xls": "Save the sheet as CSV UTF-8.",
    ".xml": "An XES log ends in .xes; save an OCEL log as JSON or SQLite.",
    ".xmlocel": "Save it as OCEL 2.0 JSON or SQLite.",
    ".zip": "Unpack it first.",
    ".qdc": "A codebook holds no passages: export the project as .qdpx.",
}


def source_name(study: Study, table: str) -> str:
    """What a message calls the source of a table: the file as the study names it."""
    settings = study.tables[table]
    if table in study.frames:
        return IN_MEMORY
    return settings.path or f"{settings.database}: {settings.table}"


def read_source(study: Study, table: str, *, engine: Engine) -> Staged:
    """Read the source of a table to Parquet, where it is not Parquet already.

    Raises
    ------
    StudyError
        If the path leads out of the study's folder, or nothing is there.
    RecordsError
        If the source cannot be read as what it is.
    """
    settings = study.tables[table]
    engine.tell(f"reading {table} from {source_name(study, table)}")
    if table in study.frames:
        return read_frame(study.frames[table], engine)
    if settings.path is None:
        return read_postgres(engine, table=table, settings=settings)
    files = study.files(settings.path, key=f"records.{table}.path")
    if table == "items" and (form := form_at(files[0])):
        return read_xlsform(form, engine, name=settings.path)
    if len(files) > 1 or (study.folder / settings.path).is_dir():
        return read_parquet(files, engine, name=settings.path)
    return _read_file(files[0], engine, name=settings.path, settings=settings)


def read_data(study: Study, settings: TableSettings, *, engine: Engine, key: str) -> Staged:
    """Read an analyst's own file, or a table that was handed over in memory under that name.

    Raises
    ------
    StudyError
        If the path leads out of the study's folder, or nothing is there.
    RecordsError
        If the source cannot be read as what it is.
    """
    path = str(settings.path)
    engine.tell(f"reading {path}")
    if path in study.frames:
        return read_frame(study.frames[path], engine)
    return _read_file(study.file(path, key=key), engine, name=path, settings=settings)


def _read_file(file: Path, engine: Engine, *, name: str, settings: TableSettings) -> Staged:
    if not file.is_file():
        found = "a folder" if file.is_dir() else "a device or a pipe"
        raise RecordsError(Fault(file=name, rule="file", found=found, wanted="a file"))
    if not file.stat().st_size:
        raise RecordsError(Fault(file=name, rule="empty", found="0 bytes", wanted="a table"))
    match _kind(name):
        case "csv":
            return read_csv(file, engine, name=name, settings=settings)
        case "parquet":
            return read_parquet([file], engine, name=name)
        case "xes":
            return read_xes(file, engine, name=name)
        case "ocel":
            return read_ocel_json(file, engine, name=name, object_type=settings.object_type)
        case "refi":
            return read_refi(file, engine, name=name)
        case _:
            return read_sqlite(file, engine, name=name, settings=settings)


def _kind(name: str) -> str:
    """The kind of a file, by the end of its name.

    Examples
    --------
    >>> _kind("logs/July.XES.gz")
    'xes'
    """
    end = Path(name.lower().removesuffix(".gz")).suffix
    for kind, ends in KINDS.items():
        if end in ends:
            return kind
    known = ", ".join(end for ends in KINDS.values() for end in ends)
    wanted = f"a file whose name ends in one of {known} (CSV, XES and JSON also with .gz)"
    raise RecordsError(
        Fault(file=name, rule="kind", found=end or "no ending", wanted=wanted, hint=SAVE_AS.get(end))
    )

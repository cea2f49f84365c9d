"""A study: its settings, its folder, and where its tables lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coproduce.errors import Fault, StudyError, nearest
from coproduce.records.plan import Plan, read_plan
from coproduce.records.readers.datapackage import tables_of_package
from coproduce.records.settings import FILE, Head, StudyFile, TableSettings, load, validated


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is studied and where its records lie.

    `tables` says where each table lies; `frames` holds tables that were handed over in memory (and have no file).
    `questions` holds each question's settings as they were written; the question validates its own.

    Examples
    --------
    >>> Study(head=Head(title="Fines", service="police"), folder=Path("."), tables={}).has("events")
    False
    """

    head: Head
    folder: Path
    tables: Mapping[str, TableSettings]
    frames: Mapping[str, object] = field(default_factory=dict)
    questions: Mapping[str, Any] = field(default_factory=dict)

    def plan(self) -> Plan | None:
        """The frozen plan, with what has been changed since; None where nothing was frozen.

        Raises
        ------
        PlanError
            If ``plan.lock`` is not what was frozen.
        """
        return read_plan(self)

    def has(self, table: str) -> bool:
        """Whether the study has that table."""
        return table in self.tables

    def file(self, path: str, *, key: str) -> Path:
        """The file or folder of that path; it must lie inside the study's folder.

        Raises
        ------
        StudyError
            If the path leads out of the folder (also through a link), or nothing is there.
        """
        return _inside(self.folder, path, key=key)

    def files(self, path: str, *, key: str) -> tuple[Path, ...]:
        """The files of a path with ``*`` or ``?`` in it, or of a folder, in the order of their names.

        Raises
        ------
        StudyError
            If one of them leads out of the folder, or there are none.
        """
        return _files(self.folder, path, key=key)


def _inside(folder: Path, path: str, *, key: str) -> Path:
    try:
        place, home = (folder / path).resolve(), folder.resolve()
        there = place.exists()
    except (OSError, ValueError, RuntimeError):  # no path at all: too long, a NUL in it, a link to itself
        raise StudyError(Fault(file=FILE, place=key, rule="path", found=path, wanted="a path")) from None
    if not place.is_relative_to(home):
        wanted = "a file inside the study's folder"
        raise StudyError(Fault(file=FILE, place=key, rule="inside", found=path, wanted=wanted))
    if not there:
        near = nearest(place.name, _names(place.parent))
        raise StudyError(
            Fault(file=FILE, place=key, rule="exists", found=path, wanted="a file that is there", hint=near)
        )
    if not place.is_file() and not place.is_dir():  # reading it might never end
        found, wanted = f"a device or a pipe: {place.name}", "a file or a folder"
        raise StudyError(Fault(file=FILE, place=key, rule="file", found=found, wanted=wanted))
    return place


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []


def _files(folder: Path, path: str, *, key: str) -> tuple[Path, ...]:
    if not set(path) & set("*?") or _is_there(folder / path):
        place = _inside(folder, path, key=key)
        found = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
    else:
        outside = Path(path).is_absolute() or ".." in Path(path).parts
        found = [] if outside else _matching(folder, path)
    if not found:
        wanted = "Parquet files inside the study's folder"
        raise StudyError(Fault(file=FILE, place=key, rule="exists", found=path, wanted=wanted))
    home = folder.resolve()
    return tuple(_inside(home, str(file.absolute()), key=key) for file in found)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long to be the name of a file; it may still be a pattern
        return False


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except (OSError, ValueError, NotImplementedError, RecursionError):  # no pattern at all, such as a**b
        return []


def read_study(folder: str | Path, *, awaited: bool = False) -> Study:
    r"""Read a study's settings from its folder. The tables are read when a question is asked.

    Parameters
    ----------
    folder
        The folder that holds ``study.toml``.
    awaited
        Whether tables may still be awaited: a path where nothing lies yet is then no fault.

    Returns
    -------
    Study
        The study, its settings valid and each file that it names there.

    Raises
    ------
    StudyError
        With every fault of ``study.toml`` at once.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "study.toml").write_text('[study]\ntitle = "Care"\nservice = "care"\n')
    >>> read_study(folder).head.title
    'Care'
    """
    folder = Path(folder)
    data, faults = _with_package(folder, load(folder / FILE))
    faults += [fault for fault in _faults_of_paths(folder, data) if not (awaited and fault.rule == "exists")]
    try:
        settings = validated(StudyFile, data)
    except StudyError as error:
        raise StudyError(*error.faults, *faults) from None
    if faults:
        raise StudyError(*faults)
    return Study(head=settings.study, folder=folder, tables=settings.tables(), questions=settings.questions)


def _with_package(folder: Path, data: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The settings with the tables of the Data Package that they name; what stands in ``study.toml`` goes first."""
    records = data.get("records")
    named = records.get("datapackage") if isinstance(records, Mapping) else None
    if not isinstance(records, Mapping) or not isinstance(named, str):
        return data, []
    try:
        found = tables_of_package(_inside(folder, named, key="records.datapackage"), name=named)
    except StudyError as error:
        return data, list(error.faults)
    given = {name: table for name, table in records.items() if isinstance(table, Mapping)}
    merged = {name: {**table, **given.get(name, {})} for name, table in found.items()}
    return {**data, "records": {**records, **merged}}, []


def _faults_of_paths(folder: Path, data: Mapping[str, Any]) -> list[Fault]:
    """Every path that leads nowhere or out of the folder, of settings that may be wrong in other ways too."""
    records = data.get("records")
    tables = records.items() if isinstance(records, Mapping) else ()
    paths = {
        f"records.{name}.path": table["path"]
        for name, table in tables
        if isinstance(table, Mapping) and isinstance(table.get("path"), str) and table["path"]
    }
    faults: list[Fault] = []
    for key, path in paths.items():
        try:
            _files(folder, path, key=key)
        except StudyError as error:
            faults += error.faults
    return faults

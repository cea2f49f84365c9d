"""A Data Package's ``datapackage.json`` as settings: each resource that is called like a table is that table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from coproduce.errors import Fault, StudyError
from coproduce.records.schema import TABLES

MOST_BYTES = 1 << 24
WITHOUT_FORMAT = ("default", "any", None)


def tables_of_package(file: Path, *, name: str) -> dict[str, dict[str, Any]]:
    """How the tables of a Data Package are to be read, as they would stand under ``[records]``.

    Taken are each resource's path, delimiter, encoding and form of times; its types are the tables' own.

    Raises
    ------
    StudyError
        If it is not a Data Package with one of the tables, or a resource cannot be read as it is described.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "datapackage.json"
    >>> _ = file.write_text(
    ...     '{"resources": [{"name": "units", "path": "u.csv", "dialect": {"delimiter": ";"}}]}'
    ... )
    >>> tables_of_package(file, name="data/datapackage.json")
    {'units': {'path': 'data/u.csv', 'delimiter': ';'}}
    """
    resources = {str(resource.get("name")): resource for resource in _resources(file, name)}
    tables = {table: resources[table] for table in TABLES if table in resources}
    if not tables:
        raise StudyError(
            _fault(name, found=", ".join(resources), wanted="resources with the names of tables")
        )
    faults = [
        fault for table, resource in tables.items() for fault in _faults(resource, name=f"{name}: {table}")
    ]
    if faults:
        raise StudyError(*faults)
    folder = Path(name).parent
    return {table: _settings(resource, folder) for table, resource in tables.items()}


def _resources(file: Path, name: str) -> list[Mapping[str, Any]]:
    try:
        if (size := file.stat().st_size) > MOST_BYTES:
            raise StudyError(_fault(name, found=f"{size:,} bytes", wanted=f"at most {MOST_BYTES:,} bytes"))
        package = json.loads(file.read_bytes())
    except OSError as error:
        found = error.strerror or "what cannot be read"
        raise StudyError(_fault(name, found=found, wanted="a Data Package in JSON")) from None
    except (ValueError, RecursionError) as error:
        raise StudyError(_fault(name, found=str(error), wanted="a Data Package in JSON")) from None
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not all(isinstance(resource, dict) for resource in resources):
        raise StudyError(_fault(name, found="no list of resources", wanted="a Data Package in JSON"))
    return resources


def _faults(resource: Mapping[str, Any], *, name: str) -> Iterator[Fault]:
    """What of a resource's description would be read otherwise than it says."""
    if not isinstance(resource.get("path"), str):
        yield _fault(name, found=f"path {resource.get('path')}", wanted="the path of one file")
    missing = _part(resource, "schema").get("missingValues", [""])
    if missing not in ([], [""]):
        yield _fault(name, found=f"missingValues {missing}", wanted="missing values that are empty cells")
    if len(forms := _time_formats(resource)) > 1:
        yield _fault(name, found=f"times written as {', '.join(forms)}", wanted="times written in one way")


def _part(resource: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = resource.get(key)
    return part if isinstance(part, Mapping) else {}


def _time_formats(resource: Mapping[str, Any]) -> list[str]:
    fields = _part(resource, "schema").get("fields")
    listed = [field for field in fields if isinstance(field, Mapping)] if isinstance(fields, list) else []
    times = (field.get("format") for field in listed if field.get("type") in ("date", "datetime"))
    return list(dict.fromkeys(str(form) for form in times if form not in WITHOUT_FORMAT))


def _settings(resource: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    settings = {
        "path": (folder / resource["path"]).as_posix(),
        "delimiter": _part(resource, "dialect").get("delimiter"),
        "encoding": resource.get("encoding"),
        "time_format": next(iter(_time_formats(resource)), None),
    }
    # UTF-8 is what a package says by default; a file's own marks tell as much.
    return {
        key: value for key, value in settings.items() if value is not None and str(value).lower() != "utf-8"
    }


def _fault(name: str, *, found: str, wanted: str) -> Fault:
    return Fault(file=name, rule="data package", found=found, wanted=wanted)

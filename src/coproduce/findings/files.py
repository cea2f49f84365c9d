"""``findings.json``, its JSON Schema, and the tables as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from coproduce.findings.finding import Cell, Findings, Table

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def findings_as_json(findings: Findings) -> str:
    """The findings as JSON text: keys in a fixed order, numbers unrounded, no NaN and no infinity.

    Examples
    --------
    >>> from coproduce.findings import StudyLabel
    >>> text = findings_as_json(Findings(coproduce="0.1.0", study=StudyLabel(title="Care", service="care")))
    >>> findings_from_json(text).study.title
    'Care'
    """
    return json.dumps(findings.model_dump(mode="json"), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def findings_from_json(text: str) -> Findings:
    """The findings that a JSON text holds."""
    return Findings.model_validate_json(text)


def findings_schema() -> dict[str, Any]:
    """The JSON Schema of ``findings.json``."""
    schema = Findings.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Coproduce findings",
    }


def write_findings(findings: Findings, folder: Path) -> None:
    """Write ``findings.json`` and each table as ``tables/<finding>.<table>.csv``."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "findings.json").write_text(findings_as_json(findings), encoding="utf-8", newline="\n")
    for finding in findings.findings:
        for name, table in finding.tables.items():
            write_table(table, folder / "tables" / f"{finding.id}.{name}.csv")


def write_times(folder: Path, *, started_at: datetime, seconds: Mapping[str, float]) -> None:
    """Write ``times.json``: when a run began, and how many seconds each question took."""
    told = {"started_at": started_at.isoformat(timespec="seconds"), "seconds": dict(seconds)}
    (folder / "times.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8", newline="\n")


def write_table(table: Table, path: Path) -> None:
    """Write one table as CSV in UTF-8, its texts guarded against being read as formulas by a spreadsheet."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(_guarded, table.columns))
        writer.writerows([_guarded(cell) for cell in row] for row in table.rows)


def _guarded(cell: Cell) -> Cell:
    """A text that a spreadsheet would run is led by an apostrophe, which it shows as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell

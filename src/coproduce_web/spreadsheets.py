"""CSV that a spreadsheet opens as text: no cell of it is a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: Any) -> str:
    """A value as a cell; words that a spreadsheet would take for a formula begin with an apostrophe.

    Examples
    --------
    >>> cell("=cmd|' /C calc'!A0"), cell(-3), cell(None)
    ("'=cmd|' /C calc'!A0", '-3', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_A_FORMULA) else text


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of a CSV file, made one by one."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    yield _taken(page, writer, columns)
    for row in rows:
        yield _taken(page, writer, [cell(row.get(column)) for column in columns])


def _taken(page: io.StringIO, writer: Any, cells: Sequence[str]) -> str:
    page.seek(0)
    page.truncate()
    writer.writerow(cells)
    return page.getvalue()

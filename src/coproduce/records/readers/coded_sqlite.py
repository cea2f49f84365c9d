"""Coded passages in the SQLite files of QualCoder and Taguette."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator

QUALCODER = frozenset({"code_text", "code_name", "source", "cases", "case_text", "attribute"})
TAGUETTE = frozenset({"documents", "highlights", "highlight_tags", "tags"})
COLUMNS = ("document", "starts_at", "ends_at", "coder", "code")
NO_CODER = "Taguette's file does not say who coded: every passage was taken as one coder's, called taguette."

_QUALCODER_ROWS = """
SELECT s.name, t.pos0, t.pos1, t.owner, n.name, t.fid,
    (SELECT CASE WHEN min(k.caseid) = max(k.caseid) THEN min(k.caseid) END FROM case_text k
     WHERE k.fid = t.fid AND k.pos0 <= t.pos0 AND t.pos1 <= k.pos1)
FROM code_text t JOIN source s ON s.id = t.fid JOIN code_name n ON n.cid = t.cid
ORDER BY t.rowid
"""
_TAGUETTE_ROWS = """
SELECT d.name, h.start_offset, h.end_offset, 'taguette', g.path
FROM highlights h JOIN documents d ON d.id = h.document_id
JOIN highlight_tags t ON t.highlight_id = h.id JOIN tags g ON g.id = t.tag_id
ORDER BY h.id, g.id
"""
Row = dict[str, str | None]


def coded_passages(database: sqlite3.Connection, tables: Collection[str]) -> Iterator[Row] | None:
    """The coded passages of a QualCoder or Taguette project; None where the file is neither.

    A passage of QualCoder's carries the one case whose text it lies in as ``case_id``, and what is known of its file
    and its case under the names that they have there.
    """
    if set(tables) >= QUALCODER:
        return _of_qualcoder(database)
    return _of_taguette(database) if set(tables) >= TAGUETTE else None


def notes_of(tables: Collection[str]) -> list[str]:
    """What has to be said of how such a file was read."""
    return [NO_CODER] if set(tables) >= TAGUETTE and not set(tables) >= QUALCODER else []


def _of_qualcoder(database: sqlite3.Connection) -> Iterator[Row]:
    names = dict(database.execute("SELECT caseid, CAST(name AS TEXT) FROM cases"))
    of_files, of_cases = _attributes(database, "file"), _attributes(database, "case")
    for *cells, file, case in database.execute(_QUALCODER_ROWS):
        row = _row(cells) | {"case_id": names.get(case)}
        yield of_files[file] | of_cases[case] | row


def _attributes(database: sqlite3.Connection, kind: str) -> dict[int | None, Row]:
    found: dict[int | None, Row] = defaultdict(dict)
    query = "SELECT id, name, value FROM attribute WHERE attr_type = ? AND value <> ''"
    for owner, name, value in database.execute(query, (kind,)):
        found[owner][str(name)] = str(value)
    return found


def _of_taguette(database: sqlite3.Connection) -> Iterator[Row]:
    for cells in database.execute(_TAGUETTE_ROWS):
        yield _row(cells)


def _row(cells: Collection[object]) -> Row:
    return {name: None if cell is None else str(cell) for name, cell in zip(COLUMNS, cells, strict=True)}

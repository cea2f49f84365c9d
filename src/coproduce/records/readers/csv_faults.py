"""What is wrong with a CSV file as text: looked for row by row only where reading it in a stream failed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from coproduce.errors import SHOWN_ROWS, Fault, RecordsError
from coproduce.records.readers.csv_layout import Layout
from coproduce.records.readers.streams import LONGEST_CELL, Fingerprinted, unpacked


@dataclass(slots=True, kw_only=True)
class Rows:
    """The rows that have one kind of fault: how many, and the first ten."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, row: int, found: str) -> None:
        """Count a row."""
        self.count += 1
        if self.count <= SHOWN_ROWS:
            self.first.append((row, found))

    def fault(self, *, file: str, rule: str, wanted: str, hint: str | None = None) -> Fault:
        """The fault of these rows."""
        return Fault(file=file, rule=rule, wanted=wanted, hint=hint, count=self.count, rows=tuple(self.first))


def ragged_fault(rows: Rows, *, file: str, cells: int) -> Fault:
    """The fault of rows that have more or fewer cells than the header."""
    return rows.fault(
        file=file,
        rule="cells",
        wanted=f"{cells} {'cell' if cells == 1 else 'cells'} in every row, as in the header",
        hint='A text with the delimiter in it must stand in "quotes".',
    )


@contextmanager
def _records(file: Path, layout: Layout, *, strict: bool) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """The rows of a file with their numbers; bytes that cannot be decoded come as lone surrogates."""
    encoding = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    with (
        Fingerprinted(file) as raw,
        unpacked(raw) as stream,
        io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="") as text,
    ):
        reader = csv.reader(text, delimiter=layout.delimiter, strict=strict)
        usual = csv.field_size_limit(LONGEST_CELL)
        try:
            yield enumerate(filter(None, reader), start=1)
        finally:
            csv.field_size_limit(usual)


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What was seen in the rows of a file: bytes that cannot be decoded, good letters beyond ASCII, other lengths."""

    layout: Layout
    undecoded: Rows = field(default_factory=Rows)
    ragged: Rows = field(default_factory=Rows)
    beyond_ascii: bool = False

    def look(self, row: int, cells: list[str]) -> None:
        if len(cells) != len(self.layout.header):
            self.ragged.add(row, f"{len(cells)} cells")
        if bad := next(filter(_undecoded, cells), None):
            self.undecoded.add(row, _as_read(bad, self.layout))
        elif not all(map(str.isascii, cells)):
            self.beyond_ascii = True

    def faults(self, name: str) -> list[Fault]:
        encoding = _encoding_fault(self.undecoded, layout=self.layout, name=name, mixed=self.beyond_ascii)
        cells = ragged_fault(self.ragged, file=name, cells=len(self.layout.header))
        return [fault for fault in (encoding, cells) if fault.count]


def found(file: Path, *, layout: Layout, name: str, error: str) -> list[Fault]:
    """Every fault of a file as text, where reading it in a stream ended with `error`."""
    seen, last, faults = _Seen(layout=layout), 0, []
    with _records(file, layout, strict=False) as records:
        try:
            for row, cells in records:
                seen.look(row, cells)
                last = row
        except csv.Error:
            faults.append(_open_quote(name, row=last + 1))
        except UnicodeError:
            faults.append(_cut_off(name, layout, row=last + 1))
    faults = [*seen.faults(name), *faults]
    if not faults and "straddl" in error:  # Arrow met a cell that goes on for longer than it looks ahead
        faults = [_open_quote(name, row=last)]
    return faults or [Fault(file=name, rule="csv", found=error, wanted="rows of a CSV file")]


def _undecoded(cell: str) -> bool:
    return not cell.isascii() and any("\udc80" <= letter <= "\udcff" for letter in cell)


def _as_read(cell: str, layout: Layout) -> str:
    """A cell that cannot be decoded: its bytes, and how windows-1252 would read them."""
    wide = layout.encoding.startswith(("utf-16", "utf-32"))  # which know no escaped bytes
    raw = cell.encode(layout.encoding, "surrogatepass" if wide else "surrogateescape")
    return f"{str(raw)[2:-1]}, in windows-1252 {raw.decode('cp1252', 'replace')}"


def _encoding_fault(rows: Rows, *, layout: Layout, name: str, mixed: bool) -> Fault:
    if layout.encoding != "utf-8" or layout.chosen:
        hint = f"`encoding` says {layout.encoding}; these bytes mean nothing in it."
        return rows.fault(file=name, rule="encoding", wanted=f"text in {layout.encoding}", hint=hint)
    if mixed:
        hint = "Other rows are good UTF-8: the file was put together from several. Save each part as UTF-8."
        return rows.fault(file=name, rule="mixed encodings", wanted="text in one encoding, UTF-8", hint=hint)
    hint = 'If windows-1252 reads right, set `encoding = "cp1252"`.'
    return rows.fault(file=name, rule="encoding", wanted="text in UTF-8", hint=hint)


def _open_quote(name: str, *, row: int) -> Fault:
    hint = "A quote that is opened and not closed joins rows; one inside a quoted cell is written twice."
    return Fault(
        file=name,
        place=f"row {row}",
        rule="quotes",
        found="a quote that does not end its cell",
        wanted="rows of a CSV file",
        hint=hint,
    )


def _cut_off(name: str, layout: Layout, *, row: int) -> Fault:
    return Fault(
        file=name,
        place=f"about row {row}",
        rule="encoding",
        found=f"bytes that mean nothing in {layout.encoding}",
        wanted=f"text in {layout.encoding}",
        hint="The file may be cut off: copy or download it again.",
    )


def must_be_closed(file: Path, *, layout: Layout, name: str, rows: int) -> None:
    """Refuse a file in which a quote that is never closed has swallowed rows.

    Raises
    ------
    RecordsError
        If a strict reading does not end, or ends with another number of rows.
    """
    last = 0
    with _records(file, layout, strict=True) as records:
        try:
            for row, _ in records:
                last = row
        except csv.Error:
            last = -1 - last
    if last != rows + 1:
        raise RecordsError(_open_quote(name, row=abs(last)))

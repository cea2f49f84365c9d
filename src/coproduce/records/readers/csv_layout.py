"""How a CSV file is written: its encoding, its delimiter and its header."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coproduce.errors import Fault, RecordsError
from coproduce.records.readers.streams import LONGEST_CELL, Fingerprinted, unpacked
from coproduce.records.settings import TableSettings
from coproduce.records.staging import MOST_COLUMNS

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE = 1 << 18
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a CSV file is written. `chosen` says that the study named the encoding, not the file."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    chosen: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken for granted, where it is not the usual."""
        usual = self.encoding == "utf-8"
        return () if usual else (f"The file was read as {self.encoding}.",)


def layout(file: Path, *, name: str, settings: TableSettings) -> Layout:
    """Tell how a file is written from its first 256 KiB and the study's settings.

    Raises
    ------
    RecordsError
        If the file is empty or not text, its delimiter cannot be told, or its header repeats or leaves out a name.
    """
    with Fingerprinted(file) as raw, unpacked(raw) as stream:
        start = stream.read(SAMPLE)
    if not start:
        raise RecordsError(Fault(file=name, rule="empty", found="0 bytes", wanted="a header and rows"))
    encoding = settings.encoding or ("utf-16" if start.startswith(UTF_16_MARKS) else "utf-8")
    sample = _decoded(start, encoding=encoding)
    must_be_text(sample, name=name)
    delimiter = settings.delimiter or _delimiter(sample, name=name, whole=len(start) < SAMPLE)
    header = tuple(cell.strip() for cell in next(_rows(sample, delimiter), ()))
    _must_be_names(header, name=name)
    chosen = settings.encoding is not None
    return Layout(encoding=encoding, delimiter=delimiter, header=header, chosen=chosen)


def _decoded(start: bytes, *, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    try:
        return decoder.decode(start).removeprefix("\ufeff")
    except UnicodeError:  # UTF-32 wants its mark; what is wrong is told when the rows are read
        return start.decode("latin-1").replace("\0", "")


def _rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of a sample, whose last may be cut off."""
    usual = csv.field_size_limit(LONGEST_CELL)
    try:
        yield from csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    finally:
        csv.field_size_limit(usual)


def must_be_text(sample: str | bytes, *, name: str) -> None:
    """Refuse what holds a NUL: no text does.

    Raises
    ------
    RecordsError
        If there is one.
    """
    if ("\0" if isinstance(sample, str) else b"\0") in sample:  # type: ignore[operator]
        raise RecordsError(
            Fault(
                file=name,
                rule="text",
                found="NUL bytes",
                wanted="text",
                hint='Another kind of file? For UTF-16 without a byte order mark set `encoding = "utf-16-le"`.',
            )
        )


def _delimiter(sample: str, *, name: str, whole: bool) -> str:
    r"""The delimiter that splits every row of a sample into as many cells as the header has.

    Examples
    --------
    >>> _delimiter("a;b\n1,5;2\n", name="log.csv", whole=True)
    ';'
    >>> _delimiter("a\n1\n", name="log.csv", whole=True)
    ','
    """
    shares = {delimiter: _share_alike(sample, delimiter, whole=whole) for delimiter in DELIMITERS}
    best = max(shares.values())
    if best == 0:
        return ","
    fitting = [delimiter for delimiter, share in shares.items() if share == best]
    if len(fitting) == 1:
        return fitting[0]
    split_at = " or at ".join(DELIMITERS[delimiter] for delimiter in fitting)
    raise RecordsError(
        Fault(
            file=name,
            rule="delimiter",
            found=f"rows that could be split at {split_at}",
            wanted="one delimiter",
            hint=f'Say which, such as `delimiter = "{fitting[-1]}"`.',
        )
    )


def _share_alike(sample: str, delimiter: str, *, whole: bool) -> float:
    """The share of rows with as many cells as the header; 0 where the header is not split at all."""
    widths = [len(row) for row in _rows(sample, delimiter) if row]
    if not whole and len(widths) > 2:
        widths.pop()
    return widths.count(widths[0]) / len(widths) if widths and widths[0] > 1 else 0


def _must_be_names(header: Sequence[str], *, name: str) -> None:
    if not any(header):
        raise RecordsError(
            Fault(file=name, rule="header", found="an empty row 1", wanted="the names of the columns")
        )
    must_be_few(header, name=name)
    faults = [
        Fault(
            file=name,
            place=f"column {place}",
            rule="header",
            found="",
            wanted="a name in the header (row 1)",
            hint="A column of row numbers? Save the file without it.",
        )
        for place, column in enumerate(header, start=1)
        if not column
    ]
    if faults := [*faults, *repeated(header, name=name)]:
        raise RecordsError(*faults)


def must_be_few(header: Collection[str], *, name: str) -> None:
    """Refuse more columns than any table has.

    Raises
    ------
    RecordsError
        If there are.
    """
    if len(header) > MOST_COLUMNS:
        found, wanted = f"{len(header):,} columns", f"at most {MOST_COLUMNS:,} columns"
        raise RecordsError(Fault(file=name, rule="columns", found=found, wanted=wanted))


def faults_of_names(names: Collection[str], *, name: str) -> list[Fault]:
    r"""The faults of the names of a table's columns: too many, none, of no use in a query, or given twice.

    Examples
    --------
    >>> print(*faults_of_names(["day", "", "a\0b"], name="log.xes"), sep="\n")
    log.xes: columns: found empty, wanted a name for every column
    log.xes: columns: found 'a\x00b', wanted a name for every column
    """
    must_be_few(names, name=name)
    useless = [each for each in names if not each.strip() or "\0" in each]
    wanted = "a name for every column"
    return [
        *(Fault(file=name, place="columns", rule="name", found=each, wanted=wanted) for each in useless),
        *repeated(names, name=name),
    ]


def repeated(header: Collection[str], *, name: str) -> list[Fault]:
    """A fault for every name that stands more than once in a header; capital letters make no other name.

    Examples
    --------
    >>> print(*repeated(["day", "Day", ""], name="log.csv"))
    log.csv: Day: found '2 columns of this name', wanted a name for each column, capital letters aside
    """
    seen: dict[str, list[str]] = {}
    for column in filter(None, header):
        seen.setdefault(column.casefold(), []).append(column)
    return [
        Fault(
            file=name,
            place=same[-1],
            rule="repeated",
            found=f"{len(same)} columns of this name",
            wanted="a name for each column, capital letters aside",
        )
        for same in seen.values()
        if len(same) > 1
    ]

"""Sheets of text: an .xlsx workbook read as a stream of XML, or a folder of CSV files.

A workbook is an archive of XML files that somebody else wrote. Nothing of it is unpacked to disk; every XML is read
piece by piece; and a document type or an entity, an archive that grows beyond the limit, elements that stand too deep,
and more rows or columns than any form has, are refused before they cost anything. Only what has a text counts: rows
that a program left formatted and empty do not.
"""

from __future__ import annotations

import csv
import posixpath
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from coproduce.errors import Fault, RecordsError
from coproduce.records.readers.archives import faults_of_archives, opened_member
from coproduce.records.readers.streams import faults_of_files
from coproduce.records.readers.xml import Xml

MOST_BYTES_PACKED = 32 << 20
MOST_BYTES = 128 << 20
MOST_FILES = 2_000
MOST_ROWS = 20_000
MOST_COLUMNS = 500
MOST_CELLS = 500_000
MOST_SHARED = 2_000_000
MOST_LETTERS = 32_767
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet.

    Parameters
    ----------
    name
        Its name.
    rows
        The number of each row that is not empty, from 1, and its texts by the number of the column, from 1.
    """

    name: str
    rows: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


def read_sheets(path: Path, names: Collection[str], *, name: str) -> dict[str, Sheet]:
    """Read the sheets of a workbook, or the CSV files of a folder, that have one of the names, capitals aside.

    Parameters
    ----------
    path
        An .xlsx file, or a folder with a CSV file in UTF-8 for each sheet.
    names
        The names that are looked for, in small letters.
    name
        What a message calls it.

    Returns
    -------
    dict
        Name in small letters -> sheet; texts without the space around them, empty ones left out.

    Raises
    ------
    RecordsError
        If it is no workbook, is locked, damaged or beyond the limits, or declares a document type or an entity.
    """
    with faults_of_files(name):
        if path.is_dir():
            return _csv_sheets(path, names, name=name)
        _look_at_size(path, name=name)
        with faults_of_archives(name, rule="xlsx", wanted=WORKBOOK), zipfile.ZipFile(path) as archive:
            return _Workbook(archive, name=name).sheets(names)


WORKBOOK = "an .xlsx workbook"


def _fault(name: str, *, found: str, wanted: str, place: str | None = None, hint: str | None = None) -> Fault:
    return Fault(file=name, place=place, rule="xlsx", found=found, wanted=wanted, hint=hint)


def _look_at_size(path: Path, *, name: str) -> None:
    size = path.stat().st_size
    if size > MOST_BYTES_PACKED:
        found = f"{size:,} bytes"
        raise RecordsError(_fault(name, found=found, wanted=f"at most {MOST_BYTES_PACKED:,} bytes"))
    with path.open("rb") as opened:
        if opened.read(4) == OLD_OR_LOCKED:
            hint = "Save it as .xlsx, without a password."
            found = "an old .xls file, or one with a password"
            raise RecordsError(_fault(name, found=found, wanted=WORKBOOK, hint=hint))


class _Workbook:
    """The parts of a workbook's archive."""

    def __init__(self, archive: zipfile.ZipFile, *, name: str) -> None:
        self._archive, self._name = archive, name
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            raise RecordsError(
                _fault(name, found=f"an archive of {len(entries):,} files", wanted=f"at most {MOST_FILES:,}")
            )
        self._read = 0
        self._files = {entry.filename.lstrip("/"): entry for entry in entries}

    def sheets(self, names: Collection[str]) -> dict[str, Sheet]:
        start = next(self._related("", "/officeDocument"), None)
        if start is None or start[1] not in self._files:
            raise RecordsError(
                _fault(
                    self._name,
                    found="an archive that is no workbook",
                    wanted=WORKBOOK,
                    hint="Save it as .xlsx.",
                )
            )
        book = start[1]
        listed = _Listed()
        self._parse(book, start=listed.start)
        parts = dict(self._related(book, "/worksheet"))
        found = {
            name.strip().lower(): parts[id_]
            for name, id_ in listed.sheets
            if name.strip().lower() in names and id_ in parts
        }
        shared = _Shared(self._name)
        for _, path in self._related(book, "/sharedStrings"):
            self._parse(path, start=shared.start, end=shared.end, text=shared.text)
        return {name: self._sheet(name, path, shared=shared.texts) for name, path in found.items()}

    def _sheet(self, sheet: str, path: str, *, shared: list[str]) -> Sheet:
        cells = _Cells(shared, sheet=sheet, name=self._name)
        self._parse(path, start=cells.start, end=cells.end, text=cells.text)
        return Sheet(name=sheet, rows=cells.rows)

    def _related(self, part: str, kind: str) -> Iterator[tuple[str, str]]:
        """The id and the path of each part of a kind that a part is related to."""
        folder, file = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{file}.rels")
        if path not in self._files:
            return
        found: list[tuple[str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("Type", "").endswith(kind):
                target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", "")))
                found.append((attributes.get("Id", ""), target.lstrip("/")))

        self._parse(path, start=start)
        yield from found

    def _parse(
        self,
        path: str,
        *,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Hand the elements of a part over."""
        if path not in self._files:
            raise RecordsError(
                _fault(self._name, found=f"no {path} inside", wanted="a workbook that is whole")
            )
        xml = Xml(name=self._name, rule="xlsx", start=start, end=end, text=text, part=path, most=MOST_BYTES)
        with opened_member(self._archive, self._files[path]) as stream:
            self._read = xml.read(stream, before=self._read)


class _Listed:
    """The sheets that a workbook lists: each name, and the id of its part."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            id_ = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), id_))


class _Texts:
    """Text inside elements `t`, but for the readings (`rPh`) that stand beside it in some languages."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._reading = self._inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - expat hands both over
        if tag == "rPh":
            self._reading = True
        elif tag == "t":
            self._inside = not self._reading

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._reading = False
        elif tag == "t":
            self._inside = False

    def text(self, piece: str) -> None:
        if self._inside:
            self._pieces.append(piece)

    def taken(self) -> str:
        """The text so far; the next begins anew."""
        whole = "".join(self._pieces)
        self._pieces.clear()
        return whole


class _Shared(_Texts):
    """The texts that cells share."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.texts: list[str] = []

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self.texts.append(self.taken())
            if len(self.texts) > MOST_SHARED:
                raise RecordsError(
                    _too_many(self._name, "more texts", place="sharedStrings", most=MOST_SHARED)
                )


class _Cells(_Texts):
    """The cells of one sheet."""

    def __init__(self, shared: list[str], *, sheet: str, name: str) -> None:
        super().__init__()
        self._shared, self._sheet, self._name = shared, sheet, name
        self._row = self._column = self._count = 0
        self._type = ""
        self.rows: dict[int, dict[int, str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._row = _counted(attributes["r"]) if attributes.get("r") else self._row + 1
            self._column = 0
        elif tag == "c":
            letters = re.match("[A-Za-z]{1,3}", attributes.get("r", ""))
            self._column = _place(letters[0]) if letters else self._column + 1
            self._type = attributes.get("t", "n")
        elif tag == "v":
            self._inside = True
        else:
            super().start(tag, attributes)

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "v":
            self._inside = False
        elif tag == "c":
            self._keep(self.taken())

    def _keep(self, raw: str) -> None:
        match self._type:
            case "s":
                value = self._shared[_counted(raw)] if raw else ""
            case "b":
                value = "yes" if raw == "1" else "no"
            case "n":
                value = _number(raw)
            case _:
                value = raw
        value = _unescaped(value).strip()
        if value:
            self._look_at_limits(value)
            row = self.rows.setdefault(self._row, {})
            if self._column in row:
                found = f"two cells in row {self._row}, column {self._column}"
                raise RecordsError(
                    _fault(self._name, place=self._sheet, found=found, wanted="each cell once")
                )
            row[self._column] = value

    def _look_at_limits(self, value: str) -> None:
        self._count += 1
        for count, most, what in (
            (self._row, MOST_ROWS, "row"),
            (self._column, MOST_COLUMNS, "column"),
            (self._count, MOST_CELLS, "cell"),
            (len(value), MOST_LETTERS, "letter"),
        ):
            if count > most:
                raise RecordsError(_too_many(self._name, f"{what} {count:,}", place=self._sheet, most=most))


def _too_many(name: str, found: str, *, place: str, most: int) -> Fault:
    return _fault(name, place=place, found=found, wanted=f"at most {most:,} of them")


def _place(letters: str) -> int:
    """The number of a column.

    Examples
    --------
    >>> _place("A"), _place("AA")
    (1, 27)
    """
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place


def _counted(text: str) -> int:
    """A number that counts something; `int` would also take signs, blanks and digits of other scripts."""
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError(f"{text[:20]!r} where a number is counted")
    return int(text)


def _unescaped(text: str) -> str:
    r"""A text whose letters beyond XML are written out, those beyond 65,535 in two halves; one half is no letter.

    Examples
    --------
    >>> _unescaped("a_x000D_b"), _unescaped("_xD83D__xDE00_") == chr(0x1F600)
    ('a\rb', True)
    """
    if "_x" not in text:
        return text
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise ValueError("half a letter written as _xD800_") from None


def _number(raw: str) -> str:
    """A number as a person would type it.

    Examples
    --------
    >>> _number("3.0"), _number("0.1"), _number("1E+2")
    ('3', '0.1', '100')
    """
    return f"{float(raw):.15g}" if raw else ""


def csv_files(folder: Path, names: Collection[str]) -> dict[str, Path]:
    """The CSV files of a folder that have one of the names; no link is followed, as it could lead out of the folder.

    Parameters
    ----------
    folder
        The folder.
    names
        The names that are looked for, in small letters and without their end.
    """
    return {
        file.stem.lower(): file
        for file in sorted(folder.iterdir())
        if file.suffix.lower() == ".csv"
        and file.stem.lower() in names
        and file.is_file()
        and not file.is_symlink()
    }


def _csv_sheets(folder: Path, names: Collection[str], *, name: str) -> dict[str, Sheet]:
    files = csv_files(folder, names)
    return {sheet: _csv_sheet(file, sheet, name=name) for sheet, file in files.items()}


def _csv_sheet(file: Path, sheet: str, *, name: str) -> Sheet:
    size = file.stat().st_size
    if size > MOST_BYTES_PACKED:
        raise RecordsError(_too_many(name, f"{size:,} bytes", place=sheet, most=MOST_BYTES_PACKED))
    rows: dict[int, dict[int, str]] = {}
    with _faults_of_csv(name, sheet=sheet), file.open(encoding="utf-8-sig", newline="") as opened:
        for number, row in enumerate(csv.reader(opened, strict=True), start=1):
            cells = {place: text.strip() for place, text in enumerate(row, start=1) if text.strip()}
            if not cells:
                continue
            _look_at_row(number, cells, sheet=sheet, name=name)
            rows[number] = cells
    return Sheet(name=sheet, rows=rows)


def _look_at_row(number: int, cells: Mapping[int, str], *, sheet: str, name: str) -> None:
    for count, most, what in (
        (number, MOST_ROWS, "row"),
        (max(cells), MOST_COLUMNS, "column"),
        (max(map(len, cells.values())), MOST_LETTERS, "letter"),
    ):
        if count > most:
            raise RecordsError(_too_many(name, f"{what} {count:,}", place=sheet, most=most))


@contextmanager
def _faults_of_csv(name: str, *, sheet: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x}"
        raise RecordsError(_fault(name, place=sheet, found=found, wanted="text in UTF-8")) from None
    except csv.Error as error:
        raise RecordsError(_fault(name, place=sheet, found=str(error), wanted="CSV that is whole")) from None

"""REFI-QDA projects (.qdpx): coded passages of texts, read from the project's XML as a stream.

Nothing is unpacked to disk, and no other file in the archive is opened. A document type or an entity is refused, and so
is an XML beyond the limit, whatever size the archive says it has.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NoReturn, cast
from xml.parsers import expat  # reads bytes as they come; whoever could do harm with it is refused below

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine
from coproduce.records.readers.streams import PIECE, faults_of_files
from coproduce.records.staging import Staged, TextWriter, sha256_of

PROJECT = "project.qde"
MOST_BYTES = 1 << 30
SOURCES = frozenset({"TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource"})
COLUMNS = ("document", "starts_at", "ends_at", "coder", "code", "case_id")
OTHER_MEDIA = "Codes of pictures, sound, film and whole documents were not read: only passages of text."


def read_refi(file: Path, engine: Engine, *, name: str) -> Staged:
    """Read the coded passages of a REFI-QDA project: a row for each code that somebody gave to a passage of text.

    A document of one case carries the case's name as ``case_id``.

    Raises
    ------
    RecordsError
        If it is no such project, is encrypted, too large, broken or cut off, declares a document type or an entity, or
        holds no coded passage of text.
    """
    with faults_of_files(name), TextWriter(engine, columns=COLUMNS) as writer:
        project = _Project(name)
        try:
            with zipfile.ZipFile(file) as archive, archive.open(_entry(archive, name=name)) as stream:
                project.read(cast(BinaryIO, stream))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
            hint = "It seems to be cut off, damaged or encrypted: export it again."
            raise RecordsError(_fault(name, found=str(error), wanted="a .qdpx file", hint=hint)) from None
        rows = project.rows()
        if not rows:
            raise RecordsError(_fault(name, found="no coded passage of text", wanted="coded passages"))
        for row in rows:
            writer.write(row)
        return writer.finish(sha256=sha256_of(file), notes=[OTHER_MEDIA] if project.other_media else [])


def _entry(archive: zipfile.ZipFile, *, name: str) -> zipfile.ZipInfo:
    """The project's XML in the archive."""
    found = [entry for entry in archive.infolist() if entry.filename.lower() == PROJECT]
    if len(found) != 1:
        seen = f"an archive with {len(found) or 'no'} {PROJECT}"
        raise RecordsError(_fault(name, found=seen, wanted=f"a REFI-QDA project with one {PROJECT}"))
    return found[0]


class _Project:
    """What is known while the XML goes by: who and what is named, and which passage the parser is in."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._users: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._documents: dict[str, str] = {}
        self._cases: dict[str, set[str]] = {}
        self._source = self._case = ""
        self._passage: dict[str, str] | None = None
        self._coder = ""
        self._found: list[tuple[str, str, str, str, str]] = []
        self.other_media = False
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "User": self._user,
            "Code": self._code,
            "Case": self._start_case,
            "SourceRef": self._source_ref,
            "PlainTextSelection": self._start_passage,
            "Coding": self._start_coding,
            "CodeRef": self._code_ref,
            **dict.fromkeys(SOURCES, self._start_source),
        }
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def read(self, stream: BinaryIO) -> None:
        """Read the XML piece by piece, and no more of it than the limit."""
        read = 0
        try:
            while piece := stream.read(PIECE):
                read += len(piece)
                if read > MOST_BYTES:
                    found = f"an XML of more than {MOST_BYTES:,} bytes"
                    raise RecordsError(_fault(self._name, found=found, wanted="a smaller project"))
                self.parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by place
            self.parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            found = f"{expat.ErrorString(error.code)}, line {error.lineno}"
            wanted = f"{PROJECT} in well-formed XML"
            raise RecordsError(_fault(self._name, found=found, wanted=wanted)) from None

    def rows(self) -> list[dict[str, str | None]]:
        """Each code of each passage, by name; an identifier that names nothing stands for itself."""
        return [
            {
                "document": self._documents.get(source, source),
                "starts_at": start,
                "ends_at": end,
                "coder": self._users.get(coder, coder) or None,
                "code": self._codes.get(code, code),
                "case_id": self._case_of(source),
            }
            for source, start, end, coder, code in self._found
        ]

    def _case_of(self, source: str) -> str | None:
        cases = self._cases.get(source, set())
        return next(iter(cases)) if len(cases) == 1 else None

    def _refuse(self, *_: object) -> NoReturn:
        found = f"a document type or entity in line {self.parser.CurrentLineNumber}"
        hint = "It could make a small file endless, or read other files. Export the project without it."
        raise RecordsError(_fault(self._name, found=found, wanted="XML without one", hint=hint))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if handler := self._starts.get(tag.rpartition(":")[2]):
            handler(attributes)

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in SOURCES:
            self._source = ""
        elif tag == "Case":
            self._case = ""
        elif tag == "PlainTextSelection":
            self._passage = None

    def _user(self, attributes: dict[str, str]) -> None:
        self._users[_guid(attributes)] = attributes.get("name") or attributes.get("id") or ""

    def _code(self, attributes: dict[str, str]) -> None:
        self._codes[_guid(attributes)] = attributes.get("name", "")

    def _start_case(self, attributes: dict[str, str]) -> None:
        self._case = attributes.get("name", "")

    def _source_ref(self, attributes: dict[str, str]) -> None:
        if self._case:
            self._cases.setdefault(_guid(attributes, "targetGUID"), set()).add(self._case)

    def _start_source(self, attributes: dict[str, str]) -> None:
        self._source = _guid(attributes)
        self._documents[self._source] = attributes.get("name") or self._source

    def _start_passage(self, attributes: dict[str, str]) -> None:
        self._passage = attributes

    def _start_coding(self, attributes: dict[str, str]) -> None:
        owner = self._passage or {}
        self._coder = _guid(attributes, "creatingUser") or _guid(owner, "creatingUser")

    def _code_ref(self, attributes: dict[str, str]) -> None:
        if self._passage is None:
            self.other_media = self.other_media or bool(self._source)
            return
        start, end = (self._passage.get(place, "") for place in ("startPosition", "endPosition"))
        self._found.append((self._source, start, end, self._coder, _guid(attributes, "targetGUID")))


def _guid(attributes: dict[str, str], name: str = "guid") -> str:
    """An identifier; programs write its letters large or small, with braces or without."""
    return attributes.get(name, "").strip("{}").lower()


def _fault(name: str, *, found: str, wanted: str, hint: str | None = None) -> Fault:
    return Fault(file=name, rule="qdpx", found=found, wanted=wanted, hint=hint)

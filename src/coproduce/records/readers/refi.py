"""REFI-QDA projects (.qdpx): coded passages of texts, read from the project's XML as a stream.

Nothing is unpacked to disk, and no other file in the archive is opened. A document type or an entity is refused, and so
is an XML beyond the limit, whatever size the archive says it has.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine
from coproduce.records.readers.archives import faults_of_archives, opened_member
from coproduce.records.readers.streams import faults_of_files
from coproduce.records.readers.xml import Xml
from coproduce.records.staging import Staged, TextWriter, sha256_of

PROJECT = "project.qde"
MOST_BYTES = 1 << 28
MOST_PASSAGES = 1_000_000
WANTED = "a REFI-QDA project (.qdpx)"
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
    with faults_of_files(name), TextWriter(engine, name=name, columns=COLUMNS) as writer:
        project = _Project(name)
        with (
            faults_of_archives(name, rule="qdpx", wanted=WANTED),
            zipfile.ZipFile(file) as archive,
            opened_member(archive, _entry(archive, name=name)) as stream,
        ):
            project.xml.read(stream)
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
        self.xml = Xml(
            name=name,
            rule="qdpx",
            start=self._start,
            end=self._end,
            part=PROJECT,
            again="Export the project again.",
            most=MOST_BYTES,
        )

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

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if handler := self._starts.get(tag):
            handler(attributes)

    def _end(self, tag: str) -> None:
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
        if len(self._found) == MOST_PASSAGES:
            raise self.xml.refusal("more coded passages", wanted=f"at most {MOST_PASSAGES:,} of them")
        self._found.append((self._source, start, end, self._coder, _guid(attributes, "targetGUID")))


def _guid(attributes: dict[str, str], name: str = "guid") -> str:
    """An identifier; programs write its letters large or small, with braces or without."""
    return attributes.get(name, "").strip("{}").lower()


def _fault(name: str, *, found: str, wanted: str, hint: str | None = None) -> Fault:
    return Fault(file=name, rule="qdpx", found=found, wanted=wanted, hint=hint)

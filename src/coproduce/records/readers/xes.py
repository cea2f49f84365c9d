"""XES event logs, read as a stream of XML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from coproduce.records.engine import Engine
from coproduce.records.readers.streams import Fingerprinted, faults_of_files, unpacked
from coproduce.records.readers.xml import Xml
from coproduce.records.staging import MOST_COLUMNS, Staged, TextWriter

VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
CONTAINERS = frozenset({"list", "container"})
CASE = "case:"
NESTED = "Attributes inside other attributes, and lists, were not read."
MOST_EVENTS = 1_000_000
"""The most events of one trace, which is held until its last attribute has gone by."""


def read_xes(file: Path, engine: Engine, *, name: str) -> Staged:
    """Read an XES log (also .xes.gz): a row for each event, with its own attributes and, as ``case:…``, its trace's.

    Raises
    ------
    RecordsError
        If the XML is broken or cut off, declares a document type or an entity, or holds no event; if an event stands
        where none can, or has an attribute twice.
    """
    with (
        faults_of_files(name),
        Fingerprinted(file) as raw,
        unpacked(raw) as stream,
        TextWriter(engine, name=name) as writer,
    ):
        log = _Log(writer, name=name)
        log.xml.read(stream)
        if not log.events:
            raise log.xml.refusal("no event", wanted="traces with events")
        return writer.finish(sha256=raw.sha256(), notes=[NESTED] if log.nested else [])


class _Log:
    """What is known while a log goes by: the trace, the event, and how deep inside attributes the parser is."""

    def __init__(self, writer: TextWriter, *, name: str) -> None:
        self._writer = writer
        self.events = 0
        self.nested = False
        self._trace: dict[str, str | None] | None = None
        self._event: dict[str, str | None] | None = None
        self._waiting: list[Mapping[str, str | None]] = []
        self._depth = 0
        self.xml = Xml(
            name=name,
            rule="xes",
            start=self._start,
            end=self._end,
            wanted="an XES log in well-formed XML",
            again="Save, copy or download the log again.",
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("trace", "event"):
            self._begin(tag)
        elif tag in VALUES or tag in CONTAINERS or self._depth:
            self._attribute(tag, attributes)
        elif tag == "global":
            self._depth = 1  # what stands in it describes attributes; it is none

    def _begin(self, tag: str) -> None:
        if self._depth or self._event is not None or (tag == "trace" and self._trace is not None):
            place = f"after event {self.events + len(self._waiting):,}"
            raise self.xml.refusal(f"{tag} inside another element, {place}", wanted="events in traces")
        if tag == "trace":
            self._trace = {}
        else:
            self._event = {}

    def _attribute(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        row, prefix = (self._event, "") if self._event is not None else (self._trace, CASE)
        if row is None:
            return
        if self._depth > 1 or tag in CONTAINERS:
            self.nested = True
        elif "key" in attributes:
            key, value = prefix + attributes["key"], attributes.get("value")
            # Another value under the same key would replace the first, and nobody would know.
            if row.setdefault(key, value) != value or len(row) > MOST_COLUMNS:
                self._refuse(key, row)

    def _refuse(self, key: str, row: Mapping[str, str | None]) -> NoReturn:
        if len(row) > MOST_COLUMNS:
            wanted = f"at most {MOST_COLUMNS:,} attributes"
            raise self.xml.refusal("a trace or an event with more attributes", wanted=wanted)
        found = f"two values of {key.removeprefix(CASE)} after event {self.events + len(self._waiting):,}"
        raise self.xml.refusal(found, wanted="each key once in a trace and in an event")

    def _end(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1
        elif tag == "event" and self._event is not None:
            self._waiting.append(self._event)
            self._event = None
            if self._trace is None:  # it belongs to no trace, and the check will say that it has no case
                self._write({})
            elif len(self._waiting) > MOST_EVENTS:
                raise self.xml.refusal(
                    "a trace with more events", wanted=f"at most {MOST_EVENTS:,} events in a trace"
                )
        elif tag == "trace" and self._trace is not None:
            self._write(self._trace)

    def _write(self, trace: Mapping[str, str | None]) -> None:
        """Write the events of a trace; they waited for it to end, as its attributes may come after them."""
        for event in self._waiting:
            self._writer.write({**trace, **event})
        self.events += len(self._waiting)
        self._waiting.clear()
        self._trace = None

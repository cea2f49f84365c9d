"""XES event logs, read as a stream of XML. A document type or an entity is refused: no event log needs one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat  # reads bytes as they come; whoever could do harm with it is refused below

from coproduce.errors import Fault, RecordsError
from coproduce.records.engine import Engine
from coproduce.records.readers.streams import Fingerprinted, faults_of_files, unpacked
from coproduce.records.staging import Staged, TextWriter

VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
CONTAINERS = frozenset({"list", "container"})
CASE = "case:"
NESTED = "Attributes inside other attributes, and lists, were not read."


def read_xes(file: Path, engine: Engine, *, name: str) -> Staged:
    """Read an XES log (also .xes.gz): a row for each event, with its own attributes and, as ``case:…``, its trace's.

    Raises
    ------
    RecordsError
        If the XML is broken or cut off, declares a document type or an entity, or holds no event.
    """
    with (
        faults_of_files(name),
        Fingerprinted(file) as raw,
        unpacked(raw) as stream,
        TextWriter(engine) as writer,
    ):
        log = _Log(writer, name=name)
        try:
            log.parser.ParseFile(stream)
        except expat.ExpatError as error:
            raise RecordsError(_broken(name, error)) from None
        except (LookupError, ValueError) as error:
            raise RecordsError(_fault(name, found=str(error), wanted="XML in UTF-8")) from None
        if not log.events:
            raise RecordsError(_fault(name, found="no event", wanted="traces with events"))
        return writer.finish(sha256=raw.sha256(), notes=[NESTED] if log.nested else [])


class _Log:
    """What is known while a log goes by: the trace, the event, and how deep inside attributes the parser is."""

    def __init__(self, writer: TextWriter, *, name: str) -> None:
        self._writer, self._name = writer, name
        self.events = 0
        self.nested = False
        self._trace: dict[str, str | None] | None = None
        self._event: dict[str, str | None] | None = None
        self._waiting: list[Mapping[str, str | None]] = []
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def _refuse(self, *_: object) -> NoReturn:
        found = f"a document type or entity in line {self.parser.CurrentLineNumber}"
        hint = "It could make a small file endless, or read other files. Save the log without it."
        raise RecordsError(_fault(self._name, found=found, wanted="XML without one", hint=hint))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag in VALUES or tag in CONTAINERS or self._depth:
            self._attribute(tag, attributes)
        elif tag == "trace":
            self._trace = {}
        elif tag == "event":
            self._event = {}
        elif tag == "global":
            self._depth = 1  # what stands in it describes attributes; it is none

    def _attribute(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        row, prefix = (self._event, "") if self._event is not None else (self._trace, CASE)
        if row is None:
            return
        if self._depth > 1 or tag in CONTAINERS:
            self.nested = True
        elif "key" in attributes:
            row[prefix + attributes["key"]] = attributes.get("value")

    def _end(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1
        elif (tag := tag.rpartition(":")[2]) == "event" and self._event is not None:
            self._waiting.append(self._event)
            self._event = None
            if self._trace is None:  # it belongs to no trace, and the check will say that it has no case
                self._write({})
        elif tag == "trace" and self._trace is not None:
            self._write(self._trace)

    def _write(self, trace: Mapping[str, str | None]) -> None:
        """Write the events of a trace; they waited for it to end, as its attributes may come after them."""
        for event in self._waiting:
            self._writer.write({**trace, **event})
        self.events += len(self._waiting)
        self._waiting.clear()
        self._trace = None


def _fault(name: str, *, found: str, wanted: str, hint: str | None = None) -> Fault:
    return Fault(file=name, rule="xes", found=found, wanted=wanted, hint=hint)


def _broken(name: str, error: expat.ExpatError) -> Fault:
    found = f"{expat.ErrorString(error.code)}, line {error.lineno}"
    hint = "It seems to be cut off: copy or download it again." if error.code in _CUT_OFF else None
    return _fault(name, found=found, wanted="an XES log in well-formed XML", hint=hint)


_CUT_OFF = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}

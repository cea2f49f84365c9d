"""XML from outside, read as a stream: no document type, no entity, and a limit to how deep and how long things are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, NoReturn
from xml.parsers import expat  # reads bytes as they come; whoever could do harm with it is refused here

from coproduce.errors import Fault, RecordsError
from coproduce.records.readers.streams import LONGEST_CELL, PIECE

DEEPEST = 200
MOST_ELEMENTS = 5_000_000
"""The most elements of an XML that is limited in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Xml:
    """What is done with the elements of an XML, and how it is refused.

    Parameters
    ----------
    name, rule
        What a message calls the file, and the kind of file that it is to be.
    start, end, text
        Take a start tag with its attributes, an end tag, a piece of text; names come without their prefixes.
    part
        The part of an archive that it is; empty where it is the file itself.
    wanted
        What would be right.
    again
        What somebody can do to have the file written anew.
    most
        How many bytes of it there may be.
    """

    name: str
    rule: str
    start: Callable[[str, dict[str, str]], None]
    end: Callable[[str], None] | None = None
    text: Callable[[str], None] | None = None
    part: str = ""
    wanted: str = "well-formed XML"
    again: str = "Save it again."
    most: int | None = None

    def read(self, stream: BinaryIO, *, before: int = 0) -> int:
        """Read a stream, of whose limit `before` bytes are used up; how many are then.

        Raises
        ------
        RecordsError
            If the XML is broken or cut off, declares a document type or an entity, has elements that stand too deep or
            a tag that is too long, or there is more of it than `most`.
        """
        parser, read = _Parser(self).parser, before
        try:
            while piece := stream.read(PIECE):
                read += len(piece)
                if self.most is not None and read > self.most:
                    found = f"more than {self.most:,} bytes when unpacked"
                    raise self.refusal(found, wanted="a smaller file")
                parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by place
                if read - before - parser.CurrentByteIndex > LONGEST_CELL + PIECE:
                    wanted = f"tags and values of at most {LONGEST_CELL:,} bytes"
                    raise self.refusal("a longer tag or value", wanted=wanted)
            parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            hint = f"It seems to be cut off. {self.again}" if error.code in _CUT_OFF else None
            found = f"{expat.ErrorString(error.code)}, line {error.lineno}{self._of_part()}"
            raise self.refusal(found, hint=hint) from None
        except (LookupError, ValueError) as error:
            found = f"{error}, in {self.part}" if self.part else str(error)
            wanted = "a part that is whole, in UTF-8" if self.part else "XML in UTF-8"
            raise self.refusal(found, wanted=wanted) from None
        return read

    def refusal(self, found: str, *, wanted: str | None = None, hint: str | None = None) -> RecordsError:
        """What says that something is wrong with it."""
        wanted = wanted or self.wanted
        return RecordsError(Fault(file=self.name, rule=self.rule, found=found, wanted=wanted, hint=hint))

    def refuse_entity(self, line: int) -> NoReturn:
        """Refuse a document type or an entity."""
        found = f"a document type or entity in line {line}{self._of_part()}"
        hint = f"It could make a small file endless, or read other files. {self.again}"
        raise self.refusal(found, wanted="XML without one", hint=hint)

    def refuse_depth(self, line: int) -> NoReturn:
        """Refuse elements in elements in elements."""
        found = f"elements more than {DEEPEST} deep in line {line}{self._of_part()}"
        raise self.refusal(found, wanted="elements that stand less deep in each other")

    def refuse_number(self) -> NoReturn:
        """Refuse elements without end, which cost more than their bytes."""
        raise self.refusal(f"more than {MOST_ELEMENTS:,} elements{self._of_part()}", wanted="a smaller file")

    def _of_part(self) -> str:
        return f" of {self.part}" if self.part else ""


class _Parser:
    """A parser that counts how deep it stands, and hands the elements over."""

    def __init__(self, xml: Xml) -> None:
        self._xml, self._depth, self._number = xml, 0, 0
        self._most = math.inf if xml.most is None else MOST_ELEMENTS
        self._hand_start, self._hand_end = xml.start, xml.end
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = xml.text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._number += 1
        if self._depth > DEEPEST:
            self._xml.refuse_depth(self.parser.CurrentLineNumber)
        if self._number > self._most:
            self._xml.refuse_number()
        self._hand_start(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._hand_end is not None:
            self._hand_end(tag.rpartition(":")[2] if ":" in tag else tag)

    def _refuse(self, *_: object) -> NoReturn:
        self._xml.refuse_entity(self.parser.CurrentLineNumber)


_CUT_OFF = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}

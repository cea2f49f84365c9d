"""OCEL 2.0 logs: an event may belong to many objects, and the study says which type of object is a case."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import ijson
import numpy as np
from numpy.typing import NDArray

from coproduce.errors import Fault, RecordsError, first_of, nearest
from coproduce.records.engine import Engine, literal
from coproduce.records.readers.streams import LONGEST_CELL, PIECE, Fingerprinted, faults_of_files, unpacked
from coproduce.records.staging import Staged, TextWriter, staged

CASE = "case:"
EVENT = ("id", "place", "activity", "occurred_at")
OBJECT = ("case_id", "type")
DEEPEST = 64
"""How deep brackets may stand in brackets. OCEL needs five; the time that a parser takes grows with their square."""
LONGEST_NUMBER = 1_000
"""The most digits of a number. The parser does not survive more than Python takes for one."""
ESCAPE = re.compile(
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u(?![dD][89a-fA-F])....|\\[^u]",
    re.DOTALL,
)
"""Two halves of a letter beyond 65,535, another letter by its number, or one with a meaning, such as a new line."""
LONGEST_ESCAPE = 12
DIGITS = np.isin(np.arange(256), list(b"0123456789"))
BRACKETS = np.zeros(256, dtype=np.int32)
BRACKETS[list(b"[{")], BRACKETS[list(b"]}")] = 1, -1


def read_ocel_json(file: Path, engine: Engine, *, name: str, object_type: str | None) -> Staged:
    """Read an OCEL 2.0 log in JSON, as a stream.

    Raises
    ------
    RecordsError
        If it is not OCEL 2.0 JSON, or the type of object that is a case cannot be told.
    """
    with faults_of_files(name), Ocel(engine, name=name) as log:
        _must_be_harmless(file, name=name)
        for entry in _entries(file, "objects.item", name=name):
            log.object(_earliest(entry), id_=entry.get("id"), kind=entry.get("type"))
        for place, entry in enumerate(_entries(file, "events.item", name=name)):
            own = {**_attributes(entry), "ocel_time": _text(entry.get("time")), "ocel_place": str(place)}
            log.event(own, id_=entry.get("id"), kind=entry.get("type"))
            for relation in _listed(entry, "relationships"):
                log.relation(entry.get("id"), relation.get("objectId"))
        with Fingerprinted(file) as raw:
            return log.finish(object_type=object_type, sha256=raw.sha256())


def _must_be_harmless(file: Path, *, name: str) -> None:
    """Refuse what a parser would count for hours, or fall over: brackets within brackets, endless texts and numbers."""
    with Fingerprinted(file) as raw, unpacked(raw) as stream:
        depth = quotes = digits = length = 0
        for piece in _without_escapes(stream, name=name):
            letters = np.frombuffer(piece, dtype=np.uint8)
            quoted = quotes + np.cumsum(letters == ord('"'))
            inside = quoted % 2 == 1
            depths = depth + np.cumsum(np.where(inside, 0, BRACKETS[letters]))
            longest, digits = _longest_run(DIGITS[letters] & ~inside, before=digits)
            widest, length = _longest_run(inside, before=length)
            for most, count, what in (
                (DEEPEST, depths.max(), "brackets within each other"),
                (LONGEST_NUMBER, longest, "digits of a number"),
                (LONGEST_CELL, widest, "bytes of a text"),
            ):
                if count > most:
                    found = f"more than {most:,} {what}"
                    raise RecordsError(_fault(name, found=found, wanted="an OCEL 2.0 log in JSON"))
            depth, quotes = int(depths[-1]), int(quoted[-1])


def _longest_run(true: NDArray[np.bool_], *, before: int) -> tuple[int, int]:
    """The longest run of true values, `before` of which had gone by; and how many stand at the end.

    Examples
    --------
    >>> _longest_run(np.array([True, False, True, True, False, True]), before=4)
    (5, 1)
    """
    ends = np.flatnonzero(np.concatenate([[True], ~true, [True]]))
    runs = np.diff(ends) - 1
    runs[0] += before
    return int(runs.max()), int(runs[-1])


def _without_escapes(stream: BinaryIO, *, name: str) -> Iterator[bytes]:
    """The pieces of a stream of JSON without its escapes; half a letter is refused, as the parser would make it a ?."""
    left = b""
    while piece := stream.read(PIECE):
        plain = ESCAPE.sub(b"", left + piece)
        place = plain.find(b"\\")
        left = plain[place:] if place >= 0 else b""
        if len(left) > LONGEST_ESCAPE:
            break
        if whole := plain[: len(plain) - len(left)]:
            yield whole
    if left.startswith((b"\\ud", b"\\uD")):
        found = f"half a letter, {left[:6].decode('ascii', 'replace')}"
        raise RecordsError(_fault(name, found=found, wanted="letters that are whole"))


def _entries(file: Path, prefix: str, *, name: str) -> Iterator[Mapping[str, Any]]:
    with Fingerprinted(file) as raw, unpacked(raw) as stream:
        try:
            for entry in ijson.items(stream, prefix):
                if not isinstance(entry, Mapping):
                    raise RecordsError(_fault(name, found=str(entry), wanted=f"an object in `{prefix[:-5]}`"))
                yield entry
        except (ijson.JSONError, ArithmeticError, ValueError) as error:
            endless = isinstance(error, ArithmeticError)
            found = "a number beyond all limits" if endless else str(error).partition("\n")[0]
            raise RecordsError(
                _fault(name, found=found, wanted="an OCEL 2.0 log in JSON that is whole")
            ) from None


def _fault(name: str, *, found: str, wanted: str, hint: str | None = None) -> Fault:
    return Fault(file=name, rule="ocel", found=found, wanted=wanted, hint=hint)


def _listed(entry: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    listed = entry.get(key)
    return [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []


def _attributes(entry: Mapping[str, Any]) -> dict[str, str | None]:
    return {str(item.get("name")): _text(item.get("value")) for item in _listed(entry, "attributes")}


def _earliest(entry: Mapping[str, Any]) -> dict[str, str | None]:
    """An object's attributes, each with its first value in time."""
    in_time = sorted(_listed(entry, "attributes"), key=lambda item: str(item.get("time")), reverse=True)
    return _attributes({"attributes": in_time})


def _text(value: object) -> str | None:
    """A JSON value as text.

    Examples
    --------
    >>> [_text(value) for value in ("a", 7, True, None)]
    ['a', '7', 'true', None]
    """
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


class Ocel:
    """A log on its way to the engine: its objects, its events, and which event concerns which object."""

    def __init__(self, engine: Engine, *, name: str) -> None:
        self._engine, self._name = engine, name
        self._objects = TextWriter(engine, name=name, columns=OBJECT)
        self._events = TextWriter(engine, name=name, columns=EVENT)
        self._relations = TextWriter(engine, columns=("event", "object"))
        self._open = ExitStack()

    def __enter__(self) -> Ocel:
        for writer in (self._objects, self._events, self._relations):
            self._open.enter_context(writer)
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def object(self, attributes: Mapping[str, str | None], *, id_: str | None, kind: str | None) -> None:
        """Add an object; its attributes become columns called ``case:`` and their names."""
        own = {CASE + name: value for name, value in attributes.items() if not name.startswith("ocel_")}
        self._objects.write({**own, "case_id": _text(id_), "type": _text(kind)})

    def event(self, attributes: Mapping[str, str | None], *, id_: str | None, kind: str | None) -> None:
        """Add an event; ``ocel_time`` and ``ocel_place`` among its attributes are its time and its place in the log."""
        own = {
            f"event:{name}" if name in {*EVENT, *OBJECT} else name: value
            for name, value in attributes.items()
            if not name.startswith("ocel_")
        }
        place, time = attributes.get("ocel_place"), attributes.get("ocel_time")
        self._events.write(
            {**own, "id": _text(id_), "place": place, "activity": _text(kind), "occurred_at": time}
        )

    def relation(self, event: str | None, concerned: str | None) -> None:
        """Add that an event concerns an object."""
        self._relations.write({"event": _text(event), "object": _text(concerned)})

    def finish(self, *, object_type: str | None, sha256: str) -> Staged:
        """The log with the objects of one type as its cases: an event that concerns several of them has a row for each.

        Raises
        ------
        RecordsError
            If the log holds no event, repeats an event's id, or which type is meant cannot be told.
        """
        objects, events, relations = self._objects.finish(), self._events.finish(), self._relations.finish()
        self._must_be_events(events)
        self._must_be_once(events, "events")
        self._must_be_once(objects, "objects")
        kind = self._kind(objects, object_type)
        pairs = (
            f"(SELECT DISTINCT r.c1 AS event, o.row_number AS object FROM {relations.scan} r "
            f"JOIN {objects.scan} o ON r.c2 = o.c1 AND o.c2 = {literal(kind)})"
        )
        own = [column for column in events.columns if column.name not in ("id", "place")]
        case = [column for column in objects.columns if column.name != "type"]
        selected = [f"o.{column.sql} AS o{column.sql}" for column in case]
        selected += [f"e.{column.sql} AS e{column.sql}" for column in own]
        file = Path(tempfile.mkdtemp(dir=self._engine.scratch)) / "rows.parquet"
        self._engine.run(
            f"COPY (SELECT {', '.join(selected)} FROM {pairs} p JOIN {events.scan} e ON e.c1 = p.event "
            f"JOIN {objects.scan} o ON o.row_number = p.object ORDER BY CAST(e.c2 AS BIGINT), o.row_number) "
            f"TO {literal(str(file))} (FORMAT parquet)"
        )
        names = [column.name for column in (*case, *own)]
        notes = self._notes(kind, events=events, pairs=pairs)
        return staged([file], self._engine, names=names, sha256=sha256, notes=notes)

    def _must_be_events(self, events: Staged) -> None:
        if not events.rows:
            raise RecordsError(_fault(self._name, found="no events", wanted="an OCEL 2.0 log"))

    def _must_be_once(self, source: Staged, what: str) -> None:
        repeated = self._engine.rows(
            f"SELECT c1, count(*) FROM {source.scan} GROUP BY c1 HAVING count(*) > 1 ORDER BY c1 LIMIT 1"
        )
        if repeated:
            wanted = f"an id of its own for each of the {what}"
            raise RecordsError(
                _fault(self._name, found=f"{repeated[0][1]} {what} {repeated[0][0]}", wanted=wanted)
            )

    def _kind(self, objects: Staged, named: str | None) -> str:
        counted = self._engine.rows(f"SELECT c2, count(*) FROM {objects.scan} GROUP BY c2 ORDER BY c2")
        kinds = {kind: count for kind, count in counted if kind is not None}
        if named in kinds:
            return str(named)
        if named is None and len(kinds) == 1:
            return str(next(iter(kinds)))
        listed = first_of(f"{kind} ({count:,})" for kind, count in kinds.items())
        raise RecordsError(
            Fault(
                file=self._name,
                place="object_type",
                rule="object type",
                found=named or "no type of object that is a case",
                wanted=f"one of {listed or 'the types of its objects'}",
                hint=nearest(named or "", kinds),
            )
        )

    def _notes(self, kind: str, *, events: Staged, pairs: str) -> list[str]:
        related, several = self._engine.rows(
            f"SELECT count(*), count(*) FILTER (times > 1) FROM (SELECT count(*) AS times FROM {pairs} p "
            f"JOIN {events.scan} e ON e.c1 = p.event GROUP BY p.event)"
        )[0]
        notes = [f"A case is an object of type {kind}."]
        if several:
            concern, count = ("event concerns", "counts") if several == 1 else ("events concern", "count")
            notes.append(f"{several:,} {concern} several of these objects and {count} once for each.")
        if left := events.rows - related:
            concern, are = ("event concerns", "is") if left == 1 else ("events concern", "are")
            notes.append(f"{left:,} {concern} none of these objects and {are} left out.")
        return notes

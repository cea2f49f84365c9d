"""A findings.json from outside: read with limits, or refused with what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from coproduce._version import __version__
from coproduce.errors import Fault, RecordsError, StudyError, nearest
from coproduce.findings import Findings
from coproduce.records.settings import validated

MOST_BYTES = 200_000_000
DEEPEST = 50
MOST_FAULTS = 20
HALF_LETTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""What may be half of a letter beyond the first 65,536, by its number."""
WANTED = "a findings.json that `coproduce run` wrote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Findings as they were published, the name of their file and its fingerprint."""

    findings: Findings
    file: str
    sha256: str


def read_published(path: Path) -> Published:
    """Read a file of findings.

    Parameters
    ----------
    path
        The file: 200 MB at most, nested 50 deep at most.

    Raises
    ------
    RecordsError
        If it is not there, or not what ``coproduce run`` writes; every fault at once, the first twenty of many.
    """
    name = path.name or str(path)
    held = _bytes(path, name=name)
    data = _data(held, name=name)
    return Published(findings=_findings(data, name=name), file=name, sha256=hashlib.sha256(held).hexdigest())


def _bytes(path: Path, *, name: str) -> bytes:
    try:
        if path.is_file():
            with path.open("rb") as file:
                held = file.read(MOST_BYTES + 1)
            if len(held) > MOST_BYTES:
                _refuse(name, "size", found=f"more than {MOST_BYTES:,} bytes")
            return held
        found = "a folder" if path.is_dir() else "a device or a pipe" if path.exists() else "no such file"
        hint = "It is in the folder that `coproduce run --out` names." if path.is_dir() else _near(path)
    except OSError as error:
        found, hint = error.strerror or "what cannot be read", None
    return _refuse(name, "exists", found=found, hint=hint)


def _near(path: Path) -> str | None:
    there = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    return nearest(path.name, there)


def _refuse(name: str, rule: str, *, found: str, hint: str | None = None) -> NoReturn:
    raise RecordsError(Fault(file=name, rule=rule, found=found, wanted=WANTED, hint=hint))


def _data(held: bytes, *, name: str) -> dict[str, Any]:
    try:
        data = json.loads(held.decode("utf-8-sig"), parse_constant=_no_number)
        if HALF_LETTER.search(held):
            json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        _refuse(name, "encoding", found="half a letter, which no text can hold")
    except UnicodeDecodeError as error:
        found = f"byte {held[error.start]:#04x} at {error.start}"
        raise RecordsError(Fault(file=name, rule="encoding", found=found, wanted="text in UTF-8")) from None
    except RecursionError:
        _refuse(name, "depth", found="lists within lists without end")
    except ValueError as error:  # also of whole numbers of thousands of digits
        _refuse(name, "json", found=str(error), hint="It may be cut off: copy or download it again.")
    if _is_too_deep(data):
        _refuse(name, "depth", found=f"lists within lists, more than {DEEPEST} deep")
    if not isinstance(data, dict):
        _refuse(name, "findings", found=type(data).__name__)
    return data


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text}, which is no number of JSON")


def _is_too_deep(data: object) -> bool:
    level: list[object] = [data]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _within(outer)]
        if not level:
            return False
    return True


def _within(outer: object) -> Iterator[object]:
    inner = outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
    yield from (each for each in inner if isinstance(each, dict | list))


def _findings(data: dict[str, Any], *, name: str) -> Findings:
    try:
        found = validated(Findings, data, file=name)
    except StudyError as error:
        raise RecordsError(*_told(error.faults, made_by=data.get("coproduce"))) from None
    times = Counter(finding.id for finding in found.findings)
    if twice := [id_ for id_, number in times.items() if number > 1]:
        fault = Fault(file=name, place="findings", rule="once", found=twice[0], wanted="each finding once")
        raise RecordsError(fault)
    if not times:
        _refuse(name, "findings", found="no finding")
    return found


def _told(faults: tuple[Fault, ...], *, made_by: object) -> tuple[Fault, ...]:
    """The first faults; that another version made the file is said with the first of them."""
    first, *rest = faults[:MOST_FAULTS]
    if isinstance(made_by, str) and made_by != __version__:
        hint = f"The file says that Coproduce {made_by[:40]} made it; this is {__version__}."
        first = replace(first, hint=hint)
    if len(faults) > MOST_FAULTS:
        more = f"{len(faults) - MOST_FAULTS:,} more faults of this kind"
        rest.append(Fault(file=first.file, rule="findings", found=more, wanted=WANTED))
    return first, *rest

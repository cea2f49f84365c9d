"""Every refusal that a user can meet.

::

    CoproduceError        exit code 1
    ├── StudyError        10   study.toml or a setting: file, key, found, wanted
    ├── RecordsError      11   the tables: every fault, with row and column
    ├── EngineError       12   the engine could not do what was asked (disk, memory, a missing extra)
    ├── PlanError         13   a frozen plan was changed by hand, or would be overwritten
    └── EstimationError   14   a method cannot answer from what it was given

Exit codes of the command line: 0 all is well, 2 the command was typed wrongly, 15 a published finding does not
hold (which is an answer and no refusal), and those above.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, ClassVar

SHOWN_ROWS = 10
DOES_NOT_HOLD = 15
"""The exit code of ``coproduce verify`` where a finding differs, or cannot be made again."""
MOST_LISTED = 20
LONGEST_NAME, MOST_NAMES = 200, 1_000
"""What is looked through for the nearest name; comparing takes long where names are, or there are many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of thing that is wrong in one place.

    Parameters
    ----------
    file
        The file as the study names it.
    place
        The column or key, dotted where it is nested.
    rule
        The short name of the rule that is broken, such as ``required`` or ``time``.
    found
        What stands there, when it is one thing; faults of many rows carry ``rows`` instead.
    wanted
        What would be right, in plain words.
    hint
        What may help, such as the nearest name.
    count
        How many rows (or keys) have this fault.
    rows
        The first ten of them: row number and what was found. In CSV the header is row 1.

    Examples
    --------
    >>> print(
    ...     Fault(
    ...         file="log.csv",
    ...         place="case_id",
    ...         rule="required",
    ...         wanted="an id",
    ...         count=2,
    ...         rows=((4, ""), (9, "")),
    ...     )
    ... )
    log.csv: case_id: wanted an id; 2 rows: row 4 (empty), row 9 (empty)
    """

    file: str
    rule: str
    wanted: str
    place: str | None = None
    found: str | None = None
    hint: str | None = None
    count: int = 1
    rows: tuple[tuple[int, str | None], ...] = ()

    def __str__(self) -> str:
        where = self.file if self.place is None else f"{self.file}: {self.place}"
        found = "" if self.found is None else f"found {_shown(self.found)}, "
        text = f"{where}: {found}wanted {self.wanted}"
        if self.rows:
            listed = ", ".join(f"row {row} ({_shown(value)})" for row, value in self.rows)
            more = ", …" if self.count > len(self.rows) else ""
            text += f"; {self.count:,} {'row' if self.count == 1 else 'rows'}: {listed}{more}"
        return text if self.hint is None else f"{text}. {self.hint}"


def _shown(value: str | None) -> str:
    """A value as a message shows it: short, on one line, and never invisible."""
    if value is None or value == "":
        return "empty"
    text = repr(value)[1:-1] if value != value.strip() or not value.isprintable() else value
    text = text if len(text) <= 60 else text[:57] + "…"
    return f"'{text}'"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The sentence that names the nearest known name, capital letters aside, or None where nothing is near.

    Names of more than 200 letters, and those after the first 1,000, are not looked at.

    Examples
    --------
    >>> nearest("activty", ["activity", "actor"])
    "Did you mean 'activity'?"
    >>> nearest("zzz", ["activity"]) is None
    True
    """
    if len(name) > LONGEST_NAME:
        return None
    names = {each.casefold(): each for each in islice(known, MOST_NAMES) if len(each) <= LONGEST_NAME}
    close = difflib.get_close_matches(name.casefold(), list(names), n=1, cutoff=0.6)
    return f"Did you mean '{names[close[0]]}'?" if close else None


def first_of(names: Iterable[str]) -> str:
    """Names as a message lists them: the first twenty, and that there are more.

    Examples
    --------
    >>> first_of(["a", "b"]), first_of("abcdefghijklmnopqrstuvwxyz")[-7:]
    ('a, b', 's, t, …')
    """
    shown = list(islice(names, MOST_LISTED + 1))
    return ", ".join(shown[:MOST_LISTED]) + (", …" if len(shown) > MOST_LISTED else "")


class CoproduceError(Exception):
    """Something that Coproduce refuses to do, with what was found and what would be right."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults: tuple[Fault, ...] = tuple(faults)

    def as_dict(self) -> dict[str, Any]:
        """The refusal as plain data, for ``--json``."""
        return {
            "error": type(self).__name__,
            "exit_code": self.exit_code,
            "message": self.message,
            "faults": [asdict(fault) for fault in self.faults],
        }


def _told(faults: Sequence[Fault]) -> str:
    return "\n".join(str(fault) for fault in faults)


class StudyError(CoproduceError):
    """``study.toml`` or another setting is wrong; it lists every fault at once."""

    exit_code = 10

    def __init__(self, *faults: Fault) -> None:
        super().__init__(_told(faults), faults=faults)


class RecordsError(CoproduceError):
    """The records are wrong; it lists every fault of every table at once."""

    exit_code = 11

    def __init__(self, *faults: Fault) -> None:
        super().__init__(_told(faults), faults=faults)


class EngineError(CoproduceError):
    """The engine could not do what was asked: no disk, no memory, a missing extra."""

    exit_code = 12


class PlanError(CoproduceError):
    """A frozen plan cannot be trusted, or would be overwritten."""

    exit_code = 13

    def __init__(self, *faults: Fault) -> None:
        super().__init__(_told(faults), faults=faults)


class EstimationError(CoproduceError):
    """A method cannot answer from what it was given.

    Parameters
    ----------
    method
        The method that refuses.
    seen
        What it was given.
    may_help
        What would let it answer.
    """

    exit_code = 14

    def __init__(self, method: str, *, seen: str, may_help: str) -> None:
        super().__init__(f"{method}: {seen}. {may_help}")
        self.method, self.seen, self.may_help = method, seen, may_help

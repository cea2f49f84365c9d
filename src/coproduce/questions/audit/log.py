"""The log, laid out in the engine: whose each step is, what came before it, and what each case adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from coproduce.records.engine import Engine
from coproduce.records.opening import OpenTable, Records
from coproduce.records.sides import Sides, Step, Unmatched, find_sides, steps_like, unmatched_activities

SQL = files("coproduce.questions.audit")
MONTHS = 12
Row = dict[str, Any]
Ties = Literal["sequence", "file", "name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An event log whose tables the engine holds: ``walk`` (an event a row), ``case_paths``, ``paths`` and their parts.

    `complete` holds the patterns of the activities that complete a case; none means that every case counts. `ties` says
    by what steps of one moment are ordered: the log's sequence, their place in the file, or their name. Waits of cases
    are counted in units of `unit_us` microseconds. Counts of cases below `small_numbers` are not told.
    """

    engine: Engine
    events: OpenTable
    sides: Sides
    complete: tuple[str, ...]
    unmatched: tuple[Unmatched, ...]
    ties: Ties
    unit_us: int
    small_numbers: int
    _answers: dict[str, list[Row]] = field(default_factory=dict)

    def ask(self, script: str, **values: Any) -> list[Row]:
        """The rows of one of the scripts, each a column -> value; the engine is asked the same only once."""
        asked = f"{script} {values}"
        if asked not in self._answers:
            self._answers[asked] = self.engine.named_rows(SQL / f"{script}.sql", **values)
        return self._answers[asked]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, numbered from 1."""
        return self.sides.steps

    def few(self, count: int) -> bool:
        """Whether a count of cases is too small to be told."""
        return 0 < count < self.small_numbers

    def cases(self, count: int) -> str:
        """A count of cases as people may read it."""
        if self.few(count):
            return f"Fewer than {self.small_numbers} cases"
        return "No case" if count == 0 else "1 case" if count == 1 else f"{count:,} cases"

    def label(self, step: int) -> str:
        """The name of a step."""
        return self.steps[step - 1].label

    def side(self, step: int) -> str:
        """The side of a step."""
        return self.steps[step - 1].side


def lay_out(records: Records, *, complete: Sequence[str], sequence: bool) -> Log:
    """Give every event its side and its place, and add up every case.

    Parameters
    ----------
    records
        A study whose events are open.
    complete
        Patterns of the activities with which a case is complete.
    sequence
        Whether events of one moment go by their sequence (or place in the file), or by the names of their steps.
    """
    engine, events = records.engine, records.tables["events"]
    ties: Ties = "name" if not sequence else "sequence" if "sequence" in events.columns else "file"
    engine.tell("finding whose each step is")
    sides = find_sides(records)
    ends = steps_like(engine, complete)
    engine.tell("putting the steps of each case in order")
    engine.run(SQL / "walk.sql", ties=ties)
    engine.tell("adding up each case")
    engine.run(SQL / "cases.sql")
    engine.run(SQL / "paths.sql", some_end=bool(complete), ends=ends)
    cases, longest_us = engine.rows(SQL / "longest.sql")[0]
    return Log(
        engine=engine,
        events=events,
        sides=sides,
        complete=tuple(complete),
        unmatched=(*sides.unmatched, *unmatched_activities(engine, complete)),
        ties=ties,
        unit_us=_unit_us(cases, longest_us=longest_us),
        small_numbers=records.study.head.small_numbers,
    )


def _unit_us(cases: int, *, longest_us: int) -> int:
    """The unit in which the squares of all waits add up within the 38 digits that an engine's whole numbers have.

    Microseconds will do, unless millions of cases last for centuries (because of a date that stands for "unknown").

    Examples
    --------
    >>> _unit_us(10_000_000, longest_us=5 * 10**14), _unit_us(10_000_000, longest_us=5 * 10**15)
    (1, 1000)
    """
    return 1 if cases * longest_us**2 < 10**37 else 1000


def month(number: int) -> str:
    """A month from its number, counted from the year 0.

    Examples
    --------
    >>> month(2026 * 12 + 2)
    '2026-03'
    """
    return f"{number // MONTHS:04}-{number % MONTHS + 1:02}"

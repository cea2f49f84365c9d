"""The log, laid out in the engine: whose each step is, what came before it, and what each case adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from coproduce.records.engine import Engine
from coproduce.records.opening import OpenTable, Records
from coproduce.records.sides import Sides, Step, Unmatched, find_sides, steps_like, unmatched_activities

SQL = files("coproduce.questions.audit")
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An event log whose tables the engine holds: ``walk`` (an event a row), ``cases``, ``case_steps``, ``case_edges``.

    `complete` holds the patterns of the activities that complete a case; none means that every case counts.
    """

    engine: Engine
    events: OpenTable
    sides: Sides
    complete: tuple[str, ...]
    unmatched: tuple[Unmatched, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, numbered from 1."""
        return self.sides.steps

    def free_columns(self) -> frozenset[str]:
        """The names of all columns that the view of the events has."""
        rows = self.engine.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'events'"
        )
        return frozenset(name for (name,) in rows)

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
    engine.tell("finding whose each step is")
    sides = find_sides(records)
    ends = steps_like(engine, complete)
    engine.tell("putting the steps of each case in order")
    file_order = "sequence" if "sequence" in events.columns else "file"
    engine.run(SQL / "walk.sql", ties=file_order if sequence else "name")
    engine.tell("adding up each case")
    engine.run(SQL / "sums.sql", some_end=bool(complete), ends=ends)
    return Log(
        engine=engine,
        events=events,
        sides=sides,
        complete=tuple(complete),
        unmatched=(*sides.unmatched, *unmatched_activities(engine, complete)),
    )


def month(number: int) -> str:
    """A month from its number, counted from the year 0.

    Examples
    --------
    >>> month(2026 * 12 + 2)
    '2026-03'
    """
    return f"{number // MONTHS:04}-{number % MONTHS + 1:02}"

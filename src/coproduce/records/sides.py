"""Which side an event has: the study's rules, judged once for each kind of event and never event by event.

A kind of event is a combination of values of the columns that the rules look at; a step is an activity with its side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from coproduce.errors import nearest
from coproduce.records.engine import Engine, literal, quoted
from coproduce.records.opening import Records
from coproduce.records.patterns import matches
from coproduce.records.settings import EventsSettings, Patterns

DEFAULT_SIDE = "organisation"
BY_DEFAULT, BY_COLUMN = "default", "column `side`"
NAMES_FOR_HINTS = 10_000
SCRIPT = files("coproduce.records") / "sides.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An activity with its side. Steps are numbered from 1 in the order of their names.

    `label` is the activity's name, with the side behind it where the activity is done by several sides.
    """

    number: int
    activity: str
    side: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSource:
    """How many events, of how many activities, have their side from one rule (or the column, or by default)."""

    side: str
    given_by: str
    activities: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A pattern that nothing in the records is like, and the nearest name."""

    column: str
    pattern: str
    hint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The steps of a service, what gave them their sides, and the patterns that gave nothing."""

    steps: tuple[Step, ...]
    sources: tuple[SideSource, ...]
    unmatched: tuple[Unmatched, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    side: str
    patterns: Patterns

    def condition(self) -> str:
        """SQL that is true where every column that the rule names is like one of its patterns."""
        return " AND ".join(matches(_text(column), found) for column, found in self.patterns.items())

    def __str__(self) -> str:
        told = (f"{column} = {' or '.join(patterns)}" for column, patterns in self.patterns.items())
        return ", ".join(told)


def find_sides(records: Records) -> Sides:
    """Give every event its side.

    Makes the table ``event_kinds``, the table ``steps`` (step, activity, side, citizen, human) and the view
    ``sided_events``: the events, each with the number of its step.

    Parameters
    ----------
    records
        A study whose events are open.

    Returns
    -------
    Sides
        The steps, with what gave them their sides.

    Notes
    -----
    The rules stand in ``[records.events.side]``; the first that matches has the event. Where none does, the column
    ``side`` says it, and where that is empty the event is the organisation's by default.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from pathlib import Path
    >>> from coproduce.records.opening import open_records
    >>> from coproduce.records.settings import Head
    >>> from coproduce.records.study import Study
    >>> log = pa.table({"case_id": ["A"] * 2, "activity": ["Fine", "Pay"], "occurred_at": ["2026-03-01"] * 2})
    >>> study = Study(
    ...     head=Head(title="Fines", service="police"),
    ...     folder=Path(),
    ...     tables={
    ...         "events": EventsSettings(path="(in memory)", side={"citizen": {"activity": ["Pay", "Pya"]}})
    ...     },
    ...     frames={"events": log},
    ... )
    >>> with Engine() as engine:
    ...     sides = find_sides(open_records(study, engine))
    >>> [(step.label, step.side) for step in sides.steps]
    [('Fine', 'organisation'), ('Pay', 'citizen')]
    >>> sides.unmatched[0].hint
    "Did you mean 'Pay'?"
    """
    rules = _rules(records)
    engine = records.engine
    engine.run(_kinds(rules))
    engine.run(SCRIPT)
    return Sides(
        steps=_steps(engine), sources=_sources(engine, rules), unmatched=tuple(_unmatched(engine, rules))
    )


def _rules(records: Records) -> tuple[_Rule, ...]:
    """The rules in order; patterns of one column are told apart, so that each can be counted."""
    settings = records.study.tables["events"]
    if not isinstance(settings, EventsSettings):
        return ()
    return tuple(
        _Rule(side=side, patterns=single)
        for side, given in settings.side.items()
        for patterns in given
        for single in _singles(patterns)
    )


def _singles(patterns: Patterns) -> Iterator[Patterns]:
    if len(patterns) > 1:
        yield patterns
        return
    for column, found in patterns.items():
        yield from ({column: (pattern,)} for pattern in found)


def _text(column: str) -> str:
    return f"CAST({quoted(column)} AS VARCHAR)"


def _keys(rules: Sequence[_Rule]) -> Mapping[str, str]:
    """The columns that tell kinds of events apart, each with its name in ``event_kinds``."""
    named = (column for rule in rules for column in rule.patterns)
    columns = dict.fromkeys(("activity", "side", *named))
    return {column: f"key_{place}" for place, column in enumerate(columns, start=1)}


def _kinds(rules: Sequence[_Rule]) -> str:
    """SQL that makes ``event_kinds`` and ``sided_events``: only here are names from outside, quoted."""
    keys = _keys(rules)
    named = ", ".join(f"{quoted(column)} AS {key}" for column, key in keys.items())
    same = " AND ".join(f"e.{quoted(column)} IS NOT DISTINCT FROM k.{key}" for column, key in keys.items())
    whens = "".join(f"WHEN {rule.condition()} THEN {place} " for place, rule in enumerate(rules))
    sides = "".join(f"WHEN {place} THEN {literal(rule.side)} " for place, rule in enumerate(rules))
    by_column, by_default = len(rules), len(rules) + 1
    return f"""
        CREATE OR REPLACE TEMP TABLE event_kinds AS
        SELECT *, dense_rank() OVER (ORDER BY key_1, given_side) AS step
        FROM (
            SELECT *, CASE rule {sides} WHEN {by_column} THEN key_2 ELSE {literal(DEFAULT_SIDE)} END AS given_side
            FROM (
                SELECT {named}, count(*) AS kind_events,
                    CASE {whens} WHEN side IS NOT NULL THEN {by_column} ELSE {by_default} END AS rule
                FROM events GROUP BY {", ".join(map(quoted, keys))}
            ) AS judged
        ) AS given;
        CREATE OR REPLACE TEMP VIEW sided_events AS
        SELECT e.row_number, e.case_id, e.occurred_at, e.sequence, e.minutes, k.step
        FROM events AS e JOIN event_kinds AS k ON {same};
    """


def _steps(engine: Engine) -> tuple[Step, ...]:
    found = engine.rows("SELECT step, activity, side FROM steps ORDER BY step")
    several = {name for name, sides in Counter(activity for _, activity, _ in found).items() if sides > 1}
    return tuple(
        Step(
            number=number,
            activity=activity,
            side=side,
            label=f"{activity} ({side})" if activity in several else activity,
        )
        for number, activity, side in found
    )


def _sources(engine: Engine, rules: Sequence[_Rule]) -> tuple[SideSource, ...]:
    given_by = [*(str(rule) for rule in rules), BY_COLUMN, BY_DEFAULT]
    found = engine.rows(
        "SELECT given_side, rule, count(DISTINCT key_1), sum(kind_events) FROM event_kinds "
        "GROUP BY given_side, rule ORDER BY rule, given_side"
    )
    return tuple(
        SideSource(side=side, given_by=given_by[rule], activities=activities, events=int(events))
        for side, rule, activities, events in found
    )


def _unmatched(engine: Engine, rules: Sequence[_Rule]) -> Iterator[Unmatched]:
    keys = _keys(rules)
    asked = dict.fromkeys(
        (column, pattern)
        for rule in rules
        for column, patterns in rule.patterns.items()
        for pattern in patterns
    )
    for column, pattern in asked:
        yield from _without_match(engine, pattern, column=column, key=keys[column])


def steps_like(engine: Engine, patterns: Sequence[str]) -> list[int]:
    """The numbers of the steps whose activity is like one of some patterns (after `find_sides`)."""
    return [
        step
        for (step,) in engine.rows(
            f"SELECT step FROM steps WHERE {matches('activity', patterns)} ORDER BY step"
        )
    ]


def unmatched_activities(engine: Engine, patterns: Iterable[str]) -> tuple[Unmatched, ...]:
    """Of some patterns of activities, those that no activity is like (after `find_sides`)."""
    return tuple(
        missed
        for pattern in patterns
        for missed in _without_match(engine, pattern, column="activity", key="key_1")
    )


def _without_match(engine: Engine, pattern: str, *, column: str, key: str) -> Iterator[Unmatched]:
    if engine.rows(f"SELECT 1 FROM event_kinds WHERE {matches(_text(key), [pattern])} LIMIT 1"):
        return
    names = engine.rows(
        f"SELECT DISTINCT {_text(key)} AS name FROM event_kinds WHERE {key} IS NOT NULL "
        f"ORDER BY name LIMIT {NAMES_FOR_HINTS}"
    )
    yield Unmatched(column=column, pattern=pattern, hint=nearest(pattern, [name for (name,) in names]))

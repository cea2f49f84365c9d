"""Around the initiatives: what was decided and whether it was kept, what worried people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from coproduce.simulate.efforts import EVILS
from coproduce.simulate.process import DEPRIVATION, LOCAL, Chance

Cell = str | int | float | None
Rows = tuple[tuple[Cell, ...], ...]

FIRST_DAY = datetime(2024, 1, 1, 9, tzinfo=LOCAL)
DAYS = 730
DECISIONS, CONCERNS = 160, 90
BY_CITIZENS = 0.45
"""The share of decisions that citizens proposed."""
ACCEPTED: Mapping[str, float] = {"citizen": 0.45, "organisation": 0.7}
DECIDED = 0.85
PROPOSERS = 25
DAYS_TO_ANSWER: Mapping[str, int] = {"citizen": 40, "organisation": 20}
OWNED = 0.8
"""The share of accepted proposals that somebody must see done."""
KEPT = 0.6
VERDICTS: Mapping[str, float] = {"done": 0.6, "partly": 0.25, "not_done": 0.15}
ANSWERED = 0.7


def decisions(seed: int) -> tuple[tuple[str, ...], Rows]:
    """Proposals of both sides: citizens' are accepted less often, and answered later.

    Examples
    --------
    >>> columns, rows = decisions(1)
    >>> columns[0], len(rows)
    ('decision', 160)
    """
    chance = Chance(seed, stream="decisions")
    columns = (
        "decision",
        "proposed_on",
        "decided_on",
        "topic",
        "proposed_by",
        "proposer",
        "decided_by",
        "result",
        "owner",
        "due_on",
        "done_on",
        "citizen_says",
        "deprivation",
    )
    days = sorted(chance.whole(0, DAYS - 1) for _ in range(DECISIONS))
    rows = (
        (f"D{number:03}", *_decision(FIRST_DAY + timedelta(days=day), chance=chance))
        for number, day in enumerate(days, 1)
    )
    return columns, tuple(rows)


def _decision(proposed: datetime, *, chance: Chance) -> tuple[Cell, ...]:
    side = "citizen" if chance.uniform() < BY_CITIZENS else "organisation"
    topic = chance.pick({"visits": 0.4, "home checks": 0.3, "opening hours": 0.3})
    place = chance.pick(DEPRIVATION) if side == "citizen" else None
    proposer = f"R{chance.whole(1, PROPOSERS):04}" if side == "citizen" else None
    if chance.uniform() >= DECIDED:
        return (_day(proposed), None, topic, side, proposer, None, None, None, None, None, None, place)
    decided = proposed + timedelta(days=1 + round(chance.exponential(DAYS_TO_ANSWER[side])))
    by = chance.pick({"organisation": 0.6, "jointly": 0.3, "citizens": 0.1})
    accepted = chance.uniform() < ACCEPTED[side]
    told = (_day(proposed), _day(decided), topic, side, proposer, by, "accepted" if accepted else "rejected")
    return (*told, *(_promise(decided, chance=chance) if accepted else (None,) * 4), place)


def _promise(decided: datetime, *, chance: Chance) -> tuple[Cell, ...]:
    owner = f"W{chance.whole(1, 14):02}" if chance.uniform() < OWNED else None
    due = decided + timedelta(days=90)
    if chance.uniform() >= KEPT:
        return (owner, _day(due), None, None)
    done = decided + timedelta(days=chance.whole(20, 150))
    return (owner, _day(due), _day(done), chance.pick(VERDICTS))


def concerns(seed: int) -> tuple[tuple[str, ...], Rows]:
    """Worries about the process; most are answered within weeks.

    Examples
    --------
    >>> concerns(1)[1][0][2] in EVILS
    True
    """
    chance = Chance(seed, stream="concerns")
    rows = []
    for number, day in enumerate(sorted(chance.whole(0, DAYS - 1) for _ in range(CONCERNS)), start=1):
        raised = FIRST_DAY + timedelta(days=day)
        answered = chance.uniform() < ANSWERED
        closed = raised + timedelta(days=1 + round(chance.exponential(21)))
        rows.append(
            (
                f"N{number:03}",
                _day(raised),
                chance.pick(EVILS),
                int(chance.pick({"1": 0.6, "2": 0.3, "3": 0.1})),
                chance.pick({"carers": 0.4, "citizens": 0.4, "staff": 0.2}),
                "closed" if answered else "open",
                _day(closed) if answered else None,
            )
        )
    return ("concern", "raised_on", "evil", "severity", "borne_by", "status", "closed_on"), tuple(rows)


def _day(at: datetime) -> str:
    return at.isoformat(timespec="seconds")

"""The service that is simulated: its steps, their chances and waits, as data; and cases drawn from it.

A case is a walk through an absorbing Markov chain whose states are steps. Where a person lives and the season change a
few chances and waits; within such a *cell* the next step depends on the present one only, so every expected value
follows by linear algebra (see `truth`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TypeVar
from zlib import crc32

import numpy as np

Name = TypeVar("Name")
Chances = Mapping[str, Mapping[str, float]]
LOCAL = timezone(timedelta(hours=1))
DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One state of the walk.

    `wait_days` is the mean time since the step before: exponential for the citizen, Erlang of shape 2 for the
    organisation, 0 always for what a system does at once. `minutes` are the least and most of a working time in whole
    minutes, each as likely. Two states may be the same activity.
    """

    activity: str
    side: str
    wait_days: float
    minutes: tuple[int, int] | None = None

    @property
    def mean_minutes(self) -> float:
        """The expected working time."""
        return sum(self.minutes) / 2 if self.minutes else 0.0

    @property
    def of_citizen(self) -> bool:
        """Whether the step is above the line of interaction."""
        return self.side == "citizen"


STEPS: Mapping[str, Step] = {
    "ask": Step(activity="Ask for support", side="citizen", wait_days=0, minutes=(5, 25)),
    "refer": Step(activity="Refer patient", side="professional", wait_days=0, minutes=(5, 15)),
    "register": Step(activity="Register request", side="organisation", wait_days=2, minutes=(5, 15)),
    "no_contact": Step(activity="Close without contact", side="organisation", wait_days=30, minutes=(5, 5)),
    "book": Step(activity="Book intake talk", side="citizen", wait_days=4, minutes=(5, 15)),
    "confirm": Step(activity="Send confirmation", side="system", wait_days=0),
    "missed": Step(activity="Note missed talk", side="professional", wait_days=9, minutes=(10, 30)),
    "withdraw": Step(activity="Withdraw", side="citizen", wait_days=12, minutes=(5, 15)),
    "intake": Step(activity="Hold intake talk", side="professional", wait_days=9, minutes=(40, 80)),
    "goals": Step(activity="Set goals", side="citizen", wait_days=5, minutes=(30, 90)),
    "plan": Step(activity="Agree plan", side="professional", wait_days=7, minutes=(30, 60)),
    "ask_check": Step(activity="Ask for home check", side="organisation", wait_days=1, minutes=(5, 15)),
    "check": Step(activity="Return home check", side="citizen", wait_days=9, minutes=(20, 60)),
    "remind": Step(activity="Send reminder", side="system", wait_days=5),
    "visit": Step(activity="Visit at home", side="professional", wait_days=2, minutes=(45, 95)),
    "carer": Step(activity="Do carer's task", side="citizen", wait_days=3, minutes=(60, 240)),
    "remind_on": Step(activity="Send reminder", side="system", wait_days=5),
    "visit_on": Step(activity="Visit at home", side="professional", wait_days=2, minutes=(45, 95)),
    "review": Step(activity="Hold review", side="professional", wait_days=14, minutes=(30, 60)),
    "feedback": Step(activity="Give feedback", side="citizen", wait_days=8, minutes=(10, 30)),
    "close": Step(activity="Close case", side="organisation", wait_days=4, minutes=(5, 15)),
}
"""The steps. A carer's task is done once at most, so visits before and after it are states of their own."""

START = {"ask": 0.65, "refer": 0.35}
COMPLETE = "close"
REPEATED = ("missed", "book")
"""The one way by which a citizen comes to do something again."""

DEPRIVATION = {"most deprived": 0.3, "middle": 0.4, "least deprived": 0.3}
AGE_BAND = {"under 65": 0.35, "65 to 79": 0.4, "80 and over": 0.25}
MISSED = {"most deprived": 0.30, "middle": 0.18, "least deprived": 0.10}
CARER = {"most deprived": 0.45, "middle": 0.30, "least deprived": 0.20}
SLOWNESS = {"most deprived": 1.3, "middle": 1.0, "least deprived": 0.9}
"""How much longer the organisation's steps take, by where the person lives. Age makes no difference to anything."""

MONTHS = tuple((year, month) for year in (2024, 2025) for month in range(1, 13))
ARRIVALS = {1: 12, 2: 10, 3: 9, 4: 8, 5: 7, 6: 6, 7: 5, 8: 5, 9: 7, 10: 9, 11: 10, 12: 12}
"""How many of a hundred requests come in each month of the year."""
REQUESTS = {(year, month): float(ARRIVALS[month]) for year, month in MONTHS}
WINTER = (11, 12, 1, 2)
WINTER_MISSED = 1.4
"""How many times likelier a talk is missed by those whose request came in winter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What changes the chances of a case: where the person lives and the season of the request."""

    deprivation: str
    winter: bool

    @property
    def share(self) -> float:
        """The share of cases in this cell."""
        winter = sum(ARRIVALS[month] for month in WINTER) / sum(ARRIVALS.values())
        return DEPRIVATION[self.deprivation] * (winter if self.winter else 1 - winter)

    @property
    def chances(self) -> Chances:
        """Each step -> the chance of each next step; a case ends after a step that has none."""
        return _chances(
            MISSED[self.deprivation] * (WINTER_MISSED if self.winter else 1), CARER[self.deprivation]
        )

    def mean_wait(self, step: Step) -> float:
        """The expected days before a step."""
        return step.wait_days * (1 if step.of_citizen else SLOWNESS[self.deprivation])


CELLS = tuple(Cell(deprivation=place, winter=winter) for place in DEPRIVATION for winter in (True, False))


@cache
def _chances(missed: float, carer: float) -> Chances:
    return {
        "ask": {"register": 1},
        "refer": {"register": 1},
        "register": {"book": 0.94, "no_contact": 0.06},
        "no_contact": {},
        "book": {"confirm": 1},
        "confirm": {"intake": 1 - missed, "missed": missed},
        "missed": {"book": 0.9, "withdraw": 0.1},
        "withdraw": {},
        "intake": {"goals": 0.95, "withdraw": 0.05},
        "goals": {"plan": 1},
        "plan": {"ask_check": 0.6, "remind": 0.4},
        "ask_check": {"check": 0.98, "remind": 0.02},
        "check": {"remind": 1},
        "remind": {"visit": 1},
        "visit": {"carer": carer, "remind": 0.3, "review": 0.7 - carer},
        "carer": {"remind_on": 1},
        "remind_on": {"visit_on": 1},
        "visit_on": {"remind_on": 0.3, "review": 0.7},
        "review": {"feedback": 0.4, "close": 0.6},
        "feedback": {"close": 1},
        "close": {},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One step that a case took: which, when, and the working minutes."""

    state: str
    at: datetime
    minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: its number from 1, its cell, the person's age band, and its steps in order."""

    number: int
    cell: Cell
    age_band: str
    steps: tuple[Happening, ...]


class Chance:
    """Chance in one place, the same on every machine: only plain uniform draws of a named generator are used.

    Each table draws from a stream of its own, so that a table that is added changes none of the others.
    """

    def __init__(self, seed: int, *, stream: str) -> None:
        self._generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([seed, crc32(stream.encode())]))
        )
        self._draws = self._uniform()

    def _uniform(self) -> Iterator[float]:
        while True:
            yield from self._generator.random(4096).tolist()

    def uniform(self) -> float:
        """A number from 0 up to, and without, 1."""
        return next(self._draws)

    def pick(self, weights: Mapping[Name, float]) -> Name:
        """One of the names, each as likely as its weight says."""
        left = self.uniform() * math.fsum(weights.values())
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return name

    def whole(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self.uniform() * (most - least + 1))

    def exponential(self, mean: float) -> float:
        """A waiting time without memory."""
        return -mean * math.log1p(-self.uniform())


def draw_cases(seed: int, *, cases: int) -> tuple[Case, ...]:
    """Draw cases from the process, in the order in which they began.

    Parameters
    ----------
    seed
        The seed; equal seeds give equal cases.
    cases
        How many cases.

    Returns
    -------
    tuple of Case
        Every case is followed to its end.

    Examples
    --------
    >>> first, *_ = draw_cases(1, cases=3)
    >>> first.steps[0].state in START
    True
    """
    chance = Chance(seed, stream="events")
    begun = sorted(_beginning(chance) for _ in range(cases))
    return tuple(_case(number, begin, chance=chance) for number, begin in enumerate(begun, start=1))


def _beginning(chance: Chance) -> datetime:
    """When a request comes: some day of its month, between 8 and 20 o'clock."""
    year, month = chance.pick(REQUESTS)
    first = datetime(year, month, 1, 8, tzinfo=LOCAL)
    days = (datetime(year + month // 12, month % 12 + 1, 1, 8, tzinfo=LOCAL) - first).days
    return first + timedelta(days=chance.whole(0, days - 1), minutes=chance.whole(0, DAY // 2 - 1))


def _case(number: int, begin: datetime, *, chance: Chance) -> Case:
    cell = Cell(deprivation=chance.pick(DEPRIVATION), winter=begin.month in WINTER)
    age_band = chance.pick(AGE_BAND)
    chances = cell.chances
    steps: list[Happening] = []
    state, at = chance.pick(START), begin
    while True:
        step = STEPS[state]
        at += timedelta(minutes=round(_wait(step, cell, chance=chance) * DAY))
        steps.append(
            Happening(state=state, at=at, minutes=chance.whole(*step.minutes) if step.minutes else None)
        )
        if not chances[state]:
            break
        state = chance.pick(chances[state])
    return Case(number=number, cell=cell, age_band=age_band, steps=tuple(steps))


def _wait(step: Step, cell: Cell, *, chance: Chance) -> float:
    """The days before a step: of one memoryless stage for the citizen, of two for the organisation."""
    mean = cell.mean_wait(step)
    if mean == 0:
        return 0.0
    if step.of_citizen:
        return chance.exponential(mean)
    return chance.exponential(mean / 2) + chance.exponential(mean / 2)

"""What cases of the simulated service do in expectation, by cell and over cells."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from coproduce.simulate.chain import Array, States, first_met, reaches, takes, visits
from coproduce.simulate.process import CELLS, COMPLETE, REPEATED, START, STEPS, Cell

NAMES = tuple(STEPS)
OF_CITIZEN: States = np.array([step.of_citizen for step in STEPS.values()])
HUMAN: States = np.array([step.side != "system" for step in STEPS.values()])
MINUTES: Array = np.array([step.mean_minutes for step in STEPS.values()])
COMPLETED: States = np.array([name == COMPLETE for name in NAMES])


def states_of(activity: str) -> States:
    """The states that are an activity."""
    return np.array([step.activity == activity for step in STEPS.values()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a case of one cell does, in expectation."""

    cell: Cell
    moves: Array
    start: Array
    visits: Array

    @classmethod
    def of(cls, cell: Cell) -> Walk:
        """The walk of a cell."""
        moves = np.array([[cell.chances[here].get(there, 0.0) for there in NAMES] for here in NAMES])
        start = np.array([START.get(name, 0.0) for name in NAMES])
        return cls(cell=cell, moves=moves, start=start, visits=visits(moves, start))

    def events(self, of: States) -> float:
        """Expected steps of those states."""
        return float(self.visits @ of)

    def citizen_minutes(self) -> float:
        """Expected working minutes of the citizen's side."""
        return float(self.visits @ np.where(OF_CITIZEN, MINUTES, 0.0))

    def handoffs(self, *, to_citizen: bool) -> float:
        """Expected moves across the line of interaction, one way."""
        arrives = to_citizen == OF_CITIZEN
        return float(self.visits @ (self.moves * np.outer(~arrives, arrives)).sum(axis=1))

    def waited_days(self, *, for_citizen: bool) -> float:
        """Expected days that one side is waited for; the first step of a case is waited for by nobody."""
        waits = np.array([self.cell.mean_wait(step) for step in STEPS.values()])
        return float((self.visits - self.start) @ np.where(for_citizen == OF_CITIZEN, waits, 0.0))

    def meets(self, of: States) -> float:
        """The chance to meet one of those states."""
        return float(self.start @ reaches(self.moves, of))

    def repeats(self) -> float:
        """The chance that a citizen does something again."""
        here, there = REPEATED
        return float(self.start @ takes(self.moves, (NAMES.index(here), NAMES.index(there))))

    def repeated_steps(self) -> float:
        """Expected steps that a citizen does again."""
        here, there = REPEATED
        return float(self.visits[NAMES.index(here)] * self.moves[NAMES.index(here), NAMES.index(there)])

    def completes(self, *, after: States | None = None, without: States | None = None) -> float:
        """The chance to complete, having met a first of some states, and from there on never meeting others."""
        start = self.start if after is None else first_met(self.moves, self.start, goal=after)
        return float(start @ reaches(self.moves, COMPLETED, avoiding=without))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Cases of several cells, each as common as its share says."""

    walks: tuple[Walk, ...]

    @classmethod
    def of(cls, places: Collection[str], *, winters: Collection[bool] = (True, False)) -> Mixture:
        """The cases of people in those places, who asked in winter or in the rest of the year."""
        cells = [cell for cell in CELLS if cell.deprivation in places and cell.winter in winters]
        return cls(walks=tuple(Walk.of(cell) for cell in cells))

    def mean(self, of: Callable[[Walk], float]) -> float:
        """The expected value over all cases."""
        shares = [walk.cell.share for walk in self.walks]
        return float(np.average([of(walk) for walk in self.walks], weights=shares))

    def ratio(self, above: Callable[[Walk], float], below: Callable[[Walk], float]) -> float:
        """The ratio of two expected values; 0 where the lower one is."""
        whole = self.mean(below)
        return self.mean(above) / whole if whole else 0.0

    def necessity(self, activity: str) -> float:
        """The chance to meet an activity, among cases that complete."""
        without = states_of(activity)
        return 1 - self.ratio(lambda walk: walk.completes(without=without), Walk.completes)

    def response(self, activity: str, *, after: str) -> float:
        """The chance to meet an activity after the first of another, among cases that complete and have the other."""
        answer, trigger = states_of(activity), states_of(after)
        if self.mean(lambda walk: walk.completes(after=trigger)) == 0:
            return 0.0
        return 1 - self.ratio(
            lambda walk: walk.completes(after=trigger, without=answer),
            lambda walk: walk.completes(after=trigger),
        )

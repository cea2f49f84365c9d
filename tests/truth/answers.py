"""The answers to many simulated records, one entry a run, to be held against the truth that they were made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from tests.checked import Checked, Simulation

ALPHA = 0.05


def generators(*tag: int, runs: int) -> Iterator[np.random.Generator]:
    """A generator for each run, independent of all others of any tag."""
    for run in range(runs):
        yield np.random.default_rng([*tag, run])


@dataclass(slots=True)
class Answers:
    """Estimates with their limits and p-values; p is not needed where limits are."""

    value: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    p: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, ask: Callable[[np.random.Generator], Any], *tag: int, runs: int) -> Self:
        """Ask of as many simulated records; an answer has `estimate` or `value`, `low` and `high`, perhaps `p`."""
        answers = cls()
        for generator in generators(*tag, runs=runs):
            answers.add(ask(generator))
        return answers

    def add(self, found: Any) -> None:
        """One more answer."""
        self.value.append(found.estimate if hasattr(found, "estimate") else found.value)
        self.low.append(found.low)
        self.high.append(found.high)
        self.p.append(getattr(found, "p", np.nan))

    def are_right(
        self, checked: Checked, simulation: Simulation, what: str, *, truth: float, known: float | None = None
    ) -> None:
        """Estimates lie around the truth, and intervals hold it as often as they promise."""
        checked.bias(simulation, what, estimates=self.value, truth=truth)
        self.hold(checked, simulation, what, truth=truth, known=known)

    def hold(
        self, checked: Checked, simulation: Simulation, what: str, *, truth: float, known: float | None = None
    ) -> None:
        """Intervals hold the truth as often as they promise."""
        held = (np.array(self.low) <= truth) & (truth <= np.array(self.high))
        checked.coverage(simulation, what, hits=int(held.sum()), runs=len(held), known=known)

    def told_from(self, nought: float = 0.0) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which were told from nought: by p where there is one, else by the interval."""
        outside = (np.array(self.low) > nought) | (np.array(self.high) < nought)
        p = np.array(self.p)
        return np.where(np.isnan(p), outside, p <= ALPHA).astype(bool)

    def seldom_alarm(
        self,
        checked: Checked,
        simulation: Simulation,
        what: str,
        *,
        nought: float = 0.0,
        known: float | None = None,
    ) -> None:
        """Where there is nothing, it is told from nought in 5 % at most."""
        told = self.told_from(nought)
        checked.false_alarms(simulation, what, alarms=int(told.sum()), runs=len(told), known=known)

    def are_found(
        self,
        checked: Checked,
        simulation: Simulation,
        what: str,
        *,
        promised: float | None = None,
        nought: float = 0.0,
    ) -> None:
        """How often what is there is told from nought; at least as often as promised, where that is known."""
        told = self.told_from(nought)
        checked.power(simulation, what, found=int(told.sum()), runs=len(told), promised=promised)

"""What is held against others and against the truth, told in one breath so that `docs/checked.md` can be made of it.

A test asks for the fixture `checked`, says where a figure comes from (`Source`) or what was simulated (`Simulation`),
and gives ours and theirs. Each method asserts and remembers; `make checked` writes what was remembered.

- `agrees`: numbers with theirs. Figures as printed are given as text, "0.3387", and must be met to every digit of it;
- `same`: anything that is equal or not (solutions, winners, counts);
- `bias`, `coverage`, `false_alarms`, `false_discoveries`, `power`: over many simulated records, judged by chance
  alone: a procedure that keeps its promise fails once in 5,000 times.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, binomtest, norm

from coproduce.questions import QUESTIONS

SUBJECTS = (*QUESTIONS, "budgeting", "engines")  # what a check can be of
UNLIKELY = 2e-4  # the chance that something right is called wrong
ROUNDING = 1e-9  # what half a unit of the last printed digit may be short by in binary


def repeated(times: int) -> int:
    """So many simulated records in the suite, and more where `COPRODUCE_REPEATS` says how many times as many."""
    return times * int(os.environ.get("COPRODUCE_REPEATS") or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whose figures they are: of which question, computed how, and where they stand (page, table, version)."""

    question: str
    cite: str
    kind: Literal["published", "program", "formula"] = (
        "published"  # formula: a closed form, or slow and plain code
    )

    def __post_init__(self) -> None:
        assert self.question in SUBJECTS, self.question


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Records whose truth is known: of which question, for which design or method, and how they are made."""

    question: str
    design: str
    made: str

    def __post_init__(self) -> None:
        assert self.question in SUBJECTS, self.question


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One figure, or many at once, beside theirs."""

    source: Source
    what: str
    theirs: str
    ours: str
    numbers: int
    apart: float
    allowed: float
    relative: bool
    test: str

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same on every machine."""
        return (self.source.question, self.source.cite, self.what, self.theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One promise over many simulated records: what was promised and what was found."""

    simulation: Simulation
    measure: Literal["bias", "coverage", "false alarms", "power"]
    what: str
    promised: float | None
    found: float
    low: float
    high: float
    runs: int
    short: str
    test: str

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same on every machine and for any number of runs."""
        made = self.simulation
        return (made.question, f"{made.design}: {made.made}", self.measure, self.what)


@dataclass(slots=True, kw_only=True)
class Checked:
    """What one test tells."""

    test: str
    told: list[Agreement | Kept] = field(default_factory=list)

    def agrees(
        self,
        source: Source,
        what: str,
        *,
        ours: ArrayLike,
        theirs: ArrayLike | str | Iterable[str],
        within: float | None = None,
        relative: bool = False,
        near_nought: float = 0.0,
    ) -> None:
        """Assert that numbers are theirs: to every printed digit where theirs is text, else `within`.

        Where `relative`, differences are over theirs; `near_nought` is what they may differ by in any case.
        """
        printed = _printed(theirs)
        wanted = (
            np.array([float(one) for one in printed])
            if printed
            else np.ravel(np.asarray(theirs, dtype=float))
        )
        found = np.ravel(np.asarray(ours, dtype=float))
        assert found.shape == wanted.shape, f"{what}: {found.shape} numbers beside {wanted.shape}"
        assert printed or within is not None, f"{what}: say how near is near enough"
        allowed = (
            np.array([_half_a_unit(one) for one in printed])
            if within is None
            else np.full(len(wanted), within)
        )
        assert (np.isnan(found) == np.isnan(wanted)).all(), f"{what}: ours {found}, theirs {wanted}"
        scale = np.where(wanted == 0, 1.0, np.abs(wanted)) if relative else np.ones(len(wanted))
        raw = np.nan_to_num(np.abs(found - wanted))
        with np.errstate(invalid="ignore"):
            right = (raw <= near_nought) | (raw / scale <= allowed * (1 + ROUNDING)) | (found == wanted)
        assert right.all(), (
            f"{what}: ours {found[~right]}, theirs {wanted[~right]}, allowed {allowed[~right]}"
        )
        self.told.append(
            Agreement(
                source=source,
                what=what,
                theirs=_shown(printed or wanted),
                ours=_shown(found),
                numbers=len(wanted),
                apart=float(np.where(raw <= near_nought, 0.0, raw / scale).max(initial=0.0)),
                allowed=float(allowed.max(initial=0.0)),
                relative=relative,
                test=self.test,
            )
        )

    def same(self, source: Source, what: str, *, ours: Any, theirs: Any, shown: str = "") -> None:
        """Assert that ours equals theirs; `shown` is how theirs is written on the page."""
        assert ours == theirs, f"{what}: ours {ours}, theirs {theirs}"
        text = shown or str(theirs)
        self.told.append(
            Agreement(
                source=source,
                what=what,
                theirs=text,
                ours="the same",
                numbers=1,
                apart=0.0,
                allowed=0.0,
                relative=False,
                test=self.test,
            )
        )

    def bias(
        self,
        simulation: Simulation,
        what: str,
        *,
        estimates: ArrayLike,
        truth: ArrayLike,
        known: float | None = None,
    ) -> None:
        """Assert that estimates lie around the truth (one, or one a run) by what their own spread allows.

        Where a method is known to be off, `known` is by how much, and the page says so.
        """
        away = np.asarray(estimates, dtype=float) - np.asarray(truth, dtype=float)
        error = float(away.std(ddof=1) / np.sqrt(len(away)))
        bound = float(norm.isf(UNLIKELY / 2)) * error + ROUNDING
        middle = float(away.mean())
        beyond = abs(middle - (known or 0.0))
        assert beyond <= bound, f"{what}: off by {middle:.3g}, {bound:.3g} is what chance allows"
        reach = float(norm.isf(0.025)) * error
        self.told.append(
            Kept(
                simulation=simulation,
                measure="bias",
                what=what,
                promised=None,
                found=middle,
                low=middle - reach,
                high=middle + reach,
                runs=len(away),
                short="" if known is None else f"known to be off by {known:+.2g}",
                test=self.test,
            )
        )

    def coverage(
        self,
        simulation: Simulation,
        what: str = "95 % intervals",
        *,
        hits: int,
        runs: int,
        promised: float = 0.95,
        known: float | None = None,
    ) -> None:
        """Assert that intervals hold the truth at least as often as promised.

        Where a method is known to promise too much, `known` is the share that it does hold, and the page says so.
        """
        floor = promised if known is None else known
        fewest = int(binom.ppf(UNLIKELY, runs, floor))
        assert hits >= fewest, f"{what}: {hits} of {runs} hold the truth; {fewest} at least by chance"
        short = "" if known is None else f"short of its promise; held to {known:.0%}"
        self._share(simulation, "coverage", what=what, promised=promised, count=hits, runs=runs, short=short)

    def false_alarms(
        self,
        simulation: Simulation,
        what: str,
        *,
        alarms: int,
        runs: int,
        promised: float = 0.05,
        known: float | None = None,
    ) -> None:
        """Assert that where there is nothing, no more is found than promised.

        Where a method is known to promise too much, `known` is the share that it does hold, and the page says so.
        """
        most = int(binom.isf(UNLIKELY, runs, promised if known is None else known))
        assert alarms <= most, f"{what}: {alarms} false alarms in {runs}; {most} at most by chance"
        short = "" if known is None else f"more than promised; held to {known:.0%}"
        self._share(
            simulation, "false alarms", what=what, promised=promised, count=alarms, runs=runs, short=short
        )

    def false_discoveries(
        self, simulation: Simulation, what: str, *, shares: ArrayLike, promised: float = 0.05
    ) -> None:
        """Assert that of what is claimed, no more is false on average than promised; `shares` has one a run."""
        false = np.asarray(shares, dtype=float)
        error = float(false.std(ddof=1) / np.sqrt(len(false)))
        share, most = float(false.mean()), promised + float(norm.isf(UNLIKELY)) * error
        assert share <= most, f"{what}: {share:.3g} of what is claimed is false; {most:.3g} at most by chance"
        reach = float(norm.isf(0.025)) * error
        self.told.append(
            Kept(
                simulation=simulation,
                measure="false alarms",
                what=what,
                promised=promised,
                found=share,
                low=max(0.0, share - reach),
                high=share + reach,
                runs=len(false),
                short="",
                test=self.test,
            )
        )

    def power(
        self, simulation: Simulation, what: str, *, found: int, runs: int, promised: float | None = None
    ) -> None:
        """Say how often what is there is found; assert the share that a formula or the method's author promises."""
        if promised is not None:
            fewest = int(binom.ppf(UNLIKELY, runs, promised))
            assert found >= fewest, f"{what}: found {found} times in {runs}; {fewest} at least by chance"
        self._share(simulation, "power", what=what, promised=promised, count=found, runs=runs)

    def _share(
        self,
        simulation: Simulation,
        measure: Literal["coverage", "false alarms", "power"],
        *,
        what: str,
        promised: float | None,
        count: int,
        runs: int,
        short: str = "",
    ) -> None:
        limits = binomtest(count, runs).proportion_ci(method="wilson")
        self.told.append(
            Kept(
                simulation=simulation,
                measure=measure,
                what=what,
                promised=promised,
                found=count / runs,
                low=float(limits.low),
                high=float(limits.high),
                runs=runs,
                short=short,
                test=self.test,
            )
        )


def _printed(theirs: Any) -> list[str]:
    """Figures as they were printed, or nothing where they are numbers."""
    if isinstance(theirs, str):
        return [theirs]
    if isinstance(theirs, (list, tuple)) and theirs and all(isinstance(one, str) for one in theirs):
        return list(theirs)
    return []


def _half_a_unit(printed: str) -> float:
    """Half a unit of the last digit that was printed.

    >>> _half_a_unit("0.3387"), _half_a_unit("43"), _half_a_unit("1.2e-05")
    (5e-05, 0.5, 5e-07)
    """
    mantissa, _, power = printed.lower().partition("e")
    return float(f"0.5e{int(power or 0) - len(mantissa.partition('.')[2])}")


def _shown(values: Any) -> str:
    """A few numbers in full, many by their number."""
    if len(values) > 4:
        return f"{len(values):,} numbers"
    return ", ".join(one if isinstance(one, str) else f"{one:.6g}" for one in values)

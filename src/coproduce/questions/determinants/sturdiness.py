"""How far the parsimonious solution stands: one card of sweeps, left-out cases, its robust core, and chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coproduce.findings import Cell, Table
from coproduce.methods.qca.robustness import (
    Benchmark,
    CoreFit,
    Scenario,
    Solved,
    benchmark,
    core_fit,
    inclusion_range,
    inclusion_scenarios,
    run_around,
    solve,
    solve_all,
)
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.questions.determinants.loading import Loaded, calibrated, quantiles
from coproduce.questions.determinants.settings import Calibration, DeterminantsSettings
from coproduce.records.engine import Progress

STEPS = 10
"""How many steps an anchor is moved each way; the last lies at the next anchor, or as far beyond an outer one."""

TEST_SHIFT = 0.1
"""The test solutions of the robust core move the anchors of a set by this share of their distance."""

TEST_CUT = 0.05
BOTH_SLOPES = 6
"""The anchors of a set of the middle: they are moved together only."""

ROLES = {3: ("exclusion", "crossover", "inclusion")}
MOVED = frozenset({"direct", "crisp", "multi_value", "quantiles"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Between which values of a setting the same solution comes out; open where no value that was tried changes it."""

    what: str
    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sturdiness:
    """The robustness of an outcome's parsimonious solution; `core` is None where no row leads to the outcome."""

    start: Solved
    ranges: tuple[Range, ...]
    left_out: tuple[Solved, ...]
    core: CoreFit | None
    tests: int

    def unchanged(self) -> int:
        """How many cases can be left out without another solution."""
        return sum(one.same(self.start) for one in self.left_out)


def scenario(loaded: Loaded, settings: DeterminantsSettings) -> Scenario:
    """The analysis as it was asked for."""
    cut_offs = CutOffs(inclusion=settings.inclusion, pri=settings.pri, frequency=settings.frequency)
    return Scenario(sets=loaded.sets, outcome=loaded.outcome, cut_offs=cut_offs)


def sturdiness(loaded: Loaded, settings: DeterminantsSettings, *, tell: Progress) -> Sturdiness:
    """Change one decision at a time, and look whether the same solution comes out."""
    start = scenario(loaded, settings)
    first = solve(start)
    cuts, by_inclusion = inclusion_scenarios(start)
    most = max(len(loaded.cases), 1)
    frequencies = list(range(1, min(most, settings.frequency + STEPS) + 1))
    by_frequency = [
        replace(start, cut_offs=replace(start.cut_offs, frequency=frequency)) for frequency in frequencies
    ]
    left = [_without(start, case) for case in range(len(loaded.cases))]
    moves = list(_moves(loaded, settings))
    moved = [shifted for move in moves for shifted in move.scenarios(start, loaded, settings=settings)]
    tests = list(_tests(start, loaded, settings))
    groups = [by_inclusion, by_frequency, left, moved, tests]
    solved = solve_all(
        [one for group in groups for one in group],
        tell=lambda share: tell("testing how far the solution stands", share),
    )
    parts = np.split(np.arange(len(solved)), np.cumsum([len(group) for group in groups])[:-1])
    at_cut, at_frequency, without, at_anchor, at_test = ([solved[place] for place in part] for part in parts)
    low, high = inclusion_range(cuts, at_cut, start=start.cut_offs)
    return Sturdiness(
        start=first,
        ranges=(
            Range(what="inclusion cut-off", at=settings.inclusion, low=low, high=high),
            _frequency_range(frequencies, at_frequency, at=settings.frequency),
            *_anchor_ranges(moves, at_anchor, start=first),
        ),
        left_out=tuple(without),
        core=None
        if first.fit is None
        else core_fit(first.membership, [one.membership for one in at_test], outcome=loaded.outcome),
        tests=len(at_test),
    )


def _without(start: Scenario, case: int) -> Scenario:
    return replace(start, sets=start.sets.without(case), outcome=np.delete(start.outcome, case))


def _frequency_range(frequencies: Sequence[int], solved: Sequence[Solved], *, at: int) -> Range:
    here = min(at, len(frequencies)) - 1
    same = [one.same(solved[here]) for one in solved]
    first, last = run_around(same, here)
    return Range(what="frequency cut-off", at=at, low=frequencies[first], high=frequencies[last])


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One anchor of one set, and the values that it is moved to, rising; the analysis's own stands among them."""

    name: str
    role: str
    place: int
    anchors: tuple[float, ...]
    values: tuple[float, ...]

    def scenarios(
        self, start: Scenario, loaded: Loaded, *, settings: DeterminantsSettings
    ) -> Iterator[Scenario]:
        """The analysis with the anchor at each of the values."""
        how = settings.calibrate[self.name]
        for value in self.values:
            anchors = (*self.anchors[: self.place], value, *self.anchors[self.place + 1 :])
            yield recalibrated(start, loaded, settings=settings, name=self.name, how=_as_given(how, anchors))


def _as_given(how: Calibration, anchors: tuple[float, ...]) -> Calibration:
    """The same calibration with anchors of its own: those of quantiles become plain ones."""
    method = "direct" if how.method == "quantiles" else how.method
    return Calibration(method=method, anchors=anchors, degree=how.degree)


def recalibrated(
    start: Scenario, loaded: Loaded, *, settings: DeterminantsSettings, name: str, how: Calibration
) -> Scenario:
    """The same analysis with one set calibrated otherwise."""
    column = calibrated(loaded.raw[name], how)
    if name == settings.outcome:
        return replace(start, outcome=column)
    values = start.sets.values.copy()
    values[:, settings.conditions.index(name)] = column
    return replace(start, sets=Sets(values=values, levels=start.sets.levels))


def _moves(loaded: Loaded, settings: DeterminantsSettings) -> Iterator[Move]:
    for name, how in settings.calibrate.items():
        if how.method not in MOVED:
            continue
        anchors = quantiles(loaded.raw[name], how) if how.method == "quantiles" else how.anchors
        if len(anchors) == BOTH_SLOPES:
            continue
        roles = ROLES.get(len(anchors) if how.method in {"direct", "quantiles"} else 0)
        spread = float(np.ptp(loaded.raw[name]))
        for place in range(len(anchors)):
            role = roles[place] if roles else f"anchor {place + 1}"
            values = _values(anchors, place, spread=spread)
            yield Move(name=name, role=role, place=place, anchors=anchors, values=values)


def _values(anchors: tuple[float, ...], place: int, *, spread: float) -> tuple[float, ...]:
    """The values an anchor is moved to: up to just before its neighbours; an outer one as far the other way."""
    at = anchors[place]
    others = [abs(anchor - at) for anchor in anchors if anchor != at]
    room = min(others, default=spread / 2) or spread / 2
    steps = np.arange(-STEPS, STEPS + 1) / (STEPS + 1)
    return tuple(float(at + room * step) for step in steps)


def _anchor_ranges(moves: Sequence[Move], solved: Sequence[Solved], *, start: Solved) -> Iterator[Range]:
    width = 2 * STEPS + 1
    for number, move in enumerate(moves):
        same = [one.same(start) for one in solved[number * width : (number + 1) * width]]
        first, last = run_around(same, STEPS)
        yield Range(
            what=f"{move.role} of {move.name}",
            at=move.anchors[move.place],
            low=move.values[first] if first else None,
            high=move.values[last] if last < width - 1 else None,
        )


def _tests(start: Scenario, loaded: Loaded, settings: DeterminantsSettings) -> Iterator[Scenario]:
    """The test solutions: stricter and laxer cut-offs, and each calibrated set moved up and down."""
    cuts = start.cut_offs
    for inclusion in (max(0.5, cuts.inclusion - TEST_CUT), min(1.0, cuts.inclusion + TEST_CUT)):
        yield replace(start, cut_offs=replace(cuts, inclusion=inclusion))
    yield replace(start, cut_offs=replace(cuts, frequency=cuts.frequency + 1))
    for name, how in settings.calibrate.items():
        if how.method in MOVED:
            anchors = quantiles(loaded.raw[name], how) if how.method == "quantiles" else how.anchors
            reach = max(anchors) - min(anchors) or float(np.ptp(loaded.raw[name]))
            for by in (-TEST_SHIFT * reach, TEST_SHIFT * reach):
                shifted = tuple(anchor + by for anchor in anchors)
                yield recalibrated(start, loaded, settings=settings, name=name, how=_as_given(how, shifted))


def by_chance(
    loaded: Loaded, settings: DeterminantsSettings, *, negation: bool, tell: Progress
) -> Benchmark | None:
    """How often a shuffled outcome gives a solution as good; None where there is none, or no shuffle was asked for."""
    start = scenario(loaded, settings)
    if negation:
        start = replace(start, outcome=1 - start.outcome)
    observed = solve(start)
    if observed.fit is None or not settings.shuffles():
        return None
    return benchmark(
        start,
        observed,
        permutations=settings.shuffles(),
        seed=settings.seed,
        tell=lambda share: tell("shuffling the outcome", share),
    )


def card(found: Sturdiness | None, chance: Mapping[str, Benchmark | None]) -> Table:
    """The robustness card: one row a check."""
    return Table(
        caption="Robustness of the parsimonious solution",
        columns=("check", "what", "value", "unchanged_from", "unchanged_to", "meaning"),
        rows=tuple(_card(found, chance)),
    )


def _card(found: Sturdiness | None, chance: Mapping[str, Benchmark | None]) -> Iterator[tuple[Cell, ...]]:
    if found is not None:
        yield from _stands(found)
    for outcome, shuffled in chance.items():
        if shuffled is not None:
            meaning = (
                f"{shuffled.as_good} of {shuffled.permutations:,} shuffled outcomes gave a solution as good"
            )
            limits = (shuffled.interval.low, shuffled.interval.high)
            yield ("random_benchmark", f"p of {outcome}", shuffled.p, *limits, meaning)


def _stands(found: Sturdiness) -> Iterator[tuple[Cell, ...]]:
    for one in found.ranges:
        meaning = "between which values the same solution comes out; empty: no change as far as was tried"
        yield ("sensitivity_range", one.what, one.at, one.low, one.high, meaning)
    share = found.unchanged() / len(found.left_out)
    meaning = (
        f"{found.unchanged()} of {len(found.left_out)} cases can be left out and the same solution comes out"
    )
    yield ("leave_one_out", "cases without which nothing changes", share, None, None, meaning)
    if found.core is not None:
        yield from _core_rows(found.core, tests=found.tests)


def _core_rows(core: CoreFit, *, tests: int) -> Iterator[tuple[Cell, ...]]:
    against = f"against {tests} test solutions"
    rows = (
        ("RF_cons", core.consistency, "inclusion of the solution over that of its robust core"),
        ("RF_cov", core.coverage, "coverage of the robust core over that of the solution"),
        ("RF_SC_minTS", core.least, "coincidence with what all test solutions share"),
        ("RF_SC_maxTS", core.most, "coincidence with what any test solution holds"),
        (
            "RCR_typ",
            core.typical,
            "cases with the outcome that every solution covers, of those that any covers",
        ),
        ("RCR_dev", core.deviant, "cases without it that every solution covers, of those that any covers"),
        ("RCC_Rank", core.rank, "1: the same cases; 2: a test has more; 3: a test has fewer; 4: both"),
    )
    for name, value, meaning in rows:
        yield ("robust_core", name, value, None, None, f"{meaning} ({against}; 1 is best)")


def left_out_table(found: Sturdiness, cases: Sequence[str]) -> Table:
    """One row a case: what comes out without it."""
    return Table(
        caption="Leaving out one case at a time",
        columns=("case", "same", "tied_models", "inclS", "covS"),
        rows=tuple(
            (
                case,
                one.same(found.start),
                one.count,
                one.fit.inclusion if one.fit else None,
                one.fit.coverage if one.fit else None,
            )
            for case, one in zip(cases, found.left_out, strict=True)
        ),
    )

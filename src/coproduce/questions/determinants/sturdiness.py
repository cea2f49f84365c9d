"""How far the parsimonious solution stands: one card of sweeps, left-out cases, its robust core, and chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coproduce.findings import Cell, Table
from coproduce.methods.qca.analysis import Solution
from coproduce.methods.qca.chance import Benchmark, benchmark
from coproduce.methods.qca.robustness import (
    WHOLE,
    Budget,
    CoreFit,
    Scenario,
    Solved,
    core_fit,
    inclusion_range,
    inclusion_scenarios,
    run_around,
    solve_all,
    told,
)
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs, TruthTable
from coproduce.questions.determinants.loading import Loaded, calibrated, quantiles
from coproduce.questions.determinants.settings import Calibration, DeterminantsSettings
from coproduce.questions.determinants.solving import EFFORT as SOLUTION_EFFORT
from coproduce.questions.determinants.solving import Side
from coproduce.questions.determinants.wording import as_good
from coproduce.records.engine import Progress

STEPS = 10
"""How many steps an anchor is moved each way; the last lies at the next anchor, or as far beyond an outer one."""

TEST_SHIFT = 0.1
"""The test solutions of the robust core move the anchors of a set by this share of their distance."""

TEST_CUT = 0.05
BOTH_SLOPES = 6
"""The anchors of a set of the middle: they are moved together only."""

EFFORT = 80_000_000_000
"""What all refits together may take, in cells: some eighty seconds of one processor where it is met."""

LARGE, REFITS = 2_000, 80
"""With more prime implicants than this, so many refits are done at most."""

STOP_AFTER = 30
SHUFFLE_EFFORT = 1_000_000_000
STOPPING = 100_000
"""Shuffling may end early where shuffles times prime implicants are more than this: before, it takes seconds anyhow."""

ASK = "To vary everything, whatever it takes, write `robustness = true`."

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
    """The robustness of an outcome's parsimonious solution.

    `refits` are all solutions with something varied. `core` rests on the `tests` test solutions that were settled; it
    is None where no row leads to the outcome, or none was settled.
    """

    start: Solved
    ranges: tuple[Range, ...]
    left_out: tuple[Solved, ...]
    core: CoreFit | None
    tests: int
    refits: tuple[Solved, ...]

    def unchanged(self) -> int:
        """How many cases can be left out without another solution."""
        return sum(one.same(self.start) is True for one in self.left_out)

    def unsettled(self) -> int:
        """For how many cases it is not settled what comes out without them."""
        return sum(one.same(self.start) is None for one in self.left_out)

    def can_be_left_out(self) -> float | None:
        """The share of cases without which the same solution comes out, of those that are settled."""
        settled = len(self.left_out) - self.unsettled()
        return self.unchanged() / settled if settled else None

    def settled(self) -> float:
        """The share of refits of which it is settled whether the same solution comes out."""
        return sum(one.same(self.start) is not None for one in self.refits) / len(self.refits)


def left_cases(found: Sturdiness) -> str:
    """Of how many cases it is settled what comes out without them."""
    cases, unsettled = len(found.left_out), found.unsettled()
    return (
        f"{cases} cases" if not unsettled else f"the {cases - unsettled} of {cases} cases that were settled"
    )


def scenario(loaded: Loaded, settings: DeterminantsSettings) -> Scenario:
    """The analysis as it was asked for."""
    cut_offs = CutOffs(inclusion=settings.inclusion, pri=settings.pri, frequency=settings.frequency)
    return Scenario(sets=loaded.sets, outcome=loaded.outcome, cut_offs=cut_offs)


def sturdiness(
    loaded: Loaded, settings: DeterminantsSettings, *, side: Side, tell: Progress
) -> Sturdiness | None:
    """Change one decision at a time, and look whether the same solution comes out; None where there is none to test."""
    table, simple = side.standard.table, side.standard.parsimonious
    if simple is None and side.leads:
        return None
    start = scenario(loaded, settings)
    simple = simple or Solution(models=(), count=0, complete=True)
    first = told(start, table, found=simple)
    cuts, by_inclusion = inclusion_scenarios(start)
    frequencies = list(range(1, min(len(loaded.cases), settings.frequency + STEPS) + 1))
    moves = list(_moves(loaded, settings))
    groups = [
        list(_tests(start, loaded, settings)),
        by_inclusion,
        [replace(start, cut_offs=replace(start.cut_offs, frequency=one)) for one in frequencies],
        [_without(start, case) for case in range(len(loaded.cases))],
        [shifted for move in moves for shifted in move.scenarios(start, loaded, settings=settings)],
    ]
    solved = _solved(groups, settings, known=(table, simple), tell=tell)
    at_test, at_cut, at_frequency, without, at_anchor = solved
    low, high = inclusion_range(cuts, at_cut, start=start.cut_offs)
    tests = [one.membership for one in at_test if not one.limit]
    return Sturdiness(
        start=first,
        ranges=(
            Range(what="inclusion cut-off", at=settings.inclusion, low=low, high=high),
            _frequency_range(frequencies, at_frequency, at=settings.frequency),
            *_anchor_ranges(moves, at_anchor, start=first),
        ),
        left_out=tuple(without),
        core=core_fit(first.membership, tests, outcome=loaded.outcome) if first.fit and tests else None,
        tests=len(tests),
        refits=tuple(one for group in solved for one in group),
    )


def _solved(
    groups: Sequence[Sequence[Scenario]],
    settings: DeterminantsSettings,
    *,
    known: tuple[TruthTable, Solution],
    tell: Progress,
) -> list[list[Solved]]:
    """The solutions of groups of scenarios; of the groups after the first, some of each before the rest of any."""
    places = [(number, place) for number, group in enumerate(groups) for place in range(len(group))]
    chance = np.random.default_rng(settings.seed).random(len(places))
    order = sorted(
        range(len(places)),
        key=lambda one: (places[one][0] > 0, chance[one]),
    )
    solved = solve_all(
        [groups[places[one][0]][places[one][1]] for one in order],
        known=known,
        budget=_budget(settings, implicants=known[1].implicants),
        tell=lambda share: tell("testing how far the solution stands", share),
    )
    found = {places[one]: answer for one, answer in zip(order, solved, strict=True)}
    return [[found[number, place] for place in range(len(group))] for number, group in enumerate(groups)]


def _budget(settings: DeterminantsSettings, *, implicants: int) -> Budget:
    """What the refits may take; everything where robustness was asked for in so many words."""
    if "robustness" in settings.model_fields_set:
        return replace(WHOLE, listed=settings.listed)
    most = REFITS if implicants > LARGE else None
    return Budget(effort=EFFORT, most=most, listed=settings.listed)


def _without(start: Scenario, case: int) -> Scenario:
    return replace(start, sets=start.sets.without(case), outcome=np.delete(start.outcome, case))


def _frequency_range(frequencies: Sequence[int], solved: Sequence[Solved], *, at: int) -> Range:
    here = min(at, len(frequencies)) - 1
    same = [one.same(solved[here]) is True for one in solved]
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
        same = [one.same(start) is True for one in solved[number * width : (number + 1) * width]]
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
    loaded: Loaded, settings: DeterminantsSettings, *, side: Side, tell: Progress
) -> Benchmark | None:
    """How often a shuffled outcome gives a solution as good; None where there is none, or no shuffle was asked for."""
    simple, shuffles = side.standard.parsimonious, settings.shuffles()
    if simple is None or not shuffles:
        return None
    start = replace(scenario(loaded, settings), outcome=side.membership)
    early = settings.permutations is None and shuffles * simple.implicants > STOPPING
    return benchmark(
        start,
        told(start, side.standard.table, found=simple),
        permutations=shuffles,
        seed=settings.seed,
        stop_after=STOP_AFTER if early else None,
        effort=SHUFFLE_EFFORT if early else SOLUTION_EFFORT,
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
            meaning = f"{shuffled.as_good} of {shuffled.permutations:,} shuffled outcomes {as_good(shuffled)}"
            limits = (shuffled.interval.low, shuffled.interval.high)
            yield ("random_benchmark", f"p of {outcome}", shuffled.p, *limits, meaning)


def _stands(found: Sturdiness) -> Iterator[tuple[Cell, ...]]:
    for one in found.ranges:
        meaning = "between which values the same solution comes out; empty: no change as far as was tried"
        if found.settled() < 1:
            meaning += "; it ends where that was not settled"
        yield ("sensitivity_range", one.what, one.at, one.low, one.high, meaning)
    meaning = f"{found.unchanged()} of {left_cases(found)} can be left out and the same solution comes out"
    share = found.can_be_left_out()
    yield ("leave_one_out", "cases without which nothing changes", share, None, None, meaning)
    if found.settled() < 1:
        meaning = f"share of the solutions with something varied that were settled; {ASK}"
        yield ("refits_settled", "solutions that were settled", found.settled(), None, None, meaning)
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
                None if one.limit else one.count,
                one.fit.inclusion if one.fit else None,
                one.fit.coverage if one.fit else None,
            )
            for case, one in zip(cases, found.left_out, strict=True)
        ),
    )

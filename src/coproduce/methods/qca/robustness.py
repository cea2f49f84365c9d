"""Robustness: how far a solution stands when cases and decisions change.

The solution that is tested is the parsimonious one, with all of its models that tie: it is *the same* where the set of
models is the same. Fit is that of the first model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.parallel import spread
from coproduce.methods.qca.analysis import Solution, parsimonious
from coproduce.methods.qca.covers import EFFORT
from coproduce.methods.qca.fit import Sufficiency, in_model, sufficiency
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import ROUNDING, CutOffs, TruthTable, truth_table

Numbers = NDArray[np.float64]
Tell = Callable[[float], object]

LISTED = 20
LEAST_INCLUSION = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way to do the analysis: the sets, the outcome and the cut-offs."""

    sets: Sets
    outcome: Numbers
    cut_offs: CutOffs


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The limits of many minimisations: the effort of all together (in cells), and how many to try at most (None: all).

    No limit lies in time, so that the answer is the same on every machine.
    """

    effort: int
    most: int | None
    listed: int = LISTED

    def each(self, number: int) -> int:
        """The effort of each of so many minimisations."""
        return min(EFFORT, self.effort // max(number, 1))


WHOLE = Budget(effort=2**62, most=None)
"""Every minimisation may take what the analysis itself may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """What a scenario gives: the models that tie (the first ones, and how many), the fit and the cases of the first.

    There are no models where no row leads to the outcome. `limit` says that no model was settled within the effort (or
    none was tried), `complete` that the count is exact. `problem` stands for the rows with and without the outcome:
    where it is the same, so is the solution. `implicants` is the number of prime implicants.
    """

    models: frozenset[frozenset[tuple[int, ...]]]
    count: int
    fit: Sufficiency | None
    membership: Numbers
    problem: bytes
    complete: bool = True
    limit: bool = False
    implicants: int = 0

    def same(self, other: Solved) -> bool | None:
        """Whether the same models come out; None where that was not settled."""
        if self.problem == other.problem:
            return True
        if self.limit or other.limit:
            return None
        if self.complete and other.complete:
            return (self.models, self.count) == (other.models, other.count)
        return False if _terms(self) != _terms(other) else None


def _terms(solved: Solved) -> int:
    """How many terms each of the models has."""
    return max((len(model) for model in solved.models), default=0)


def solve(scenario: Scenario, *, effort: int = EFFORT, listed: int = LISTED) -> Solved:
    """The parsimonious solution of one scenario.

    Parameters
    ----------
    scenario
        The sets, the outcome and the cut-offs.
    effort
        The limit of the search; see `coproduce.methods.qca.covers.fewest`.
    listed
        How many models to list at most; only what was solved with the same number can be compared.

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0, 1], [1, 0], [0, 0]]), levels=(2, 2))
    >>> found = solve(Scenario(sets=sets, outcome=np.array([1.0, 1, 0]), cut_offs=CutOffs()))
    >>> found.count, found.fit.coverage
    (1, 1.0)
    """
    table = truth_table(scenario.sets, scenario.outcome, cut_offs=scenario.cut_offs)
    return told(scenario, table, found=_minimised(table, effort=effort, listed=listed))


def _minimised(table: TruthTable, *, effort: int, listed: int) -> Solution | None:
    """The parsimonious solution of a table; one without models where no row leads to the outcome, None if unsettled."""
    if not len(table.configurations("positive")):
        return Solution(models=(), count=0, complete=True)
    try:
        return parsimonious(table, listed=listed, effort=effort)
    except EstimationError:
        return None


def told(scenario: Scenario, table: TruthTable, *, found: Solution | None) -> Solved:
    """What a solution is to a scenario; None for the solution says that it was not settled."""
    first = found.models[0] if found and found.models else None
    membership = np.zeros(len(scenario.outcome)) if first is None else in_model(scenario.sets, first)
    return Solved(
        models=frozenset(frozenset(model) for model in found.models) if found else frozenset(),
        count=found.count if found else 0,
        fit=None if first is None else sufficiency(membership, scenario.outcome),
        membership=membership,
        problem=_problem(table),
        complete=found is not None and found.complete,
        limit=found is None,
        implicants=found.implicants if found else 0,
    )


def _problem(table: TruthTable) -> bytes:
    """What the parsimonious solution of a table hangs on, and nothing else."""
    positive, negative = table.configurations("positive"), table.configurations("negative")
    sizes = (table.levels, len(positive), len(negative))
    return repr(sizes).encode() + positive.tobytes() + negative.tobytes()


def solve_all(
    scenarios: Sequence[Scenario],
    *,
    known: tuple[TruthTable, Solution | None] | None = None,
    budget: Budget = WHOLE,
    workers: int | None = None,
    tell: Tell | None = None,
) -> list[Solved]:
    """The solutions of many scenarios, in their order, over all cores; what gives the same rows is solved once.

    Parameters
    ----------
    scenarios
        The scenarios, the most important first: those that the budget does not reach count as not settled.
    known
        A truth table whose solution is there already.
    budget
        The limits of it all.
    workers, tell
        As in `spread`.
    """
    tables = [truth_table(one.sets, one.outcome, cut_offs=one.cut_offs) for one in scenarios]
    problems = [_problem(table) for table in tables]
    found = {} if known is None else {_problem(known[0]): known[1]}
    fresh = {problem: table for problem, table in zip(problems, tables, strict=True) if problem not in found}
    tried = list(fresh)[: budget.most]
    search = partial(_minimised, effort=budget.each(len(tried)), listed=budget.listed)
    solved = spread(search, [fresh[problem] for problem in tried], workers=workers, tell=tell)
    found |= dict(zip(tried, solved, strict=True))
    return [
        told(one, table, found=found.get(problem))
        for one, table, problem in zip(scenarios, tables, problems, strict=True)
    ]


def inclusion_scenarios(start: Scenario) -> tuple[list[float], list[Scenario]]:
    """Every inclusion cut-off from 0.5 to 1 at which the truth table changes, and the scenario of each.

    A cut-off changes a truth table only where it passes the inclusion of a row: so one cut-off at each row's inclusion
    (and at 1) stands for all that lie between it and the next lower one.
    """
    rows = truth_table(start.sets, start.outcome, cut_offs=start.cut_offs).rows
    scores = {row.fit.inclusion for row in rows if LEAST_INCLUSION < row.fit.inclusion < 1}
    cuts = sorted({*scores, LEAST_INCLUSION, 1.0})
    merged = [cut for place, cut in enumerate(cuts) if place == 0 or cut - cuts[place - 1] > ROUNDING]
    return merged, [replace(start, cut_offs=replace(start.cut_offs, inclusion=cut)) for cut in merged]


def inclusion_range(
    cuts: Sequence[float], solved: Sequence[Solved], *, start: CutOffs
) -> tuple[float, float]:
    """The cut-offs around that of the analysis between which the solution stays the same: over the first, to the last.

    References
    ----------
    Oana, I.-E. and Schneider, C. Q. (2021). A robustness test protocol for applied QCA. Sociological Methods &
    Research 53(1), 57-88 (in print 2024) (sensitivity ranges). Theirs are searched in steps; these are exact.
    """
    here = next((place for place, cut in enumerate(cuts) if cut >= start.inclusion - ROUNDING), len(cuts) - 1)
    same = [one.same(solved[here]) is True for one in solved]
    first, last = run_around(same, here)
    return (cuts[first - 1] if first else LEAST_INCLUSION), cuts[last]


def run_around(flags: Sequence[bool], place: int) -> tuple[int, int]:
    """The first and the last place of the run of true flags around a place.

    Examples
    --------
    >>> run_around([True, False, True, True, True, False], 3)
    (2, 4)
    """
    first = last = place
    while first > 0 and flags[first - 1]:
        first -= 1
    while last + 1 < len(flags) and flags[last + 1]:
        last += 1
    return first, last


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreFit:
    """How much of an initial solution is left in what it shares with all test solutions (its robust core).

    `consistency` is the inclusion of the initial solution over that of the core, `coverage` the coverage of the core
    over that of the initial solution; `least` and `most` are the coincidence of the initial solution with the
    intersection and with the union of the test solutions. 1 is best for all four. `typical` and `deviant` are the
    shares of cases with and without the outcome that are in the core, of those that are in it, or only in the initial
    solution, or only in some test solution (NaN where there are none). `rank` goes from 1 (the solutions have the same
    cases) over 2 (some test solution has more) and 3 (some has fewer) to 4 (both).
    """

    consistency: float
    coverage: float
    least: float
    most: float
    typical: float
    deviant: float
    rank: int


def core_fit(initial: Numbers, tests: Sequence[Numbers], *, outcome: Numbers) -> CoreFit:
    """The fit-oriented and case-oriented robustness of an initial solution against test solutions.

    Parameters
    ----------
    initial
        Memberships in the initial solution.
    tests
        Memberships in each test solution, at least one.
    outcome
        Memberships in the outcome.

    References
    ----------
    Oana, I.-E. and Schneider, C. Q. (2021). A robustness test protocol for applied QCA. Sociological Methods &
    Research 53(1), 57-88 (in print 2024) (RF_cons, RF_cov, RF_SC_minTS, RF_SC_maxTS, RCR_typ, RCR_dev, RCC_Rank).

    Examples
    --------
    >>> fit = core_fit(
    ...     np.array([0.9, 0.8, 0.2]), [np.array([0.9, 0.4, 0.2])], outcome=np.array([1.0, 0.7, 0])
    ... )
    >>> round(fit.coverage, 4), round(fit.least, 4), fit.typical, fit.rank
    (0.8125, 0.7895, 0.5, 3)
    """
    least, most = np.minimum.reduce(list(tests)), np.maximum.reduce(list(tests))
    core = np.minimum(initial, least)
    was, kept = sufficiency(initial, outcome), sufficiency(core, outcome)
    shaky = np.minimum(initial, 1 - least) > 0.5
    possible = np.minimum(1 - initial, most) > 0.5
    has, lacks = outcome > 0.5, outcome < 0.5
    return CoreFit(
        consistency=_over(was.inclusion, kept.inclusion),
        coverage=_over(kept.coverage, was.coverage),
        least=_coincidence(initial, least),
        most=_coincidence(initial, most),
        typical=_share_left(core > 0.5, shaky | possible, among=has),
        deviant=_share_left(core > 0.5, shaky | possible, among=lacks),
        rank=1 + int(possible.any()) + 2 * int(shaky.any()),
    )


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan


def _coincidence(one: Numbers, other: Numbers) -> float:
    return _over(float(np.minimum(one, other).sum()), float(np.maximum(one, other).sum()))


def _share_left(core: NDArray[np.bool_], changing: NDArray[np.bool_], *, among: NDArray[np.bool_]) -> float:
    robust = int((core & among).sum())
    return _over(robust, robust + int((changing & among).sum()))

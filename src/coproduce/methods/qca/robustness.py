"""Robustness: how far a solution stands when cases and decisions change, and how often noise gives one as good.

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
from coproduce.methods.intervals import Interval, wilson
from coproduce.methods.parallel import spread
from coproduce.methods.qca.analysis import parsimonious
from coproduce.methods.qca.fit import Sufficiency, in_model, sufficiency
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import ROUNDING, CutOffs, truth_table

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
class Solved:
    """What a scenario gives: the models that tie (the first ones, and how many), the fit and the cases of the first.

    There are no models where no row leads to the outcome. `limit` says that the minimisation could not be ended.
    """

    models: frozenset[frozenset[tuple[int, ...]]]
    count: int
    fit: Sufficiency | None
    membership: Numbers
    limit: bool = False

    def same(self, other: Solved) -> bool:
        """Whether the same models come out."""
        return not (self.limit or other.limit) and (self.models, self.count) == (other.models, other.count)


def solve(scenario: Scenario) -> Solved:
    """The parsimonious solution of one scenario.

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0, 1], [1, 0], [0, 0]]), levels=(2, 2))
    >>> found = solve(Scenario(sets=sets, outcome=np.array([1.0, 1, 0]), cut_offs=CutOffs()))
    >>> found.count, found.fit.coverage
    (1, 1.0)
    """
    none = np.zeros(len(scenario.outcome))
    table = truth_table(scenario.sets, scenario.outcome, cut_offs=scenario.cut_offs)
    if not len(table.configurations("positive")):
        return Solved(models=frozenset(), count=0, fit=None, membership=none)
    try:
        found = parsimonious(table, listed=LISTED)
    except EstimationError:
        return Solved(models=frozenset(), count=0, fit=None, membership=none, limit=True)
    membership = in_model(scenario.sets, found.models[0])
    return Solved(
        models=frozenset(frozenset(model) for model in found.models),
        count=found.count,
        fit=sufficiency(membership, scenario.outcome),
        membership=membership,
    )


def solve_all(
    scenarios: Sequence[Scenario], *, workers: int | None = None, tell: Tell | None = None
) -> list[Solved]:
    """The solutions of many scenarios, in their order, over all cores."""
    return spread(solve, scenarios, workers=workers, tell=tell)


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
    same = [one.same(solved[here]) for one in solved]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """How often shuffled outcomes give a solution at least as consistent and as covering as the real one.

    `p` counts the real outcome among the shuffled ones; `interval` is Wilson's interval for the share of shuffled ones,
    the error of having drawn only so many. `limited` of them could not be minimised, and count as at least as good.
    """

    p: float
    interval: Interval
    as_good: int
    permutations: int
    limited: int


def benchmark(
    start: Scenario,
    observed: Solved,
    *,
    permutations: int,
    seed: int,
    workers: int | None = None,
    tell: Tell | None = None,
) -> Benchmark:
    """Shuffle the outcome over the cases many times, and do the whole analysis again each time.

    Parameters
    ----------
    start
        The analysis as it was done.
    observed
        Its solution; it has one.
    permutations
        How many times the outcome is shuffled.
    seed
        Each shuffle has its own generator, made of this and its number: the result does not hang on `workers`.
    workers, tell
        As in `spread`.

    Returns
    -------
    Benchmark
        With p = (b + 1) / (m + 1), where b of m shuffles are as good: a valid test of "the outcome has nothing to do
        with the conditions".

    References
    ----------
    Braumoeller, B. F. (2015). Guarding against false positives in qualitative comparative analysis. Political Analysis
    23, 471-487; Phipson, B. and Smyth, G. K. (2010). Statistical Applications in Genetics and Molecular Biology 9(1).

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0], [1], [1], [0], [0], [0]]), levels=(2,))
    >>> start = Scenario(sets=sets, outcome=np.array([1.0, 1, 1, 0, 0, 0]), cut_offs=CutOffs())
    >>> found = benchmark(start, solve(start), permutations=99, seed=1, workers=1)
    >>> 0.01 <= found.p <= 0.3
    True
    """
    shuffled = partial(_shuffled, start, (seed, observed.fit))
    answers = spread(shuffled, range(permutations), workers=workers, tell=tell)
    as_good = sum(answer is not False for answer in answers)
    return Benchmark(
        p=(as_good + 1) / (permutations + 1),
        interval=wilson(as_good, permutations),
        as_good=as_good,
        permutations=permutations,
        limited=sum(answer is None for answer in answers),
    )


def _shuffled(start: Scenario, asked: tuple[int, Sufficiency | None], number: int) -> bool | None:
    """Whether one shuffle gives a solution as good; None where it could not be minimised."""
    seed, observed = asked
    outcome = np.random.default_rng((seed, number)).permutation(start.outcome)
    shuffled = replace(start, outcome=outcome)
    if _is_crisp(start):
        fit = crisp_fit(shuffled)
    else:
        found = solve(shuffled)
        if found.limit:
            return None
        fit = found.fit
    if fit is None or observed is None:
        return False
    return fit.inclusion >= observed.inclusion - ROUNDING and fit.coverage >= observed.coverage - ROUNDING


def _is_crisp(scenario: Scenario) -> bool:
    """Whether every case is wholly in one row of the truth table, and every such row counts."""
    fuzzy = np.asarray(scenario.sets.levels) == 2
    values = scenario.sets.values[:, fuzzy]
    return scenario.cut_offs.frequency == 1 and bool(np.all((values == 0) | (values == 1)))


def crisp_fit(scenario: Scenario) -> Sufficiency | None:
    """The fit of every solution of crisp sets in which one case is enough for a row; None where there is none.

    Whatever model it is, it holds the cases of the positive rows and no other: there is nothing to minimise.

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0, 1], [1, 0], [0, 0]]), levels=(2, 2))
    >>> start = Scenario(sets=sets, outcome=np.array([1.0, 1, 0]), cut_offs=CutOffs())
    >>> crisp_fit(start) == solve(start).fit
    True
    """
    rows = truth_table(scenario.sets, scenario.outcome, cut_offs=scenario.cut_offs).rows
    inside = np.zeros(len(scenario.outcome))
    for row in rows:
        if row.status == "positive":
            inside[list(row.cases)] = 1
    return sufficiency(inside, scenario.outcome) if inside.any() else None

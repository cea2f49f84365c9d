"""The random benchmark: how often an outcome that was shuffled over the cases gives a solution as good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.intervals import Interval, wilson
from coproduce.methods.parallel import spread
from coproduce.methods.qca.covers import EFFORT
from coproduce.methods.qca.fit import Sufficiency, in_term, sufficiency
from coproduce.methods.qca.robustness import Scenario, Solved, solve
from coproduce.methods.qca.truth_table import ROUNDING, truth_table

Numbers = NDArray[np.float64]
Tell = Callable[[float], object]
AT_ONCE = 50
ERROR = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """How often shuffled outcomes give a solution at least as good as the real one: by inclusion times coverage.

    `interval` is the error of having drawn only so many. `limited` of them were not settled, and count as at least as
    good. `stopped` says that the shuffling ended early, since so many were as good that p was plain.
    """

    p: float
    interval: Interval
    as_good: int
    permutations: int
    limited: int
    stopped: bool = False


def benchmark(
    start: Scenario,
    observed: Solved,
    *,
    permutations: int,
    seed: int,
    stop_after: int | None = None,
    effort: int = EFFORT,
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
    stop_after
        Shuffle no more once so many were as good. Sets that need no minimisation are shuffled to the end.
    effort
        The limit of each search; see `coproduce.methods.qca.covers.fewest`.
    workers, tell
        As in `spread`.

    Returns
    -------
    Benchmark
        With p = (b + 1) / (m + 1), where b of m shuffles are as good, and Wilson's interval for b / m: a valid test of
        "the outcome has nothing to do with the conditions". Where it stopped at the m-th shuffle after b were as good,
        p = b / m, which is valid too, with the exact interval of a negative binomial share.

    References
    ----------
    Braumoeller, B. F. (2015). Guarding against false positives in qualitative comparative analysis. Political Analysis
    23, 471-487; Phipson, B. and Smyth, G. K. (2010). Statistical Applications in Genetics and Molecular Biology 9(1);
    Besag, J. and Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika 78, 301-304.

    Examples
    --------
    >>> from coproduce.methods.qca.sets import Sets
    >>> from coproduce.methods.qca.truth_table import CutOffs
    >>> sets = Sets(values=np.array([[1.0], [1], [1], [0], [0], [0]]), levels=(2,))
    >>> start = Scenario(sets=sets, outcome=np.array([1.0, 1, 1, 0, 0, 0]), cut_offs=CutOffs())
    >>> found = benchmark(start, solve(start), permutations=99, seed=1, workers=1)
    >>> 0.01 <= found.p <= 0.3
    True
    """
    shuffled = partial(_shuffled, start, (seed, observed.fit), effort=effort)
    stop = permutations if stop_after is None or is_crisp(start) else stop_after
    answers: list[bool | None] = []
    while len(answers) < permutations and _as_good(answers) < stop:
        done = len(answers)
        numbers = range(done, permutations if stop >= permutations else min(done + AT_ONCE, permutations))
        answers += spread(shuffled, numbers, workers=workers, tell=_on_from(done, permutations, tell=tell))
    return _benchmark(_until(answers, stop=stop), permutations=permutations)


def _as_good(answers: list[bool | None]) -> int:
    """How many were as good, or not settled."""
    return sum(answer is not False for answer in answers)


def _until(answers: list[bool | None], *, stop: int) -> list[bool | None]:
    """The answers up to the one with which enough were as good, which does not hang on how many were done at once."""
    good = np.flatnonzero([answer is not False for answer in answers])
    return answers[: good[stop - 1] + 1] if len(good) >= stop else answers


def _on_from(done: int, permutations: int, *, tell: Tell | None) -> Tell | None:
    """Tells the share of all shuffles while some of them are done."""
    if tell is None:
        return None
    some = min(AT_ONCE, permutations - done) if done else permutations
    return lambda share: tell((done + share * some) / permutations)


def _benchmark(answers: list[bool | None], *, permutations: int) -> Benchmark:
    as_good, drawn = _as_good(answers), len(answers)
    stopped = drawn < permutations
    return Benchmark(
        p=as_good / drawn if stopped else (as_good + 1) / (drawn + 1),
        interval=inverse_share(as_good, drawn) if stopped else wilson(as_good, drawn),
        as_good=as_good,
        permutations=drawn,
        limited=sum(answer is None for answer in answers),
        stopped=stopped,
    )


def inverse_share(hits: int, drawn: int) -> Interval:
    """The exact interval (95 %) of a share, where drawing went on until there were so many hits.

    References
    ----------
    Lui, K.-J. (1995). Confidence limits for the population prevalence rate based on the negative binomial distribution.
    Statistics in Medicine 14, 1471-1477.

    Examples
    --------
    >>> found = inverse_share(10, 40)
    >>> round(found.low, 3), round(found.high, 3)
    (0.127, 0.393)
    """
    from scipy.stats import beta

    low, high = ERROR / 2, 1 - ERROR / 2
    return Interval(
        value=hits / drawn,
        low=float(beta.ppf(low, hits, drawn - hits + 1)),
        high=float(beta.ppf(high, hits, drawn - hits)) if drawn > hits else 1.0,
    )


def _shuffled(
    start: Scenario, asked: tuple[int, Sufficiency | None], number: int, *, effort: int
) -> bool | None:
    """Whether one shuffle gives a solution as good; None where that was not settled."""
    seed, observed = asked
    outcome = np.random.default_rng((seed, number)).permutation(start.outcome)
    shuffled = replace(start, outcome=outcome)
    if observed is None:
        return False
    if is_crisp(start):
        return _reaches(crisp_fit(shuffled), observed)
    if not _reaches(best_fit(shuffled), observed):
        return False
    found = solve(shuffled, effort=effort)
    return None if found.limit else _reaches(found.fit, observed)


def _reaches(fit: Sufficiency | None, observed: Sufficiency) -> bool:
    """Whether a fit is at least as good as the observed one.

    One number has to tell which is better: of two solutions one of which includes more and the other covers more,
    neither would count as good as the other, and p would come out too small.
    """
    return fit is not None and _goodness(fit) >= _goodness(observed) - ROUNDING


def _goodness(fit: Sufficiency) -> float:
    return fit.inclusion * fit.coverage


def best_fit(scenario: Scenario) -> Sufficiency | None:
    """More inclusion and more coverage than any solution can have, without minimising; None where there is none.

    A model holds each positive row and no negative one. So each case is in it at least as far as in a positive row, and
    at most as far as it is out of each negative one: a term that holds none of a row has a level against it. Between
    these, the inclusion is highest where a case is in the model as far as in the outcome, the coverage where it is in
    it as far as can be.

    Examples
    --------
    >>> from coproduce.methods.qca.sets import Sets
    >>> from coproduce.methods.qca.truth_table import CutOffs
    >>> sets = Sets(values=np.array([[0.9, 0.8], [0.7, 0.2], [0.1, 0.3]]), levels=(2, 2))
    >>> start = Scenario(sets=sets, outcome=np.array([0.9, 0.6, 0.2]), cut_offs=CutOffs())
    >>> best_fit(start).inclusion >= solve(start).fit.inclusion
    True
    """
    table = truth_table(scenario.sets, scenario.outcome, cut_offs=scenario.cut_offs)
    positive, negative = (
        [in_term(scenario.sets, tuple(row)) for row in table.configurations(status).tolist()]
        for status in ("positive", "negative")
    )
    if not positive:
        return None
    least = np.max(positive, axis=0)
    most = 1 - np.max(negative, axis=0) if negative else np.ones(len(least))
    inclusion = sufficiency(np.clip(scenario.outcome, least, most), scenario.outcome)
    return replace(inclusion, coverage=sufficiency(most, scenario.outcome).coverage)


def is_crisp(scenario: Scenario) -> bool:
    """Whether every case is wholly in one row of the truth table, and every such row counts."""
    fuzzy = np.asarray(scenario.sets.levels) == 2
    values = scenario.sets.values[:, fuzzy]
    return scenario.cut_offs.frequency == 1 and bool(np.all((values == 0) | (values == 1)))


def crisp_fit(scenario: Scenario) -> Sufficiency | None:
    """The fit of every solution of crisp sets in which one case is enough for a row; None where there is none.

    Whatever model it is, it holds the cases of the positive rows and no other: there is nothing to minimise.

    Examples
    --------
    >>> from coproduce.methods.qca.sets import Sets
    >>> from coproduce.methods.qca.truth_table import CutOffs
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

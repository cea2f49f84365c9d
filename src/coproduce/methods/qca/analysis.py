"""The standard analysis of sufficiency: a truth table and its solutions, and what of them does not stand.

A solution is of one type: *conservative* (no remainder used), *parsimonious* (every remainder that makes it simpler)
or *intermediate* (only the easy counterfactuals). The enhanced analysis first takes away the remainders that no
reasonable person can assume to lead to the outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.qca import minimise
from coproduce.methods.qca.covers import EFFORT
from coproduce.methods.qca.intermediate import Expectations
from coproduce.methods.qca.minimise import Solutions, UnsettledError
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.terms import Terms, as_terms, covered, intersections, widest
from coproduce.methods.qca.truth_table import CutOffs, TruthTable, truth_table

Numbers = NDArray[np.float64]
Term = tuple[int, ...]
Model = tuple[Term, ...]

LISTED = 100
MOST_PAIRS = 100
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """All models of one type, each a tuple of terms.

    There are `count` of them, exactly where `complete` (else at least so many); the first ones are listed in `models`.
    `implicants` is the number of prime implicants that they were chosen from (0 where several charts were searched).
    """

    models: tuple[Model, ...]
    count: int
    complete: bool
    implicants: int = field(default=0, compare=False)

    def terms(self) -> set[Term]:
        """Every term of a listed model."""
        return {term for model in self.models for term in model}

    def shared(self) -> set[Term]:
        """The terms that stand in every listed model."""
        return set.intersection(*(set(model) for model in self.models)) if self.models else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A solution that could not be settled: why, and from how many to how many terms it has, if that is known."""

    reason: str
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """The truth table of an outcome and its solutions.

    A solution is None where no row leads to the outcome, and where it could not be settled: then `unsettled` has its
    type.
    """

    table: TruthTable
    conservative: Solution | None
    parsimonious: Solution | None
    intermediate: Solution | None
    unsettled: dict[str, Unsettled] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enhanced:
    """The solutions after untenable assumptions were taken away; these are terms (-1: any value).

    `contradictory` assumptions were used for the outcome and for its negation; those `against_necessity` lack a
    condition that was found necessary. The intermediate solution may not be settled.
    """

    parsimonious: Solution
    intermediate: Solution | Unsettled
    contradictory: tuple[Term, ...]
    against_necessity: tuple[Term, ...]


def standard(
    sets: Sets,
    outcome: Numbers,
    *,
    cut_offs: CutOffs,
    expectations: Expectations,
    listed: int = LISTED,
    effort: int = EFFORT,
) -> Standard:
    """The truth table of an outcome with its conservative, parsimonious and intermediate solution.

    Parameters
    ----------
    sets
        The cases' memberships in the conditions.
    outcome
        Memberships in the outcome.
    cut_offs
        What a row of the truth table needs to count as leading to the outcome.
    expectations
        For each condition the levels that should help the outcome; empty where nothing is expected.
    listed
        How many models to list at most; all are counted.
    effort
        The limit of each search; see `coproduce.methods.qca.covers.fewest`.

    References
    ----------
    Ragin, C. C. (2008). Redesigning Social Inquiry, chapters 7 to 9; Schneider, C. Q. and Wagemann, C. (2012), chapter
    7 and section 8.2.

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0, 1], [1, 0], [0, 0]]), levels=(2, 2))
    >>> found = standard(sets, np.array([1.0, 1, 0]), cut_offs=CutOffs(), expectations=[(), ()])
    >>> found.parsimonious.models
    (((1, -1),),)
    """
    table = truth_table(sets, outcome, cut_offs=cut_offs)
    positive = table.configurations("positive")
    if not len(positive):
        return Standard(table=table, conservative=None, parsimonious=None, intermediate=None)
    levels = table.levels
    complex_ = _tried(
        lambda: solution(minimise.conservative(positive, levels=levels, listed=listed, effort=effort))
    )
    simple = _tried(lambda: parsimonious(table, listed=listed, effort=effort))
    between = _between(table, (complex_, simple), expectations=expectations, listed=listed, effort=effort)
    found = {"conservative": complex_, "parsimonious": simple, "intermediate": between}
    return Standard(
        table=table,
        unsettled={kind: one for kind, one in found.items() if isinstance(one, Unsettled)},
        **{kind: one if isinstance(one, Solution) else None for kind, one in found.items()},
    )


def _tried(solve: Callable[[], Solution]) -> Solution | Unsettled:
    """A solution, or why there is none."""
    try:
        return solve()
    except UnsettledError as error:
        return Unsettled(reason=error.seen, least=error.least, most=error.most)
    except EstimationError as error:
        return Unsettled(reason=error.seen)


def _between(
    table: TruthTable,
    ends: tuple[Solution | Unsettled, Solution | Unsettled],
    *,
    expectations: Expectations,
    listed: int,
    effort: int,
) -> Solution | Unsettled:
    """The intermediate solution; without expectations it is the conservative one, whatever the parsimonious."""
    complex_, simple = ends
    if isinstance(complex_, Unsettled):
        return Unsettled(reason="it lies between the other two, and the conservative one is not settled")
    if not any(expectations):
        return complex_
    if isinstance(simple, Unsettled):
        return Unsettled(reason="it lies between the other two, and the parsimonious one is not settled")
    both = (complex_, simple)
    return _tried(lambda: intermediate(table, both, expectations=expectations, listed=listed, effort=effort))


def parsimonious(
    table: TruthTable, *, untenable: Terms | None = None, listed: int = LISTED, effort: int = EFFORT
) -> Solution:
    """The parsimonious solution of a truth table that has a positive row, without the untenable assumptions."""
    negative = table.configurations("negative")
    if untenable is not None:
        negative = np.concatenate([negative, untenable])
    positive = table.configurations("positive")
    return solution(
        minimise.parsimonious(positive, negative, levels=table.levels, listed=listed, effort=effort)
    )


def solution(found: Solutions) -> Solution:
    """The listed models with their terms, and how many there are."""
    terms = [tuple(term) for term in found.terms.tolist()]
    models = tuple(tuple(terms[place] for place in places) for places in found.models)
    return Solution(models=models, count=found.count, complete=found.complete, implicants=len(found.terms))


def intermediate(
    table: TruthTable,
    ends: tuple[Solution, Solution],
    *,
    expectations: Expectations,
    listed: int = LISTED,
    effort: int = EFFORT,
) -> Solution:
    """The intermediate models between each conservative and each parsimonious model, each once.

    Where there are more than 100 pairs, the first are taken, and the count is a least number.
    """
    pairs = list(islice(product(ends[0].models, ends[1].models), MOST_PAIRS))
    positive = table.configurations("positive")
    models: dict[Model, None] = {}
    complete = ends[0].count * ends[1].count == len(pairs)
    for pair in pairs:
        one = minimise.intermediate(
            positive, pair, expectations=expectations, levels=table.levels, effort=effort // len(pairs)
        )
        found = solution(one.solutions)
        complete = complete and found.complete and found.count == len(found.models)
        models |= dict.fromkeys(tuple(sorted(model)) for model in found.models)
    return Solution(models=tuple(models)[:listed], count=len(models), complete=complete)


def enhanced(
    one: Standard,
    other: Standard,
    *,
    necessary: Iterable[Term],
    expectations: Expectations,
    listed: int = LISTED,
    effort: int = EFFORT,
) -> Enhanced | Unsettled | None:
    """The solutions of an outcome that rest on no untenable assumption; None where none was made.

    Parameters
    ----------
    one, other
        The analyses of the outcome and of its negation.
    necessary
        Terms of a single level each: the conditions that are necessary for the outcome. A remainder without one of
        them cannot be assumed to lead to it.
    expectations
        For each condition the levels that should help the outcome.
    listed
        How many models to list at most.
    effort
        The limit of all searches together; see `coproduce.methods.qca.covers.fewest`.

    Returns
    -------
    Enhanced, Unsettled or None
        A remainder that some listed model for the outcome and some for its negation both claim is given to neither;
        this is repeated until no such remainder is left. Where a parsimonious solution on the way is not settled, it
        is not known which assumptions are untenable.

    References
    ----------
    Schneider, C. Q. and Wagemann, C. (2012). Set-Theoretic Methods for the Social Sciences, section 8.2.
    """
    if not len(one.table.configurations("positive")):
        return None
    if "parsimonious" in {*one.unsettled, *other.unsettled}:
        return Unsettled(reason="the parsimonious solution of the outcome or of its negation is not settled")
    against = _without(necessary, one.table)
    each = effort // (2 * MOST_ROUNDS)
    try:
        contradictory = _contradictory(one, other, against=against, effort=each)
        if not len(contradictory) and not _covers_any(one, against):
            return None
        untenable = np.concatenate([against, contradictory])
        simple = parsimonious(one.table, untenable=untenable, listed=listed, effort=each)
    except EstimationError as error:
        return Unsettled(reason=error.seen)
    ends = (one.conservative or one.unsettled["conservative"], simple)
    return Enhanced(
        parsimonious=simple,
        intermediate=_between(one.table, ends, expectations=expectations, listed=listed, effort=each),
        contradictory=_tuples(contradictory),
        against_necessity=_tuples(against),
    )


def _contradictory(one: Standard, other: Standard, *, against: Terms, effort: int) -> Terms:
    """The assumptions that are made for the outcome and for its negation, gathered until there are no more."""
    levels = one.table.levels
    gathered = as_terms([], levels=levels)
    if one.parsimonious is None or other.parsimonious is None:
        return gathered
    mine, theirs = one.parsimonious, other.parsimonious
    for _ in range(MOST_ROUNDS):
        both = intersections(_terms(mine, levels), _terms(theirs, levels))
        both = _unobserved(
            _unobserved(both, one.table), other.table
        )  # a row may lead to both by lax cut-offs
        if not len(both):
            break
        gathered = widest(np.concatenate([gathered, both]))
        mine = parsimonious(one.table, untenable=np.concatenate([gathered, against]), effort=effort)
        theirs = parsimonious(other.table, untenable=gathered, effort=effort)
    return gathered


def _without(necessary: Iterable[Term], table: TruthTable) -> Terms:
    """The terms that lack a necessary condition, but not where an observed configuration leads to the outcome so."""
    lacking = [
        tuple(level if place == condition else -1 for place in range(len(term)))
        for term in necessary
        for condition, asked in enumerate(term)
        if asked != -1
        for level in range(table.levels[condition])
        if level != asked
    ]
    return _unobserved(as_terms(lacking, levels=table.levels), table)


def _unobserved(terms: Terms, table: TruthTable) -> Terms:
    """The terms that hold no row that leads to the outcome."""
    positive = table.configurations("positive").astype(np.int8)
    return terms[~covered(terms, positive).any(axis=1)]


def _covers_any(one: Standard, terms: Terms) -> bool:
    """Whether some listed parsimonious model claims a configuration of one of these terms."""
    simple = one.parsimonious
    return simple is not None and bool(len(intersections(_terms(simple, one.table.levels), terms)))


def _terms(found: Solution, levels: Sequence[int]) -> Terms:
    return as_terms(sorted(found.terms()), levels=levels)


def _tuples(terms: Terms) -> tuple[Term, ...]:
    return tuple(tuple(term) for term in terms.tolist())

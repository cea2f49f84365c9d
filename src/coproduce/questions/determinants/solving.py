"""The analysis of one outcome and of its negation: what is necessary, what is sufficient, and for which cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.qca.analysis import (
    Enhanced,
    Model,
    Solution,
    Standard,
    Unsettled,
    enhanced,
    standard,
)
from coproduce.methods.qca.fit import ModelFit, in_term, model_fit
from coproduce.methods.qca.necessity import Superset, single_conditions, supersets
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.questions.determinants.loading import Loaded, expected_levels
from coproduce.questions.determinants.naming import model_in_words, model_name, negated, term_name
from coproduce.questions.determinants.settings import DeterminantsSettings

Numbers = NDArray[np.float64]
Term = tuple[int, ...]
TYPES = ("conservative", "parsimonious", "intermediate")
MOST_CONDITIONS_IN_THREES = 8

EFFORT = 20_000_000_000
"""The limit of the search for one solution, in cells: some twenty seconds where it is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One model as it is shown: its terms, the most covering first, with their fit."""

    terms: Model
    fit: ModelFit


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All that was found about an outcome, or about its negation."""

    outcome: str
    membership: Numbers
    sets: Sets
    names: tuple[str, ...]
    standard: Standard
    enhanced: Enhanced | None
    unsettled: Mapping[str, Unsettled]
    singles: tuple[Superset, ...]
    supersets: tuple[Superset, ...]

    def solutions(self) -> Iterator[tuple[str, Solution]]:
        """The solutions by type; none where no row leads to the outcome, and not those that were not settled."""
        found = {
            "conservative": self.standard.conservative,
            "parsimonious": self.standard.parsimonious,
            "intermediate": self.standard.intermediate,
            "enhanced_parsimonious": self.enhanced and self.enhanced.parsimonious,
            "enhanced_intermediate": self.enhanced and self.enhanced.intermediate,
        }
        yield from ((kind, one) for kind, one in found.items() if isinstance(one, Solution))

    @property
    def leads(self) -> bool:
        """Whether some row of the truth table leads to the outcome."""
        return bool(len(self.standard.table.configurations("positive")))

    def solution(self, kind: str) -> Solution | None:
        """The solution of one type."""
        return dict(self.solutions()).get(kind)

    def fitted(self, model: Model) -> Fitted:
        """A model with its fit."""
        fit = model_fit(self.sets, model, outcome=self.membership)
        order = sorted(range(len(model)), key=lambda place: (-fit.terms[place].coverage, place))
        return Fitted(
            terms=tuple(model[place] for place in order),
            fit=replace(fit, terms=tuple(fit.terms[place] for place in order)),
        )

    def term(self, term: Term) -> str:
        """How a term prints."""
        return term_name(term, names=self.names, levels=self.sets.levels)

    def model(self, model: Model) -> str:
        """How a model prints, the most covering term first."""
        return model_name(self.fitted(model).terms, names=self.names, levels=self.sets.levels)

    def in_words(self, model: Model) -> str:
        """The same for those who do not read formulas."""
        return model_in_words(self.fitted(model).terms, names=self.names, levels=self.sets.levels)

    def members(self, term: Term) -> NDArray[np.int64]:
        """The cases that are more in a term than out of it."""
        return np.flatnonzero(in_term(self.sets, term) > 0.5)


def solve(loaded: Loaded, settings: DeterminantsSettings, *, effort: int = EFFORT) -> tuple[Side, Side]:
    """The outcome and its negation, each on its own: neither follows from the other.

    Raises
    ------
    EstimationError
        Where both have rows that lead to them, and no solution of either was settled.
    """
    cut_offs = CutOffs(inclusion=settings.inclusion, pri=settings.pri, frequency=settings.frequency)
    memberships = (loaded.outcome, 1 - loaded.outcome)
    hopes = _expectations(loaded, settings)
    found = [
        standard(loaded.sets, y, cut_offs=cut_offs, expectations=hope, listed=settings.listed, effort=effort)
        for y, hope in zip(memberships, hopes, strict=True)
    ]
    _refuse_unsettled(found)
    sides = [
        _side(
            loaded,
            settings,
            number=number,
            both=(found[number], found[1 - number]),
            hope=hopes[number],
            effort=effort,
        )
        for number in (0, 1)
    ]
    return sides[0], sides[1]


def _refuse_unsettled(found: list[Standard]) -> None:
    """Refuse where nothing at all was settled."""
    if all(len(one.unsettled) == len(TYPES) for one in found):
        reasons = dict.fromkeys(one.unsettled[kind].reason for one in found for kind in TYPES[:2])
        raise EstimationError(
            "minimisation",
            seen="no solution of the outcome or of its negation was settled: " + "; ".join(reasons),
            may_help="Take fewer conditions, or a higher cut-off for the number of cases in a row",
        )


def _expectations(
    loaded: Loaded, settings: DeterminantsSettings
) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    """What should help the outcome, and what its negation: the other levels of the same conditions."""
    helping = [expected_levels(settings, name) for name in settings.conditions]
    against = [
        frozenset(range(count)) - levels if levels else levels
        for levels, count in zip(helping, loaded.sets.levels, strict=True)
    ]
    return helping, against


def _side(
    loaded: Loaded,
    settings: DeterminantsSettings,
    *,
    number: int,
    both: tuple[Standard, Standard],
    hope: list[frozenset[int]],
    effort: int,
) -> Side:
    sets = loaded.sets
    y = 1 - loaded.outcome if number else loaded.outcome
    singles = single_conditions(sets, y)
    better: Enhanced | Unsettled | None = None
    if settings.enhanced:
        better = enhanced(
            *both,
            necessary=[_as_term(one, sets) for one in singles if necessary(one, settings)],
            expectations=hope,
            listed=settings.listed,
            effort=effort,
        )
    return Side(
        outcome=negated(settings.outcome) if number else settings.outcome,
        membership=y,
        sets=sets,
        names=settings.conditions,
        standard=both[0],
        enhanced=better if isinstance(better, Enhanced) else None,
        unsettled=both[0].unsettled | _unsettled(better),
        singles=singles,
        supersets=supersets(
            sets,
            y,
            inclusion=settings.necessity,
            relevance=settings.relevance,
            most_parts=3 if len(sets.levels) <= MOST_CONDITIONS_IN_THREES else 2,
        ),
    )


def _unsettled(better: Enhanced | Unsettled | None) -> dict[str, Unsettled]:
    """Which of the enhanced solutions were not settled."""
    if isinstance(better, Unsettled):
        return {"enhanced_parsimonious": better, "enhanced_intermediate": better}
    if better is None or isinstance(better.intermediate, Solution):
        return {}
    return {"enhanced_intermediate": better.intermediate}


def necessary(one: Superset, settings: DeterminantsSettings) -> bool:
    """Whether a condition is necessary, and not only because nearly every case has it."""
    return one.fit.inclusion >= settings.necessity and one.fit.relevance >= settings.relevance


def _as_term(one: Superset, sets: Sets) -> Term:
    [(condition, level)] = one.parts
    return tuple(level if place == condition else -1 for place in range(len(sets.levels)))

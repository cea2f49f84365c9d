"""The tables of a finding: what was calibrated, what is necessary, the truth tables, the solutions and their cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coproduce.findings import Cell, Table
from coproduce.methods.qca.cases import kinds
from coproduce.methods.qca.fit import in_model, in_term
from coproduce.methods.qca.necessity import Superset
from coproduce.methods.qca.terms import ABSENT
from coproduce.methods.qca.truth_table import Row as TruthRow
from coproduce.methods.qca.truth_table import Status
from coproduce.questions.determinants.loading import Loaded, quantiles
from coproduce.questions.determinants.naming import condition_name
from coproduce.questions.determinants.settings import Calibration, DeterminantsSettings
from coproduce.questions.determinants.solving import Side, Term

Row = tuple[Cell, ...]
OUT: Mapping[Status, int | str] = {"positive": 1, "negative": 0, "few": "?"}
FIT = ("inclS", "pri", "covS")


def joined(names: Sequence[str], places: Iterable[int]) -> str:
    """The names of some cases."""
    return ", ".join(names[int(place)] for place in places)


def calibration(loaded: Loaded, settings: DeterminantsSettings) -> Table:
    """One row a set: how it was calibrated, and how many cases are in it."""
    return Table(
        caption="How each set was calibrated",
        columns=("set", "role", "method", "anchors", "lowest", "highest", "levels", "cases_in", "cases_out"),
        rows=tuple(_calibration(loaded, settings)),
    )


def _calibration(loaded: Loaded, settings: DeterminantsSettings) -> Iterator[Row]:
    sets = [*loaded.sets.values.T, loaded.outcome]
    levels = (*loaded.sets.levels, 2)
    for name, column, count in zip((*settings.conditions, settings.outcome), sets, levels, strict=True):
        how, raw = settings.calibrate.get(name), loaded.raw[name]
        yield (
            name,
            "outcome" if name == settings.outcome else "condition",
            how.method if how else "given",
            _anchors(raw, how),
            float(raw.min()),
            float(raw.max()),
            count,
            int(np.sum(column > 0.5)),
            int(np.sum(column < 0.5)),
        )


def _anchors(raw: NDArray[np.float64], how: Calibration | None) -> str | None:
    if how is None or how.method == "levels":
        return None
    anchors = quantiles(raw, how) if how.method == "quantiles" else how.anchors
    return ", ".join(f"{anchor:.10g}" for anchor in anchors)


def necessity(side: Side) -> Table:
    """One row a condition, its negation, and each union or combination that is necessary."""
    return Table(
        caption=f"Necessary for {side.outcome}: inclusion, relevance and coverage",
        columns=("condition", "inclN", "RoN", "covN", "kind"),
        rows=tuple(
            (
                superset_name(side, one),
                one.fit.inclusion,
                one.fit.relevance,
                one.fit.coverage,
                one.joined,
            )
            for one in (*side.singles, *side.supersets)
        ),
    )


def superset_name(side: Side, one: Superset) -> str:
    """How a necessary condition prints."""
    mark = " + " if one.joined == "union" else "*"
    return mark.join(
        condition_name(side.names[condition], level, levels=side.sets.levels[condition])
        for condition, level in one.parts
    )


def truth_table(side: Side, cases: Sequence[str]) -> Table:
    """One row a configuration with cases."""
    table = side.standard.table
    return Table(
        caption=f"Truth table of {side.outcome}: {len(table.rows)} of {table.possible:,} configurations have cases",
        columns=(*side.names, "n", "incl", "pri", "out", "cases", "contradictory"),
        rows=tuple(_truth_row(row, cases) for row in table.rows),
    )


def _truth_row(row: TruthRow, cases: Sequence[str]) -> Row:
    return (
        *row.configuration,
        len(row.cases),
        row.fit.inclusion,
        row.fit.pri,
        OUT[row.status],
        joined(cases, row.cases),
        row.contradictory,
    )


def solutions(sides: Sequence[Side], cases: Sequence[str]) -> Table:
    """One row a term of each listed model."""
    return Table(
        caption="Solutions: every listed model, term by term",
        columns=("type", "outcome", "model", "term", *FIT, "covU", "cases"),
        rows=tuple(row for side in sides for row in _solutions(side, cases)),
    )


def _solutions(side: Side, cases: Sequence[str]) -> Iterator[Row]:
    for kind, solution in side.solutions():
        for number, model in enumerate(solution.models, start=1):
            fitted = side.fitted(model)
            for term, fit in zip(fitted.terms, fitted.fit.terms, strict=True):
                yield (
                    kind,
                    side.outcome,
                    number,
                    side.term(term),
                    fit.inclusion,
                    fit.pri,
                    fit.coverage,
                    fit.unique,
                    joined(cases, side.members(term)),
                )


def models(sides: Sequence[Side]) -> Table:
    """One row a listed model, with how many tie."""
    rows: list[Row] = []
    for side in sides:
        for kind, solution in side.solutions():
            for number, model in enumerate(solution.models, start=1):
                fit = side.fitted(model).fit.model
                scores = (fit.inclusion, fit.pri, fit.coverage)
                tied = (solution.count, "exact" if solution.complete else "at least")
                rows.append((kind, side.outcome, number, side.model(model), len(model), *scores, *tied))
        for kind, unsettled in side.unsettled.items():
            bounds = None if unsettled.least is None else f"{unsettled.least} to {unsettled.most}"
            rows.append((kind, side.outcome, None, None, bounds, None, None, None, None, "not settled"))
    return Table(
        caption="Models: those of one type that tie explain the same rows equally well",
        columns=("type", "outcome", "model", "formula", "terms", *FIT, "tied_models", "counted"),
        rows=tuple(rows),
    )


def cases_table(sides: Sequence[Side], cases: Sequence[str]) -> Table:
    """One row a case and first model of each type: how far it is in the solution and in the outcome."""
    return Table(
        caption="What each case is to the first model of each type",
        columns=("type", "outcome", "model", "case", "in_solution", "in_outcome", "case_kind", "terms"),
        rows=tuple(row for side in sides for row in _cases(side, cases)),
    )


def _cases(side: Side, cases: Sequence[str]) -> Iterator[Row]:
    for kind, solution in side.solutions():
        terms = side.fitted(solution.models[0]).terms
        inside = in_model(side.sets, terms)
        parts = [in_term(side.sets, term) for term in terms]
        for place, what in enumerate(kinds(inside, side.membership)):
            within = [side.term(term) for term, part in zip(terms, parts, strict=True) if part[place] > 0.5]
            yield (
                kind,
                side.outcome,
                1,
                cases[place],
                float(inside[place]),
                float(side.membership[place]),
                what,
                " + ".join(within) or None,
            )


def memberships(loaded: Loaded, settings: DeterminantsSettings) -> Table:
    """One row a case: its memberships in every set."""
    return Table(
        caption="The cases as sets: memberships, or levels of a condition with several",
        columns=("case", *settings.conditions, settings.outcome),
        rows=tuple(
            (case, *map(float, row), float(y))
            for case, row, y in zip(loaded.cases, loaded.sets.values, loaded.outcome, strict=True)
        ),
    )


def untenable(sides: Sequence[Side]) -> Table | None:
    """One row an assumption about configurations without cases that does not stand."""
    rows: list[Row] = []
    for side in sides:
        if side.enhanced is not None:
            rows += [(side.outcome, side.term(term), "contradictory") for term in side.enhanced.contradictory]
            rows += [
                (side.outcome, side.term(term), "against_necessity")
                for term in side.enhanced.against_necessity
            ]
    if not rows:
        return None
    return Table(
        caption="Untenable assumptions: configurations without cases that were not used in the enhanced solutions",
        columns=("outcome", "assumption", "why"),
        rows=tuple(rows),
    )


def configurations(sides: Sequence[Side]) -> Table:
    """One row a term of the first intermediate model and condition: what it asks for, and whether that is core.

    A condition is core where the parsimonious solution asks for it too, in a term that holds this one.
    """
    return Table(
        caption="Configurations of the first intermediate model; core: in the parsimonious solution too",
        columns=("outcome", "number", "term", "condition", "asks", "core", "inclS", "covS", "covU"),
        rows=tuple(row for side in sides for row in _configurations(side)),
    )


def _configurations(side: Side) -> Iterator[Row]:
    between, simple = side.solution("intermediate"), side.solution("parsimonious")
    if between is None or simple is None:
        return
    fitted = side.fitted(between.models[0])
    for number, (term, fit) in enumerate(zip(fitted.terms, fitted.fit.terms, strict=True), start=1):
        core = _core(term, simple.terms())
        for place, level in enumerate(term):
            asks = "any" if level == ABSENT else _asks(level, side.sets.levels[place])
            scores = (fit.inclusion, fit.coverage, fit.unique)
            yield (side.outcome, number, side.term(term), side.names[place], asks, place in core, *scores)


def _asks(level: int, levels: int) -> str:
    return f"level {level}" if levels > 2 else "present" if level else "absent"


def _core(term: Term, simple: set[Term]) -> set[int]:
    """The conditions of a term that a simpler term, which holds it, asks for too."""
    return {
        place
        for one in simple
        if all(asked in (ABSENT, level) for asked, level in zip(one, term, strict=True))
        for place, asked in enumerate(one)
        if asked != ABSENT
    }

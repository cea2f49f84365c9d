"""How the citizens who answered stand for the population: the design, and weights fitted to its margins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from coproduce.findings import Cell, Diagnostic, Table
from coproduce.findings.part import Part
from coproduce.methods.survey.design import Design, kish, survey_design
from coproduce.methods.survey.raking import Margin, Raked, rake
from coproduce.questions.motives.settings import MotivesSettings
from coproduce.questions.motives.surveyed import Surveyed, values_of

FAR = 5.0
"""A weight that is multiplied by more lets one answer speak for many that were never heard."""
UNEQUAL = 2.0
FEW_ANSWERS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Those who answered, with their design; `doubts` lower the grade."""

    survey: Surveyed
    design: Design
    part: Part
    doubts: tuple[str, ...]


def drawn(survey: Surveyed, settings: MotivesSettings) -> Design:
    """How these respondents were drawn, as far as the table says."""
    return survey_design(
        np.ones(survey.n) if survey.weight is None else survey.weight,
        strata=survey.stratum,
        units=survey.unit,
        single=settings.single,
    )


def weighted(survey: Surveyed, settings: MotivesSettings) -> Weighted:
    """The citizens who answered, with weights fitted to the population where it is known.

    Parameters
    ----------
    survey
        All respondents.
    settings
        The settings of the question.
    """
    citizens = survey.only(survey.side == "citizen")
    answered = citizens.only(citizens.answered())
    design = drawn(answered, settings)
    raked, margins = _raked(answered, design, settings)
    fitted = design if raked is None else raked.design
    rate = _rate(citizens, answered, settings)
    rows = [*_rows(answered, fitted, raked, rate=rate)]
    table = Table(
        caption="Who answered, and how answers are weighted", columns=("quantity", "value"), rows=tuple(rows)
    )
    part = Part(
        tables={"weighting": table, **margins},
        diagnostics=tuple(_diagnostics(answered, fitted, raked, rate=rate)),
        caveats=tuple(_caveats(answered, design)),
    )
    return Weighted(
        survey=answered,
        design=fitted,
        part=part,
        doubts=tuple(_doubts(answered, fitted, raked, rate=rate)),
    )


def _raked(
    survey: Surveyed, design: Design, settings: MotivesSettings
) -> tuple[Raked | None, dict[str, Table]]:
    if not survey.population:
        return None, {}
    margins, names = [], []
    for group, persons in survey.population.items():
        values = [value for value in persons if value in set(values_of(survey.groups[group]))]
        shares = np.array([persons[value] for value in values])
        cells = survey.groups[group].astype(str)
        margins.append(
            Margin(
                cell=np.searchsorted(np.array(sorted(values)), cells),
                shares=(shares / shares.sum())[np.argsort(values)],
            )
        )
        names += [(group, value) for value in sorted(values)]
    raked = rake(design, margins, cap=settings.cap)
    return raked, {"margins": _margins(survey, design, raked=raked, names=names)}


def _margins(survey: Surveyed, design: Design, *, raked: Raked, names: list[tuple[str, str]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for group, value in names:
        has = survey.groups[group].astype(str) == value
        everyone = sum(survey.population[group].values())
        rows.append(
            (
                group,
                value,
                int(has.sum()),
                *(
                    float(weights[has].sum() / weights.sum())
                    for weights in (design.weights, raked.design.weights)
                ),
                survey.population[group][value] / everyone,
            )
        )
    return Table(
        caption="Shares before and after weights were fitted to the population",
        columns=("group", "value", "persons", "drawn_share", "fitted_share", "population_share"),
        rows=tuple(rows),
        counts={"persons": ("drawn_share", "fitted_share")},
        adds_up=("group",),
    )


def _rate(citizens: Surveyed, answered: Surveyed, settings: MotivesSettings) -> float | None:
    """The share of those asked who answered; None where nobody knows how many were asked."""
    asked = settings.asked or (citizens.n if citizens.n > answered.n else None)
    return None if asked is None else min(1.0, answered.n / asked)


def _rows(
    survey: Surveyed, design: Design, raked: Raked | None, *, rate: float | None
) -> Iterator[tuple[Cell, ...]]:
    yield "Citizens who answered", survey.n
    yield "Share of those asked", rate
    yield "Strata", int(design.strata.max()) + 1
    yield "Primary sampling units", int(design.units.max()) + 1
    yield "Strata with one unit", design.lone
    if raked is not None:
        yield "Rounds of fitting", raked.rounds
        yield "All margins met (1 = yes)", int(raked.converged)
        yield "Largest distance of a share from its margin", raked.miss
        yield "Least that a weight was multiplied by", raked.smallest_adjustment
        yield "Most that a weight was multiplied by", raked.largest_adjustment
        yield "Share of weights held at the cap", raked.trimmed
        yield "Design effect of weights before (Kish)", raked.kish_before
    yield "Design effect of weights (Kish)", kish(design.weights)
    yield "Equal answers that these are worth", float(survey.n / kish(design.weights))


def _diagnostics(
    survey: Surveyed, design: Design, raked: Raked | None, *, rate: float | None
) -> Iterator[Diagnostic]:
    meaning = f"{survey.n:,} citizens answered"
    meaning += (
        ": how many were asked is not known." if rate is None else f", {100 * rate:.0f} % of those asked."
    )
    yield Diagnostic(
        name="response_rate", value=rate, ok=rate is not None and rate >= FEW_ANSWERS, meaning=meaning
    )
    effect = kish(design.weights)
    meaning = f"Unequal weights make these answers worth {survey.n / effect:,.0f} equal ones."
    yield Diagnostic(name="design_effect", value=effect, ok=effect <= UNEQUAL, meaning=meaning)
    if raked is not None:
        meaning = (
            f"Weights were fitted to the population in {raked.rounds} rounds; the most that one was multiplied by is "
            f"{raked.largest_adjustment:.2f}."
        )
        ok = raked.converged and raked.largest_adjustment <= FAR
        yield Diagnostic(name="fitted", value=raked.largest_adjustment, ok=ok, meaning=meaning)


def _caveats(survey: Surveyed, design: Design) -> Iterator[str]:
    if survey.weight is None:
        yield (
            "There is no column `weight`: each respondent counts alike, as if all had had the same chance to be asked."
        )
    if survey.unit is None:
        yield (
            "There is no column `psu`: respondents are taken as drawn one by one. If they were drawn in clusters, such "
            "as streets, the intervals are too narrow."
        )
    if survey.stratum is None:
        yield "There is no column `stratum`: the sample is taken as drawn from all at once."
    if design.lone:
        rule = {
            "centre": "is measured from the mean of all units, which as a rule makes intervals too wide",
            "certain": "is taken as drawn for certain, which adds no error",
        }[design.single]
        yield f"In {design.lone} strata there is one primary sampling unit: it {rule}."


def _doubts(survey: Surveyed, design: Design, raked: Raked | None, *, rate: float | None) -> Iterator[str]:
    if survey.weight is None and survey.stratum is None and survey.unit is None:
        yield "How people were drawn is not known: they are taken as a simple random sample."
    yield from _unheard(survey)
    if raked is None and survey.weight is None:
        yield "Nothing corrects for who was reached and who answered."
    if rate is None:
        yield "How many were asked is not known, nor therefore how many did not answer."
    elif rate < FEW_ANSWERS:
        yield f"Only {100 * rate:.0f} % of those asked answered: the others may differ in what no weight sees."
    if raked is not None:
        yield from _strained(raked)
    if kish(design.weights) > UNEQUAL:
        yield f"Weights are so unequal that they multiply variances by {kish(design.weights):.1f}."


def _strained(raked: Raked) -> Iterator[str]:
    if not raked.converged:
        yield "With the cap on weights the shares of the population could not be met."
    elif raked.largest_adjustment > FAR:
        yield f"Fitting to the population multiplied a weight by {raked.largest_adjustment:.1f}."


def _unheard(survey: Surveyed) -> Iterator[str]:
    for group, persons in survey.population.items():
        if unheard := sorted(set(persons) - set(values_of(survey.groups[group]))):
            yield f"Nobody of {group} {', '.join(unheard)} answered: the weights stand for the others only."

"""Beside what people take part: weighted regression, and what each correlate goes with in percentage points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from coproduce.errors import EstimationError, Fault, nearest
from coproduce.findings import Cell, Diagnostic, Estimate, Table
from coproduce.findings.part import Part
from coproduce.methods.intervals import student
from coproduce.methods.survey.design import Codes, Design, covariance
from coproduce.methods.survey.linear import two_sided
from coproduce.methods.survey.margins import Change, average_effect
from coproduce.methods.survey.ordinal import Fit, ordered_logit, parallel_slopes
from coproduce.questions.motives.settings import MotivesSettings
from coproduce.questions.motives.sharing import middle_of, standing
from coproduce.questions.motives.surveyed import Mask, Numbers, Surveyed, values_of
from coproduce.records.settings import FILE

USUAL = ("efficacy", "satisfaction", "informed", "consulted")
ENOUGH = 10
"""People for each coefficient, below which a regression says more than it knows."""
MOST_STEPS = 10
SCALE = "a step of the scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One column of the regression: its name, against what it is told, how it is changed, and how many have it."""

    name: str
    against: str
    column: Numbers
    yes_no: bool
    persons: int

    @property
    def told(self) -> str:
        """What its effect is of, in words."""
        if not self.yes_no:
            return f"Taking part, for each step of {self.name}"
        group, _, value = self.name.partition(": ")
        return f"Taking part, for {value} against {self.against} ({group})"


def correlated(survey: Surveyed, design: Design, *, settings: MotivesSettings) -> Part:
    """The regression of taking part on the correlates."""
    terms = [*_terms(survey, settings)]
    often = _often(survey, settings)
    if not terms or often is None:
        return Part()
    y, threshold = often
    x = np.column_stack([term.column for term in terms])
    domain = np.isfinite(y) & np.isfinite(x).all(axis=1) & (design.weights > 0)
    if domain.sum() < ENOUGH * len(terms):
        told = (
            f"{int(domain.sum())} respondents answered all that a regression on {len(terms)} correlates needs"
        )
        return Part(caveats=(f"Too few for correlates: {told}.",))
    try:
        return _regressed(
            survey, design, settings, terms=terms, y=y, threshold=threshold, x=np.nan_to_num(x), domain=domain
        )
    except EstimationError as error:
        return Part(caveats=(f"No correlates: {error.seen}. {error.may_help}",))


def _often(survey: Surveyed, settings: MotivesSettings) -> tuple[Numbers, float] | None:
    """The most often that each respondent takes part in anything, and the answer from which that is active.

    Whether or not (1 from 1 on) where it is asked for, or where items have unlike scales or many steps.
    """
    items = [item for own in survey.constructs("active").values() for item in own]
    if not items:
        return None
    answers = survey.matrix(items)
    from_ = {middle_of(item, settings.active_from) for item in items}
    most = np.where(np.isfinite(answers), answers, -np.inf).max(axis=1)
    most = np.where(np.isfinite(most), most, np.nan)
    few = len(np.unique(most[np.isfinite(most)])) <= MOST_STEPS
    if settings.model == "binary" or len(from_) > 1 or not few:
        return standing(survey, settings).active, 1.0
    return most, from_.pop()


def named_correlates(survey: Surveyed, settings: MotivesSettings) -> tuple[str, ...]:
    """The groups and constructs of the regression."""
    if settings.correlates is not None:
        return settings.correlates
    groups = [name for name in survey.groups if name != "side"]
    return (*groups, *(name for name in USUAL if name in survey.constructs(name)))


def unknown_correlates(survey: Surveyed, settings: MotivesSettings) -> Iterator[Fault]:
    """A fault for each correlate that is neither a group nor a construct."""
    known = [*survey.groups, *dict.fromkeys(item.construct for item in survey.items)]
    for name in settings.correlates or ():
        if name not in known:
            yield Fault(
                file=FILE,
                place="questions.motives.correlates",
                rule="known",
                found=name,
                wanted="groups and constructs: " + ", ".join(known),
                hint=nearest(name, known),
            )


def _terms(survey: Surveyed, settings: MotivesSettings) -> Iterator[Term]:
    for name in named_correlates(survey, settings):
        if name in survey.groups:
            yield from _of_group(name, survey)
        else:
            items = survey.constructs(name.split(".")[0])[name]
            column = survey.mean_of(items)
            if np.isfinite(column).any():
                yield Term(name=name, against=SCALE, column=column, yes_no=False, persons=_known(column))


def _known(column: Numbers) -> int:
    return int(np.isfinite(column).sum())


def _of_group(name: str, survey: Surveyed) -> Iterator[Term]:
    """A column for each value but the commonest."""
    column = survey.groups[name].astype(str)
    values = list(values_of(survey.groups[name]))
    counts = {value: int((column == value).sum()) for value in values}
    if len(values) < 2:
        return
    commonest = max(values, key=lambda value: counts[value])
    known = np.isin(column, values)
    for value in (value for value in values if value != commonest):
        has = np.where(known, (column == value).astype(float), np.nan)
        yield Term(name=f"{name}: {value}", against=commonest, column=has, yes_no=True, persons=counts[value])


def _regressed(
    survey: Surveyed,
    design: Design,
    settings: MotivesSettings,
    *,
    terms: Sequence[Term],
    y: Numbers,
    threshold: float,
    x: Numbers,
    domain: Mask,
) -> Part:
    codes = np.zeros(survey.n, dtype=np.intp)
    steps, codes[domain] = np.unique(y[domain], return_inverse=True)
    fit = ordered_logit(design, codes, x=x, domain=domain)
    above = int(np.searchsorted(steps, threshold)) - 1
    effects = [
        _effect(design, fit, terms=terms, place=place, above=above if 0 <= above < len(steps) - 1 else None)
        for place in range(len(terms))
    ]
    return Part(
        estimates=tuple(_estimates(terms, effects, n=int(domain.sum()), level=settings.level)),
        tables={"correlates": _table(fit, terms, effects=effects, level=settings.level)},
        diagnostics=(
            *_complete(survey, domain),
            *_parallel(design, codes, x=x, domain=domain, steps=len(steps)),
        ),
    )


Effect = tuple[float, float, float] | None
"""An average effect, its error and the degrees of freedom of that."""


def _effect(design: Design, fit: Fit, *, terms: Sequence[Term], place: int, above: int | None) -> Effect:
    if above is None:
        return None
    group = terms[place].name.partition(":")[0]
    others = tuple(
        other for other, term in enumerate(terms) if term.yes_no and term.name.partition(":")[0] == group
    )
    change = Change(column=place, yes_no=terms[place].yes_no, instead=others)
    found = average_effect(design, fit, change=change, above=above)
    se = float(np.sqrt(covariance(design, found.scores[:, None])[0, 0]))
    return found.value, se, float(fit.df)


def _around(effect: Effect, *, level: float) -> tuple[float | None, float | None, float | None]:
    if effect is None:
        return (None, None, None)
    value, se, df = effect
    half = student(level, df) * se
    return value, value - half, value + half


def _estimates(
    terms: Sequence[Term], effects: Sequence[Effect], *, n: int, level: float
) -> Iterator[Estimate]:
    for term, effect in zip(terms, effects, strict=True):
        if effect is None:
            continue
        value, low, high = _around(effect, level=level)
        yield Estimate(
            name="average_effect",
            label=term.told,
            value=value,
            se=effect[1],
            interval=(low, high),
            level=level,
            unit="proportion",
            n=min(n, term.persons),
            group=term.name,
        )


def _table(fit: Fit, terms: Sequence[Term], *, effects: Sequence[Effect], level: float) -> Table:
    half = student(level, fit.df)
    rows: list[tuple[Cell, ...]] = []
    for term, value, se, effect in zip(terms, fit.coefficients, fit.se, effects, strict=True):
        p = two_sided(float(value / se), df=fit.df)
        limits = (float(value), float(se), float(value - half * se), float(value + half * se), p)
        rows.append((term.name, term.against, *limits, *_around(effect, level=level), term.persons))
    shown = ("estimate", "se", "low", "high", "p", "ame", "ame_low", "ame_high")
    return Table(
        caption="What goes with taking part: log odds, and average effects on the chance to take part",
        columns=("term", "against", *shown, "persons"),
        rows=tuple(rows),
        counts={"persons": shown},
    )


def _complete(survey: Surveyed, domain: Mask) -> Iterator[Diagnostic]:
    share = float(domain.mean())
    meaning = f"{int(domain.sum()):,} of {survey.n:,} who answered said all that the regression needs."
    yield Diagnostic(name="complete", value=share, ok=share >= 0.8, meaning=meaning)


def _parallel(design: Design, y: Codes, *, x: Numbers, domain: Mask, steps: int) -> Iterator[Diagnostic]:
    """The test of proportional odds, where there are steps to compare."""
    if steps < 3:
        return
    try:
        p = parallel_slopes(design, y, x=x, domain=domain).p
    except EstimationError:
        p = float("nan")
    yield Diagnostic(name="proportional_odds", value=p, ok=p >= 0.05, meaning=_alike_in_words(p))


def _alike_in_words(p: float) -> str:
    if np.isnan(p):
        return (
            "Whether correlates go alike with rare and with frequent taking part could not be tested: too few people "
            "are at some step."
        )
    if p >= 0.05:
        return (
            "There is no sign that correlates go differently with rare and with frequent taking part, in so far as "
            "this sample could show it."
        )
    return (
        "Correlates go differently with rare and with frequent taking part: one number for all steps is an average. "
        '`model = "binary"` looks at taking part or not.'
    )

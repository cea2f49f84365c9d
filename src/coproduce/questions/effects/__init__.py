"""Effects: whether it improves outcomes, whose, for whom, and how sure we are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from coproduce.findings import Diagnostic, Finding, Unanswered
from coproduce.methods.effects.families import benjamini_hochberg, holm
from coproduce.questions.effects import alike, courses, designs, tables, wording
from coproduce.questions.effects.grading import Reason, graded, reasons_of
from coproduce.questions.effects.loading import Loaded, in_order, load
from coproduce.questions.effects.quantities import estimates
from coproduce.questions.effects.result import Analysis, Effect, unique
from coproduce.questions.effects.settings import Design, EffectsSettings
from coproduce.questions.effects.subgroups import OneOutcome, with_subgroups
from coproduce.questions.effects.trials import randomised
from coproduce.records.engine import Progress
from coproduce.records.opening import Records

__all__ = ["EffectsSettings", "answer", "from_tables", "load"]

DESIGNS: Mapping[Design, OneOutcome] = {
    "staggered": designs.staggered,
    "before_after_with_comparison": designs.two_by_two,
    "one_area": designs.one_area,
    "time_series": courses.time_series,
    "before_after": courses.before_after,
    "matched": alike.matched,
    "threshold": alike.threshold,
}
"""The designs that take one outcome at a time; the randomised one takes all together."""


def answer(
    loaded: Loaded, settings: EffectsSettings, *, block: str, tell: Progress
) -> tuple[Finding | Unanswered, ...]:
    """Estimate what a treatment did, as its design allows.

    Parameters
    ----------
    loaded
        What is compared.
    settings
        The settings of the block.
    block
        The block's name.
    tell
        Is told what is being done.

    Returns
    -------
    tuple of Finding
        One finding.

    Raises
    ------
    EstimationError
        If the design cannot answer from what it was given.

    Notes
    -----
    The definitions stand in ``docs/questions/effects.md``.
    """
    loaded = in_order(loaded)
    tell(f"comparing {len(loaded.outcomes)} outcome{'s' * (len(loaded.outcomes) != 1)}")
    analysis = replace(_analysed(loaded, settings, tell=tell), small_numbers=loaded.small_numbers)
    worries = unique(analysis.worries)
    grade = graded(settings.design, (*reasons_of(worries), *_exploring(settings), *loaded.of_plan))
    return (
        Finding(
            id=f"effects.{block}",
            question="effects",
            title=_title(loaded),
            answer=wording.answer(analysis, settings, grade=grade),
            verdict=verdict(analysis),
            estimates=estimates(analysis),
            tables={"outcomes": tables.outcomes(analysis), **analysis.tables},
            diagnostics=tuple(
                Diagnostic(name=one.name, value=one.value, ok=one.ok, meaning=one.meaning) for one in worries
            ),
            grade=grade,
            caveats=(
                *loaded.notes,
                *analysis.caveats,
                *_caveats(analysis, settings),
                *_unused(loaded, settings),
            ),
            references=analysis.references,
        ),
    )


def _analysed(loaded: Loaded, settings: EffectsSettings, *, tell: Progress) -> Analysis:
    if settings.design == "randomised":
        return randomised(loaded, settings, tell=tell)
    one = DESIGNS[settings.design]
    parts = [with_subgroups(one, loaded, settings=settings, outcome=outcome) for outcome in loaded.outcomes]
    return _together(parts, settings)


def _together(parts: list[Analysis], settings: EffectsSettings) -> Analysis:
    """Several outcomes as one family; the first one's tables and by-products stand for all."""
    effects = [effect for part in parts for effect in part.effects]
    adjust = holm if settings.adjust == "holm" else benjamini_hochberg
    adjusted = adjust([effect.contrast.p for effect in effects])
    return replace(
        parts[0],
        effects=tuple(replace(one, p_adjusted=p) for one, p in zip(effects, adjusted, strict=True)),
        subgroups=tuple(effect for part in parts for effect in part.subgroups),
        worries=tuple(worry for part in parts for worry in part.worries),
        caveats=tuple(dict.fromkeys(caveat for part in parts for caveat in part.caveats)),
    )


def verdict(analysis: Analysis) -> Any:
    """Harm to anybody goes first and is never averaged away."""
    found = [effect.verdict() for effect in analysis.shown(analysis.all_effects())]
    whole = [effect.verdict() for effect in analysis.shown(analysis.effects)]
    if "harms" in found:
        return "harms"
    if "improves" in whole:
        return "improves"
    return "no_important_difference" if set(whole) == {"no_important_difference"} else "uncertain"


def _title(loaded: Loaded) -> str:
    labels = [outcome.measure.label for outcome in loaded.outcomes]
    shown = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
    return f"Effect on: {shown}"


def _exploring(settings: EffectsSettings) -> tuple[Reason, ...]:
    if settings.adjust == "holm":
        return ()
    return (
        Reason(
            sentence="The family was adjusted for the share of false claims (Benjamini and Hochberg): exploratory."
        ),
    )


def _caveats(analysis: Analysis, settings: EffectsSettings) -> Iterator[str]:
    if len(analysis.all_effects()) > 1:
        how = "Holm's" if settings.adjust == "holm" else "Benjamini and Hochberg's"
        yield (
            f"P-values of outcomes and arms are adjusted by {how} method; intervals of a family hold together, so that "
            "they are wider than single ones, which stand in the table of effects."
        )
    if any(effect.verdict() == "uncertain" for effect in analysis.all_effects()):
        yield "An effect that could not be told from nothing is not shown to be nothing."
    if not all(effect.outcome.measure.important_difference for effect in analysis.effects):
        yield (
            "No important difference was set for every outcome: whether an effect is large enough to matter is not "
            "judged."
        )
    yield from _silent(analysis.effects, settings)


def _unused(loaded: Loaded, settings: EffectsSettings) -> Iterator[str]:
    if settings.design == "randomised" and not loaded.covariate_names:
        yield "No covariates were named: whether the arms were alike beforehand was not looked at."
    if loaded.weights is not None and settings.design != "randomised":
        yield "Units have weights, which this design does not use: each counts alike."


def _silent(effects: tuple[Effect, ...], settings: EffectsSettings) -> Iterator[str]:
    if settings.design == "randomised":
        yield "The effect is that of being put into an arm, whether or not what it offered was taken up."
    if settings.design == "randomised" and any(one.ratio is None and one.outcome.binary for one in effects):
        yield "A ratio of shares is left out where a share is nought."


def from_tables(records: Records) -> Mapping[str, Mapping[str, Any]]:
    """The block that the study's tables alone suggest: a staggered comparison, if they say since when.

    Arms alone do not say whether chance made them, so that nothing is taken for granted.
    """
    since = "SELECT count(since), count(arm) FROM exposure"
    dated, in_arms = records.engine.rows(since)[0]
    return {"rollout": {"design": "staggered"}} if dated and not in_arms else {}

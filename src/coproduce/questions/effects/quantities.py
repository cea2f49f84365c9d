"""The estimates of a finding: each effect, raw and standardised, and what belongs beside it."""

from __future__ import annotations

from collections.abc import Iterator

from coproduce.findings import Estimate
from coproduce.methods.effects.balance import minimum_detectable
from coproduce.methods.effects.contrast import Contrast
from coproduce.questions.effects.result import Analysis, Counts, Effect

POWER = 0.8


def estimates(analysis: Analysis) -> tuple[Estimate, ...]:
    """Every number of an analysis, the whole sample's effects first."""
    return (
        *(one for effect in analysis.all_effects() for one in _of(effect, analysis)),
        *analysis.estimates,
    )


def _of(effect: Effect, analysis: Analysis) -> Iterator[Estimate]:
    name, counts = analysis.name(effect), analysis.counts(effect)
    yield _main(effect, name=name, of=counts)
    if (standardised := _standardised(effect, name=name, of=counts)) is not None:
        yield standardised
    if effect.ratio is not None:
        yield _plain("risk_ratio", effect.ratio, label="Risk ratio", unit="ratio", group=name, of=counts)
    if effect.group is not None:
        return
    yield from _means(effect, name=name, of=counts)
    yield _detectable(effect, name=name, of=counts)
    if effect.unadjusted is not None:
        label = "Effect, not adjusted for covariates"
        yield _plain(
            "effect_unadjusted",
            effect.unadjusted,
            label=label,
            unit=effect.outcome.unit,
            group=name,
            of=counts,
        )
    yield from _by_randomisation(effect, name=name, of=counts)
    yield from _important(effect, name=name)
    yield from _number_needed(effect, name=name, of=counts)


def _main(effect: Effect, *, name: str | None, of: Counts) -> Estimate:
    one = effect.contrast
    return Estimate(
        name="effect",
        label=f"{'Effect on' if effect.evidence else 'Change in'} {effect.outcome.measure.label}",
        value=one.estimate,
        se=one.se,
        interval=(effect.band_low, effect.band_high),
        level=one.level,
        p=effect.p_adjusted,
        unit=effect.outcome.unit,
        group=name,
        n=of["n"],
        count=of["count"],
    )


def _standardised(effect: Effect, *, name: str | None, of: Counts) -> Estimate | None:
    if effect.standardised is None or not effect.sd:
        return None
    return Estimate(
        name="effect_standardised",
        label="Effect in standard deviations of the comparison",
        value=effect.standardised,
        se=effect.contrast.se / effect.sd,
        interval=(effect.band_low / effect.sd, effect.band_high / effect.sd),
        level=effect.contrast.level,
        p=effect.p_adjusted,
        unit="standard deviations",
        group=name,
        n=of["n"],
        count=of["count"],
    )


def _plain(name: str, found: Contrast, *, label: str, unit: str, group: str | None, of: Counts) -> Estimate:
    return Estimate(
        name=name,
        label=label,
        value=found.estimate,
        se=found.se,
        interval=(found.low, found.high),
        level=found.level,
        p=found.p,
        unit=unit,
        group=group,
        n=of["n"],
        count=of["count"],
    )


def _means(effect: Effect, *, name: str | None, of: Counts) -> Iterator[Estimate]:
    if effect.means is not None:
        labels = (("treated_mean", "Mean of the treated"), ("comparison_mean", "Mean of the comparison"))
        for (side, label), value in zip(labels, effect.means, strict=True):
            yield Estimate(
                name=side,
                label=label,
                value=value,
                unit=effect.outcome.unit,
                group=name,
                n=of["n"],
                count=of["count"],
            )


def _detectable(effect: Effect, *, name: str | None, of: Counts) -> Estimate:
    one = effect.contrast
    return Estimate(
        name="minimum_detectable_effect",
        label=f"The smallest effect that this design would have told from nothing {POWER:.0%} of the time",
        value=minimum_detectable(one.se, df=one.df, level=one.level, power=POWER),
        unit=effect.outcome.unit,
        group=name,
        n=of["n"],
        count=of["count"],
    )


def _by_randomisation(effect: Effect, *, name: str | None, of: Counts) -> Iterator[Estimate]:
    found = effect.randomised
    if found is None:
        return
    yield Estimate(
        name="effect_randomisation",
        label="Constant effect by randomisation inference",
        value=found.estimate,
        interval=(found.low, found.high),
        level=found.level,
        p=found.p,
        unit=effect.outcome.unit,
        group=name,
        n=of["n"],
        count=of["count"],
    )


def _important(effect: Effect, *, name: str | None) -> Iterator[Estimate]:
    value = effect.outcome.measure.important_difference
    if value is not None:
        yield Estimate(
            name="important_difference",
            label="The smallest difference that matters, as it was set",
            value=value,
            unit=effect.outcome.unit,
            group=name,
        )


def _number_needed(effect: Effect, *, name: str | None, of: Counts) -> Iterator[Estimate]:
    """One for how many, where an outcome is yes or no and its effect is told from nothing."""
    one = effect.contrast
    limits = sorted(1 / abs(limit) for limit in (effect.band_low, effect.band_high) if limit)
    if effect.outcome.binary and effect.verdict() in ("improves", "harms") and len(limits) == 2:
        yield Estimate(
            name="number_needed",
            label="How many have to be treated for one more of them to have a different outcome",
            value=1 / abs(one.estimate),
            interval=(limits[0], limits[1]),
            level=one.level,
            unit="units",
            group=name,
            n=of["n"],
            count=of["count"],
        )

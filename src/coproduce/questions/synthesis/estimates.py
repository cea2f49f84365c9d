"""The numbers of a synthesis as estimates: on the scale that was pooled, and as readers know it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from coproduce.findings import Estimate
from coproduce.questions.synthesis.fitting import Fitted
from coproduce.questions.synthesis.measures import WORDS
from coproduce.questions.synthesis.parts import Moderation
from coproduce.questions.synthesis.settings import SynthesisSettings


def shown(value: float, settings: SynthesisSettings) -> float:
    """A number of the pooled scale as readers know it: ratios of logarithms, correlations of Fisher's z."""
    if settings.shown_as == "ratio":
        return math.exp(value) if value < 700 else math.inf
    return math.tanh(value) if settings.shown_as == "correlation" else value


def nought(settings: SynthesisSettings) -> float:
    """What no difference is as readers know it."""
    return shown(0.0, settings)


def unit_of(fitted: Fitted, settings: SynthesisSettings) -> str:
    """The unit of the pooled scale."""
    if settings.findings:
        return "standard deviations" if settings.findings_as == "effect_standardised" else fitted.studies.unit
    return WORDS[settings.measure].unit if settings.measure else ""


def estimates(fitted: Fitted, settings: SynthesisSettings) -> tuple[Estimate, ...]:
    """Every estimate of the block; those that people read first, first."""
    return (
        *_readable(fitted, settings),
        *_pooled(fitted, settings),
        *_spread(fitted, settings),
        *_living(fitted, settings),
        *_coefficients(fitted, settings),
        *_subgroups(fitted, settings),
    )


def _readable(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Estimate]:
    if settings.shown_as is None:
        return
    centre, kind = fitted.centre, settings.shown_as
    name = WORDS[settings.measure].name
    told = [(f"pooled_{kind}", f"Pooled {name}", centre.low, centre.high)]
    if settings.estimator != "fixed":
        expected = f"{name.capitalize()} to expect in another place"
        told.append((f"prediction_{kind}", expected, *_predicted(fitted)))
    for key, label, low, high in told:
        yield Estimate(
            name=key,
            label=label,
            value=shown(centre.value, settings),
            interval=(shown(low, settings), shown(high, settings)),
            level=settings.level,
            unit="",
        )


def _predicted(fitted: Fitted) -> tuple[float, float]:
    return fitted.centre.prediction_low, fitted.centre.prediction_high


def _pooled(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Estimate]:
    centre, unit = fitted.centre, unit_of(fitted, settings)
    yield Estimate(
        name="pooled",
        label="Pooled effect",
        value=centre.value,
        se=centre.se,
        interval=(centre.low, centre.high),
        level=settings.level,
        p=centre.p,
        unit=unit,
    )
    if settings.estimator == "fixed":
        return  # one true effect for all says nothing of other places
    yield Estimate(
        name="prediction",
        label="Effect to expect in another place",
        value=centre.value,
        interval=_predicted(fitted),
        level=settings.level,
        unit=unit,
    )


def _spread(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Estimate]:
    found, level = fitted.pooled, settings.level
    levels = fitted.model.levels
    tau2 = (fitted.model.tau2, None) if levels else (found.tau2, (found.tau2_low, found.tau2_high))
    i2 = (sum(fitted.model.shares.values()), None) if levels else (found.I2, (found.I2_low, found.I2_high))
    for name, label, (value, interval), unit in (
        ("tau2", "Variance of true effects (tau²)", tau2, ""),
        ("I2", "Share of the spread that is not chance (I²)", i2, "percent"),
        ("H2", "Spread over what chance makes (H²)", (found.H2, (found.H2_low, found.H2_high)), ""),
    ):
        yield Estimate(name=name, label=label, value=value, interval=interval, level=level, unit=unit)
    yield Estimate(name="Q", label="Cochran's Q", value=found.Q, p=found.Q_p, unit=f"on {found.Q_df} df")
    for name, value in fitted.model.levels.items():
        yield Estimate(name="tau2", label=f"Variance {name}", value=value, unit="", group=name)


def _living(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Estimate]:
    found = fitted.arrivals
    if found is None or isinstance(found, str):
        return
    yield Estimate(
        name="living",
        label="Pooled effect, with an interval that holds whenever one looks",
        value=fitted.centre.value,
        interval=(float(found.living.low[-1]), float(found.living.high[-1])),
        level=settings.level,
        unit=unit_of(fitted, settings),
    )
    yield Estimate(
        name="e_value",
        label="Evidence against no effect, whenever one looks (e-value)",
        value=float(found.living.e_value[-1]),
        unit="",
    )


def _coefficients(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Estimate]:
    found = fitted.moderation
    if not isinstance(found, Moderation):
        return
    inference = found.fit.inference
    for place, term in enumerate(found.fit.names):
        yield Estimate(
            name="coefficient",
            label=f"Change with {term}" if place else "Effect where all moderators are 0",
            value=float(found.fit.coefficients[place]),
            se=float(inference.se[place]),
            interval=(float(inference.low[place]), float(inference.high[place])),
            level=settings.level,
            p=float(inference.p[place]),
            unit=unit_of(fitted, settings),
            group=term,
        )
    if math.isfinite(found.fit.R2):
        label = "Differences that moderators explain (R²)"
        yield Estimate(name="R2", label=label, value=found.fit.R2, unit="percent")


def _subgroups(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Estimate]:
    for grouping in fitted.groupings:
        for group in grouping.groups:
            yield Estimate(
                name="pooled",
                label="Pooled effect",
                value=group.effect,
                se=group.se,
                interval=(group.low, group.high),
                level=settings.level,
                unit=unit_of(fitted, settings),
                group=f"{group.column}: {group.value}",
            )

"""What was looked at, and how far the synthesis can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coproduce.findings import Diagnostic, Grade, lowered
from coproduce.questions.synthesis.bias_tests import FEW_FOR_ASYMMETRY
from coproduce.questions.synthesis.fitting import Fitted
from coproduce.questions.synthesis.settings import SynthesisSettings

FEW_FOR_A_CURVE = 3
FEW, MUCH_HETEROGENEITY, DOMINANT, FEW_CLUSTERS = 10, 75.0, 50.0, 10
TOO_ALIKE = 0.001
WEAK = frozenset({"low", "very_low"})


def diagnostics(fitted: Fitted, settings: SynthesisSettings) -> tuple[Diagnostic, ...]:
    """What was looked at, whether it is well, and what that means."""
    return (
        *_size(fitted),
        *_differences(fitted, settings),
        *_scale(fitted),
        *_weights(fitted),
        *_missing(fitted),
        *_dependence(fitted, settings),
        *_fit(fitted),
    )


def _size(fitted: Fitted) -> Iterator[Diagnostic]:
    k = fitted.distinct
    few = k < FEW
    meaning = f"There are {k} studies" + (
        ": few to tell how much effects differ or what is missing." if few else "."
    )
    yield Diagnostic(name="studies", value=k, ok=not few, meaning=meaning)


def _differences(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Diagnostic]:
    pooled, centre = fitted.pooled, fitted.centre
    much = pooled.I2 >= MUCH_HETEROGENEITY
    yield Diagnostic(
        name="heterogeneity",
        value=pooled.I2,
        ok=not much,
        meaning=f"{pooled.I2:.0f}% of the spread of effects (I²) is not chance"
        + (": places differ much, and the mean hides it." if much else "."),
    )
    if settings.estimator == "fixed":
        differ = pooled.Q_p < 0.1
        meaning = "One true effect was assumed" + (
            ", although effects differ beyond chance." if differ else "."
        )
        yield Diagnostic(name="one_effect", value=pooled.Q_p, ok=not differ, meaning=meaning)
    else:
        one_sided = not centre.prediction_low < 0 < centre.prediction_high
        yield Diagnostic(
            name="prediction",
            value=one_sided,
            ok=one_sided,
            meaning="In another place, too, the effect would be on this side of none."
            if one_sided
            else "In another place the effect may be on either side of none.",
        )


def _scale(fitted: Fitted) -> Iterator[Diagnostic]:
    alike = fitted.pooled.Q_lower_p < TOO_ALIKE
    errors = fitted.like_errors
    yield Diagnostic(
        name="variances",
        value=fitted.pooled.Q_lower_p,
        ok=not (alike or errors),
        meaning="The variances fall with study size as standard errors do: were standard errors taken for them?"
        if errors
        else "Effects differ less than their variances allow for: were standard errors taken for variances?"
        if alike
        else "The variances are of the size that the spread of the effects allows.",
    )


def _weights(fitted: Fitted) -> Iterator[Diagnostic]:
    most = int(np.argmax(fitted.model.weights))
    share = float(fitted.model.weights[most])
    dominant = share > DOMINANT and len(fitted.studies) > 2
    meaning = f"{fitted.studies.labels[most]} has {share:.0f}% of the weight" + (
        ": the synthesis is mostly this study." if dominant else ", the most of all."
    )
    yield Diagnostic(name="dominant_study", value=share, ok=not dominant, meaning=meaning)
    if not isinstance(fitted.without, str):
        turning = fitted.turning
        yield Diagnostic(
            name="leave_one_out",
            value=len(turning),
            ok=not turning,
            meaning=f"Without {', '.join(turning[:3])}{' or others' if len(turning) > 3 else ''} the answer would be "
            "another: the interval would then hold no effect, or no longer hold it."
            if turning
            else "No single study decides whether the interval holds no effect.",
        )


def _missing(fitted: Fitted) -> Iterator[Diagnostic]:
    if len(fitted.studies) < FEW_FOR_ASYMMETRY:
        meaning = f"With fewer than {FEW_FOR_ASYMMETRY} studies nobody can see whether others are missing."
        yield Diagnostic(name="missing_studies", value=None, ok=False, meaning=meaning)
        return
    yield from _asymmetry(fitted)
    curve = fitted.missing.curve
    if curve.significant >= FEW_FOR_A_CURVE:
        lean = "lean" if curve.evidence else "do not lean"
        yield Diagnostic(
            name="p_curve",
            value=curve.p_right_skew,
            ok=curve.evidence,
            meaning=f"The p-values of the {curve.significant} significant effects {lean} to the very small, as they do "
            "where effects are real.",
        )


def _asymmetry(fitted: Fitted) -> Iterator[Diagnostic]:
    line, model = fitted.missing.egger, fitted.missing.selection
    if isinstance(line, str):
        yield Diagnostic(name="funnel", value=None, ok=False, meaning=f"Asymmetry cannot be seen. {line}")
    else:
        seen = "" if fitted.missing.asymmetric else "are not seen to "
        yield Diagnostic(
            name="asymmetry",
            value=line.p,
            ok=not fitted.missing.asymmetric,
            meaning=f"Small studies {seen}tell another story than large ones (Egger's test).",
        )
    if not isinstance(model, str):
        yield Diagnostic(
            name="selection",
            value=model.p_selection,
            ok=not fitted.missing.selected,
            meaning="Results that are not significant seem to be seen less often (selection model)."
            if fitted.missing.selected
            else "Nothing shows that results were selected by their p-values (selection model).",
        )


def _dependence(fitted: Fitted, settings: SynthesisSettings) -> Iterator[Diagnostic]:
    modelled = bool(settings.levels or settings.cluster)
    if fitted.repeated or modelled:
        meaning = (
            "Effects of one study hang together, and the errors allow for it."
            if modelled
            else f"{fitted.repeated} studies give several effects, taken as independent: the interval is too narrow."
        )
        yield Diagnostic(name="dependence", value=fitted.repeated, ok=modelled, meaning=meaning)
    if fitted.model.clusters is not None:
        few = fitted.model.clusters < FEW_CLUSTERS or fitted.centre.df < 4
        meaning = (
            f"The errors rest on {fitted.model.clusters} clusters ({fitted.centre.df:.1f} degrees of freedom)"
            + (": too few for the interval to be relied on." if few else ".")
        )
        yield Diagnostic(name="clusters", value=fitted.model.clusters, ok=not few, meaning=meaning)


def _fit(fitted: Fitted) -> Iterator[Diagnostic]:
    if fitted.pooled.maxima > 1:
        meaning = f"The likelihood has {fitted.pooled.maxima} peaks; the highest is told."
        yield Diagnostic(name="peaks", value=fitted.pooled.maxima, ok=False, meaning=meaning)
    if fitted.pooled.at_boundary:
        meaning = "No differences between true effects are seen (tau² is 0), which is not the same as none."
        yield Diagnostic(name="boundary", value=fitted.pooled.tau2, ok=True, meaning=meaning)


REASONS = {
    "studies": "There are few studies.",
    "heterogeneity": "Effects differ much from place to place.",
    "one_effect": "One true effect was assumed although effects differ.",
    "variances": "The variances may be standard errors.",
    "dominant_study": "One study has more than half of the weight.",
    "leave_one_out": "One study more or less would change the answer.",
    "asymmetry": "Small studies tell another story than large ones, as where some are missing.",
    "selection": "Results that are not significant seem to be missing.",
    "dependence": "Effects of one study were taken as independent.",
    "clusters": "There are few clusters for errors that rest on them.",
}


def grade(fitted: Fitted, settings: SynthesisSettings, *, looked_at: tuple[Diagnostic, ...]) -> Grade:
    """Start high, and fall one step for each reason against it."""
    failed = {each.name for each in looked_at if not each.ok}
    reasons = [reason for name, reason in REASONS.items() if name in failed]
    if {"asymmetry", "selection"} <= failed:
        reasons.remove(REASONS["selection"])
    return lowered("high", (*_of_studies(fitted, settings), *reasons))


def _of_studies(fitted: Fitted, settings: SynthesisSettings) -> Iterator[str]:
    if not settings.findings:
        yield "How well each study was made is not known here."
        return
    weak = np.isin(fitted.studies.grades.astype(str), list(WEAK))
    if fitted.model.weights[weak].sum() > DOMINANT:
        yield "More than half of the weight is of findings whose own grade is low."

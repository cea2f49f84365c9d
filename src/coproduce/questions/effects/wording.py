"""Effects in plain words: every number in them stands in the estimates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from coproduce.findings import Estimate
from coproduce.questions.effects.result import Analysis, Effect
from coproduce.questions.effects.settings import EffectsSettings

NAMED = 6

BEFORE_AFTER = (
    "This is no evidence of an effect: nothing here tells the change from whatever else happened meanwhile. The same "
    "outcome among others who were not treated (design before_after_with_comparison), or many periods before the "
    "change (design time_series), would support such a claim, and chance deciding who comes first (design "
    "randomised) would support it best."
)


def amount(value: float, unit: str, *, width: float) -> str:
    """A number in its unit, with as many digits as its interval can bear.

    Examples
    --------
    >>> amount(0.4506, "proportion", width=0.09), amount(9.25, "wells", width=20)
    ('45.1 percentage points', '9.3 wells')
    """
    number = digits(value, unit, width=width)
    return f"{number} percentage points" if unit == "proportion" else f"{number} {unit}"


def digits(value: float, unit: str, *, width: float) -> str:
    """The bare number, of a proportion as a percentage."""
    factor = 100 if unit == "proportion" else 1
    size = abs(width) * factor
    wanted, least = (1, 1) if unit == "proportion" else (2, 0)
    places = wanted - math.floor(math.log10(size)) if math.isfinite(size) and size > 0 else wanted
    places = max(least, min(places, 6))
    return f"{value * factor:,.{places}f}"


def answer(analysis: Analysis, settings: EffectsSettings, *, extra: Sequence[Estimate] = ()) -> str:
    """What was found: harm first, then what improved, then what could not be told."""
    if settings.design == "before_after":
        return f"{_change(analysis.effects[0])} {BEFORE_AFTER}"
    effects = analysis.all_effects()
    of = {
        kind: [effect for effect in effects if effect.verdict() == kind]
        for kind in ("harms", "improves", "no_important_difference", "uncertain")
    }
    whole = [effect for effect in of["uncertain"] if effect.group is None]
    told = [
        *_some(of["harms"], settings),
        *_some([one for one in of["improves"] if one.group is None], settings),
        *_some([one for one in of["no_important_difference"] if one.group is None], settings),
        *_some(whole, settings),
        *_groups(of["improves"]),
        *_differs(extra),
    ]
    return " ".join(told)


def _some(effects: Sequence[Effect], settings: EffectsSettings) -> Iterator[str]:
    for effect in effects[:NAMED]:
        yield _sentence(effect, settings)
    if len(effects) > NAMED:
        yield "So with others, which the table of effects lists."


def _sentence(effect: Effect, settings: EffectsSettings) -> str:
    measure, unit = effect.outcome.measure, effect.outcome.unit
    width = effect.band_high - effect.band_low
    low, high = (digits(limit, unit, width=width) for limit in (effect.band_low, effect.band_high))
    side = "higher" if effect.contrast.estimate > 0 else "lower"
    size = amount(abs(effect.contrast.estimate), unit, width=width)
    among = "" if effect.group is None else f"Among {': '.join(effect.group)}, "
    start = f"{among}{measure.label}" if among else measure.label[:1].upper() + measure.label[1:]
    return f"{start} was {size} {side} ({low} to {high}){_against(effect, settings)}{_judged(effect)}"


def _against(effect: Effect, settings: EffectsSettings) -> str:
    if effect.arm is not None and settings.design in ("randomised", "matched"):
        return f" in the arm '{effect.arm}' than in the comparison"
    if settings.design == "threshold":
        return " at the threshold for those treated"
    return " than it would have been without"


def _judged(effect: Effect) -> str:
    match effect.verdict():
        case "harms":
            return ": worse."
        case "improves":
            return ": better."
        case "no_important_difference":
            limit = effect.outcome.measure.important_difference or 0.0
            return (
                f": less than what matters ({amount(limit, effect.outcome.unit, width=limit)}), either way."
            )
        case "uncertain":
            return ": too uncertain to say whether anything changed."


def _groups(improved: Sequence[Effect]) -> Iterator[str]:
    names = [": ".join(effect.group) for effect in improved if effect.group is not None]
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"It was better among {', '.join(dict.fromkeys(names[:NAMED]))}{more}, each told from nothing."


def _differs(extra: Sequence[Estimate]) -> Iterator[str]:
    for one in extra:
        if one.name == "interaction" and one.p is not None and one.p < 0.05:
            yield f"The effect differs by {one.group} (p = {one.p:.2g})."


def _change(effect: Effect) -> str:
    width = effect.band_high - effect.band_low
    unit, label = effect.outcome.unit, effect.outcome.measure.label
    side = "higher" if effect.contrast.estimate > 0 else "lower"
    low, high = (digits(limit, unit, width=width) for limit in (effect.band_low, effect.band_high))
    size = amount(abs(effect.contrast.estimate), unit, width=width)
    return f"{label[:1].upper() + label[1:]} was {size} {side} afterwards ({low} to {high})."

"""Effects in plain words: every number in them stands in the estimates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from coproduce.findings import Estimate, Grade
from coproduce.questions.effects.result import Analysis, Effect
from coproduce.questions.effects.settings import EffectsSettings

NAMED = 6
ARMED = ("randomised", "matched")

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
    >>> amount(0.4506, "proportion", width=0.09), amount(9.252, "wells", width=20)
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


def answer(analysis: Analysis, settings: EffectsSettings, *, grade: Grade) -> str:
    """What was found: harm first, then what improved, then what could not be told."""
    effects = analysis.shown(analysis.all_effects())
    if not effects:
        return "There are too few units to tell of without telling of single people."
    if settings.design == "before_after":
        return f"{_change(effects[0])} {BEFORE_AFTER}"
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
        *_groups(analysis, of["improves"]),
        *_differs(analysis.estimates),
        *(["Trust in this is very low, for the reasons given."] if grade.level == "very_low" else []),
    ]
    return " ".join(told)


def _some(effects: Sequence[Effect], settings: EffectsSettings) -> Iterator[str]:
    """One sentence for each outcome and subgroup, whatever the number of its arms."""
    told: dict[tuple[str, tuple[str, str] | None], list[Effect]] = {}
    for effect in effects:
        told.setdefault((effect.outcome.name, effect.group), []).append(effect)
    for same in list(told.values())[:NAMED]:
        yield _sentence(same, settings)
    if len(told) > NAMED:
        yield f"The same holds for {len(told) - NAMED} more, which the table of effects lists."


def _sentence(effects: Sequence[Effect], settings: EffectsSettings) -> str:
    first = effects[0]
    label = first.outcome.measure.label
    start = label[:1].upper() + label[1:] if first.group is None else f"{_among(first.group)}, {label}"
    sizes = [f"{_size(effect)}{_where(effect, settings)}" for effect in effects]
    listed = sizes[0] if len(sizes) == 1 else f"{', '.join(sizes[:-1])} and {sizes[-1]}"
    return f"{start} was {listed}{_against(settings)}{_judged(first)}"


def _among(group: tuple[str, str]) -> str:
    name, value = group
    return f"Where {name.replace('_', ' ')} is '{value}'"


def _size(effect: Effect) -> str:
    unit, width = effect.outcome.unit, effect.band_high - effect.band_low
    low, high = (digits(limit, unit, width=width) for limit in (effect.band_low, effect.band_high))
    side = "higher" if effect.contrast.estimate > 0 else "lower"
    return f"{amount(abs(effect.contrast.estimate), unit, width=width)} {side} ({low} to {high})"


def _where(effect: Effect, settings: EffectsSettings) -> str:
    return f" in the arm '{effect.arm}'" if settings.design in ARMED else ""


def _against(settings: EffectsSettings) -> str:
    if settings.design in ARMED:
        return " than in the comparison"
    return " at the threshold" if settings.design == "threshold" else " than it would have been without"


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


def _groups(analysis: Analysis, improved: Sequence[Effect]) -> Iterator[str]:
    names = [analysis.name(effect) or "" for effect in improved if effect.group is not None]
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"Better by themselves, too: {', '.join(names[:NAMED])}{more}."


def _differs(extra: Sequence[Estimate]) -> Iterator[str]:
    for one in extra:
        if one.name == "interaction" and one.p is not None and one.p < 0.05:
            yield f"The effect differs by {one.group} (p = {one.p:.2g})."


def _change(effect: Effect) -> str:
    label = effect.outcome.measure.label
    return f"{label[:1].upper() + label[1:]} was {_size(effect)} afterwards."

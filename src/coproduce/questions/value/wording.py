"""The answer in plain sentences: what is shifted onto citizens first; the grade, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from coproduce.findings import Finding, Grade, lowered
from coproduce.findings.finding import Verdict
from coproduce.findings.grade import LEVELS
from coproduce.findings.part import joined
from coproduce.methods.intervals import Interval
from coproduce.methods.worth.ratio import Ratio
from coproduce.questions.value.gathering import HOURS, Compared
from coproduce.questions.value.section import Section
from coproduce.questions.value.weighing import Weighed
from coproduce.records.plan import Plan

REFERENCES = (
    "Ostrom, E. (1996). Crossing the great divide: coproduction, synergy, and development. World Development 24(6), "
    "1073-1087.",
    "Parks, R. B. et al. (1981). Consumers as coproducers of public services. Policy Studies Journal 9(7), 1001-1011.",
    "Arrow, K. J., Chenery, H. B., Minhas, B. S. and Solow, R. M. (1961). Capital-labor substitution and economic "
    "efficiency. Review of Economics and Statistics 43(3), 225-250.",
    "Drummond, M. F. et al. (2015). Methods for the Economic Evaluation of Health Care Programmes, 4th edition.",
    "Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal Statistical Society B 16(2), "
    "175-185.",
    "Stinnett, A. A. and Mullahy, J. (1998). Net health benefits. Medical Decision Making 18(2 Suppl), S68-S80.",
    "Simar, L. and Wilson, P. W. (1998). Sensitivity analysis of efficiency scores. Management Science 44(1), 49-61.",
)
QUADRANT_WORDS = {
    "improved_and_cheaper": "better and cheaper for the public purse",
    "better_at_a_price": "better at a price",
    "cost_shifting": "cheaper for the public purse without being better",
    "worse": "dearer without being better",
}
SURE = 0.95
FEW_CHANCES = 20
FIRST = (
    "change_citizen_hours",
    "change_public_cost",
    "change_outcome",
    "icer_public",
    "icer_society",
    "icer_society_hours_at_zero",
    "probability_worth_it",
    "elasticity_of_substitution",
)
"""The numbers that stand first."""


def told(value: float) -> str:
    """A number as a sentence has it: three leading digits, thousands apart.

    Examples
    --------
    >>> told(1234.56), told(0.12345), told(-17.26)
    ('1,230', '0.123', '−17.3')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "no end"
    decimals = 2 - math.floor(math.log10(abs(value)))
    text = f"{round(value, decimals):,.{max(0, decimals)}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _between(found: Interval, *, money: str = "") -> str:
    return f"{told(found.value)}{money} ({told(found.low)} to {told(found.high)})"


def _percent(share: float) -> str:
    """A share of draws, of which all are never certainty."""
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def section_of(whole: Weighed, section: Section, *, plan: Plan | None) -> Section:
    """The comparison of costs and outcomes as sentences, with its doubts and its verdict.

    Parameters
    ----------
    whole
        The comparison.
    section
        What it found.
    plan
        The study's frozen plan.
    """
    arms = range(len(whole.initiatives))
    return Section(
        name=section.name,
        part=section.part,
        harms=tuple(sentence for arm in arms for sentence in _harms(whole, arm)),
        sentences=tuple(sentence for arm in arms for sentence in _sentences(whole, arm)),
        doubts=tuple(_doubts(whole, plan)),
        lacks=tuple(_lacks(whole)),
        verdict=_verdict([_judged(whole, arm) for arm in arms]),
    )


def _harms(whole: Weighed, arm: int) -> Iterator[str]:
    """What citizens bear more of, and what is worse."""
    name = whole.initiatives[arm]
    hours, paid = _onto_citizens(whole, arm)
    cloud = whole.cloud("public", arm)
    burdens = [f"give {_between(hours)} more hours a unit, unpaid"] if hours else []
    burdens += [f"pay {_between(paid, money=_money(whole))} more a unit"] if paid else []
    if burdens:
        shifted = cloud.cost.high < 0
        while_ = (
            f", while the public purse saves {_between(_minus(cloud.cost), money=_money(whole))}"
            if shifted
            else ""
        )
        end = ": cost is shifted onto citizens" if shifted else ""
        yield f"With {name}, citizens {' and '.join(burdens)}{while_}{end}."
    if cloud.effect.high < 0:
        yield f"With {name}, the outcome ({whole.compared.outcome}) is worse by {_between(_minus(cloud.effect))}."


def _minus(found: Interval) -> Interval:
    return Interval(value=-found.value, low=-found.high, high=-found.low)


def _onto_citizens(whole: Weighed, arm: int) -> tuple[Interval | None, Interval | None]:
    """Hours and amounts that citizens bear more of, where the interval is above nought."""
    found = [
        whole.change(whole.weights(**{quantity: 1.0}), arm) if quantity in whole.names else None
        for quantity in (HOURS[0], "cost_citizen")
    ]
    hours, paid = (one if one is not None and one.low > 0 else None for one in found)
    return hours, paid


def _money(whole: Weighed) -> str:
    return f" {whole.settings.currency}" if whole.settings.currency else ""


def _sentences(whole: Weighed, arm: int) -> Iterator[str]:
    cloud, name, money = whole.cloud("public", arm), whole.initiatives[arm], _money(whole)
    usual = whole.compared.arms[0]
    changes = (
        f"the public purse's cost changes by {_between(cloud.cost, money=money)} a unit and the outcome "
        f"({whole.compared.outcome}; above 0 is better) by {_between(cloud.effect)}"
    )
    if cloud.quadrant is None:
        yield f"Whether {name} is better or cheaper than {usual} cannot be said: {changes}."
    else:
        share = cloud.shares[cloud.quadrant]
        sure = "is" if share >= SURE else "leans to being"
        where = QUADRANT_WORDS[cloud.quadrant]
        yield (f"Compared with {usual}, {name} {sure} {where} ({_percent(share)} of the cloud): {changes}.")
    yield from _prices(whole, arm)
    yield from _worth(whole, arm)


_WHO = {
    "public": "the public purse",
    "society": "society with citizens' hours at their value",
    "society_hours_at_zero": "society with citizens' hours at nought",
}


def _prices(whole: Weighed, arm: int) -> Iterator[str]:
    """What one unit of improvement costs, where the records bound it."""
    clouds = [whole.cloud(perspective, arm) for perspective in whole.perspectives]
    dearer = [one for one in clouds if one.cost.value > 0 and one.effect.value > 0]
    prices = [
        f"{_between(_as_interval(one.ratio), money=_money(whole))} for {_WHO[one.perspective]}"
        for one in dearer
        if one.ratio.kind == "bounded"
    ]
    if prices:
        yield f"One unit of improvement costs {', '.join(prices)}."
    elif dearer:
        yield "What one unit of improvement costs has no bounds here: the outcome may not change at all."


def _as_interval(ratio: Ratio) -> Interval:
    return Interval(value=ratio.value, low=ratio.low, high=ratio.high)


def _worth(whole: Weighed, arm: int) -> Iterator[str]:
    worth = whole.settings.willingness_to_pay
    if worth is None:
        return
    chances: dict[str, list[str]] = {}
    for perspective in whole.perspectives:
        one = whole.cloud(perspective, arm)
        chance = _percent(float((worth * one.effect_draws > one.cost_draws).mean()))
        chances.setdefault(chance, []).append(_WHO[perspective])
    told_of = ", ".join(f"{chance} for {' and for '.join(who)}" for chance, who in chances.items())
    yield (
        f"If a unit of improvement is worth {told(worth)}{_money(whole)}, the probability that it is worth its cost is "
        f"{told_of}."
    )


def _lacks(whole: Weighed) -> Iterator[str]:
    if not whole.compared.has_hours:
        yield "the table inputs with hours of every arm: whose time it took is not known"
    elif whole.settings.hour_value is None:
        yield "`hour_value` under [questions.value]: citizens' hours are counted and have no value yet"
    if whole.settings.willingness_to_pay is None:
        yield "`willingness_to_pay` under [questions.value]: whether it is worth it depends on it (see the curves)"


def _judged(whole: Weighed, arm: int) -> Verdict:
    """What one initiative does; a price is no verdict until somebody says what improvement is worth."""
    cloud = whole.cloud("public", arm)
    shares = cloud.shares
    if shares["worse"] + shares["cost_shifting"] >= SURE:
        return "harms"
    if any(_onto_citizens(whole, arm)) and cloud.cost.high < 0:
        return "descriptive"  # better for some and shifted onto others: no one word is true of both
    if shares["improved_and_cheaper"] >= SURE and not any(_onto_citizens(whole, arm)):
        return "improves"
    worth = whole.settings.willingness_to_pay
    if worth is not None and shares["improved_and_cheaper"] + shares["better_at_a_price"] >= SURE:
        clouds = [whole.cloud(perspective, arm) for perspective in whole.perspectives]
        if all(float((worth * one.effect_draws > one.cost_draws).mean()) >= SURE for one in clouds):
            return "improves"
    return "uncertain" if cloud.quadrant is None or max(shares.values()) < SURE else "descriptive"


def _verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """The gravest counts; better only where all are."""
    if "harms" in verdicts:
        return "harms"
    return verdicts[0] if len(set(verdicts)) == 1 else "uncertain"


def _doubts(whole: Weighed, plan: Plan | None) -> Iterator[str]:
    compared, settings = whole.compared, whole.settings
    if settings.randomised is None:
        yield "the records do not say whether chance decided who was in which arm (`randomised`)"
    elif not settings.randomised:
        yield "chance did not decide who was in which arm: who differs may have differed before"
    number = len(compared.arm)
    if compared.left_out > 0.05 * (number + compared.left_out):
        everyone = number + compared.left_out
        yield f"{compared.left_out:,} of {everyone:,} units lack a cost, hours or an outcome and are left out"
    if whole.found.df < FEW_CHANCES:
        yield f"few units of chance ({whole.found.said}; {whole.found.df} degrees of freedom)"
    yield from compared.doubts
    yield from _of_plan(plan)


def _of_plan(plan: Plan | None) -> Iterator[str]:
    if plan is None:
        yield "no plan was frozen: the comparison could have been chosen after looking"
    elif changes := plan.deviations_of("questions.value"):
        yield f"the frozen plan was deviated from: {'; '.join(changes)}"
    elif plan.seen:
        yield "records were there already when the plan was frozen"


def finding(sections: Sequence[Section], *, compared: Compared | None, others: Iterable[str] = ()) -> Finding:
    """The finding of all parts that could be answered.

    Parameters
    ----------
    sections
        The parts.
    compared
        What was compared, where costs were.
    others
        Other measures that costs were not set against.
    """
    part = joined(section.part for section in sections)
    said = [sentence for section in sections for sentence in section.harms]
    said += [sentence for section in sections for sentence in section.sentences]
    caveats = [
        f"{section.name} lacks {lack}.".replace("..", ".") for section in sections for lack in section.lacks
    ]
    if compared is not None:
        caveats += [*compared.notes, *_of_others(others)]
    answered = [section for section in sections if section.sentences]
    return Finding(
        id="value",
        question="value",
        title="Better service, or free labour: what it takes, what it costs whom, and whether it is worth it",
        answer=" ".join(said) or "These records do not say what it costs or what produces it.",
        verdict=_of_sections(answered),
        estimates=tuple(
            sorted(part.estimates, key=lambda one: FIRST.index(one.name) if one.name in FIRST else len(FIRST))
        ),
        tables=dict(part.tables),
        diagnostics=part.diagnostics,
        grade=_graded(answered),
        caveats=(*part.caveats, *caveats),
        references=REFERENCES,
    )


def _of_others(others: Iterable[str]) -> Iterator[str]:
    if listed := ", ".join(others):
        yield f"Costs were set against one outcome. What else was measured is not weighed here: {listed}."


def _of_sections(sections: Sequence[Section]) -> Verdict:
    verdicts: list[Verdict] = [section.verdict for section in sections if section.verdict != "descriptive"]
    return _verdict(verdicts) if verdicts else "descriptive"


def _graded(sections: Sequence[Section]) -> Grade:
    """That of the part that can be trusted least; every reason says which part it is about."""
    levels = [lowered("high", section.doubts).level for section in sections]
    reasons = tuple(f"{section.name}: {doubt}." for section in sections for doubt in section.doubts)
    least = min(levels, key=LEVELS.index) if levels else "very_low"
    return Grade(level=least, reasons=tuple(reason.replace("..", ".") for reason in reasons))

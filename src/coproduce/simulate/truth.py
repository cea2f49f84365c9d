"""The true values of a simulated study, worked out from the process and not from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from coproduce.simulate import answering
from coproduce.simulate.accounts import SURE, THEMES
from coproduce.simulate.efforts import EFFORTS, MEASURES, VISITORS
from coproduce.simulate.elsewhere import CONDITIONS, OUTCOME, POOLED, RECIPES, TAU
from coproduce.simulate.governing import ACCEPTED, OWNED, VERDICTS
from coproduce.simulate.process import AGE_BAND, DEPRIVATION, MONTHS, STEPS, WINTER
from coproduce.simulate.producing import (
    CITIZEN_SHARE,
    COORDINATION_COST,
    ELASTICITY,
    HOUR_VALUE,
    RETURNS,
    SIZES,
    TRAVEL_COST,
    VISITING_HOURS,
)
from coproduce.simulate.walks import HUMAN, OF_CITIZEN, Mixture, Walk

PLACES = 8
"""Decimals of a true value: fewer than the last ones, in which linear algebra differs between machines."""

INTRINSIC_FROM = 0.95
ANSWERED_FROM = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueValue:
    """One true value, named as the findings name it.

    It is an estimate's value where `table` is None, else the cell in column `name` of the row of that table whose
    columns hold `row`. `derivation` says how it was worked out.
    """

    question: str
    table: str | None = None
    row: Mapping[str, str] | None = None
    name: str
    value: float | str
    derivation: str

    @property
    def label(self) -> str:
        """The name with its block or row, such as ``effect (loneliness)`` or ``necessity: Set goals``."""
        if self.row is None:
            block = self.question.partition(".")[2]
            return f"{self.name} ({block})" if block else self.name
        return f"{self.table if self.name == 'value' else self.name}: {', '.join(self.row.values())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All that is known to be true of a simulated study."""

    seed: int
    cases: int
    values: tuple[TrueValue, ...]

    def value(self, name: str, **row: str) -> float | str:
        """The true value of that name (and row).

        Raises
        ------
        KeyError
            If there is none.

        Examples
        --------
        >>> truth(seed=1, cases=10).value("necessity", activity="Set goals")
        1.0
        """
        for true in self.values:
            if true.name == name and dict(true.row or {}) == row:
                return true.value
        raise KeyError(f"no true value {name!r} for {row}")


def truth(*, seed: int, cases: int) -> Truth:
    """The true values of the study that a seed and a number of cases give.

    Parameters
    ----------
    seed, cases
        As given to `simulate`; they change the records, never the truth.

    Returns
    -------
    Truth
        Values of the process: what the answers would be with endless cases.

    Notes
    -----
    Within a cell (where the person lives, and the season of the request) a case is an absorbing Markov chain, so
    expected visits, moves, waits and the chances to meet an activity follow by linear algebra (see `chain`). Over cells
    they are weighted by the cells' shares; a ratio is the ratio of two such means.

    Examples
    --------
    >>> truth(seed=1, cases=10).value("kind", activity="Return home check")
    'conditional'
    """
    everyone = Mixture.of(DEPRIVATION)
    of_audit = (*_whole(everyone), *_activities(everyone), *_waiting(everyone), *_trend(), *_burdens())
    values = (
        *of_audit,
        *_motives(),
        *_efforts(),
        *_effects(),
        *_harms(),
        *_value(),
        *_power(),
        *_elsewhere(),
        *_accounts(),
    )
    return Truth(seed=seed, cases=cases, values=values)


def _estimate(name: str, value: float, *, how: str, question: str = "audit") -> TrueValue:
    return TrueValue(question=question, name=name, value=round(value, PLACES), derivation=how)


def _cell(table: str, row: Mapping[str, str], *, how: str, **named: float | str) -> TrueValue:
    ((name, value),) = named.items()
    told = value if isinstance(value, str) else round(value, PLACES) + 0.0
    return TrueValue(question="audit", table=table, row=row, name=name, value=told, derivation=how)


def _left_waiting(walk: Walk) -> float:
    return walk.waited_days(for_citizen=False)


def _waited_for(walk: Walk) -> float:
    return walk.waited_days(for_citizen=True)


def _waited(walk: Walk) -> float:
    return _left_waiting(walk) + _waited_for(walk)


def _whole(everyone: Mixture) -> Iterable[TrueValue]:
    yield _estimate(
        "citizen_event_share",
        everyone.ratio(lambda walk: walk.events(OF_CITIZEN), lambda walk: walk.events(HUMAN)),
        how="expected citizens' steps over expected steps that are not a system's",
    )
    yield _estimate(
        "cases_with_citizen_share",
        everyone.mean(lambda walk: walk.meets(OF_CITIZEN)),
        how="chance to meet any citizen's step",
    )
    yield _estimate(
        "completed_with_essential_citizen_share", 1.0, how="no way to `Close case` goes round `Set goals`"
    )
    yield _estimate(
        "handoffs_to_citizen_per_case",
        everyone.mean(lambda walk: walk.handoffs(to_citizen=True)),
        how="expected moves from a step of the organisation to one of the citizen",
    )
    yield _estimate(
        "handoffs_to_organisation_per_case",
        everyone.mean(lambda walk: walk.handoffs(to_citizen=False)),
        how="expected moves from a step of the citizen to one of the organisation",
    )
    yield _estimate(
        "rework_case_share",
        everyone.mean(Walk.repeats),
        how="chance to book the intake talk again, the one act that can come again",
    )
    for name, of in (
        ("waited_for_citizen_share", _waited_for),
        ("citizen_left_waiting_share", _left_waiting),
    ):
        yield _estimate(
            name, everyone.ratio(of, _waited), how="expected days before that side's steps over all days"
        )


def _activities(everyone: Mixture) -> Iterable[TrueValue]:
    for activity, side in {step.activity: step.side for step in STEPS.values()}.items():
        row = {"activity": activity}
        needed = _cell(
            "activities",
            row,
            necessity=everyone.necessity(activity),
            how="chance to meet the activity, among cases that complete",
        )
        yield needed
        if side == "citizen" and needed.value != 0:
            yield from _kind(everyone, row, necessity=float(needed.value))


def _kind(everyone: Mixture, row: Mapping[str, str], *, necessity: float) -> Iterable[TrueValue]:
    """The kind of a citizen's activity, by the audit's rule on the true chances."""
    triggers = {step.activity for step in STEPS.values() if not step.of_citizen}
    chances = {trigger: everyone.response(row["activity"], after=trigger) for trigger in sorted(triggers)}
    after = max(chances, key=lambda trigger: chances[trigger])
    if necessity >= INTRINSIC_FROM:
        yield _cell(
            "activities", row, kind="intrinsic", how="a case cannot complete without it, or hardly ever does"
        )
    elif chances[after] < ANSWERED_FROM:
        yield _cell(
            "activities", row, kind="discretionary", how="no step of the organisation makes it follow"
        )
    else:
        yield _cell("activities", row, kind="conditional", how="it follows a step of the organisation")
        yield _cell("activities", row, after=after, how="the step after which it is likeliest")
        yield _cell("activities", row, after_share=chances[after], how="chance of the answer after that step")


def _waiting(everyone: Mixture) -> Iterable[TrueValue]:
    for side, of in (("citizen", _waited_for), ("organisation", _left_waiting)):
        yield _cell(
            "waiting",
            {"side": side},
            share=everyone.ratio(of, _waited),
            how="expected days before that side's steps over all days",
        )


def _trend() -> Iterable[TrueValue]:
    """Rework by the month of the request: the one thing that the season changes."""
    seasons = {
        winter: Mixture.of(DEPRIVATION, winters=[winter]).mean(Walk.repeats) for winter in (True, False)
    }
    for year, month in MONTHS:
        winter = month in WINTER
        yield _cell(
            "trend",
            {"month": f"{year}-{month:02}", "quantity": "rework_case_share"},
            value=seasons[winter],
            how=f"chance to book the intake talk again, asked for {'in' if winter else 'out of'} winter",
        )


QUANTITIES: Mapping[str, Callable[[Walk], float]] = {
    "citizen_events": lambda walk: walk.events(OF_CITIZEN),
    "citizen_minutes": Walk.citizen_minutes,
    "handoffs_to_citizen": lambda walk: walk.handoffs(to_citizen=True),
    "citizen_left_waiting_days": _left_waiting,
    "waited_for_citizen_days": _waited_for,
    "rework": Walk.repeated_steps,
}


def _burdens() -> Iterable[TrueValue]:
    everyone = Mixture.of(DEPRIVATION)
    for place in DEPRIVATION:
        here, others = Mixture.of([place]), Mixture.of([other for other in DEPRIVATION if other != place])
        yield from _burden("deprivation", place, here=here, others=others)
    for band in AGE_BAND:
        yield from _burden("age_band", band, here=everyone, others=everyone)


def _burden(group: str, value: str, *, here: Mixture, others: Mixture) -> Iterable[TrueValue]:
    for quantity, of in QUANTITIES.items():
        row = {"group": group, "value": value, "quantity": quantity}
        mean = here.mean(of)
        yield _cell("burden", row, mean=mean, how="expected value of a case of the group")
        yield _cell(
            "burden", row, difference=mean - others.mean(of), how="that mean less the mean of all other cases"
        )


MIX: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "four_cos": (
        "phase",
        {
            "commission": "co_commissioning",
            "design": "co_design",
            "deliver": "co_delivery",
            "assess": "co_assessment",
        },
    ),
    "voice_or_action": ("form", {"voice": "voice", "action": "action"}),
    "brudney_england_1983": (
        "level",
        {"individual": "individual", "group": "group", "collective": "collective"},
    ),
}
"""Typology -> the facet that decides it, and the class that each word of the facet stands for."""


def _efforts() -> Iterable[TrueValue]:
    """The mix of what citizens gave, by number."""
    citizens = sum(effort.share * effort.citizens for effort in EFFORTS)
    for typology, (facet, classes) in MIX.items():
        for word, name in classes.items():
            given = sum(
                effort.share * effort.citizens * effort.facets[facet].get(word, 0.0) for effort in EFFORTS
            )
            yield _estimate(
                f"{typology}.{name}",
                given / citizens,
                how=f"the initiatives' shares of citizens' contributions times the share of `{word}` in each",
                question="classify",
            )


def _power() -> Iterable[TrueValue]:
    """What becomes of proposals, and whose time it is."""
    for side, chance in ACCEPTED.items():
        how = f"the chance that a proposal of the {side} is accepted"
        yield _estimate(f"acceptance_{side}", chance, how=how, question="power")
    between = ACCEPTED["citizen"] - ACCEPTED["organisation"]
    yield _estimate(
        "acceptance_difference", between, how="the first chance less the second", question="power"
    )
    how = "the chance that somebody is named for what was accepted"
    yield _estimate("owned", OWNED, how=how, question="power")
    how = "the chance that citizens call done what the organisation calls done, from 1"
    yield _estimate("mismatch", 1 - VERDICTS["done"], how=how, question="power")
    both = sum(effort.share * fmean(effort.minutes) for effort in EFFORTS)
    given = {effort.initiative: effort.share * effort.citizens * fmean(effort.minutes) for effort in EFFORTS}
    action = sum(given[effort.initiative] * effort.facets["form"].get("action", 0.0) for effort in EFFORTS)
    how = "expected minutes of each initiative, those of citizens, times the share of action in each"
    yield _estimate("action_share", action / sum(given.values()), how=how, question="power")
    how = "expected minutes that are not citizens', over all"
    yield _estimate("professional_minutes_share", 1 - sum(given.values()) / both, how=how, question="power")


def _elsewhere() -> Iterable[TrueValue]:
    """What the evaluations elsewhere were drawn from, and what makes an initiative last."""
    question = "synthesis.elsewhere"
    yield _estimate("pooled", POOLED, how="the mean effect over places", question=question)
    yield _estimate("tau2", TAU**2, how="the variance of effects between places", question=question)
    for recipe in RECIPES:
        term = "*".join(name for name in CONDITIONS if name in recipe)
        yield TrueValue(
            question="determinants.elsewhere",
            table="solutions",
            row={"type": "parsimonious", "outcome": OUTCOME, "term": term},
            name="term",
            value=term,
            derivation="initiatives last where all of these are there",
        )


def _accounts() -> Iterable[TrueValue]:
    """How far those agree who coded the interviews."""
    both = SURE**2
    for name in ("alpha.nominal", "kappa"):
        how = "the chance that two coders both see what a passage is about; else they agree as chance has it"
        yield _estimate(name, both, how=how, question="themes")
    alike = both + (1 - both) * sum(share**2 for share in THEMES.values())
    how = "that chance, and the chance that they guess the same where not both see it"
    yield _estimate("percent_agreement", alike, how=how, question="themes")


def _effects() -> Iterable[TrueValue]:
    for measure in MEASURES:
        yield _estimate(
            "effect",
            measure.effect,
            how="added to the later value of every street that was given visitors, the mean over streets",
            question=f"effects.{measure.measure}",
        )


def _harms() -> Iterable[TrueValue]:
    """Which evils are there: what endless records would raise an alarm on; nothing of those that are only feared."""
    harmed = [place for place, effect in MEASURES[1].effects.items() if effect < 0]
    there = {
        "co_destruction": f"visitors cost days at home where people are {' or '.join(harmed)}",
        "reinforced_inequalities": f"they are lost where people are {' or '.join(harmed)} and won elsewhere",
        "failing_accountability": "more promises are late or called not done than a tenth",
    }
    for evil, how in there.items():
        yield TrueValue(
            question="harms",
            table="evils",
            row={"evil": evil},
            name="status",
            value="alarm",
            derivation=how,
        )


def _value() -> Iterable[TrueValue]:
    """How hours go together, and what visitors change in cost, hours and loneliness."""
    hours = VISITING_HOURS * fmean(SIZES)
    better, paid = -MEASURES[0].effect, TRAVEL_COST * hours
    changed = {
        "elasticity_of_substitution": (ELASTICITY, "of the function that hours follow"),
        "citizen_share_parameter": (CITIZEN_SHARE, "of that function"),
        "returns_to_scale": (RETURNS, "of that function"),
        "change_public_cost": (COORDINATION_COST, "the mean cost of coordinating visitors in a street"),
        "change_citizen_hours": (hours, "the hours of visitors in a street of mean size"),
        "change_citizen_cost": (paid, "what their ways cost"),
        "change_outcome": (better, "the effect on loneliness, turned so that more is better"),
        "icer_public": (COORDINATION_COST / better, "the first cost over the effect"),
        "icer_society_hours_at_zero": ((COORDINATION_COST + paid) / better, "both costs over the effect"),
        "icer_society": (
            (COORDINATION_COST + paid + HOUR_VALUE * hours) / better,
            "both costs and the hours at their value, over the effect",
        ),
    }
    for name, (value, how) in changed.items():
        yield _estimate(name, value, how=how, question="value")
    yield TrueValue(
        question="value",
        table="map",
        row={"initiative": VISITORS},
        name="quadrant",
        value="better_at_a_price",
        derivation="coordination costs more than it saves, and streets are less lonely",
    )


def _motives() -> Iterable[TrueValue]:
    """Who takes part and who would, what goes with it, and how often in each phase and level."""
    how = "summed over all kinds of people and all answers that they may give"
    for name, value in answering.true_shares().items():
        yield _estimate(name, value, how=how, question="motives")
    how = "covariance and variance of items that are alike, of all answers that may be given"
    yield _estimate("reliability.efficacy", answering.true_reliability(), how=how, question="motives")
    cells: list[tuple[str, Mapping[str, str], str, float]] = [
        ("correlates", {"term": term}, "ame", value) for term, value in answering.true_effects().items()
    ]
    for (phase, level), (mean, active) in answering.true_extent().items():
        here = {"phase": phase, "level": level}
        cells += [("extent", here, "mean", mean), ("extent", here, "active_share", active)]
    for table, row, name, value in cells:
        yield TrueValue(
            question="motives",
            table=table,
            row=row,
            name=name,
            value=round(value, PLACES) + 0.0,
            derivation="averaged over all kinds of people, each with the chances of the model",
        )

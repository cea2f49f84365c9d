"""A survey of the people served: who takes part, who would, and what goes with it, drawn from a known population.

Places are strata, neighbourhoods in them are drawn as clusters. In a neighbourhood of the one kind people think more of
what they can do than in one of the other, so that neighbours are alike. How often a person takes part follows a
proportional-odds model of place, age and efficacy, whose sums over all answers are finite.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from coproduce.simulate.process import AGE_BAND, DEPRIVATION, Chance

Cell = str | int | float | None
Rows = tuple[tuple[Cell, ...], ...]
Drawn = tuple[tuple[str, ...], Rows]

HOODS, ASKED_IN_HOOD = 14, 22
"""Neighbourhoods drawn in each place, and people asked in each."""
OVERSAMPLED = {"most deprived": 2.0, "middle": 1.0, "least deprived": 1.0}
"""How many times likelier a person of that place was to be drawn."""
ANSWERS = {"under 65": 0.5, "65 to 79": 0.75, "80 and over": 0.6}
"""The chance that a person of that age answers."""
TRAIT = {
    "doubting": {1: 0.2, 2: 0.35, 3: 0.3, 4: 0.1, 5: 0.05},
    "trusting": {1: 0.05, 2: 0.15, 3: 0.3, 4: 0.3, 5: 0.2},
}
"""How much people of each kind of neighbourhood think that they can do, on the scale of the answers."""
SLIP = {-1: 0.2, 0: 0.6, 1: 0.2}
EFFICACY_ITEMS = ("efficacy_change", "efficacy_people", "efficacy_heard")
THRESHOLDS = (-0.9, 0.1, 1.4, 2.8)
OF_EFFICACY = 0.6
OF_PLACE = {"most deprived": -0.5, "middle": 0.0, "least deprived": 0.2}
OF_AGE = {"under 65": -0.3, "65 to 79": 0.0, "80 and over": -0.8}
ALSO = 0.3
"""The chance that a person also does another thing, one step less often."""
ACTIVE_FROM, WILLING_FROM = 2, 3
WILLING = {"most deprived": 0.55, "middle": 0.45, "least deprived": 0.35}
"""The chance that somebody who takes part in nothing would."""
WILLING_ACTIVE = 0.8
PHASES = {"commission": 0.1, "design": 0.2, "deliver": 0.5, "assess": 0.2}
LEVELS = {"individual": 0.6, "group": 0.25, "collective": 0.15}
"""Where the thing lies that a person does most."""
MOTIVES = {"material": 0.2, "sanctions": 0.1, "intrinsic": 0.5, "solidary": 0.6, "normative": 0.7}
BARRIERS = {
    "citizen": {"not_asked": 0.6, "time": 0.45, "trust": 0.3},
    "professional": {"time": 0.7, "skills": 0.4, "autonomy": 0.3},
    "manager": {"risk": 0.5, "evidence": 0.6, "costs": 0.55},
}
COLLEAGUES = {"professional": 60, "manager": 25}
OFTEN = "never rarely sometimes often very_often"
WOULD = "no hardly perhaps probably certainly"
SAID = "not_at_all hardly somewhat much very_much"
FIVE = "0 1 2 3 4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """People alike in all that taking part follows from; `share` of the population."""

    place: str
    age: str
    efficacy: float
    share: float

    def often(self, *, efficacy: float = 0.0, place: str | None = None) -> tuple[float, ...]:
        """The chances of taking part at least rarely, sometimes, often and very often."""
        eta = OF_EFFICACY * (self.efficacy + efficacy - 3) + OF_PLACE[place or self.place] + OF_AGE[self.age]
        return tuple(1 / (1 + math.exp(threshold - eta)) for threshold in THRESHOLDS)

    @property
    def active(self) -> float:
        """The chance to take part at least sometimes."""
        return self.often()[ACTIVE_FROM - 1]


def _answer_chances(trait: Mapping[int, float]) -> Mapping[tuple[int, ...], float]:
    """The chance of each set of answers to the items of efficacy."""
    found: dict[tuple[int, ...], float] = {}
    for level, chance in trait.items():
        for slips in product(SLIP, repeat=len(EFFICACY_ITEMS)):
            answers = tuple(min(5, max(1, level + slip)) for slip in slips)
            found[answers] = found.get(answers, 0.0) + chance * math.prod(SLIP[slip] for slip in slips)
    return found


@cache
def _answers_of_all() -> Mapping[tuple[int, ...], float]:
    """The same over both kinds of neighbourhood, which are as many."""
    both = [_answer_chances(trait) for trait in TRAIT.values()]
    return {
        answers: math.fsum(chances.get(answers, 0.0) for chances in both) / len(both)
        for answers in sorted({answers for chances in both for answers in chances})
    }


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds of people, whose shares add up to 1.

    Examples
    --------
    >>> round(sum(kind.share for kind in kinds()), 12)
    1.0
    """
    efficacy: dict[float, float] = {}
    for answers, chance in _answers_of_all().items():
        mean = sum(answers) / len(answers)
        efficacy[mean] = efficacy.get(mean, 0.0) + chance
    return tuple(
        Kind(place=place, age=age, efficacy=mean, share=of_place * of_age * chance)
        for place, of_place in DEPRIVATION.items()
        for age, of_age in AGE_BAND.items()
        for mean, chance in efficacy.items()
    )


def true_shares() -> Mapping[str, float]:
    """The true shares of those who take part, who would, and who would and do not.

    Examples
    --------
    >>> sorted(true_shares())
    ['active_share', 'potential_gap', 'willing_share']
    """
    active = math.fsum(kind.share * kind.active for kind in kinds())
    gap = math.fsum(kind.share * (1 - kind.active) * WILLING[kind.place] for kind in kinds())
    return {"active_share": active, "willing_share": WILLING_ACTIVE * active + gap, "potential_gap": gap}


def true_reliability() -> float:
    """The reliability of the items of efficacy: alike, so that alpha and omega are one."""
    n = len(EFFICACY_ITEMS)
    chances = _answers_of_all()
    mean = math.fsum(chance * answers[0] for answers, chance in chances.items())
    variance = math.fsum(chance * (answers[0] - mean) ** 2 for answers, chance in chances.items())
    together = math.fsum(
        chance * (answers[0] - mean) * (answers[1] - mean) for answers, chance in chances.items()
    )
    return n * together / (variance + (n - 1) * together)


def true_effects() -> Mapping[str, float]:
    """The true average effect of each correlate on the chance to take part at least sometimes."""
    chances = [(kind.share, kind.active) for kind in kinds()]
    slope = OF_EFFICACY * math.fsum(share * chance * (1 - chance) for share, chance in chances)
    placed = {
        place: math.fsum(kind.share * kind.often(place=place)[ACTIVE_FROM - 1] for kind in kinds())
        for place in DEPRIVATION
    }
    most = max(DEPRIVATION, key=lambda place: OVERSAMPLED[place] * DEPRIVATION[place])
    apart = {f"deprivation: {place}": placed[place] - placed[most] for place in placed if place != most}
    return {"efficacy": slope, "satisfaction": 0.0, **apart}


def true_extent() -> Mapping[tuple[str, str], tuple[float, float]]:
    """Phase and level -> how often people do it (0 to 4, the mean), and the share who do at least sometimes."""
    often = [
        math.fsum(kind.share * kind.often()[step] for kind in kinds()) for step in range(len(THRESHOLDS))
    ]
    mean, less = math.fsum(often), math.fsum(often[1:])
    found = {}
    for (phase, of_phase), (level, of_level) in product(PHASES.items(), LEVELS.items()):
        most = of_phase * of_level
        found[phase, level] = (
            most * mean + (1 - most) * ALSO * less,
            most * often[ACTIVE_FROM - 1] + (1 - most) * ALSO * often[ACTIVE_FROM],
        )
    return found


def survey(seed: int) -> Mapping[str, Drawn]:
    """The tables of the survey: items, respondents (those too who did not answer) and responses.

    Examples
    --------
    >>> tables = survey(1)
    >>> sorted(tables), len(tables["items"][1])
    (['items', 'respondents', 'responses'], 43)
    """
    chance = Chance(seed, stream="survey")
    people: list[tuple[Cell, ...]] = []
    said: list[tuple[Cell, ...]] = []
    for place, number in product(DEPRIVATION, range(1, HOODS + 1)):
        hood = f"{place.split()[0]}-{number:02}"
        trait = TRAIT["trusting" if chance.uniform() < 0.5 else "doubting"]
        for _ in range(round(ASKED_IN_HOOD * OVERSAMPLED[place] * DEPRIVATION[place])):
            respondent, age = f"Q{len(people) + 1:04}", chance.pick(AGE_BAND)
            weight = round(10 / OVERSAMPLED[place], 4)
            people.append((respondent, weight, place, hood, "citizen", place, age))
            if chance.uniform() < ANSWERS[age]:
                answers = _citizen(place, age, trait=trait, chance=chance)
                said += [(respondent, item, value) for item, value in answers]
    for side, count in COLLEAGUES.items():
        for number in range(1, count + 1):
            respondent = f"{side[:1].upper()}{number:03}"
            people.append((respondent, 1.0, side, respondent, side, None, None))
            said += [(respondent, item, value) for item, value in _barriers(side, chance=chance)]
    return {
        "items": (("item", "construct", "kind", "choices", "counts_as", "low", "high"), _items()),
        "respondents": (
            ("respondent", "weight", "stratum", "psu", "side", "deprivation", "age_band"),
            tuple(people),
        ),
        "responses": (("respondent", "item", "value"), tuple(said)),
    }


def _items() -> Rows:
    choosing = ("select_one",)
    cells = list(product(PHASES, LEVELS))
    rows: list[tuple[Cell, ...]] = [
        (f"active_{p}_{v}", f"active.{p}.{v}", *choosing, OFTEN, FIVE, 0, 4) for p, v in cells
    ]
    rows += [(f"willing_{p}_{v}", f"willing.{p}.{v}", *choosing, WOULD, FIVE, 0, 4) for p, v in cells]
    scale = ("integer", None, None, 1, 5)
    rows += [(item, "efficacy", *scale) for item in EFFICACY_ITEMS]
    rows += [("satisfaction", "satisfaction", *scale), ("informed", "informed", *scale)]
    rows += [(f"motive_{motive}", f"motive.{motive}", *choosing, SAID, FIVE, 0, 4) for motive in MOTIVES]
    rows += [
        (f"barrier_{side}_{what}", f"barrier.{side}.{what}", *choosing, SAID, FIVE, 0, 4)
        for side, listed in BARRIERS.items()
        for what in listed
    ]
    return tuple(rows)


def _citizen(
    place: str, age: str, *, trait: Mapping[int, float], chance: Chance
) -> Iterator[tuple[str, Cell]]:
    """What one citizen answers."""
    answers = chance.pick(_answer_chances(trait))
    person = Kind(place=place, age=age, efficacy=sum(answers) / len(answers), share=0.0)
    drawn = chance.uniform()
    often = sum(drawn < at_least for at_least in person.often())
    most = chance.pick(PHASES), chance.pick(LEVELS)
    would = chance.uniform() < (WILLING_ACTIVE if often >= ACTIVE_FROM else WILLING[place])
    place_of_will = chance.pick(PHASES), chance.pick(LEVELS)
    for cell in product(PHASES, LEVELS):
        also = often - 1 if often and chance.uniform() < ALSO else 0
        yield f"active_{'_'.join(cell)}", OFTEN.split()[often if cell == most else also]
        will = chance.whole(3, 4) if would and cell == place_of_will else chance.whole(0, 2)
        yield f"willing_{'_'.join(cell)}", WOULD.split()[will]
    yield from zip(EFFICACY_ITEMS, answers, strict=True)
    yield "satisfaction", chance.whole(1, 5)
    yield "informed", chance.whole(1, 5)
    for motive, share in MOTIVES.items():
        yield f"motive_{motive}", _much(share, chance=chance)
    yield from _barriers("citizen", chance=chance)


def _barriers(side: str, *, chance: Chance) -> Iterator[tuple[str, Cell]]:
    for what, share in BARRIERS[side].items():
        yield f"barrier_{side}_{what}", _much(share, chance=chance)


def _much(share: float, *, chance: Chance) -> str:
    """An answer that is above the middle with that chance."""
    return SAID.split()[chance.whole(3, 4) if chance.uniform() < share else chance.whole(0, 2)]

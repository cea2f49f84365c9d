"""The demo's surveys, one closed and one open, and goals that both sides agreed to."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from coproduce.records.forms import FormQuestion
from coproduce_web.actions import goals, services, surveys
from coproduce_web.actions.acting import By
from coproduce_web.demo.cast import Cast
from coproduce_web.demo.then import at
from coproduce_web.models import Initiative, Instrument, Respondent, Wave
from coproduce_web.questionnaires import form_of

BASE = "http://127.0.0.1:8000"
"""Letters of the demo are printed on the terminal; their links lead to this machine."""
SCALE = ("strongly_disagree", "disagree", "neither", "agree", "strongly_agree")
LIKELY = (1, 2, 3, 6, 4)
MIDDLES = {"active": 0.1, "willing": 0.45, "barrier": 0.35}
"""Where on its scale the answer to a family of questions lies for who is neither keen nor not."""
GOALS = {
    "Get out of the house again": (
        "not out of bed",
        "up, but not out of the house",
        "once a week to the shop",
        "every other day out",
        "out every day",
    ),
    "See people": (
        "nobody for weeks",
        "somebody once a month",
        "somebody every week",
        "twice a week",
        "every day",
    ),
}


def assess(cast: Cast, initiative: Initiative, *, start: datetime) -> None:
    """A phase of assessment that is open."""
    coordinator = cast.by("coordinator")
    with at(start):
        services.open_phase(by=coordinator, initiative=initiative, name="assess", opens_at=start)
        instrument = surveys.add_ready(by=coordinator, service=cast.service, about="experience")
        why = surveys.add_ready(by=coordinator, service=cast.service, about="motives")
    for title, asked, opens, given in (
        ("How was summer?", instrument, start + timedelta(days=5), _experience),
        ("Why do you take part?", why, start + timedelta(days=25), _motives),
    ):
        with at(opens):
            wave = _wave(cast, initiative, asked, title=title, opens=opens)
            surveys.ask(by=coordinator, wave=wave, whom="citizens", base=BASE)
        _answered(cast, wave, given=given)
    now = timezone.now() - timedelta(days=1)
    with at(now):
        wave = _wave(cast, initiative, instrument, title="How was autumn?", opens=now)
        surveys.ask(by=coordinator, wave=wave, whom="citizens", base=BASE)
    _goals(cast, initiative, day=start + timedelta(days=2))


def _wave(cast: Cast, initiative: Initiative, instrument: Instrument, *, title: str, opens: datetime) -> Wave:
    return surveys.plan_wave(
        by=cast.by("coordinator"),
        initiative=initiative,
        instrument=instrument,
        title=title,
        opens_at=opens,
        closes_at=opens + timedelta(days=14),
    )


Given = Callable[[random.Random, list[FormQuestion]], dict[str, str]]


def _answered(cast: Cast, wave: Wave, *, given: Given) -> None:
    """Two in three answer, and the way back to them is cut."""
    asked = [each for each in form_of(wave.instrument).questions if each.kind == "select_one"]
    for respondent in Respondent.objects.filter(wave=wave).select_related(
        "wave__instrument", "wave__initiative__service"
    ):
        if cast.chance.random() < 0.34:
            continue
        with at(wave.opens_at + timedelta(days=1)):
            surveys.answer(by=By(actor=None), respondent=respondent, given=given(cast.chance, asked))
    with at(wave.opens_at + timedelta(days=15)):
        surveys.close_wave(by=cast.by("coordinator"), wave=wave)


def _experience(chance: random.Random, asked: list[FormQuestion]) -> dict[str, str]:
    """More agree than not."""
    chosen = chance.choices(SCALE, weights=LIKELY, k=len(asked))
    return {question.name: name for question, name in zip(asked, chosen, strict=True)}


def _motives(chance: random.Random, asked: list[FormQuestion]) -> dict[str, str]:
    """Who is keen has done more, is readier to, thinks more of it, and is held back by less."""
    keen, own = chance.gauss(0, 0.6), defaultdict[str, float](lambda: chance.gauss(0, 0.7))
    given = {"side": "citizen"}
    for question in asked:
        family, _, rest = question.construct.partition(".")
        if family and (family != "barrier" or rest.startswith("citizen")):
            counted = ((one.counts_as, one.name) for one in question.choices if one.counts_as is not None)
            names = [name for _, name in sorted(counted, reverse=question.reverse)]
            lean = own[question.construct] + (-keen if family == "barrier" else keen)
            place = round((len(names) - 1) * MIDDLES.get(family, 0.6) + lean + chance.gauss(0, 0.4))
            given[question.name] = names[max(0, min(place, len(names) - 1))]
    return given


def _goals(cast: Cast, initiative: Initiative, *, day: datetime) -> None:
    """Goals of a dozen citizens, agreed by both sides, each reviewed by whose goal it is; one waits."""
    for place, by in enumerate([*cast.some(12), By(actor=cast.citizens[0].actor)]):
        title = list(GOALS)[place % 2]
        levels = dict(zip(("much_less", "less", "hoped", "more", "much_more"), GOALS[title], strict=True))
        last = place == 12
        with at(day):
            goal = goals.set_goal(
                by=cast.by("nurse") if last else by,
                initiative=initiative,
                citizen=by.known,
                set_by="jointly",
                title=title,
                baseline=-1,
                importance=2,
                **levels,
            )
        if last:
            continue
        with at(day + timedelta(days=1)):
            goals.agree(by=cast.by("nurse"), goal=goal)
        goal.refresh_from_db()
        with at(day + timedelta(days=50)):
            level = cast.chance.choice((-1, 0, 0, 0, 1, 2))
            goals.review(by=by, goal=goal, level=level)

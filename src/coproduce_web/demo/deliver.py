"""The demo's visits: sessions, needs, and contributions that one side claims and the other answers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from coproduce_web.actions import claims, needs, services, sessions
from coproduce_web.actions.acting import By
from coproduce_web.demo.cast import Cast
from coproduce_web.demo.then import at
from coproduce_web.models import Activity, Contribution, Initiative, Need, Opportunity, SignUp

ASKED_FOR = (
    "Somebody to play chess with",
    "Help with the shopping",
    "A lift to the doctor's",
    "Reading the letters from the office",
    "A walk on Sundays",
    "The garden before winter",
)


def deliver(cast: Cast, *, start: datetime, weeks: int) -> Initiative:
    """Half a year of lunches and visits."""
    coordinator = cast.by("coordinator")
    with at(start):
        initiative = services.start_initiative(
            by=coordinator,
            service=cast.service,
            title="Visits against loneliness",
            summary="Neighbours visit neighbours; nurses and librarians make it possible.",
            started_on=start.date(),
            initiated_by="citizens",
        )
        phase = services.open_phase(by=coordinator, initiative=initiative, name="deliver", opens_at=start)
        lunch, visit, meeting = (
            services.plan_activity(by=coordinator, phase=phase, **facets) for facets in _activities()
        )
        opportunity = sessions.post_opportunity(
            by=coordinator,
            activity=lunch,
            title="Lunch table",
            role="Cook or host",
            places=6,
            side="citizen",
            text="We cook together and eat together. Bring an apron, or nothing.",
            place="Community hall",
        )
    _lunches(cast, opportunity, start=start, weeks=weeks)
    _visits(cast, initiative, activity=visit, start=start, weeks=weeks)
    _meetings(cast, meeting, start=start, weeks=weeks)
    return initiative


def _activities() -> tuple[dict[str, Any], ...]:
    shared = {"obligation": "voluntary", "input": "time", "planned_by": "both", "delivered_by": "both"}
    return (
        shared
        | {"title": "Lunch table", "activity_name": "perform", "level": "group", "form": "action"}
        | {"beneficiary": "similar_others", "task": "complementary", "minutes_expected": 180},
        shared
        | {"title": "Visit a neighbour", "activity_name": "perform", "level": "individual", "form": "action"}
        | {"beneficiary": "similar_others", "task": "core", "minutes_expected": 90},
        shared
        | {"title": "Planning meeting", "activity_name": "manage", "level": "group", "form": "voice"}
        | {"beneficiary": "community", "task": "core", "minutes_expected": 60, "administrative": True},
    )


def _lunches(cast: Cast, opportunity: Opportunity, *, start: datetime, weeks: int) -> None:
    """A lunch each week, and two to come; the nurse claims everybody's time, and everybody answers."""
    nurse = cast.by("nurse")
    with at(start):
        planned = sessions.plan_sessions(
            by=cast.by("coordinator"),
            opportunity=opportunity,
            on=(start + timedelta(days=7)).date(),
            starts=time(11),
            ends=time(14),
            repeats="weekly",
            count=weeks + 2,
        )
    place = opportunity.places.get()
    for session in planned:
        signing = min(session.starts_at - timedelta(days=3), timezone.now() - timedelta(hours=2))
        signed: list[SignUp] = []
        with at(signing):
            signed.extend(
                sessions.sign_up(by=by, session=session, place=place)
                for by in cast.some(cast.chance.randint(4, 8))
            )
        if session.ends_at > timezone.now():
            continue
        going = [each for each in signed if each.state == "going"]
        came = [each for each in going if cast.chance.random() < 0.9] or going[:1]
        with at(session.ends_at + timedelta(minutes=5)):
            sessions.record_attendance(by=nurse, session=session, came={each.pk for each in came})
            made = claims.claim(
                by=nurse,
                activity=opportunity.activity,
                session=session,
                given_on=session.starts_at.date(),
                given=[
                    claims.Given(actor=nurse.known, minutes=200),
                    *(claims.Given(actor=each.actor, minutes=180, capacity="volunteer") for each in came),
                ],
            )
        _answered(
            cast,
            list(made.contributions.select_related("actor", "claim", "initiative__service")),
            made.claimed_at,
        )


def _answered(cast: Cast, contributions: list[Contribution], claimed_at: datetime) -> None:
    """The other side answers: most as it was claimed, some with other minutes, a few not at all."""
    others = [each.actor for each in contributions if each.actor_id != each.claim.claimed_by_id]
    for place, contribution in enumerate(contributions):
        mine = contribution.actor_id == contribution.claim.claimed_by_id
        answers = By(actor=(others[0] if others else None) if mine else contribution.actor)
        luck = cast.chance.random()
        if answers.actor is None or luck > 0.93:
            continue
        with at(claimed_at + timedelta(hours=5 + place)):
            if luck < 0.08 and not mine:
                claims.respond(
                    by=answers,
                    contribution=contribution,
                    answer="amend",
                    minutes=contribution.minutes - 30,
                    reason="I left earlier.",
                )
            else:
                claims.respond(by=answers, contribution=contribution, answer="confirm")
        contribution.refresh_from_db()
        if contribution.status == "amended" and luck < 0.06:
            with at(claimed_at + timedelta(days=1)):
                by = By(actor=contribution.claim.claimed_by)
                claims.respond(by=by, contribution=contribution, answer="confirm")


def _visits(cast: Cast, initiative: Initiative, *, activity: Activity, start: datetime, weeks: int) -> None:
    """Needs are raised, met by neighbours who claim their time, and closed by who raised them."""
    for week in range(weeks):
        day = start + timedelta(days=7 * week + 2)
        asker, visitor = cast.some(2)
        with at(day):
            need = needs.raise_need(
                by=asker, initiative=initiative, title=cast.chance.choice(ASKED_FOR), skill="company"
            )
        with at(day + timedelta(days=2)):
            if week % 2:
                needs.offer(by=visitor, initiative=initiative, title="Two hours a week", skill="company")
        _visit(cast, need, activity=activity, visitor=visitor, day=day + timedelta(days=4))


def _visit(cast: Cast, need: Need, *, activity: Activity, visitor: By, day: datetime) -> None:
    if day > timezone.now() - timedelta(days=7):
        return
    with at(day):
        made = claims.claim(
            by=visitor,
            activity=activity,
            given_on=day.date(),
            need=need,
            given=[
                claims.Given(
                    actor=visitor.known, minutes=cast.chance.choice((60, 75, 90, 120)), capacity="volunteer"
                )
            ],
        )
    with at(day + timedelta(days=1)):
        (given,) = made.contributions.select_related("actor", "claim", "initiative__service")
        claims.respond(by=cast.by("coordinator"), contribution=given, answer="confirm")
        needs.report_done(by=cast.by("nurse"), need=need)
    need.refresh_from_db()
    if cast.chance.random() < 0.8:
        with at(day + timedelta(days=3)):
            says = cast.chance.choice(("done", "done", "done", "partly", "not_done"))
            needs.judge_need(by=By(actor=need.raised_by), need=need, says=says)


def _meetings(cast: Cast, activity: Activity, *, start: datetime, weeks: int) -> None:
    """A meeting each month: the librarian claims for all who were there."""
    librarian = cast.by("librarian")
    for month in range(weeks // 4):
        day = start + timedelta(days=28 * month + 5, hours=18)
        there = cast.some(4)
        with at(day):
            made = claims.claim(
                by=librarian,
                activity=activity,
                given_on=day.date(),
                given=[
                    claims.Given(actor=librarian.known, minutes=90),
                    *(claims.Given(actor=by.known, minutes=75, capacity="community_member") for by in there),
                ],
            )
        _answered(cast, list(made.contributions.select_related("actor", "claim", "initiative__service")), day)

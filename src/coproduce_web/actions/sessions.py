"""Opportunities to take part: their roles and sessions, who goes, who waits, who came."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked
from coproduce_web.answering import own_side
from coproduce_web.models import Activity, CalendarLink, Opportunity, Place, Session, SignUp
from coproduce_web.permissions import Permission
from coproduce_web.recurring import days, times
from coproduce_web.session_letters import moved_up
from coproduce_web.signing_in import hashed, new_secret

TAKEN = (SignUp.State.GOING, SignUp.State.CAME, SignUp.State.NO_SHOW)
"""What holds a place."""


def post_opportunity(
    *, by: By, activity: Activity, title: str, role: str, places: int, side: str = "", **more: Any
) -> Opportunity:
    """Invite people to take part in an activity, in a first role."""
    with acting(by, Permission.POST_OPPORTUNITY, initiative=activity.phase.initiative) as trail:
        posted = trail.add(Opportunity(activity=activity, posted_by=by.known, title=title, **more))
        trail.add(Place(opportunity=posted, role=role, places=places, side=side))
        return posted


def add_role(*, by: By, opportunity: Opportunity, role: str, places: int, side: str = "") -> Place:
    """Give an opportunity a further role."""
    with acting(by, Permission.POST_OPPORTUNITY, **_of(opportunity)) as trail:
        return trail.add(Place(opportunity=opportunity, role=role, places=places, side=side))


def change_places(*, by: By, place: Place, places: int) -> Place:
    """Change how many places a role has; who waits for one that is new moves up. Nobody loses a place."""
    with acting(by, Permission.POST_OPPORTUNITY, **_of(place.opportunity)) as trail:
        changed = trail.change(place, places=places)
        coming = Session.objects.filter(
            opportunity=place.opportunity_id, starts_at__gt=timezone.now(), cancelled_at=None
        )
        for session in coming.select_for_update():
            _move_up(trail, session=session, place=changed)
        return changed


def close_opportunity(*, by: By, opportunity: Opportunity) -> Opportunity:
    """Take no more sign-ups; who has a place keeps it."""
    with acting(by, Permission.POST_OPPORTUNITY, **_of(opportunity)) as trail:
        if opportunity.closed_at:
            raise NotNow(_("It is closed already."))
        return trail.change(opportunity, closed_at=timezone.now())


def plan_sessions(
    *,
    by: By,
    opportunity: Opportunity,
    on: date,
    starts: time,
    ends: time,
    repeats: str = "once",
    count: int | None = None,
    until: date | None = None,
) -> list[Session]:
    """Plan one session, or a series at the same time by the clock on the wall."""
    with acting(by, Permission.POST_OPPORTUNITY, **_of(opportunity)) as trail:
        if opportunity.closed_at:
            raise NotNow(_("It is closed: post another."))
        all_days = days(on, repeats=repeats, count=count, until=until)
        series = uuid.uuid4() if len(all_days) > 1 else None
        zone = timezone.get_current_timezone()
        sessions = []
        for day in all_days:
            starts_at, ends_at = times(day, starts=starts, ends=ends, zone=zone)
            sessions.append(
                Session(opportunity=opportunity, series=series, starts_at=starts_at, ends_at=ends_at)
            )
        return trail.add_all(sessions)


def cancel_sessions(*, by: By, session: Session, following: bool = False) -> list[Session]:
    """Cancel a session, or it and all that follow in its series. Cancelled sessions stay to be seen."""
    with acting(by, Permission.POST_OPPORTUNITY, **_of(session.opportunity)) as trail:
        chosen = Session.objects.select_for_update().filter(cancelled_at=None, ends_at__gt=timezone.now())
        if following and session.series:
            chosen = chosen.filter(series=session.series, starts_at__gte=session.starts_at)
        else:
            chosen = chosen.filter(pk=session.pk)
        cancelled = [trail.change(each, cancelled_at=timezone.now()) for each in chosen]
        if not cancelled:
            raise NotNow(_("It is over, or cancelled already."))
        return cancelled


def sign_up(*, by: By, session: Session, place: Place) -> SignUp:
    """Take a place in a session, or the last in its waiting list where all are taken.

    Raises
    ------
    NotNow
        If it is over, cancelled or closed, the role is for the other side, or one is in it already.
    """
    actor = by.known
    initiative = session.opportunity.activity.phase.initiative
    with acting(by, Permission.SIGN_UP, initiative=initiative, case=f"session {session.pk}") as trail:
        now = locked(session)
        _refuse_sign_up(by, session=now, place=place)
        held = SignUp.objects.filter(session=now, actor=actor).first()
        if held and held.state != SignUp.State.WITHDRAWN:
            raise NotNow(_("You are in it already."))
        full = _free(session=now, place=place) < 1
        state = SignUp.State.WAITING if full else SignUp.State.GOING
        if held:
            return trail.change(held, place=place, state=state, signed_up_at=timezone.now())
        return trail.add(SignUp(session=now, place=place, actor=actor, state=state))


def withdraw(*, by: By, session: Session) -> SignUp:
    """Give one's place back; the first who waits for it moves up.

    Raises
    ------
    NotNow
        If one has none, or the session has begun.
    """
    initiative = session.opportunity.activity.phase.initiative
    with acting(by, Permission.WITHDRAW, initiative=initiative, case=f"session {session.pk}") as trail:
        now = locked(session)
        held = SignUp.objects.filter(session=now, actor=by.known).select_related("place").first()
        if held is None or held.state not in {SignUp.State.GOING, SignUp.State.WAITING}:
            raise NotNow(_("You have no place in it."))
        if now.starts_at <= timezone.now():
            raise NotNow(_("It has begun."))
        trail.change(held, state=SignUp.State.WITHDRAWN)
        _move_up(trail, session=now, place=held.place)
        return held


def record_attendance(*, by: By, session: Session, came: Collection[int]) -> list[SignUp]:
    """Say who of those with a place came (keys of their sign-ups); the others did not.

    Raises
    ------
    NotNow
        If it has not begun, or was cancelled.
    """
    initiative = session.opportunity.activity.phase.initiative
    case = f"session {session.pk}"
    with acting(by, Permission.RECORD_ATTENDANCE, initiative=initiative, case=case) as trail:
        now = locked(session)
        if now.cancelled_at or now.starts_at > timezone.now():
            raise NotNow(_("It has not taken place."))
        recorded = []
        for each in SignUp.objects.filter(session=now, state__in=TAKEN):
            state = SignUp.State.CAME if each.pk in came else SignUp.State.NO_SHOW
            recorded.append(trail.change(each, state=state) if each.state != state else each)
        return recorded


def new_calendar_link(*, by: By) -> str:
    """Make the secret address of one's own calendar anew; one made before leads nowhere from now on."""
    with acting(by, Permission.OWN_ACCOUNT) as trail:
        secret = new_secret()
        held = CalendarLink.objects.select_for_update().filter(actor=by.known).first()
        if held:
            trail.change(held, hashed=hashed(secret), made_at=timezone.now())
        else:
            trail.add(CalendarLink(actor=by.known, hashed=hashed(secret)))
        return secret


def _of(opportunity: Opportunity) -> dict[str, Any]:
    """Where an act on an opportunity takes place, and what it is a step of."""
    return {"initiative": opportunity.activity.phase.initiative, "case": f"opportunity {opportunity.pk}"}


def _refuse_sign_up(by: By, *, session: Session, place: Place) -> None:
    if place.opportunity_id != session.opportunity_id:
        raise PermissionDenied
    if session.cancelled_at or session.ends_at <= timezone.now() or session.opportunity.closed_at:
        raise NotNow(_("It is over, cancelled or closed."))
    if place.side and by.side not in own_side(place.side):
        raise NotNow(_("This role is for the other side."))


def _free(*, session: Session, place: Place) -> int:
    taken = SignUp.objects.filter(session=session, place=place, state__in=TAKEN).count()
    return place.places - taken


def _move_up(trail: Trail, *, session: Session, place: Place) -> None:
    """Give the free places of a role to those who have waited longest."""
    waiting = SignUp.objects.filter(session=session, place=place, state=SignUp.State.WAITING)
    for next_one in waiting.order_by("signed_up_at", "pk")[: max(0, _free(session=session, place=place))]:
        trail.change(next_one, state=SignUp.State.GOING)
        moved_up(next_one)

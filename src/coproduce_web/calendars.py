"""Calendars that other programs follow (iCalendar, RFC 5545). Times are in UTC: every clock shows them right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from coproduce_web.models import Session, SignUp

Address = Callable[[Session], str]


def calendar(name: str, *, events: Iterable[Event]) -> bytes:
    """A calendar file."""
    made = Calendar()
    made.add("prodid", "-//Coproduce//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    for event in events:
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def of_session(session: Session, *, address: Address, host: str) -> Event:
    """A session as others see it; a cancelled one says so, and programs strike it out."""
    event = Event()
    opportunity = session.opportunity
    event.add("uid", f"session-{session.pk}@{host}")
    event.add("dtstamp", (session.cancelled_at or opportunity.posted_at).astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("summary", opportunity.title)
    event.add("status", "CANCELLED" if session.cancelled_at else "CONFIRMED")
    event.add("sequence", 1 if session.cancelled_at else 0)
    event.add("url", address(session))
    if opportunity.place:
        event.add("location", opportunity.place)
    return event


def of_sign_up(sign_up: SignUp, *, address: Address, host: str) -> Event:
    """A session as it stands in the calendar of who signed up for it."""
    event = of_session(sign_up.session, address=address, host=host)
    if sign_up.state == SignUp.State.WAITING and not sign_up.session.cancelled_at:
        event["summary"] = _("Waiting list: %(title)s") % {"title": sign_up.session.opportunity.title}
        event["status"] = "TENTATIVE"
    return event

"""Concerns: raised by anyone, answered by a handler outside the team, closed by two persons.

Who raised a concern unnamed is nowhere written: not in the row, not in the trail. A secret link is all that leads
them back to it, and only its hash is kept.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting, locked, roles
from coproduce_web.held import ERASED
from coproduce_web.models import Concern, ConcernNote, Initiative, Service
from coproduce_web.permissions import TEAM_ROLES, Permission
from coproduce_web.signing_in import hashed, new_secret

REMIND_AGAIN_HOURS = 20
"""A reminder that runs a little early each day still goes out each day."""


def raise_concern(
    *,
    by: By,
    service: Service,
    severity: int,
    initiative: Initiative | None = None,
    evil: str = "",
    text: str = "",
    borne_by: str = "",
    secret: str = "",
    by_alarm: bool = False,
) -> Concern:
    """Raise a concern about a service, or one initiative of it.

    Parameters
    ----------
    by
        Who raises it; without an actor nobody can tell who did.
    service, initiative
        What it is about.
    severity
        How grave, 1 to 3.
    evil
        Which of the seven evils it is a sign of; empty for another harm, which is then told in words.
    text, borne_by
        What happened, and who bears it.
    secret
        What the link that follows it carries. The same concern sent again with the same secret is raised once.
    by_alarm
        Whether the weekly watch over harms raised it, and no person.

    Returns
    -------
    Concern
        The concern; of `secret` only the hash is kept.
    """
    if initiative is not None and initiative.service_id != service.pk:
        raise PermissionDenied
    with acting(by, Permission.RAISE_CONCERN, service=service) as trail:
        kept = hashed(secret or new_secret())
        sent_before = Concern.objects.filter(hashed=kept, service=service).first()
        if sent_before is not None:
            return sent_before
        return trail.add(
            Concern(
                service=service,
                initiative=initiative,
                evil=evil,
                text=text,
                severity=severity,
                borne_by=borne_by,
                raised_by=by.actor,
                hashed=kept,
                answer_due_at=_due(service),
                raised_by_alarm=by_alarm,
            )
        )


def say_more(*, by: By, concern: Concern, secret: str, text: str, settled: bool = True) -> ConcernNote:
    """Say more on a concern that one raised; `settled` False opens it again, whatever was answered or closed.

    Raises
    ------
    PermissionDenied
        If the secret is not that of the concern, or `by` says another name than the concern does.
    """
    with acting(by, Permission.RAISE_CONCERN, service=concern.service, case=_case(concern)) as trail:
        now = locked(concern)
        if not hmac.compare_digest(now.hashed, hashed(secret)) or by.actor != now.raised_by:
            raise PermissionDenied
        note = trail.add(ConcernNote(concern=now, said_by=by.actor, by_raiser=True, text=text))
        if not settled and now.status != Concern.Status.OPEN:
            trail.change(
                now,
                status=Concern.Status.OPEN,
                answered_at=None,
                answer_due_at=_due(now.service),
                closing_asked_by=None,
                closed_by=None,
                closed_at=None,
                reminded_at=None,
            )
        return note


def take(*, by: By, concern: Concern) -> Concern:
    """Take a concern that nobody has taken: from then on one is its handler."""
    with acting(by, Permission.HANDLE_CONCERN, service=concern.service, case=_case(concern)) as trail:
        now = _near_nobody(by, concern)
        if now.handler is not None:
            raise NotNow(_("Somebody has taken this concern already."))
        return trail.change(now, handler=by.known)


def hand_back(*, by: By, concern: Concern) -> Concern:
    """Give back a concern that one took, for another handler to take."""
    with acting(by, Permission.HANDLE_CONCERN, service=concern.service, case=_case(concern)) as trail:
        now = _near_nobody(by, concern)
        if now.handler != by.known:
            raise NotNow(_("Only who has taken a concern gives it back."))
        return trail.change(now, handler=None)


def answer(*, by: By, concern: Concern, text: str) -> ConcernNote:
    """Answer a concern that one has taken."""
    with acting(by, Permission.HANDLE_CONCERN, service=concern.service, case=_case(concern)) as trail:
        now = _near_nobody(by, concern)
        if now.handler != by.known:
            raise NotNow(_("Take the concern first: only its handler answers."))
        if now.status == Concern.Status.CLOSED:
            raise NotNow(_("It is closed. Only who raised it opens it again."))
        note = trail.add(ConcernNote(concern=now, said_by=by.known, text=text))
        if now.status == Concern.Status.OPEN:
            trail.change(now, status=Concern.Status.ANSWERED, answered_at=timezone.now())
        return note


def ask_to_close(*, by: By, concern: Concern) -> Concern:
    """Ask that an answered concern be closed: another person must agree."""
    with acting(by, Permission.CLOSE_CONCERN, service=concern.service, case=_case(concern)) as trail:
        now = _near_nobody(by, concern)
        if now.status != Concern.Status.ANSWERED or now.closing_asked_by is not None:
            raise NotNow(_("Only an answered concern is closed, and it is asked once."))
        return trail.change(now, closing_asked_by=by.known)


def agree_to_close(*, by: By, concern: Concern) -> Concern:
    """Close a concern that somebody else asked to close."""
    with acting(by, Permission.CLOSE_CONCERN, service=concern.service, case=_case(concern)) as trail:
        now = _near_nobody(by, concern)
        _refuse_unless_asked_by_another(by, now)
        return trail.change(now, status=Concern.Status.CLOSED, closed_by=by.known, closed_at=timezone.now())


def keep_open(*, by: By, concern: Concern, text: str) -> ConcernNote:
    """Refuse to close a concern that somebody else asked to close, and say why."""
    with acting(by, Permission.CLOSE_CONCERN, service=concern.service, case=_case(concern)) as trail:
        now = _near_nobody(by, concern)
        _refuse_unless_asked_by_another(by, now)
        trail.change(now, closing_asked_by=None)
        return trail.add(ConcernNote(concern=now, said_by=by.known, text=text))


def note_reminders(*, by: By, at: datetime) -> list[Concern]:
    """Note as reminded of, and give, the concerns that must be answered within a day and were not noted today."""
    with acting(by, Permission.HANDLE_CONCERN) as trail:
        due = Concern.objects.filter(
            status=Concern.Status.OPEN, answer_due_at__lt=at + timedelta(days=1)
        ).exclude(reminded_at__gt=at - timedelta(hours=REMIND_AGAIN_HOURS))
        return [trail.change(concern, reminded_at=at) for concern in due.select_for_update()]


def forget_old(*, by: By, at: datetime) -> int:
    """Wipe the words of concerns closed longer ago than their service keeps records, and cut their links; how many.

    What kind of worry it was, how grave, when it was raised and closed stays and is counted.
    """
    with acting(by, Permission.ERASE) as trail:
        count = 0
        for service in Service.objects.all():
            old = Concern.objects.filter(
                service=service, closed_at__lt=at - timedelta(days=service.retention_days)
            ).exclude(text=ERASED)
            for concern in old.prefetch_related("notes"):
                for note in concern.notes.all():
                    trail.change(note, text=ERASED)
                trail.change(concern, text=ERASED, borne_by="", hashed=hashed(new_secret()))
                count += 1
        return count


def _case(concern: Concern) -> str:
    return f"concern {concern.pk}"


def _near_nobody(by: By, concern: Concern) -> Concern:
    """The concern, held; refused to who raised it and to the team that it may be about."""
    now = locked(concern)
    if by.typed_by is not None or by.known == now.raised_by or roles(by.known, now.service) & TEAM_ROLES:
        raise PermissionDenied
    return now


def _refuse_unless_asked_by_another(by: By, concern: Concern) -> None:
    if concern.status != Concern.Status.ANSWERED or concern.closing_asked_by is None:
        raise NotNow(_("Nobody has asked to close it."))
    if concern.closing_asked_by == by.known:
        raise NotNow(_("Closing takes two persons: somebody else must agree."))


def _due(service: Service) -> datetime:
    return timezone.now() + timedelta(days=service.answer_days)

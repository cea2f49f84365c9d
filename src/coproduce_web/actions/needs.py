"""Needs and offers. To close a need is the citizen's right."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked
from coproduce_web.answering import may_judge
from coproduce_web.choices import Says
from coproduce_web.models import Initiative, Need, Offer
from coproduce_web.permissions import Permission


def raise_need(*, by: By, initiative: Initiative, title: str, **more: Any) -> Need:
    """Say what is needed."""
    with acting(by, Permission.RAISE_NEED, initiative=initiative) as trail:
        return trail.add(Need(initiative=initiative, raised_by=by.known, title=title, **more))


def withdraw_need(*, by: By, need: Need) -> Need:
    """Say that one's need is no more.

    Raises
    ------
    NotNow
        If it is closed already.
    """
    with acting(by, Permission.WITHDRAW, initiative=need.initiative, case=f"need {need.pk}") as trail:
        now = locked(need)
        if now.raised_by_id != by.known.pk:
            raise PermissionDenied
        if not now.is_open:
            raise NotNow(_("It is not open any more."))
        return trail.change(now, withdrawn_at=timezone.now())


def report_done(*, by: By, need: Need) -> Need:
    """Say for the organisation that a need was met; the citizen is asked next.

    Raises
    ------
    NotNow
        If it is closed, or was called done before.
    """
    with acting(by, Permission.REPORT_DONE, initiative=need.initiative, case=f"need {need.pk}") as trail:
        now = locked(need)
        if not now.is_open:
            raise NotNow(_("It is not open any more."))
        return trail.change(now, done_at=timezone.now(), done_by=by.known)


def judge_need(*, by: By, need: Need, says: str) -> Need:
    """Say as the citizen what came of a need. Where it was not met, or in part, another need follows it.

    Raises
    ------
    NotNow
        If the citizen was heard before, or calls it unmet though nobody calls it done.
    """
    with acting(by, Permission.JUDGE_DONE, initiative=need.initiative, case=f"need {need.pk}") as trail:
        now = locked(need)
        if not may_judge(now, actor=by.known):
            raise PermissionDenied
        if now.citizen_says or now.withdrawn_at:
            raise NotNow(_("It was answered already."))
        if now.done_at is None and says != Says.DONE:
            raise NotNow(_("Nobody says that it is done yet: it is open."))
        trail.change(now, citizen_says=says, said_at=timezone.now(), said_by=by.known)
        if says != Says.DONE:
            _follow(trail, now)
        return now


def _follow(trail: Trail, need: Need) -> Need:
    """The same need anew, so that it stays among those that are open."""
    kept = ("title", "text", "skill", "place", "latitude", "longitude", "weekdays")
    same: dict[str, Any] = {name: getattr(need, name) for name in kept}
    return trail.add(Need(initiative=need.initiative, raised_by=need.raised_by, follows=need, **same))


def offer(*, by: By, initiative: Initiative, title: str, **more: Any) -> Offer:
    """Say what one would give."""
    with acting(by, Permission.OFFER, initiative=initiative) as trail:
        return trail.add(Offer(initiative=initiative, offered_by=by.known, title=title, **more))


def withdraw_offer(*, by: By, offer: Offer) -> Offer:
    """Take one's offer back.

    Raises
    ------
    NotNow
        If it was taken back before.
    """
    with acting(by, Permission.WITHDRAW, initiative=offer.initiative, case=f"offer {offer.pk}") as trail:
        now = locked(offer)
        if now.offered_by_id != by.known.pk:
            raise PermissionDenied
        if now.withdrawn_at:
            raise NotNow(_("It was taken back already."))
        return trail.change(now, withdrawn_at=timezone.now())

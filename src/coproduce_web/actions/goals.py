"""Goals: five levels agreed by both sides beforehand, and a review by whose goal it is, never by anyone for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting, locked
from coproduce_web.agreeing import may_agree, may_review
from coproduce_web.answering import CITIZENS
from coproduce_web.choices import SetBy
from coproduce_web.models import Actor, Goal, GoalReview, Initiative, Membership
from coproduce_web.permissions import Permission


def set_goal(
    *, by: By, initiative: Initiative, set_by: str, citizen: Actor | None = None, **told: Any
) -> Goal:
    """Write down a goal: a citizen their own, the organisation one for a citizen; the other side must agree to it.

    Parameters
    ----------
    by
        Who writes it.
    initiative
        Where.
    set_by
        Whose goal it is: the writer's own side's, or both sides' together.
    citizen
        Whom it concerns, where the organisation writes it.
    told
        Title, importance, the five levels and the baseline.
    """
    with acting(by, Permission.SET_GOAL, initiative=initiative) as trail:
        by_citizen = by.side in CITIZENS
        whose = by.known if by_citizen else citizen
        if whose is None or not _is_citizen(whose, initiative):
            raise NotNow(_("A goal is a citizen's of this service: say whose."))
        _refuse_the_others_goal(set_by, by_citizen=by_citizen)
        return trail.add(
            Goal(
                initiative=initiative,
                actor=whose,
                partner=None if by_citizen else by.known,
                written_by_citizen=by_citizen,
                typed_by=by.typed_by,
                set_by=set_by,
                **told,
            )
        )


def _is_citizen(actor: Actor, initiative: Initiative) -> bool:
    return Membership.objects.filter(
        Q(until=None) | Q(until__gt=timezone.now()),
        actor=actor,
        service=initiative.service_id,
        role="citizen",
        actor__left_at=None,
    ).exists()


def _refuse_the_others_goal(set_by: str, *, by_citizen: bool) -> None:
    own = SetBy.CITIZEN if by_citizen else SetBy.ORGANISATION
    if set_by not in {own, SetBy.JOINTLY}:
        raise NotNow(_("Only whose goal it is can write it down: choose your own, or both together."))


def change_goal(*, by: By, goal: Goal, **told: Any) -> Goal:
    """Change a goal of one's own that the other side has not agreed to yet."""
    with acting(by, Permission.SET_GOAL, initiative=goal.initiative) as trail:
        now = locked(goal)
        if by.actor != (now.actor if now.written_by_citizen else now.partner):
            raise PermissionDenied
        if now.agreed_at:
            raise NotNow(_("Both sides have agreed to it: its levels stay as they are."))
        if "set_by" in told:
            _refuse_the_others_goal(told["set_by"], by_citizen=now.written_by_citizen)
        return trail.change(now, typed_by=by.typed_by, **told)


def agree(*, by: By, goal: Goal) -> Goal:
    """Agree as the other side to a goal and its levels; from then on it can be reviewed, and is changed no more."""
    with acting(by, Permission.SET_GOAL, initiative=goal.initiative) as trail:
        now = locked(goal)
        if now.agreed_at:
            raise NotNow(_("It is agreed already."))
        if not may_agree(now, by=by):
            raise PermissionDenied
        if now.written_by_citizen:
            return trail.change(now, partner=by.known, agreed_at=timezone.now())
        return trail.change(now, agreed_at=timezone.now())


def review(*, by: By, goal: Goal, level: int, note: str = "") -> GoalReview:
    """Say how far a goal was reached: whose goal it is says so; of a goal of both, each says so for themselves."""
    with acting(by, Permission.REVIEW_GOAL, initiative=goal.initiative) as trail:
        now = locked(goal)
        if not may_review(now, by=by):
            raise PermissionDenied
        if not now.agreed_at:
            raise NotNow(_("The other side has not agreed to its levels yet."))
        return trail.add(
            GoalReview(goal=now, level=level, note=note, said_by=by.known, by_citizen=by.actor == now.actor)
        )

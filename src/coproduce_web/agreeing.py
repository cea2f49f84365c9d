"""Who may agree to a goal, and who may say how far it was reached."""

from __future__ import annotations

from coproduce_web.actions.acting import By
from coproduce_web.answering import own_side
from coproduce_web.choices import SetBy
from coproduce_web.models import Goal


def may_agree(goal: Goal, *, by: By) -> bool:
    """Whether `by` is the other side: the citizen concerned, or anyone of the team who did not type it.

    Nobody's hand agrees to what it wrote itself.
    """
    if by.actor is None or goal.agreed_at:
        return False
    if not goal.written_by_citizen:
        return by.actor.pk == goal.actor_id and (by.typed_by is None or by.typed_by.pk != goal.partner_id)
    return by.side in own_side("professional") and by.actor.pk != goal.typed_by_id


def may_review(goal: Goal, *, by: By) -> bool:
    """Whether `by` is who set the goal."""
    if by.actor is None:
        return False
    citizen = goal.set_by in {SetBy.CITIZEN, SetBy.JOINTLY} and by.actor.pk == goal.actor_id
    partner = goal.set_by in {SetBy.ORGANISATION, SetBy.JOINTLY} and by.actor.pk == goal.partner_id
    return citizen or partner

"""Who may hold which role: the sides, the distance of those who watch from the team, the last steward."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import NotNow, locked
from coproduce_web.models import Actor, Membership, Service
from coproduce_web.permissions import ROLES, TEAM_ROLES

WATCHERS = frozenset(role.key for role in ROLES.values() if role.outside_team)
"""Roles that nobody of the team may hold."""


def refuse_to_hold(*, actor: Actor, role: str, service: Service | None) -> None:
    """Refuse a role to who may not hold it; the actor is held until the act ends, so that two roles come in turn.

    Raises
    ------
    NotNow
        If their side may not hold it, or the team and those who watch it would be one.
    """
    held = _held_near(locked(actor), service)
    if actor.side not in ROLES[role].sides:
        raise NotNow(_("Somebody of that side cannot hold this role."))
    if (role in WATCHERS and held & TEAM_ROLES) or (role in TEAM_ROLES and held & WATCHERS):
        raise NotNow(_("Who handles concerns must stand outside the team."))
    if Membership.objects.filter(actor=actor, service=service, role=role, until=None).exists():
        raise NotNow(_("They hold this role already."))


def _held_near(actor: Actor, service: Service | None) -> frozenset[str]:
    """Roles held where they would meet one held in `service`: there, or on the whole platform; for it, anywhere."""
    near = Q() if service is None else Q(service=service) | Q(service=None)
    return frozenset(Membership.objects.filter(near, actor=actor, until=None).values_list("role", flat=True))


def refuse_the_last_steward(*, membership: Membership) -> None:
    """Refuse to end a role that is the platform's last steward's.

    Raises
    ------
    NotNow
        If no other steward of the whole platform would be left.
    """
    if membership.role != "steward" or membership.service_id is not None:
        return
    stewards = Membership.objects.select_for_update().filter(role="steward", service=None, until=None)
    others = [
        each
        for each in stewards.select_related("actor")
        if each.pk != membership.pk and each.actor.left_at is None
    ]
    if not others:
        raise NotNow(_("This is the last steward of the platform. Make another one first."))

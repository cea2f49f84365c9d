"""People: joining, roles, and the first steward."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import CLOCK, By, NotNow, Trail, acting, roles
from coproduce_web.models import Actor, Membership, Organisation, Person, Service
from coproduce_web.permissions import ROLES, TEAM_ROLES, Permission


def make_first_steward(*, name: str, email: str, password: str) -> Person:
    """Make the steward of an empty platform."""
    with acting(CLOCK, Permission.GRANT_ROLES) as trail:
        if Membership.objects.filter(role="steward").exists():
            raise PermissionDenied
        person = _new_person(trail, side="organisation", name=name, email=email, password=password)
        trail.add(Membership(actor=person.actor, service=None, role="steward"))
        return person


def join(
    *, service: Service, name: str, email: str, password: str | None = None, language: str = "en"
) -> Person:
    """Join an open service as a citizen, as someone new to the platform."""
    with acting(CLOCK, Permission.GRANT_ROLES, service=service) as trail:
        if not service.open_to_all:
            raise NotNow(_("This service invites its members: ask its coordinator."))
        person = _new_person(
            trail, side="citizen", name=name, email=email, password=password, language=language
        )
        trail.add(Membership(actor=person.actor, service=service, role="citizen"))
        return person


def join_too(*, by: By, service: Service) -> Membership:
    """Join an open service as a citizen, as someone whom the platform knows."""
    actor = by.known
    with acting(CLOCK, Permission.GRANT_ROLES, service=service) as trail:
        if not service.open_to_all or actor.side != "citizen":
            raise NotNow(_("This service invites its members: ask its coordinator."))
        held = Membership.objects.filter(actor=actor, service=service, role="citizen", until=None).first()
        return held or trail.add(Membership(actor=actor, service=service, role="citizen"))


def grant(*, by: By, actor: Actor, role: str, service: Service | None) -> Membership:
    """Give someone a role.

    Raises
    ------
    NotNow
        If their side may not hold it, or the team and those who watch it would be one.
    """
    with acting(by, Permission.GRANT_ROLES, service=service) as trail:
        held = roles(actor, service)
        if actor.side not in ROLES[role].sides:
            raise NotNow(_("Somebody of that side cannot hold this role."))
        if (ROLES[role].outside_team and held & TEAM_ROLES) or (
            role in TEAM_ROLES and any(ROLES[other].outside_team for other in held)
        ):
            raise NotNow(_("Who handles concerns must stand outside the team."))
        if role in held:
            raise NotNow(_("They hold this role already."))
        return trail.add(Membership(actor=actor, service=service, role=role))


def withdraw_role(*, by: By, membership: Membership) -> Membership:
    """Take a role away from now on."""
    with acting(by, Permission.GRANT_ROLES, service=membership.service) as trail:
        return trail.change(membership, until=timezone.now())


def add_person(
    *,
    by: By,
    service: Service,
    role: str,
    side: str,
    name: str,
    email: str | None = None,
    organisation: Organisation | None = None,
) -> Person:
    """Enter someone into a service: by a steward in any role, by a coordinator as a citizen who is not online."""
    permission = Permission.ASSIST if role == "citizen" and email is None else Permission.GRANT_ROLES
    with acting(by, permission, service=service) as trail:
        if side not in ROLES[role].sides:
            raise NotNow(_("Somebody of that side cannot hold this role."))
        person = _new_person(
            trail, side=side, name=name, email=email, password=None, organisation=organisation
        )
        trail.add(Membership(actor=person.actor, service=service, role=role))
        return person


def _new_person(
    trail: Trail,
    *,
    side: str,
    name: str,
    email: str | None,
    password: str | None,
    language: str = "en",
    organisation: Organisation | None = None,
) -> Person:
    actor = trail.add(Actor(side=side, organisation=organisation))
    person = Person(actor=actor, name=name, email=email or None, language=language)
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    return trail.add(person)

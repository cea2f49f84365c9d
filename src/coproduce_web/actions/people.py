"""People: the first steward, joining, being entered by others, leaving."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import CLOCK, By, NotNow, Trail, acting, locked, may
from coproduce_web.holding import refuse_the_last_steward, refuse_to_hold
from coproduce_web.models import Actor, Invitation, Membership, Organisation, Person, Service
from coproduce_web.permissions import ROLES, Permission


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
    with acting(by, Permission.OWN_ACCOUNT, service=service) as trail:
        if not service.open_to_all or actor.side != "citizen":
            raise NotNow(_("This service invites its members: ask its coordinator."))
        held = Membership.objects.filter(actor=actor, service=service, role="citizen", until=None).first()
        if held:
            return held
        refuse_to_hold(actor=actor, role="citizen", service=service)
        return trail.add(Membership(actor=actor, service=service, role="citizen"))


def come_by_invitation(
    *, invitation: Invitation, name: str, email: str, password: str, language: str = "en"
) -> Person:
    """Take up an invitation as someone new to the platform."""
    with acting(CLOCK, Permission.GRANT_ROLES, service=invitation.service) as trail:
        fresh = _open(invitation)
        organisation = None if fresh.side == "citizen" else fresh.organisation
        person = _new_person(
            trail,
            side=fresh.side,
            name=name,
            email=email,
            password=password,
            language=language,
            organisation=organisation,
        )
        trail.add(Membership(actor=person.actor, service=fresh.service, role=fresh.role))
        trail.change(fresh, used_at=timezone.now(), used_by=person.actor)
        return person


def take_up_invitation(*, by: By, invitation: Invitation) -> Membership:
    """Take up an invitation as someone whom the platform knows."""
    with acting(by, Permission.OWN_ACCOUNT, service=invitation.service) as trail:
        fresh = _open(invitation)
        refuse_to_hold(actor=by.known, role=fresh.role, service=fresh.service)
        trail.change(fresh, used_at=timezone.now(), used_by=by.known)
        return trail.add(Membership(actor=by.known, service=fresh.service, role=fresh.role))


def _open(invitation: Invitation) -> Invitation:
    fresh = locked(invitation)
    if not fresh.is_open:
        raise NotNow(_("This invitation was used, withdrawn, or is too old. Ask for a new one."))
    return fresh


def come_by_provider(*, name: str, email: str, language: str = "en") -> Person:
    """Make the account of someone whom an organisation's own sign-in vouches for; they are member of nothing yet."""
    with acting(CLOCK, Permission.GRANT_ROLES) as trail:
        person = _new_person(trail, side="citizen", name=name, email=email, password=None, language=language)
        return trail.change(person, confirmed_at=timezone.now())


def add_person(
    *,
    by: By,
    service: Service,
    role: str,
    side: str,
    name: str,
    email: str | None = None,
    organisation: Organisation | None = None,
    language: str = "en",
) -> Person:
    """Enter someone into a service: by a steward in any role, by a coordinator as a citizen who is not online."""
    offline = role == "citizen" and email is None
    permission = (
        Permission.ASSIST
        if offline and may(by, Permission.ASSIST, service=service)
        else Permission.GRANT_ROLES
    )
    with acting(by, permission, service=service) as trail:
        if side not in ROLES[role].sides:
            raise NotNow(_("Somebody of that side cannot hold this role."))
        person = _new_person(
            trail,
            side=side,
            name=name,
            email=email,
            password=None,
            organisation=organisation,
            language=language,
        )
        trail.add(Membership(actor=person.actor, service=service, role=role))
        return person


def change_person(*, by: By, service: Service, person: Person, **fields: Any) -> Person:
    """Mend the name or language of a member who is not online; who is online does so themselves."""
    with acting(by, Permission.ASSIST, service=service) as trail:
        if person.online or not _member(person.actor, service):
            raise NotNow(_("They can change this themselves."))
        return trail.change(person, **fields)


def leave_service(*, by: By, service: Service) -> Actor:
    """Leave a service: every role of one's own in it ends now."""
    actor = by.known
    with acting(by, Permission.OWN_ACCOUNT, service=service) as trail:
        for membership in Membership.objects.filter(actor=actor, service=service, until=None):
            refuse_the_last_steward(membership=membership)
            trail.change(membership, until=timezone.now())
        return actor


def _member(actor: Actor, service: Service) -> bool:
    return Membership.objects.filter(actor=actor, service=service, until=None).exists()


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

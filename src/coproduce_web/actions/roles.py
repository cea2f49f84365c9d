"""Roles: given, taken, and offered by invitation. Organisations, whose professionals hold them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting, locked, may
from coproduce_web.holding import refuse_the_last_steward, refuse_to_hold
from coproduce_web.models import Actor, Invitation, Membership, Organisation, Service
from coproduce_web.permissions import ROLES, Permission
from coproduce_web.signing_in import hashed, new_secret


def grant(*, by: By, actor: Actor, role: str, service: Service | None) -> Membership:
    """Give someone a role."""
    with acting(by, Permission.GRANT_ROLES, service=service) as trail:
        refuse_to_hold(actor=actor, role=role, service=service)
        return trail.add(Membership(actor=actor, service=service, role=role))


def withdraw_role(*, by: By, membership: Membership) -> Membership:
    """Take a role away from now on."""
    with acting(by, Permission.GRANT_ROLES, service=membership.service) as trail:
        fresh = locked(membership)
        if fresh.until is not None:
            raise NotNow(_("This role has ended already."))
        refuse_the_last_steward(membership=fresh)
        return trail.change(fresh, until=timezone.now())


def invite(
    *,
    by: By,
    service: Service | None,
    role: str,
    side: str,
    days: int,
    organisation: Organisation | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation, and the secret that its link carries: shown once, kept as a hash.

    A coordinator invites citizens, a steward anyone.
    """
    citizen = role == "citizen" and may(by, Permission.ASSIST, service=service)
    with acting(by, Permission.ASSIST if citizen else Permission.GRANT_ROLES, service=service) as trail:
        if side not in ROLES[role].sides:
            raise NotNow(_("Somebody of that side cannot hold this role."))
        secret = new_secret()
        invitation = Invitation(
            service=service,
            role=role,
            side=side,
            organisation=organisation,
            hashed=hashed(secret),
            made_by=by.actor,
            expires_at=timezone.now() + timedelta(days=days),
        )
        return trail.add(invitation), secret


def withdraw_invitation(*, by: By, invitation: Invitation) -> Invitation:
    """Take back an invitation that nobody has used."""
    citizen = invitation.role == "citizen" and may(by, Permission.ASSIST, service=invitation.service)
    permission = Permission.ASSIST if citizen else Permission.GRANT_ROLES
    with acting(by, permission, service=invitation.service) as trail:
        fresh = locked(invitation)
        if not fresh.is_open:
            raise NotNow(_("This invitation was used, withdrawn, or is too old."))
        return trail.change(fresh, withdrawn_at=timezone.now())


def name_organisation(*, by: By, name: str) -> Organisation:
    """Make an organisation known to the platform."""
    with acting(by, Permission.RUN_SERVICE) as trail:
        return trail.add(Organisation(name=name))


def rename_organisation(*, by: By, organisation: Organisation, name: str) -> Organisation:
    """Give an organisation another name."""
    with acting(by, Permission.RUN_SERVICE) as trail:
        return trail.change(organisation, name=name)

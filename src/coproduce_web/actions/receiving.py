"""What comes in from other programs and leaves to them: keys, needs, and a word in the trail for each export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting
from coproduce_web.api.scopes import SCOPES
from coproduce_web.models import ApiToken, Initiative, Need, Service
from coproduce_web.permissions import Permission
from coproduce_web.signing_in import hashed, new_secret


def make_token(
    *, by: By, service: Service, label: str, scopes: Sequence[str], days: int
) -> tuple[ApiToken, str]:
    """Make a program's key; its secret is told once, and only its hash is kept.

    Returns
    -------
    tuple
        The key's row, and the secret.
    """
    with acting(by, Permission.USE_API, service=service) as trail:
        if not scopes or not set(scopes) <= SCOPES.keys():
            raise NotNow(_("Say what the program may do."))
        secret = new_secret()
        token = ApiToken(
            actor=by.known,
            service=service,
            label=label,
            scopes=sorted(scopes),
            hashed=hashed(secret),
            expires_at=timezone.now() + timedelta(days=days),
        )
        return trail.add(token), secret


def revoke_token(*, by: By, token: ApiToken) -> ApiToken:
    """Take a program's key away."""
    with acting(by, Permission.USE_API, service=token.service) as trail:
        return trail.change(token, revoked_at=timezone.now())


def receive_needs(
    *, by: By, initiative: Initiative, source: str, needs: Sequence[dict[str, Any]]
) -> list[Need]:
    """Take needs from another system; one that it sent before, by its key there, is taken once.

    Returns
    -------
    list of Need
        A need for each that was sent, in their order.
    """
    with acting(by, Permission.USE_API, service=initiative.service) as trail:
        taken: list[Need] = []
        for fields in needs:
            key = fields.get("source_key") or new_secret()[:40]
            same = Need.objects.filter(initiative=initiative, source=source, source_key=key).first()
            need = Need(
                initiative=initiative,
                raised_by=by.known,
                source=source,
                source_key=key,
                **{name: value for name, value in fields.items() if name != "source_key"},
            )
            taken.append(same or trail.add(need))
        return taken


def note_export(*, by: By, service: Service) -> Service:
    """Write into the trail that records left the platform."""
    with acting(by, Permission.EXPORT, service=service, case=f"service {service.pk}") as trail:
        return trail.change(Service.objects.get(pk=service.pk))

"""Who asks: a program by its key, which says whose it is, where it holds and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer

from coproduce_web.actions.acting import By, may
from coproduce_web.api.scopes import SCOPES
from coproduce_web.models import ApiToken, Service
from coproduce_web.signing_in import address_of, hashed, too_often

MOST_CALLS, MOST_WRONG = 300, 30
"""How often a minute a key may ask, and an address try keys that there are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, and in which service."""

    by: By
    service: Service


class Key(HttpBearer):
    """``Authorization: Bearer …``: the secret of a key that is neither old nor taken away."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The key, or nothing."""
        return known(request, token)


def known(request: HttpRequest, secret: str) -> ApiToken | None:
    """The key of a secret, or nothing.

    Raises
    ------
    HttpError
        429 where it is asked too often.
    """
    now = timezone.now()
    held = (
        ApiToken.objects.select_related("actor", "service")
        .filter(hashed=hashed(secret), revoked_at=None, expires_at__gt=now, actor__left_at=None)
        .first()
    )
    door, who, most = (
        ("wrong key", address_of(request), MOST_WRONG) if held is None else ("key", held.hashed, MOST_CALLS)
    )
    if too_often(door, who, most=most, minutes=1):
        raise HttpError(429, "Too often: wait a minute.")
    return held


def asking(token: Any, *, scope: str, service: str) -> Asking:
    """Who asks, if the key is of that service, has that scope, and its maker still may.

    Raises
    ------
    HttpError
        403 where it may not.
    """
    if not isinstance(token, ApiToken) or token.service.slug != service or scope not in token.scopes:
        raise HttpError(403, f"The key does not open {scope} of {service}.")
    by = By(actor=token.actor)
    if not may(by, SCOPES[scope][1], service=token.service):
        raise HttpError(403, "Whoever made the key may not do this any more.")
    return Asking(by=by, service=token.service)

"""Doors: passwords, links by e-mail, and how often each may be tried."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from coproduce_web.models import Attempt, Person

LINK_MINUTES = 15
CLOCKS_DIFFER_SECONDS = 60
DOORS = ("password", "link", "own password", "own address")
"""Doors whose tries are counted for a person; for others it is the network address."""
_SALT = "coproduce.sign-in-link"


class Passwords(ModelBackend):
    """Sign-in by address and password. What people may do is said by their roles, never here."""

    def get_user(self, user_id: Any) -> Person | None:
        """The person, with the actor, in one query."""
        person = Person.objects.select_related("actor").filter(pk=user_id, is_active=True).first()
        return person if person and person.actor.left_at is None else None


def hashed(secret: str) -> str:
    """What is kept of a secret that a link carries."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def new_secret() -> str:
    """A secret for a link."""
    return secrets.token_urlsafe(32)


def too_often(door: str, who: str, *, most: int, minutes: int) -> bool:
    """Count one try at a door; whether there were more than `most` of them in the last `minutes`."""
    name = hashed(f"{door} {who.lower()}")
    since = timezone.now() - timedelta(minutes=minutes)
    Attempt.objects.filter(door=door, at__lt=since - timedelta(days=1)).delete()
    Attempt.objects.create(door=door, hashed=name)
    return Attempt.objects.filter(door=door, hashed=name, at__gte=since).count() > most


def address_of(request: HttpRequest) -> str:
    """The network address that a request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def link_token(person: Person) -> str:
    """The part of an e-mailed link that signs a person in once: it ends with the next sign-in."""
    last = person.last_login.isoformat() if person.last_login else ""
    return _sealed({"person": person.pk, "last": last}, salt=_SALT)


def person_of_link(token: str, *, hold: bool = False) -> Person | None:
    """The person whom a link signs in; nobody if it is old, used or made up.

    With `hold` the person is held until the transaction ends, so that of two who use the link at once one is late.
    """
    told = _opened(token, salt=_SALT)
    if told is None:
        return None
    people = Person.objects.select_for_update(of=("self",)) if hold else Person.objects.all()
    person = people.select_related("actor").filter(pk=told["person"], is_active=True).first()
    last = person.last_login.isoformat() if person and person.last_login else ""
    return person if person and last == told["last"] and person.actor.left_at is None else None


def _sealed(told: dict[str, Any], *, salt: str) -> str:
    return signing.dumps(told | {"at": int(time.time())}, salt=salt)


def _opened(token: str, *, salt: str) -> dict[str, Any] | None:
    """What a link says, if it is young. One from the future is not: a clock set back would make it live longer."""
    try:
        told: dict[str, Any] = signing.loads(token, salt=salt, max_age=timedelta(minutes=LINK_MINUTES))
    except signing.BadSignature:
        return None
    return told if told["at"] <= time.time() + CLOCKS_DIFFER_SECONDS else None


def first_token() -> str:
    """The part of the link by which the first steward of an empty platform is made."""
    return hashed("first steward")[:40]


def is_first_token(token: str) -> bool:
    """Whether that is it."""
    return hmac.compare_digest(token, first_token())


_ADDRESS_SALT = "coproduce.address"


def address_token(person: Person, *, email: str) -> str:
    """The part of a link that confirms an address: it ends when the address that it would replace changes."""
    return _sealed({"person": person.pk, "was": person.email, "email": email}, salt=_ADDRESS_SALT)


def email_of_address_token(token: str, *, person: Person) -> str | None:
    """The address that a link confirms for that person; nothing if it is old, used, another's or made up."""
    told = _opened(token, salt=_ADDRESS_SALT)
    if told is None:
        return None
    mine = told["person"] == person.pk and told["was"] == person.email
    return str(told["email"]) if mine else None

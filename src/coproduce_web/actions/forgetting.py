"""Forgetting: a person erased, a record too old to lead to one.

What is erased here is written past the trail, which would keep it; that it was erased stands there.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked
from coproduce_web.held import ERASED, HELD, Fate, Held
from coproduce_web.holding import refuse_the_last_steward
from coproduce_web.models import (
    Account,
    Actor,
    Attempt,
    ErasureRequest,
    Membership,
    Offer,
    Person,
    Respondent,
    SignUp,
    TrailEntry,
    Transfer,
)
from coproduce_web.permissions import Permission
from coproduce_web.signing_in import DOORS, hashed

_NEVER_CHANGED = (Account, Transfer)


def ask_erasure(*, by: By, actor: Actor, words: str = "") -> ErasureRequest:
    """Ask a steward to erase someone: oneself, or as a coordinator for someone who asked by voice or letter."""
    own = by.actor == actor and by.typed_by is None
    service = None if own else _service_of(by, actor)
    with acting(by, Permission.OWN_ACCOUNT if own else Permission.SEE_NAMES, service=service) as trail:
        if ErasureRequest.objects.filter(actor=actor, answered_at=None).exists():
            raise NotNow(_("They have asked already; the stewards have not answered yet."))
        return trail.add(ErasureRequest(actor=actor, words=words))


def _service_of(by: By, actor: Actor) -> Any:
    """A service of `actor` in which `by` has a role as well; nothing where only the whole platform is shared."""
    theirs = Membership.objects.filter(actor=by.known, until=None).values("service")
    shared = Membership.objects.filter(actor=actor, service__in=theirs).select_related("service").first()
    return shared.service if shared else None


def refuse_erasure(*, by: By, request: ErasureRequest, answer: str) -> ErasureRequest:
    """Answer a request with the reason why nothing is erased."""
    with acting(by, Permission.ERASE) as trail:
        return trail.change(_open(request), answered_at=timezone.now(), answer=answer)


def grant_erasure(*, by: By, request: ErasureRequest) -> Actor:
    """Answer a request by erasing who asked."""
    with acting(by, Permission.ERASE) as trail:
        fresh = _open(request)
        trail.change(fresh, answered_at=timezone.now(), erased=True)
        return erase(by=by, actor=fresh.actor)


def _open(request: ErasureRequest) -> ErasureRequest:
    fresh = locked(request)
    if fresh.answered_at is not None:
        raise NotNow(_("This request was answered already."))
    return fresh


def erase(*, by: By, actor: Actor) -> Actor:
    """Erase a person: name, address, what they told of themselves, and their own words.

    Roles end, offers and places are withdrawn, links to surveys and evaluations are cut. The pseudonym stays, and what
    is counted under it; so does the ledger of time credits. Who erases themselves has their name taken out of what they
    wrote; a steward, who can judge that, takes it out of everybody's texts.

    Raises
    ------
    NotNow
        If they were erased already, or are the platform's last steward.
    """
    own = by.actor == actor and by.typed_by is None
    with acting(by, Permission.OWN_ACCOUNT if own else Permission.ERASE) as trail:
        whom = locked(actor)
        person = Person.objects.select_for_update().filter(actor=whom).first()
        if person is None:
            raise NotNow(_("This person was erased already."))
        _end_taking_part(trail, whom)
        for held in HELD:
            _forget(held, whom, name=_name_of(person))
        if not own:
            for model in apps.get_app_config("platform").get_models():
                if model is not Person and model not in _NEVER_CHANGED:
                    _take_out(_name_of(person), rows=model._default_manager.all())
        _forget_tries(person)
        trail.remove(person)
        for asked in ErasureRequest.objects.filter(actor=whom, answered_at=None):
            trail.change(asked, answered_at=timezone.now(), erased=True)
        return trail.change(whom, left_at=timezone.now())


def _end_taking_part(trail: Trail, actor: Actor) -> None:
    """End roles, offers, needs and places: nobody waits for somebody who is gone."""
    now = timezone.now()
    for membership in Membership.objects.filter(actor=actor, until=None):
        refuse_the_last_steward(membership=membership)
        trail.change(membership, until=now)
    for offer in Offer.objects.filter(offered_by=actor, withdrawn_at=None):
        trail.change(offer, withdrawn_at=now)
    for place in SignUp.objects.filter(
        actor=actor, state__in=(SignUp.State.GOING, SignUp.State.WAITING), session__starts_at__gt=now
    ):
        trail.change(place, state=SignUp.State.WITHDRAWN)


def _forget(held: Held, actor: Actor, *, name: re.Pattern[str] | None) -> None:
    """Erase a person's own words in one kind of record, and what speaks of them where it is not to stay."""
    keys = list(held.of(actor).values_list("pk", flat=True))
    rows = held.model._default_manager.filter(pk__in=keys)
    if not keys or held.model in _NEVER_CHANGED:
        return
    _forget_words(held, rows, keys)
    _take_out(name, rows=rows)
    _take_out(name, rows=TrailEntry.objects.filter(kind=held.kind, key__in=keys))
    if held.key in {"need-raised-by", "offer-offered-by"}:
        rows.update(latitude=None, longitude=None)
    if held.fate is Fate.REMOVED:
        rows.delete()
    elif held.fate is Fate.CUT:
        if held.model is Respondent:  # the link in their letter leads nowhere any more
            for key in keys:
                Respondent.objects.filter(pk=key).update(hashed=secrets.token_hex(32))
        rows.update(**{held.field: None})


def _forget_words(held: Held, rows: models.QuerySet[Any], keys: list[int]) -> None:
    """Erase words in rows, and as they stand in the trail."""
    for text in held.texts:
        rows.exclude(**{text: ""}).update(**{text: ERASED})
    entries = TrailEntry.objects.filter(kind=held.kind, key__in=keys) if held.texts else ()
    for entry in entries:
        TrailEntry.objects.filter(pk=entry.pk).update(
            before=_without(entry.before, held.texts), after=_without(entry.after, held.texts)
        )


def _without(values: dict[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: ERASED if name in names and value else value for name, value in values.items()}


def _name_of(person: Person) -> re.Pattern[str] | None:
    """What finds someone in a text: the address, and the name as written, unless it is one word and may mean more."""
    found = [rf"(?i:{re.escape(person.email)})"] if person.email else []
    if len(person.name.split()) > 1:
        found.append(re.escape(person.name.strip()))
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)") if found else None


def _take_out(name: re.Pattern[str] | None, *, rows: models.QuerySet[Any]) -> None:
    """Take what finds someone out of every text of the rows."""
    texts = [
        field.name
        for field in rows.model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
        and not field.unique
    ]
    if name is None or not texts:
        return
    for key, *values in rows.values_list("pk", *texts).iterator(chunk_size=2000):
        changed = {
            text: clean
            for text, value in zip(texts, values, strict=True)
            if (clean := _taken_out(value, name)) != value
        }
        if changed:
            rows.model._default_manager.filter(pk=key).update(**changed)


def _taken_out(value: Any, name: re.Pattern[str]) -> Any:
    """A text, or a text anywhere in what JSON can say, without what finds someone."""
    if isinstance(value, str):
        return name.sub(ERASED, value)
    if isinstance(value, list):
        return [_taken_out(each, name) for each in value]
    if isinstance(value, dict):
        return {key: _taken_out(each, name) for key, each in value.items()}
    return value


def _forget_tries(person: Person) -> None:
    """Tries at doors are kept under a hash of the address: with the address they go too."""
    names = [person.email or "", str(person.pk)]
    Attempt.objects.filter(
        hashed__in=[hashed(f"{door} {name.lower()}") for door in DOORS for name in names]
    ).delete()

"""What every action stands on: who acts, whether they may, and the trail of what they wrote."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.models import Actor, Initiative, Membership, Person, Phase, Service, TrailEntry
from coproduce_web.permissions import BOUND_TO_PHASE, OWN_WORD, ROLES, Permission, allowed

Row = TypeVar("Row", bound=models.Model)

OPEN_TO_ANYONE = frozenset({Permission.RAISE_CONCERN, Permission.ANSWER_SURVEY})
"""What needs no name: a worry, and an answer to a survey by its link."""


class NotNow(Exception):  # noqa: N818  # it is no fault
    """An action that is right but not open now, or not for this thing; its text says why, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts. `typed_by` is the coordinator who typed it for someone who is not online.

    With no actor it is somebody unnamed, or, with `clock`, the platform itself doing what time demands.
    """

    actor: Actor | None
    typed_by: Actor | None = None
    clock: bool = False

    @property
    def side(self) -> str:
        """The side of who acts; empty for nobody named."""
        return "system" if self.clock else (self.actor.side if self.actor else "")

    @property
    def known(self) -> Actor:
        """The actor, where an action needs one.

        Raises
        ------
        PermissionDenied
            If nobody is named.
        """
        if self.actor is None:
            raise PermissionDenied
        return self.actor


CLOCK = By(actor=None, clock=True)


def roles(actor: Actor | None, service: Service | None) -> frozenset[str]:
    """The roles that an actor holds now in a service, those on the whole platform included."""
    if actor is None or actor.left_at is not None:
        return frozenset()
    now = timezone.now()
    held = Membership.objects.filter(
        Q(service=None) if service is None else Q(service=None) | Q(service=service),
        Q(until=None) | Q(until__gt=now),
        actor=actor,
    )
    return frozenset(held.values_list("role", flat=True)) & ROLES.keys()


def permissions_of(by: By, *, service: Service | None, held: frozenset[str]) -> frozenset[Permission]:
    """What `by`, who holds these roles in the service, may do there.

    Everyone keeps their own account, and nobody that of another. Who types for another must be allowed to assist, and
    gives nobody's own word (a vote, an answer to a claim, what they tell of themselves) but that of somebody who cannot
    sign in.
    """
    permissions = allowed(held)
    if by.actor is None or by.actor.left_at is not None:
        return permissions
    if by.typed_by is None:
        return permissions | {Permission.OWN_ACCOUNT, Permission.TELL}
    if Permission.ASSIST not in allowed(roles(by.typed_by, service)):
        return frozenset()
    online = Person.objects.filter(actor=by.actor, email__isnull=False).exists()
    return permissions - OWN_WORD if online else permissions | {Permission.TELL}


def may(by: By, permission: Permission, *, service: Service | None) -> bool:
    """Whether `by` may do that in the service."""
    if by.clock or permission in OPEN_TO_ANYONE:
        return True
    return permission in permissions_of(by, service=service, held=roles(by.actor, service))


def open_now(permission: Permission, *, initiative: Initiative) -> bool:
    """Whether a phase of the initiative that is open now opens that action."""
    if permission not in BOUND_TO_PHASE:
        return True
    now = timezone.now()
    phases = Phase.objects.filter(
        Q(closes_at=None) | Q(closes_at__gt=now), initiative=initiative, opens_at__lte=now
    )
    return any(permission.value in phase.open_actions for phase in phases)


class Trail:
    """Writes rows, and beside each what it was before and is after."""

    def __init__(
        self, *, by: By, action: Permission, service: Service | None, initiative: Initiative | None, case: str
    ) -> None:
        self.case = case
        self._written = {
            "act": uuid.uuid4(),
            "action": action.value,
            "pseudonym": by.actor.pseudonym if by.actor else "",
            "side": by.side,
            "typed_by": by.typed_by.pseudonym if by.typed_by else "",
            "service": service.pk if service else None,
            "initiative": initiative.pk if initiative else None,
        }

    def add(self, row: Row) -> Row:
        """Check and write a new row."""
        _write(row, force_insert=True)
        self._entry(row, before=None, after=_told(row))
        return row

    def add_all(self, rows: list[Row]) -> list[Row]:
        """Check and write new rows of one kind, at once."""
        for row in rows:
            row.full_clean(validate_unique=False, validate_constraints=False)
        made = type(rows[0])._default_manager.bulk_create(rows) if rows else []
        TrailEntry.objects.bulk_create([self._made(row, before=None, after=_told(row)) for row in made])
        return made

    def change(self, row: Row, **fields: Any) -> Row:
        """Check and write new values of a row's fields."""
        before = _told(row)
        for name, value in fields.items():
            setattr(row, name, value)
        _write(row, update_fields=list(fields))
        after = _told(row)
        changed = {name for name in after if after[name] != before.get(name)} | (
            _personal(row) & fields.keys()
        )
        self._entry(row, before=_only(before, changed), after=_only(after, changed))
        return row

    def secretly(self, row: Row, *, of: models.Model) -> Row:
        """Check and write a secret row: the trail says that the act was done on `of`, and nothing of the row."""
        row.full_clean()
        row.save()
        self._entry(of, before=None, after=None)
        return row

    def all_secretly(self, rows: list[Row], *, of: models.Model) -> None:
        """Check and write secret rows of one kind, at once."""
        for row in rows:
            row.full_clean(validate_unique=False, validate_constraints=False)
        if rows:
            type(rows[0])._default_manager.bulk_create(rows, batch_size=500)
        self._entry(of, before=None, after=None)

    def unlink_voters(self, ballots: models.QuerySet[Any], *, of: models.Model) -> None:
        """Wipe who cast these ballots, so that nobody can ever tell."""
        ballots.update(voter="")
        self._entry(of, before=None, after=None)

    def write_anew(self, old: models.QuerySet[Any], *new: list[Any], of: models.Model) -> None:
        """Put rows in place of secret ones, so that no number of before leads to one of after."""
        old.delete()
        for rows in new:
            if rows:
                type(rows[0])._default_manager.bulk_create(rows, batch_size=500)
        self._entry(of, before=None, after=None)

    def remove(self, row: models.Model) -> None:
        """Delete a row."""
        self._entry(row, before=_told(row), after=None)
        row.delete()

    def _made(self, row: models.Model, *, before: Any, after: Any) -> TrailEntry:
        kind = type(row)._meta.model_name or ""
        case = self.case or f"{kind} {row.pk}"
        return TrailEntry(kind=kind, key=row.pk, case=case, before=before, after=after, **self._written)

    def _entry(self, row: models.Model, *, before: Any, after: Any) -> None:
        self._made(row, before=before, after=after).save()


@contextmanager
def acting(
    by: By,
    action: Permission,
    *,
    service: Service | None = None,
    initiative: Initiative | None = None,
    case: str = "",
) -> Iterator[Trail]:
    """Do `action`, whole or not at all, if `by` may and it is open now.

    Parameters
    ----------
    by
        Who acts.
    action
        What is done.
    service, initiative
        Where; an initiative says its service.
    case
        What the act is a step of, such as ``need 12``; left out, each row is a case of its own.

    Yields
    ------
    Trail
        Writes the rows.

    Raises
    ------
    PermissionDenied
        If no role of theirs allows it.
    NotNow
        If no phase of the initiative that is open now opens it.
    """
    service = initiative.service if initiative else service
    if not may(by, action, service=service):
        raise PermissionDenied
    if initiative and not by.clock and not open_now(action, initiative=initiative):
        raise NotNow(_("This is not open in any phase that the initiative is in now."))
    with transaction.atomic():
        yield Trail(by=by, action=action, service=service, initiative=initiative, case=case)


def locked(row: Row) -> Row:
    """The row as it is now, held until the action ends: two actions on it come one after the other."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)


def _write(row: models.Model, *, update_fields: list[str] | None = None, force_insert: bool = False) -> None:
    """Check and write a row.

    The database looks itself whether a row keeps its constraints and whether there is what it refers to; only what it
    refuses is looked at again, to say what is wrong with it.
    """
    referring = {
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and (field.is_cached(row) or field.name not in (update_fields or {field.name}))
    }
    row.full_clean(exclude=referring, validate_constraints=False)
    try:
        with transaction.atomic():
            row.save(update_fields=update_fields, force_insert=force_insert)
    except IntegrityError:
        row.full_clean()
        raise


def _personal(row: models.Model) -> frozenset[str]:
    return getattr(row, "PERSONAL", frozenset())


def _told(row: models.Model) -> dict[str, Any]:
    """A row's values as JSON; of a personal field only that it is there."""
    encoder = DjangoJSONEncoder()
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if field.name in _personal(row):
            told[field.name] = None if value in (None, "", {}) else "…"
        else:
            told[field.name] = (
                value
                if isinstance(value, str | int | float | bool | list | dict | None)
                else encoder.default(value)
            )
    return told


def _only(values: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}

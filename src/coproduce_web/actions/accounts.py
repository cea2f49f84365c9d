"""One's own account: name and language, password, address, sessions."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting
from coproduce_web.models import Person
from coproduce_web.models.people import new_sessions
from coproduce_web.permissions import Permission


def change_own(*, by: By, name: str, language: str) -> Person:
    """Change one's own name or language."""
    with acting(by, Permission.OWN_ACCOUNT) as trail:
        return trail.change(_own(by), name=name, language=language)


def set_password(*, by: By, password: str) -> Person:
    """Set one's password; every session but the one at hand ends."""
    with acting(by, Permission.OWN_ACCOUNT) as trail:
        person = _own(by)
        person.set_password(password)
        return trail.change(person, password=person.password, sessions=new_sessions())


def confirm_address(*, by: By, email: str, now: datetime) -> Person:
    """Take the address that a letter was answered from.

    Raises
    ------
    NotNow
        If somebody else has it meanwhile.
    """
    with acting(by, Permission.OWN_ACCOUNT) as trail:
        person = _own(by)
        if Person.objects.filter(email__iexact=email).exclude(pk=person.pk).exists():
            raise NotNow(_("Somebody else has this address."))
        return trail.change(person, email=email, confirmed_at=now)


def come_by_letter(*, by: By, now: datetime) -> Person:
    """Note that a letter to the address was answered.

    Was the address never confirmed before, whoever typed it may be somebody else: the password and all sessions of
    theirs end.
    """
    with acting(by, Permission.OWN_ACCOUNT) as trail:
        person = _own(by)
        if person.confirmed_at is not None:
            return person
        person.set_unusable_password()
        return trail.change(person, confirmed_at=now, password=person.password, sessions=new_sessions())


def end_sessions(*, by: By) -> Person:
    """Sign out everywhere."""
    with acting(by, Permission.OWN_ACCOUNT) as trail:
        return trail.change(_own(by), sessions=new_sessions())


def _own(by: By) -> Person:
    return Person.objects.select_for_update().get(actor=by.known)

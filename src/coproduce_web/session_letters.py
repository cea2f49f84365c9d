"""Letters about sessions."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django_tasks import task

from coproduce_web.letters import send, try_again
from coproduce_web.models import Person, SignUp


def moved_up(sign_up: SignUp) -> None:
    """Tell someone on a waiting list that a place is theirs, once that is written."""
    transaction.on_commit(partial(tell_moved_up.enqueue, sign_up.pk))


@task()
def tell_moved_up(sign_up: int, *, tries: int = 0) -> None:
    """Send that letter, unless they have given the place back meanwhile.

    Parameters
    ----------
    sign_up
        Which place.
    tries
        How often it was tried before.
    """
    held = SignUp.objects.select_related("session__opportunity").get(pk=sign_up)
    person = Person.objects.filter(actor=held.actor_id, is_active=True, email__isnull=False).first()
    if person is None or held.state != SignUp.State.GOING:
        return
    if not send("moved_up", to=person.email or "", language=person.language, session=held.session):
        try_again(tell_moved_up, sign_up, tries=tries)

"""Letters by e-mail. Neither an address nor a secret waits in the queue of what runs in the background.

A letter that the mail server does not take is tried again: it is not lost while the server is down.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks import task
from django_tasks.base import Task

from coproduce_web.models import Person
from coproduce_web.signing_in import LINK_MINUTES, link_token

PAUSES_MINUTES = (1, 5, 15, 60)
"""How long a letter waits before it is tried again, each time."""


def send(letter: str, *, to: str, language: str, **said: Any) -> bool:
    """Send a letter now; whether the mail server took it.

    Parameters
    ----------
    letter
        The template in ``letters/``: its first line is the subject.
    to
        The address.
    language
        The language that it is written in.
    said
        What the template is given.
    """
    with translation.override(language):
        subject, _, text = render_to_string(f"letters/{letter}.txt", said).lstrip().partition("\n")
    try:
        send_mail(subject.strip(), text.strip() + "\n", None, [to])
    except OSError as error:
        logging.getLogger("django.request").warning("The mail server does not answer: %s", error)
        return False
    return True


def try_again(letter: Task[..., None], *args: Any, tries: int, **said: Any) -> None:
    """Put a letter that was not taken back into the queue, for later; after the last pause it is given up."""
    if tries < len(PAUSES_MINUTES) and letter.get_backend().supports_defer:
        later = timezone.now() + timedelta(minutes=PAUSES_MINUTES[tries])
        letter.using(run_after=later).enqueue(*args, tries=tries + 1, **said)


@task()
def send_sign_in_link(person: int, base: str, *, tries: int = 0) -> None:
    """Send a link that signs in.

    Parameters
    ----------
    person
        Whom.
    base
        The platform's address, such as ``https://care.example``.
    tries
        How often it was tried before.
    """
    whom = Person.objects.filter(pk=person, is_active=True).first()
    if whom is None or not whom.email:
        return
    link = base + reverse("use_link", args=[link_token(whom)])
    if not send("sign_in", to=whom.email, language=whom.language, link=link, minutes=LINK_MINUTES):
        try_again(send_sign_in_link, person, base, tries=tries)


@task()
def tell_of_change(person: int, what: str, *, tries: int = 0) -> None:
    """Tell someone that their account was changed, in case it was not they who did it: ``password`` or ``address``."""
    whom = Person.objects.filter(pk=person, is_active=True).first()
    if whom is None or not whom.email:
        return
    if not send("changed", to=whom.email, language=whom.language, what=what):
        try_again(tell_of_change, person, what, tries=tries)

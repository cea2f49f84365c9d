"""Letters by e-mail. Neither an address nor a secret waits in the queue of what runs in the background."""

from __future__ import annotations

import logging
from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django_tasks import task

from coproduce_web.models import Person
from coproduce_web.signing_in import LINK_MINUTES, link_token


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


@task()
def send_sign_in_link(person: int, base: str) -> None:
    """Send a link that signs in.

    Parameters
    ----------
    person
        Whom.
    base
        The platform's address, such as ``https://care.example``.
    """
    whom = Person.objects.filter(pk=person, is_active=True).first()
    if whom is None or not whom.email:
        return
    link = base + reverse("use_link", args=[link_token(whom)])
    send("sign_in", to=whom.email, language=whom.language, link=link, minutes=LINK_MINUTES)


@task()
def tell_of_change(person: int, what: str) -> None:
    """Tell someone that their account was changed, in case it was not they who did it: ``password`` or ``address``."""
    whom = Person.objects.filter(pk=person, is_active=True).first()
    if whom is not None and whom.email:
        send("changed", to=whom.email, language=whom.language, what=what)

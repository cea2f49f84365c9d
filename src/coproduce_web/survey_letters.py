"""Letters that ask people to answer a questionnaire. Neither an address nor a secret waits in the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from coproduce_web.letters import send
from coproduce_web.models import Person, Respondent, Wave
from coproduce_web.questionnaires import first_choices, form_of, language_of
from coproduce_web.survey_links import secret_of

A_TIME = 20
"""So many letters are written down as sent at a time, with one moment: no time leads to a letter."""
DAY = timedelta(days=1)


@task()
def send_letters(*, wave: int, base: str, reminding: bool) -> int:
    """Write to those asked in a wave who have had no letter, or (`reminding`) have not answered; how many went out.

    Killed and run again, it goes on where it was: at most `A_TIME` people get a second letter.

    Parameters
    ----------
    wave
        The wave.
    base
        The platform's address, such as ``https://care.example``.
    reminding
        Whether it is a reminder.
    """
    from coproduce_web.actions.acting import CLOCK  # the action starts this task, and this task the action
    from coproduce_web.actions.surveys import sent_letters

    of = Wave.objects.select_related("instrument", "initiative__service").get(pk=wave)
    waiting = _waiting(of, reminding=reminding)
    went = 0
    for place in range(0, len(waiting), A_TIME):
        some = waiting[place : place + A_TIME]
        sent = [respondent.pk for respondent in some if of.is_open and _write(respondent, wave=of, base=base)]
        if sent:
            sent_letters(by=CLOCK, wave=of, keys=sent, reminding=reminding)
        went += len(sent)
    return went


def _waiting(wave: Wave, *, reminding: bool) -> list[Respondent]:
    rows = Respondent.objects.filter(wave=wave, answered_at=None, actor__isnull=False)
    if reminding:
        today = Q(reminded_at__gt=timezone.now() - DAY)
        rows = rows.filter(asked_at__isnull=False).exclude(today)
    else:
        rows = rows.filter(asked_at=None)
    return list(rows.order_by("pk"))


def _write(respondent: Respondent, *, wave: Wave, base: str) -> bool:
    """Write to one; whether the letter went out."""
    person = Person.objects.filter(actor=respondent.actor_id, is_active=True, email__isnull=False).first()
    if person is None:
        return False
    told = said(respondent, wave=wave, base=base, language=person.language)
    return send("survey", to=person.email or "", language=person.language, **told)


def said(respondent: Respondent, *, wave: Wave, base: str, language: str) -> dict[str, Any]:
    """What the letter says: the link, and one link for each choice of the first question."""
    form = form_of(wave.instrument)
    service = wave.initiative.service
    secret = secret_of(wave.pk, respondent.code)
    link = base + reverse("answer_survey", args=[service.slug, wave.initiative_id, wave.pk, secret])
    question, choices = first_choices(form, language_of(form, language))
    links = [(words, f"{link}?{urlencode({'first': name})}") for name, words in choices]
    return {"wave": wave, "service": service, "link": link, "question": question, "links": links}

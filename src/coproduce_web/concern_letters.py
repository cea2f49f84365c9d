"""What time demands of concerns: reminders of those that wait, and forgetting those that are long closed."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone
from django_tasks import task

from coproduce_web.actions import concerns
from coproduce_web.actions.acting import CLOCK
from coproduce_web.letters import send, try_again
from coproduce_web.models import Concern, Membership, Person, Service


@task()
def watch_concerns() -> int:
    """Remind of concerns that must be answered within a day or are overdue, and forget old ones; how many reminded."""
    now = timezone.now()
    concerns.forget_old(by=CLOCK, at=now)
    waiting: Counter[tuple[int, int]] = Counter()
    noted = concerns.note_reminders(by=CLOCK, at=now)
    for concern in noted:
        waiting.update((actor, concern.service_id) for actor in _whom(concern))
    for (actor, service), number in waiting.items():
        tell_of_waiting.enqueue(actor, service, number=number)
    return len(noted)


def _whom(concern: Concern) -> list[int]:
    """Its handler; where nobody has taken it, every handler of the service; where there is none, the stewards."""
    if concern.handler_id is not None:
        return [concern.handler_id]
    held = Membership.objects.filter(until=None, actor__left_at=None)
    handlers = list(held.filter(service=concern.service, role="handler").values_list("actor", flat=True))
    return handlers or list(held.filter(service=None, role="steward").values_list("actor", flat=True))


@task()
def tell_of_waiting(actor: int, service: int, *, number: int, tries: int = 0) -> None:
    """Write to one person that concerns wait. The letter says how many, and nothing of what they say."""
    person = Person.objects.filter(actor=actor, is_active=True, email__isnull=False).first()
    if person is None:
        return
    title = Service.objects.get(pk=service).title
    to, language = person.email or "", person.language
    if not send("concerns_wait", to=to, language=language, service=title, number=number):
        try_again(tell_of_waiting, actor, service, tries=tries, number=number)

"""What a worker does: runs of the engine, and the weekly watch for harm."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from coproduce_web.actions.acting import CLOCK
from coproduce_web.actions.evaluating import raise_alarms
from coproduce_web.actions.runs import SILENT_MINUTES, carry_out
from coproduce_web.letters import send
from coproduce_web.models import Evaluation, Person, Run, Service
from coproduce_web.running import evils_of


def begin(key: int) -> None:
    """Give a run to the workers, and see to it that it is taken up again should a worker be gone."""
    if look_after.get_backend().supports_defer:
        look_after.using(run_after=timezone.now() + timedelta(minutes=SILENT_MINUTES + 1)).enqueue(key)
    do_run.enqueue(key)


@task()
def do_run(key: int) -> bool:
    """Do a run; whether it was done here."""
    return carry_out(by=CLOCK, key=key)


@task()
def tell_of_findings(evaluation: int) -> int:
    """Tell everyone who took part in an initiative that its evaluation is published; how many were told."""
    found = Evaluation.objects.select_related("initiative__service").get(pk=evaluation)
    gave = Q(actor__contributions__initiative=found.initiative)
    enrolled = Q(actor__units__allocations__evaluation=found)
    people = Person.objects.filter(gave | enrolled, is_active=True, email__isnull=False).distinct()
    return sum(
        send("findings", to=person.email or "", language=person.language, evaluation=found)
        for person in people
    )


@task()
def watch_for_harm() -> int:
    """Look for harm in every service that records something; how many alarms were raised. Once a week."""
    raised = 0
    for service in Service.objects.order_by("pk"):
        raised += len(raise_alarms(by=CLOCK, service=service, evils=evils_of(service)))
    return raised


@task()
def look_after(key: int) -> None:
    """Take up a run whose worker is gone, and look after it until it has ended."""
    state = Run.objects.filter(pk=key).values_list("state", flat=True).first()
    if state in {Run.State.WAITING, Run.State.RUNNING}:
        begin(key)

"""What a worker does: runs of the engine, and the weekly watch for harm."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from coproduce_web.actions.acting import CLOCK
from coproduce_web.actions.runs import SILENT_MINUTES, carry_out


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
def look_after(key: int) -> None:
    """Take up a run whose worker is gone, and look after it until it has ended."""
    from coproduce_web.models import Run

    state = Run.objects.filter(pk=key).values_list("state", flat=True).first()
    if state in {Run.State.WAITING, Run.State.RUNNING}:
        begin(key)

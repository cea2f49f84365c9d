"""Runs of the engine: asked for, taken up by a worker, told how far they are, ended once."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce.errors import CoproduceError
from coproduce_web.actions.acting import By, acting, locked
from coproduce_web.models import Evaluation, Initiative, Run, Service
from coproduce_web.permissions import Permission
from coproduce_web.running import Heard, answered, refusal_of

SILENT_MINUTES = 10
"""A run of which nothing was heard for so long is taken up again: its worker is gone."""

MOST_TRIES = 3

UNDER_WAY = (Run.State.WAITING, Run.State.RUNNING)


def ask(
    *,
    by: By,
    service: Service,
    initiative: Initiative | None = None,
    evaluation: Evaluation | None = None,
) -> Run:
    """Ask the engine in the background; where the same is under way already, that is it.

    An evaluation is answered by its plan; everything else from all that was recorded.
    """
    from coproduce_web.tasks import begin  # the tasks stand on these actions

    with acting(by, Permission.RUN_EVALUATION, service=service) as trail:
        same = Run.objects.filter(
            service=service, initiative=initiative, evaluation=evaluation, state__in=UNDER_WAY
        ).first()
        if same is not None:
            return same
        run = trail.add(Run(service=service, initiative=initiative, evaluation=evaluation, asked_by=by.actor))
        begin(run.pk)
        return run


def carry_out(*, by: By, key: int) -> bool:
    """Do a run that waits, or whose worker is gone; whether it was done here.

    Whoever takes it up last writes what it found; one that comes back from the dead writes nothing.
    """
    with acting(by, Permission.RUN_EVALUATION) as trail:
        run = Run.objects.select_for_update().filter(pk=key).first()
        if run is None or not _to_be_done(run):
            return False
        if run.tries >= MOST_TRIES:
            refusal = _("It was begun several times and never ended.")
            trail.change(run, state=Run.State.FAILED, ended_at=timezone.now(), refusal=refusal)
            return False
        now = timezone.now()
        trail.change(run, state=Run.State.RUNNING, tries=run.tries + 1, started_at=now, heard_at=now)
    run = Run.objects.select_related("service", "initiative", "evaluation__initiative__service").get(pk=key)
    try:
        findings, figures = answered(run, tell=Heard(lambda step, share=None: _hear(run, step, share)))
    except CoproduceError as error:
        return _end(by, run, state=Run.State.FAILED, refusal=refusal_of(error))
    return _end(by, run, state=Run.State.DONE, findings=findings.model_dump(mode="json"), figures=figures)


def _to_be_done(run: Run) -> bool:
    """Whether a run waits, or nothing was heard of it for long."""
    if run.state == Run.State.WAITING:
        return True
    silent = timezone.now() - timedelta(minutes=SILENT_MINUTES)
    return run.state == Run.State.RUNNING and (run.heard_at is None or run.heard_at < silent)


def _hear(run: Run, step: str, share: float | None) -> None:
    """Write how far a run is; that is no act, and leaves no trail."""
    mine = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, tries=run.tries)
    mine.update(step=step[:200], share=share, heard_at=timezone.now())


def _end(by: By, run: Run, **found: object) -> bool:
    """Write how a run ended, unless somebody else has taken it up meanwhile."""
    with acting(by, Permission.RUN_EVALUATION, service=run.service) as trail:
        now = locked(run)
        if now.state != Run.State.RUNNING or now.tries != run.tries:
            return False
        trail.change(now, ended_at=timezone.now(), step="", share=None, **found)
        return True

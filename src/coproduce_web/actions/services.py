"""Services, initiatives, their phases and activities."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from coproduce_web.actions.acting import By, acting
from coproduce_web.models import Activity, Comment, Initiative, Organisation, Phase, Service, Thread
from coproduce_web.permissions import Permission


def found_service(*, by: By, organisation: str, slug: str, title: str, **more: Any) -> Service:
    """Make a service, and its organisation if the platform does not know it."""
    with acting(by, Permission.RUN_SERVICE) as trail:
        known = Organisation.objects.filter(name__iexact=organisation).first()
        owner = known or trail.add(Organisation(name=organisation))
        return trail.add(Service(organisation=owner, slug=slug, title=title, **more))


def change_service(*, by: By, service: Service, **fields: Any) -> Service:
    """Change what a service says of itself, or its rules."""
    with acting(by, Permission.RUN_SERVICE, service=service) as trail:
        return trail.change(service, **fields)


def start_initiative(*, by: By, service: Service, title: str, started_on: date, **more: Any) -> Initiative:
    """Start an initiative in a service."""
    with acting(by, Permission.START_INITIATIVE, service=service) as trail:
        return trail.add(Initiative(service=service, title=title, started_on=started_on, **more))


def change_initiative(*, by: By, initiative: Initiative, **fields: Any) -> Initiative:
    """Change an initiative, or end it."""
    with acting(by, Permission.START_INITIATIVE, initiative=initiative) as trail:
        return trail.change(initiative, **fields)


def open_phase(
    *,
    by: By,
    initiative: Initiative,
    name: str,
    opens_at: datetime,
    closes_at: datetime | None = None,
    open_actions: list[str] | None = None,
) -> Phase:
    """Give an initiative a phase, with what is open meanwhile."""
    actions = Phase.usual_actions(name) if open_actions is None else open_actions
    with acting(by, Permission.START_INITIATIVE, initiative=initiative) as trail:
        phase = Phase(
            initiative=initiative, name=name, opens_at=opens_at, closes_at=closes_at, open_actions=actions
        )
        return trail.add(phase)


def change_phase(*, by: By, phase: Phase, **fields: Any) -> Phase:
    """Move a phase's times, or what it opens."""
    with acting(by, Permission.START_INITIATIVE, initiative=phase.initiative) as trail:
        return trail.change(phase, **fields)


def plan_activity(*, by: By, phase: Phase, title: str, **more: Any) -> Activity:
    """Plan something to be done together in a phase."""
    with acting(by, Permission.START_INITIATIVE, initiative=phase.initiative) as trail:
        return trail.add(Activity(phase=phase, title=title, **more))


def comment(*, by: By, thread: Thread, text: str) -> Comment:
    """Say something on what the thread belongs to."""
    with acting(by, Permission.COMMENT, initiative=thread.initiative) as trail:
        return trail.add(Comment(thread=thread, said_by=by.known, text=text))

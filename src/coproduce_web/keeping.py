"""What is done once a day in the background."""

from __future__ import annotations

from django_tasks import task

from coproduce_web.actions import keeping
from coproduce_web.actions.acting import CLOCK


@task()
def keep() -> dict[str, int]:
    """Forget what is too old; how many of each kind."""
    return keeping.keep(by=CLOCK)

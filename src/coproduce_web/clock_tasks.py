"""What time demands of contributions."""

from __future__ import annotations

from django_tasks import task

from coproduce_web.actions.acting import CLOCK
from coproduce_web.actions.claims import expire


@task()
def expire_claims() -> int:
    """End the contributions that nobody answered in time; how many there were. Run twice, it ends them once."""
    return expire(by=CLOCK)

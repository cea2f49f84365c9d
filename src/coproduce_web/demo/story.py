"""The demo's half year, told room by room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from coproduce_web.demo import cast as cast_of
from coproduce_web.demo.commission import commission
from coproduce_web.demo.deliver import deliver
from coproduce_web.demo.then import at

WEEKS = 26


def tell(progress: Callable[[str], None]) -> cast_of.Cast:
    """Make the service and half a year of its records; `progress` is told each step."""
    start = timezone.now() - timedelta(weeks=WEEKS)
    with at(start - timedelta(days=14)):
        progress("people")
        everyone = cast_of.found()
    for week in range(6):
        with at(start - timedelta(days=7 - week)):
            cast_of.join(everyone, number=cast_of.CITIZENS // 6)
    progress("budget, decisions, promises")
    commission(everyone, start=start)
    progress("visits and lunches")
    deliver(everyone, start=start, weeks=WEEKS)
    return everyone

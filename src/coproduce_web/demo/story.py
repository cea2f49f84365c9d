"""The demo's half year, told room by room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from coproduce_web.demo import cast as cast_of
from coproduce_web.demo.assess import assess
from coproduce_web.demo.commission import commission
from coproduce_web.demo.deliver import deliver
from coproduce_web.demo.design import design
from coproduce_web.demo.evidence import evaluate, learn
from coproduce_web.demo.then import at
from coproduce_web.demo.worries import worry

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
    visits = deliver(everyone, start=start, weeks=WEEKS)
    progress("blueprint and ideas")
    design(everyone, visits, start=start + timedelta(days=7))
    progress("surveys and goals")
    assess(everyone, visits, start=start + timedelta(days=60))
    progress("concerns")
    worry(everyone, visits, start=start + timedelta(days=10))
    progress("an evaluation")
    evaluate(everyone, visits, start=start + timedelta(days=14))
    progress("what all records say")
    learn(everyone)
    return everyone

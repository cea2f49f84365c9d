"""Forgets what is too old: records about persons, sessions, sent forms. `serve` does so once a day."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from django.utils import timezone

from coproduce_web.clock_tasks import expire_claims
from coproduce_web.concern_letters import watch_concerns
from coproduce_web.keeping import keep
from coproduce_web.tasks import watch_for_harm

DAY_SECONDS = 24 * 3600
RETRY_SECONDS = 60
MONDAY = 0


class Command(BaseCommand):
    """Forget what is too old."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be typed."""
        parser.add_argument(
            "--daily", action="store_true", help="give the worker all that each day demands, until stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it now, or hand it to the worker every day."""
        while options["daily"]:
            expire_claims.enqueue()
            watch_concerns.enqueue()
            keep.enqueue()
            if timezone.localdate().weekday() == MONDAY:
                watch_for_harm.enqueue()
            time.sleep(DAY_SECONDS)
        for name, number in keep.call().items():
            self.stdout.write(f"{name.replace('_', ' ')}: {number}")


def _hand_over() -> bool:
    """Give the worker what the day demands; whether the database could be reached."""
    try:
        expire_claims.enqueue()
        keep.enqueue()
    except OperationalError:
        connection.close()
        return False
    return True

"""Ends contributions that nobody answered in time; to be run each day, by cron or a systemd timer."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from coproduce_web.clock_tasks import expire_claims


class Command(BaseCommand):
    """Hand the work to the background."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Put it into the queue that the worker works off."""
        expire_claims.enqueue()
        self.stdout.write("Contributions past their date will be ended by the worker.")

"""Fills an empty platform with a simulated service."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from coproduce_web.demo.cast import PASSWORD
from coproduce_web.demo.story import tell
from coproduce_web.models import Service


class Command(BaseCommand):
    """Make the demo's service, unless the platform has one."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it whole or not at all."""
        if Service.objects.exists():
            self.stdout.write("The platform has a service already: the demo leaves it alone.")
            return
        with transaction.atomic():
            cast = tell(lambda step: self.stdout.write(f"simulating: {step}"))
        self.stdout.write(f"Everything here is simulated. Sign in with the password “{PASSWORD}” as")
        names = ["steward", *cast.staff, "citizen1"]
        for name in names:
            self.stdout.write(f"  {name}@example.org")

"""What was written, by whom, before and after; and what may not be done twice."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class TrailEntry(models.Model):
    """One row that an action made, changed or removed, as it was before and is after.

    It points at nothing by a foreign key: it outlives what it speaks of. Values of personal fields are never in it.
    `case` names the thing that the act is a step of (``need 12``), so that the trail is an event log too.
    """

    act = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=40)
    pseudonym = models.CharField(max_length=60, blank=True)
    side = models.CharField(max_length=20, blank=True)
    typed_by = models.CharField(max_length=60, blank=True)
    service = models.BigIntegerField(null=True)
    initiative = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    key = models.BigIntegerField()
    case = models.CharField(max_length=60, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    forgotten = models.BooleanField(default=False)  # it is too old to say who

    class Meta:
        indexes = (
            models.Index(fields=("service", "at"), name="trail_of_service"),
            models.Index(fields=("kind", "key"), name="trail_of_thing"),
            models.Index(fields=("case", "at"), name="trail_of_case"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.key}"


class SentForm(models.Model):
    """A form that was sent: the same one sent again leads to where the first led, and nothing is written twice."""

    token = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)
    led_to = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.token

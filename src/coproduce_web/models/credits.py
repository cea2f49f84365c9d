"""Time credits: a double-entry ledger, derived from confirmed contributions, to which rows are only ever added.

Triggers of the database hold that nothing is changed or deleted. Evidence never reads it.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from coproduce_web.models.delivering import Contribution
from coproduce_web.models.people import Actor
from coproduce_web.models.services import Service


class Account(models.Model):
    """An actor's time in a service, or (`actor` empty) the service's own, from which credits are given."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="accounts")
    actor = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="accounts")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("service", "actor"), name="one_account_an_actor"),
            models.UniqueConstraint(
                fields=("service",), condition=models.Q(actor=None), name="one_account_of_the_service"
            ),
        )

    def __str__(self) -> str:
        return f"account {self.pk}"


class Transfer(models.Model):
    """Minutes out of one account into another: both entries in one row, so that they always sum to zero.

    It is for a contribution, or the reversal of another transfer.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="transfers")
    out_of = models.ForeignKey(Account, models.PROTECT, related_name="given")
    into = models.ForeignKey(Account, models.PROTECT, related_name="taken")
    minutes = models.PositiveIntegerField()
    contribution = models.ForeignKey(
        Contribution, models.PROTECT, null=True, blank=True, related_name="transfers"
    )
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(minutes__gte=1), name="a_transfer_moves_something"),
            models.CheckConstraint(
                condition=~models.Q(out_of=models.F("into")), name="a_transfer_has_two_accounts"
            ),
            models.CheckConstraint(
                condition=models.Q(contribution__isnull=False, reverses=None)
                | (models.Q(contribution=None, reverses__isnull=False) & ~models.Q(reason="")),
                name="for_a_contribution_or_a_reversal_with_its_reason",
            ),
            models.UniqueConstraint(
                fields=("contribution",),
                condition=models.Q(contribution__isnull=False),
                name="a_contribution_is_credited_once",
            ),
        )

    def __str__(self) -> str:
        return f"transfer {self.pk}"

"""Commission: proposals, priorities and participatory budget rounds."""

from __future__ import annotations

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.models.people import Actor
from coproduce_web.models.services import Initiative, Thread


class Proposal(models.Model):
    """An outcome, a priority or a project that someone proposes."""

    class Kind(models.TextChoices):
        """What is proposed."""

        OUTCOME = "outcome", _("an outcome to aim at")
        PRIORITY = "priority", _("something that matters")
        PROJECT = "project", _("a project to pay for")

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="proposals")
    kind = models.CharField(_("what is proposed"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("why"), max_length=5000, blank=True)
    proposed_by = models.ForeignKey(Actor, models.PROTECT)
    proposed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    thread = models.OneToOneField(Thread, models.PROTECT)

    def __str__(self) -> str:
        return self.title


class Priority(models.Model):
    """How much a proposal matters to one person: 1 (a little) to 5 (most)."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="priorities")
    actor = models.ForeignKey(Actor, models.PROTECT)
    weight = models.PositiveSmallIntegerField(_("how much it matters to you"))
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "priorities"
        constraints = (
            models.UniqueConstraint(fields=("proposal", "actor"), name="one_priority_a_person"),
            models.CheckConstraint(
                condition=models.Q(weight__gte=1, weight__lte=5), name="priority_from_1_to_5"
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.weight}"


class BudgetRound(models.Model):
    """A participatory budget round: what may be spent, how people vote, how votes are counted, what that binds."""

    class Ballots(models.TextChoices):
        """How people vote."""

        APPROVAL = "approval", _("tick what you would fund")
        POINTS = "points", _("share out points")

    class Rule(models.TextChoices):
        """How votes are counted."""

        EQUAL_SHARES = "equal_shares", _("method of equal shares")
        GREEDY = "greedy", _("most votes first")

    class Completion(models.TextChoices):
        """How money left by equal shares is spent."""

        NONE = "none", _("it is not spent")
        ADD1 = "add1", _("shares are raised while the budget holds")
        ADD1_GREEDY = "add1_greedy", _("shares are raised, then most votes first")

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="rounds")
    title = models.CharField(_("title"), max_length=200)
    budget = models.PositiveBigIntegerField(
        _("budget, in whole units of the currency"), validators=[MinValueValidator(1)]
    )
    ballots = models.CharField(_("how people vote"), max_length=20, choices=Ballots, default=Ballots.APPROVAL)
    most = models.PositiveSmallIntegerField(_("most ticks, or points to share out"), null=True, blank=True)
    rule = models.CharField(
        _("how votes are counted"), max_length=20, choices=Rule, default=Rule.EQUAL_SHARES
    )
    completion = models.CharField(
        _("money left over"), max_length=20, choices=Completion, default=Completion.ADD1_GREEDY
    )
    binding = models.BooleanField(_("the vote decides"), default=True)
    binds = models.TextField(_("what the vote binds the organisation to"), max_length=2000)
    opens_at = models.DateTimeField(_("voting opens"))
    closes_at = models.DateTimeField(_("voting closes"))
    counted_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="round_closes_after_it_opens"
            ),
        )

    def __str__(self) -> str:
        return self.title


class BudgetProject(models.Model):
    """A proposal on the ballot, with what it would cost."""

    round = models.ForeignKey(BudgetRound, models.CASCADE, related_name="projects")
    proposal = models.ForeignKey(Proposal, models.PROTECT)
    cost = models.PositiveBigIntegerField(_("cost"), validators=[MinValueValidator(1)])
    left_out = models.TextField(_("why it is not on the ballot"), blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("round", "proposal"), name="one_project_once"),)

    def __str__(self) -> str:
        return str(self.proposal)


class Ballot(models.Model):
    """A vote.

    `voter` is a keyed hash of the round and the person, so that a vote can be changed until the round closes but not be
    read back; it is wiped when the votes are counted.
    """

    # A key by chance: its order tells nothing of who voted when.
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(BudgetRound, models.CASCADE, related_name="cast")
    voter = models.CharField(max_length=64, blank=True)
    choices = models.JSONField(default=dict, blank=True)  # project's key: points (1 for a tick)
    PERSONAL = frozenset({"voter", "choices"})

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("round", "voter"), condition=~models.Q(voter=""), name="one_ballot_a_voter"
            ),
        )

    def __str__(self) -> str:
        return f"ballot {self.pk}"

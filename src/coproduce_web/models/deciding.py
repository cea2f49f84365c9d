"""Decisions, promises and overrides; concerns about the process."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import DecidedBy, Evil, Result, Says, Severity, Side
from coproduce_web.models.commissioning import BudgetRound, Proposal
from coproduce_web.models.designing import Idea
from coproduce_web.models.people import Actor
from coproduce_web.models.services import Initiative, Service, Thread


class Decision(models.Model):
    """One decision: who proposed, who decided on which rung, why, who owes what until when, and whether it was kept."""

    class Rung(models.TextChoices):
        """How far citizens had a say."""

        INFORMED = "informed", _("citizens were informed")
        CONSULTED = "consulted", _("citizens were consulted")
        JOINTLY = "jointly_decided", _("both sides decided together")
        DELEGATED = "delegated", _("citizens decided")

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="decisions")
    topic = models.CharField(_("topic"), max_length=200)
    text = models.TextField(_("what is proposed"), max_length=5000, blank=True)
    proposer = models.ForeignKey(Actor, models.PROTECT, related_name="decisions_proposed")
    proposed_by = models.CharField(max_length=20, choices=Side)
    proposed_at = models.DateTimeField(default=timezone.now)
    proposal = models.ForeignKey(Proposal, models.SET_NULL, null=True, blank=True, related_name="decisions")
    idea = models.ForeignKey(Idea, models.SET_NULL, null=True, blank=True, related_name="decisions")
    round = models.ForeignKey(BudgetRound, models.SET_NULL, null=True, blank=True, related_name="decisions")
    result = models.CharField(_("result"), max_length=20, choices=Result, blank=True)
    decided_by = models.CharField(_("who decided"), max_length=20, choices=DecidedBy, blank=True)
    rung = models.CharField(_("how far citizens had a say"), max_length=20, choices=Rung, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=5000, blank=True)
    promise = models.TextField(_("what is promised"), max_length=2000, blank=True)
    owner = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="decisions_owned")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    overrides = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="overridden_by")
    thread = models.OneToOneField(Thread, models.PROTECT)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(result="") | (~models.Q(decided_by="") & ~models.Q(reason="")),
                name="a_result_has_a_decider_and_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.topic


class Judgement(models.Model):
    """One citizen's word on whether a promise was kept; the organisation's own stands beside it."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="judgements")
    actor = models.ForeignKey(Actor, models.PROTECT)
    says = models.CharField(_("what you say"), max_length=20, choices=Says)
    said_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(_("note"), max_length=2000, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("decision", "actor"), name="one_judgement_a_citizen"),)

    def __str__(self) -> str:
        return self.says


class Concern(models.Model):
    """A worry about the process or its results. Who raised it may stay unnamed; a link lets them follow it."""

    class Status(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    service = models.ForeignKey(Service, models.CASCADE, related_name="concerns")
    initiative = models.ForeignKey(Initiative, models.CASCADE, null=True, blank=True, related_name="concerns")
    evil = models.CharField(
        _("what kind of worry"), max_length=40, choices=Evil, blank=True
    )  # empty: another harm
    text = models.TextField(_("what happened"), max_length=5000, blank=True)
    severity = models.PositiveSmallIntegerField(_("how grave"), choices=Severity)
    borne_by = models.CharField(_("who bears it"), max_length=200, blank=True)
    raised_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True)
    hashed = models.CharField(max_length=64, unique=True)
    raised_at = models.DateTimeField(default=timezone.now)
    answer_due_at = models.DateTimeField()
    handler = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="concerns_handled")
    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    closing_asked_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    closed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    raised_by_alarm = models.BooleanField(default=False)
    reminded_at = models.DateTimeField(null=True, blank=True)
    PERSONAL = frozenset({"text", "borne_by", "raised_by", "hashed"})

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(status="closed")
                | (
                    models.Q(closing_asked_by__isnull=False, closed_by__isnull=False)
                    & ~models.Q(closing_asked_by=models.F("closed_by"))
                ),
                name="two_persons_close_a_concern",
            ),
            models.CheckConstraint(
                condition=models.Q(raised_by=None)
                | (
                    (models.Q(closing_asked_by=None) | ~models.Q(closing_asked_by=models.F("raised_by")))
                    & (models.Q(closed_by=None) | ~models.Q(closed_by=models.F("raised_by")))
                ),
                name="nobody_closes_their_own_concern",
            ),
            models.CheckConstraint(
                condition=~models.Q(evil="") | ~models.Q(text=""), name="another_harm_is_told_in_words"
            ),
        )

    def __str__(self) -> str:
        return f"concern {self.pk}"

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been answered by now."""
        return self.status == Concern.Status.OPEN and self.answer_due_at < timezone.now()


class ConcernNote(models.Model):
    """What was said on a concern: an answer, or a word of who raised it. Seen by the two of them and the handlers."""

    concern = models.ForeignKey(Concern, models.CASCADE, related_name="notes")
    said_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True)
    by_raiser = models.BooleanField(default=False)
    said_at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("text"), max_length=5000)
    PERSONAL = frozenset({"text", "said_by"})

    class Meta:
        ordering = ("said_at", "pk")

    def __str__(self) -> str:
        return f"note on {self.concern_id}"

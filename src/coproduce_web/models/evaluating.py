"""Evidence: evaluations with frozen plans and concealed allocation, what is measured, and runs of the engine."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import BorneBy, SetBy
from coproduce_web.models.people import Actor
from coproduce_web.models.services import Initiative, Service


class Measure(models.Model):
    """An outcome measure, and whose it is."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="measures")
    name = models.SlugField(_("short name"), max_length=60)
    label = models.CharField(_("name in words"), max_length=200)
    better = models.CharField(_("better is"), max_length=4, choices=(("up", _("more")), ("down", _("less"))))
    low = models.FloatField(_("lowest value"), null=True, blank=True)
    high = models.FloatField(_("highest value"), null=True, blank=True)
    important_difference = models.FloatField(_("smallest difference that matters"), null=True, blank=True)
    set_by = models.CharField(_("who chose it"), max_length=20, choices=SetBy)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("initiative", "name"), name="one_measure_a_name"),)

    def __str__(self) -> str:
        return self.label


class Unit(models.Model):
    """A unit of analysis: a person under a pseudonym, a street, a school."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="units")
    name = models.CharField(_("unit"), max_length=100)
    actor = models.ForeignKey(Actor, models.SET_NULL, null=True, blank=True, related_name="units")
    cluster = models.CharField(_("cluster"), max_length=100, blank=True)
    stratum = models.CharField(_("stratum"), max_length=100, blank=True)
    groups = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("initiative", "name"), name="one_unit_a_name"),)

    def __str__(self) -> str:
        return self.name


class OutcomeValue(models.Model):
    """One value of one measure for one unit in one period."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="values")
    measure = models.ForeignKey(Measure, models.CASCADE, related_name="values")
    period = models.IntegerField(_("period"))
    value = models.FloatField(_("value"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("unit", "measure", "period"), name="one_value_a_unit_and_period"),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.measure} {self.period}"


class Cost(models.Model):
    """One cost, and who bears it."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="costs")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True)
    arm = models.CharField(_("arm"), max_length=60, blank=True)
    period = models.IntegerField(_("period"), null=True, blank=True)
    item = models.CharField(_("what for"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    borne_by = models.CharField(_("borne by"), max_length=20, choices=BorneBy)

    def __str__(self) -> str:
        return f"{self.item}: {self.amount}"


class Evaluation(models.Model):
    """A question put to an initiative: its design, outcomes and groups, and the plan frozen before allocation."""

    class Design(models.TextChoices):
        """How a comparison comes about."""

        RANDOMISED = "randomised", _("by lot")
        STAGGERED = "staggered", _("one after another, in an order drawn by lot")

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="evaluations")
    title = models.CharField(_("title"), max_length=200)
    question = models.TextField(_("what is asked"), max_length=2000)
    design = models.CharField(_("design"), max_length=20, choices=Design)
    arms = models.JSONField(_("arms or steps"), default=list)
    measures = models.ManyToManyField(Measure, related_name="evaluations")
    groups = models.JSONField(_("groups looked at"), default=list, blank=True)
    important_difference = models.FloatField(_("smallest difference that matters"), null=True, blank=True)
    planned_by = models.ForeignKey(Actor, models.PROTECT)
    planned_at = models.DateTimeField(default=timezone.now)
    plan = models.JSONField(null=True, blank=True)
    plan_sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(
        max_length=64, blank=True
    )  # drawn when the plan is frozen, shown when allocation ends
    published_at = models.DateTimeField(null=True, blank=True)
    # Who knew the seed could work out the arms; of the plan the fingerprint is told.
    PERSONAL = frozenset({"seed", "plan"})

    def __str__(self) -> str:
        return self.title


class Allocation(models.Model):
    """The arm (or the period of the start) that a unit was given: drawn beforehand, hidden until it is enrolled."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="allocations")
    stratum = models.CharField(max_length=100, blank=True)
    position = models.PositiveIntegerField()
    arm = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="allocations")
    enrolled_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    PERSONAL = frozenset({"arm"})

    class Meta:
        ordering = ("stratum", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("evaluation", "stratum", "position"), name="one_place_in_the_list"
            ),
            models.UniqueConstraint(fields=("evaluation", "unit"), name="one_allocation_a_unit"),
        )

    def __str__(self) -> str:
        return f"{self.stratum} {self.position}"


class Run(models.Model):
    """One asking of the engine in the background: of an evaluation, or of all that was recorded."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    service = models.ForeignKey(Service, models.CASCADE, related_name="runs")
    initiative = models.ForeignKey(Initiative, models.CASCADE, null=True, blank=True, related_name="runs")
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, null=True, blank=True, related_name="runs")
    asked_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=200, blank=True)
    share = models.FloatField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)  # when whoever does it last said how far it is
    ended_at = models.DateTimeField(null=True, blank=True)
    findings = models.JSONField(null=True, blank=True)
    figures = models.JSONField(
        null=True, blank=True
    )  # the drawn figures of each finding: title, svg, words, table
    refusal = models.TextField(blank=True)
    PERSONAL = frozenset({"findings", "figures"})  # too large for the trail

    class Meta:
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return f"run {self.pk}"

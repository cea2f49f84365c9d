"""Service, initiative, phase, activity: the tree that every record hangs in."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import (
    ActivityName,
    Beneficiary,
    Form,
    Input,
    Level,
    Obligation,
    PhaseName,
    Status,
    Task,
    Who,
)
from coproduce_web.models.people import Actor, Organisation
from coproduce_web.permissions import PHASES, Permission


class Service(models.Model):
    """A public service that citizens and an organisation make together."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what the service does"), blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="services")
    terms = models.JSONField(_("words renamed"), default=dict, blank=True)
    asked = models.JSONField(_("what people are asked of themselves"), default=list, blank=True)
    small_numbers = models.PositiveSmallIntegerField(_("smallest number shown"), default=5)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    hour_value = models.DecimalField(
        _("value of a citizen's hour"), max_digits=8, decimal_places=2, default=0
    )
    answer_days = models.PositiveSmallIntegerField(_("days to answer a concern"), default=10)
    claim_days = models.PositiveSmallIntegerField(_("days to answer a contribution"), default=30)
    retention_days = models.PositiveIntegerField(_("days that records about a person are kept"), default=730)
    credits = models.BooleanField(_("time credits"), default=False)
    open_to_all = models.BooleanField(_("anyone may join as a citizen"), default=True)
    simulated = models.BooleanField(_("its records are simulated"), default=False)
    started_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title


class PopulationCell(models.Model):
    """How many of the people served are alike: what takes part is held against it."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="population")
    values = models.JSONField(default=dict, blank=True)
    persons = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.values}: {self.persons}"


class Facets(models.Model):
    """The facets of a contribution (`coproduce.vocabulary.FACETS`) that the act itself does not say."""

    activity_name = models.CharField(_("what is done"), max_length=20, choices=ActivityName, blank=True)
    level = models.CharField(_("level"), max_length=20, choices=Level, blank=True)
    beneficiary = models.CharField(_("who benefits"), max_length=20, choices=Beneficiary, blank=True)
    obligation = models.CharField(_("obligation"), max_length=20, choices=Obligation, blank=True)
    form = models.CharField(_("voice or action"), max_length=20, choices=Form, blank=True)
    input = models.CharField(_("what is given"), max_length=20, choices=Input, blank=True)
    task = models.CharField(_("task"), max_length=20, choices=Task, blank=True)
    planned_by = models.CharField(_("who plans it"), max_length=20, choices=Who, blank=True)
    delivered_by = models.CharField(_("who does it"), max_length=20, choices=Who, blank=True)

    class Meta:
        abstract = True


class Initiative(models.Model):
    """A deliberate effort to make the service together, with a beginning and an end."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="initiatives")
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what it is for"), blank=True)
    started_on = models.DateField(_("starts on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.RUNNING)
    initiated_by = models.CharField(
        _("begun by"),
        max_length=20,
        choices=(("organisation", _("the organisation")), ("citizens", _("citizens"))),
        default="organisation",
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="initiative_ends_after_its_start",
            ),
        )

    def __str__(self) -> str:
        return self.title


def every_action() -> list[str]:
    """Nothing open: what a phase opens is said when it is made."""
    return []


class Phase(models.Model):
    """A time in which an initiative commissions, designs, delivers or assesses, and the actions open meanwhile."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="phases")
    name = models.CharField(_("phase"), max_length=20, choices=PhaseName)
    opens_at = models.DateTimeField(_("opens"), default=timezone.now)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    open_actions = models.JSONField(_("what is open meanwhile"), default=every_action)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closes_at=None) | models.Q(closes_at__gte=models.F("opens_at")),
                name="phase_closes_after_it_opens",
            ),
        )

    def __str__(self) -> str:
        return f"{self.initiative}: {self.get_name_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it is open now."""
        now = timezone.now()
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)

    @staticmethod
    def usual_actions(name: str) -> list[str]:
        """What a phase of that name opens unless the initiative says otherwise."""
        return [Permission(action).value for action in PHASES[name]]


class Activity(Facets):
    """Something that is done together within a phase, such as a visit, a panel or a clean-up."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="activities")
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what is done"), blank=True)
    minutes_expected = models.PositiveIntegerField(
        _("minutes that it usually takes"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    administrative = models.BooleanField(_("meetings and administration"), default=False)

    class Meta:
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.title


class Thread(models.Model):
    """A place for comments; what can be commented on has one."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="threads")

    def __str__(self) -> str:
        return f"thread {self.pk}"


class Comment(models.Model):
    """What someone said on something."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    said_by = models.ForeignKey(Actor, models.PROTECT)
    said_at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("comment"), max_length=5000)

    class Meta:
        ordering = ("said_at", "pk")

    def __str__(self) -> str:
        return self.text[:40]


class GroupTotal(models.Model):
    """What people of one group gave in one month that is too old to lead to a person.

    Groups of fewer people than the service shows are counted together under the empty value.
    """

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="group_totals")
    month = models.DateField()
    column = models.CharField(max_length=60)
    value = models.CharField(max_length=100, blank=True)
    persons = models.PositiveIntegerField()
    contributions = models.PositiveIntegerField()
    minutes = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("initiative", "month", "column", "value"), name="one_total_a_group_and_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.column}={self.value} {self.month:%Y-%m}"


__all__ = [
    "Activity",
    "Comment",
    "Facets",
    "GroupTotal",
    "Initiative",
    "Phase",
    "PopulationCell",
    "Service",
    "Thread",
]

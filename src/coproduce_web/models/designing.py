"""Design: the service's blueprint in two lanes, and ideas from first thought to adopted, adapted or abandoned."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.models.people import Actor
from coproduce_web.models.services import Initiative, Thread


class Blueprint(models.Model):
    """One version of how the service runs, step by step.

    It is drawn first and shown when it is whole; a version that was shown is never changed, only followed by the next.
    """

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="blueprints")
    version = models.PositiveIntegerField()
    note = models.TextField(_("what is new in this version"), max_length=2000, blank=True)
    drawn_by = models.ForeignKey(Actor, models.PROTECT)
    drawn_at = models.DateTimeField(default=timezone.now)
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(fields=("initiative", "version"), name="one_version_once"),
            models.UniqueConstraint(
                fields=("initiative",), condition=models.Q(shown_at=None), name="one_version_drawn_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.initiative}: {self.version}"


class BlueprintStep(models.Model):
    """A step on one side of the line of interaction (Shostack 1984); its thread goes from version to version."""

    class Lane(models.TextChoices):
        """The side of the line of interaction."""

        CITIZENS = "citizens", _("citizens")
        ORGANISATION = "organisation", _("organisation, seen by citizens")
        BACKSTAGE = "backstage", _("organisation, behind the line of visibility")

    blueprint = models.ForeignKey(Blueprint, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(
        _("place in the order"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    lane = models.CharField(_("who does it"), max_length=20, choices=Lane)
    title = models.CharField(_("step"), max_length=200)
    text = models.TextField(_("what happens"), max_length=2000, blank=True)
    thread = models.ForeignKey(Thread, models.PROTECT)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("blueprint", "thread"), name="one_step_once_a_version"),
        )

    def __str__(self) -> str:
        return self.title


class Idea(models.Model):
    """A thought of how the service could be, and what became of it."""

    class Conclusion(models.TextChoices):
        """What became of it."""

        ADOPT = "adopt", _("adopted")
        ADAPT = "adapt", _("adapted: changed and tried again")
        ABANDON = "abandon", _("abandoned")

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="ideas")
    title = models.CharField(_("idea"), max_length=200)
    text = models.TextField(_("how it would work, for whom"), max_length=5000, blank=True)
    shared_by = models.ForeignKey(Actor, models.PROTECT)
    shared_at = models.DateTimeField(default=timezone.now)
    conclusion = models.CharField(_("what becomes of it"), max_length=20, choices=Conclusion, blank=True)
    reason = models.TextField(_("why"), max_length=2000, blank=True)
    concluded_at = models.DateTimeField(null=True, blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="followed_by")
    thread = models.OneToOneField(Thread, models.PROTECT)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(conclusion="", concluded_at=None)
                | (~models.Q(conclusion="") & ~models.Q(reason="") & models.Q(concluded_at__isnull=False)),
                name="a_conclusion_has_a_reason_and_a_day",
            ),
        )

    def __str__(self) -> str:
        return self.title


class Prototype(models.Model):
    """A first version of an idea that people can try."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="prototypes")
    title = models.CharField(_("what was made"), max_length=200)
    text = models.TextField(_("how to try it"), max_length=5000, blank=True)
    made_by = models.ForeignKey(Actor, models.PROTECT)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title


class PrototypeTest(models.Model):
    """What happened when it was tried."""

    prototype = models.ForeignKey(Prototype, models.CASCADE, related_name="tests")
    tested_by = models.ForeignKey(Actor, models.PROTECT)
    tested_on = models.DateField(_("tried on"))
    with_citizens = models.PositiveSmallIntegerField(_("citizens who tried it"))
    with_professionals = models.PositiveSmallIntegerField(_("professionals who tried it"))
    worked = models.TextField(_("what worked"), max_length=5000, blank=True)
    failed = models.TextField(_("what did not work"), max_length=5000, blank=True)

    def __str__(self) -> str:
        return f"test of {self.prototype}"

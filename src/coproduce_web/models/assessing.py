"""Assess: surveys sent in waves to pseudonymous links, and goals whose levels were agreed beforehand."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import SetBy
from coproduce_web.models.people import Actor
from coproduce_web.models.services import Initiative, Service


class Instrument(models.Model):
    """A questionnaire, as an XLSForm."""

    class About(models.TextChoices):
        """What it asks about."""

        MOTIVES = "motives", _("taking part: how much, why, what holds back")
        EXPERIENCE = "experience", _("how taking part was experienced")
        OUTCOMES = "outcomes", _("outcomes")

    service = models.ForeignKey(Service, models.CASCADE, related_name="instruments")
    title = models.CharField(_("title"), max_length=200)
    about = models.CharField(_("what it asks about"), max_length=20, choices=About)
    form = models.JSONField()  # sheet -> its rows of texts, the header first; never changed
    added_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class Wave(models.Model):
    """One time that an instrument is sent to people."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="waves")
    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="waves")
    title = models.CharField(_("title"), max_length=200)
    opens_at = models.DateTimeField(_("opens"), default=timezone.now)
    closes_at = models.DateTimeField(_("closes"))
    open_link = models.CharField(
        max_length=64, blank=True
    )  # hash of a link that anyone may answer once a device
    closed_at = models.DateTimeField(
        null=True, blank=True
    )  # when links were cut; nothing is kept from then on
    PERSONAL = frozenset({"open_link"})

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="wave_closes_after_it_opens"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it takes answers now."""
        return self.closed_at is None and self.opens_at <= timezone.now() < self.closes_at


class Respondent(models.Model):
    """Someone asked in a wave, known by a number of that wave only.

    `actor` says who was asked, for reminders. When the wave closes, all its respondents are written anew in an order
    drawn by chance, without actor, under new numbers, with the groups that enough of them share.
    """

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="respondents")
    code = models.CharField(max_length=40)
    hashed = models.CharField(max_length=64, unique=True)
    actor = models.ForeignKey(Actor, models.SET_NULL, null=True, blank=True)
    groups = models.JSONField(default=dict, blank=True)
    came_openly = models.BooleanField(default=False)  # by the link that anyone may use
    asked_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    PERSONAL = frozenset({"code", "hashed", "actor", "groups"})

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("wave", "code"), name="one_code_a_wave"),
            models.UniqueConstraint(fields=("wave", "actor"), name="asked_once_a_wave"),
        )

    def __str__(self) -> str:
        return self.code


class Answer(models.Model):
    """An answer to one question."""

    respondent = models.ForeignKey(Respondent, models.CASCADE, related_name="answers")
    item = models.CharField(max_length=100)
    value = models.TextField(max_length=5000)
    PERSONAL = frozenset({"value"})

    class Meta:
        constraints = (models.UniqueConstraint(fields=("respondent", "item"), name="one_answer_a_question"),)

    def __str__(self) -> str:
        return self.item


LEVELS = [(-2, "-2"), (-1, "-1"), (0, "0"), (1, "+1"), (2, "+2")]


class Goal(models.Model):
    """What someone wants, with five levels agreed beforehand (goal attainment: Kiresuk and Sherman 1968).

    `actor` is the citizen whom it concerns, `partner` who agrees it with them for the organisation. One of the two
    wrote it down; the other agrees, and it is changed no more.
    """

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="goals")
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="goals")
    partner = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="goals_of_others")
    written_by_citizen = models.BooleanField(default=True)
    typed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("goal"), max_length=200)
    set_by = models.CharField(_("whose goal it is"), max_length=20, choices=SetBy)
    importance = models.PositiveSmallIntegerField(_("how much it matters, 1 to 3"), default=1)
    much_less = models.CharField(_("much less than hoped (-2)"), max_length=300)
    less = models.CharField(_("somewhat less than hoped (-1)"), max_length=300)
    hoped = models.CharField(_("what is hoped for (0)"), max_length=300)
    more = models.CharField(_("somewhat more than hoped (+1)"), max_length=300)
    much_more = models.CharField(_("much more than hoped (+2)"), max_length=300)
    baseline = models.SmallIntegerField(_("where it stands today"), choices=LEVELS)
    set_at = models.DateTimeField(default=timezone.now)
    agreed_at = models.DateTimeField(
        null=True, blank=True
    )  # by the other side; a goal is reviewed only after it

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(importance__gte=1, importance__lte=3), name="importance_from_1_to_3"
            ),
            models.CheckConstraint(
                condition=models.Q(baseline__gte=-2, baseline__lte=2), name="baseline_from_-2_to_2"
            ),
            models.CheckConstraint(
                condition=models.Q(partner__isnull=False) | models.Q(written_by_citizen=True, agreed_at=None),
                name="a_goal_is_agreed_by_two",
            ),
            models.CheckConstraint(
                condition=models.Q(set_by="jointly")
                | models.Q(set_by="citizen", written_by_citizen=True)
                | models.Q(set_by="organisation", written_by_citizen=False),
                name="whose_goal_it_is_writes_it",
            ),
        )

    def __str__(self) -> str:
        return self.title


class GoalReview(models.Model):
    """The level that a goal has reached, as whoever set it says when asked; never inferred."""

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="reviews")
    level = models.SmallIntegerField(_("level reached"), choices=LEVELS)
    said_by = models.ForeignKey(Actor, models.PROTECT)
    by_citizen = models.BooleanField()
    said_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(_("note"), max_length=2000, blank=True)

    class Meta:
        ordering = ("said_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(level__gte=-2, level__lte=2), name="level_from_-2_to_2"
            ),
        )

    def __str__(self) -> str:
        return f"{self.goal}: {self.level:+d}"

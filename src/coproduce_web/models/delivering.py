"""Deliver: needs and offers, opportunities and sessions, contributions.

A contribution is a claim by one side and a response by the other.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import Capacity, ClaimStatus, Says, Side
from coproduce_web.models.people import Actor
from coproduce_web.models.services import Activity, Facets, Initiative

MOST_MINUTES = 24 * 60
"""As many as a day has: a contribution is of one day."""


def no_days() -> list[int]:
    """No day of the week in particular."""
    return []


class Placed(models.Model):
    """Something with a place, as exact as its giver wants it to be; coordinates are never shown."""

    place = models.CharField(_("where"), max_length=200, blank=True)
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )

    class Meta:
        abstract = True


class Need(Placed):
    """Something that someone needs: what the organisation says came of it, and what the citizen says.

    Each says it once and both are kept. Where the citizen says that it was not met, or in part, another need follows.
    """

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="needs")
    title = models.CharField(_("what is needed"), max_length=200)
    text = models.TextField(_("more about it"), max_length=5000, blank=True)
    skill = models.CharField(_("skill that helps"), max_length=60, blank=True)
    wanted_from = models.DateTimeField(_("from"), null=True, blank=True)
    wanted_until = models.DateTimeField(_("until"), null=True, blank=True)
    weekdays = models.JSONField(_("days that suit"), default=no_days, blank=True)  # 0 is Monday; none is any
    raised_by = models.ForeignKey(Actor, models.PROTECT)
    raised_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(
        max_length=40, blank=True
    )  # another system that it came from, and its key there
    source_key = models.CharField(max_length=100, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+"
    )  # who said so for the organisation
    citizen_says = models.CharField(_("what you say"), max_length=20, choices=Says, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    said_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    follows = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="followed_by")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(citizen_says="") | models.Q(said_at__isnull=False, said_by__isnull=False),
                name="a_word_on_a_need_is_somebodys",
            ),
            models.UniqueConstraint(
                fields=("initiative", "source", "source_key"),
                condition=~models.Q(source=""),
                name="one_request_once",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether help is still looked for."""
        return not (self.done_at or self.citizen_says or self.withdrawn_at)

    @property
    def waits_for_word(self) -> bool:
        """Whether the organisation said that it is done and the citizen has yet to be heard."""
        return bool(self.done_at and not self.citizen_says and not self.withdrawn_at)

    @property
    def contested(self) -> bool:
        """Whether the organisation said that it is done and the citizen does not."""
        return bool(self.done_at and self.citizen_says in {Says.PARTLY, Says.NOT_DONE})


class Offer(Placed):
    """Something that someone would give."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="offers")
    title = models.CharField(_("what you offer"), max_length=200)
    text = models.TextField(_("more about it"), max_length=5000, blank=True)
    skill = models.CharField(_("skill"), max_length=60, blank=True)
    free_from = models.DateTimeField(_("from"), null=True, blank=True)
    free_until = models.DateTimeField(_("until"), null=True, blank=True)
    weekdays = models.JSONField(_("days that suit"), default=no_days, blank=True)  # 0 is Monday; none is any
    furthest_km = models.PositiveSmallIntegerField(_("furthest way, in kilometres"), null=True, blank=True)
    offered_by = models.ForeignKey(Actor, models.PROTECT)
    offered_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class Opportunity(Placed):
    """A standing invitation to take part in an activity, with its roles and sessions."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="opportunities")
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(
        _("what to expect, what is offered to those who come"), max_length=5000, blank=True
    )
    need = models.ForeignKey(Need, models.SET_NULL, null=True, blank=True, related_name="opportunities")
    posted_by = models.ForeignKey(Actor, models.PROTECT)
    posted_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "opportunities"

    def __str__(self) -> str:
        return self.title


class Place(models.Model):
    """A role in an opportunity and how many places it has in each session."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="places")
    role = models.CharField(_("role"), max_length=100)
    side = models.CharField(_("for"), max_length=20, choices=Side, blank=True)
    places = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])

    def __str__(self) -> str:
        return self.role


class Session(models.Model):
    """One meeting of an opportunity. `series` is shared by those that recur together."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="sessions")
    series = models.UUIDField(null=True, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="session_ends_after_its_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.opportunity} {self.starts_at:%Y-%m-%d}"


class SignUp(models.Model):
    """Someone's place in a session, or in its waiting list, and whether they came."""

    class State(models.TextChoices):
        """Where it stands."""

        GOING = "going", _("going")
        WAITING = "waiting", _("on the waiting list")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CAME = "came", _("came")
        NO_SHOW = "no_show", _("did not come")

    session = models.ForeignKey(Session, models.CASCADE, related_name="sign_ups")
    place = models.ForeignKey(Place, models.CASCADE)
    actor = models.ForeignKey(Actor, models.PROTECT)
    state = models.CharField(max_length=20, choices=State)
    signed_up_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("signed_up_at", "pk")
        constraints = (models.UniqueConstraint(fields=("session", "actor"), name="one_place_a_person"),)

    def __str__(self) -> str:
        return f"{self.actor}: {self.state}"


class Claim(models.Model):
    """One side says who gave what, once for any number of people; the other side answers."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="claims")
    activity = models.ForeignKey(Activity, models.PROTECT)
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True, related_name="claims")
    claimed_by = models.ForeignKey(Actor, models.PROTECT)
    claimed_side = models.CharField(max_length=20, choices=Side)
    typed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    claimed_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(_("note"), max_length=2000, blank=True)

    def __str__(self) -> str:
        return f"claim {self.pk}"


class Contribution(Facets):
    """One input by one actor. Minutes are whole and typed by a person; nobody confirms their own claim."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="contributions")
    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="contributions")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="contributions")
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="contributions")
    side = models.CharField(max_length=20, choices=Side)
    capacity = models.CharField(_("as"), max_length=30, choices=Capacity, blank=True)
    given_on = models.DateField(_("given on"))
    minutes = models.PositiveIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)]
    )
    answer_by = models.DateTimeField()  # it expires then, unless whoever is asked has answered
    status = models.CharField(max_length=20, choices=ClaimStatus, default=ClaimStatus.PROPOSED)
    confirmed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="confirmed")
    settled_at = models.DateTimeField(null=True, blank=True)
    need = models.ForeignKey(Need, models.SET_NULL, null=True, blank=True, related_name="contributions")
    offer = models.ForeignKey(Offer, models.SET_NULL, null=True, blank=True, related_name="contributions")

    class Meta:
        indexes = (
            models.Index(fields=("initiative", "status", "given_on"), name="contributions_by_status"),
            models.Index(fields=("actor", "given_on"), name="contributions_of_actor"),
            models.Index(
                fields=("initiative", "answer_by"),
                condition=models.Q(status__in=("proposed", "amended")),
                name="contributions_not_settled",
            ),
            # Totals of an initiative are read from this alone, in the order in which they are summed.
            models.Index(
                fields=("initiative", "activity", "side", "actor", "minutes"),
                condition=models.Q(status="confirmed"),
                name="contributions_summed",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(minutes__gte=1, minutes__lte=MOST_MINUTES),
                name="contribution_of_whole_minutes_of_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="confirmed") | ~models.Q(confirmed_by=None),
                name="confirmed_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"contribution {self.pk}"


class Response(models.Model):
    """What a side answered: it is right, other minutes are right, or it did not happen like this."""

    class Answer(models.TextChoices):
        """The answer."""

        CONFIRM = "confirm", _("It is right")
        AMEND = "amend", _("Other minutes are right")
        DISPUTE = "dispute", _("It did not happen like this")

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="responses")
    answered_by = models.ForeignKey(Actor, models.PROTECT)
    answered_side = models.CharField(max_length=20, choices=Side)
    typed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(_("your answer"), max_length=20, choices=Answer)
    minutes_before = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField(
        _("minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
    )
    reason = models.TextField(_("why"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("answered_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(answer="amend") | models.Q(minutes__gte=1),
                name="an_amendment_says_minutes",
            ),
            models.CheckConstraint(
                condition=~models.Q(answer="dispute") | ~models.Q(reason=""), name="a_dispute_says_why"
            ),
        )

    def __str__(self) -> str:
        return f"{self.answer} of {self.contribution_id}"


class CalendarLink(models.Model):
    """The secret address of someone's own calendar; only its hash is kept."""

    actor = models.OneToOneField(Actor, models.CASCADE, related_name="calendar_link")
    hashed = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    PERSONAL = frozenset({"hashed"})

    def __str__(self) -> str:
        return f"calendar of {self.actor_id}"

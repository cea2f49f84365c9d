"""People and their parts. Names and addresses stand in `Person` alone; everywhere else there are pseudonyms."""

from __future__ import annotations

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import Side
from coproduce_web.permissions import ROLES
from coproduce_web.pseudonyms import new_pseudonym


class Organisation(models.Model):
    """An organisation that provides services."""

    name = models.CharField(_("name"), max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class Actor(models.Model):
    """Someone who acts, under a pseudonym: this row stays when the person behind it is erased.

    A stand-in takes the place of someone in the records of a month that are too old to lead to a person.
    """

    pseudonym = models.CharField(max_length=60, unique=True, default=new_pseudonym)
    side = models.CharField(_("side"), max_length=20, choices=Side)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    stand_in = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.pseudonym


class People(BaseUserManager["Person"]):
    """Finds people by address, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """The person with that address."""
        return self.get(email__iexact=username)


def new_sessions() -> str:
    """What a person's sessions are held against; drawn anew, it ends them all."""
    return secrets.token_hex(8)


class Person(AbstractBaseUser):
    """The one table of names and addresses. Someone who is not online has no address and no password."""

    actor = models.OneToOneField(Actor, models.PROTECT, related_name="person")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail address"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # when a letter to the address was answered
    sessions = models.CharField(max_length=32, default=new_sessions)

    objects = People()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    PERSONAL = frozenset({"name", "email", "password", "last_login", "sessions"})
    """Fields whose values never enter the trail."""

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="one_person_an_address"),)

    def __str__(self) -> str:
        return self.actor.pseudonym

    @property
    def online(self) -> bool:
        """Whether they can sign in themselves."""
        return bool(self.email)

    def get_session_auth_hash(self) -> str:
        """What a session is held against: it ends with a new password, or when all sessions are ended."""
        salt = "coproduce_web.models.Person.get_session_auth_hash"
        return salted_hmac(salt, self.password + self.sessions, algorithm="sha256").hexdigest()


class Demographics(models.Model):
    """What someone freely told of themselves: the answers to the service's questions, shown only as aggregates."""

    actor = models.OneToOneField(Actor, models.CASCADE, related_name="demographics")
    values = models.JSONField(default=dict, blank=True)
    PERSONAL = frozenset({"values"})

    def __str__(self) -> str:
        return f"demographics of {self.actor_id}"


class Membership(models.Model):
    """A role that someone holds in a service, or (`service` empty) on the whole platform."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="memberships")
    service = models.ForeignKey("Service", models.CASCADE, null=True, blank=True, related_name="memberships")
    role = models.CharField(
        _("role"), max_length=20, choices=[(role.key, role.label) for role in ROLES.values()]
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("actor", "service", "role"), condition=models.Q(until=None), name="one_role_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.role}"


class Invitation(models.Model):
    """A link that makes a person a member of a service; only its hash is kept."""

    service = models.ForeignKey("Service", models.CASCADE, null=True, blank=True)
    role = models.CharField(
        _("role"), max_length=20, choices=[(role.key, role.label) for role in ROLES.values()]
    )
    side = models.CharField(_("side"), max_length=20, choices=Side)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True)
    hashed = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Actor, models.SET_NULL, null=True, blank=True, related_name="invitations")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Actor, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    PERSONAL = frozenset({"hashed"})

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(used_at=None) | models.Q(withdrawn_at=None), name="used_or_withdrawn"
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and self.withdrawn_at is None and timezone.now() < self.expires_at


class ErasureRequest(models.Model):
    """Someone asks a steward to erase what is held of them; it is answered within a month."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="erasure_requests")
    words = models.TextField(_("what else should go, and where it stands"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    erased = models.BooleanField(default=False)
    answer = models.TextField(_("why not, or not all"), max_length=2000, blank=True)
    PERSONAL = frozenset({"words", "answer"})

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("actor",), condition=models.Q(answered_at=None), name="one_open_request_a_person"
            ),
            models.CheckConstraint(
                condition=models.Q(erased=False) | models.Q(answered_at__isnull=False),
                name="erased_is_answered",
            ),
        )

    def __str__(self) -> str:
        return f"erasure request {self.pk}"


class Attempt(models.Model):
    """One try at a door that is opened only so often: a sign-in, a letter, an unnamed concern."""

    door = models.CharField(max_length=40)
    hashed = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("door", "hashed", "at"), name="tries"),)

    def __str__(self) -> str:
        return self.door


class ApiToken(models.Model):
    """A program's key: whose it is, what it may do, until when; only its hash is kept."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="tokens")
    service = models.ForeignKey("Service", models.CASCADE, related_name="tokens")
    label = models.CharField(_("what it is for"), max_length=100)
    scopes = models.JSONField(default=list)
    hashed = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    PERSONAL = frozenset({"hashed"})

    def __str__(self) -> str:
        return self.label

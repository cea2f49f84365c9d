"""What the platform holds about a person, where, and what becomes of it: when they are erased, and when it is too old.

Every relation of a record to an actor stands in `HELD`; a test holds that none is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coproduce_web.models import Actor, Person

ERASED = "[…]"
"""Stands where words were erased."""


class Fate(StrEnum):
    """What becomes of a relation to someone who is erased."""

    STAYS = "stays"
    CUT = "cut"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One way in which a kind of record speaks of someone.

    Parameters
    ----------
    kind
        The record's model.
    field
        Its field that names the actor.
    what
        What it is to the person, in words.
    at
        Its field that says when: too old by it, the record leads to a stand-in; empty for what lasts as long as the
        person takes part.
    texts
        Its fields that hold the person's own words: they are erased with the person.
    fate
        What becomes of the relation when the person is erased.
    """

    kind: str
    field: str
    what: str | Promise
    at: str = ""
    texts: tuple[str, ...] = ()
    fate: Fate = Fate.STAYS

    @property
    def key(self) -> str:
        """Its name in addresses and files."""
        return f"{self.kind}-{self.field}".replace("_", "-")

    @property
    def model(self) -> type[models.Model]:
        """The record's model."""
        return apps.get_model("platform", self.kind)

    def of(self, actor: Actor) -> QuerySet[Any]:
        """The records of that kind that speak of `actor`."""
        return self.model._default_manager.filter(**{self.field: actor}).order_by("pk")


_GOAL = ("title", "much_less", "less", "hoped", "more", "much_more")

HELD: tuple[Held, ...] = (
    Held(
        kind="demographics",
        field="actor",
        what=_("what you told of yourself, shown only as counts"),
        fate=Fate.REMOVED,
    ),
    Held(kind="membership", field="actor", what=_("your roles")),
    Held(kind="invitation", field="made_by", what=_("invitations you made")),
    Held(kind="invitation", field="used_by", what=_("invitations you took up")),
    Held(
        kind="erasurerequest",
        field="actor",
        what=_("your requests to be erased"),
        texts=("words", "answer"),
    ),
    Held(kind="apitoken", field="actor", what=_("keys of programs"), fate=Fate.REMOVED),
    Held(kind="calendarlink", field="actor", what=_("links of your calendar"), fate=Fate.REMOVED),
    Held(kind="comment", field="said_by", what=_("comments you made"), at="said_at", texts=("text",)),
    Held(
        kind="proposal", field="proposed_by", what=_("proposals you made"), at="proposed_at", texts=("text",)
    ),
    Held(kind="priority", field="actor", what=_("how much proposals matter to you"), at="given_at"),
    Held(kind="blueprint", field="drawn_by", what=_("versions of the blueprint you drew")),
    Held(kind="idea", field="shared_by", what=_("ideas you shared"), at="shared_at", texts=("text",)),
    Held(kind="prototype", field="made_by", what=_("first versions you made"), at="made_at", texts=("text",)),
    Held(
        kind="prototypetest",
        field="tested_by",
        what=_("first versions you tried"),
        at="tested_on",
        texts=("worked", "failed"),
    ),
    Held(
        kind="need",
        field="raised_by",
        what=_("needs you raised"),
        at="raised_at",
        texts=("title", "text", "skill", "place"),
    ),
    Held(kind="need", field="done_by", what=_("needs you reported as met"), at="done_at"),
    Held(kind="need", field="said_by", what=_("your word on whether a need was met"), at="said_at"),
    Held(
        kind="offer",
        field="offered_by",
        what=_("offers you made"),
        at="offered_at",
        texts=("title", "text", "skill", "place"),
    ),
    Held(kind="opportunity", field="posted_by", what=_("opportunities you posted")),
    Held(kind="signup", field="actor", what=_("places you took in sessions"), at="signed_up_at"),
    Held(
        kind="claim",
        field="claimed_by",
        what=_("contributions you reported"),
        at="claimed_at",
        texts=("note",),
    ),
    Held(kind="claim", field="typed_by", what=_("contributions you typed for others"), at="claimed_at"),
    Held(kind="contribution", field="actor", what=_("what you gave"), at="given_on"),
    Held(kind="contribution", field="confirmed_by", what=_("contributions you confirmed"), at="given_on"),
    Held(
        kind="response",
        field="answered_by",
        what=_("your answers to contributions"),
        at="answered_at",
        texts=("reason",),
    ),
    Held(kind="response", field="typed_by", what=_("answers you typed for others"), at="answered_at"),
    Held(kind="account", field="actor", what=_("your account of time credits")),
    Held(kind="respondent", field="actor", what=_("surveys you were sent"), at="asked_at", fate=Fate.CUT),
    Held(kind="goal", field="actor", what=_("your goals"), at="set_at", texts=_GOAL),
    Held(kind="goal", field="partner", what=_("goals of citizens that you agreed with them"), at="set_at"),
    Held(kind="goal", field="typed_by", what=_("goals you typed for others"), at="set_at"),
    Held(
        kind="goalreview",
        field="said_by",
        what=_("your word on how far a goal was reached"),
        at="said_at",
        texts=("note",),
    ),
    Held(
        kind="decision",
        field="proposer",
        what=_("decisions you proposed"),
        at="proposed_at",
        texts=("text",),
    ),
    Held(kind="decision", field="owner", what=_("promises you owed")),
    Held(
        kind="judgement",
        field="actor",
        what=_("your word on whether promises were kept"),
        at="said_at",
        texts=("note",),
    ),
    Held(
        kind="concern",
        field="raised_by",
        what=_("concerns you raised by name"),
        at="raised_at",
        texts=("text", "borne_by"),
        fate=Fate.CUT,
    ),
    Held(kind="concern", field="handler", what=_("concerns you handled")),
    Held(kind="concern", field="closing_asked_by", what=_("concerns you asked to close")),
    Held(kind="concern", field="closed_by", what=_("concerns you closed")),
    Held(
        kind="concernnote",
        field="said_by",
        what=_("what you said on a concern"),
        at="said_at",
        texts=("text",),
    ),
    Held(kind="unit", field="actor", what=_("your place in an evaluation"), fate=Fate.CUT),
    Held(kind="evaluation", field="planned_by", what=_("evaluations you planned")),
    Held(kind="allocation", field="enrolled_by", what=_("people you enrolled in an evaluation")),
    Held(kind="run", field="asked_by", what=_("runs of the engine you asked for")),
)


@cache
def by_key() -> dict[str, Held]:
    """Each by its name in addresses."""
    return {held.key: held for held in HELD}


def numbers(actor: Actor) -> list[tuple[Held, int]]:
    """How many records of each kind speak of `actor`, in one query; kinds with none are left out."""
    counts = {
        held.key.replace("-", "_"): Coalesce(
            Subquery(
                held.model._default_manager.filter(**{held.field: OuterRef("pk")})
                .order_by()
                .values(held.field)
                .annotate(number=Count("pk"))
                .values("number"),
                output_field=IntegerField(),
            ),
            0,
        )
        for held in HELD
    }
    found = Actor.objects.filter(pk=actor.pk).annotate(**counts).values(*counts).get()
    return [(held, found[name]) for held, name in zip(HELD, counts, strict=True) if found[name]]


def told(row: models.Model) -> dict[str, Any]:
    """A row as its person may read it: every field but secrets; people by their pseudonyms.

    Rows come with the actors that they name (`select_related`).
    """
    encoder = DjangoJSONEncoder()
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in {"hashed", "password", "sessions", "plan", "findings", "figures", "seed"}:
            continue
        if isinstance(field, models.ForeignKey) and field.related_model is Actor:
            named = getattr(row, field.name)
            values[field.name] = named.pseudonym if named else None
            continue
        value = field.value_from_object(row)
        plain = isinstance(value, str | int | float | bool | list | dict | None)
        values[field.name] = value if plain else encoder.default(value)
    return values


def rows(held: Held, actor: Actor) -> QuerySet[Any]:
    """The records of one kind that speak of `actor`, with the actors that they name."""
    named = [
        field.name
        for field in held.model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Actor
    ]
    return held.of(actor).select_related(*named)


def everything(person: Person) -> dict[str, Any]:
    """All that is held about a person, as JSON can say it: the account, and the rows of each kind."""
    account = told(person) | {
        "pseudonym": person.actor.pseudonym,
        "side": person.actor.side,
        "joined_at": person.actor.joined_at.isoformat(),
    }
    kinds = {
        held.key: [told(row) for row in rows(held, person.actor)] for held, _number in numbers(person.actor)
    }
    return {"account": [account]} | kinds

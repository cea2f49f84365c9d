"""No page asks the database more than 30 times, however much there is to show."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone
from tests.web.matrix import MATRIX, ROLES
from tests.web.things import things

from coproduce_web.actions import claims, commissioning, concerns, deciding, needs, people, services, sessions
from coproduce_web.actions.acting import By

MOST = 30
MANY = 40


@pytest.fixture
def crowd(world):
    """The things of the small world, in a service that has dozens of everything that pages list."""
    known = things(world)
    _people(world)
    _proposals(world)
    _needs(world)
    _sessions(world)
    for place in range(MANY):
        concerns.raise_concern(
            by=By(actor=None), service=world.service, severity=1 + place % 3, text="So it is."
        )
        services.comment(by=world.by("citizen"), thread=world.thread, text="Yes.")
    return known


def _people(world):
    for place in range(MANY):
        people.add_person(
            by=world.by("steward"),
            service=world.service,
            role="citizen",
            side="citizen",
            name=f"Citizen {place}",
            email=f"many{place}@example.org",
        )


def _proposals(world):
    coordinator, citizen = world.by("coordinator"), world.by("citizen")
    for place in range(MANY):
        proposal = commissioning.propose(
            by=citizen, initiative=world.initiative, kind="outcome", title=f"Outcome {place}"
        )
        commissioning.prioritise(by=citizen, proposal=proposal, weight=3)
        services.comment(by=citizen, thread=proposal.thread, text="Yes.")
        deciding.decide(
            by=coordinator,
            decision=proposal.decisions.get(),
            result="accepted",
            decided_by="jointly",
            rung="jointly_decided",
            reason="Both want it.",
            promise="A plan.",
            owner=coordinator.known,
            due_on=timezone.localdate() + timedelta(days=place),
        )


def _needs(world):
    citizen = world.by("citizen")
    for place in range(MANY):
        need = needs.raise_need(
            by=citizen, initiative=world.initiative, title=f"Need {place}", skill="driving"
        )
        needs.offer(by=citizen, initiative=world.initiative, title=f"Offer {place}", skill="driving")
        claims.claim(
            by=world.by("professional"),
            activity=world.activity,
            given_on=timezone.localdate() - timedelta(days=1 + place),
            given=[claims.Given(actor=citizen.known, minutes=30)],
            need=need,
        )


def _sessions(world):
    by = world.by("professional")
    for place in range(MANY):
        sessions.post_opportunity(
            by=by,
            activity=world.activity,
            title=f"Walk {place}",
            role="Walker",
            places=3,
            side="citizen",
            text="",
            place="The hall",
        )
    for place in world.more["session"].opportunity.places.all():
        sessions.sign_up(by=world.by("citizen"), session=world.more["session"], place=place)


def test_no_page_asks_the_database_more_than_thirty_times(crowd, signed_in):
    patterns = {pattern.name: pattern for pattern in get_resolver().url_patterns}
    browsers, many = {role: signed_in(role) for role in ROLES}, []
    for name, cells in MATRIX.items():
        place = reverse(name, kwargs={key: crowd[key] for key in patterns[name].pattern.converters})
        for role in (role for role in ROLES if cells[role] != "-"):
            with CaptureQueriesContext(connection) as asked:
                browsers[role].get(place)
            if len(asked) > MOST:
                many.append(f"{name} by {role}: {len(asked)}")
    assert not many, f"more than {MOST} queries: {', '.join(many)}"

"""A small world for the platform's tests: one service with everything in it, and one person of each role."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from coproduce_web.actions import people, services
from coproduce_web.actions.acting import By
from coproduce_web.models import (
    Activity,
    Initiative,
    Membership,
    Organisation,
    Person,
    Phase,
    Service,
    Thread,
)
from coproduce_web.permissions import ROLES

SIDES = {
    "citizen": "citizen",
    "professional": "professional",
    "coordinator": "professional",
    "evaluator": "organisation",
    "handler": "organisation",
    "steward": "organisation",
}
PASSWORD = "a long enough password"


@dataclass
class World:
    """What the tests start from."""

    service: Service
    other_service: Service
    initiative: Initiative
    phases: dict[str, Phase]
    activity: Activity
    thread: Thread
    people: dict[str, Person]
    more: dict[str, object] = field(default_factory=dict)

    def by(self, role: str) -> By:
        """The person of that role, as who acts."""
        return By(actor=self.people[role].actor)


def make_world() -> World:
    """A service in which every phase is open, with one person a role, a second citizen and an outsider."""
    steward = people.make_first_steward(name="Stella Steward", email="steward@example.org", password=PASSWORD)
    by = By(actor=steward.actor)
    service = services.found_service(by=by, organisation="Town", slug="care", title="Neighbourhood care")
    other = services.found_service(by=by, organisation="Town", slug="parks", title="Parks")
    organisation = Organisation.objects.get(name="Town")
    everyone = {"steward": steward}
    for role in ROLES.keys() - {"steward"}:
        everyone[role] = _person(by, role=role, service=service, organisation=organisation)
    everyone["other_citizen"] = _person(by, role="citizen", service=service, email="second@example.org")
    everyone["outsider"] = _person(by, role="citizen", service=other, email="outsider@example.org")
    coordinator = By(actor=everyone["coordinator"].actor)
    initiative = services.start_initiative(
        by=coordinator, service=service, title="Visits", started_on=timezone.localdate() - timedelta(days=60)
    )
    phases = {
        name: services.open_phase(
            by=coordinator, initiative=initiative, name=name, opens_at=timezone.now() - timedelta(days=50)
        )
        for name in ("commission", "design", "deliver", "assess")
    }
    activity = services.plan_activity(by=coordinator, phase=phases["deliver"], title="Visit somebody")
    thread = Thread.objects.create(initiative=initiative)
    return World(
        service=service,
        other_service=other,
        initiative=initiative,
        phases=phases,
        activity=activity,
        thread=thread,
        people=everyone,
    )


def _person(by, *, role, service, email=None, organisation=None):
    side = SIDES[role]
    person = people.add_person(
        by=by,
        service=service,
        role=role,
        side=side,
        name=role.title(),
        email=email or f"{role}@example.org",
        organisation=None if side == "citizen" else organisation,
    )
    person.set_password(PASSWORD)
    person.save()
    assert Membership.objects.filter(actor=person.actor, role=role, service=service).exists()
    return person

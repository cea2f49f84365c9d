"""A small world for the platform's tests: one service with everything in it, and one person of each role."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from coproduce_web.actions import asking, forgetting, people, roles, services
from coproduce_web.actions.acting import By
from coproduce_web.models import (
    Activity,
    Initiative,
    Membership,
    Opportunity,
    Organisation,
    Person,
    Phase,
    Service,
    Session,
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
    world = World(
        service=service,
        other_service=other,
        initiative=initiative,
        phases=phases,
        activity=activity,
        thread=thread,
        people=everyone,
    )
    world.more |= _of_people(world)
    return world


def _of_people(world):
    """What the pages of people show: a member, their role, an invitation, a request, a group of those served."""
    service, citizen = world.service, world.people["citizen"].actor
    asked = [{"column": "age_group", "label": "How old are you?", "choices": ["young", "old"]}]
    service = asking.ask(by=world.by("steward"), service=service, questions=asked)
    invitation, _secret = roles.invite(
        by=world.by("steward"), service=service, role="citizen", side="citizen", days=14
    )
    other = world.people["other_citizen"].actor
    opportunity = Opportunity.objects.create(
        activity=world.activity, title="Walks", posted_by=world.people["professional"].actor
    )
    start = timezone.now() + timedelta(days=7)
    return {
        "actor": citizen,
        "membership": Membership.objects.get(actor=citizen, service=service),
        "invitation": invitation,
        "organisation": Organisation.objects.get(name="Town"),
        "erasure": forgetting.ask_erasure(by=By(actor=other), actor=other, words="and in comments"),
        "cell": asking.add_cell(
            by=world.by("steward"), service=service, values={"age_group": "old"}, persons=400
        ),
        "session": Session.objects.create(
            opportunity=opportunity, starts_at=start, ends_at=start + timedelta(hours=1)
        ),
    }


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

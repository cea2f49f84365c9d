"""Fills an empty database with so many contributions and what belongs to them, and prints who may do what there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from claiming import ACTIVITIES, NOW, OPPORTUNITIES, SESSIONS, TO_CONFIRM, Claiming, Members
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.urls import reverse
from numbering import DAYS, Sizes, ago, chance, some, without_indexes, written

from coproduce_web import models as m
from coproduce_web.actions.acting import CLOCK
from coproduce_web.actions.runs import carry_out

SIGN_UPS = 4  # of a session
COORDINATORS = 2  # of a service; the first of its professionals
PHASES = ("commission", "design", "deliver", "assess")


class Filling:
    """Fills the tables of services, people and what they do beside contributing."""

    def __init__(self, members: Members) -> None:
        self.members, self.sizes = members, members.sizes

    def places(self) -> None:
        """Services, initiatives, phases, activities."""
        sizes = self.sizes
        m.Organisation(pk=1, name="Town").save(force_insert=True)
        service = m.Service(organisation_id=1, title="", credits=True, summary="Together. " * 20)
        written(service, sizes.services, id="i", slug="'service-' || i", title="'Service ' || i")
        initiative = m.Initiative(title="", started_on=NOW.date() - timedelta(days=DAYS + 10))
        written(
            initiative,
            sizes.initiatives,
            id="i",
            service=self.members.service_of("i"),
            title="'Initiative ' || i",
            summary="repeat('What it is for. ', 10)",
        )
        for place, name in enumerate(PHASES, start=1):
            actions = m.Phase.usual_actions(name)
            phase = m.Phase(name=name, opens_at=NOW - timedelta(days=DAYS + 5), open_actions=actions)
            written(phase, sizes.initiatives, id=f"4 * (i - 1) + {place}", initiative="i")
        written(
            m.Activity(title="", form="action", input="time", level="individual"),
            sizes.initiatives * ACTIVITIES,
            id="i",
            phase=f"4 * ((i - 1) / {ACTIVITIES}) + 3",
            title="'Activity ' || i",
        )

    def people(self) -> None:
        """Citizens and professionals with their roles, names and accounts."""
        sizes = self.sizes
        side = f"CASE WHEN i <= {self.members.all_citizens} THEN 'citizen' ELSE 'professional' END"
        name = "'person-' || i"
        of = f"CASE WHEN i > {self.members.all_citizens} THEN 1 END"
        first = f"i <= {self.members.all_citizens + COORDINATORS * sizes.services}"
        team = f"CASE WHEN {first} THEN 'coordinator' ELSE 'professional' END"
        role = f"CASE WHEN i <= {self.members.all_citizens} THEN 'citizen' ELSE {team} END"
        written(
            m.Actor(),
            self.members.actors,
            id="i",
            side=side,
            pseudonym=name,
            organisation=of,
            joined_at=ago(1),
        )
        person = m.Person(password="!", confirmed_at=NOW)  # noqa: S106  # no password fits
        email = "'person' || i || '@example.org'"
        written(
            person,
            self.members.actors,
            id="i",
            actor="i",
            name="'Person ' || i",
            email=email,
            sessions="md5(i::text)",
        )
        service = (
            f"1 + (i - 1) % {sizes.services}"  # citizens and professionals alike: both counts are multiples
        )
        written(
            m.Membership(), self.members.actors, id="i", actor="i", service=service, role=role, since=ago(1)
        )
        written(m.Account(), sizes.services, id="i", service="i")
        written(
            m.Account(), self.members.all_citizens, id=f"{sizes.services} + i", service=service, actor="i"
        )

    def sessions(self) -> None:
        """Opportunities, sessions and who came."""
        sizes = self.sizes
        opportunities = sizes.initiatives * ACTIVITIES * OPPORTUNITIES
        activity = f"1 + (i - 1) / {OPPORTUNITIES}"
        initiative = f"(1 + (i - 1) / {OPPORTUNITIES * ACTIVITIES})"
        written(
            m.Opportunity(title=""),
            opportunities,
            id="i",
            activity=activity,
            title="'Opportunity ' || i",
            posted_by=self.members.professional(self.members.service_of(initiative), seed=2),
            posted_at=ago(3),
        )
        written(m.Place(role="Helper", places=20), opportunities, id="i", opportunity="i")
        starts = f"{ago(4)} + interval '30 days'"
        written(
            m.Session(),
            opportunities * SESSIONS,
            id="i",
            opportunity=f"1 + (i - 1) / {SESSIONS}",
            starts_at=starts,
            ends_at=f"{starts} + interval '2 hours'",
        )
        session = f"(1 + (i - 1) / {SIGN_UPS})"
        of = self.members.service_of(f"(1 + ({session} - 1) / {SESSIONS * OPPORTUNITIES * ACTIVITIES})")
        who = f"(hashint8extended({session}, 5) & 1048575) + 7 * ((i - 1) % {SIGN_UPS})"
        written(
            m.SignUp(state="came"),
            opportunities * SESSIONS * SIGN_UPS,
            id="i",
            session=session,
            place=f"1 + ({session} - 1) / {SESSIONS}",
            actor=f"{of} + {sizes.services} * (({who}) % {sizes.citizens})",
            signed_up_at=ago(6),
        )

    def wishes(self) -> None:
        """Needs, offers, proposals with priorities and comments, decisions with judgements, concerns."""
        number = self.sizes.contributions
        initiative = f"(1 + {some(self.sizes.initiatives, seed=7, power=2)})"
        who = self.members.citizen(self.members.service_of(initiative), seed=8)
        done = f"CASE WHEN {chance(9)} < 0.8 THEN now() END"
        heard = f"{chance(9)} < 0.6"
        word = f"CASE WHEN {chance(10)} < 0.9 THEN 'done' ELSE 'partly' END"
        says = f"CASE WHEN {heard} THEN {word} ELSE '' END"
        said = f"CASE WHEN {heard} THEN now() END"
        said_by = f"CASE WHEN {heard} THEN {who} END"
        written(
            m.Need(title="", skill="gardening"),
            number // 20,
            id="i",
            initiative=initiative,
            title="'Need ' || i",
            raised_by=who,
            raised_at=ago(11),
            done_at=done,
            citizen_says=says,
            said_at=said,
            said_by=said_by,
        )
        written(
            m.Offer(title="", skill="gardening"),
            number // 40,
            id="i",
            initiative=initiative,
            title="'Offer ' || i",
            offered_by=who,
            offered_at=ago(12),
        )
        written(m.Thread(), number // 100, id="i", initiative=initiative)
        written(
            m.Proposal(title="", kind="project"),
            number // 200,
            id="i",
            thread="i",
            initiative=initiative,
            title="'Proposal ' || i",
            proposed_by=who,
            proposed_at=ago(13),
        )
        self.words(initiative, who=who)

    def words(self, initiative: str, *, who: str) -> None:
        """What people said on proposals and decisions."""
        number = self.sizes.contributions
        decisions = number // 200
        # Ten people say of each proposal how much it matters, two judge each decision.
        written(
            m.Priority(),
            decisions * 10,
            proposal="1 + (i - 1) / 10",
            actor=f"1 + ((i - 1) / 10 + (i - 1) % 10) % {self.members.all_citizens}",
            weight=f"1 + {some(5, seed=14)}",
        )
        written(
            m.Comment(text="I think so too, because it would help many. " * 3),
            number // 20,
            thread=f"1 + {some(max(1, number // 100), seed=15)}",
            said_by=who,
            said_at=ago(16),
        )
        accepted = f"{chance(17)} < 0.7"
        written(
            m.Decision(topic="", proposed_by="citizen", reason="It helps."),
            decisions,
            id="i",
            thread=f"{decisions} + i",
            initiative=initiative,
            topic="'Topic ' || i",
            proposer=who,
            proposed_at=ago(18),
            result=f"CASE WHEN {accepted} THEN 'accepted' ELSE '' END",
            decided_by=f"CASE WHEN {accepted} THEN 'jointly' ELSE '' END",
            done_at=f"CASE WHEN {chance(17)} < 0.5 THEN now() END",
            due_on=f"CASE WHEN {accepted} THEN current_date + 100 - {some(DAYS, seed=19)}::int END",
        )
        written(
            m.Judgement(),
            2 * decisions,
            decision="1 + (i - 1) / 2",
            actor=f"1 + (i - 1) % {self.members.all_citizens}",
            says=f"CASE WHEN {chance(20)} < 0.8 THEN 'done' ELSE 'partly' END",
        )
        self.concerns(initiative)

    def concerns(self, initiative: str) -> None:
        """Concerns, half of them answered."""
        written(
            m.Concern(severity=1, evil="implicit_demands", answer_due_at=NOW + timedelta(days=5)),
            self.sizes.contributions // 500,
            service=self.members.service_of(initiative),
            initiative=initiative,
            hashed="md5(i::text)",
            raised_at=ago(21),
            status=f"CASE WHEN {chance(22)} < 0.5 THEN 'open' ELSE 'answered' END",
        )


def filled(sizes: Sizes) -> dict[str, Any]:
    """Fill the database; who visits, by their sessions, and what each may confirm."""
    call_command("migrate", verbosity=0)
    members = Members(sizes)
    filling, claiming = Filling(members), Claiming(members)
    with without_indexes():
        filling.places()
        filling.people()
        filling.sessions()
        filling.wishes()
        claiming.claims()
        claiming.answers()
        claiming.waiting()
    run = m.Run.objects.create(service_id=1)
    carry_out(by=CLOCK, key=run.pk)
    return {"pages": pages(), "users": list(users(members))}


def users(members: Members) -> Iterator[dict[str, Any]]:
    """Those who visit: two coordinators with one inbox, a professional in ten, citizens."""
    sizes, services = members.sizes, members.sizes.services
    team = max(COORDINATORS, sizes.users // 10)
    first = sizes.contributions + 1
    shared = list(range(first + sizes.users * TO_CONFIRM, first + (sizes.users + 2) * TO_CONFIRM))
    for place in range(sizes.users):
        person, confirms = (
            1 + services * (place - team),
            [first + (place - team) * TO_CONFIRM + i for i in range(TO_CONFIRM)],
        )
        if place < team:
            person = members.all_citizens + 1 + services * place
            confirms = shared if place < COORDINATORS else []
        yield {
            "person": person,
            "session": signed_in(m.Person.objects.get(pk=person)),
            "confirms": [reverse("answer", args=["service-1", key]) for key in confirms],
        }


def signed_in(person: m.Person) -> str:
    """The key of a session in which that person is signed in: signing in itself is held back by its limits."""
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def pages() -> dict[str, str]:
    """The commonest pages, and totals, of the service and the initiative in which most is going on."""
    return {
        "start": reverse("start"),
        "service": reverse("service", args=["service-1"]),
        "initiative": reverse("initiative", args=["service-1", 1]),
        "opportunities": reverse("opportunities", args=["service-1", 1]),
        "needs": reverse("needs", args=["service-1", 1]),
        "my contributions": reverse("mine", args=["service-1"]),
        "waiting for my answer": reverse("waiting", args=["service-1"]),
        "decisions": reverse("all_decisions", args=["service-1"]),
        "learn": reverse("learn", args=["service-1"]),
        "proposals": reverse("proposals", args=["service-1", 1]),
        "time given": reverse("time_given", args=["service-1", 1]),
    }


if __name__ == "__main__":
    contributions, number = map(int, sys.argv[1:])
    print(json.dumps(filled(Sizes(contributions=contributions, users=number))))

"""The people of the demo: invented, each with a part, a side and what they told of themselves."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from coproduce_web.actions import accounts, asking, people, services
from coproduce_web.actions.acting import By
from coproduce_web.models import Organisation, Person, Service

PASSWORD = "coproduce demo"  # noqa: S105  # it is shown on the terminal: the demo has nothing to hide
CITIZENS = 60
ASKED = [
    {"column": "age_band", "label": "Age", "choices": ["under 40", "40 to 64", "65 and over"]},
    {
        "column": "deprivation",
        "label": "Where you live",
        "choices": ["most deprived", "middle", "least deprived"],
    },
]
PERSONS = {
    ("under 40", "most deprived"): 900,
    ("under 40", "middle"): 1200,
    ("under 40", "least deprived"): 900,
    ("40 to 64", "most deprived"): 800,
    ("40 to 64", "middle"): 1300,
    ("40 to 64", "least deprived"): 900,
    ("65 and over", "most deprived"): 600,
    ("65 and over", "middle"): 800,
    ("65 and over", "least deprived"): 600,
}
TAKES_PART = {"most deprived": 0.5, "middle": 1.0, "least deprived": 1.6}
"""Those who have more take part more: what representation ratios are there to show."""

STAFF = {
    "coordinator": ("coordinator", "professional"),
    "nurse": ("professional", "professional"),
    "caretaker": ("professional", "professional"),
    "librarian": ("professional", "professional"),
    "evaluator": ("evaluator", "organisation"),
    "handler": ("handler", "organisation"),
    "second_handler": ("handler", "organisation"),
}


@dataclass
class Cast:
    """Who is there, and where."""

    service: Service
    steward: Person
    staff: dict[str, Person]
    citizens: list[Person] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311  # a demo's dice

    def by(self, name: str) -> By:
        """Someone of the staff, as who acts."""
        return By(actor=(self.steward if name == "steward" else self.staff[name]).actor)

    def some(self, number: int) -> list[By]:
        """Some citizens, drawn by lot, as who act."""
        return [By(actor=person.actor) for person in self.chance.sample(self.citizens, number)]


def found() -> Cast:
    """The service with its staff; citizens join later."""
    steward = people.make_first_steward(name="Stella Steward", email="steward@example.org", password=PASSWORD)
    by = By(actor=steward.actor)
    service = services.found_service(
        by=by,
        organisation="Riverside Council (invented)",
        slug="neighbourhood-care",
        title="Neighbourhood care (simulated)",
        summary="Neighbours and professionals look after each other so that older people can live at home. Every "
        "person and every record here is invented.",
    )
    services.change_service(by=by, service=service, credits=True, hour_value=15, simulated=True)
    asking.ask(by=by, service=service, questions=ASKED)
    cells = [(_told(cell), persons) for cell, persons in PERSONS.items()]
    asking.tell_population(by=by, service=service, cells=cells)
    organisation = Organisation.objects.get()
    staff = {
        name: _with_password(
            people.add_person(
                by=by,
                service=service,
                role=role,
                side=side,
                name=name.replace("_", " ").title(),
                email=f"{name}@example.org",
                organisation=organisation,
            )
        )
        for name, (role, side) in STAFF.items()
    }
    return Cast(service=service, steward=steward, staff=staff)


def _with_password(person: Person) -> Person:
    return accounts.set_password(by=By(actor=person.actor), password=PASSWORD)


def _told(cell: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("age_band", "deprivation"), cell, strict=True))


def join(cast: Cast, *, number: int) -> None:
    """Let so many citizens join, those who have more the likelier, and tell of themselves."""
    cells = list(PERSONS)
    weights = [PERSONS[cell] * TAKES_PART[cell[1]] for cell in cells]
    for cell in cast.chance.choices(cells, weights=weights, k=number):
        place = len(cast.citizens) + 1
        person = people.join(
            service=cast.service,
            name=f"Citizen {place}",
            email=f"citizen{place}@example.org",
            password=PASSWORD if place == 1 else None,
        )
        asking.tell(by=By(actor=person.actor), service=cast.service, values=_told(cell))
        cast.citizens.append(person)

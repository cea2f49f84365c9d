"""What somebody is called on a page: a name for who may see names, a pseudonym for everybody else."""

from __future__ import annotations

from collections.abc import Iterable

from coproduce_web.models import Actor, Person
from coproduce_web.pages.access import Visit
from coproduce_web.permissions import Permission


def names(request: Visit, actors: Iterable[Actor]) -> dict[int, str]:
    """Of each actor, by key, what the visitor may call them."""
    known = {actor.pk: actor.pseudonym for actor in actors}
    if Permission.SEE_NAMES in request.permissions:
        people = Person.objects.filter(actor__in=known).values_list("actor", "name")
        known |= {actor: f"{name} ({known[actor]})" for actor, name in people}
    return known

"""What stands in each part of an address, for the walk of the matrix."""

from tests.web.assess import assess
from tests.web.commission import commission
from tests.web.concern import worry
from tests.web.deliver import deliver
from tests.web.design import design
from tests.web.evidence import evidence

PEOPLE = ("actor", "membership", "invitation", "organisation", "erasure", "cell", "session")


def things(world):
    """A value of the small world for every name that an address may hold."""
    return {
        "service": world.service.slug,
        "initiative": world.initiative.pk,
        "phase": world.phases["deliver"].pk,
        "activity": world.activity.pk,
        "thread": world.thread.pk,
        "token": "made-up",
        **commission(world),
        **worry(world),
        **deliver(world),
        **design(world),
        **assess(world),
        **evidence(world),
        "kind": "membership-actor",
        **{name: world.more[name].pk for name in PEOPLE},
    }

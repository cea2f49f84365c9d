"""What stands in each part of an address, for the walk of the matrix."""


def things(world):
    """A value of the small world for every name that an address may hold."""
    return {
        "service": world.service.slug,
        "initiative": world.initiative.pk,
        "phase": world.phases["deliver"].pk,
        "activity": world.activity.pk,
        "thread": world.thread.pk,
        "token": "made-up",
    }

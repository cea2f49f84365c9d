"""What is assessed in the small world: a questionnaire with an open wave, and a citizen's goal."""

from datetime import timedelta

from django.utils import timezone

from coproduce_web.actions import goals, surveys

LEVELS = {
    "much_less": "not out of bed",
    "less": "up, not out of the house",
    "hoped": "once a week to the shop",
    "more": "every other day out",
    "much_more": "out every day",
}


def wave(world, about="experience", **more):
    """An open wave of a questionnaire that comes with the platform."""
    instrument = surveys.add_ready(by=world.by("coordinator"), service=world.service, about=about)
    return wave_of(world, instrument, **more)


def wave_of(world, instrument, **more):
    """An open wave of a questionnaire."""
    now = timezone.now()
    told = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=14)} | more
    return surveys.plan_wave(
        by=world.by("coordinator"),
        initiative=world.initiative,
        instrument=instrument,
        title="How was it?",
        **told,
    )


def goal(world, **more):
    """A goal that a citizen wrote down."""
    told = {"title": "Out again", "set_by": "citizen", "baseline": -1, "importance": 2, **LEVELS} | more
    return goals.set_goal(by=told.pop("by", world.by("citizen")), initiative=world.initiative, **told)


def assess(world):
    """An open wave that asks nobody yet, and a goal that waits for the other side."""
    asked = wave(world)
    return {
        "about": "motives",
        "instrument": asked.instrument_id,
        "wave": asked.pk,
        "goal": goal(world).pk,
    }

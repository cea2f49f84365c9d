"""A concern of the small world: raised unnamed, answered by the handler."""

from coproduce_web.actions import concerns
from coproduce_web.actions.acting import By


def worry(world):
    """An answered concern."""
    raised = concerns.raise_concern(
        by=By(actor=None), service=world.service, evil="failing_accountability", severity=2, secret="made-up"
    )
    if raised.handler is None:  # asked twice, it is there already
        concerns.take(by=world.by("handler"), concern=raised)
        concerns.answer(by=world.by("handler"), concern=raised, text="We have asked the team.")
    return {"concern": raised.pk}

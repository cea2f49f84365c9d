"""The demo's concerns: unnamed and named, answered in time and late, closed by two persons, still open."""

from __future__ import annotations

from datetime import datetime, timedelta

from coproduce_web.actions import concerns
from coproduce_web.actions.acting import By
from coproduce_web.demo.cast import Cast
from coproduce_web.demo.then import at
from coproduce_web.models import Concern, Initiative

RAISED = (
    ("implicit_demands", 2, "I am asked every week whether I can do one more afternoon."),
    ("implicit_demands", 2, "Since the visits began the home help comes less often."),
    ("implicit_demands", 1, "I cook, I wash up, I lock the hall."),
    ("failing_accountability", 2, "The plan was promised by summer. Who answers for it?"),
    ("failing_accountability", 1, "Nobody told us why the telephone idea was rejected."),
    ("failing_accountability", 2, "It is called done, and it is not done."),
    ("loss_of_democracy", 1, "Always the same people at the meetings."),
    ("reinforced_inequalities", 3, "Nobody visits the tower blocks."),
    ("", 1, "The lift in the hall is broken, so my friend cannot come."),
    ("implicit_demands", 2, "My mother's neighbour is worn out."),
)


def worry(cast: Cast, initiative: Initiative, *, start: datetime) -> None:
    """Ten concerns over the half year; the last ones wait for their answer."""
    for place, (evil, severity, text) in enumerate(RAISED):
        day = start + timedelta(days=18 * place)
        by = By(actor=None) if place % 3 else cast.some(1)[0]
        with at(day):
            raised = concerns.raise_concern(
                by=by,
                service=cast.service,
                initiative=initiative,
                evil=evil,
                severity=severity,
                text=text,
                borne_by="volunteers" if evil == "implicit_demands" else "",
            )
        if place < 8:
            _handled(cast, raised, day=day, late=place == 5, closed=place < 6)


def _handled(cast: Cast, concern: Concern, *, day: datetime, late: bool, closed: bool) -> None:
    handler, second = cast.by("handler"), cast.by("second_handler")
    answered = day + timedelta(days=14 if late else 4)
    with at(answered):
        concerns.take(by=handler, concern=concern)
        concerns.answer(
            by=handler, concern=concern, text="We have asked the team, and this is what they change."
        )
    if closed:
        with at(answered + timedelta(days=3)):
            concerns.ask_to_close(by=handler, concern=concern)
        with at(answered + timedelta(days=5)):
            concerns.agree_to_close(by=second, concern=concern)

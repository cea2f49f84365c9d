"""The demo's blueprint in two versions, and ideas that were tried: adopted, adapted, abandoned, still open."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from coproduce_web.actions import designing, services
from coproduce_web.demo.cast import Cast
from coproduce_web.demo.then import at
from coproduce_web.models import Blueprint, Idea, Initiative

STEPS = (
    ("citizens", "Say that one would like a visit", "By telephone, on paper or here."),
    ("organisation", "Listen, and ask what matters", "A nurse calls back within three days."),
    ("backstage", "Look who could come", "By what people like, when they are free, how far it is."),
    ("citizens", "Meet over a cup of tea", "Both say afterwards whether they want to go on."),
    ("citizens", "Visit, once a week", ""),
    ("organisation", "Ask after a month how it goes", ""),
)
LATER = ("citizens", "Bring a neighbour along", "Nobody has to come alone the first time.")


def design(cast: Cast, initiative: Initiative, *, start: datetime) -> None:
    """A phase of design that is open, with what came of it so far."""
    with at(start):
        services.open_phase(by=cast.by("coordinator"), initiative=initiative, name="design", opens_at=start)
    _draw(cast, initiative, day=start + timedelta(days=3))
    _ideas(cast, initiative, day=start + timedelta(days=10))


def _draw(cast: Cast, initiative: Initiative, *, day: datetime) -> None:
    nurse = cast.by("nurse")
    with at(day):
        first = designing.draw_version(by=nurse, initiative=initiative)
        for lane, title, text in STEPS:
            designing.add_step(by=nurse, blueprint=first, lane=lane, title=title, text=text)
        designing.show_version(by=nurse, blueprint=first, note="As it is today.")
    _comment(cast, first, day=day + timedelta(days=2))
    with at(day + timedelta(days=20)):
        second = designing.draw_version(by=nurse, initiative=initiative)
        lane, title, text = LATER
        designing.add_step(by=nurse, blueprint=second, lane=lane, title=title, text=text, position=4)
        designing.show_version(by=nurse, blueprint=second, note="Nobody comes alone: citizens asked for it.")


def _comment(cast: Cast, version: Blueprint, *, day: datetime) -> None:
    step = version.steps.select_related("thread__initiative__service").order_by("position")[3]
    for place, by in enumerate(cast.some(2)):
        with at(day + timedelta(hours=place)):
            text = ("I would not dare to ring alone.", "May one bring somebody?")[place]
            services.comment(by=by, thread=step.thread, text=text)


def _ideas(cast: Cast, initiative: Initiative, *, day: datetime) -> None:
    adopted = _tried(
        cast,
        initiative,
        title="Visit in pairs",
        day=day,
        worked="Both came back and wanted to go again.",
        failed="Two of six could not find a common day.",
    )
    adapted = _tried(
        cast, initiative, title="A list at the library", day=day, worked="", failed="Nobody signed it."
    )
    with at(day + timedelta(days=30)):
        jointly = partial(
            designing.conclude, by=cast.by("coordinator"), decided_by="jointly", rung="jointly_decided"
        )
        jointly(
            idea=adopted,
            conclusion="adopt",
            reason="It was tried and took away the fear.",
            promise="Every first visit can be made in pairs.",
            owner=cast.staff["nurse"].actor,
            due_on=(day + timedelta(days=90)).date(),
        )
        jointly(
            idea=adapted,
            conclusion="adapt",
            reason="A list on a wall is not private.",
            following="Slips of paper in a box at the library",
        )
    with at(day + timedelta(days=40)):
        (by,) = cast.some(1)
        designing.share_idea(
            by=by, initiative=initiative, title="Visits in the evening", text="For those who work."
        )


def _tried(
    cast: Cast, initiative: Initiative, *, title: str, day: datetime, worked: str, failed: str
) -> Idea:
    (by,) = cast.some(1)
    with at(day):
        idea = designing.share_idea(by=by, initiative=initiative, title=title)
    with at(day + timedelta(days=7)):
        prototype = designing.make_prototype(by=by, idea=idea, title=f"{title}: a month of trying")
    with at(day + timedelta(days=25)):
        designing.record_test(
            by=cast.by("librarian"),
            prototype=prototype,
            tested_on=(day + timedelta(days=24)).date(),
            with_citizens=6,
            with_professionals=2,
            worked=worked,
            failed=failed,
        )
    return idea

"""Design: the blueprint from version to version, and ideas from first thought to a decision."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked
from coproduce_web.actions.deciding import RUNGS
from coproduce_web.models import (
    Actor,
    Blueprint,
    BlueprintStep,
    Decision,
    Idea,
    Initiative,
    Prototype,
    PrototypeTest,
    Thread,
)
from coproduce_web.permissions import Permission

RESULTS = {
    Idea.Conclusion.ADOPT.value: "accepted",
    Idea.Conclusion.ADAPT.value: "amended",
    Idea.Conclusion.ABANDON.value: "rejected",
}
"""What the register calls a conclusion."""


def draw_version(*, by: By, initiative: Initiative) -> Blueprint:
    """Begin the next version of the blueprint: it starts with the steps of the one before, each with its comments."""
    with acting(by, Permission.DRAW_BLUEPRINT, initiative=initiative) as trail:
        locked(initiative)
        known = Blueprint.objects.filter(initiative=initiative)
        if known.filter(shown_at=None).exists():
            raise NotNow(_("A version is being drawn already. Show it first."))
        before = known.order_by("-version").first()
        made = trail.add(
            Blueprint(initiative=initiative, version=before.version + 1 if before else 1, drawn_by=by.known)
        )
        for step in before.steps.all() if before else ():
            trail.add(
                BlueprintStep(
                    blueprint=made,
                    position=step.position,
                    lane=step.lane,
                    title=step.title,
                    text=step.text,
                    thread=step.thread,
                )
            )
        return made


def add_step(
    *, by: By, blueprint: Blueprint, lane: str, title: str, text: str = "", position: int | None = None
) -> BlueprintStep:
    """Add a step to the version that is being drawn; without a place, it comes after the last."""
    with acting(by, Permission.DRAW_BLUEPRINT, initiative=blueprint.initiative) as trail:
        drawn = _drawn(blueprint)
        last = drawn.steps.aggregate(last=Max("position"))["last"] or 0
        return trail.add(
            BlueprintStep(
                blueprint=drawn,
                lane=lane,
                title=title,
                text=text,
                position=position or last + 1,
                thread=trail.add(Thread(initiative=drawn.initiative)),
            )
        )


def change_step(*, by: By, step: BlueprintStep, **fields: Any) -> BlueprintStep:
    """Change a step of the version that is being drawn."""
    with acting(by, Permission.DRAW_BLUEPRINT, initiative=step.blueprint.initiative) as trail:
        _drawn(step.blueprint)
        return trail.change(locked(step), **fields)


def remove_step(*, by: By, step: BlueprintStep) -> None:
    """Leave a step out of the version that is being drawn; in earlier ones it stays, with what was said of it."""
    with acting(by, Permission.DRAW_BLUEPRINT, initiative=step.blueprint.initiative) as trail:
        _drawn(step.blueprint)
        trail.remove(step)


def show_version(*, by: By, blueprint: Blueprint, note: str) -> Blueprint:
    """Show a version to everyone; from then on it is not changed, only followed by the next."""
    with acting(by, Permission.DRAW_BLUEPRINT, initiative=blueprint.initiative) as trail:
        drawn = _drawn(blueprint)
        if not drawn.steps.exists():
            raise NotNow(_("It has no step yet."))
        return trail.change(drawn, note=note, shown_at=timezone.now())


def drop_version(*, by: By, blueprint: Blueprint) -> None:
    """Give up the version that is being drawn."""
    with acting(by, Permission.DRAW_BLUEPRINT, initiative=blueprint.initiative) as trail:
        trail.remove(_drawn(blueprint))


def _drawn(blueprint: Blueprint) -> Blueprint:
    """The version, if it is still being drawn."""
    now = locked(blueprint)
    if now.shown_at:
        raise NotNow(_("This version was shown. Draw the next one to change it."))
    return now


def share_idea(
    *, by: By, initiative: Initiative, title: str, text: str = "", follows: Idea | None = None
) -> Idea:
    """Share an idea of how the service could be, or one that follows from another."""
    with acting(by, Permission.SHARE_IDEA, initiative=initiative) as trail:
        if follows is not None and follows.initiative_id != initiative.pk:
            raise NotNow(_("That idea is of another initiative."))
        return _idea(trail, by=by, initiative=initiative, title=title, text=text, follows=follows)


def _idea(
    trail: Trail, *, by: By, initiative: Initiative, title: str, text: str, follows: Idea | None
) -> Idea:
    return trail.add(
        Idea(
            initiative=initiative,
            title=title,
            text=text,
            shared_by=by.known,
            follows=follows,
            thread=trail.add(Thread(initiative=initiative)),
        )
    )


def make_prototype(*, by: By, idea: Idea, title: str, text: str = "") -> Prototype:
    """Tell of a first version of an idea that people can try."""
    with acting(by, Permission.TEST_PROTOTYPE, initiative=idea.initiative, case=f"idea {idea.pk}") as trail:
        return trail.add(Prototype(idea=_open(idea), title=title, text=text, made_by=by.known))


def record_test(
    *,
    by: By,
    prototype: Prototype,
    tested_on: date,
    with_citizens: int,
    with_professionals: int,
    worked: str = "",
    failed: str = "",
) -> PrototypeTest:
    """Tell what happened when a first version was tried: what worked, and what did not."""
    idea = prototype.idea
    with acting(by, Permission.TEST_PROTOTYPE, initiative=idea.initiative, case=f"idea {idea.pk}") as trail:
        _open(idea)
        if tested_on > timezone.localdate():
            raise NotNow(_("This day has not come yet."))
        if not (worked or failed):
            raise NotNow(_("Say what worked, what did not, or both."))
        if not with_citizens + with_professionals:
            raise NotNow(_("Nobody tried it: then there is no result."))
        return trail.add(
            PrototypeTest(
                prototype=prototype,
                tested_by=by.known,
                tested_on=tested_on,
                with_citizens=with_citizens,
                with_professionals=with_professionals,
                worked=worked,
                failed=failed,
            )
        )


def conclude(
    *,
    by: By,
    idea: Idea,
    conclusion: str,
    reason: str,
    decided_by: str,
    rung: str,
    following: str = "",
    promise: str = "",
    owner: Actor | None = None,
    due_on: date | None = None,
) -> Decision:
    """Adopt, adapt or abandon an idea, with the reason; it stands in the register of decisions from then on.

    Parameters
    ----------
    by
        Who concludes it.
    idea
        The idea.
    conclusion
        What becomes of it. What is adopted was tried; what is adapted goes on as the idea that follows.
    reason
        Why.
    decided_by, rung
        Who decided, and how far citizens had a say.
    following
        The title of the idea that it is adapted to.
    promise, owner, due_on
        What is promised with an adopted idea, who sees to it and until when.
    """
    with acting(by, Permission.CONCLUDE_IDEA, initiative=idea.initiative, case=f"idea {idea.pk}") as trail:
        now = _open(idea)
        _refuse_wrong_conclusion(now, conclusion=conclusion, following=following)
        if rung not in RUNGS.get(decided_by, set()):
            raise NotNow(_("Who decided and how far citizens had a say do not go together."))
        if due_on and not owner:
            raise NotNow(_("What is due on a day needs somebody who owns it."))
        at = timezone.now()
        trail.change(now, conclusion=conclusion, reason=reason, concluded_at=at)
        if conclusion == Idea.Conclusion.ADAPT:
            _idea(trail, by=by, initiative=now.initiative, title=following, text=now.text, follows=now)
        return trail.add(
            Decision(
                initiative=now.initiative,
                topic=now.title,
                text=now.text,
                proposer=now.shared_by,
                proposed_by=now.shared_by.side,
                proposed_at=now.shared_at,
                idea=now,
                result=RESULTS[conclusion],
                decided_by=decided_by,
                rung=rung,
                decided_at=at,
                reason=reason,
                promise=promise if conclusion == Idea.Conclusion.ADOPT else "",
                owner=owner if conclusion == Idea.Conclusion.ADOPT else None,
                due_on=due_on if conclusion == Idea.Conclusion.ADOPT else None,
                thread=trail.add(Thread(initiative=now.initiative)),
            )
        )


def _open(idea: Idea) -> Idea:
    """The idea, if nothing has become of it yet."""
    now = locked(idea)
    if now.conclusion:
        raise NotNow(_("This idea was concluded. Share one that follows from it."))
    return now


def _refuse_wrong_conclusion(idea: Idea, *, conclusion: str, following: str) -> None:
    if (
        conclusion == Idea.Conclusion.ADOPT
        and not PrototypeTest.objects.filter(prototype__idea=idea).exists()
    ):
        raise NotNow(_("It was not tried yet: write down a test first, then adopt it."))
    if conclusion == Idea.Conclusion.ADAPT and not following.strip():
        raise NotNow(_("Say what it is adapted to: the idea that follows."))

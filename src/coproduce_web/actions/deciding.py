"""The register of decisions: who proposed, who decided and why, what was promised and whether it was kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting, locked
from coproduce_web.models import Actor, Decision, Initiative, Judgement, Thread
from coproduce_web.permissions import Permission

RUNGS = {
    "organisation": {Decision.Rung.INFORMED, Decision.Rung.CONSULTED},
    "jointly": {Decision.Rung.JOINTLY},
    "citizens": {Decision.Rung.DELEGATED},
}
"""The rungs that go with who decided."""


def register(*, by: By, initiative: Initiative, topic: str, text: str = "") -> Decision:
    """Write something that is to be decided into the register."""
    with acting(by, Permission.DECIDE, initiative=initiative) as trail:
        return trail.add(
            Decision(
                initiative=initiative,
                topic=topic,
                text=text,
                proposer=by.known,
                proposed_by=by.side,
                thread=trail.add(Thread(initiative=initiative)),
            )
        )


def decide(
    *,
    by: By,
    decision: Decision,
    result: str,
    decided_by: str,
    rung: str,
    reason: str,
    promise: str = "",
    owner: Actor | None = None,
    due_on: date | None = None,
) -> Decision:
    """Write down what was decided, by whom, why, and what is promised; a decision is not changed, only overridden."""
    with acting(
        by, Permission.DECIDE, initiative=decision.initiative, case=f"decision {decision.pk}"
    ) as trail:
        now = locked(decision)
        if now.result and now.result != "deferred":
            raise NotNow(_("This is decided. Override it, with the reason, if it must be."))
        return trail.change(
            now,
            **_settled(
                result=result,
                decided_by=decided_by,
                rung=rung,
                reason=reason,
                promise=promise,
                owner=owner,
                due_on=due_on,
            ),
        )


def override(*, by: By, decision: Decision, reason: str, **fields: Any) -> Decision:
    """Decide anew what was decided already: the earlier decision stays, with the later one and its reason beside it."""
    with acting(
        by, Permission.DECIDE, initiative=decision.initiative, case=f"decision {decision.pk}"
    ) as trail:
        earlier = locked(decision)
        if not earlier.result:
            raise NotNow(_("It is not decided yet."))
        if earlier.overridden_by.exists():
            raise NotNow(_("It was overridden already: override the later decision."))
        return trail.add(
            Decision(
                initiative=earlier.initiative,
                topic=earlier.topic,
                text=earlier.text,
                proposer=by.known,
                proposed_by=by.side,
                proposal=earlier.proposal,
                idea=earlier.idea,
                round=earlier.round,
                overrides=earlier,
                thread=trail.add(Thread(initiative=earlier.initiative)),
                **_settled(reason=reason, **fields),
            )
        )


def report_done(*, by: By, decision: Decision) -> Decision:
    """Say for the organisation that what was promised is done; the citizens are asked whether it is."""
    with acting(
        by, Permission.REPORT_DONE, initiative=decision.initiative, case=f"decision {decision.pk}"
    ) as trail:
        now = locked(decision)
        if now.result not in {"accepted", "amended"}:
            raise NotNow(_("Nothing was promised here."))
        if now.done_at:
            raise NotNow(_("It was called done already."))
        return trail.change(now, done_at=timezone.now())


def judge(*, by: By, decision: Decision, says: str, note: str = "") -> Judgement:
    """Say as a citizen whether what the organisation calls done is done; said again, the last word counts."""
    with acting(
        by, Permission.JUDGE_DONE, initiative=decision.initiative, case=f"decision {decision.pk}"
    ) as trail:
        if not decision.done_at:
            raise NotNow(_("The organisation has not called it done yet."))
        given = Judgement.objects.filter(decision=decision, actor=by.known).first()
        if given:
            return trail.change(given, says=says, note=note, said_at=timezone.now())
        return trail.add(Judgement(decision=decision, actor=by.known, says=says, note=note))


def _settled(
    *,
    result: str,
    decided_by: str,
    rung: str,
    reason: str,
    promise: str = "",
    owner: Actor | None = None,
    due_on: date | None = None,
) -> dict[str, Any]:
    """The fields of a decision that was taken, refused where they contradict each other."""
    if rung not in RUNGS.get(decided_by, set()):
        raise NotNow(_("Who decided and how far citizens had a say do not go together."))
    if due_on and not owner:
        raise NotNow(_("What is due on a day needs somebody who owns it."))
    return {
        "result": result,
        "decided_by": decided_by,
        "rung": rung,
        "reason": reason,
        "promise": promise,
        "owner": owner,
        "due_on": due_on,
        "decided_at": timezone.now(),
    }

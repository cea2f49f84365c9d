"""How far an effect can be trusted: the design's place on the Maryland scale, lowered for each stated reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coproduce.findings import Grade
from coproduce.findings.grade import LEVELS, Level
from coproduce.methods.effects.contrast import Worry
from coproduce.questions.effects.settings import Design
from coproduce.records.plan import Plan

MARYLAND: Mapping[Design, tuple[int, str]] = {
    "randomised": (5, "chance decided who was treated"),
    "threshold": (4, "a threshold decided who was treated, and those near it on either side are alike"),
    "staggered": (3, "changes are compared with those of units that were not (yet) treated"),
    "before_after_with_comparison": (3, "a change is compared with that of others that were not treated"),
    "one_area": (3, "one area is compared with a weighted mean of others that ran as it did before"),
    "matched": (2, "those treated are compared with others who look alike in what was measured"),
    "time_series": (2, "a series is compared with its own course before"),
    "before_after": (1, "after is compared with before, and nothing else"),
}
"""Place on the Maryland Scientific Methods Scale (Sherman et al. 1997, as scored by the What Works Centre for Local
Economic Growth), and why."""

STARTS: Mapping[int, Level] = {5: "high", 4: "high", 3: "moderate", 2: "low", 1: "very_low"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Something that lowers trust, and by how many steps."""

    sentence: str
    steps: int = 1


def reasons_of(worries: Iterable[Worry]) -> tuple[Reason, ...]:
    """What a design's worries lower trust by; of several of one name the gravest counts."""
    found: dict[str, Reason] = {}
    for worry in worries:
        if not worry.ok and worry.lowers > getattr(found.get(worry.name), "steps", 0):
            found[worry.name] = Reason(sentence=worry.meaning, steps=worry.lowers)
    return tuple(found.values())


def reasons_of_plan(plan: Plan | None, *, keys: Iterable[str]) -> tuple[Reason, ...]:
    """What lowers trust because the comparison was not planned, or not as it was planned.

    Parameters
    ----------
    plan
        The study's frozen plan; None where nothing was frozen.
    keys
        The dotted keys that it rests on, such as that of its block.
    """
    if plan is None:
        sentence = "No plan was frozen: the comparison could have been chosen after looking."
        return (Reason(sentence=sentence),)
    if changes := [change for key in keys for change in plan.deviations_of(key)]:
        return (Reason(sentence=f"The frozen plan was deviated from: {'; '.join(changes)}."),)
    if plan.seen:
        sentence = "Records were there already when the plan was frozen: whoever froze it could have looked."
        return (Reason(sentence=sentence),)
    return ()


def graded(design: Design, reasons: Iterable[Reason]) -> Grade:
    """The grade of a design, lowered for each reason.

    Examples
    --------
    >>> graded("randomised", [Reason(sentence="A third was lost.")]).level
    'moderate'
    """
    place, why = MARYLAND[design]
    against = tuple(reasons)
    start = LEVELS.index(STARTS[place])
    told = f"Level {place} of 5 on the Maryland scale: {why}."
    return Grade(
        level=LEVELS[max(0, start - sum(reason.steps for reason in against))],
        reasons=(told, *(reason.sentence for reason in against)),
    )

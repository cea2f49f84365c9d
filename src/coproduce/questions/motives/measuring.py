"""What the items measure: reliability of each construct, the profile of motives, barriers by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coproduce.errors import EstimationError
from coproduce.findings import Cell, Estimate, Table
from coproduce.findings.part import Part, estimate
from coproduce.methods.intervals import Interval
from coproduce.methods.survey.design import Design
from coproduce.methods.survey.linear import interval, mean, share_interval
from coproduce.methods.survey.reliability import Reliability, reliability
from coproduce.questions.motives.items import BARRIER_SIDES, Item
from coproduce.questions.motives.settings import MotivesSettings
from coproduce.questions.motives.surveyed import Numbers, Surveyed
from coproduce.questions.motives.weighting import drawn

COUNTED = {"active", "willing", "barrier"}
"""What is counted up and not measured: its items need not go together, so that no reliability is asked of them."""
LOW = 0.7
NOT_SAID: tuple[Cell, ...] = (None, None, None)


NUMBERS = (
    *(f"{name}{limit}" for name in ("omega", "alpha") for limit in ("", "_low", "_high")),
    "ordinal_omega",
    "ordinal_alpha",
)


def measured(survey: Surveyed, design: Design, *, settings: MotivesSettings) -> Part:
    """The reliability of every construct of two items or more."""
    estimates: list[Estimate] = []
    rows: list[tuple[Cell, ...]] = []
    caveats: list[str] = []
    for construct, items in _several(survey).items():
        try:
            found = reliability(design, survey.matrix(items), level=settings.level)
        except EstimationError as error:
            caveats.append(f"The reliability of {construct} cannot be told: {error.seen}.")
            continue
        one = found.omega or found.alpha
        kind = "omega" if found.omega else "alpha"
        label = (
            f"Reliability of {construct} (McDonald's omega)"
            if found.omega
            else f"Reliability of {construct} (alpha)"
        )
        estimates.append(
            estimate(
                f"reliability.{construct}", label, found=one, level=settings.level, unit="index", n=found.n
            )
        )
        rows.append((construct, found.items, kind, *_row(found), " ".join(found.worries) or None))
    table = Table(
        caption="How far the items of each construct measure one thing",
        columns=("construct", "items", "reported", *NUMBERS, "persons", "worries"),
        rows=tuple(rows),
        counts={"persons": NUMBERS},
    )
    return Part(
        estimates=tuple(estimates), tables={"reliability": table} if rows else {}, caveats=tuple(caveats)
    )


def _several(survey: Surveyed) -> dict[str, tuple[Item, ...]]:
    words = dict.fromkeys(item.construct.split(".")[0] for item in survey.items)
    found = {
        construct: items
        for word in words
        if word not in COUNTED
        for construct, items in survey.constructs(word).items()
    }
    return {
        construct: items
        for construct, items in found.items()
        if len(items) > 1 and np.isfinite(survey.matrix(items)).any()
    }


def _row(found: Reliability) -> tuple[Cell, ...]:
    return (
        *_limits(found.omega),
        *_limits(found.alpha),
        found.ordinal_omega.value if found.ordinal_omega else None,
        found.ordinal_alpha.value if found.ordinal_alpha else None,
        found.n,
    )


def _limits(found: Interval | None) -> tuple[Cell, ...]:
    return NOT_SAID if found is None else (found.value, found.low, found.high)


PROFILE = ("mean", "se", "share", "low", "high", "persons")


def moved(survey: Surveyed, design: Design, *, settings: MotivesSettings) -> Part:
    """What citizens say moves them."""
    rows = tuple(
        (construct.partition(".")[2], *profile)
        for construct, items in survey.constructs("motive").items()
        if (profile := _profile(survey, design, items, level=settings.level))
    )
    table = Table(
        caption="What moves people: the share who say so (above the middle of the scale), and the mean answer",
        columns=("motive", *PROFILE),
        rows=rows,
        counts={"persons": PROFILE[:-1]},
    )
    return Part(tables={"motives": table} if rows else {})


def hindered(survey: Surveyed, citizens: Surveyed, *, design: Design, settings: MotivesSettings) -> Part:
    """What each side says holds it back; `citizens` are those who answered, with their design."""
    rows: list[tuple[Cell, ...]] = []
    caveats: list[str] = []
    for side in BARRIER_SIDES:
        own = citizens if side == "citizen" else survey.only((survey.side == side) & survey.answered())
        named = {
            construct: items
            for construct, items in survey.constructs("barrier").items()
            if construct.split(".")[1] == side
        }
        if own.n < 2 or not named:
            continue
        try:
            theirs = design if side == "citizen" else drawn(own, settings)
        except EstimationError as error:
            caveats.append(f"What holds back each {side} cannot be told: {error.seen}.")
            continue
        rows += [
            (side, construct.split(".", 2)[2], *profile)
            for construct, items in named.items()
            if (profile := _profile(own, theirs, items, level=settings.level))
        ]
    table = Table(
        caption="What holds each side back: the share who say so (above the middle of the scale), and the mean answer",
        columns=("side", "barrier", *PROFILE),
        rows=tuple(rows),
        counts={"persons": PROFILE[:-1]},
    )
    return Part(tables={"barriers": table} if rows else {}, caveats=tuple(caveats))


def _profile(survey: Surveyed, design: Design, items: Sequence[Item], *, level: float) -> tuple[Cell, ...]:
    """The mean answer and the share above the middle of the scale; nothing where nobody answered."""
    answers = survey.mean_of(items)
    if not np.isfinite(answers).any():
        return ()
    average = interval(design, mean(design, answers), level=level)
    share: tuple[Cell, ...] = NOT_SAID
    if (middle := _middle(items)) is not None:
        above: Numbers = np.where(np.isnan(answers), np.nan, answers > middle)
        share = _limits(share_interval(design, mean(design, above), level=level))
    return (average.value, average.se, *share, int(np.isfinite(answers).sum()))


def _middle(items: Sequence[Item]) -> float | None:
    middles = [item.middle for item in items]
    return None if None in middles else float(np.mean([middle for middle in middles if middle is not None]))

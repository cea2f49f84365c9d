"""A blueprint as lanes over moments, and what changed between two versions (Shostack 1984)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coproduce_web.models import BlueprintStep

LANES = tuple(BlueprintStep.Lane)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane: its steps at each moment, and the line that is drawn below it (empty below the last)."""

    key: str
    label: str
    moments: tuple[tuple[BlueprintStep, ...], ...]
    line: str


LINES = {"citizens": "interaction", "organisation": "visibility", "backstage": ""}
"""What is drawn below each lane: where both sides meet, and up to where citizens see."""


def lanes(steps: Iterable[BlueprintStep]) -> list[Lane]:
    """The three lanes, from the citizens' down, with as many moments as there are places."""
    known = list(steps)
    places = sorted({step.position for step in known})
    return [
        Lane(
            key=lane.value,
            label=str(lane.label),
            moments=tuple(
                tuple(step for step in known if step.position == place and step.lane == lane.value)
                for place in places
            ),
            line=LINES[lane.value],
        )
        for lane in LANES
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one step: its earlier and its later form, and the names of what changed."""

    kind: str
    before: BlueprintStep | None
    after: BlueprintStep | None
    fields: tuple[str, ...] = ()

    @property
    def step(self) -> BlueprintStep | None:
        """The step as it is, or as it was where it is no more."""
        return self.after or self.before


COMPARED = ("title", "text", "lane", "position")


def changes(before: Iterable[BlueprintStep], after: Iterable[BlueprintStep]) -> list[Change]:
    """What changed from one version to another: a step is the same where its comments are.

    Returns
    -------
    list of Change
        The steps of the later version in their order (``new``, ``changed`` or ``same``), then those that are ``gone``.
        A step that only moved because others came or went before it counts as the same.
    """
    earlier = {step.thread_id: step for step in before}
    later = list(after)
    kept = [step for step in later if step.thread_id in earlier]
    moved = _moved([earlier[step.thread_id] for step in kept], kept)
    found = [_change(earlier.get(step.thread_id), step, moved=step.thread_id in moved) for step in later]
    there = {step.thread_id for step in later}
    return found + [
        Change(kind="gone", before=step, after=None) for key, step in earlier.items() if key not in there
    ]


def _change(before: BlueprintStep | None, after: BlueprintStep, *, moved: bool) -> Change:
    if before is None:
        return Change(kind="new", before=None, after=after)
    fields = tuple(
        name
        for name in COMPARED
        if (moved if name == "position" else getattr(before, name) != getattr(after, name))
    )
    return Change(kind="changed" if fields else "same", before=before, after=after, fields=fields)


def _moved(before: list[BlueprintStep], after: list[BlueprintStep]) -> set[int]:
    """The steps whose place among those that both versions have is another: counted over these alone."""
    old, new = _ranks(before), _ranks(after)
    return {key for key, rank in new.items() if old[key] != rank}


def _ranks(steps: list[BlueprintStep]) -> dict[int, int]:
    places = sorted({step.position for step in steps})
    return {step.thread_id: places.index(step.position) for step in steps}

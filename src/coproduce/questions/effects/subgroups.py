"""Subgroups named beforehand, for designs that take one outcome at a time: each by itself, held together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.effects.families import Joint, simultaneous
from coproduce.questions.effects.loading import Loaded, Outcome, taken
from coproduce.questions.effects.result import Analysis, Effect
from coproduce.questions.effects.settings import EffectsSettings


class OneOutcome(Protocol):
    """A design that takes one outcome at a time."""

    def __call__(self, loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
        """What it finds."""


def with_subgroups(
    one: OneOutcome, loaded: Loaded, *, settings: EffectsSettings, outcome: Outcome
) -> Analysis:
    """A design's analysis of one outcome, with that of each subgroup beside it.

    Intervals of subgroups hold together (as if subgroups were independent, which is safe); subgroups that cannot be
    compared are named in the caveats.
    """
    whole = one(loaded, settings, outcome=outcome)
    own: list[Effect] = []
    caveats: list[str] = []
    for name, labels in loaded.groups.items():
        for label in sorted({str(found) for found in labels if found is not None}):
            rows = np.asarray(labels == label, dtype=bool)
            part = taken(loaded, rows)
            try:
                made = one(part, settings, outcome=replace(outcome, values=outcome.values[rows])).effects
                own += [_within(effect, whole, outcome=outcome, group=(name, label)) for effect in made]
            except EstimationError as error:
                caveats.append(f"No effect for {name}: {label} ({outcome.name}): {error.seen}.")
    return replace(
        whole,
        subgroups=tuple(_held_together(own, settings=settings)),
        caveats=(*whole.caveats, *caveats),
    )


def _within(effect: Effect, whole: Analysis, *, outcome: Outcome, group: tuple[str, str]) -> Effect:
    """An effect in a subgroup, standardised as that of the whole sample."""
    sds = {found.arm: found.sd for found in whole.effects}
    return replace(effect, outcome=outcome, group=group, sd=sds.get(effect.arm, effect.sd), means=None)


def _held_together(own: Sequence[Effect], *, settings: EffectsSettings) -> Iterator[Effect]:
    if not own:
        return
    joint = Joint(
        estimates=np.array([one.contrast.estimate for one in own]),
        covariance=np.diag([one.contrast.se**2 for one in own]),
        df=np.array([one.contrast.df for one in own]),
    )
    bands = simultaneous(joint, rng=np.random.default_rng(settings.seed), level=settings.level)
    for one, low, high, p in zip(own, bands.low, bands.high, bands.p, strict=True):
        yield replace(one, band_low=float(low), band_high=float(high), p_adjusted=float(p))

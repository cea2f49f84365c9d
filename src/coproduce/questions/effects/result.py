"""What a design found, before it is told: effects with their families, and what stands beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coproduce.findings import Estimate, Table
from coproduce.methods.effects.contrast import Contrast, Worry
from coproduce.methods.effects.randomisation import Randomised
from coproduce.questions.effects.loading import Outcome

Counts = Mapping[str, int | None]
"""How many units a number rests on (`n`) and how many on its smaller side (`count`)."""

Verdict = Literal["improves", "harms", "no_important_difference", "uncertain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect on one outcome, of one arm, in one subgroup (None: all).

    `band_low`, `band_high` and `p_adjusted` hold together over the family that the effect belongs to; they are those
    of the contrast where it stands alone. `sd` makes the standardised effect. A bare change is no `evidence` of an
    effect, whatever its interval says.
    """

    outcome: Outcome
    contrast: Contrast
    arm: str | None = None
    group: tuple[str, str] | None = None
    band_low: float
    band_high: float
    p_adjusted: float
    sd: float | None = None
    means: tuple[float, float] | None = None
    unadjusted: Contrast | None = None
    ratio: Contrast | None = None
    randomised: Randomised | None = None
    evidence: bool = True

    @property
    def standardised(self) -> float | None:
        """The effect in standard deviations of the comparison."""
        return self.contrast.estimate / self.sd if self.sd and math.isfinite(self.sd) else None

    def verdict(self) -> Verdict:
        """What the interval that holds over the family says, against nought and against what matters."""
        if not self.evidence:
            return "uncertain"
        important = self.outcome.measure.important_difference
        if important is not None and -important < self.band_low and self.band_high < important:
            return "no_important_difference"
        if not (self.p_adjusted <= 1 - self.contrast.level and (self.band_low > 0 or self.band_high < 0)):
            return "uncertain"
        up = self.contrast.estimate > 0
        return "improves" if up == (self.outcome.measure.better == "up") else "harms"


def alone(outcome: Outcome, contrast: Contrast, *, arm: str | None = None) -> Effect:
    """An effect that belongs to no family."""
    return Effect(
        outcome=outcome,
        contrast=contrast,
        arm=arm,
        band_low=contrast.low,
        band_high=contrast.high,
        p_adjusted=contrast.p,
        sd=contrast.sd,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All that one design found: whole-sample effects first, then those of subgroups."""

    effects: tuple[Effect, ...]
    subgroups: tuple[Effect, ...] = ()
    worries: tuple[Worry, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    people: bool = True
    small_numbers: int = 0

    def all_effects(self) -> tuple[Effect, ...]:
        """Those of the whole sample and of subgroups."""
        return self.effects + self.subgroups

    def shown(self, effects: Sequence[Effect]) -> tuple[Effect, ...]:
        """Those that can be told without telling of single people."""
        return tuple(
            effect
            for effect in effects
            if not self.people
            or min(effect.contrast.n_treated, effect.contrast.n_comparison) >= self.small_numbers
        )

    def counts(self, effect: Effect) -> Counts:
        """How many people an effect rests on; of fewer than the study's small number, nothing leaves."""
        one = effect.contrast
        if not self.people:
            return {"n": None, "count": None}
        return {"n": one.n_treated + one.n_comparison, "count": min(one.n_treated, one.n_comparison)}

    def several_outcomes(self) -> bool:
        """Whether there is a family of outcomes."""
        return len({effect.outcome.name for effect in self.effects}) > 1

    def several_arms(self) -> bool:
        """Whether more than one arm is compared with the control."""
        return len({effect.arm for effect in self.effects}) > 1

    def name(self, effect: Effect) -> str | None:
        """What tells an effect from the others: outcome, arm and subgroup, where there are several; else None."""
        parts = [effect.outcome.name] if self.several_outcomes() else []
        parts += [effect.arm] if self.several_arms() and effect.arm is not None else []
        parts += [": ".join(effect.group)] if effect.group is not None else []
        return " · ".join(parts) or None


def unique(worries: Sequence[Worry]) -> tuple[Worry, ...]:
    """Each worry once; of one name the gravest first."""
    ordered = sorted(worries, key=lambda worry: (worry.ok, -worry.lowers))
    found: dict[tuple[str, str], Worry] = {}
    for worry in ordered:
        found.setdefault((worry.name, worry.meaning), worry)
    return tuple(found.values())

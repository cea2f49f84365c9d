"""What was seen in other places: initiatives that lasted or did not, and evaluations of visitors."""

from __future__ import annotations

import math
from statistics import NormalDist

from coproduce.simulate.process import Chance

Cell = str | int | float | None
Rows = tuple[tuple[Cell, ...], ...]

CONDITIONS = ("TRUST", "STAFF", "TRAINING", "FUNDS", "LEADER")
RECIPES = (("TRUST", "STAFF"), ("FUNDS", "LEADER"))
"""An initiative lasts where all conditions of one of these are there."""
OUTCOME = "outcome"
INITIATIVES = 150
EVALUATIONS = 30
POOLED, TAU = -0.35, 0.15
"""What visitors change on average over places, in standard deviations of loneliness, and how much places differ."""


def cases(seed: int) -> tuple[tuple[str, ...], Rows]:
    """Initiatives elsewhere with their conditions; whether they lasted follows the recipes without exception.

    Examples
    --------
    >>> cases(1)[0]
    ('case_id', 'TRUST', 'STAFF', 'TRAINING', 'FUNDS', 'LEADER', 'outcome')
    """
    chance = Chance(seed, stream="cases")
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, INITIATIVES + 1):
        held = {name: chance.whole(0, 1) for name in CONDITIONS}
        lasted = any(all(held[name] for name in recipe) for recipe in RECIPES)
        rows.append((f"I{number:03}", *held.values(), int(lasted)))
    return ("case_id", *CONDITIONS, "outcome"), tuple(rows)


def studies(seed: int) -> tuple[tuple[str, ...], Rows]:
    """Evaluations elsewhere: each place has an effect of its own, seen with an error.

    Examples
    --------
    >>> len(studies(1)[1])
    30
    """
    chance = Chance(seed, stream="studies")
    rows = []
    for number in range(1, EVALUATIONS + 1):
        people = chance.whole(40, 400)
        variance = round(4 / people, 6)
        effect = POOLED + _normal(chance, TAU) + _normal(chance, math.sqrt(variance))
        rows.append(
            (f"Evaluation {number:02}", round(effect, 4), variance, people, 2000 + chance.whole(0, 24))
        )
    return ("study", "effect", "variance", "n", "year"), tuple(rows)


def _normal(chance: Chance, spread: float) -> float:
    return NormalDist().inv_cdf(max(chance.uniform(), 1e-12)) * spread

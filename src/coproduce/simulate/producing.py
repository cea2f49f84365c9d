"""What went into the streets' care, what came out of it, and what it cost whom."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

from coproduce.simulate.efforts import USUAL
from coproduce.simulate.process import Chance

Cell = str | int | float | None
Rows = tuple[tuple[Cell, ...], ...]

ELASTICITY, CITIZEN_SHARE, RETURNS, SCALE = 0.5, 0.3, 0.9, 2.0
"""Of the function that hours follow, with constant elasticity of substitution: complements."""
PROFESSIONAL_HOURS, CITIZEN_HOURS, VISITING_HOURS = 220.0, 60.0, 90.0
"""Of a usual street in a year; visitors add hours of citizens."""
SIZES = (0.6, 1.4)
SPREADS: Mapping[str, float] = {"professional": 0.1, "citizen": 0.25, "output": 0.05, "inefficiency": 0.12}
HOUR_COST, TRAVEL_COST, COORDINATION_COST = 30.0, 0.5, 900.0
"""An hour of a professional, a citizen's way for each hour, and the coordination of visitors in a usual street."""
PERIODS = (0, 1)
HOUR_VALUE, WILLINGNESS = 12.5, 3000
CURRENCY = "GBP"


def inputs(seed: int, *, arms: Mapping[str, str]) -> tuple[tuple[str, ...], Rows]:
    """What went into each street in two years: visitors add citizens' hours, and no professional hour falls away.

    Parameters
    ----------
    seed
        The study's.
    arms
        Street -> its arm.

    Examples
    --------
    >>> inputs(1, arms={"S001": "visitors"})[0][2:]
    ('professional_hours', 'citizen_hours', 'output')
    """
    chance = Chance(seed, stream="inputs")
    rows: list[tuple[Cell, ...]] = []
    for unit in sorted(arms):
        size = SIZES[0] + (SIZES[1] - SIZES[0]) * chance.uniform()
        inefficiency = abs(_normal(chance)) * SPREADS["inefficiency"]
        for period in PERIODS:
            added = VISITING_HOURS if arms[unit] != USUAL and period else 0.0
            professional = round(PROFESSIONAL_HOURS * size * _around(chance, SPREADS["professional"]), 1)
            citizen = round((CITIZEN_HOURS + added) * size * _around(chance, SPREADS["citizen"]), 1)
            noise = _normal(chance) * SPREADS["output"]
            output = produced(citizen, professional) * math.exp(noise - inefficiency)
            rows.append((unit, period, professional, citizen, round(output, 2)))
    return ("unit", "period", "professional_hours", "citizen_hours", "output"), tuple(rows)


def produced(citizen: float, professional: float) -> float:
    """What hours of both sides produce where nothing goes wrong.

    Examples
    --------
    >>> abs(produced(100.0, 100.0) - SCALE * 100**RETURNS) < 1e-9
    True
    """
    rho = 1 / ELASTICITY - 1
    mean = (CITIZEN_SHARE * citizen**-rho + (1 - CITIZEN_SHARE) * professional**-rho) ** (-1 / rho)
    return float(SCALE * mean**RETURNS)


def costs(
    seed: int, *, arms: Mapping[str, str], given: Sequence[tuple[Cell, ...]]
) -> tuple[tuple[str, ...], Rows]:
    """What each street's care cost whom: professionals' hours, citizens' ways, and the coordination of visitors.

    Parameters
    ----------
    seed
        The study's.
    arms
        Street -> its arm.
    given
        The rows of `inputs`.

    Examples
    --------
    >>> costs(1, arms={"S001": "visitors"}, given=[("S001", 1, 200.0, 100.0, 90.0)])[1][0]
    ('S001', 1, 'staff', 6000.0, 'organisation', 'GBP')
    """
    chance = Chance(seed, stream="costs")
    rows: list[tuple[Cell, ...]] = []
    for unit, period, professional, citizen, _ in given:
        staff, ways = HOUR_COST * float(professional or 0), TRAVEL_COST * float(citizen or 0)
        rows.append((unit, period, "staff", round(staff, 2), "organisation", CURRENCY))
        rows.append((unit, period, "ways", round(ways, 2), "citizen", CURRENCY))
        if period and arms[str(unit)] != USUAL:
            amount = COORDINATION_COST * (0.8 + 0.4 * chance.uniform())
            rows.append((unit, period, "coordination", round(amount, 2), "organisation", CURRENCY))
    return ("unit", "period", "item", "amount", "borne_by", "currency"), tuple(rows)


def _around(chance: Chance, spread: float) -> float:
    """A factor whose mean is 1."""
    return math.exp(spread * _normal(chance) - spread**2 / 2)


def _normal(chance: Chance) -> float:
    return NormalDist().inv_cdf(max(chance.uniform(), 1e-12))

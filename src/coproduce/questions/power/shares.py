"""So many of so many, and how unequally something is held, with their intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coproduce.findings import Estimate
from coproduce.findings.part import estimate
from coproduce.methods.concentration import gini
from coproduce.methods.intervals import Interval, wilson


def share(name: str, label: str, *, counts: tuple[int, int], level: float) -> Estimate:
    """A share with its interval; `counts` says how many of how many."""
    return estimate(
        name, label, found=wilson(*counts, level=level), n=counts[1], count=counts[0], level=level
    )


def concentration(held: NDArray[np.float64], *, level: float) -> Interval:
    """The Gini coefficient of what each has, its interval cut at 0 and 1."""
    found = gini(held, level=level)
    return Interval(value=found.value, low=max(0.0, found.low), high=min(1.0, found.high), se=found.se)

"""So many of so many, with Wilson's interval."""

from __future__ import annotations

from coproduce.findings import Estimate
from coproduce.findings.part import estimate
from coproduce.methods.intervals import wilson


def share(name: str, label: str, *, counts: tuple[int, int], level: float) -> Estimate:
    """A share with its interval; `counts` says how many of how many."""
    return estimate(
        name, label, found=wilson(*counts, level=level), n=counts[1], count=counts[0], level=level
    )

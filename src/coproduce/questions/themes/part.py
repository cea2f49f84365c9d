"""One part of the answer: its numbers, tables, checks and caveats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coproduce.findings import Diagnostic, Estimate, Table
from coproduce.methods.intervals import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one part of the question found."""

    estimates: tuple[Estimate, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    caveats: tuple[str, ...] = ()


def joined(parts: Iterable[Part]) -> Part:
    """Several parts as one."""
    listed = list(parts)
    return Part(
        estimates=tuple(estimate for part in listed for estimate in part.estimates),
        tables={name: table for part in listed for name, table in part.tables.items()},
        diagnostics=tuple(check for part in listed for check in part.diagnostics),
        caveats=tuple(caveat for part in listed for caveat in part.caveats),
    )


def estimate(
    name: str,
    label: str,
    *,
    found: Interval,
    level: float,
    unit: str = "proportion",
    n: int | None = None,
    count: int | None = None,
    group: str | None = None,
) -> Estimate:
    """A number with its interval, as a finding holds it."""
    return Estimate(
        name=name,
        label=label,
        value=found.value,
        se=found.se,
        interval=(found.low, found.high),
        level=level,
        unit=unit,
        n=n,
        count=count,
        group=group,
    )

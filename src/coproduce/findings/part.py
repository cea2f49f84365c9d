"""One part of an answer: its numbers, tables, checks and caveats; a finding is put together from several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from coproduce.findings.finding import Diagnostic, Estimate, Table


class Measured(Protocol):
    """A number with its interval, as a method gives it."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def low(self) -> float:
        """Its lower limit."""

    @property
    def high(self) -> float:
        """Its upper limit."""

    @property
    def se(self) -> float | None:
        """Its standard error, where the interval is built on one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one part of a question found."""

    estimates: tuple[Estimate, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    caveats: tuple[str, ...] = ()


def joined(parts: Iterable[Part]) -> Part:
    """Several parts as one.

    Examples
    --------
    >>> joined([Part(caveats=("One.",)), Part(caveats=("Two.",))]).caveats
    ('One.', 'Two.')
    """
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
    found: Measured,
    level: float,
    unit: str = "proportion",
    n: int | None = None,
    count: int | None = None,
    group: str | None = None,
) -> Estimate:
    """A number with its interval, as a finding holds it; the other fields as in `Estimate`."""
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

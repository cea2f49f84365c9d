"""How much was given: contributions and their minutes, as parts of a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coproduce.findings import Estimate
from coproduce.methods.intervals import wilson
from coproduce.vocabulary import Facets

LEVEL = 0.95
AMOUNTS = ("contributions", "share", "share_low", "share_high", "minutes", "minutes_share")

Cells = tuple[bool | int | float | str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Contributions of citizens that are alike: the same initiative and the same facets.

    `minutes` are those of the `timed` ones among them; `agreed` counts those that the other side has confirmed or
    amended.
    """

    facets: Facets
    contributions: int
    minutes: float | None = None
    timed: int = 0
    agreed: int = 0
    initiative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much: contributions, and the minutes of those that were timed."""

    contributions: int
    minutes: float | None

    @staticmethod
    def of(given: Iterable[Given]) -> Amount:
        """All of it together."""
        parts = tuple(given)
        minutes = [float(part.minutes) for part in parts if part.minutes is not None]
        return Amount(
            contributions=sum(part.contributions for part in parts), minutes=sum(minutes) if minutes else None
        )

    def cells(self, whole: Amount) -> Cells:
        """The cells of `AMOUNTS`, as a part of a whole."""
        part = wilson(self.contributions, whole.contributions, level=LEVEL)
        of_minutes = self.minutes / whole.minutes if self.minutes is not None and whole.minutes else None
        return (self.contributions, part.value, part.low, part.high, self.minutes, of_minutes)


def share(name: str, label: str, *, given: Iterable[Given], whole: Amount) -> Estimate:
    """A share of all contributions by number, with its interval."""
    count = Amount.of(given).contributions
    part = wilson(count, whole.contributions, level=LEVEL)
    return Estimate(
        name=name,
        label=label,
        value=part.value,
        interval=(part.low, part.high),
        level=LEVEL,
        unit="proportion",
        n=whole.contributions,
        count=count,
    )

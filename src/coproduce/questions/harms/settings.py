"""``[questions.harms]``: what may be tolerated, and where the comparison lies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from coproduce.records.settings import Label, Settings

Share = Annotated[float, Field(ge=0, lt=1)]


class HarmsSettings(Settings):
    """``[questions.harms]``; every key may be left out.

    `alpha` is the rate of false alarms; `tolerance` how much worse than the comparison is still borne, in the unit of a
    measure (one number, or measure -> number; for `counts`, 0.2 is a fifth more). `counts` names the measures that
    count incidents; `exact` takes the bets that hold for any number of units wherever a measure has bounds. `control`
    is the arm that is compared with, `starts` the first period after the beginning. `deprivation` names the column of
    deprivation and `order` its values, the most deprived first; `groups` the columns whose groups are watched one by
    one (those of the study where left out). `concerns_tolerated` is how many concerns a month about one evil are
    borne; `coordination` the activities that are not the service itself. `tolerated_share` is the share of decisions
    without an owner, of promises overdue and of concerns without an answer after `answer_days` that is borne;
    `fair_ratio` how far the share of a group among participants may be below its share of the population. Nothing is
    said from fewer than `fewest` units, people, decisions or concerns. `as_of` is the day on which open things are
    judged (the last day in the records where left out).
    """

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    tolerance: Annotated[float, Field(ge=0)] | Mapping[str, Annotated[float, Field(ge=0)]] = 0.0
    counts: tuple[str, ...] = ()
    exact: bool = False
    control: Label | None = None
    starts: int | None = None
    deprivation: str = "deprivation"
    order: tuple[Label, ...] = ()
    groups: tuple[str, ...] | None = None
    concerns_tolerated: float | None = Field(default=None, gt=0)
    coordination: tuple[str, ...] = ("plan", "manage")
    tolerated_share: Share = 0.1
    answer_days: int = Field(default=30, ge=1)
    fair_ratio: float = Field(default=0.8, gt=0, le=1)
    fewest: int = Field(default=10, ge=2)
    as_of: date | None = None

    def tolerated(self, measure: str) -> float:
        """How much worse is borne in one measure."""
        return self.tolerance.get(measure, 0.0) if isinstance(self.tolerance, Mapping) else self.tolerance

    def sure(self) -> float:
        """The level of one sign's interval, so that all signs together raise a false alarm with chance alpha."""
        return 1 - self.alpha / SIGNS


SIGNS = 11
"""How many signs are judged by one interval each; fixed, whether or not the records show them."""

VISIBLE_SHARE, VISIBLE_RATIO, VISIBLE_SLOPE, VISIBLE_INDEX = 0.2, 0.4, 0.1, 0.2
"""How much harm a sign has to be able to show before it is called quiet: in a share, in a group's share over that of
the population, in a change a period over the mean, in a concentration index. Minutes: as much as was given before."""

LEANING = 0.8
"""The level of the interval by which a sign is watched."""

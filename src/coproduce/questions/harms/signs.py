"""A sign of an evil: what was seen of it, and what that makes of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from coproduce.methods.intervals import Interval

Status = Literal["quiet", "watch", "alarm", "not_measured"]
Side = Literal["up", "down"]
ORDER: tuple[Status, ...] = ("alarm", "watch", "quiet", "not_measured")

EVILS = {
    "rejection_of_responsibility": "Rejection of responsibility",
    "failing_accountability": "Failing accountability",
    "rising_transaction_costs": "Rising transaction costs",
    "loss_of_democracy": "Loss of democracy",
    "reinforced_inequalities": "Reinforced inequalities",
    "implicit_demands": "Implicit demands",
    "co_destruction": "Co-destruction",
}

LABELS = {
    "professional_hours_change": "Professionals' hours: change from period to period",
    "hours_per_output_change": "Professional hours for each unit of output: change from period to period",
    "coordination_share_change": "Coordination's share of all minutes: later less earlier half",
    "unpaid_minutes_change": "Minutes a month of each citizen who gives: later less earlier half",
    "leaving_rate_ratio": "How often citizens leave: later over earlier half",
    "decisions_without_owner": "Accepted decisions without an owner",
    "promises_overdue": "Promises past their day, kept late or called not done",
    "concerns_unanswered": "Older concerns without an answer",
    "participants_ratio": "Least represented group: share of participants over share of the population",
    "accepted_proposals_ratio": "Least heard group: share of accepted proposals over share of the population",
    "burden_by_deprivation": "Unpaid minutes: concentration along deprivation",
    "grave_concerns_open": "Open grave concerns",
}
"""What the signs are called, whichever way they point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign of one evil.

    `said` tells it in a clause, without numbers; `needs` says what would let it be seen. `people` is how many people
    stand behind the number, where it is people. `group` is the group that it was seen in.
    """

    evil: str
    name: str
    status: Status
    said: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = "number"
    level: float | None = None
    people: int | None = None
    needs: tuple[str, ...] = ()
    group: str | None = None


def unseen(evil: str, name: str, *needs: str) -> Sign:
    """A sign that the records do not show."""
    return Sign(evil=evil, name=name, status="not_measured", said="", needs=needs)


def judged(sure: Interval, leaning: Interval, *, limit: float, harm: Side = "up") -> Status:
    """What an interval makes of a sign.

    Parameters
    ----------
    sure
        The interval that has to lie beyond the limit for an alarm.
    leaning
        The narrower interval that has to lie beyond it for a watch.
    limit
        What is borne.
    harm
        On which side of the limit harm lies.

    Examples
    --------
    >>> wide, narrow = Interval(value=0.4, low=0.1, high=0.7), Interval(value=0.4, low=0.3, high=0.5)
    >>> judged(wide, narrow, limit=0.2), judged(narrow, narrow, limit=0.2), judged(wide, wide, limit=0.2)
    ('watch', 'alarm', 'quiet')
    """
    if math.isnan(sure.low) or math.isnan(sure.high):
        return "not_measured"
    beyond = [found.low > limit if harm == "up" else found.high < limit for found in (sure, leaning)]
    return "alarm" if beyond[0] else "watch" if beyond[1] else "quiet"


def if_visible(sign: Sign, visible: float, *, needs: str) -> Sign:
    """The sign; where it is quiet only because its interval is so wide that little could be seen, not measured.

    Parameters
    ----------
    sign
        The sign.
    visible
        A harm of this size has to have had an even chance to be seen: the interval is no wider to either side.
    needs
        What would let it be seen.

    Examples
    --------
    >>> quiet = Sign(evil="co_destruction", name="", status="quiet", said="", value=0.5, low=0.0, high=1.0)
    >>> if_visible(quiet, 0.4, needs="more units").status, if_visible(quiet, 0.5, needs="more units").status
    ('not_measured', 'quiet')
    """
    if sign.status != "quiet" or sign.low is None or sign.high is None:
        return sign
    if (sign.high - sign.low) / 2 <= visible:
        return sign
    return replace(sign, status="not_measured", needs=(needs,))


def worst(signs: Iterable[Sign]) -> Sign | None:
    """The sign that weighs most: alarm before watch before quiet before what could not be seen."""
    return min(signs, key=lambda sign: ORDER.index(sign.status), default=None)


def of_evil(signs: Sequence[Sign], evil: str) -> list[Sign]:
    """The signs of one evil, in their order."""
    return [sign for sign in signs if sign.evil == evil]

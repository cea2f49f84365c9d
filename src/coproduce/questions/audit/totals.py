"""The whole log in numbers: shares, hand-offs and waiting, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coproduce.findings import Estimate
from coproduce.findings.part import estimate
from coproduce.methods.intervals import Interval, Moments, PairMoments, mean, share_of_totals, wilson
from coproduce.questions.audit.log import Log

LEVEL = 0.95
DAY_US = 86_400_000_000
Totals = Mapping[str, Any]


def totals(log: Log) -> Totals:
    """The sums over all cases that every number of the whole rests on."""
    sums = {**log.ask("overview")[0], **log.ask("waits", unit_us=log.unit_us)[0]}
    return {name: value if name == "median_waited_us" else int(value) for name, value in sums.items()}


def citizen_share(sums: Totals) -> Interval:
    """The share of citizens in the steps that people take; cases are the clusters."""
    return share_of_totals(
        PairMoments(
            n=sums["cases"],
            y=sums["citizen_events"],
            x=sums["human_events"],
            yy=sums["citizen_squares"],
            xy=sums["citizen_by_human"],
            xx=sums["human_squares"],
        )
    )


def waiting_share(sums: Totals) -> Interval:
    """The share of the time between steps in which the citizen was waited for; cases are the clusters."""
    return share_of_totals(
        PairMoments(
            n=sums["cases"],
            y=int(sums["for_citizen"]),
            x=int(sums["waited"]),
            yy=int(sums["for_citizen_squares"]),
            xy=int(sums["for_citizen_by_waited"]),
            xx=int(sums["waited_squares"]),
        )
    )


def other_share(share: Interval) -> Interval:
    """The share of the rest."""
    return Interval(value=1 - share.value, low=1 - share.high, high=1 - share.low, se=share.se)


def handoffs(sums: Totals, *, to: str) -> Interval:
    """Hand-offs to a side: the mean over cases."""
    return mean(Moments(n=sums["cases"], total=sums[f"to_{to}"], squares=sums[f"to_{to}_squares"]))


def estimates(sums: Totals, *, essential_cases: int) -> tuple[Estimate, ...]:
    """The estimates of the whole log.

    Parameters
    ----------
    sums
        From `totals`.
    essential_cases
        How many completed cases have an intrinsic or conditional step of the citizen.

    Notes
    -----
    A log in which no step is marked as a citizen's bounds nothing: its noughts have no interval.
    """
    found = (*_shares_of_cases(sums, essential_cases=essential_cases), *_waiting(sums), *_handoffs(sums))
    return (
        _count("cases", "Cases", sums["cases"]),
        _count("events", "Steps recorded", sums["events"]),
        _count("completed_cases", "Completed cases", sums["completed_cases"]),
        *(found if sums["citizen_events"] else map(_without_limits, found)),
    )


def _without_limits(estimate: Estimate) -> Estimate:
    return estimate.model_copy(update={"se": None, "interval": None, "level": None})


def _shares_of_cases(sums: Totals, *, essential_cases: int) -> Iterator[Estimate]:
    cases, with_citizen = sums["cases"], sums["cases_with_citizen"]
    label = "Citizens' share of the steps that people take"
    share = citizen_share(sums)
    yield _estimate("citizen_event_share", label, share, n=sums["human_events"], count=with_citizen)
    label = "Cases with a step by the citizen"
    yield _of_cases("cases_with_citizen_share", label, with_citizen, n=cases)
    label = "Completed cases with a step by the citizen that the service rests on"
    yield _of_cases(
        "completed_with_essential_citizen_share", label, essential_cases, n=sums["completed_cases"]
    )
    label = "Cases in which the citizen had to do something again"
    yield _of_cases("rework_case_share", label, sums["rework_cases"], n=cases)


def _waiting(sums: Totals) -> Iterator[Estimate]:
    waited, cases = waiting_share(sums), sums["cases"]
    label = "Time in which the citizen was waited for"
    yield _estimate("waited_for_citizen_share", label, waited, n=cases)
    label = "Time in which the citizen was left waiting"
    yield _estimate("citizen_left_waiting_share", label, other_share(waited), n=cases)
    label = "Days from a case's first step to its last, median"
    yield Estimate(
        name="median_case_days", label=label, value=sums["median_waited_us"] / DAY_US, unit="days", n=cases
    )


def _handoffs(sums: Totals) -> Iterator[Estimate]:
    for side in ("citizen", "organisation"):
        found = handoffs(sums, to=side)
        yield _estimate(
            f"handoffs_to_{side}_per_case",
            f"Hand-offs to the {side}",
            found,
            n=sums["cases"],
            unit="per case",
        )


def _count(name: str, label: str, value: int) -> Estimate:
    return Estimate(name=name, label=label, value=value, unit="count", n=value)


def _of_cases(name: str, label: str, count: int, *, n: int) -> Estimate:
    return _estimate(name, label, wilson(count, n), n=n, count=count)


def _estimate(
    name: str, label: str, found: Interval, *, n: int, count: int | None = None, unit: str = "proportion"
) -> Estimate:
    return estimate(name, label, found=found, level=LEVEL, unit=unit, n=n, count=count)

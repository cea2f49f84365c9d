"""Intervals, trend and burden of the audit once more: slow and plain, with pandas and SciPy."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

DAY = pd.Timedelta(days=1)
LEVEL = 0.95


@dataclass
class Case:
    """One case, its events in order."""

    events: pd.DataFrame
    completed: bool
    path: tuple = ()
    sides: tuple = ()
    gaps: list = field(default_factory=list)

    @property
    def citizen_events(self):
        return self.sides.count("citizen")

    @property
    def human_events(self):
        return sum(side != "system" for side in self.sides)

    @property
    def extra_events(self):
        acts = Counter(step for step, side in zip(self.path, self.sides, strict=True) if side == "citizen")
        return sum(times - 1 for times in acts.values())

    def handoffs(self, *, to_citizen):
        pairs = zip(self.sides, self.sides[1:], strict=False)
        return sum((a == "citizen") != (b == "citizen") and (b == "citizen") == to_citizen for a, b in pairs)

    def waited(self, *, for_citizen):
        waits = zip(self.gaps, self.sides[1:], strict=True)
        return sum((gap for gap, side in waits if (side == "citizen") == for_citizen), pd.Timedelta(0)) / DAY

    @property
    def lasted(self):
        return (self.events.occurred_at.iloc[-1] - self.events.occurred_at.iloc[0]) / DAY

    @property
    def minutes(self):
        own = self.events.minutes[self.events.side == "citizen"]
        return np.nan if own.isna().any() else float(own.sum())

    @property
    def region(self):
        """Its one value; where it changes, that of the first event; where that one has none, the first by name."""
        values = sorted(set(self.events.region.dropna()))
        first = self.events.region.iloc[0]
        return first if len(values) > 1 and pd.notna(first) else values[0] if values else "(not recorded)"

    @property
    def months(self):
        return [moment.strftime("%Y-%m") for moment in self.events.occurred_at]

    def in_month(self, month):
        """The pairs (citizens' events, people's events) and (waited for the citizen, waited) of one month."""
        sides = [side for side, its in zip(self.sides, self.months, strict=True) if its == month]
        waits = [
            (gap / DAY, side)
            for gap, side, its in zip(self.gaps, self.sides[1:], self.months[1:], strict=True)
            if its == month
        ]
        acts = (sides.count("citizen"), sum(side != "system" for side in sides))
        return acts, (sum(gap for gap, side in waits if side == "citizen"), sum(gap for gap, _ in waits))


def labels(frame):
    """Activities by name, with the side behind it where there are several."""
    several = frame.groupby("activity").side.transform("nunique") > 1
    return frame.activity.where(~several, frame.activity + " (" + frame.side + ")")


def cases_of(frame, *, ties, complete):
    """The cases of a log; every one is completed where nothing completes."""
    last = {"file": ["row"], "sequence": ["sequence"], "name": []}[ties]
    frame = frame.assign(label=labels(frame), row=range(len(frame)))
    frame = frame.sort_values(["occurred_at", *last, "activity", "side", "row"])
    return [
        Case(
            events=events,
            completed=not complete or events.activity.iloc[-1] in complete,
            path=tuple(events.label),
            sides=tuple(events.side),
            gaps=list(events.occurred_at.diff().iloc[1:]),
        )
        for _, events in frame.groupby("case_id")
    ]


def share_of_cases(count, n):
    """A share with the limits of Wilson."""
    if n == 0:
        return (None, None, None)
    limits = stats.binomtest(count, n).proportion_ci(LEVEL, method="wilson")
    return (count / n, limits.low, limits.high)


def share_of_totals(pairs):
    """A ratio over cases: residuals, a t quantile, limits on the logit scale; Wilson where there is no spread."""
    y, x = (np.array(part, float) for part in zip(*pairs, strict=True))
    n = len(y)
    if x.sum() == 0:
        return (None, None, None)
    share = y.sum() / x.sum()
    residuals = y - share * x
    if n < 2 or np.allclose(residuals, 0, atol=1e-12) or y.sum() in (0, x.sum()):
        plain = stats.binomtest(round(share * n), n).proportion_ci(LEVEL, method="wilson")
        return (share, min(share, plain.low), max(share, plain.high))
    se = np.sqrt((residuals**2).sum() / (n - 1) * n) / x.sum()
    half = stats.t.ppf((1 + LEVEL) / 2, n - 1) * se / (share * (1 - share))
    middle = np.log(share / (1 - share))
    return (share, *(1 / (1 + np.exp(-(middle + sign * half))) for sign in (-1, 1)))


def other(share):
    """The share of the rest."""
    value, low, high = share
    return share if value is None else (1 - value, 1 - high, 1 - low)


def mean(values):
    """A mean with its interval by Student's t; no limits where there is no spread."""
    if len(values) < 2 or np.ptp(values) == 0:
        return (np.mean(values), None, None)
    return (np.mean(values), *stats.t.interval(LEVEL, len(values) - 1, np.mean(values), stats.sem(values)))


def difference(ones, others, *, comparisons):
    """A difference of means by Welch, holding together over the comparisons."""
    if not others:
        return (None, None, None)
    value = np.mean(ones) - np.mean(others)
    if min(len(ones), len(others)) < 2 or (np.ptp(ones) == 0 and np.ptp(others) == 0):
        return (value, None, None)
    squares = [np.var(part, ddof=1) / len(part) for part in (ones, others)]
    freedom = sum(squares) ** 2 / sum(
        square**2 / (len(part) - 1) for square, part in zip(squares, (ones, others), strict=True)
    )
    half = stats.t.ppf(1 - (1 - LEVEL) / comparisons / 2, freedom) * np.sqrt(sum(squares))
    return (value, value - half, value + half)


BURDENS = {
    "citizen_events": lambda case: case.citizen_events,
    "citizen_minutes": lambda case: case.minutes,
    "handoffs_to_citizen": lambda case: case.handoffs(to_citizen=True),
    "citizen_left_waiting_days": lambda case: case.waited(for_citizen=False),
    "waited_for_citizen_days": lambda case: case.waited(for_citizen=True),
    "rework": lambda case: case.extra_events,
}


def burden_of(cases, quantity):
    """Per value of the group: cases, mean with limits, difference with simultaneous limits."""
    by_value = defaultdict(list)
    for case in cases:
        burden = BURDENS[quantity](case)
        if not np.isnan(burden):
            by_value[case.region].append(burden)
    found = {}
    for value, own in by_value.items():
        others = [burden for name, burdens in by_value.items() if name != value for burden in burdens]
        found[value] = (len(own), mean(own), difference(own, others, comparisons=len(by_value)))
    return found


def trend_of(cases, *, essential):
    """(month, quantity) -> numbers, cases; of the case's first event, or of the event."""
    found = {}
    for month in {case.months[0] for case in cases}:
        own = [case for case in cases if case.months[0] == month]
        done = [case for case in own if case.completed]
        counts = {
            "cases_with_citizen_share": (sum(case.citizen_events > 0 for case in own), len(own)),
            "rework_case_share": (sum(case.extra_events > 0 for case in own), len(own)),
            "completed_with_essential_citizen_share": (
                sum(bool(essential & set(case.path)) for case in done),
                len(done),
            ),
        }
        found |= {(month, name): (share_of_cases(*count), count[1]) for name, count in counts.items()}
        for side in ("citizen", "organisation"):
            handoffs = [case.handoffs(to_citizen=side == "citizen") for case in own]
            found[month, f"handoffs_to_{side}_per_case"] = (mean(handoffs), len(own))
    for month in {month for case in cases for month in case.months}:
        acts, waits = zip(*(case.in_month(month) for case in cases if month in case.months), strict=True)
        waited = share_of_totals(waits)
        found[month, "citizen_event_share"] = (share_of_totals(acts), len(acts))
        found[month, "waited_for_citizen_share"] = (waited, len(acts))
        found[month, "citizen_left_waiting_share"] = (other(waited), len(acts))
    return {key: row for key, row in found.items() if row[0][0] is not None}

"""Tables and estimates of the harms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from coproduce.findings import Estimate, Table
from coproduce.methods.intervals import student
from coproduce.questions.harms.inequality import Inequality
from coproduce.questions.harms.signs import EVILS, LABELS, Sign, of_evil, worst
from coproduce.questions.harms.streams import HOW, Stream, Watched

LARGEST, LARGEST_LOG = 1e300, 700.0
LEVEL = 0.95
Cells = tuple[bool | int | float | str | None, ...]


def e_value(log_e: float) -> float:
    """An e-value as a number that a file can hold.

    Examples
    --------
    >>> e_value(0.0), e_value(5000.0)
    (1.0, 1e+300)
    """
    return min(float(np.exp(min(log_e, LARGEST_LOG))), LARGEST)


def leading(signs: Sequence[Sign], evil: str) -> Sign:
    """The sign that an evil stands at."""
    found = worst(of_evil(signs, evil))
    return found or Sign(evil=evil, name="", status="not_measured", said="")


def evils(signs: Sequence[Sign], *, small_numbers: int) -> Table:
    """One row an evil: what it stands at, and the sign that says so."""
    rows: list[Cells] = []
    for evil in EVILS:
        sign = leading(signs, evil)
        blank = sign.status == "not_measured" or (sign.people is not None and 0 < sign.people < small_numbers)
        numbers = (None, None, None) if blank else (sign.value, sign.low, sign.high)
        name = None if sign.status == "not_measured" else sign.name
        unmet = [
            need for each in of_evil(signs, evil) if each.status == "not_measured" for need in each.needs
        ]
        needs = "; ".join(dict.fromkeys(unmet)) or None
        rows.append((evil, sign.status, name, *numbers, needs))
    return Table(
        caption="The seven evils",
        columns=("evil", "status", "sign", "value", "low", "high", "needs"),
        rows=tuple(rows),
    )


def all_signs(signs: Sequence[Sign]) -> Table:
    """One row a sign, whether or not it could be seen."""
    return Table(
        caption="Every sign that was looked for",
        columns=("evil", "sign", "status", "group", "value", "low", "high", "unit", "people", "needs"),
        rows=tuple(
            (
                s.evil,
                s.name,
                s.status,
                s.group,
                s.value,
                s.low,
                s.high,
                s.unit,
                s.people,
                "; ".join(s.needs) or None,
            )
            for s in signs
        ),
        counts={"people": ("value", "low", "high")},
    )


def streams(watched: Sequence[Watched]) -> Table:
    """One row a stream: its last e-value, and when its alarm was first raised."""
    rows = []
    for family in watched:
        for place, stream in enumerate(family.streams):
            first = int(family.first[place])
            rows.append(
                (
                    stream.name,
                    stream.measure,
                    stream.group,
                    looks_known(stream),
                    e_value(float(stream.found.log_e[0, -1])),
                    first >= 0,
                    family.looks[first] if first >= 0 else None,
                )
            )
    return Table(
        caption="What was watched, look by look",
        columns=("stream", "measure", "group", "looks", "e_value", "alarm", "first_alarm_on"),
        rows=tuple(rows),
    )


def looks_known(stream: Stream) -> int:
    """At how many looks something was known of a stream."""
    return int((~np.isnan(stream.found.estimate)).sum())


def details(watched: Sequence[Watched]) -> Table:
    """One row a stream: how much worse, with its interval at the last look, and what the e-value takes for granted."""
    return Table(
        caption="How much worse, and what the watch takes for granted",
        columns=(
            "stream",
            "label",
            "arm",
            "status",
            "worse_by",
            "low",
            "high",
            "tolerance",
            "unit",
            "assumes",
        ),
        rows=tuple(
            (
                stream.name,
                stream.label,
                stream.arm or None,
                family.status(place),
                *last(stream),
                stream.tolerance,
                stream.unit,
                HOW[stream.how],
            )
            for family in watched
            for place, stream in enumerate(family.streams)
        ),
    )


def last(stream: Stream) -> tuple[float | None, float | None, float | None]:
    """How much worse at the last look, with its interval; None where that is unknown."""
    found = stream.found
    numbers = (float(each[0, -1]) for each in (found.estimate, found.low, found.high))
    value, low, high = (number if np.isfinite(number) else None for number in numbers)
    return value, low, high


def monitoring(watched: Sequence[Watched]) -> Table:
    """One row a stream and look, of the looks that may be told one by one and those at which an alarm was raised."""
    rows = []
    for family in watched:
        for place, stream in enumerate(family.streams):
            for look, name in enumerate(family.looks):
                first = look == int(family.first[place])
                if stream.shown[look] or first:
                    numbers = _at(stream, look) if stream.shown[look] else (None,) * 4
                    rows.append((stream.name, look + 1, name, *numbers, stream.tolerance, first))
    return Table(
        caption="Every look",
        columns=(
            "stream",
            "look",
            "period",
            "worse_by",
            "low",
            "high",
            "e_value",
            "tolerance",
            "first_alarm",
        ),
        rows=tuple(rows),
    )


def _at(stream: Stream, look: int) -> tuple[float | None, ...]:
    """How much worse after a look, with its interval, and the e-value."""
    found = stream.found
    numbers = [float(each[0, look]) for each in (found.estimate, found.low, found.high)]
    known = bool(np.isfinite(numbers[0]))
    shown = [number if known and np.isfinite(number) else None for number in numbers]
    return (*shown, e_value(float(found.log_e[0, look])))


def inequality(found: Sequence[Inequality]) -> dict[str, Table]:
    """The indices and the curves of every measure."""
    if not found:
        return {}
    indices = [
        (each.measure.name, each.measure.label, arm, index.value, index.low, index.high)
        for each in found
        for arm, index in each.index.items()
    ]
    curves = [
        (each.measure.name, each.measure.label, arm, float(units), float(amount))
        for each in found
        for arm, curve in each.curves.items()
        for units, amount in zip(curve.units, curve.amount, strict=True)
    ]
    return {
        "inequality": Table(
            caption="How outcomes lie along deprivation, after the beginning",
            columns=("measure", "label", "arm", "index", "low", "high"),
            rows=tuple(indices),
        ),
        "concentration_curve": Table(
            caption="The share of the outcome that the most deprived part of the units has",
            columns=("measure", "label", "arm", "units_share", "outcome_share"),
            rows=tuple(curves),
        ),
    }


def estimates(
    signs: Sequence[Sign], watched: Sequence[Watched], *, found: Sequence[Inequality]
) -> tuple[Estimate, ...]:
    """Every number that an answer may hold."""
    told = {stream.name for family in watched for stream in family.streams} | {
        "concentration_change",
        "concerns",
    }
    return (
        *_of_streams(watched),
        *_of_inequality(found),
        *_of_signs([sign for sign in signs if sign.name not in told and sign.value is not None]),
    )


def _of_streams(watched: Sequence[Watched]) -> Iterator[Estimate]:
    both = [(family, place, stream) for family in watched for place, stream in enumerate(family.streams)]
    if not both:
        return
    logs = np.array([stream.found.log_e[0, -1] for _, _, stream in both])
    whole = e_value(float(np.logaddexp.reduce(logs) - np.log(len(logs))))
    label = "Evidence of harm somewhere: the mean of all e-values"
    yield Estimate(name="e_value", label=label, value=whole, unit="e-value")
    for family, _, stream in both:
        value = e_value(float(stream.found.log_e[0, -1]))
        yield Estimate(
            name="e_value",
            label=f"{stream.label}: evidence of harm",
            value=value,
            unit="e-value",
            group=stream.name,
        )
        worse, low, high = last(stream)
        yield Estimate(
            name="worse_by",
            label=f"{stream.label}: how much worse",
            value=worse,
            interval=None if low is None or high is None else (low, high),
            level=1 - family.alpha,
            unit=stream.unit,
            group=stream.name,
        )


def _of_inequality(found: Sequence[Inequality]) -> Iterator[Estimate]:
    for place, each in enumerate(found):
        group = each.measure.name if place else None
        for name, label, index in (
            (
                "concentration_index",
                "concentration along deprivation, with co-production",
                each.index["treated"],
            ),
            ("concentration_change", "change of concentration against the comparison", each.change),
        ):
            known = np.isfinite(index.se)
            yield Estimate(
                name=name,
                label=f"{each.measure.label}: {label}",
                value=index.value,
                se=index.se,
                interval=_interval(index.value, index.se, df=index.df) if known else None,
                level=LEVEL,
                unit="index",
                group=group,
            )


def _interval(value: float, se: float, *, df: float) -> tuple[float, float]:
    half = student(LEVEL, df) * se
    return value - half, value + half


def _of_signs(signs: Sequence[Sign]) -> Iterator[Estimate]:
    for sign in signs:
        known = sign.low is not None and sign.high is not None
        yield Estimate(
            name=sign.name,
            label=LABELS[sign.name],
            value=sign.value,
            interval=(sign.low, sign.high) if known else None,
            level=sign.level,
            unit=sign.unit,
            count=sign.people,
            group=sign.evil if sign.unit == "count" else sign.group,
        )

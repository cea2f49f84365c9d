"""The charts of effects over time and along a threshold: what was seen, and what would have been."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.effects_charts import ROOM, Row, points, rows_of, said, shown, unit_name, zero
from coproduce.reports.figure import Figure, framed
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import number
from coproduce.reports.vega import data, drawn_chart

if TYPE_CHECKING:
    from altair.typing import ChartType

WIDTH, HEIGHT = 640, 300
MOST_SAID = 12
KINDS = {
    "relative_magnitudes": "times as fast as trends ever drifted apart before treatment",
    "smoothness": "change of the drift's slope from one period to the next",
}

TITLES = {"relative_magnitudes": "a drift as before", "smoothness": "a drift that bends"}


def _unit(finding: Finding) -> str:
    """What the effect is counted in."""
    return next((one.unit for one in finding.estimates if one.name == "effect"), "points")


def event_study(finding: Finding) -> Iterator[Figure]:
    """The effect by periods since treatment, with the band that holds over all of them; before it should be nought."""
    unit = _unit(finding)
    rows = [{**row, "unit": unit} for row in rows_of(finding, "event_study", known="effect")]
    if not rows:
        return
    told = [
        f"{_moment(row['event_time'])} {said(row, of=('effect', 'band_low', 'band_high'))}" for row in rows
    ]
    for row in rows:
        row["when"] = "before treatment" if row["event_time"] < 0 else "since treatment"
        row |= {key: points(row[key], unit) for key in ("effect", "low", "high", "band_low", "band_high")}
    svg, spec = drawn_chart(_event_chart(rows, unit=unit))
    more = f" {len(told) - MOST_SAID} more are in the table." if len(told) > MOST_SAID else ""
    yield framed(
        svg,
        name="event_study",
        title="The effect before treatment (where it should be nought) and since",
        description=f"In {unit_name(unit)}, with a band over all periods: {'; '.join(told[:MOST_SAID])}.{more}",
        spec=spec,
        table="event_study",
    )


def _moment(time: float) -> str:
    if time == 0:
        return "first treated period"
    periods = "period" if abs(time) == 1 else "periods"
    return f"{abs(time):g} {periods} {'before' if time < 0 else 'later'}"


def _event_chart(rows: Sequence[Row], *, unit: str) -> ChartType:
    import altair as alt

    domain = ["before treatment", "since treatment"]
    colour = alt.Color(
        "when:N",
        title=None,
        legend=alt.Legend(columnPadding=ROOM),
        scale=alt.Scale(domain=domain, range=[LIGHT["system"], LIGHT["citizen"]]),
    )
    shape = alt.Shape("when:N", title=None, scale=alt.Scale(domain=domain, range=["square", "circle"]))
    x = alt.X(
        "event_time:Q",
        title="Periods since the first treated one",
        axis=alt.Axis(tickMinStep=1, grid=False),
        scale=alt.Scale(padding=18, nice=False),
    )
    y = alt.Y("effect:Q", title=f"Effect in {unit_name(unit)}", scale=alt.Scale(zero=True))
    base = alt.Chart(data(rows)).encode(x=x, color=colour)
    layers = (
        zero(upright=False),
        _upright(-0.5),
        base.mark_rule(strokeWidth=1.4).encode(y="band_low:Q", y2="band_high:Q"),
        base.mark_tick(size=9, thickness=1.4, orient="horizontal").encode(y="band_low:Q"),
        base.mark_tick(size=9, thickness=1.4, orient="horizontal").encode(y="band_high:Q"),
        base.mark_rule(strokeWidth=5, opacity=0.4).encode(y="low:Q", y2="high:Q"),
        base.mark_point(filled=True, size=75, opacity=1).encode(y=y, shape=shape),
    )
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def _upright(at: float) -> ChartType:
    """The moment, or the threshold."""
    import altair as alt

    rule = alt.Chart(data([{"at": at}])).mark_rule(
        color=LIGHT["organisation"], strokeWidth=1.5, strokeDash=[6, 4]
    )
    placed: ChartType = rule.encode(x="at:Q")
    return placed


def series(finding: Finding) -> Iterator[Figure]:
    """What was seen, beside what would have been expected without treatment."""
    rows = rows_of(finding, "series", known="expected")
    later = [row for row in rows if row["after"]]
    if not later:
        return
    unit = _unit(finding)
    gaps = [row["observed"] - row["expected"] for row in later if row["observed"] is not None]
    told = f"{len(rows)} periods, {len(later)} of them since {later[0]['period']:g}. "
    if gaps:
        mean, last = (points(gap, unit) or 0.0 for gap in (math.fsum(gaps) / len(gaps), gaps[-1]))
        told += f"Since then, what was seen lies {shown(mean)} {unit_name(unit)} from what was expected on average, "
        told += f"and {shown(last)} in the last period."
    svg, spec = drawn_chart(_series_chart(rows, unit=unit, at=later[0]["period"]))
    yield framed(
        svg,
        name="series",
        title="What was seen, and what would have been expected without treatment",
        description=told,
        spec=spec,
        table="series",
    )


def _series_chart(rows: Sequence[Row], *, unit: str, at: float) -> ChartType:
    import altair as alt

    factor = 100 if unit == "proportion" else 1
    names = {"observed": "seen", "expected": "expected without treatment"}
    long = [
        {"period": row["period"], "value": factor * row[key], "what": what}
        for key, what in names.items()
        for row in rows
        if row[key] is not None
    ]
    title = "%" if unit == "proportion" else unit
    domain, hues = list(names.values()), [LIGHT["citizen"], LIGHT["organisation"]]
    x = alt.X(
        "period:Q", title=None, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(format="", grid=False)
    )
    lines = (
        alt.Chart(data(long))
        .mark_line(strokeWidth=2.2)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color(
                "what:N",
                title=None,
                legend=alt.Legend(columnPadding=ROOM),
                scale=alt.Scale(domain=domain, range=hues),
            ),
            strokeDash=alt.StrokeDash(
                "what:N", title=None, scale=alt.Scale(domain=domain, range=[[1, 0], [6, 4]])
            ),
        )
    )
    limits = [
        {"period": row["period"], "low": factor * row["low"], "high": factor * row["high"]}
        for row in rows
        if row["low"] is not None and row["high"] is not None and row["after"]
    ]
    band = (
        alt.Chart(data(limits))
        .mark_area(color=LIGHT["organisation"], opacity=0.16)
        .encode(x=x, y="low:Q", y2="high:Q")
    )
    layers = ((band,) if limits else ()) + (_upright(at), lines)
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def threshold(finding: Finding) -> Iterator[Figure]:
    """Means of the outcome along the running variable, with a line on each side of the threshold."""
    rows = rows_of(finding, "bins", known="mean")
    if not rows:
        return
    unit = _unit(finding)
    factor = 100 if unit == "proportion" else 1
    for row in rows:
        row["side"] = "treated" if row["treated"] else "not treated"
        row |= {key: None if row[key] is None else factor * row[key] for key in ("mean", "fitted")}
    rows.sort(key=lambda row: float(row["running"]))
    turn = next(
        place for place in range(1, len(rows)) if rows[place]["treated"] != rows[place - 1]["treated"]
    )
    below, above = rows[turn - 1], rows[turn]
    effect = finding.estimate("effect") if any(one.name == "effect" for one in finding.estimates) else None
    jump = "" if effect is None or effect.value is None else _jump(effect.value, effect.interval, unit=unit)
    cut = next((one.value for one in finding.estimates if one.name == "cutoff"), None)
    at = (below["running"] + above["running"]) / 2 if cut is None else cut
    svg, spec = drawn_chart(_threshold_chart(rows, unit=unit, at=at))
    yield framed(
        svg,
        name="threshold",
        title="The outcome on either side of the threshold",
        description=f"Means of {len(rows)} groups of units, from {number(rows[0]['running'])} to "
        f"{number(rows[-1]['running'])}: nearest below the threshold {number(below['mean'])}, nearest above it "
        f"{number(above['mean'])}.{jump}",
        spec=spec,
        table="bins",
    )


def _jump(value: float, interval: tuple[float | None, float | None] | None, *, unit: str) -> str:
    low, high = interval or (None, None)
    row = {"estimate": value, "low": low, "high": high, "unit": unit}
    return f" The jump is {said(row)} {unit_name(unit)}."


def _threshold_chart(rows: Sequence[Row], *, unit: str, at: float) -> ChartType:
    import altair as alt

    domain = ["not treated", "treated"]
    hues = [LIGHT["system"], LIGHT["citizen"]]
    legend = alt.Legend(columnPadding=ROOM)
    colour = alt.Color("side:N", title=None, legend=legend, scale=alt.Scale(domain=domain, range=hues))
    shape = alt.Shape("side:N", title=None, scale=alt.Scale(domain=domain, range=["square", "circle"]))
    x = alt.X(
        "running:Q", title="The running variable", scale=alt.Scale(zero=False), axis=alt.Axis(grid=False)
    )
    title = "Mean of the outcome, %" if unit == "proportion" else f"Mean of the outcome, {unit}"
    base = alt.Chart(data(rows)).encode(x=x, color=colour)
    dots = base.mark_point(filled=True, size=70, opacity=0.9).encode(
        y=alt.Y("mean:Q", title=title, scale=alt.Scale(zero=False)), shape=shape
    )
    lines = (
        alt.Chart(data([row for row in rows if row["fitted"] is not None]))
        .mark_line(strokeWidth=2.2)
        .encode(x=x, y="fitted:Q", color=colour)
    )
    return alt.layer(_upright(at), lines, dots).properties(width=WIDTH, height=HEIGHT)


def sensitivity(finding: Finding) -> Iterator[Figure]:
    """How the interval of the effect widens, the less parallel trends may have been."""
    unit = _unit(finding)
    for kind, allowed in KINDS.items():
        rows = [row for row in rows_of(finding, "sensitivity", known="low") if row["kind"] == kind]
        if len(rows) < 2:
            continue
        holds = next((row for row in rows if row["low"] <= 0 <= row["high"]), None)
        told = (
            "At no value shown does it hold nought."
            if holds is None
            else f"It holds nought from {number(holds['allowed'])} on, of the values shown."
        )
        for row in rows:
            row |= {key: points(row[key], unit) for key in ("low", "high")}
        svg, spec = drawn_chart(_sensitivity_chart(rows, unit=unit, allowed=allowed))
        yield framed(
            svg,
            name=f"sensitivity_{kind}",
            title=f"How unparallel trends may be for the effect to stand: {TITLES[kind]}",
            description=f"The interval in {unit_name(unit)}, by what is allowed ({allowed}). {told}",
            spec=spec,
            table="sensitivity",
        )


def _sensitivity_chart(rows: Sequence[Row], *, unit: str, allowed: str) -> ChartType:
    import altair as alt

    x = alt.X("allowed:Q", title=f"What is allowed: {allowed}", axis=alt.Axis(grid=False))
    base = alt.Chart(data(rows)).encode(x=x)
    layers: Sequence[Any] = (
        base.mark_area(color=LIGHT["citizen"], opacity=0.15).encode(y="low:Q", y2="high:Q"),
        zero(upright=False),
        base.mark_rule(color=LIGHT["citizen"], strokeWidth=3).encode(
            y=alt.Y("low:Q", title=f"Interval of the effect in {unit_name(unit)}"), y2="high:Q"
        ),
    )
    return alt.layer(*layers).properties(width=WIDTH, height=200)

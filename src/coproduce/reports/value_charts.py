"""The charts of value: who bears what, improvement and substitution, acceptability, hours together, efficiency."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import number, percent
from coproduce.reports.vega import data, drawn_chart
from coproduce.reports.wording import CELLS, plain

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
WIDTH = 440
HOURS = (
    ("fewer hours of citizens", LIGHT["citizen"]),
    ("about as many", LIGHT["system"]),
    ("more hours of citizens", LIGHT["organisation"]),
)
ABOUT = 0.1
"""Changes of citizens' hours within this share of the largest are called about as many."""
BEARERS = {
    "organisation": "The organisation",
    "citizen": "Citizens, in money",
    "citizen_time": "Citizens, in hours at their value",
    "other": "Others",
}
LABELLED_UNITS, MOST_DOTS = 40, 600


def _rows(finding: Finding, table: str, *, known: str) -> list[Row]:
    if table not in finding.tables:
        return []
    return [row for row in finding.tables[table].records() if row[known] is not None]


def _word(cell: object) -> str:
    return CELLS.get(str(cell), str(cell))


def costs(finding: Finding) -> Iterator[Figure]:
    """What it cost, by who bore it, the arms beside each other."""
    rows = [
        {
            "arm": legal(str(row["arm"] or "all")),
            "label": BEARERS.get(str(row["borne_by"]), str(row["borne_by"])),
            "amount": row["amount"] if row["per_unit"] is None else row["per_unit"],
            "whole": row["per_unit"] is None,
        }
        for row in _rows(finding, "costs", known="amount")
    ]
    rows = [row for row in rows if any(other["amount"] for other in rows if other["label"] == row["label"])]
    if not rows:
        return
    title = "Amount" if rows[0]["whole"] else "Amount a unit"
    svg, spec = drawn_chart(_cost_bars(rows, title))
    listed = "; ".join(f"{row['label']}, {row['arm']}: {number(row['amount'])}" for row in rows)
    yield framed(
        svg,
        name="costs",
        title="What it cost, by who bore it",
        description=f"{title}. {listed}.",
        spec=spec,
        table="costs",
    )


def _cost_bars(rows: Sequence[Row], title: str) -> ChartType:
    import altair as alt

    arms = list(dict.fromkeys(row["arm"] for row in rows))
    shades = [LIGHT[name] for name in ("system", "citizen", "organisation", "muted", "ink")]
    base = alt.Chart(data([{**row, "told": number(row["amount"])} for row in rows])).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8)),
        yOffset=alt.YOffset("arm:N", sort=arms),
        x=alt.X("amount:Q", title=title, axis=alt.Axis(tickCount=5)),
    )
    colour = alt.Color(
        "arm:N",
        title=None,
        sort=None,
        scale=alt.Scale(domain=arms, range=(shades * len(arms))[: len(arms)]),
        legend=alt.Legend(symbolType="square") if len(arms) > 1 else None,
    )
    return alt.layer(
        base.mark_bar(opacity=0.85).encode(color=colour),
        base.mark_text(align="left", dx=5, fontSize=12, color=LIGHT["ink"]).encode(text="told:N"),
    ).properties(width=WIDTH, height=alt.Step(22))


def improvement_map(finding: Finding) -> Iterator[Figure]:
    """Each initiative by change of public cost and of outcome, with its cloud, coloured by citizens' hours."""
    points = _rows(finding, "map", known="change_outcome")
    if not points:
        return
    cloud = _rows(finding, "cloud", known="change_outcome")
    largest = max((abs(row["change_citizen_hours"] or 0) for row in [*points, *cloud]), default=0)
    for row in (*points, *cloud):
        row["hours"] = _hours_word(row["change_citizen_hours"], largest)
        row["initiative"] = legal(str(row["initiative"]))
    svg, spec = drawn_chart(_map_chart(points, cloud))
    yield framed(
        svg,
        name="map",
        title="Improvement and substitution: what changes in cost, outcome and citizens' hours",
        description=" ".join(map(_place, points)),
        spec=spec,
        table="map",
    )


def _hours_word(change: float | None, largest: float) -> str:
    if change is None:
        return "hours not known"
    if abs(change) <= ABOUT * largest:
        return HOURS[1][0]
    return HOURS[2][0] if change > 0 else HOURS[0][0]


def _place(row: Row) -> str:
    names = ("improved_and_cheaper", "better_at_a_price", "cost_shifting", "worse")
    shares = ", ".join(f"{_word(name)} {percent(row[name])}" for name in names)
    hours = row["change_citizen_hours"]
    told = "" if hours is None else f", citizens' hours by {number(hours)}"
    where = "cannot be said" if row["quadrant"] == "cannot_say" else _word(row["quadrant"])
    return (
        f"{row['initiative']}: {where}. The public purse's cost changes by {number(row['change_public_cost'])}, the "
        f"outcome by {number(row['change_outcome'])}{told}, a unit. Of the cloud: {shares}."
    )


def _map_chart(points: Sequence[Row], cloud: Sequence[Row]) -> ChartType:
    import altair as alt

    x, y = ([row[name] for row in (*points, *cloud)] for name in ("change_public_cost", "change_outcome"))
    wide, high = (1.15 * max(map(abs, values)) or 1.0 for values in (x, y))
    scale_x, scale_y = alt.Scale(domain=[-wide, wide]), alt.Scale(domain=[-high, high])
    shades = {**dict(HOURS), "hours not known": LIGHT["muted"]}
    there = [word for word in shades if any(row["hours"] == word for row in (*points, *cloud))]
    colour = alt.Color(
        "hours:N",
        title=None,
        sort=None,
        scale=alt.Scale(domain=there, range=[shades[word] for word in there]),
    )
    axis_x = alt.X("change_public_cost:Q", scale=scale_x, title="Public purse: cheaper, or dearer, a unit")
    axis_y = alt.Y("change_outcome:Q", scale=scale_y, title="Outcome: worse, or better")
    rule: dict[str, Any] = {"color": LIGHT["muted"], "strokeDash": [4, 3]}
    big = alt.Chart(data(points)).encode(x=axis_x, y=axis_y)
    return alt.layer(
        alt.Chart(data([{"at": 0}])).mark_rule(**rule).encode(x="at:Q"),
        alt.Chart(data([{"at": 0}])).mark_rule(**rule).encode(y="at:Q"),
        _corners(wide, high),
        alt.Chart(data(cloud)).mark_circle(size=14, opacity=0.5).encode(x=axis_x, y=axis_y, color=colour),
        big.mark_point(shape="diamond", filled=True, size=160, color=LIGHT["ink"], opacity=1),
        big.mark_text(dy=-14, fontSize=12, fontWeight="bold", color=LIGHT["ink"]).encode(text="initiative:N"),
    ).properties(width=WIDTH, height=340)


def _corners(wide: float, high: float) -> ChartType:
    """The names of the quadrants, in their corners."""
    import altair as alt

    layers = []
    for name, left, up in (
        ("improved_and_cheaper", True, True),
        ("better_at_a_price", False, True),
        ("cost_shifting", True, False),
        ("worse", False, False),
    ):
        at = {"x": -wide if left else wide, "y": high if up else -high, "word": _word(name)}
        mark: dict[str, Any] = {"align": "left" if left else "right", "baseline": "top" if up else "bottom"}
        layers.append(
            alt.Chart(data([at]))
            .mark_text(fontSize=12, color=LIGHT["muted"], dx=4 if left else -4, dy=4 if up else -4, **mark)
            .encode(x="x:Q", y="y:Q", text="word:N")
        )
    return alt.layer(*layers)


def acceptability(finding: Finding) -> Iterator[Figure]:
    """How likely each initiative is the best buy, from every perspective."""
    rows = _rows(finding, "acceptability", known="probability")
    initiatives = [row["initiative"] for row in _rows(finding, "map", known="change_outcome")]
    rows = [
        {**row, "option": legal(str(row["option"])), "seen": _word(row["perspective"])}
        for row in rows
        if row["option"] in initiatives
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_curves(rows))
    yield framed(
        svg,
        name="acceptability",
        title="How likely it is the best buy, by what a unit of improvement is worth",
        description=" ".join(_curve_in_words(rows)),
        spec=spec,
        table="acceptability",
    )


def _curve_in_words(rows: Sequence[Row]) -> Iterator[str]:
    for option, seen in dict.fromkeys((row["option"], row["seen"]) for row in rows):
        own = [row for row in rows if (row["option"], row["seen"]) == (option, seen)]
        first, last = own[0], own[-1]
        over = next((row for row in own if row["probability"] > 0.5), None)
        likely = (
            f"; likelier than not from {number(over['threshold'])}" if over else "; never likelier than not"
        )
        yield (
            f"{option}, {seen}: {percent(first['probability'])} at {number(first['threshold'])}, "
            f"{percent(last['probability'])} at {number(last['threshold'])}{likely}."
        )


def _curves(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    seen = list(dict.fromkeys(row["seen"] for row in rows))
    options = list(dict.fromkeys(row["option"] for row in rows))
    shades = [LIGHT["organisation"], LIGHT["citizen"], LIGHT["system"]]
    dashes = [[1, 0], [6, 3], [2, 2]]
    encoding: dict[str, Any] = {
        "title": None,
        "sort": None,
        "legend": alt.Legend(orient="top", columns=1, labelLimit=400, symbolSize=400),
    }
    panels = []
    for option in options:
        own = alt.Chart(data([row for row in rows if row["option"] == option]))
        panels.append(
            own.mark_line(strokeWidth=2)
            .encode(
                x=alt.X("threshold:Q", title="Worth of one unit of improvement", axis=alt.Axis(tickCount=5)),
                y=alt.Y(
                    "probability:Q",
                    title="Probability of being the best buy",
                    scale=alt.Scale(domain=[0, 1]),
                    axis=alt.Axis(format="%", tickCount=5),
                ),
                color=alt.Color(
                    "seen:N", scale=alt.Scale(domain=seen, range=shades[: len(seen)]), **encoding
                ),
                strokeDash=alt.StrokeDash(
                    "seen:N", scale=alt.Scale(domain=seen, range=dashes[: len(seen)]), **encoding
                ),
            )
            .properties(width=WIDTH, height=220, title=option)
        )
    return alt.vconcat(*panels, spacing=20) if len(panels) > 1 else panels[0]


def hours_plane(finding: Finding) -> Iterator[Figure]:
    """Both sides' hours of each unit, and the lines along which the fitted function says as much is produced."""
    rows = _rows(finding, "hours_plane", known="output")
    if not rows:
        return
    lines = [
        {**row, "level": f"output {number(row['output'])}"}
        for row in _rows(finding, "isoquants", known="citizen_hours")
    ]
    step = math.ceil(len(rows) / MOST_DOTS)
    svg, spec = drawn_chart(_plane(rows[::step], lines))
    sigma = next((e for e in finding.estimates if e.name == "elasticity_of_substitution"), None)
    told = (
        ""
        if sigma is None or sigma.value is None
        else f" The elasticity of substitution is {number(sigma.value)}."
    )
    levels = ", ".join(dict.fromkeys(line["level"] for line in lines))
    yield framed(
        svg,
        name="hours_plane",
        title="Hours of both sides, and what they produce",
        description=f"{len(rows)} units{_every(step)}.{f' The lines stand for {levels}.' if levels else ''}{told}",
        spec=spec,
        table="hours_plane",
    )


def _every(step: int) -> str:
    return "" if step == 1 else f", one in {step} of them drawn"


def _plane(rows: Sequence[Row], lines: Sequence[Row]) -> ChartType:
    import altair as alt

    x = alt.X("professional_hours:Q", title="Professionals' hours", scale=alt.Scale(zero=False, nice=True))
    y = alt.Y("citizen_hours:Q", title="Citizens' hours", scale=alt.Scale(zero=False, nice=True))
    dots: alt.Chart = (
        alt.Chart(data(rows))
        .mark_circle(color=LIGHT["citizen"], opacity=0.45)
        .encode(x=x, y=y, size=alt.Size("output:Q", title="Output", scale=alt.Scale(range=[15, 220])))
    )
    if not lines:
        alone: alt.Chart = dots.properties(width=WIDTH, height=320)
        return alone
    ends = [
        line
        for line, after in zip(lines, [*lines[1:], None], strict=True)
        if after is None or after["level"] != line["level"]
    ]
    curves = (
        alt.Chart(data(lines))
        .mark_line(color=LIGHT["organisation"], strokeWidth=2)
        .encode(x=x, y=y, detail="level:N")
    )
    named = (
        alt.Chart(data(ends))
        .mark_text(align="right", dy=-8, fontSize=12, color=LIGHT["organisation"])
        .encode(x=x, y=y, text="level:N")
    )
    return alt.layer(dots, curves, named).properties(width=WIDTH, height=320)


def elasticity(finding: Finding) -> Iterator[Figure]:
    """The elasticity by each way of telling it, against 1."""
    rows = [row for row in _rows(finding, "elasticity", known="value") if row["low"] is not None]
    if not rows:
        return
    most = max(2.0, *(1.1 * min(float(row["high"] or 4.0), 2 * float(row["value"])) for row in rows))
    drawn = [{**row, "shown_high": min(float(row["high"] or most), most)} for row in rows]
    svg, spec = drawn_chart(_forest(drawn, most))
    listed = "; ".join(
        f"{row['way']}: {number(row['value'])} ({number(row['low'])} to "
        f"{'no end' if row['high'] is None else number(row['high'])})"
        for row in rows
    )
    yield framed(
        svg,
        name="elasticity",
        title="Complements (left of 1) or substitutes (right of 1)",
        description=f"The elasticity of substitution. {listed}.",
        spec=spec,
        table="elasticity",
    )


def _forest(rows: Sequence[Row], most: float) -> ChartType:
    import altair as alt

    base = alt.Chart(data(rows)).encode(
        y=alt.Y("way:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    )
    scale = alt.Scale(domain=[0, most])
    one = alt.Chart(data([{"at": 1}])).mark_rule(color=LIGHT["muted"], strokeDash=[4, 3])
    return alt.layer(
        one.encode(x="at:Q"),
        base.mark_rule(color=LIGHT["citizen"], strokeWidth=2).encode(x="low:Q", x2="shown_high:Q"),
        base.mark_point(filled=True, size=70, color=LIGHT["citizen"], opacity=1).encode(
            x=alt.X("value:Q", title="Elasticity of substitution", scale=scale)
        ),
    ).properties(width=WIDTH, height=alt.Step(28))


def efficiency(finding: Finding) -> Iterator[Figure]:
    """How near each unit comes to the best, by the frontier and by envelopment."""
    corrected = any(row["dea_corrected"] is not None for row in _rows(finding, "efficiency", known="unit"))
    enveloped = ("dea_corrected", "envelopment, corrected") if corrected else ("dea", "envelopment")
    ways = dict((("sfa", "frontier"), enveloped))
    table = [
        row for row in _rows(finding, "efficiency", known="unit") if any(row[way] is not None for way in ways)
    ]
    if not table:
        return
    table.sort(key=lambda row: (-(row[enveloped[0]] or row["sfa"] or 0.0), str(row["unit"])))
    step = math.ceil(len(table) / MOST_DOTS)
    rows = [
        {"place": place, "unit": legal(str(row["unit"])), "way": word, "value": row[way]}
        for place, row in list(enumerate(table, start=1))[::step]
        for way, word in ways.items()
        if row[way] is not None
    ]
    svg, spec = drawn_chart(_dots(rows, labelled=len(table) <= LABELLED_UNITS))
    told = []
    for word in ways.values():
        values = sorted(row["value"] for row in rows if row["way"] == word)
        if values:
            middle = values[len(values) // 2]
            told.append(
                f"{plain(word)}: from {number(values[0])} to {number(values[-1])}, the middle unit {number(middle)}"
            )
    yield framed(
        svg,
        name="efficiency",
        title="How near each unit comes to the best that others do with as much",
        description=f"{len(table)} units, the most efficient first{_every(step)}. {'; '.join(told)}.",
        spec=spec,
        table="efficiency",
    )


def _dots(rows: Sequence[Row], *, labelled: bool) -> ChartType:
    import altair as alt

    ways = list(dict.fromkeys(row["way"] for row in rows))
    y: alt.Y = (
        alt.Y("unit:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
        if labelled
        else alt.Y(
            "place:Q", title="Units, the most efficient first", scale=alt.Scale(reverse=True, zero=False)
        )
    )
    least = min(float(row["value"]) for row in rows)
    shades = {"frontier": LIGHT["organisation"], "envelopment, corrected": LIGHT["citizen"]}
    shades["envelopment"] = LIGHT["citizen"]
    shapes = {"frontier": "diamond", "envelopment, corrected": "circle", "envelopment": "circle"}
    chart: alt.Chart = (
        alt.Chart(data(rows))
        .mark_point(filled=True, size=45, opacity=0.8)
        .encode(
            x=alt.X(
                "value:Q",
                title="Efficiency",
                scale=alt.Scale(domain=[math.floor(10 * least) / 10, 1]),
                axis=alt.Axis(tickCount=5),
            ),
            y=y,
            color=alt.Color(
                "way:N",
                title=None,
                sort=None,
                scale=alt.Scale(domain=ways, range=[shades[way] for way in ways]),
            ),
            shape=alt.Shape(
                "way:N",
                title=None,
                sort=None,
                scale=alt.Scale(domain=ways, range=[shapes[way] for way in ways]),
            ),
        )
        .properties(width=WIDTH, height=alt.Step(16) if labelled else 300)
    )
    return chart

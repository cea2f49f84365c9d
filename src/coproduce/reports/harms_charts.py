"""The charts of the harms: a board of the seven evils, what was watched look by look, and who has how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import number, percent
from coproduce.reports.vega import data, drawn_chart
from coproduce.reports.wording import CELLS, quantity_name

if TYPE_CHECKING:
    from altair.typing import ChartType

Row = dict[str, Any]
STATUSES = ("alarm", "watch", "quiet", "not_measured")
WORDS = {"alarm": "Alarm", "watch": "Watch", "quiet": "Quiet", "not_measured": "Not measured"}
SHAPES = {"alarm": "triangle-up", "watch": "diamond", "quiet": "circle", "not_measured": "cross"}
COLOURS = {
    "alarm": LIGHT["organisation"],
    "watch": LIGHT["organisation"],
    "quiet": LIGHT["citizen"],
    "not_measured": LIGHT["system"],
}
LONGEST = 62
MOST_PANELS, MOST_PATHS, MOST_ROWS = 6, 8, 24
ARMS = {"treated": "With co-production", "comparison": "Comparison"}


def _rows(finding: Finding, table: str) -> list[Row]:
    return finding.tables[table].records() if table in finding.tables else []


def board(finding: Finding) -> Iterator[Figure]:
    """What each of the seven evils stands at: by a word and a shape, and only then by colour."""
    rows = _rows(finding, "evils")
    if not rows:
        return
    for row in rows:
        row["label"], row["word"] = CELLS[row["evil"]], WORDS[row["status"]]
        row["because"] = _because(row)
    svg, spec = drawn_chart(_board_chart(rows))
    told = [
        f"{row['label']}: {row['word'].lower()}{', ' + row['because'] if row['because'] else ''}"
        for row in rows
    ]
    yield framed(
        svg,
        name="board",
        title="The seven evils at a glance",
        description=f"{'. '.join(told)}.",
        spec=spec,
        table="evils",
    )


def _because(row: Row) -> str:
    if row["status"] == "not_measured":
        return "needs more than the records hold"
    sign = _named(str(row["sign"])) if row["sign"] else ""
    return sign if len(sign) <= LONGEST else f"{sign[: LONGEST - 1]}…"


def _named(stream: str) -> str:
    """A stream or sign in front of people."""
    head, *rest = (part.strip() for part in stream.split(" · "))
    named = head if rest else quantity_name(head)
    return legal(" · ".join((named, *(CELLS.get(part, part) for part in rest))))


def _board_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    axis = alt.Axis(ticks=False, domain=False, labelPadding=10, labelFontSize=13)
    base = alt.Chart(data(rows)).encode(y=alt.Y("label:N", sort=None, title=None, axis=axis))
    domain = [WORDS[status] for status in STATUSES]
    colour = alt.Color(
        "word:N",
        legend=None,
        scale=alt.Scale(domain=domain, range=[COLOURS[status] for status in STATUSES]),
    )
    shape = alt.Shape(
        "word:N",
        legend=None,
        scale=alt.Scale(domain=domain, range=[SHAPES[status] for status in STATUSES]),
    )
    alarm = alt.condition("datum.status == 'alarm'", alt.value(1), alt.value(0))
    layers = (
        base.mark_rule(strokeWidth=26, opacity=0.12).encode(
            x=alt.value(0),
            x2=alt.value(580),
            color=colour,
            opacity=alt.condition("datum.status == 'alarm'", alt.value(0.16), alt.value(0)),
        ),
        base.mark_point(size=170, strokeWidth=2.4, opacity=1).encode(
            x=alt.value(16), color=colour, shape=shape
        ),
        base.mark_point(size=170, filled=True).encode(
            x=alt.value(16), color=colour, shape=shape, opacity=alarm
        ),
        base.mark_text(align="left", fontSize=13, fontWeight="bold").encode(
            x=alt.value(36), text="word:N", color=alt.value(LIGHT["ink"])
        ),
        base.mark_text(align="left", fontSize=12).encode(
            x=alt.value(152), text="because:N", color=alt.value(LIGHT["muted"])
        ),
    )
    return alt.layer(*layers).properties(width=580, height=alt.Step(34))


def watching(finding: Finding) -> Iterator[Figure]:
    """The confidence sequences of the streams that say most, with the look at which an alarm was first raised."""
    chosen = _told_most(finding, most=MOST_PANELS)
    if not chosen:
        return
    svg, spec = drawn_chart(_panels(chosen))
    yield framed(
        svg,
        name="watching",
        title="How much worse than the comparison, look by look",
        description=" ".join(_course(name, rows) for name, rows in chosen.items()),
        spec=spec,
        table="monitoring",
    )


def _told_most(finding: Finding, *, most: int) -> dict[str, list[Row]]:
    """The streams with two looks or more: those in alarm first, then by their e-values."""
    by_stream: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(finding, "monitoring"):
        by_stream[row["stream"]].append(row)
    kept = {
        name: rows for name, rows in by_stream.items() if sum(r["worse_by"] is not None for r in rows) > 1
    }
    order = sorted(
        kept, key=lambda name: (not any(r["first_alarm"] for r in kept[name]), -kept[name][-1]["e_value"])
    )
    return {name: kept[name] for name in order[:most]}


def _course(name: str, rows: Sequence[Row]) -> str:
    last = [row for row in rows if row["worse_by"] is not None][-1]
    first = next((row for row in rows if row["first_alarm"]), None)
    within = ""
    if last["low"] is not None and last["high"] is not None:
        within = f" ({number(last['low'])} to {number(last['high'])})"
    raised = f"in alarm since look {first['look']} ({first['period']})" if first else "never in alarm"
    return (
        f"{_named(name)}: worse by {number(last['worse_by'])}{within} after look {last['look']}, "
        f"{number(last['tolerance'])} is borne; {raised}."
    )


def _panels(chosen: Mapping[str, Sequence[Row]]) -> ChartType:
    import altair as alt

    panels = [_panel(name, rows) for name, rows in chosen.items()]
    chart: ChartType = alt.concat(*panels, columns=2, spacing={"row": 30, "column": 44})
    return chart


def _panel(name: str, rows: Sequence[Row]) -> ChartType:
    import altair as alt

    known = [row for row in rows if row["worse_by"] is not None]
    domain = _domain(known)
    y = alt.Y(
        "worse_by:Q", title="Worse by", scale=alt.Scale(domain=domain, nice=True), axis=alt.Axis(tickCount=5)
    )
    x = alt.X("look:Q", title="Look", axis=alt.Axis(tickCount=6, format="d", grid=False))
    base = alt.Chart(data(known)).encode(x=x)
    layers: list[ChartType] = [
        base.mark_area(color=LIGHT["citizen"], opacity=0.2, clip=True).encode(
            y=alt.Y("low:Q", scale=alt.Scale(domain=domain)), y2="high:Q"
        ),
        base.mark_line(color=LIGHT["citizen"], strokeWidth=2, clip=True).encode(y=y),
        alt.Chart(data([{"line": known[-1]["tolerance"]}]))
        .mark_rule(color=LIGHT["ink"], strokeDash=[5, 4], strokeWidth=1.2)
        .encode(y="line:Q"),
    ]
    if alarm := [row for row in rows if row["first_alarm"]]:
        mark = alt.Chart(data([{**row, "told": f"alarm: {row['period']}"} for row in alarm])).encode(x=x)
        layers += [
            mark.mark_rule(color=LIGHT["organisation"], strokeWidth=2.4),
            mark.mark_text(
                align="left", dx=5, fontSize=12, fontWeight="bold", color=LIGHT["organisation"]
            ).encode(y=alt.value(8), text="told:N"),
        ]
    title = alt.Title(_named(name), limit=320)
    return alt.layer(*layers).properties(width=290, height=150, title=title)


def _domain(known: Sequence[Row]) -> list[float]:
    """Limits that show the later half of the looks whole; the first ones are often too wide to be drawn."""
    later = known[len(known) // 2 :]
    values = [row["worse_by"] for row in known] + [known[-1]["tolerance"]]
    values += [row[name] for row in later for name in ("low", "high") if row[name] is not None]
    return [min(values), max(values)]


def evidence(finding: Finding) -> Iterator[Figure]:
    """The e-values of the streams that say most, on a logarithmic scale, with the line of an alarm."""
    chosen = _told_most(finding, most=MOST_PATHS)
    line = next((d.value for d in finding.diagnostics if d.name == "alarm_at"), None)
    if not chosen or not isinstance(line, int | float):
        return
    svg, spec = drawn_chart(_paths(chosen, float(line)))
    told = [f"{_named(name)} {number(rows[-1]['e_value'])}" for name, rows in chosen.items()]
    yield framed(
        svg,
        name="evidence",
        title="The evidence of harm, look by look",
        description=f"E-values at the last look: {'; '.join(told)}. A stream alone is in alarm at {number(line)}.",
        spec=spec,
        table="monitoring",
    )


def _paths(chosen: Mapping[str, Sequence[Row]], line: float) -> ChartType:
    import altair as alt

    rows = [
        {**row, "shown": min(max(row["e_value"], 1e-3), 1e9), "label": _named(name)}
        for name, path in chosen.items()
        for row in path
        if row["e_value"] is not None
    ]
    ends = [row for row in rows if row["look"] == max(r["look"] for r in rows if r["label"] == row["label"])]
    ends = _apart(ends)
    y = alt.Y(
        "shown:Q", title="E-value", scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=6, format="~g")
    )
    x = alt.X("look:Q", title="Look", axis=alt.Axis(tickCount=8, format="d", grid=False))
    dash = alt.StrokeDash("label:N", legend=None)
    alarmed = alt.condition("datum.alarmed", alt.value(LIGHT["organisation"]), alt.value(LIGHT["citizen"]))
    names = {row["label"] for row in rows if row["first_alarm"]}
    rows = [{**row, "alarmed": row["label"] in names} for row in rows]
    layers = (
        alt.Chart(data(rows))
        .mark_line(strokeWidth=2)
        .encode(x=x, y=y, strokeDash=dash, detail="label:N", color=alarmed),
        alt.Chart(data([{"line": line, "told": f"alarm of a stream alone: {number(line)}"}]))
        .mark_rule(color=LIGHT["ink"], strokeDash=[5, 4])
        .encode(y="line:Q"),
        alt.Chart(data([{"line": line, "told": f"alarm of a stream alone: {number(line)}"}]))
        .mark_text(align="left", dy=-8, fontSize=12, color=LIGHT["ink"])
        .encode(x=alt.value(4), y="line:Q", text="told:N"),
        alt.Chart(data(ends))
        .mark_text(align="left", dx=6, fontSize=11, color=LIGHT["ink"])
        .encode(x=alt.value(430), y=alt.Y("place:Q", scale=alt.Scale(type="log")), text="label:N"),
    )
    return alt.layer(*layers).properties(width=430, height=260)


def _apart(ends: Sequence[Row]) -> list[Row]:
    """Labels at the ends of their lines, moved so far that none covers another."""
    import math

    values = [row["shown"] for row in ends]
    span = max(math.log10(max(values) / min(values)), 2.0)
    placed: list[Row] = []
    for row in sorted(ends, key=lambda row: float(row["shown"])):
        level = math.log10(row["shown"])
        if placed:
            level = max(level, math.log10(placed[-1]["place"]) + span / 14)
        placed.append({**row, "place": 10**level})
    return placed


def worse_by(finding: Finding) -> Iterator[Figure]:
    """How much worse each stream is after the last look, with its interval, one panel a measure."""
    rows = [row for row in _rows(finding, "stream_details") if row["worse_by"] is not None][:MOST_ROWS]
    if not rows:
        return
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        row["name"] = _named(str(row["stream"])).partition(" · ")[2]
        row["word"] = WORDS[row["status"]]
        by_label[row["label"]].append(row)
    svg, spec = drawn_chart(_forest(by_label))
    told = [f"{_named(str(row['stream']))} {number(row['worse_by'])}, {row['word'].lower()}" for row in rows]
    yield framed(
        svg,
        name="worse_by",
        title="How much worse than the comparison after the last look",
        description=f"Right of the dashed line is harm beyond what is borne. {'; '.join(told)}.",
        spec=spec,
        table="stream_details",
    )


def _forest(by_label: Mapping[str, Sequence[Row]]) -> ChartType:
    import altair as alt

    panels = [_forest_panel(label, rows) for label, rows in by_label.items()]
    return alt.vconcat(*panels, spacing=26)


def _forest_panel(label: str, rows: Sequence[Row]) -> ChartType:
    import altair as alt

    what = "Times as frequent" if "ratio" in str(rows[0]["unit"]) else "Worse by"
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=270)
    base = alt.Chart(data(rows)).encode(y=alt.Y("name:N", sort=None, title=None, axis=axis))
    x = alt.X(
        "worse_by:Q", title=f"{what}, with the interval that holds at all looks", axis=alt.Axis(tickCount=6)
    )
    domain = [WORDS[status] for status in STATUSES]
    colour = alt.Color(
        "word:N", legend=None, scale=alt.Scale(domain=domain, range=[COLOURS[s] for s in STATUSES])
    )
    shape = alt.Shape(
        "word:N", legend=None, scale=alt.Scale(domain=domain, range=[SHAPES[s] for s in STATUSES])
    )
    layers = (
        alt.Chart(data([{"line": rows[0]["tolerance"]}]))
        .mark_rule(color=LIGHT["muted"], strokeDash=[4, 3])
        .encode(x="line:Q"),
        base.mark_rule(strokeWidth=2.5, opacity=0.55).encode(x="low:Q", x2="high:Q", color=colour),
        base.mark_point(size=80, opacity=1, strokeWidth=2, filled=True).encode(
            x=x, color=colour, shape=shape
        ),
        base.mark_text(align="left", fontSize=12).encode(
            x=alt.value(388), text="word:N", color=alt.value(LIGHT["ink"])
        ),
    )
    return alt.layer(*layers).properties(
        width=380, height=alt.Step(26), title=alt.Title(legal(label), limit=560)
    )


def concentration(finding: Finding) -> Iterator[Figure]:
    """The concentration curves: what share of an outcome the most deprived part of the units has."""
    by_measure: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(finding, "concentration_curve"):
        row["who"] = ARMS.get(row["arm"], row["arm"])
        by_measure[row["label"]].append(row)
    if not by_measure:
        return
    svg, spec = drawn_chart(_curves(by_measure))
    told = [
        f"{legal(row['label'])}, {ARMS[row['arm']].lower()}: index {number(row['index'], decimals=3)} "
        f"({number(row['low'], decimals=3)} to {number(row['high'], decimals=3)})"
        for row in _rows(finding, "inequality")
        if row["low"] is not None and row["high"] is not None
    ]
    yield framed(
        svg,
        name="concentration",
        title="Who has how much, from the most deprived on",
        description=f"On the dotted line all have the same; below it the less deprived have more. {_first(by_measure)} "
        f"{'; '.join(told)}.",
        spec=spec,
        table="concentration_curve",
    )


def _first(by_measure: Mapping[str, Sequence[Row]]) -> str:
    """What the most deprived part has, in words."""
    told = [
        f"{legal(label)}: the most deprived {percent(row['units_share'])} have {percent(row['outcome_share'])} "
        f"({str(row['who']).lower()})"
        for label, rows in by_measure.items()
        for row in rows
        if row["units_share"]
        == min(r["units_share"] for r in rows if r["units_share"] > 0 and r["arm"] == row["arm"])
    ]
    return f"{'; '.join(told)}."


def _curves(by_measure: Mapping[str, Sequence[Row]]) -> ChartType:
    import altair as alt

    panels = [_curve_panel(label, rows) for label, rows in by_measure.items()]
    chart: ChartType = alt.concat(*panels, columns=2, spacing={"row": 30, "column": 60})
    return chart


def _curve_panel(label: str, rows: Sequence[Row]) -> ChartType:
    import altair as alt

    share = alt.Axis(format="%", tickCount=5)
    x = alt.X(
        "units_share:Q",
        title="Share of the units, most deprived first",
        axis=share,
        scale=alt.Scale(domain=[0, 1]),
    )
    y = alt.Y("outcome_share:Q", title="Share of the outcome", axis=share, scale=alt.Scale(domain=[0, 1]))
    domain, range_ = list(ARMS.values()), [LIGHT["citizen"], LIGHT["organisation"]]
    colour = alt.Color("who:N", title=None, scale=alt.Scale(domain=domain, range=range_))
    base = alt.Chart(data(rows)).encode(x=x, y=y)
    layers = (
        alt.Chart(data([{"units_share": 0, "outcome_share": 0}, {"units_share": 1, "outcome_share": 1}]))
        .mark_line(color=LIGHT["muted"], strokeDash=[2, 3])
        .encode(x=x, y=y),
        base.mark_line(strokeWidth=2).encode(
            color=colour,
            strokeDash=alt.StrokeDash(
                "who:N", title=None, scale=alt.Scale(domain=domain, range=[[1, 0], [6, 3]])
            ),
        ),
        base.mark_point(filled=True, size=45, opacity=1).encode(
            color=colour,
            shape=alt.Shape("who:N", title=None, scale=alt.Scale(domain=domain, range=["circle", "square"])),
        ),
    )
    return alt.layer(*layers).properties(width=270, height=270, title=alt.Title(legal(label), limit=300))

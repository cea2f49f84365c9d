"""The charts of motives: the map of phases and levels, the gap by group, correlates, motives and barriers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT, hue
from coproduce.reports.rounding import percent
from coproduce.reports.vega import data, drawn_chart
from coproduce.reports.wording import plain

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
WIDTH = 440
MAPS = {"active_share": "Take part at least sometimes", "gap_share": "Would, and do not"}
PALE = 0.04
"""The least opacity of a field of the map, so that an empty one is seen."""


def _rows(finding: Finding, table: str, *, known: str) -> list[Row]:
    if table not in finding.tables:
        return []
    return [row for row in finding.tables[table].records() if row[known] is not None]


def extent(finding: Finding) -> Iterator[Figure]:
    """The map: a phase a column, a level a row; above who takes part, below who would and does not."""
    rows = [
        {**row, "phase": plain(row["phase"]), "level": plain(row["level"])}
        for row in _rows(finding, "extent", known="phase")
    ]
    maps = {
        name: told
        for name in MAPS
        if (told := [{**row, "share": row[name]} for row in rows if row[name] is not None])
    }
    if not maps:
        return
    most = max(row["share"] for told in maps.values() for row in told) or 1.0
    svg, spec = drawn_chart(_maps(maps, most=most))
    yield framed(
        svg,
        name="extent",
        title="Where citizens take part, and where more would",
        description=" ".join(_map_in_words(MAPS[name], told) for name, told in maps.items()),
        spec=spec,
        table="extent",
    )


def _map_in_words(title: str, rows: Sequence[Row]) -> str:
    ordered = sorted(rows, key=lambda row: -row["share"])
    most, least = ordered[0], ordered[-1]
    return (
        f"{title}: most in {_field(most)} ({percent(most['share'])}), "
        f"least in {_field(least)} ({percent(least['share'])})."
    )


def _field(row: Row) -> str:
    return f"{row['phase'].lower()}, {row['level'].lower()}"


def _maps(maps: dict[str, list[Row]], *, most: float) -> ChartType:
    import altair as alt

    panels = []
    for name, rows in maps.items():
        colour = LIGHT["citizen"] if name == "active_share" else LIGHT["organisation"]
        shown = [
            {**row, "told": percent(row["share"]), "deep": PALE + (0.6 - PALE) * row["share"] / most}
            for row in rows
        ]
        base = alt.Chart(data(shown)).encode(
            x=alt.X("phase:N", sort=None, title=None, axis=_bare(orient="top", labelAngle=0)),
            y=alt.Y("level:N", sort=None, title=None, axis=_bare(minExtent=90)),
        )
        deep = alt.Opacity("deep:Q", scale=None, legend=None)
        panels.append(
            alt.layer(
                base.mark_rect(color=colour, stroke=LIGHT["paper"], strokeWidth=2).encode(opacity=deep),
                base.mark_text(fontSize=13, color=LIGHT["ink"]).encode(text="told:N"),
            ).properties(width=WIDTH, height=alt.Step(38), title=MAPS[name])
        )
    return alt.vconcat(*panels, spacing=24)


def _bare(**more: Any) -> alt.Axis:
    import altair as alt

    return alt.Axis(ticks=False, domain=False, labelPadding=8, **more)


def gap(finding: Finding) -> Iterator[Figure]:
    """The potential gap in each value of each group."""
    rows = [
        {**row, "label": legal(str(row["value"])), "panel": legal(plain(str(row["group"])))}
        for row in _rows(finding, "by_group", known="share")
        if row["what"] == "potential_gap"
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_panels(rows, title="Would take part, and do not"))
    yield framed(
        svg,
        name="gap",
        title="Who would take part and takes part in nothing, by group",
        description=_listed(rows),
        spec=spec,
        table="by_group",
    )


def motives(finding: Finding) -> Iterator[Figure]:
    """What citizens say moves them, the commonest first."""
    rows = [
        {**row, "label": legal(plain(str(row["motive"]))), "panel": ""}
        for row in sorted(_rows(finding, "motives", known="share"), key=lambda row: -row["share"])
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_panels(rows, title="Say that it moves them"))
    yield framed(
        svg,
        name="motives",
        title="What moves people to take part",
        description=_listed(rows),
        spec=spec,
        table="motives",
    )


def barriers(finding: Finding) -> Iterator[Figure]:
    """What each side says holds it back, the commonest first."""
    rows = [
        {**row, "label": legal(plain(str(row["barrier"]))), "panel": plain(str(row["side"])) + "s"}
        for row in _rows(finding, "barriers", known="share")
    ]
    sides = list(dict.fromkeys(row["panel"] for row in rows))
    rows.sort(key=lambda row: (sides.index(row["panel"]), -row["share"]))
    if not rows:
        return
    svg, spec = drawn_chart(_panels(rows, title="Say that it holds them back"))
    yield framed(
        svg,
        name="barriers",
        title="What holds each side back",
        description=_listed(rows),
        spec=spec,
        table="barriers",
    )


def _listed(rows: Sequence[Row]) -> str:
    panels = dict.fromkeys(row["panel"] for row in rows)
    return " ".join(
        (f"{panel}: " if panel else "")
        + "; ".join(f"{row['label']} {_interval(row)}" for row in rows if row["panel"] == panel)
        + "."
        for panel in panels
    )


def _interval(row: Row) -> str:
    if row["low"] is None or row["high"] is None:
        return percent(row["share"])
    return f"{percent(row['share'])} ({percent(row['low'])} to {percent(row['high'])})"


def _panels(rows: Sequence[Row], *, title: str) -> ChartType:
    """Bars with their intervals, a panel below the other."""
    import altair as alt

    panels = []
    for panel in dict.fromkeys(row["panel"] for row in rows):
        own = [{**row, "told": percent(row["share"])} for row in rows if row["panel"] == panel]
        colour = hue("citizen" if str(own[0].get("side", "citizen")) == "citizen" else "organisation")
        base = alt.Chart(data(own)).encode(y=_names())
        x = alt.X(
            "share:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5)
        )
        panels.append(
            alt.layer(
                base.mark_bar(height=14, color=colour, opacity=0.35).encode(x=x),
                base.mark_rule(color=colour, strokeWidth=2).encode(x="low:Q", x2="high:Q"),
                base.mark_text(align="left", fontSize=12, color=LIGHT["ink"]).encode(
                    x=alt.value(WIDTH + 10), text="told:N"
                ),
            ).properties(width=WIDTH, height=alt.Step(26), **({"title": panel} if panel else {}))
        )
    return alt.vconcat(*panels, spacing=20)


def _names() -> alt.Y:
    import altair as alt

    return alt.Y("label:N", sort=None, title=None, axis=_bare(minExtent=130))


def correlates(finding: Finding) -> Iterator[Figure]:
    """Average effects on the chance to take part, in percentage points."""
    rows = [
        {
            "label": legal(_term(row)),
            **{name: 100 * row[column] for name, column in _POINTS.items()},
        }
        for row in _rows(finding, "correlates", known="ame")
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_effects(rows))
    told = [f"{row['label']} {_points(row)}" for row in rows]
    yield framed(
        svg,
        name="correlates",
        title="How far taking part lies apart, other things alike",
        description=f"In percentage points. {'; '.join(told)}.",
        spec=spec,
        table="correlates",
    )


_POINTS = {"value": "ame", "low": "ame_low", "high": "ame_high"}


def _term(row: Row) -> str:
    """What is compared, in words."""
    group, _, value = str(row["term"]).partition(": ")
    return f"{plain(group)}: {value} (against {row['against']})" if value else f"{plain(group)}, each step"


def _points(row: Row) -> str:
    value, low, high = (f"{row[name]:+.1f}".replace("-", "−") for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _effects(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    base = alt.Chart(data(rows)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=_bare(minExtent=330, labelLimit=340))
    )
    x = alt.X("value:Q", title="Percentage points, with 95% interval", axis=alt.Axis(tickCount=6))
    nought = alt.Chart(data([{"at": 0}])).mark_rule(color=LIGHT["muted"], strokeDash=[4, 3])
    return alt.layer(
        nought.encode(x="at:Q"),
        base.mark_rule(color=LIGHT["citizen"], strokeWidth=2).encode(x="low:Q", x2="high:Q"),
        base.mark_point(filled=True, size=70, color=LIGHT["citizen"], opacity=1).encode(x=x),
    ).properties(width=WIDTH - 160, height=alt.Step(28))

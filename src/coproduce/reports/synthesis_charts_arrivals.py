"""The pooled effect of a synthesis as studies arrived: the ordinary interval, and the one that holds at every look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT
from coproduce.reports.synthesis_charts import rows_of, said
from coproduce.reports.vega import data, drawn_chart

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
MOST_ROWS = 60
ORDINARY, LIVING = "ordinary interval", "interval that holds at every look"


def cumulative(finding: Finding) -> Iterator[Figure]:
    """After each study, what the studies so far say."""
    rows = [row for row in rows_of(finding, "cumulative") if row["pooled"] is not None]
    if len(rows) < 2:
        return
    shown = _evenly(rows)
    svg, spec = drawn_chart(_chart([_labelled(row) for row in shown], unit=finding.estimate("pooled").unit))
    yield framed(
        svg,
        name="cumulative",
        title="As the studies arrived",
        description=_in_words(rows),
        spec=spec,
        table="cumulative",
    )


def _evenly(rows: Sequence[Row]) -> list[Row]:
    """All rows, or so many that they can be read, the first and the last among them."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    last = len(rows) - 1
    return [rows[round(place * last / (MOST_ROWS - 1))] for place in range(MOST_ROWS)]


def _labelled(row: Row) -> Row:
    when = "" if row["order"] is None else f" ({row['order']})"
    told = said(float(row["pooled"]), float(row["low"]), float(row["high"]))
    return {
        **row,
        "label": f"{row['studies']}: {legal(str(row['study']))}{when}",
        "told": told,
        "ordinary": ORDINARY,
        "living": LIVING,
    }


def _in_words(rows: Sequence[Row]) -> str:
    first, last = rows[0], rows[-1]
    bounded = [row for row in rows if row["living_low"] is not None and row["living_high"] is not None]
    said_each = [
        f"After {row['studies']} studies the pooled effect was {said(row['pooled'], row['low'], row['high'])}."
        for row in (first, rows[len(rows) // 2], last)
    ]
    held = (
        f" The interval that holds at every look ends at {last['living_low']:.2f} to {last['living_high']:.2f}."
        if bounded and bounded[-1] is last
        else " There are too few studies for an interval that holds at every look."
    )
    return " ".join(said_each) + held


def _chart(rows: Sequence[Row], *, unit: str) -> ChartType:
    import altair as alt

    labels = [row["label"] for row in rows]
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        scale=alt.Scale(domain=labels),
        axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=230),
    )
    title = f"Pooled effect so far ({unit})" if unit else "Pooled effect so far"
    x = alt.X(
        "pooled:Q", title=title, scale=alt.Scale(domain=_domain(rows), nice=False), axis=alt.Axis(tickCount=6)
    )
    base = alt.Chart(data(rows)).encode(y=y)
    bounded = alt.Chart(data([row for row in rows if row["living_low"] is not None])).encode(y=y)
    nought = alt.Chart(data([{"nought": 0.0}])).mark_rule(color=LIGHT["muted"], strokeDash=[4, 3])
    layers = (
        nought.encode(x="nought:Q"),
        bounded.mark_rule(strokeWidth=1.2, clip=True).encode(
            x=alt.X("living_low:Q"), x2="living_high:Q", color=_key("living")
        ),
        base.mark_rule(strokeWidth=4, opacity=0.75, clip=True).encode(
            x=alt.X("low:Q"), x2="high:Q", color=_key("ordinary")
        ),
        base.mark_point(filled=True, size=45, opacity=1, color=LIGHT["ink"]).encode(x=x),
        base.mark_text(align="left", fontSize=11, color=LIGHT["ink"]).encode(x=alt.value(445), text="told:N"),
    )
    return alt.layer(*layers).properties(width=430, height=alt.Step(20))


def _key(field: str) -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=[ORDINARY, LIVING], range=[LIGHT["citizen"], LIGHT["organisation"]])
    legend = alt.Legend(symbolType="stroke", symbolStrokeWidth=3, labelLimit=300)
    return alt.Color(f"{field}:N", scale=scale, title=None, legend=legend)


def _domain(rows: Sequence[Row]) -> list[float]:
    """All pooled effects; intervals as far as those of the later half reach."""
    later = rows[len(rows) // 2 :]
    ends = [
        row[end]
        for row in later
        for end in ("low", "high", "living_low", "living_high")
        if row[end] is not None
    ]
    values = [0.0, *(row["pooled"] for row in rows), *ends]
    margin = 0.04 * (max(values) - min(values))
    return [min(values) - margin, max(values) + margin]

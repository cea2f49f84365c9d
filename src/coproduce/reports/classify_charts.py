"""The charts of a classification: how much counts under each definition, and what a mix is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import percent
from coproduce.reports.vega import data, drawn_chart
from coproduce.reports.wording import plain

if TYPE_CHECKING:
    from altair.typing import ChartType

Row = dict[str, Any]
COUNTS = {"yes": "counts", "cannot_say": "cannot say", "no": "does not count"}
COLOURS = {"yes": LIGHT["citizen"], "cannot_say": LIGHT["rule"], "no": LIGHT["organisation"]}


def _shares(finding: Finding, table: str) -> list[Row]:
    """The rows of a table that tell shares of contributions, each with the name of what it is a share under."""
    if table not in finding.tables or "share" not in finding.tables[table].columns:
        return []
    rows = [row for row in finding.tables[table].records() if row["share"] is not None]
    scheme = "definition" if table == "definitions" else "typology"
    return [{**row, "under": legal(str(row.get("label") or plain(str(row[scheme]))))} for row in rows]


def definitions(finding: Finding) -> Iterator[Figure]:
    """How much of what citizens gave counts under each definition."""
    rows = [{**row, "told": COUNTS[row["counts"]]} for row in _shares(finding, "definitions")]
    if not rows:
        return
    svg, spec = drawn_chart(_definitions_chart(rows))
    told_each = [f"{row['under']}: {row['told']} {percent(row['share'])}" for row in rows if row["share"]]
    yield framed(
        svg,
        name="definitions",
        title="How many contributions count, by definition",
        description=f"Share of contributions. {'; '.join(told_each)}.",
        spec=spec,
        table="definitions",
    )


def _definitions_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    order = list(COUNTS)
    placed = [{**row, "place": order.index(row["counts"]), "percent": percent(row["share"])} for row in rows]
    base = alt.Chart(data(placed)).encode(
        y=alt.Y("under:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8)),
        order=alt.Order("place:Q"),
    )
    colour = alt.Color(
        "told:N",
        title=None,
        scale=alt.Scale(domain=list(COUNTS.values()), range=[COLOURS[name] for name in order]),
        legend=alt.Legend(symbolType="square"),
    )
    x = alt.X("share:Q", stack="zero", title="Share of contributions", axis=alt.Axis(format="%", tickCount=5))
    return alt.layer(
        base.mark_bar(height=19, stroke=LIGHT["paper"], strokeWidth=1).encode(x=x, color=colour)
    ).properties(width=500, height=alt.Step(28))


def mix(finding: Finding) -> Iterator[Figure]:
    """The mix of contributions over the classes of each typology, by number and by minutes."""
    by_scheme: dict[str, list[Row]] = defaultdict(list)
    for row in _shares(finding, "mix"):
        kind = "cannot say" if row["class"] == "cannot_say" else legal(str(row["class"]))
        by_scheme[row["under"]].append({**row, "class": kind})
    if not by_scheme:
        return
    svg, spec = drawn_chart(_mix_chart(by_scheme))
    yield framed(
        svg,
        name="mix",
        title="What the contributions are made of: by number (bar, with 95% interval) and by minutes (diamond)",
        description=_mix_in_words(by_scheme),
        spec=spec,
        table="mix",
    )


def _mix_in_words(by_scheme: Mapping[str, Sequence[Row]]) -> str:
    sentences = []
    for name, rows in by_scheme.items():
        told_each = [
            f"{row['class']} {percent(row['share'])} of contributions"
            + ("" if row["minutes_share"] is None else f" and {percent(row['minutes_share'])} of minutes")
            for row in rows
        ]
        sentences.append(f"{name}: {', '.join(told_each)}.")
    return " ".join(sentences)


def _mix_chart(by_scheme: Mapping[str, Sequence[Row]]) -> ChartType:
    import altair as alt

    panels = [_mix_panel(name, rows) for name, rows in by_scheme.items()]
    return alt.vconcat(*panels, spacing=24)


def _mix_panel(name: str, rows: Sequence[Row]) -> ChartType:
    import altair as alt

    told = [{**row, "percent": percent(row["share"])} for row in rows]
    base = alt.Chart(data(told)).encode(
        y=alt.Y(
            "class:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, minExtent=200, labelPadding=8),
        )
    )
    x = alt.X("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5))
    return alt.layer(
        base.mark_bar(height=13, color=LIGHT["citizen"], opacity=0.3).encode(x=x),
        base.mark_rule(color=LIGHT["citizen"], strokeWidth=2).encode(x="share_low:Q", x2="share_high:Q"),
        base.mark_point(shape="diamond", filled=True, size=80, color=LIGHT["ink"], opacity=1).encode(
            x="minutes_share:Q"
        ),
        base.mark_text(align="left", fontSize=12, color=LIGHT["ink"]).encode(
            x=alt.value(510), text="percent:N"
        ),
    ).properties(width=500, height=alt.Step(24), title=name)

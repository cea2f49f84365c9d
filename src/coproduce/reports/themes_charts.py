"""The charts of themes: codes, which go together, how far coders agree, whether new codes still come up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import number, percent
from coproduce.reports.vega import data, drawn_chart

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
WIDTH = 460
MOST_BARS = 25
MOST_TOGETHER = 14
TENTATIVE, RELIABLE = 0.667, 0.8


def _rows(finding: Finding, table: str, *, known: str) -> list[Row]:
    if table not in finding.tables:
        return []
    return [row for row in finding.tables[table].records() if row[known] is not None]


def _names() -> alt.Y:
    import altair as alt

    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=120)
    return alt.Y("label:N", sort=None, title=None, axis=axis)


def codes(finding: Finding) -> Iterator[Figure]:
    """In which share of documents each code is met."""
    rows = [
        {
            **row,
            "label": legal(str(row["code"])),
            "told": f"{percent(row['share'])} ({row['documents']})",
        }
        for row in _rows(finding, "codes", known="share")[:MOST_BARS]
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_bars(rows))
    listed = "; ".join(f"{row['label']}: {row['told']}" for row in rows)
    yield framed(
        svg,
        name="codes",
        title="In which share of the documents each code is met",
        description=f"The commonest first, with the number of documents. {listed}.",
        spec=spec,
        table="codes",
    )


def _bars(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    base = alt.Chart(data(rows)).encode(y=_names())
    axis = alt.Axis(format="%", tickCount=5)
    title = "Share of documents, with 95% interval"
    x = alt.X("share:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=axis)
    return alt.layer(
        base.mark_bar(height=14, color=LIGHT["citizen"], opacity=0.35).encode(x=x),
        base.mark_rule(color=LIGHT["citizen"], strokeWidth=2).encode(x="low:Q", x2="high:Q"),
        base.mark_text(align="left", fontSize=12, color=LIGHT["ink"]).encode(
            x=alt.value(WIDTH + 10), text="told:N"
        ),
    ).properties(width=WIDTH, height=alt.Step(26))


def cooccurrence(finding: Finding) -> Iterator[Figure]:
    """Which codes stand in the same documents."""
    pairs = _rows(finding, "cooccurrence", known="jaccard")
    shown = [row["code"] for row in _rows(finding, "codes", known="share")[:MOST_TOGETHER]]
    among = [row for row in pairs if row["code"] in shown and row["other"] in shown]
    if not among:
        return
    svg, spec = drawn_chart(_heatmap(among, shown))
    closest = sorted(among, key=lambda row: -float(row["jaccard"]))[:3]
    told = "; ".join(
        f"{legal(str(row['code']))} and {legal(str(row['other']))}: {percent(row['jaccard'])} "
        f"({row['documents']} documents)"
        for row in closest
    )
    yield framed(
        svg,
        name="cooccurrence",
        title="Codes in the same documents: of those with either, the share with both",
        description=f"The closest pairs are {told}.",
        spec=spec,
        table="cooccurrence",
    )


def _heatmap(pairs: Sequence[Row], shown: Sequence[str]) -> ChartType:
    import altair as alt

    rows = [
        {
            "one": legal(str(one)),
            "two": legal(str(two)),
            "share": row["jaccard"],
            "documents": row["documents"],
        }
        for row in pairs
        for one, two in ((row["code"], row["other"]), (row["other"], row["code"]))
    ]
    order = [legal(str(code)) for code in shown]
    axis = alt.Axis(ticks=False, domain=False, labelPadding=6)
    base = alt.Chart(data(rows)).encode(
        x=alt.X("one:N", sort=order, title=None, axis=axis.copy()),
        y=alt.Y("two:N", sort=order, title=None, axis=axis),
    )
    depth = alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.04, 0.6]))
    return alt.layer(
        base.mark_rect(color=LIGHT["citizen"]).encode(opacity=depth),
        base.mark_text(fontSize=11, color=LIGHT["ink"]).encode(text="documents:Q"),
    ).properties(width=alt.Step(32), height=alt.Step(28))


def agreement(finding: Finding) -> Iterator[Figure]:
    """How far coders agree: in all, on each code, and without each coder."""
    panels = [
        ("All codes", _agreement_rows(finding, "agreement", name="label")),
        ("Each code alone", _agreement_rows(finding, "agreement_by_code", name="code")[:MOST_BARS]),
        ("Without one coder", _agreement_rows(finding, "agreement_by_coder", name="coder")),
    ]
    there = [(title, rows) for title, rows in panels if rows]
    if not there:
        return
    svg, spec = drawn_chart(_forest(there))
    told = "; ".join(f"{row['label']}: {row['told']}" for row in there[0][1])
    yield framed(
        svg,
        name="agreement",
        title="How far coders agree beyond chance",
        description=f"1 is full agreement, 0 chance; lines stand at 0.667 and 0.8. {told}.",
        spec=spec,
        table="agreement",
    )


def _agreement_rows(finding: Finding, table: str, *, name: str) -> list[Row]:
    return [
        {**row, "label": _short(legal(str(row[name]))), "told": _limits(row)}
        for row in _rows(finding, table, known="value")
    ]


def _short(label: str) -> str:
    """What names a coefficient: its label up to the first comma or colon, and what sets it apart from its like."""
    return label.replace("Krippendorff's alpha, ", "Alpha, ").partition(":")[0]


def _limits(row: Row) -> str:
    if row["low"] is None:
        return number(row["value"])
    return f"{number(row['value'])} ({number(row['low'])} to {number(row['high'])})"


def _forest(panels: Sequence[tuple[str, Sequence[Row]]]) -> ChartType:
    import altair as alt

    least = min(
        float(row["value"] if row["low"] is None else row["low"]) for _, rows in panels for row in rows
    )
    scale = alt.Scale(domain=[min(0.0, max(-1.0, least)), 1])
    marks = alt.Chart(data([{"at": TENTATIVE}, {"at": RELIABLE}]))
    drawn = []
    for title, rows in panels:
        base = alt.Chart(data(rows)).encode(y=_names())
        drawn.append(
            alt.layer(
                marks.mark_rule(color=LIGHT["muted"], strokeDash=[4, 3]).encode(x=alt.X("at:Q", title="")),
                base.mark_rule(color=LIGHT["citizen"], strokeWidth=2).encode(x="low:Q", x2="high:Q"),
                base.mark_point(filled=True, size=70, color=LIGHT["citizen"], opacity=1).encode(
                    x=alt.X("value:Q", title="Agreement, with interval", scale=scale)
                ),
                base.mark_text(align="left", fontSize=12, color=LIGHT["ink"]).encode(
                    x=alt.value(360 + 10), text="told:N"
                ),
            ).properties(width=360, height=alt.Step(26), title=title)
        )
    return alt.vconcat(*drawn, spacing=20)


def saturation(finding: Finding) -> Iterator[Figure]:
    """How many different codes the first documents hold."""
    rows = _rows(finding, "saturation", known="expected")
    if len(rows) < 2:
        return
    svg, spec = drawn_chart(_curves(rows))
    half, last = rows[(len(rows) - 1) // 2], rows[-1]
    yield framed(
        svg,
        name="saturation",
        title="How many different codes the first documents hold",
        description=f"Over random orders, {half['documents']} documents hold {number(half['expected'])} codes on "
        f"average, all {last['documents']} hold {last['found']}. The steps are the documents as they stand.",
        spec=spec,
        table="saturation",
    )


def _curves(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    base = alt.Chart(data(rows)).encode(x=alt.X("documents:Q", title="Documents read"))
    return alt.layer(
        base.mark_area(color=LIGHT["citizen"], opacity=0.15).encode(y=alt.Y("low:Q", title=""), y2="high:Q"),
        base.mark_line(color=LIGHT["citizen"], strokeWidth=2).encode(
            y=alt.Y("expected:Q", title="Different codes")
        ),
        base.mark_line(
            color=LIGHT["organisation"], strokeWidth=1.5, strokeDash=[5, 3], interpolate="step-after"
        ).encode(y=alt.Y("found:Q", title="")),
    ).properties(width=WIDTH, height=220)

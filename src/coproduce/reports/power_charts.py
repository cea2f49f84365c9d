"""The charts of power: rungs, proposals and their answers, promises, who takes part, how the work is spread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT, hue
from coproduce.reports.rounding import number, percent
from coproduce.reports.vega import data, drawn_chart
from coproduce.reports.wording import CELLS, plain

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
WIDTH = 460
GOOD = {"kept in time", "done"}
DASHES = {"citizen": [1, 0], "organisation": [5, 3]}


def _rows(finding: Finding, table: str, *, known: str) -> list[Row]:
    if table not in finding.tables:
        return []
    return [row for row in finding.tables[table].records() if row[known] is not None]


def rungs(finding: Finding) -> Iterator[Figure]:
    """Which rung of the ladder decisions reached, the highest on top."""
    rows = [
        {**row, "label": plain(str(row["rung"])), "told": f"{percent(row['share'])} ({row['decisions']})"}
        for row in reversed(_rows(finding, "rungs", known="share"))
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_share_bars(rows, "Share of decisions, with 95% interval"))
    listed = "; ".join(f"{row['label']}: {row['told']}" for row in rows)
    yield framed(
        svg,
        name="rungs",
        title="Which rung of the ladder decisions reached",
        description=f"From the highest rung down. {listed}.",
        spec=spec,
        table="rungs",
    )


def _names(*, title: str | None = None) -> alt.Y:
    import altair as alt

    return alt.Y(
        "label:N",
        sort=None,
        title=title,
        axis=alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=120),
    )


def _share_bars(rows: Sequence[Row], title: str) -> ChartType:
    import altair as alt

    base = alt.Chart(data(rows)).encode(y=_names())
    x = alt.X("share:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5))
    return alt.layer(
        base.mark_bar(height=14, color=LIGHT["citizen"], opacity=0.35).encode(x=x),
        base.mark_rule(color=LIGHT["citizen"], strokeWidth=2).encode(x="low:Q", x2="high:Q"),
        base.mark_text(align="left", fontSize=12, color=LIGHT["ink"]).encode(
            x=alt.value(WIDTH + 10), text="told:N"
        ),
    ).properties(width=WIDTH, height=alt.Step(28))


def results(finding: Finding) -> Iterator[Figure]:
    """What came of proposals, by side."""
    rows = [
        {**row, "label": "Citizens" if row["proposed_by"] == "citizen" else "The organisation"}
        for row in _rows(finding, "results", known="decisions")
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_parts(rows, part="result"))
    yield framed(
        svg,
        name="results",
        title="What came of proposals, by the side that proposed",
        description=_parts_in_words(rows, part="result"),
        spec=spec,
        table="results",
    )


def _parts_in_words(rows: Sequence[Row], *, part: str) -> str:
    sides = dict.fromkeys(row["label"] for row in rows)
    return " ".join(
        f"{side}: "
        + ", ".join(
            f"{row['decisions']} {CELLS.get(row[part], row[part])}" for row in rows if row["label"] == side
        )
        + "."
        for side in sides
    )


SHADES = ("citizen", "citizen-soft", "organisation", "organisation-soft", "system")


def _parts(rows: Sequence[Row], *, part: str) -> ChartType:
    """Stacked bars with the number written into each part that has room for it."""
    import altair as alt

    words = list(dict.fromkeys(str(row[part]) for row in rows))
    placed = [
        {**row, "word": CELLS.get(str(row[part]), str(row[part])), "place": words.index(str(row[part]))}
        for row in rows
    ]
    base = alt.Chart(data(placed)).encode(y=_names(), order=alt.Order("place:Q"))
    colour = alt.Color(
        "word:N",
        title=None,
        sort=None,
        scale=alt.Scale(
            domain=[CELLS.get(word, word) for word in words],
            range=[LIGHT[shade] for shade in SHADES[: len(words)]],
        ),
        legend=alt.Legend(symbolType="square"),
    )
    x = alt.X("decisions:Q", stack="zero", title="Proposals", axis=alt.Axis(tickCount=6, format="d"))
    return alt.layer(
        base.mark_bar(height=20, stroke=LIGHT["paper"], strokeWidth=1).encode(x=x, color=colour)
    ).properties(width=WIDTH, height=alt.Step(34))


def answers(finding: Finding) -> Iterator[Figure]:
    """How long proposals wait for an answer."""
    rows = _rows(finding, "answers", known="open_share")
    if not rows:
        return
    starts = [
        {"proposed_by": side, "days": 0, "open_share": 1.0, "low": 1.0, "high": 1.0}
        for side in dict.fromkeys(row["proposed_by"] for row in rows)
    ]
    svg, spec = drawn_chart(_answers_chart([*starts, *rows]))
    medians = [
        f"{estimate.group}: half have an answer after {number(estimate.value)} days"
        for estimate in finding.estimates
        if estimate.name == "median_days_to_answer" and estimate.group and estimate.value is not None
    ]
    yield framed(
        svg,
        name="answers",
        title="Proposals still without an answer, by the days since they were made",
        description=f"The share falls with time. {'; '.join(medians) or 'Half of them have none yet'}.",
        spec=spec,
        table="answers",
    )


def _answers_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    sides = list(dict.fromkeys(str(row["proposed_by"]) for row in rows))
    base = alt.Chart(data(rows)).encode(x=alt.X("days:Q", title="Days since the proposal"))
    y = alt.Y("open_share:Q", title="Still without an answer", axis=alt.Axis(format="%", tickCount=5))
    colour = alt.Color(
        "proposed_by:N",
        title="Proposed by",
        scale=alt.Scale(domain=sides, range=[hue(side) for side in sides]),
    )
    dash = alt.StrokeDash(
        "proposed_by:N",
        title="Proposed by",
        scale=alt.Scale(domain=sides, range=[DASHES[side] for side in sides]),
    )
    return alt.layer(
        base.mark_area(interpolate="step-after", opacity=0.15).encode(
            y=alt.Y("low:Q", title=""), y2="high:Q", color=colour
        ),
        base.mark_line(interpolate="step-after", strokeWidth=2).encode(y=y, color=colour, strokeDash=dash),
    ).properties(width=WIDTH, height=220)


def promises(finding: Finding) -> Iterator[Figure]:
    """What became of promises, and what citizens say of what was called done."""
    rows = [
        {**row, "label": label, "state": row[column]}
        for label, table, column in (
            ("What became of them", "promises", "state"),
            ("Citizens' word", "verdicts", "citizen_says"),
        )
        for row in _rows(finding, table, known="decisions")
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_promises_chart(rows))
    yield framed(
        svg,
        name="promises",
        title="Promises, and what citizens say of those called done",
        description=_parts_in_words(rows, part="state"),
        spec=spec,
        table="promises",
    )


def _promises_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    panels = []
    for label in dict.fromkeys(row["label"] for row in rows):
        own = [
            {
                "label": plain(CELLS.get(str(row["state"]), str(row["state"]))),
                "decisions": row["decisions"],
                "good": row["state"] in GOOD,
            }
            for row in rows
            if row["label"] == label
        ]
        base = alt.Chart(data(own)).encode(y=_names(), x=alt.X("decisions:Q", title="Promises"))
        colour = alt.condition("datum.good", alt.value(LIGHT["citizen"]), alt.value(LIGHT["organisation"]))
        panels.append(
            alt.layer(
                base.mark_bar(height=14).encode(color=colour),
                base.mark_text(align="left", dx=5, fontSize=12, color=LIGHT["ink"]).encode(
                    text="decisions:Q"
                ),
            ).properties(width=WIDTH, height=alt.Step(26), title=label)
        )
    return alt.vconcat(*panels, spacing=20)


def representation(finding: Finding) -> Iterator[Figure]:
    """How much each group takes part, against its share of the population."""
    rows = [
        {
            **row,
            "label": legal(str(row["value"])),
            "panel": f"{plain(str(row['who']))}, by {_lower(row['group'])}",
        }
        for row in _rows(finding, "representation", known="ratio")
    ]
    if not rows:
        return
    svg, spec = drawn_chart(_representation_chart(rows))
    told = [
        f"{row['panel']}: {row['label']} {number(row['ratio'])} ({number(row['low'])} to {number(row['high'])})"
        for row in rows
    ]
    yield framed(
        svg,
        name="representation",
        title="Who takes part, against the population served (1 is as many as their share)",
        description=f"{'; '.join(told)}.",
        spec=spec,
        table="representation",
    )


def _lower(group: object) -> str:
    return legal(plain(str(group))).lower()


def _representation_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    most = max(float(row["high"]) for row in rows)
    panels = []
    for panel in dict.fromkeys(row["panel"] for row in rows):
        base = alt.Chart(data([row for row in rows if row["panel"] == panel])).encode(y=_names())
        x = alt.X("ratio:Q", title="Ratio", scale=alt.Scale(domain=[0, max(2.0, most)]))
        one = alt.Chart(data([{"at": 1}])).mark_rule(color=LIGHT["muted"], strokeDash=[4, 3]).encode(x="at:Q")
        panels.append(
            alt.layer(
                one,
                base.mark_rule(color=LIGHT["citizen"], strokeWidth=2).encode(x="low:Q", x2="high:Q"),
                base.mark_point(filled=True, size=70, color=LIGHT["citizen"], opacity=1).encode(x=x),
            ).properties(width=WIDTH, height=alt.Step(26), title=panel)
        )
    return alt.vconcat(*panels, spacing=20)


def lorenz(finding: Finding) -> Iterator[Figure]:
    """How citizens' minutes are spread over those who gave."""
    rows = _rows(finding, "lorenz", known="minutes_share")
    if not rows:
        return
    import altair as alt

    axis = alt.Axis(format="%", tickCount=5)
    base = alt.Chart(data(rows)).encode(
        x=alt.X("people_share:Q", title="Citizens, least giving first", axis=axis)
    )
    equal = alt.Chart(data([{"at": 0, "equal": 0}, {"at": 1, "equal": 1}]))
    chart = alt.layer(
        equal.mark_line(color=LIGHT["muted"], strokeDash=[4, 3]).encode(x="at:Q", y="equal:Q"),
        base.mark_area(color=LIGHT["citizen"], opacity=0.15).encode(y=alt.Y("minutes_share:Q", title="")),
        base.mark_line(color=LIGHT["citizen"], strokeWidth=2).encode(
            y=alt.Y("minutes_share:Q", title="Share of all minutes", axis=axis)
        ),
    ).properties(width=320, height=320)
    svg, spec = drawn_chart(chart)
    half = min(rows, key=lambda row: abs(row["people_share"] - 0.5))
    yield framed(
        svg,
        name="lorenz",
        title="How citizens' minutes are spread over those who gave any (Lorenz curve)",
        description=f"The half of them that gave least gave {percent(half['minutes_share'])} of all minutes.",
        spec=spec,
        table="lorenz",
    )

"""Studies as points: the funnel, the bubbles of a meta-regression, the orchard of three levels, and Baujat's plot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import number
from coproduce.reports.synthesis_charts import rows_of, said, thinned
from coproduce.reports.vega import data, drawn_chart

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
BANDS = (
    ("99", "p 0.01 to 0.05", LIGHT["rule"]),
    ("95", "p 0.05 to 0.1", LIGHT["grid"]),
    ("90", "p above 0.1", LIGHT["panel"]),
)
GOLDEN = 0.6180339887498949
NAMED_MOST = 5


def _effect_title(finding: Finding) -> str:
    unit = finding.estimate("pooled").unit
    return f"Effect ({unit})" if unit else "Effect"


def funnel(finding: Finding) -> Iterator[Figure]:
    """Effects by their standard errors, over the bands in which they differ from nought."""
    if not {"studies", "funnel"} <= set(finding.tables):
        return
    studies, lines = rows_of(finding, "studies"), rows_of(finding, "funnel")
    filled = rows_of(finding, "filled")
    svg, spec = drawn_chart(_funnel_chart(finding, (studies, filled), lines=lines))
    more = f" Open circles: {len(filled)} studies that trim and fill puts in." if filled else ""
    small = [row for row in studies if row["se"] >= sorted(each["se"] for each in studies)[len(studies) // 2]]
    above = sum(row["effect"] > finding.estimate("pooled").value for row in small)
    yield framed(
        svg,
        name="funnel",
        title="The funnel: are small studies missing on one side?",
        description=f"{len(studies)} effects by standard error, precise ones at the top. Of the {len(small)} "
        f"least precise ones {above} lie above the pooled effect and {len(small) - above} below it.{more}",
        spec=spec,
        table="funnel",
    )


def _funnel_chart(
    finding: Finding, points: tuple[Sequence[Row], Sequence[Row]], *, lines: Sequence[Row]
) -> ChartType:
    import altair as alt

    studies, filled = points
    span = [row["effect"] for row in (*studies, *filled)] + [
        lines[-1]["nought_99_low"],
        lines[-1]["nought_99_high"],
    ]
    margin = 0.03 * (max(span) - min(span))
    scale = alt.Scale(domain=[min(span) - margin, max(span) + margin], nice=False)
    x = alt.X("effect:Q", title=_effect_title(finding), scale=scale)
    deepest = alt.Scale(domain=[0, lines[-1]["se"]], reverse=True, nice=False)
    y = alt.Y("se:Q", title="Standard error (precise studies at the top)", scale=deepest)
    sides = [
        alt.Chart(data(lines))
        .mark_line(color=LIGHT["organisation"], strokeDash=[5, 3], clip=True)
        .encode(x=alt.X(f"{side}:Q", scale=scale), y=y, order="se:Q")
        for side in ("pooled_low", "pooled_high")
    ]
    dots = alt.Chart(data(thinned(studies))).mark_point(
        filled=True, size=42, opacity=0.85, color=LIGHT["citizen"]
    )
    rings = alt.Chart(data(filled)).mark_point(filled=False, size=42, color=LIGHT["citizen"], opacity=1)
    layers = [
        *_bands(lines, y, scale=scale, title=_effect_title(finding)),
        *sides,
        dots.encode(x=x, y=y),
        *([rings.encode(x=x, y=y)] if filled else []),
    ]
    return alt.layer(*layers).properties(width=560, height=340)


def _bands(lines: Sequence[Row], y: alt.Y, *, scale: alt.Scale, title: str) -> list[ChartType]:
    """Where effects differ from nought at three levels, the widest band first, so that the narrower lie on it."""
    import altair as alt

    names, shades = [label for _, label, _ in BANDS], [shade for _, _, shade in BANDS]
    legend = alt.Legend(symbolType="square", symbolStrokeColor=LIGHT["muted"], symbolStrokeWidth=1)
    colour = alt.Color("band:N", title=None, scale=alt.Scale(domain=names, range=shades), legend=legend)
    drawn: list[ChartType] = []
    for level, label, _ in BANDS:
        ends = [(row["se"], row[f"nought_{level}_low"], row[f"nought_{level}_high"]) for row in lines]
        rows = [{"band": label, "se": se, "low": low, "high": high} for se, low, high in ends]
        area = alt.Chart(data(rows)).mark_area(orient="horizontal", opacity=1, clip=True)
        drawn.append(area.encode(x=alt.X("low:Q", title=title, scale=scale), x2="high:Q", y=y, color=colour))
    return drawn


def bubble(finding: Finding) -> Iterator[Figure]:
    """Effects by each moderator that is a number, with the line of the meta-regression on it alone."""
    if not {"studies", "bubble"} <= set(finding.tables):
        return
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(finding, "bubble"):
        lines[str(row["column"])].append(row)
    studies = rows_of(finding, "studies")
    svg, spec = drawn_chart(_bubble_chart(finding, studies, lines=lines))
    told = [
        f"{legal(str(line[0]['moderator']))}: from {said(*_ends(line[0]))} at {number(line[0]['at'])} to "
        f"{said(*_ends(line[-1]))} at {number(line[-1]['at'])}"
        for line in lines.values()
    ]
    yield framed(
        svg,
        name="bubble",
        title="Do effects go with what is known of the studies?",
        description=f"The effect that each line expects. {'. '.join(told)}.",
        spec=spec,
        table="bubble",
    )


def _ends(row: Row) -> tuple[float, float, float]:
    return float(row["expected"]), float(row["low"]), float(row["high"])


def _bubble_chart(
    finding: Finding, studies: Sequence[Row], *, lines: Mapping[str, Sequence[Row]]
) -> ChartType:
    import altair as alt

    panels = [
        _bubbles(
            [row for row in studies if row.get(column) is not None],
            line,
            column=column,
            title=_effect_title(finding),
        )
        for column, line in lines.items()
    ]
    return alt.concat(*panels, columns=2, spacing=36)


def _bubbles(studies: Sequence[Row], line: Sequence[Row], *, column: str, title: str) -> ChartType:
    import altair as alt

    ends = [row["at"] for row in line]
    room = 0.04 * (max(ends) - min(ends))
    scale = alt.Scale(domain=[min(ends) - room, max(ends) + room], nice=False)
    axis = (
        alt.Axis(tickCount=5, format="d")
        if all(float(end).is_integer() for end in (ends[0], ends[-1]))
        else alt.Axis()
    )
    name = legal(str(line[0]["moderator"]))
    at = alt.X("at:Q", title=name, scale=scale, axis=axis)
    base = alt.Chart(data(line))
    points = alt.Chart(data(thinned(studies))).mark_point(filled=True, opacity=0.6, color=LIGHT["citizen"])
    sizes = alt.Size("weight:Q", legend=None, scale=alt.Scale(range=[15, 260], zero=True))
    return alt.layer(
        base.mark_area(color=LIGHT["organisation"], opacity=0.16).encode(
            x=at, y=alt.Y("low:Q", title=title), y2="high:Q"
        ),
        base.mark_line(color=LIGHT["organisation"]).encode(x=at, y=alt.Y("expected:Q", title=title)),
        points.encode(
            x=alt.X(f"{column}:Q", title=name, scale=scale), y=alt.Y("effect:Q", title=title), size=sizes
        ),
    ).properties(width=300, height=240)


def orchard(finding: Finding) -> Iterator[Figure]:
    """All effects of a model with levels, the pooled effect on them, and what to expect in another place."""
    if not {"studies", "levels"} <= set(finding.tables):
        return
    studies = rows_of(finding, "studies")
    pooled, expected = finding.estimate("pooled"), finding.estimate("prediction")
    if pooled.interval is None or expected.interval is None:
        return
    rows = [
        {**row, "up": 2 * ((place * GOLDEN) % 1) - 1, "precision": 1 / row["se"]}
        for place, row in enumerate(studies, start=1)
    ]
    whole = [
        {
            "value": pooled.value,
            "low": estimate.interval[0],
            "high": estimate.interval[1],
            "up": 0.0,
            "thick": thick,
        }
        for estimate, thick in ((expected, 2.0), (pooled, 7.0))
        if estimate.interval is not None
    ]
    svg, spec = drawn_chart(_orchard_chart(rows, whole, title=_effect_title(finding)))
    own = len({row.get("nest") for row in studies})
    yield framed(
        svg,
        name="orchard",
        title="Every effect, and where the next would lie",
        description=f"{len(studies)} effects of {own} studies, the larger the more precise. Pooled: "
        f"{said(*_limits(pooled.value, pooled.interval))}. In another place: "
        f"{said(*_limits(pooled.value, expected.interval))}.",
        spec=spec,
        table="studies",
    )


def _limits(value: float | None, interval: tuple[float | None, float | None]) -> tuple[float, float, float]:
    low, high = interval
    return float(value or 0.0), float(low or 0.0), float(high or 0.0)


def _orchard_chart(rows: Sequence[Row], whole: Sequence[Row], *, title: str) -> ChartType:
    import altair as alt

    y = alt.Y("up:Q", axis=None, scale=alt.Scale(domain=[-1.3, 1.3]))
    sizes = alt.Size("precision:Q", legend=None, scale=alt.Scale(range=[8, 160], zero=True))
    fruit = alt.Chart(data(thinned(rows))).mark_point(filled=True, opacity=0.4, color=LIGHT["citizen"])
    trunk = alt.Chart(data(whole)).mark_rule(color=LIGHT["organisation"], opacity=0.9)
    return alt.layer(
        alt.Chart(data([{"nought": 0.0}]))
        .mark_rule(color=LIGHT["muted"], strokeDash=[4, 3])
        .encode(x="nought:Q"),
        fruit.encode(x=alt.X("effect:Q", title=title), y=y, size=sizes),
        trunk.encode(x=alt.X("low:Q"), x2="high:Q", y=y, strokeWidth=alt.StrokeWidth("thick:Q", scale=None)),
        alt.Chart(data(whole[:1]))
        .mark_point(filled=True, shape="diamond", size=220, opacity=1, color=LIGHT["ink"])
        .encode(x=alt.X("value:Q"), y=y),
    ).properties(width=600, height=200)


def baujat(finding: Finding) -> Iterator[Figure]:
    """Which studies make effects differ (to the right), and which move the pooled effect (up)."""
    if "influence" not in finding.tables:
        return
    rows = [{**row, "name": legal(str(row["study"]))} for row in rows_of(finding, "influence")]
    named = sorted(rows, key=lambda row: -(row["contribution"] * row["influence"]))[:NAMED_MOST]
    svg, spec = drawn_chart(_baujat_chart(rows, named))
    listed = ", ".join(
        f"{row['name']} ({number(row['contribution'])} and {number(row['influence'])})" for row in named
    )
    yield framed(
        svg,
        name="baujat",
        title="Which studies differ from the rest, and which move the whole",
        description="What each study adds to the differences, and how far the pooled effect moves without it. "
        f"Most: {listed}.",
        spec=spec,
        table="influence",
    )


def _baujat_chart(rows: Sequence[Row], named: Sequence[Row]) -> ChartType:
    import altair as alt

    x = alt.X("contribution:Q", title="Adds to the differences (squared Pearson residual)")
    y = alt.Y("influence:Q", title="Moves the pooled effect")
    dots = alt.Chart(data(thinned(rows))).mark_point(
        filled=True, size=50, opacity=0.75, color=LIGHT["citizen"]
    )
    words = alt.Chart(data(named)).mark_text(align="right", dx=-8, fontSize=12, color=LIGHT["ink"])
    return alt.layer(dots.encode(x=x, y=y), words.encode(x=x, y=y, text="name:N")).properties(
        width=520, height=280
    )

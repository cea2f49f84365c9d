"""The forests of a synthesis: every study with the pooled effect, and the pooled effect as studies arrived."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Estimate, Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.page_tables import between
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import number
from coproduce.reports.vega import data, drawn_chart

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
WIDTH, TOLD_AT = 430, 445
ROOMY, CROWDED, NAMED, LISTED, DRAWN = 45, 130, 400, 40, 1000
APART = 8  # empty rows before each row of the whole, where rows are too thin to be named
SHOWN = ("ratio", "correlation")


def rows_of(finding: Finding, table: str) -> list[Row]:
    """The rows of a table; none where the finding has no such table."""
    return list(finding.tables[table].records()) if table in finding.tables else []


def thinned(rows: Sequence[Row]) -> list[Row]:
    """All rows, or so many, evenly chosen, that a picture can hold them."""
    if len(rows) <= DRAWN:
        return list(rows)
    last = len(rows) - 1
    return [rows[round(place * last / (DRAWN - 1))] for place in range(DRAWN)]


def shown_as(finding: Finding) -> str | None:
    """Whether the finding shows its effects as ratios or correlations too."""
    names = {estimate.name for estimate in finding.estimates}
    return next((kind for kind in SHOWN if f"pooled_{kind}" in names), None)


def central(finding: Finding) -> tuple[Estimate, Estimate | None]:
    """The pooled effect, and what to expect in another place (if anything is said of it), as readers know them."""
    kind = shown_as(finding)
    ending = f"_{kind}" if kind else ""
    expected = next((each for each in finding.estimates if each.name == f"prediction{ending}"), None)
    return finding.estimate(f"pooled{ending}"), expected


def said(*numbers: float) -> str:
    """A number with its interval, in few signs."""
    width = abs(numbers[2] - numbers[1])
    decimals = 0 if width >= 50 else 1 if width >= 10 else 2 if width >= 0.05 else 4
    texts = [number(each, decimals=decimals) for each in numbers]
    return f"{texts[0]} ({between(texts[1], texts[2])})"


def axis_title(finding: Finding) -> str:
    """What stands under the axis of effects."""
    kind = shown_as(finding)
    if kind:
        return central(finding)[0].label.removeprefix("Pooled ").capitalize()
    unit = finding.estimate("pooled").unit
    return f"Effect ({unit})" if unit else "Effect"


def forest(finding: Finding) -> Iterator[Figure]:
    """Every study with its interval, subgroups, the pooled effect and what to expect in another place."""
    studies = _studies(finding)
    if not studies:
        return
    rows = [*_grouped(finding, studies), *_whole(finding, apart=APART if len(studies) > NAMED else 1)]
    for place, row in enumerate(rows):
        row["place"] = place
    svg, spec = drawn_chart(_forest_chart(rows, finding=finding))
    yield framed(
        svg,
        name="forest",
        title="Every study, and all of them together",
        description=_forest_in_words(rows, finding, studies=len(studies)),
        spec=spec,
        table="studies",
    )


def _studies(finding: Finding) -> list[Row]:
    """The rows of the studies, on the scale that readers know."""
    names = ("shown", "shown_low", "shown_high") if shown_as(finding) else ("effect", "low", "high")
    return [
        {
            "kind": "study",
            "label": legal(str(row["study"])),
            "value": row[names[0]],
            "low": row[names[1]],
            "high": row[names[2]],
            "weight": row["weight"],
            "group": row.get("group_1"),
            "told": said(*(float(row[name] or 0) for name in names)),
        }
        for row in rows_of(finding, "studies")
        if all(isinstance(row[name], int | float) for name in names)
    ]


def _grouped(finding: Finding, studies: list[Row]) -> Iterator[Row]:
    """The studies under the heads of the first subgroup's values, each value with its pooled effect."""
    if len(studies) > NAMED:
        studies = thinned(sorted(studies, key=lambda row: row["value"]))
    groups = list(dict.fromkeys(row["group"] for row in studies))
    column = _first_subgroup(finding)
    if column is None or len(studies) > CROWDED:
        yield from studies
        return
    for group in sorted(groups, key=lambda value: (value is None, str(value))):
        name = "not known" if group is None else legal(str(group))
        yield {"kind": "head", "label": f"{legal(column)}: {name}"}
        yield from (row for row in studies if row["group"] == group)
        yield from _group(finding, column, value=group)


def _first_subgroup(finding: Finding) -> str | None:
    found = rows_of(finding, "subgroups")
    return str(found[0]["column"]) if found else None


def _group(finding: Finding, column: str, *, value: object) -> Iterator[Row]:
    """The pooled effect of a group of two studies or more, on the scale that readers know."""
    for row in rows_of(finding, "subgroups"):
        if row["column"] == column and row["value"] == value and int(row["studies"] or 0) > 1:
            numbers = [_turned(float(row[name] or 0), finding) for name in ("pooled", "low", "high")]
            yield _pooled_row("group", f"Pooled, {legal(str(value))}", numbers)


def _turned(value: float, finding: Finding) -> float:
    kind = shown_as(finding)
    return math.exp(value) if kind == "ratio" else math.tanh(value) if kind == "correlation" else value


def _pooled_row(kind: str, label: str, numbers: Sequence[float]) -> Row:
    value, low, high = numbers
    return {
        "kind": kind,
        "label": label,
        "value": value,
        "low": low,
        "high": high,
        "told": said(value, low, high),
    }


def _whole(finding: Finding, *, apart: int) -> Iterator[Row]:
    pooled, expected = central(finding)
    yield {"kind": "head", "label": ""}
    for kind, label, estimate in (
        ("pooled", "Pooled effect", pooled),
        ("expected", "In another place", expected),
    ):
        low, high = (estimate and estimate.interval) or (None, None)
        if estimate is not None and estimate.value is not None and low is not None and high is not None:
            yield from ({"kind": "head", "label": ""} for _ in range(apart - 1))
            yield _pooled_row(kind, label, (estimate.value, low, high))


def _forest_in_words(rows: Sequence[Row], finding: Finding, *, studies: int) -> str:
    drawn = [row for row in rows if row["kind"] == "study"]
    listed = "; ".join(f"{row['label']} {row['told']}" for row in drawn[:LISTED])
    more = f"; and {studies - LISTED} more in the table" if studies > LISTED else ""
    more += (
        f" ({len(drawn)} of them, evenly chosen by their effect, are drawn)" if len(drawn) < studies else ""
    )
    groups = "".join(f" {row['label']}: {row['told']}." for row in rows if row["kind"] == "group")
    whole = " ".join(
        f"{row['label']}: {row['told']}." for row in rows if row["kind"] in {"pooled", "expected"}
    )
    return f"{axis_title(finding)} of each of {studies} studies: {listed}{more}.{groups} {whole}"


def _domain(rows: Sequence[Row], *, ratio: bool) -> list[float]:
    """What the axis spans: all estimates, and intervals as far as they do not squeeze the rest."""
    turn, back = (math.log, math.exp) if ratio else (float, float)
    known = [row for row in rows if row.get("value") is not None]
    values = [turn(row["value"]) for row in known] + [turn(1.0) if ratio else 0.0]
    firm = [turn(row[end]) for row in known if row["kind"] != "study" for end in ("low", "high")]
    least, most = min([*values, *firm]), max([*values, *firm])
    room = 0.6 * (most - least) or 1.0
    low = max(least - room, min(turn(row["low"]) for row in known))
    high = min(most + room, max(turn(row["high"]) for row in known))
    margin = 0.03 * (high - low)
    return [back(low - margin), back(high + margin)]


def x_scale(rows: Sequence[Row], finding: Finding) -> alt.Scale:
    """The axis of effects: logarithmic for ratios."""
    import altair as alt

    ratio = shown_as(finding) == "ratio"
    return alt.Scale(domain=_domain(rows, ratio=ratio), type="log" if ratio else "linear", nice=False)


def _forest_chart(rows: Sequence[Row], *, finding: Finding) -> ChartType:
    import altair as alt

    many = len(rows) > NAMED
    step = 24 if len(rows) <= ROOMY else 15 if len(rows) <= CROWDED else 11 if not many else 3
    size = 12 if step >= 15 else 9
    named = {str(row["place"]): row["label"] for row in rows}
    axis = alt.Axis(
        labels=not many,
        ticks=False,
        domain=False,
        labelPadding=8,
        labelFontSize=size,
        labelLimit=230,
        labelExpr=f"({_as_text(named)})[datum.value]",
        labelOverlap=False,
    )
    y = alt.Y("place:O", sort=None, title=None, axis=axis, scale=alt.Scale(domain=list(range(len(rows)))))
    x = alt.X("value:Q", title=axis_title(finding), scale=x_scale(rows, finding), axis=alt.Axis(tickCount=6))
    told = [
        {**row, "told": f"{row['label']}: {row['told']}" if many else row["told"]}
        for row in rows
        if "told" in row and (row["kind"] != "study" or not many)
    ]
    whole = [row for row in rows if row["kind"] in {"pooled", "group"}]
    layers = [
        _no_effect(finding),
        *_study_marks([row for row in rows if row["kind"] == "study"], (x, y)),
        *_whole_marks(whole, (x, y), pixels=_pixels(rows, finding)),
        *_expected_marks([row for row in rows if row["kind"] == "expected"], (x, y)),
        alt.Chart(data(told))
        .mark_text(align="left", fontSize=size, color=LIGHT["ink"])
        .encode(y=y, x=alt.value(TOLD_AT), text="told:N"),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(step))


def _as_text(named: dict[str, str]) -> str:
    return json.dumps(named, ensure_ascii=False)


def _no_effect(finding: Finding) -> ChartType:
    import altair as alt

    nought = 1.0 if shown_as(finding) == "ratio" else 0.0
    rule = alt.Chart(data([{"nought": nought}])).mark_rule(color=LIGHT["muted"], strokeDash=[4, 3])
    drawn: ChartType = rule.encode(x=alt.X("nought:Q"))
    return drawn


def _study_marks(rows: Sequence[Row], at: tuple[alt.X, alt.Y]) -> list[ChartType]:
    import altair as alt

    x, y = at
    base = alt.Chart(data(rows)).encode(y=y)
    sizes = alt.Size(
        "weight:Q",
        legend=None,
        scale=alt.Scale(
            domain=[0, max(row["weight"] for row in rows)], range=[12, 150] if len(rows) <= NAMED else [2, 14]
        ),
    )
    return [
        base.mark_rule(strokeWidth=1.3, color=LIGHT["citizen"], clip=True).encode(
            x=alt.X("low:Q"), x2="high:Q"
        ),
        base.mark_point(shape="square", filled=True, opacity=1, color=LIGHT["citizen"], clip=True).encode(
            x=x, size=sizes
        ),
    ]


def _pixels(rows: Sequence[Row], finding: Finding) -> Callable[[float], float]:
    """Where a number lies on the axis, in pixels."""
    turn = math.log if shown_as(finding) == "ratio" else float
    low, high = (turn(end) for end in _domain(rows, ratio=turn is math.log))
    return lambda value: WIDTH * (turn(value) - low) / (high - low)


def _whole_marks(
    rows: Sequence[Row], at: tuple[alt.X, alt.Y], *, pixels: Callable[[float], float]
) -> list[ChartType]:
    """Diamonds: as wide as the interval, thickest at the pooled effect."""
    import altair as alt

    x, y = at
    points = [
        {"place": row["place"], "value": row[end], "thick": thick}
        for row in rows
        for end, thick in (("low", 0.5), ("value", _thickest(row, pixels)), ("high", 0.5))
    ]
    thick = alt.Size("thick:Q", legend=None, scale=None)
    drawn = alt.Chart(data(points)).mark_trail(color=LIGHT["organisation"], clip=True)
    return [drawn.encode(x=x, y=y, size=thick, detail="place:N", order="value:Q")]


def _thickest(row: Row, pixels: Callable[[float], float]) -> float:
    """A diamond is no thicker than it is wide."""
    return min(14.0, 0.7 * (pixels(row["high"]) - pixels(row["low"])))


def _expected_marks(rows: Sequence[Row], at: tuple[alt.X, alt.Y]) -> list[ChartType]:
    import altair as alt

    x, y = at
    base = alt.Chart(data(rows)).encode(y=y)
    return [
        base.mark_rule(strokeWidth=5, color=LIGHT["organisation"], opacity=0.45, clip=True).encode(
            x=alt.X("low:Q"), x2="high:Q"
        ),
        base.mark_tick(thickness=2, size=12, color=LIGHT["organisation"], clip=True).encode(x=alt.X("low:Q")),
        base.mark_tick(thickness=2, size=12, color=LIGHT["organisation"], clip=True).encode(
            x=alt.X("high:Q")
        ),
        base.mark_point(opacity=0).encode(x=x),
    ]

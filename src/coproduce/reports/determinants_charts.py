"""The charts of a comparison of configurations: XY plots of the solutions, and the robustness card."""

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

if TYPE_CHECKING:
    from altair.typing import ChartType

Row = dict[str, Any]
KINDS: Mapping[str, tuple[str, str, str]] = {
    "typical": ("typical", LIGHT["citizen"], "circle"),
    "deviant_in_degree": ("deviant in degree", LIGHT["citizen"], "triangle-up"),
    "deviant_in_consistency": ("deviant in consistency", LIGHT["organisation"], "square"),
    "deviant_in_coverage": ("deviant in coverage", LIGHT["organisation"], "diamond"),
    "individually_irrelevant": ("individually irrelevant", LIGHT["system"], "circle"),
    "on_the_fence": ("on the fence", LIGHT["system"], "cross"),
}
NAMED = 3
NEAR_X, NEAR_Y = 0.12, 0.03
HALF = 0.5
CORE = {
    "RF_cons": "Robust core: inclusion kept",
    "RF_cov": "Robust core: coverage kept",
    "RF_SC_minTS": "Shared with all tests",
    "RF_SC_maxTS": "Shared with any test",
    "RCR_typ": "Typical cases that stay",
}


def xy_plots(finding: Finding) -> Iterator[Figure]:
    """How far each case is in the parsimonious solution and in the outcome, for the outcome and its negation."""
    if "cases" not in finding.tables:
        return
    rows = [row for row in finding.tables["cases"].records() if row["type"] == "parsimonious"]
    for number, outcome in enumerate(dict.fromkeys(str(row["outcome"]) for row in rows)):
        mine = [row for row in rows if row["outcome"] == outcome]
        svg, spec = drawn_chart(_xy_chart(mine, outcome=legal(outcome)))
        yield framed(
            svg,
            name="xy_negated" if number else "xy",
            title=f"Each case in the parsimonious solution and in {outcome}",
            description=_xy_in_words(mine, outcome=outcome),
            spec=spec,
            table="cases",
        )


def _xy_in_words(rows: Sequence[Row], *, outcome: str) -> str:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_kind[KINDS[row["case_kind"]][0]].append(str(row["case"]))
    told = "; ".join(f"{kind}: {', '.join(cases)}" for kind, cases in by_kind.items())
    return f"Cases by their membership in the first parsimonious model and in {outcome}. {told}."


def _points(rows: Sequence[Row]) -> list[Row]:
    """One point a case."""
    return [
        {
            "x": row["in_solution"],
            "y": row["in_outcome"],
            "kind": KINDS[row["case_kind"]][0],
            "case": legal(str(row["case"])),
        }
        for row in rows
    ]


def _labels(points: Sequence[Row]) -> list[Row]:
    """The names of the points: those that lie so near that their names would overlap share one."""
    together: list[tuple[Row, list[str]]] = []
    for point in sorted(points, key=lambda point: (-point["y"], _outwards(point["x"]))):
        near = [
            names
            for first, names in together
            if abs(first["x"] - point["x"]) < NEAR_X and abs(first["y"] - point["y"]) < NEAR_Y
        ]
        if near:
            near[0].append(point["case"])
        else:
            together.append((point, [point["case"]]))
    return [{"x": first["x"], "y": first["y"], "label": _few(names)} for first, names in together]


def _outwards(x: float) -> float:
    """Orders the points of either half so that the first is the one beside which there is room for a name."""
    return x if x > HALF else -x


def _few(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _xy_chart(rows: Sequence[Row], *, outcome: str) -> ChartType:
    import altair as alt

    points = _points(rows)
    shown = [kind for kind in KINDS.values() if any(point["kind"] == kind[0] for point in points)]
    domain = [name for name, _, _ in shown]
    scale = alt.Scale(domain=[-0.02, 1.02], nice=False)
    x = alt.X("x:Q", title="Membership in the solution", scale=scale, axis=alt.Axis(tickCount=5))
    y = alt.Y("y:Q", title=f"Membership in {outcome}", scale=scale, axis=alt.Axis(tickCount=5))
    lines: list[Row] = [
        {"x": 0, "y": 0, "x2": 1, "y2": 1},
        {"x": 0.5, "y": 0, "x2": 0.5, "y2": 1},
        {"x": 0, "y": 0.5, "x2": 1, "y2": 0.5},
    ]
    guides = (
        alt.Chart(data(lines))
        .mark_rule(color=LIGHT["muted"], strokeDash=[4, 4])
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
    )
    named = alt.Chart(data(_labels(points))).encode(x=x, y=y)
    marks = (
        alt.Chart(data(points))
        .mark_point(filled=True, size=70, opacity=0.85)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "kind:N", title=None, scale=alt.Scale(domain=domain, range=[colour for _, colour, _ in shown])
            ),
            shape=alt.Shape(
                "kind:N", title=None, scale=alt.Scale(domain=domain, range=[mark for _, _, mark in shown])
            ),
        )
    )
    ink = LIGHT["ink"]
    names = (
        named.mark_text(align="right", dx=-8, fontSize=11, color=ink).transform_filter("datum.x > 0.5"),
        named.mark_text(align="left", dx=8, fontSize=11, color=ink).transform_filter("datum.x <= 0.5"),
    )
    return alt.layer(guides, marks, *(name.encode(text="label:N") for name in names)).properties(
        width=460, height=460
    )


def robustness(finding: Finding) -> Iterator[Figure]:
    """The robustness card: what stays when single decisions or cases change, and what chance would give."""
    if "robustness" not in finding.tables:
        return
    rows = list(_card(finding.tables["robustness"].records()))
    if not rows:
        return
    svg, spec = drawn_chart(_card_chart(rows))
    told = [f"{row['label']}: {row['told']}" for row in rows]
    yield framed(
        svg,
        name="robustness",
        title="How far the parsimonious solution stands",
        description=f"{'; '.join(told)}. The sensitivity ranges of cut-offs and anchors stand in the table.",
        spec=spec,
        table="robustness",
    )


def _card(rows: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    for row in rows:
        if row["value"] is None or row["check"] == "sensitivity_range":
            continue
        value = float(row["value"])
        if row["check"] == "leave_one_out":
            yield _entry("Cases that can be left out", value, good=value >= 0.8, told=percent(value))
        elif row["check"] == "random_benchmark":
            label = f"Shuffles as good ({row['what']})"
            yield _entry(legal(label), value, good=value <= 0.05, told=f"{value:.3f}")
        elif row["what"] in CORE:
            yield _entry(CORE[str(row["what"])], value, good=value >= 0.8, told=f"{value:.2f}")


def _entry(label: str, value: float, *, good: bool, told: str) -> Row:
    return {
        "label": label,
        "value": min(value, 1.0),
        "told": told,
        "judged": "holds" if good else "does not hold",
    }


def _card_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    base = alt.Chart(data(rows)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    )
    colour = alt.Color(
        "judged:N",
        title=None,
        scale=alt.Scale(domain=["holds", "does not hold"], range=[LIGHT["citizen"], LIGHT["organisation"]]),
        legend=alt.Legend(symbolType="square"),
    )
    x = alt.X("value:Q", title="Share", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5))
    return alt.layer(
        base.mark_bar(height=15).encode(x=x, color=colour),
        base.mark_text(align="left", dx=6, fontSize=12, color=LIGHT["ink"]).encode(x=x, text="told:N"),
    ).properties(width=420, height=alt.Step(26))

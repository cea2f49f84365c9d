"""Vega-Lite charts to static SVG, in the house's colours: the same bytes from the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.reports.palette import LIGHT

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

FONT = "Liberation Sans"
FACES = f"Arial, {FONT}, Helvetica, sans-serif"  # faces of the same widths
CONFIG: Mapping[str, Any] = {
    "aria": False,
    "font": FONT,
    "background": LIGHT["paper"],
    "view": {"stroke": None},
    "padding": {"left": 14, "top": 5, "right": 14, "bottom": 5},  # room for faces wider than ours
    "axis": {
        "domainColor": LIGHT["rule"],
        "tickColor": LIGHT["rule"],
        "gridColor": LIGHT["grid"],
        "labelColor": LIGHT["ink"],
        "labelFontSize": 12,
        "labelLimit": 260,
        "labelSeparation": 8,
        "titleColor": LIGHT["muted"],
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    },
    "legend": {
        "labelColor": LIGHT["ink"],
        "labelFontSize": 12,
        "orient": "top",
        "symbolOpacity": 1,
        "columnPadding": 24,
    },
    "header": {
        "labelColor": LIGHT["ink"],
        "labelFontSize": 13,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
    },
    "title": {"color": LIGHT["ink"], "fontSize": 13, "fontWeight": "bold", "anchor": "start"},
}


def data(rows: Sequence[Mapping[str, Any]]) -> alt.Data:
    """Rows as the chart's own data, so that its specification is complete."""
    import altair as alt

    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]


def drawn_chart(chart: ChartType) -> tuple[str, dict[str, Any]]:
    """The chart as SVG, and its specification."""
    import vl_convert

    spec = {**chart.to_dict(), "config": dict(CONFIG)}
    svg = vl_convert.vegalite_to_svg(spec)
    return svg.replace(f'font-family="{FONT}"', f'font-family="{FACES}"'), spec

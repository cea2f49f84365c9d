"""The charts of effects: how large, for whom; and whether the sides were alike beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT
from coproduce.reports.rounding import number
from coproduce.reports.vega import data, drawn_chart

if TYPE_CHECKING:
    from altair.typing import ChartType

Row = dict[str, Any]
WIDTH = 430
MOST_ROWS, MOST_SAID = 40, 12
ALIKE = 0.1
ROOM = 28  # between the entries of a legend, for faces that are wider than the one drawn with
NO_BREAK = "\N{NO-BREAK SPACE}"


def rows_of(finding: Finding, table: str, *, known: str) -> list[Row]:
    """The rows of a table in which a number is known."""
    if table not in finding.tables:
        return []
    return [row for row in finding.tables[table].records() if row.get(known) is not None]


def points(value: float | None, unit: str) -> float | None:
    """A number as the axis shows it: differences of shares in percentage points."""
    return value if value is None or unit != "proportion" else 100 * value


def unit_name(unit: str) -> str:
    """The unit of a difference.

    Examples
    --------
    >>> unit_name("proportion"), unit_name("visits")
    ('percentage points', 'visits')
    """
    return "percentage points" if unit == "proportion" else unit


def said(row: Row, *, of: tuple[str, str, str] = ("estimate", "low", "high")) -> str:
    """A number with its interval, all to the same digits: two of the interval's width."""
    value, low, high = (points(row[name], str(row.get("unit") or "points")) for name in of)
    if value is None or low is None or high is None:
        return "not known" if value is None else shown(value)
    decimals = _decimals(high - low)
    texts = [number(one, decimals=decimals) for one in (value, low, high)]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def _decimals(width: float) -> int:
    return min(4, max(0, 1 - math.floor(math.log10(width)))) if 0 < width < math.inf else 2


def shown(value: float) -> str:
    """One number to two or three digits."""
    return number(value, decimals=min(4, max(0, 1 - math.floor(math.log10(abs(value)))))) if value else "0"


def zero(*, upright: bool = True) -> ChartType:
    """The line of nought."""
    import altair as alt

    rule = alt.Chart(data([{"nought": 0}])).mark_rule(color=LIGHT["muted"], strokeDash=[4, 3])
    placed: ChartType = rule.encode(x="nought:Q") if upright else rule.encode(y="nought:Q")
    return placed


def forest(finding: Finding) -> Iterator[Figure]:
    """Every effect with its interval, one figure for each unit that effects are counted in."""
    rows = rows_of(finding, "outcomes", known="estimate")
    several = {name: len({row.get(name) for row in rows}) > 1 for name in ("label", "arm")}
    units = list(dict.fromkeys(str(row["unit"]) for row in rows))
    for place, unit in enumerate(units, start=1):
        part = [row for row in rows if row["unit"] == unit][:MOST_ROWS]
        for at, row in enumerate(part):
            row["name"] = _name(row, several=several)
            row["place"] = at
            row["told"] = said(row) + NO_BREAK * 2
            row["whom"] = "subgroup" if row["group"] else "all"
            row |= {
                key: points(row[key], unit) for key in ("estimate", "low", "high", "band_low", "band_high")
            }
        svg, spec = drawn_chart(_forest_chart(part, unit=unit, matters=_matters(finding, unit)))
        left_out = sum(row["unit"] == unit for row in rows) - len(part)
        yield framed(
            svg,
            name="forest" if len(units) == 1 else f"forest_{place}",
            title=f"How large the effect is, in {unit_name(unit)}",
            description=_forest_in_words(part, unit=unit, left_out=left_out, matters=_matters(finding, unit)),
            spec=spec,
            table="outcomes",
        )


def _name(row: Row, *, several: dict[str, bool]) -> str:
    parts = [str(row[name]) for name, differs in several.items() if differs and row.get(name)]
    parts += [str(row["group"])] if row["group"] else []
    return legal(" · ".join(parts)) or "Everybody"


def _matters(finding: Finding, unit: str) -> float | None:
    """The smallest difference that matters, where one holds for all effects of that unit."""
    found = {
        estimate.value
        for estimate in finding.estimates
        if estimate.name == "important_difference" and estimate.unit == unit
    }
    return points(found.pop(), unit) if len(found) == 1 else None


def _forest_in_words(rows: Sequence[Row], *, unit: str, left_out: int, matters: float | None) -> str:
    told = [f"{row['name']} {row['told'].strip()}" for row in rows[:MOST_SAID]]
    more = len(rows) - len(told) + left_out
    zone = f" Differences up to {shown(matters)} do not matter." if matters else ""
    rest = f" {more} more are in the table." if more else ""
    return f"Effects in {unit_name(unit)}, each with its interval: {'; '.join(told)}.{zone}{rest}"


def _forest_chart(rows: Sequence[Row], *, unit: str, matters: float | None) -> ChartType:
    import altair as alt

    better = {row["better"] for row in rows}
    way = {"up": ", more is better", "down": ", less is better"}.get(str(next(iter(better))), "")
    title = f"Effect in {unit_name(unit)}{way if len(better) == 1 else ''}"
    x = alt.X("estimate:Q", title=title, axis=alt.Axis(tickCount=6), scale=alt.Scale(zero=True))
    names = [row["name"] for row in rows]
    y = alt.Y(
        "place:O",
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelExpr=_labels(names), labelLimit=230),
    )
    base = alt.Chart(data(rows)).encode(y=y, color=_by_whom())
    layers: list[ChartType] = [] if matters is None else [_zone(matters)]
    layers += [
        zero(),
        base.mark_rule(strokeWidth=1.2).encode(x="band_low:Q", x2="band_high:Q"),
        base.mark_rule(strokeWidth=4, opacity=0.45).encode(x="low:Q", x2="high:Q"),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x, shape=_by_whom(shapes=True)),
        base.mark_text(align="left", fontSize=12).encode(
            x=alt.value(WIDTH + 12), text="told:N", color=alt.value(LIGHT["ink"])
        ),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(28))


def _labels(names: Sequence[str]) -> str:
    """The names of rows that are placed by their number, so that two of one name stay two."""
    import json

    return f"{json.dumps(list(names))}[datum.value]"


def _by_whom(*, shapes: bool = False) -> Any:
    import altair as alt

    domain = ["all", "subgroup"]
    if shapes:
        return alt.Shape("whom:N", legend=None, scale=alt.Scale(domain=domain, range=["diamond", "circle"]))
    hues = [LIGHT["citizen"], LIGHT["organisation"]]
    return alt.Color("whom:N", legend=None, scale=alt.Scale(domain=domain, range=hues))


def _zone(matters: float) -> ChartType:
    """Where a difference does not matter."""
    import altair as alt

    ends = alt.Chart(data([{"from": -matters, "to": matters}])).mark_rect(color=LIGHT["system-soft"])
    zone: ChartType = ends.encode(x="from:Q", x2="to:Q")
    return zone


def balance(finding: Finding) -> Iterator[Figure]:
    """How far the sides are apart in each covariate, in standard deviations (a love plot)."""
    rows = list(_moments(rows_of(finding, "balance", known="smd")))
    if not rows:
        return
    svg, spec = drawn_chart(_balance_chart(rows))
    last = [row for row in rows if row["when"] != "before weighting"]
    worst = max(last, key=lambda row: abs(row["smd"]))
    beyond = sum(abs(row["smd"]) > ALIKE for row in last)
    yield framed(
        svg,
        name="balance",
        title="Whether the sides were alike beforehand",
        description=f"Standardised differences of {len({row['covariate'] for row in rows})} covariates: the largest is "
        f"{number(worst['smd'], decimals=2)} standard deviations ({worst['covariate']}); {beyond} lie beyond "
        f"{ALIKE}, the shaded zone.",
        spec=spec,
        table="balance",
    )


def _moments(rows: Iterable[Row]) -> Iterator[Row]:
    """One row a point: before and after weighting where both are there."""
    for row in rows:
        name = legal(str(row["covariate"]))
        if row.get("smd_before") is not None:
            yield {"covariate": name, "smd": row["smd_before"], "when": "before weighting"}
        yield {
            "covariate": name,
            "smd": row["smd"],
            "when": "after weighting" if "smd_before" in row else "as the arms were",
        }


def _balance_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    known = ["before weighting", "after weighting", "as the arms were"]
    domain = [when for when in known if any(row["when"] == when for row in rows)]
    hues = {"before weighting": LIGHT["organisation"]}
    base = alt.Chart(data(rows)).encode(
        y=alt.Y(
            "covariate:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=230),
        )
    )
    x = alt.X("smd:Q", title="Treated less comparison, in standard deviations", axis=alt.Axis(tickCount=6))
    legend = alt.Legend(columnPadding=ROOM) if len(domain) > 1 else None
    colour = alt.Color(
        "when:N",
        title=None,
        legend=legend,
        scale=alt.Scale(domain=domain, range=[hues.get(when, LIGHT["citizen"]) for when in domain]),
    )
    shape = alt.Shape(
        "when:N",
        title=None,
        legend=legend,
        scale=alt.Scale(domain=domain, range=["square", "circle"][-len(domain) :]),
    )
    dots = base.mark_point(filled=True, size=75, opacity=0.9).encode(x=x, color=colour, shape=shape)
    return alt.layer(_zone(ALIKE), zero(), dots).properties(width=WIDTH, height=alt.Step(24))

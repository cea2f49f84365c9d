"""The charts of an audit: what is needed, who waits, who bears it, how it moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import legal
from coproduce.reports.palette import LIGHT, hue
from coproduce.reports.rounding import percent, quantity, scaled, told
from coproduce.reports.vega import data, drawn_chart
from coproduce.reports.wording import QUANTITIES, plain, quantity_name

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

Row = dict[str, Any]
MOST_ACTIVITIES, MOST_VALUES = 24, 12
MONTHS_NAMED = 30
SIDES = ("citizen", "professional", "organisation", "system")
SHAPES = ("circle", "square", "square", "triangle-up")
WAITS = {"citizen": "the citizen is waited for", "organisation": "the organisation is waited for"}


def _rows(finding: Finding, table: str, *, known: str) -> list[Row]:
    """The rows of a table in which a number is known."""
    if table not in finding.tables:
        return []
    return [row for row in finding.tables[table].records() if row.get(known) is not None]


def necessity(finding: Finding) -> Iterator[Figure]:
    """In what share of completed cases each activity is found, by side."""
    rows = _rows(finding, "activities", known="necessity")
    if not rows:
        return
    shown = _most_telling(rows)
    for row in shown:
        row["label"] = legal(str(row["activity"]))
        row["told"] = percent(row["necessity"]) + (f"  {row['kind']}" if row["kind"] else "")
    svg, spec = drawn_chart(_necessity_chart(shown))
    yield framed(
        svg,
        name="necessity",
        title="How many completed cases contain each activity",
        description=_necessity_in_words(shown, left_out=len(rows) - len(shown)),
        spec=spec,
        table="activities",
    )


def _most_telling(rows: Sequence[Row]) -> list[Row]:
    """The most needed activities, and the citizen's first of all, in the order of the table."""
    first = sorted(range(len(rows)), key=lambda place: (rows[place]["side"] != "citizen", place))[
        :MOST_ACTIVITIES
    ]
    return [rows[place] for place in sorted(first)]


def _necessity_in_words(rows: Sequence[Row], *, left_out: int) -> str:
    told_each = [
        f"{row['label']} ({row['side']}{', ' + row['kind'] if row['kind'] else ''}) {percent(row['necessity'])}"
        for row in rows
    ]
    more = f" {left_out} more are in the table." if left_out else ""
    return f"Share of completed cases that contain an activity: {'; '.join(told_each)}.{more}"


def _necessity_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    present = [side for side in SIDES if any(row["side"] == side for row in rows)]
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8)),
        color=_by_side(present),
    )
    x = alt.X(
        "necessity:Q",
        title="Share of completed cases, with 95% interval",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    layers = (
        base.mark_bar(height=5, opacity=0.28).encode(x=x),
        base.mark_rule(strokeWidth=2.5).encode(x="necessity_low:Q", x2="necessity_high:Q"),
        base.mark_point(filled=True, size=75, opacity=1).encode(x=x, shape=_shape_by_side(present)),
        base.mark_text(align="left", fontSize=12).encode(
            x=alt.value(472), text="told:N", color=alt.value(LIGHT["ink"])
        ),
    )
    return alt.layer(*layers).properties(width=460, height=alt.Step(25))


def _by_side(present: Sequence[str]) -> alt.Color:
    import altair as alt

    return alt.Color(
        "side:N", title=None, scale=alt.Scale(domain=list(present), range=[hue(side) for side in present])
    )


def _shape_by_side(present: Sequence[str]) -> alt.Shape:
    import altair as alt

    shapes = [SHAPES[SIDES.index(side)] for side in present]
    return alt.Shape("side:N", title=None, scale=alt.Scale(domain=list(present), range=shapes))


def waiting(finding: Finding) -> Iterator[Figure]:
    """Who was waited for: shares of all waiting time, and how long the usual and the long waits are."""
    rows = _rows(finding, "waiting", known="share")
    if not rows or not any(row["total_days"] for row in rows):
        return
    for row in rows:
        row["who"] = WAITS.get(row["side"], row["side"])
        row["told"] = percent(row["share"])
    svg, spec = drawn_chart(_waiting_chart(rows))
    told_each = [
        f"{row['who']} {percent(row['share'])} of the time, median {_days(row['median_days'])}, "
        f"one wait in ten longer than {_days(row['p90_days'])}"
        for row in rows
    ]
    yield framed(
        svg,
        name="waiting",
        title="Who is waited for between one step and the next",
        description=f"Of all waiting time: {'; '.join(told_each)}.",
        spec=spec,
        table="waiting",
    )


def _days(days: float | None) -> str:
    return "unknown" if days is None else told(days, "days")


def _waiting_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    sides = [row["side"] for row in rows]
    colour = alt.Color(
        "who:N",
        title=None,
        scale=alt.Scale(domain=[row["who"] for row in rows], range=[hue(side) for side in sides]),
        legend=alt.Legend(symbolType="square", labelLimit=300),
    )
    share = alt.X("share:Q", stack="zero", title=None, axis=None, scale=alt.Scale(domain=[0, 1]))
    bar = alt.Chart(data(rows)).encode(order=alt.Order("who:N", sort="ascending"))
    stacked = alt.layer(
        bar.mark_bar(height=34, stroke=LIGHT["paper"], strokeWidth=2).encode(x=share, color=colour),
        bar.mark_text(fontSize=15, fontWeight="bold", color=LIGHT["on-citizen"]).encode(
            x=alt.X("share:Q", stack="zero", bandPosition=0.5),
            text="told:N",
            opacity=alt.condition("datum.share > 0.06", alt.value(1), alt.value(0)),
        ),
    ).properties(width=640, height=36, title="Share of all waiting time")
    long = [row for row in rows if row["p90_days"] is not None and row["median_days"] is not None]
    return alt.vconcat(stacked, _lengths(long, colour), spacing=22) if long else stacked


def _lengths(rows: Sequence[Row], colour: alt.Color) -> ChartType:
    """The median (dot) and the ninth decile (bar end) of the waits, by side."""
    import altair as alt

    factor, word = scaled([row["p90_days"] for row in rows], "days")
    sized = [
        {
            **row,
            "median": factor * row["median_days"],
            "long": factor * row["p90_days"],
            "told": f"{plain(row['who'])}: median {_days(row['median_days'])}, 9 in 10 under {_days(row['p90_days'])}",
        }
        for row in rows
    ]
    base = alt.Chart(data(sized)).encode(y=alt.Y("who:N", title=None, axis=None), color=colour)
    x = alt.X("median:Q", title=plain(word), axis=alt.Axis(tickCount=6))
    return alt.layer(
        base.mark_rule(strokeWidth=3, opacity=0.45).encode(x=x, x2="long:Q"),
        base.mark_point(filled=True, size=110, opacity=1).encode(x=x),
        base.mark_tick(thickness=3, size=16).encode(x="long:Q"),
        base.mark_text(align="left", dy=-16, fontSize=12, color=LIGHT["ink"]).encode(
            x=alt.value(0), text="told:N", color=alt.value(LIGHT["ink"])
        ),
    ).properties(
        width=640,
        height=alt.Step(52),
        title="How long one wait is: median (dot), and 9 in 10 are shorter (stroke)",
    )


def trend(finding: Finding) -> Iterator[Figure]:
    """The shares by month, each in its own panel; months with no known value leave a gap."""
    by_quantity: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(finding, "trend", known="month"):
        by_quantity[row["quantity"]].append(row)
    known = sorted(
        by_quantity, key=lambda name: list(QUANTITIES).index(name) if name in QUANTITIES else len(QUANTITIES)
    )
    kept = {name: by_quantity[name] for name in known if len(_told(by_quantity[name])) > 1}
    if not kept:
        return
    svg, spec = drawn_chart(_small_multiples(kept))
    told_each = [_course(name, _told(rows)) for name, rows in kept.items()]
    yield framed(
        svg,
        name="trend",
        title="Month by month",
        description=f"{'. '.join(told_each)}.",
        spec=spec,
        table="trend",
    )


def _told(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["value"] is not None]


def _course(name: str, rows: Sequence[Row]) -> str:
    """A line in words: where it begins, where it ends, and between what it moves."""
    first, last = rows[0], rows[-1]
    return (
        f"{quantity_name(name)}: {_value(first)} in {first['month']}, {_value(last)} in {last['month']}, "
        f"lowest {_value(min(rows, key=_of_value))}, highest {_value(max(rows, key=_of_value))}"
    )


def _of_value(row: Row) -> float:
    return float(row["value"])


def _unit(quantity_of: str) -> str:
    return "proportion" if quantity_of.endswith("_share") else "per case"


def _value(row: Row) -> str:
    return quantity([row["value"]], _unit(row["quantity"]))[0][0]


def _small_multiples(by_quantity: Mapping[str, Sequence[Row]]) -> ChartType:
    import altair as alt

    panels = [_month_panel(name, rows) for name, rows in by_quantity.items()]
    chart: ChartType = alt.concat(*panels, columns=2, spacing={"row": 30, "column": 44}).resolve_scale(
        x="shared"
    )
    return chart


def _month_panel(name: str, rows: Sequence[Row]) -> ChartType:
    import altair as alt

    share = _unit(name) == "proportion"
    x = alt.X(
        "month:T",
        title=None,
        timeUnit="utcyearmonth",
        axis=alt.Axis(
            tickCount=5, grid=False, labelOverlap=True, format="%b %Y" if len(rows) <= MONTHS_NAMED else "%Y"
        ),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1])
        if share and max(row["high"] or row["value"] or 0 for row in rows) > 0.3
        else alt.Scale(zero=True),
        axis=alt.Axis(format="%" if share else "", tickCount=4, minExtent=36),
    )
    base = alt.Chart(data(rows)).encode(x=x)
    return alt.layer(
        base.mark_area(color=LIGHT["citizen"], opacity=0.18, clip=True).encode(y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_line(
            color=LIGHT["citizen"], strokeWidth=1.8, point={"size": 14, "color": LIGHT["citizen"]}
        ).encode(y=y),
    ).properties(width=300, height=130, title=quantity_name(name))


def burden(finding: Finding) -> Iterator[Figure]:
    """What a case asks of citizens, by the values of each group column: means, and differences from all others."""
    by_group: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(finding, "burden", known="mean"):
        by_group[row["group"]].append(row)
    kept = {group: rows for group, rows in by_group.items() if len({row["value"] for row in rows}) > 1}
    for place, (group, rows) in enumerate(kept.items(), start=1):
        shown = _commonest(rows)
        svg, spec = drawn_chart(_burden_chart(shown))
        yield framed(
            svg,
            name=f"burden_{place}",
            title=f"What a case asks of citizens, by {legal(plain(group)).lower()}",
            description=_burden_in_words(shown),
            spec=spec,
            table="burden",
        )


def _commonest(rows: Sequence[Row]) -> list[Row]:
    """The rows of the values with most cases, where there are too many to be read."""
    cases = {row["value"]: row["cases"] or 0 for row in rows}
    shown = sorted(cases, key=lambda value: (-cases[value], str(value)))[:MOST_VALUES]
    kept = [row for row in rows if row["value"] in shown]
    kept.sort(key=lambda row: shown.index(row["value"]))
    return [{**row, "value": legal(str(row["value"]))} for row in kept]


def _by_quantity(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["quantity"]].append(row)
    return found


def _burden_in_words(rows: Sequence[Row]) -> str:
    sentences = []
    for name, part in _by_quantity(rows).items():
        means = [f"{row['value']} {told(row['mean'], str(row['unit']))}" for row in part]
        sentences.append(f"{quantity_name(name)}: {', '.join(means)}.")
    return " ".join(sentences)


def _burden_chart(rows: Sequence[Row]) -> ChartType:
    import altair as alt

    panels = [_burden_row(name, part) for name, part in _by_quantity(rows).items()]
    return alt.vconcat(*panels, spacing=20)


def _burden_row(name: str, rows: Sequence[Row]) -> ChartType:
    import altair as alt

    mean = _dots(rows, of=("mean", "low", "high"), titles=(quantity_name(name), "Mean a case"))
    apart = [row for row in rows if row["difference"] is not None]
    difference = _dots(
        apart or rows,
        of=("difference", "difference_low", "difference_high"),
        titles=(" ", "Difference from all others"),
    )
    return alt.hconcat(mean, difference)


def _dots(rows: Sequence[Row], *, of: tuple[str, str, str], titles: tuple[str, str]) -> ChartType:
    import altair as alt

    value, low, high = of
    differs = value == "difference"
    y = alt.Y(
        "value:N",
        sort=None,
        title=None,
        axis=None if differs else alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=180),
    )
    x = alt.X(
        f"{value}:Q",
        title=titles[1],
        scale=alt.Scale(zero=True),
        axis=alt.Axis(tickCount=5, labelOverlap=True, labelSeparation=8),
    )
    base = alt.Chart(data(rows)).encode(y=y)
    zero = (
        alt.Chart(data([{"zero": 0}])).mark_rule(color=LIGHT["muted"], strokeDash=[4, 3]).encode(x="zero:Q")
    )
    layers = (
        base.mark_rule(color=LIGHT["citizen"], strokeWidth=2.5, opacity=0.6).encode(
            x=f"{low}:Q", x2=f"{high}:Q"
        ),
        base.mark_point(filled=True, color=LIGHT["citizen"], size=70, opacity=1).encode(x=x),
    )
    return alt.layer(*((zero,) if differs else ()), *layers).properties(
        width=250, height=alt.Step(22), title=titles[0]
    )

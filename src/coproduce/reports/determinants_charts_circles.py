"""Pictures with the circles that the field prints: configurations and truth tables.

A filled circle says present, a crossed one absent, a number in a circle the level; large circles are core conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coproduce.findings import Finding
from coproduce.reports.figure import Figure, framed
from coproduce.reports.lettering import SANS, drawn, shape, short, text_at, width, wrapped
from coproduce.reports.palette import LIGHT

Row = Mapping[str, Any]

SIZE, SMALL = 12, 11
ROW, COLUMN, HEAD, KEY = 28.0, 62.0, 40.0, 34.0
LARGE_RADIUS, SMALL_RADIUS = 9.5, 5.5
MOST_COLUMNS, MOST_ROWS = 12, 32
INK, MUTED, PAPER, GRID = LIGHT["ink"], LIGHT["muted"], LIGHT["paper"], LIGHT["grid"]
SCORES = (("inclS", "Inclusion"), ("covS", "Coverage"), ("covU", "Unique coverage"))
OUTS: Mapping[object, str] = {1: "leads to it", 0: "does not", "?": "too few cases"}


def configurations(finding: Finding) -> Iterator[Figure]:
    """The configurations of the intermediate solution, for the outcome and for its negation."""
    if "configurations" not in finding.tables:
        return
    rows = finding.tables["configurations"].records()
    for number, outcome in enumerate(dict.fromkeys(str(row["outcome"]) for row in rows)):
        found = [row for row in rows if row["outcome"] == outcome]
        terms = list(dict.fromkeys((row["number"], row["term"]) for row in found))
        yield framed(
            _configurations_svg(found, terms[:MOST_COLUMNS]),
            name="configurations_negated" if number else "configurations",
            title=f"Configurations that go with {outcome} (intermediate solution)",
            description=_configurations_in_words(found, outcome=outcome, terms=terms),
            table="configurations",
        )


def _configurations_in_words(
    rows: Sequence[Row], *, outcome: str, terms: Sequence[tuple[object, object]]
) -> str:
    sentences = []
    for number, term in terms:
        mine = [row for row in rows if row["number"] == number]
        core = [str(row["condition"]) for row in mine if row["core"]]
        sentences.append(
            f"{number}: {term}, inclusion {_score(mine[0]['inclS'])}, coverage {_score(mine[0]['covS'])}, "
            f"core: {', '.join(core) or 'none'}."
        )
    return f"{len(terms)} configurations go with {outcome}. {' '.join(sentences)}"


def _score(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, int | float) else "–"


def _configurations_svg(rows: Sequence[Row], terms: Sequence[tuple[object, object]]) -> str:
    conditions = list(dict.fromkeys(str(row["condition"]) for row in rows))
    left = _left([*conditions, *(label for _, label in SCORES)])
    parts: list[str] = []
    for place, name in enumerate(conditions):
        y = HEAD + ROW * place
        parts += [_line(y, left + COLUMN * len(terms)), _label(name, y=y, room=left)]
    for place, (number, _) in enumerate(terms):
        x = left + COLUMN * (place + 0.5)
        mine = {str(row["condition"]): row for row in rows if row["number"] == number}
        parts.append(_words((x, HEAD - 14), str(number), font_weight=700, text_anchor="middle"))
        for at, name in enumerate(conditions):
            parts += _circle(
                (x, HEAD + ROW * (at + 0.5)), str(mine[name]["asks"]), large=bool(mine[name]["core"])
            )
        first = next(iter(mine.values()))
        for at, (score, _) in enumerate(SCORES):
            y = HEAD + ROW * (len(conditions) + at)
            parts.append(_words((x, y + 18), _score(first[score]), text_anchor="middle"))
    for at, (_, label) in enumerate(SCORES):
        y = HEAD + ROW * (len(conditions) + at)
        parts += [_line(y, left + COLUMN * len(terms)), _label(label, y=y, room=left, fill=MUTED)]
    height = HEAD + ROW * (len(conditions) + len(SCORES))
    across = max(left + COLUMN * len(terms), 520.0)
    return _svg([*parts, *_key(height + 12, with_core=True)], size=(across, height + KEY))


def truth_tables(finding: Finding) -> Iterator[Figure]:
    """The truth table of the outcome: each configuration with cases, how far it goes with the outcome, and who."""
    table = finding.tables.get("truth_table")
    if table is None:
        return
    conditions = list(table.columns[: table.columns.index("n")])
    rows = sorted(table.records(), key=lambda row: -float(row["incl"] or 0))
    levels = _levels(finding)
    yield framed(
        _truth_svg(rows[:MOST_ROWS], conditions, levels=levels),
        name="truth_table",
        title="The configurations that have cases, and how far each goes with the outcome",
        description=_truth_in_words(rows, conditions),
        table="truth_table",
    )


def _levels(finding: Finding) -> Mapping[str, int]:
    """How many levels each condition has."""
    if "calibration" not in finding.tables:
        return {}
    return {str(row["set"]): int(row["levels"] or 2) for row in finding.tables["calibration"].records()}


def _truth_in_words(rows: Sequence[Row], conditions: Sequence[str]) -> str:
    told = [
        f"{', '.join(f'{name} {row[name]}' for name in conditions)}: {row['n']} cases ({row['cases']}), inclusion "
        f"{_score(row['incl'])}, {OUTS[row['out']]}{', contradictory' if row['contradictory'] else ''}"
        for row in rows[:MOST_ROWS]
    ]
    return f"{len(rows)} configurations with cases. {'. '.join(told)}."


def _truth_svg(rows: Sequence[Row], conditions: Sequence[str], *, levels: Mapping[str, int]) -> str:
    step = min(96.0, max(40.0, *(width(name, size=SMALL) + 12 for name in conditions)))
    bar = step * len(conditions) + 16
    cases = bar + 200
    parts = [
        text_at(
            (step * (place + 0.5), HEAD - 12),
            wrapped(name, size=SMALL, room=step - 4, lines=1),
            font_size=SMALL,
            fill=INK,
            text_anchor="middle",
        )
        for place, name in enumerate(conditions)
    ]
    parts += [
        _words((bar, HEAD - 12), "Inclusion", fill=MUTED),
        _words((cases, HEAD - 12), "Cases", fill=MUTED),
    ]
    for place, row in enumerate(rows):
        y = HEAD + ROW * place
        parts.append(_line(y, cases + 240))
        for at, name in enumerate(conditions):
            level = int(row[name])
            asks = f"level {level}" if levels.get(name, 2) > 2 else "present" if level else "absent"
            parts += _circle((step * (at + 0.5), y + ROW / 2), asks, large=False)
        parts += _truth_row(row, y=y, bar=bar, cases=cases)
    height = HEAD + ROW * len(rows)
    return _svg([*parts, *_key(height + 12, with_core=False)], size=(cases + 240, height + KEY))


def _truth_row(row: Row, *, y: float, bar: float, cases: float) -> Iterator[str]:
    leads = row["out"] == 1
    colour = LIGHT["citizen"] if leads else LIGHT["system"]
    long = 110 * float(row["incl"] or 0)
    yield shape(
        "rect",
        x=bar,
        y=y + 8,
        width=max(long, 1.0),
        height=12,
        rx=2,
        fill=colour if leads else LIGHT["system-soft"],
        stroke=colour,
    )
    yield _words((bar + long + 6, y + 18), f"{_score(row['incl'])} {'leads' if leads else ''}".strip())
    mark = " (contradictory)" if row["contradictory"] else ""
    named = wrapped(f"{row['cases']}{mark}", size=SMALL, room=236, lines=1)
    yield text_at((cases, y + 18), named, font_size=SMALL, fill=INK)


def _left(names: Sequence[str]) -> float:
    return min(220.0, max(width(name, size=SIZE) for name in names) + 24)


def _line(y: float, across: float) -> str:
    return shape("line", x1=0, x2=across, y1=y, y2=y, stroke=GRID)


def _label(name: str, *, y: float, room: float, fill: str = INK) -> str:
    return text_at((0, y + 18), wrapped(name, size=SIZE, room=room - 8, lines=1), font_size=SIZE, fill=fill)


def _words(point: tuple[float, float], text: str, **how: object) -> str:
    return text_at(point, [text], **{"font_size": SMALL, "fill": INK, **how})


def _circle(point: tuple[float, float], asks: str, *, large: bool) -> Iterator[str]:
    """One condition of one configuration; nothing where it asks for nothing."""
    x, y = point
    radius = LARGE_RADIUS if large else SMALL_RADIUS
    if asks == "present":
        yield shape("circle", cx=x, cy=y, r=radius, fill=INK)
    elif asks == "absent":
        yield shape("circle", cx=x, cy=y, r=radius, fill=PAPER, stroke=INK, stroke_width=1.4)
        reach = radius * 0.62
        for rising in (1, -1):
            yield shape(
                "line",
                x1=x - reach,
                y1=y - rising * reach,
                x2=x + reach,
                y2=y + rising * reach,
                stroke=INK,
                stroke_width=1.4,
            )
    elif asks != "any":
        weight = {"font_weight": 700, "stroke_width": 2.4} if large else {"stroke_width": 1.2}
        ring = {name: value for name, value in weight.items() if name == "stroke_width"}
        yield shape("circle", cx=x, cy=y, r=LARGE_RADIUS, fill=PAPER, stroke=INK, **ring)
        yield _words((x, y + 4), asks.removeprefix("level "), text_anchor="middle")


def _key(y: float, *, with_core: bool) -> Iterator[str]:
    entries = [("present", False, "present"), ("absent", False, "absent")]
    if with_core:
        entries = [
            ("present", True, "present, core"),
            ("present", False, "present"),
            ("absent", True, "absent, core"),
            ("absent", False, "absent"),
        ]
    x = 12.0
    for asks, large, label in entries:
        yield from _circle((x, y + 6), asks, large=large)
        yield _words((x + 15, y + 10), label, fill=MUTED)
        x += 15 + width(label, size=SMALL) + 28


def _svg(parts: Sequence[str], *, size: tuple[float, float]) -> str:
    across, down = size
    box = {"width": across, "height": down}
    view = f"0 0 {short(across)} {short(down)}"
    head = {"xmlns": "http://www.w3.org/2000/svg", **box, "viewBox": view, "font_family": SANS}
    return f"<svg{drawn(head)}>{shape('rect', **box, fill=PAPER)}{''.join(parts)}</svg>"

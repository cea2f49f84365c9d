"""The picture of a service map, and the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from coproduce.findings import Finding
from coproduce.reports.lettering import SANS, drawn, legal, shape, short, text_at, width
from coproduce.reports.palette import LIGHT, hue, tint
from coproduce.reports.rounding import number, percent, told
from coproduce.reports.service_map import (
    LABEL_SIZE,
    LANE_HEAD,
    LEGEND,
    LINE_HEIGHT,
    NAME_SIZE,
    NOTE_SIZE,
    NOTED_FROM,
    PADDING,
    Activity,
    Arrow,
    Box,
    Point,
    ServiceMap,
    label_lines,
)

INK, MUTED, PAPER = LIGHT["ink"], LIGHT["muted"], LIGHT["paper"]


def map_svg(drawing: ServiceMap) -> str:
    """The map as SVG, without the title and the description that its frame gives it."""
    parts = [
        *_lanes(drawing),
        *(_arrow(arrow) for arrow in reversed(drawing.arrows)),
        *_line(drawing),
        *(part for name, box in drawing.boxes.items() for part in _node(drawing.activities[name], box)),
        *(part for arrow in drawing.arrows for part in _label(arrow)),
        *_legend(drawing),
    ]
    size = {"width": drawing.width, "height": drawing.height}
    view = f"0 0 {short(drawing.width)} {short(drawing.height)}"
    head = {"xmlns": "http://www.w3.org/2000/svg", **size, "viewBox": view, "font_family": SANS}
    return f"<svg{drawn(head)}>{''.join(parts)}</svg>"


def _lanes(drawing: ServiceMap) -> Iterator[str]:
    foot = drawing.height - LEGEND
    across = drawing.width
    lanes = (
        ("citizen", "CITIZENS", 0.0, drawing.line_y),
        ("organisation", "ORGANISATION", drawing.line_y, foot),
    )
    yield shape("rect", width=across, height=drawing.height, fill=PAPER)
    for side, title, top, bottom in lanes:
        yield shape("rect", y=top, width=across, height=bottom - top, fill=tint(side), opacity=0.45)
        y = top + LANE_HEAD - 12 if side == "citizen" else bottom - 12
        yield text_at((14, y), [title], fill=hue(side), font_size=12, font_weight=700, letter_spacing=1.2)


def _line(drawing: ServiceMap) -> Iterator[str]:
    dashes = {"stroke": MUTED, "stroke_width": 1.5, "stroke_dasharray": "7 5"}
    yield shape("line", x1=0, x2=drawing.width, y1=drawing.line_y, y2=drawing.line_y, **dashes)
    wide = width("line of interaction", size=LABEL_SIZE) + 8
    yield shape("rect", x=10, y=drawing.line_y - 9, width=wide, height=18, rx=3, fill=PAPER)
    words = {"fill": MUTED, "font_size": LABEL_SIZE, "font_style": "italic"}
    yield text_at((14, drawing.line_y + 4), ["line of interaction"], **words)


def _arrow(arrow: Arrow) -> str:
    colour = hue(arrow.move.waits_for)
    points, tip = arrow.points, arrow.points[-1]
    size = 4 + 0.7 * arrow.thickness
    back = -size if points[-2][0] < tip[0] else size
    ends = [*points[:-1], (tip[0] + 1.5 * back, tip[1])]
    line = shape(
        "path", d=_path(ends), fill="none", stroke=colour, stroke_width=arrow.thickness, stroke_opacity=0.5
    )
    head = f"M{_pair(tip)}L{_pair((tip[0] + 1.7 * back, tip[1] - size))}V{short(tip[1] + size)}Z"
    return line + shape("path", d=head, fill=colour)


def _path(points: Sequence[Point]) -> str:
    """Curves between layers and straight lines through them, by turns."""
    path = f"M{_pair(points[0])}"
    for place, (start, end) in enumerate(pairwise(points)):
        middle = short((start[0] + end[0]) / 2)
        bend = f"C{middle} {short(start[1])} {middle} {short(end[1])} {_pair(end)}"
        path += f"H{short(end[0])}" if place % 2 else bend
    return path


def _pair(point: Point) -> str:
    return f"{short(point[0])} {short(point[1])}"


def _node(activity: Activity, box: Box) -> Iterator[str]:
    solid = activity.kind == "intrinsic"
    fill = hue(activity.side) if solid else tint(activity.side) if activity.side == "system" else PAPER
    name, note = (LIGHT["on-citizen"],) * 2 if solid else (INK, MUTED)
    yield from _marks(activity, box)
    yield shape(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=8,
        fill=fill,
        stroke=hue(activity.side),
        stroke_width=1.6,
    )
    middle, y = box.x + box.width / 2, box.y + PADDING + NAME_SIZE - 1
    yield text_at(
        (middle, y),
        activity.lines,
        fill=name,
        font_size=NAME_SIZE,
        font_weight=600,
        text_anchor="middle",
        leading=LINE_HEIGHT,
    )
    if activity.notes:
        y += LINE_HEIGHT * len(activity.lines)
        words = {"fill": note, "font_size": NOTE_SIZE, "text_anchor": "middle", "leading": LINE_HEIGHT}
        yield text_at((middle, y), activity.notes, **words)


def _marks(activity: Activity, box: Box) -> Iterator[str]:
    """The marks around a box: where cases start (a dot), where they end (a ring), and the arc of a step done again."""
    y = box.y + box.height - 13
    line = {"stroke": INK, "stroke_width": 1.5}
    if activity.starts >= NOTED_FROM:
        yield shape("line", x1=box.x - 20, x2=box.x, y1=y, y2=y, **line)
        yield shape("circle", cx=box.x - 22, cy=y, r=5, fill=INK)
    if activity.ends >= NOTED_FROM:
        edge = box.x + box.width
        yield shape("line", x1=edge, x2=edge + 17, y1=y, y2=y, **line)
        yield shape("circle", cx=edge + 22, cy=y, r=5, fill=PAPER, **line)
        yield shape("circle", cx=edge + 22, cy=y, r=2.2, fill=INK)
    if activity.again:
        left = box.x + 14
        arc = f"M{_pair((left, box.y))}v-6a9 9 0 0 1 18 0v2"
        yield shape("path", d=arc, fill="none", stroke=hue(activity.side), stroke_width=1.6)
        yield shape("path", d=f"M{_pair((left + 18, box.y))}l-4.5 -6.5h9Z", fill=hue(activity.side))
        words = {"fill": MUTED, "font_size": LABEL_SIZE - 0.5}
        yield text_at((left + 28, box.y - 6), [f"again: {number(activity.again)}"], **words)


def _label(arrow: Arrow) -> Iterator[str]:
    if arrow.label is None:
        return
    box, lines = arrow.label, label_lines(arrow.move)
    yield shape("rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=3, fill=PAPER, opacity=0.86)
    middle = box.x + box.width / 2
    words = {"font_size": LABEL_SIZE, "text_anchor": "middle"}
    yield text_at((middle, box.y + 11.5), lines[:1], fill=INK, font_weight=600, **words)
    if lines[1:]:
        yield text_at((middle, box.y + 24.5), lines[1:], fill=MUTED, **words)


def _legend(drawing: ServiceMap) -> Iterator[str]:
    y = drawing.height - LEGEND + 24
    words = {"fill": MUTED, "font_size": LABEL_SIZE}
    yield shape("rect", x=14, y=y - 10, width=18, height=12, rx=3, fill=hue("citizen"))
    yield text_at((38, y), ["intrinsic: no service without it"], **words)
    for place, (side, text) in enumerate(
        (("citizen", "the citizen is waited for"), ("organisation", "the organisation is waited for"))
    ):
        x = 230 + 185 * place
        yield shape("path", d=f"M{x} {short(y - 4)}h20", stroke=hue(side), stroke_width=4, stroke_opacity=0.5)
        yield shape("path", d=f"M{x + 28} {short(y - 4)}l-9 -5v10Z", fill=hue(side))
        yield text_at((x + 34, y), [text], **words)
    yield shape("circle", cx=644, cy=y - 4, r=5, fill=INK)
    yield text_at((654, y), ["cases start"], **words)
    yield shape("circle", cx=740, cy=y - 4, r=5, fill=PAPER, stroke=INK, stroke_width=1.5)
    yield shape("circle", cx=740, cy=y - 4, r=2.2, fill=INK)
    yield text_at((750, y), ["cases end"], **words)
    yield text_at(
        (14, y + 24), [f"Beside an arrow: cases, and the median wait. {left_out(drawing)}"], **words
    )


def left_out(drawing: ServiceMap) -> str:
    """What the map does not show, in a sentence."""
    moves = _rarer(drawing.moves_left_out, ("move", "moves"))
    activities = _rarer(drawing.activities_left_out, ("activity", "activities"))
    if not (moves or activities):
        return "Every move is drawn."
    share = f"Those drawn carry {percent(drawing.drawn_share)} of all moves."
    return f"Left out: {' and '.join(filter(None, (moves, activities)))}. {share}"


def _rarer(count: int, words: tuple[str, str]) -> str:
    return f"{number(count)} rarer {words[count != 1]}" if count else ""


def map_in_words(drawing: ServiceMap, finding: Finding) -> str:
    """The map for those who cannot see it: the main path, the hand-offs, the longest waits."""
    above = sum(a.side == "citizen" for a in drawing.activities.values())
    sentences = [
        f"A map of the service in two lanes: {_things(above)} of citizens above the line of interaction, "
        f"{_things(len(drawing.activities) - above)} of the organisation below it.",
        _commonest_path(finding),
        _listed("The busiest hand-offs", [arrow for arrow in drawing.arrows if _crosses(drawing, arrow)][:5]),
        _listed(
            "The longest waits",
            sorted(_frequent(drawing), key=lambda arrow: -(arrow.move.median_days or 0))[:5],
        ),
        left_out(drawing),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _things(count: int) -> str:
    return f"{count} {'activity' if count == 1 else 'activities'}"


def _commonest_path(finding: Finding) -> str:
    variants = finding.tables.get("variants")
    if variants is None or not variants.rows:
        return ""
    first = variants.records()[0]
    path = legal(str(first["variant"])).replace(" → ", ", then ")
    return f"The commonest path, in {percent(float(first['share'] or 0))} of cases: {path}."


def _crosses(drawing: ServiceMap, arrow: Arrow) -> bool:
    return drawing.activities[arrow.move.source].lane != drawing.activities[arrow.move.target].lane


def _frequent(drawing: ServiceMap) -> list[Arrow]:
    """The arrows that a fair number of cases take, so that one odd case does not make the longest wait."""
    least = 0.02 * max((arrow.move.cases for arrow in drawing.arrows), default=0)
    return [arrow for arrow in drawing.arrows if arrow.move.cases >= least and arrow.move.median_days]


def _listed(title: str, arrows: Sequence[Arrow]) -> str:
    if not arrows:
        return ""
    told_each = [
        f"{legal(arrow.move.source)} to {legal(arrow.move.target)} ({number(arrow.move.cases)} cases"
        + ("" if arrow.move.median_days is None else f", median {told(arrow.move.median_days, 'days')}")
        + ")"
        for arrow in arrows
    ]
    return f"{title}: {'; '.join(told_each)}."

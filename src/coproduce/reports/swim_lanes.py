"""The commonest paths as swim lanes: the citizen's steps above each path's line, the organisation's below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from coproduce.findings import Finding
from coproduce.reports.lettering import SANS, drawn, shape, short, text_at, wrapped
from coproduce.reports.palette import LIGHT, hue, tint
from coproduce.reports.rounding import number, percent, told

MOST_PATHS, MOST_STEPS, A_LINE = 6, 18, 6
CHIP_WIDTH, CHIP_HEIGHT, CHIP_ROOM = 104.0, 34.0, 10.0
HEAD, ROW, LEFT = 30.0, 88.0, 186.0
WIDTH = LEFT + A_LINE * (CHIP_WIDTH + CHIP_ROOM) - CHIP_ROOM + 2
BAR = 150.0
SIZE = 10.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path: how many cases take it, how long it lasts, and its steps with their sides."""

    cases: int
    share: float
    median_days: float | None
    steps: tuple[tuple[str, str], ...]


def paths(finding: Finding) -> tuple[Path, ...]:
    """The commonest paths of an audit's tables `variants` and `variant_steps`."""
    if not {"variants", "variant_steps"} <= finding.tables.keys():
        return ()
    steps = sorted(
        finding.tables["variant_steps"].records(), key=lambda row: (row["rank"] or 0, row["place"] or 0)
    )
    of_rank = {
        rank: tuple((str(row["activity"]), str(row["side"])) for row in rows)
        for rank, rows in groupby(steps, key=lambda row: row["rank"])
    }
    rows = finding.tables["variants"].records()[:MOST_PATHS]
    return tuple(
        Path(
            cases=int(row["cases"]),
            share=float(row["share"] or 0),
            median_days=None if row["median_days"] is None else float(row["median_days"]),
            steps=of_rank[row["rank"]],
        )
        for row in rows
        if row["rank"] in of_rank and row["cases"] is not None
    )


def paths_svg(found: Sequence[Path]) -> str:
    """The paths as SVG, without the title and the description that its frame gives it."""
    tops = list(accumulate((ROW * _lines(path) for path in found), initial=HEAD))
    size = {"width": WIDTH, "height": tops[-1] + 4}
    parts = [shape("rect", **size, fill=LIGHT["paper"]), *_key()]
    most = max(path.share for path in found)
    for path, top in zip(found, tops, strict=False):
        parts += _row(path, top=top, scale=BAR / most)
    view = f"0 0 {short(size['width'])} {short(size['height'])}"
    head = {"xmlns": "http://www.w3.org/2000/svg", **size, "viewBox": view, "font_family": SANS}
    return f"<svg{drawn(head)}>{''.join(parts)}</svg>"


def _lines(path: Path) -> int:
    """How many lines its chips take."""
    return -(-min(len(_chips(path)), MOST_STEPS) // A_LINE)


def _key() -> Iterator[str]:
    words = {"font_size": 11, "fill": LIGHT["muted"]}
    yield text_at((0, 14), ["Share of cases"], **words)
    for place, (side, text) in enumerate(
        (
            ("citizen", "citizen, above the line"),
            ("organisation", "organisation, below it"),
            ("system", "system, below it"),
        )
    ):
        x = LEFT + 170 * place
        yield shape("rect", x=x, y=4, width=14, height=12, rx=3, fill=tint(side), stroke=hue(side))
        yield text_at((x + 20, 14), [text], **words)


def _row(path: Path, *, top: float, scale: float) -> Iterator[str]:
    line = top + ROW / 2
    yield shape("line", x1=0, x2=WIDTH, y1=top, y2=top, stroke=LIGHT["grid"])
    yield text_at((0, line - 12), [percent(path.share)], font_size=17, font_weight=600, fill=LIGHT["ink"])
    yield shape(
        "rect", x=0, y=line - 5, width=max(1.5, scale * path.share), height=7, rx=1.5, fill=LIGHT["ink"]
    )
    wait = "" if path.median_days is None else f", median {told(path.median_days, 'days')}"
    yield text_at((0, line + 19), [f"{number(path.cases)} cases{wait}"], font_size=11, fill=LIGHT["muted"])
    chips = _chips(path)
    for place, (name, side, times) in enumerate(chips[:MOST_STEPS]):
        along, down = place % A_LINE, place // A_LINE
        at = (LEFT + along * (CHIP_WIDTH + CHIP_ROOM), line + ROW * down)
        last = place + 1 == min(len(chips), MOST_STEPS)
        yield from _lane(at, length=CHIP_WIDTH + (0 if last else CHIP_ROOM))
        yield from _chip(name, side, times=times, at=at)
    if len(chips) > MOST_STEPS:
        words = {"font_size": 11, "fill": LIGHT["muted"]}
        yield text_at((0, line + 35), [f"and {len(chips) - MOST_STEPS} more steps"], **words)


def _lane(at: tuple[float, float], *, length: float) -> Iterator[str]:
    x, y = at
    yield shape(
        "line", x1=x, x2=min(WIDTH, x + length), y1=y, y2=y, stroke=LIGHT["muted"], stroke_dasharray="5 4"
    )


def _chips(path: Path) -> list[tuple[str, str, int]]:
    """The steps, with one that follows itself told once and counted."""
    return [(name, side, sum(1 for _ in same)) for (name, side), same in groupby(path.steps)]


def _chip(name: str, side: str, *, times: int, at: tuple[float, float]) -> Iterator[str]:
    x, line = at
    y = line - CHIP_HEIGHT - 4 if side == "citizen" else line + 4
    yield shape(
        "rect",
        x=x,
        y=y,
        width=CHIP_WIDTH,
        height=CHIP_HEIGHT,
        rx=6,
        fill=tint(side),
        stroke=hue(side),
        stroke_width=1.2,
    )
    label = f"{name} ×{times}" if times > 1 else name
    lines = wrapped(label, size=SIZE, room=CHIP_WIDTH - 8, lines=2)
    first = y + CHIP_HEIGHT / 2 + (4 if len(lines) == 1 else -2.5)
    words = {"font_size": SIZE, "fill": LIGHT["ink"], "text_anchor": "middle", "leading": 13}
    yield text_at((x + CHIP_WIDTH / 2, first), lines, **words)


def paths_in_words(found: Sequence[Path]) -> str:
    """The paths for those who cannot see them."""
    told_each = [
        f"{percent(path.share)} of cases: " + ", then ".join(f"{name} ({side})" for name, side in path.steps)
        for path in found
    ]
    return f"The {len(found)} commonest paths. " + ". ".join(told_each) + "."

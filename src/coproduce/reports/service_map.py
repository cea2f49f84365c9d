"""The service map: what citizens do above, what the organisation does below, the line of interaction between.

Here is decided what is drawn and where; `map_drawing` makes the picture, so that a test can look at the geometry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from coproduce.findings import Finding
from coproduce.reports import layered
from coproduce.reports.lettering import width, wrapped
from coproduce.reports.rounding import number, percent, told

MOST_NODES = 32
NODE_WIDTH, LINE_HEIGHT, PADDING = 138.0, 15.0, 9.0
GAP = 92.0
NAME_SIZE, NOTE_SIZE, LABEL_SIZE = 12.0, 11.0, 11.0
LEFT, RIGHT, LANE_HEAD, LEGEND = 44.0, 44.0, 34.0, 66.0
LEAST_WIDTH, LEAST_LANE = 860.0, 90.0
LOOP_ROOM = 22.0
PORT = 12.0
LABELLED_FROM = 0.01
NOTED_FROM = 0.01
LEVEL = 14.0
MARK, LINE_WORDS = 29.0, 124.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box, *, by: float = 0.0) -> bool:
        """Whether the two come nearer to each other than `by`."""
        return (
            self.x < other.x + other.width + by
            and other.x < self.x + self.width + by
            and self.y < other.y + other.height + by
            and other.y < self.y + self.height + by
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An activity to be drawn, and how many cases pass it, start with it and end with it, as shares of all cases."""

    name: str
    side: str
    kind: str | None
    cases: int | None
    share: float | None
    starts: float
    ends: float
    again: int | None = None
    again_days: float | None = None

    @property
    def lane(self) -> int:
        """The citizen's activities are above the line."""
        return layered.UPPER if self.side == "citizen" else layered.LOWER

    @property
    def lines(self) -> tuple[str, ...]:
        """The name as it stands in the box."""
        return wrapped(self.name, size=NAME_SIZE, room=NODE_WIDTH - 16, lines=3)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands under the name."""
        share = () if self.share is None else (f"{percent(self.share)} of cases",)
        ends = [
            f"{percent(part)} {word} here"
            for part, word in ((self.starts, "start"), (self.ends, "end"))
            if part >= NOTED_FROM
        ]
        return (*share, *ends)

    @property
    def height(self) -> float:
        """The height of its box."""
        return 2 * PADDING + LINE_HEIGHT * (len(self.lines) + len(self.notes)) - 2

    @property
    def loop_room(self) -> float:
        """The room above its box for the arc of a step that follows itself."""
        return LOOP_ROOM if self.again else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move from one activity to another: in how many cases, and the median wait."""

    source: str
    target: str
    cases: int
    median_days: float | None
    waits_for: str


Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A move as it is led: straight, curve, straight, curve … between its points, and its label where there is room."""

    move: Move
    points: tuple[Point, ...]
    thickness: float
    label: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceMap:
    """All that is drawn."""

    activities: Mapping[str, Activity]
    boxes: Mapping[str, Box]
    arrows: tuple[Arrow, ...]
    line_y: float
    width: float
    height: float
    activities_left_out: int
    moves_left_out: int
    drawn_share: float


def service_map(finding: Finding) -> ServiceMap | None:
    """The map of an audit's tables `activities`, `edges` and `ends`; None where nothing follows anything."""
    if not {"activities", "edges"} <= finding.tables.keys():
        return None
    every = _activities(finding)
    moves = _moves(finding)
    names = _kept_activities(every, moves)
    if not names:
        return None
    known = [move for move in moves if {move.source, move.target} <= names.keys()]
    kept = _kept_moves(known, nodes=len(names))
    arranged = _arranged(names, kept)
    total = sum(move.cases for move in moves)
    loops = sum(move.cases for move in known if move.source == move.target)
    return replace(
        arranged,
        activities_left_out=len(every) - len(names),
        moves_left_out=len(moves) - len(kept) - sum(move.source == move.target for move in known),
        drawn_share=(sum(move.cases for move in kept) + loops) / total,
    )


def _moves(finding: Finding) -> list[Move]:
    rows = [Move(**row) for row in finding.tables["edges"].records() if row["cases"] is not None]  # type: ignore[arg-type]
    return sorted(rows, key=lambda move: (-move.cases, move.source, move.target))


def _activities(finding: Finding) -> dict[str, Activity]:
    cases = next((e.value for e in finding.estimates if e.name == "cases" and e.value), None)
    ends = finding.tables.get("ends")
    at = {row["activity"]: row for row in ends.records()} if ends else {}

    def share(count: object) -> float | None:
        return float(count) / cases if isinstance(count, int | float) and cases else None

    return {
        str(row["activity"]): Activity(
            name=str(row["activity"]),
            side=str(row["side"]),
            kind=None if row.get("kind") is None else str(row["kind"]),
            cases=row["cases"],  # type: ignore[arg-type]
            share=share(row["cases"]),
            starts=share(at.get(row["activity"], {}).get("starts_cases")) or 0.0,
            ends=share(at.get(row["activity"], {}).get("ends_cases")) or 0.0,
        )
        for row in finding.tables["activities"].records()
    }


def _kept_activities(every: Mapping[str, Activity], moves: Sequence[Move]) -> dict[str, Activity]:
    """The activities that moves lead to or from, the commonest first where they are too many; loops noted on them."""
    joined = {name for move in moves for name in (move.source, move.target)}
    shown = sorted((a for a in every.values() if a.name in joined), key=lambda a: (-(a.cases or 0), a.name))
    loops = {move.source: move for move in moves if move.source == move.target}
    return {
        activity.name: replace(
            activity, again=loops[activity.name].cases, again_days=loops[activity.name].median_days
        )
        if activity.name in loops
        else activity
        for activity in shown[:MOST_NODES]
    }


def _kept_moves(moves: Sequence[Move], *, nodes: int) -> list[Move]:
    """The commonest moves, and whichever are the commonest into and out of an activity, so that none stands alone."""
    others = [move for move in moves if move.source != move.target]
    into: dict[str, Move] = {}
    out_of: dict[str, Move] = {}
    for move in others:
        into.setdefault(move.target, move)
        out_of.setdefault(move.source, move)
    needed = {id(move) for move in (*into.values(), *out_of.values())}
    most = max(12, round(1.5 * nodes))
    room = most - len(needed)
    kept = []
    for move in others:
        room -= (free := id(move) not in needed)
        if not free or room >= 0:
            kept.append(move)
    return kept


def _positions(names: Sequence[str], moves: Iterable[Move], starts: Mapping[str, float]) -> dict[str, float]:
    """The mean place of each activity in a case, if moves had no memory: the solution of a linear system.

    With `c` the moves from i to j, the mean place m solves m_j (starts_j + sum_i c_ij) = sum_i c_ij (m_i + 1).
    """
    place = {name: number for number, name in enumerate(names)}
    matrix, right = np.zeros((len(names), len(names))), np.zeros(len(names))
    for name in names:
        matrix[place[name], place[name]] = starts[name] + 1e-9
    for move in moves:
        source, target = place[move.source], place[move.target]
        matrix[target, target] += move.cases
        matrix[target, source] -= move.cases
        right[target] += move.cases
    solution = np.linalg.lstsq(matrix, right, rcond=None)[0]
    return {name: round(float(solution[place[name]]), 6) for name in names}


def _arranged(activities: Mapping[str, Activity], moves: Sequence[Move]) -> ServiceMap:
    total = sum(a.starts for a in activities.values()) or 1.0
    most = max(move.cases for move in moves) if moves else 1
    positions = _positions(
        list(activities), moves, {name: most * a.starts / total for name, a in activities.items()}
    )
    links = {
        move: layered.Link(source=move.source, target=move.target, weight=round(1 + 9 * move.cases / most, 3))
        for move in moves
    }
    layout = layered.placed(
        {
            name: layered.Node(lane=a.lane, height=a.height + a.loop_room, position=positions[name])
            for name, a in activities.items()
        },
        list(links.values()),
    )
    return _measured(activities, layout, links=links)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """How places become pixels: what to add to a height, and where the first layer begins."""

    left: float
    shift: float
    width: float
    height: float

    def x(self, layer: int) -> float:
        return self.left + layer * (NODE_WIDTH + GAP)


def _frame(activities: Mapping[str, Activity], layout: layered.Layout) -> _Frame:
    """The frame that holds everything, with the heads of the lanes and the legend."""
    bends = [bend.y for chain in layout.bends.values() for bend in chain]
    halves = {name: (a.height + a.loop_room) / 2 for name, a in activities.items()}
    top = min(-LEAST_LANE, *bends, *(place.y - halves[name] for name, place in layout.nodes.items()))
    bottom = max(LEAST_LANE, *bends, *(place.y + halves[name] for name, place in layout.nodes.items()))
    across = LEFT + RIGHT + layout.layers * (NODE_WIDTH + GAP) - GAP
    return _Frame(
        left=LEFT + max(0.0, LEAST_WIDTH - across) / 2,
        shift=LANE_HEAD - top,
        width=max(across, LEAST_WIDTH),
        height=bottom - top + 2 * LANE_HEAD + LEGEND,
    )


def _measured(
    activities: Mapping[str, Activity], layout: layered.Layout, *, links: Mapping[Move, layered.Link]
) -> ServiceMap:
    """Places turned into pixels."""
    frame = _frame(activities, layout)
    boxes = {name: _box(activities[name], place, frame=frame) for name, place in layout.nodes.items()}
    ports = _ports(boxes, links, layout=layout, shift=frame.shift)
    most = max((move.cases for move in links), default=1)
    arrows = [
        Arrow(
            move=move,
            points=_points(ports[move], layout.bends[link], frame=frame),
            thickness=1.2 + 6.8 * move.cases / most,
        )
        for move, link in links.items()
    ]
    return ServiceMap(
        activities=activities,
        boxes=boxes,
        arrows=_labelled(arrows, list(_taken(activities, boxes, frame=frame))),
        line_y=frame.shift,
        width=frame.width,
        height=frame.height,
        activities_left_out=0,
        moves_left_out=0,
        drawn_share=1.0,
    )


def _box(activity: Activity, place: layered.Placed, *, frame: _Frame) -> Box:
    top = place.y - (activity.height + activity.loop_room) / 2
    return Box(
        x=frame.x(place.layer),
        y=top + activity.loop_room + frame.shift,
        width=NODE_WIDTH,
        height=activity.height,
    )


def _ports(
    boxes: Mapping[str, Box], links: Mapping[Move, layered.Link], *, layout: layered.Layout, shift: float
) -> dict[Move, tuple[Point, Point]]:
    """Where each arrow leaves and arrives: along the edge of the box, in the order in which the arrows come."""
    hanging: dict[tuple[str, bool], list[tuple[float, Move, int]]] = defaultdict(list)
    for move, link in links.items():
        bends = layout.bends[link]
        forward = boxes[move.source].x < boxes[move.target].x
        first = bends[0].y + shift if bends else _middle(boxes[move.target])
        last = bends[-1].y + shift if bends else _middle(boxes[move.source])
        hanging[(move.source, forward)].append((first, move, 0))
        hanging[(move.target, not forward)].append((last, move, 1))
    found: dict[tuple[Move, int], Point] = {}
    for (name, on_right), ends in hanging.items():
        box = boxes[name]
        ends.sort(key=lambda end: (end[0], sorted((end[1].source, end[1].target)), end[1].source))
        step = min(PORT, (box.height - 10) / len(ends))
        for number_of, (_, move, end) in enumerate(ends):
            y = _middle(box) + (number_of - (len(ends) - 1) / 2) * step
            found[(move, end)] = (box.x + box.width if on_right else box.x, y)
    return {move: (found[(move, 0)], found[(move, 1)]) for move in links}


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _points(
    ports: tuple[Point, Point], bends: Sequence[layered.Placed], *, frame: _Frame
) -> tuple[Point, ...]:
    """The ends and, for each layer passed, the point where the arrow enters it and the one where it leaves it."""
    forward = ports[0][0] < ports[1][0]
    points = [ports[0]]
    for bend in bends:
        x = frame.x(bend.layer)
        near, far = (x, x + NODE_WIDTH) if forward else (x + NODE_WIDTH, x)
        points += [(near, bend.y + frame.shift), (far, bend.y + frame.shift)]
    return (*points, ports[1])


def label_lines(move: Move) -> tuple[str, ...]:
    """What stands beside an arrow: cases, and the median wait."""
    wait = (
        ()
        if move.median_days is None
        else (told(move.median_days, "days") if move.median_days else "same time",)
    )
    return (number(move.cases), *wait)


def _taken(activities: Mapping[str, Activity], boxes: Mapping[str, Box], *, frame: _Frame) -> Iterator[Box]:
    """Where no label may stand: boxes, the marks of starts and ends beside them, and the words of the lanes."""
    for name, box in boxes.items():
        activity = activities[name]
        yield replace(box, y=box.y - activity.loop_room, height=box.height + activity.loop_room)
        mark = Box(x=box.x - MARK, y=box.y + box.height - 20, width=MARK, height=14)
        if activity.starts >= NOTED_FROM:
            yield mark
        if activity.ends >= NOTED_FROM:
            yield replace(mark, x=box.x + box.width)
    yield Box(x=10, y=frame.shift - 9, width=LINE_WORDS, height=18)
    yield Box(x=10, y=LANE_HEAD - 26, width=LINE_WORDS, height=18)
    yield Box(x=10, y=frame.height - LEGEND - 26, width=LINE_WORDS, height=18)


def _labelled(arrows: Sequence[Arrow], taken: list[Box]) -> tuple[Arrow, ...]:
    """Labels where there is room, the commonest moves first; those of rare moves are left to the table."""
    least = LABELLED_FROM * max((arrow.move.cases for arrow in arrows), default=0)
    labelled = []
    for arrow in arrows:
        free = (box for box in _candidates(arrow) if not any(box.meets(other, by=1.0) for other in taken))
        label = next(free, None) if arrow.move.cases >= least else None
        if label:
            taken.append(label)
        labelled.append(replace(arrow, label=label))
    return tuple(labelled)


def _candidates(arrow: Arrow) -> Iterator[Box]:
    """Places for a label: beside the arrow where it runs level, on it where it climbs."""
    lines = label_lines(arrow.move)
    across = max(width(line, size=LABEL_SIZE) for line in lines) + 6
    high = 13.0 * len(lines) + 3
    aside = (high + arrow.thickness) / 2 + 1
    pieces = list(enumerate(pairwise(arrow.points)))
    for t in (0.5, 0.38, 0.62, 0.28, 0.72):
        for place, (start, end) in pieces:
            x, y = (
                _along(start, end, t=t) if place % 2 == 0 else (start[0] + t * (end[0] - start[0]), start[1])
            )
            for beside in (-aside, aside) if abs(end[1] - start[1]) < LEVEL else (0.0,):
                yield Box(x=x - across / 2, y=y + beside - high / 2, width=across, height=high)


def _along(start: Point, end: Point, *, t: float) -> Point:
    """A point of the curve between two points that leaves and arrives level."""
    bend = 3 * t * t - 2 * t**3
    middle = (start[0] + end[0]) / 2
    x = (1 - t) ** 3 * start[0] + 3 * t * (1 - t) * middle + t**3 * end[0]
    return x, start[1] + bend * (end[1] - start[1])

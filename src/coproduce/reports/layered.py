"""Places for a graph in two lanes: layers from left to right, long links led around the nodes.

The steps are those of Sugiyama, Tagawa and Toda (1981, IEEE Transactions on Systems, Man, and Cybernetics 11(2)):
layers by longest path, dummies where a link crosses a layer, order by barycentre, then heights by isotonic regression.
Every link between two layers runs where no node can be, so that nothing has to be drawn across a node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Lane = int
UPPER, LOWER = 0, 1
SWEEPS = 24
ROOM = 18.0
MARGIN = 34.0
DUMMY_HEIGHT = 8.0
STRAIGHTNESS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node to be placed: its lane, its height, and how far along a case it usually stands."""

    lane: Lane
    height: float
    position: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link to be led from one node to another, heavier ones straighter."""

    source: str
    target: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a node or the bend of a link is: its layer from 0, and the middle of its height (0 is the line)."""

    layer: int
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The places of the nodes, and of each link the bends between its ends, in the order from source to target."""

    nodes: Mapping[str, Placed]
    bends: Mapping[Link, tuple[Placed, ...]]

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return 1 + max((place.layer for place in self.nodes.values()), default=-1)


@dataclass(slots=True, eq=False)
class _Item:
    lane: Lane
    height: float
    layer: int
    dummy: bool = False
    y: float = 0.0
    rank: float = 0.0
    before: list[tuple[_Item, float]] = field(default_factory=list)
    after: list[tuple[_Item, float]] = field(default_factory=list)


def placed(nodes: Mapping[str, Node], links: Sequence[Link]) -> Layout:
    """Place nodes and lead links.

    Parameters
    ----------
    nodes
        The nodes by name.
    links
        The links between two different nodes; one that runs against the nodes' positions is led backwards.

    Returns
    -------
    Layout
        Layer and height of each node and each bend.

    Examples
    --------
    >>> nodes = {
    ...     "Ask": Node(lane=UPPER, height=40, position=0),
    ...     "Answer": Node(lane=LOWER, height=40, position=1),
    ... }
    >>> layout = placed(nodes, [Link(source="Ask", target="Answer", weight=1)])
    >>> layout.nodes["Ask"].layer, layout.nodes["Answer"].layer
    (0, 1)
    >>> layout.nodes["Ask"].y < 0 < layout.nodes["Answer"].y
    True
    """
    order = sorted(nodes, key=lambda name: (nodes[name].position, name))
    place = {name: number for number, name in enumerate(order)}
    layers = _layers(order, [sorted((link.source, link.target), key=place.__getitem__) for link in links])
    items = {
        name: _Item(lane=nodes[name].lane, height=nodes[name].height, layer=layers[name]) for name in order
    }
    chains = {link: _chain(items, link) for link in links}
    columns = _columns([*items.values(), *(item for chain in chains.values() for item in chain)])
    _order(columns)
    _heights(columns)
    return Layout(
        nodes={name: Placed(layer=item.layer, y=item.y) for name, item in items.items()},
        bends={link: tuple(Placed(layer=i.layer, y=i.y) for i in chain) for link, chain in chains.items()},
    )


def _layers(order: Sequence[str], pairs: Iterable[Sequence[str]]) -> dict[str, int]:
    """Longest path from the left; what nothing leads to is drawn up to what it leads to."""
    before, after = defaultdict(list), defaultdict(list)
    for first, second in pairs:
        before[second].append(first)
        after[first].append(second)
    layers: dict[str, int] = {}
    for name in order:
        layers[name] = 1 + max((layers[other] for other in before[name]), default=-1)
    for name in reversed(order):
        if after[name] and not before[name]:
            layers[name] = min(layers[other] for other in after[name]) - 1
    return layers


def _chain(items: Mapping[str, _Item], link: Link) -> list[_Item]:
    """The dummies of a link, joined to its ends and to each other."""
    source, target = items[link.source], items[link.target]
    step = 1 if source.layer < target.layer else -1
    chain = [
        _Item(lane=source.lane, height=DUMMY_HEIGHT, layer=layer, dummy=True)
        for layer in range(source.layer + step, target.layer, step)
    ]
    along = [source, *chain, target][::step]
    for left, right in pairwise(along):
        weight = link.weight * (STRAIGHTNESS if left.dummy and right.dummy else 1)
        left.after.append((right, weight))
        right.before.append((left, weight))
    return chain


Columns = list[list[_Item]]


def _columns(items: Iterable[_Item]) -> Columns:
    columns: dict[int, list[_Item]] = defaultdict(list)
    for item in items:
        columns[item.layer].append(item)
    return [_ranked(sorted(columns[layer], key=lambda item: item.lane)) for layer in sorted(columns)]


def _ranked(column: list[_Item]) -> list[_Item]:
    for rank, item in enumerate(column):
        item.rank = rank / len(column)
    return column


def _order(columns: Columns) -> None:
    """Sort each column by the mean place of its neighbours, there and back; keep the order with fewest crossings."""
    best, fewest = [list(column) for column in columns], _crossings(columns)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            centres = {id(item): _centre(item, forward=forward) for item in column}
            column.sort(key=lambda item: (item.lane, centres[id(item)]))
            _ranked(column)
        crossings = _crossings(columns)
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    for column, kept in zip(columns, best, strict=True):
        column[:] = _ranked(kept)


def _centre(item: _Item, *, forward: bool) -> float:
    near = item.before if forward else item.after
    total = sum(weight for _, weight in near)
    return sum(other.rank * weight for other, weight in near) / total if total else item.rank


def _crossings(columns: Columns) -> float:
    crossings = 0.0
    for column in columns:
        ends = [(item.rank, other.rank, weight) for item in column for other, weight in item.after]
        for number, (a, b, one) in enumerate(ends):
            crossings += sum(min(one, two) for c, d, two in ends[number + 1 :] if (a - c) * (b - d) < 0)
    return crossings


def _heights(columns: Columns) -> None:
    for column in columns:
        for lane in (UPPER, LOWER):
            _settle([item for item in column if item.lane == lane], wanted=None)
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            for lane in (UPPER, LOWER):
                stack = [item for item in column if item.lane == lane]
                _settle(stack, wanted=[_level(item) for item in stack])


def _level(item: _Item) -> float:
    """Where an item would like to be: level with its neighbours, and drawn to the line a little."""
    near = [*item.before, *item.after]
    total = sum(weight for _, weight in near)
    level = sum(other.y * weight for other, weight in near) / total if total else 0.0
    bound = MARGIN + item.height / 2
    level = min(level, -bound) if item.lane == UPPER else max(level, bound)
    return level if item.dummy else 0.8 * level + 0.2 * (bound if item.lane == LOWER else -bound)


def _settle(stack: Sequence[_Item], *, wanted: Sequence[float] | None) -> None:
    """Put a stack as near as it gets to where its items want to be, in order, apart, and on its side of the line."""
    if not stack:
        return
    offsets = [0.0]
    for above, below in pairwise(stack):
        offsets.append(offsets[-1] + (above.height + below.height) / 2 + _room(above, below))
    aims = [y - offset for y, offset in zip(wanted or [0.0] * len(stack), offsets, strict=True)]
    weights = [1 + sum(weight for _, weight in (*item.before, *item.after)) for item in stack]
    lowest = MARGIN + stack[0].height / 2
    highest = -(MARGIN + stack[-1].height / 2) - offsets[-1]
    for item, level, offset in zip(stack, _isotonic(aims, weights), offsets, strict=True):
        item.y = offset + (max(level, lowest) if item.lane == LOWER else min(level, highest))


def _room(above: _Item, below: _Item) -> float:
    return ROOM * (0.35 if above.dummy and below.dummy else 0.6 if above.dummy or below.dummy else 1)


def _isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest values that never fall (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] >= block[0]:
            mean, total, count = blocks.pop()
            both = total + block[1]
            block = ((mean * total + block[0] * block[1]) / both, both, count + block[2])
        blocks.append(block)
    return [mean for mean, _, count in blocks for _ in range(count)]

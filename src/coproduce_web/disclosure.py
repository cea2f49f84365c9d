"""The one gate for counts of people: what a screen, an export or a program may say about few.

Counts from 1 to one below the service's smallest number are hidden, and with them whatever they could be worked out
from by adding and subtracting; totals are those of what is shown, so that they say no more than it does, and shares
are of such totals. Nought is shown: a page that cannot say "nobody" would mislead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

from coproduce.findings import Findings
from coproduce.findings.disclosure import disclosed

Key = TypeVar("Key", bound=Hashable)
Node = tuple[str, Hashable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One count as an arc from one sum to another: at each node, what comes in is what goes out."""

    tail: Node
    head: Node
    count: int


def single(count: int | None, *, small_numbers: int) -> int | None:
    """One count that belongs to no table; None where it is too small to be shown.

    Examples
    --------
    >>> single(3, small_numbers=5), single(0, small_numbers=5), single(5, small_numbers=5)
    (None, 0, 5)
    """
    return None if count is None or 0 < count < small_numbers else count


def share(part: int, *, of: int, small_numbers: int) -> float | None:
    """A share of people; None where it, or the rest, is of too few to be shown.

    Examples
    --------
    >>> share(20, of=80, small_numbers=5), share(2, of=80, small_numbers=5), share(78, of=80, small_numbers=5)
    (0.25, None, None)
    """
    if of == 0 or any(single(count, small_numbers=small_numbers) is None for count in (part, of - part, of)):
        return None
    return part / of


def behind(value: float | None, *, persons: int, small_numbers: int) -> float | None:
    """A sum or a mean of what people gave; None where too few stand behind it.

    Examples
    --------
    >>> behind(90.5, persons=12, small_numbers=5), behind(90.5, persons=2, small_numbers=5)
    (90.5, None)
    """
    return None if single(persons, small_numbers=small_numbers) is None else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(Generic[Key]):
    """Counts as they may be shown: None where hidden. `total` is that of what is shown."""

    shown: Mapping[Key, int | None]

    @property
    def total(self) -> int | None:
        """The sum of the counts that are shown; None where none but noughts are and something is hidden."""
        return _total(self.shown.values())

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return None in self.shown.values()

    def share(self, key: Key) -> float | None:
        """The share of one count in what is shown; None where it is hidden."""
        return _part(self.shown[key], of=self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCounts:
    """Counts by two things, as they may be shown: None where hidden. Totals are those of what is shown."""

    shown: Mapping[tuple[str, str], int | None]

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows, in the order they were given."""
        return tuple(dict.fromkeys(row for row, _ in self.shown))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns, in the order they were given."""
        return tuple(dict.fromkeys(column for _, column in self.shown))

    def row(self, name: str) -> int | None:
        """The total of a row."""
        return _total(count for (row, _), count in self.shown.items() if row == name)

    def column(self, name: str) -> int | None:
        """The total of a column."""
        return _total(count for (_, column), count in self.shown.items() if column == name)

    @property
    def total(self) -> int | None:
        """The total of the table."""
        return _total(self.shown.values())

    def share(self, row: str, column: str) -> float | None:
        """The share of a cell in its row."""
        return _part(self.shown.get((row, column)), of=self.row(row))


def counts(of: Mapping[Key, int], *, small_numbers: int) -> Counts[Key]:
    """The counts of a list whose true total may be known from elsewhere.

    Examples
    --------
    >>> counts({"young": 3, "old": 20, "very old": 6}, small_numbers=5).shown
    {'young': None, 'old': 20, 'very old': None}
    """
    apart, together = ("end", 0), ("end", 1)
    entries: dict[Hashable, Entry] = {
        ("count", key): Entry(tail=apart, head=together, count=count) for key, count in of.items()
    }
    entries["total"] = Entry(tail=together, head=apart, count=sum(of.values()))
    gone = hidden(entries, small_numbers=small_numbers)
    return Counts(shown={key: None if ("count", key) in gone else count for key, count in of.items()})


def cross_counts(of: Mapping[tuple[str, str], int], *, small_numbers: int) -> CrossCounts:
    """The counts of a table by rows and columns, whose row and column totals may be shown elsewhere by this gate.

    Parameters
    ----------
    of
        (row, column): how many. What is left out is nought.
    small_numbers
        Counts from 1 to one below it are hidden.

    Examples
    --------
    >>> shown = cross_counts({("a", "x"): 2, ("a", "y"): 9, ("b", "x"): 8, ("b", "y"): 7}, small_numbers=5)
    >>> shown.shown, shown.total
    ({('a', 'x'): None, ('a', 'y'): None, ('b', 'x'): None, ('b', 'y'): None}, None)
    """
    rows, columns = (tuple(dict.fromkeys(place[side] for place in of)) for side in (0, 1))
    cells = {(row, column): of.get((row, column), 0) for row in rows for column in columns}
    gone = hidden(_with_margins(cells, rows=rows, columns=columns), small_numbers=small_numbers)
    return CrossCounts(
        shown={place: None if ("cell", place) in gone else count for place, count in cells.items()}
    )


def _with_margins(
    cells: Mapping[tuple[str, str], int], *, rows: tuple[str, ...], columns: tuple[str, ...]
) -> dict[Hashable, Entry]:
    """A table as a circulation: through the total to each row's total, its cells, each column's total and back."""
    to_rows, to_columns = ("all", "rows"), ("all", "columns")
    entries: dict[Hashable, Entry] = {
        ("cell", (row, column)): Entry(tail=("row", row), head=("column", column), count=count)
        for (row, column), count in cells.items()
    }
    for name in rows:
        count = sum(cells[name, column] for column in columns)
        entries["row", name] = Entry(tail=to_rows, head=("row", name), count=count)
    for name in columns:
        count = sum(cells[row, name] for row in rows)
        entries["column", name] = Entry(tail=("column", name), head=to_columns, count=count)
    entries["total"] = Entry(tail=to_columns, head=to_rows, count=sum(cells.values()))
    return entries


def hidden(entries: Mapping[Hashable, Entry], *, small_numbers: int) -> frozenset[Hashable]:
    """The counts to hide so that none of them can be worked out from those that stay.

    Parameters
    ----------
    entries
        Counts as arcs that keep the sums: a whole and its parts, a table and its margins.
    small_numbers
        Counts from 1 to one below it are hidden; then the smallest others, until each hidden count could be another.

    Returns
    -------
    frozenset
        The keys of the hidden counts.

    Notes
    -----
    Who looks knows that a hidden count is at least 1, as noughts are shown. A count can then be another exactly when
    its arc lies on a cycle of the residual network of hidden arcs (Ahuja, Magnanti & Orlin, Network Flows, 1993,
    section 2.4); what is hidden to close that cycle is the cheapest way through the network, in people.
    """
    gone = {key for key, entry in entries.items() if 0 < entry.count < small_numbers}
    for key in sorted(gone, key=repr):
        gone |= _cycle(key, entries=entries, gone=gone)
    return frozenset(gone)


def _cycle(key: Hashable, *, entries: Mapping[Hashable, Entry], gone: set[Hashable]) -> frozenset[Hashable]:
    """The cheapest counts to hide so that this one could be one more or one less, and with it each of them."""
    entry = entries[key]
    arcs: dict[Node, list[tuple[int, Node, Hashable]]] = defaultdict(list)
    for other, one in entries.items():
        cost = 0 if other in gone else one.count
        if one.count > 0 and other != key:
            arcs[one.tail].append((cost, one.head, other))
        if one.count > 1 and other != key:
            arcs[one.head].append((cost, one.tail, other))
    ways = [_way(entry.head, entry.tail, arcs=arcs)]
    if entry.count > 1:
        ways.append(_way(entry.tail, entry.head, arcs=arcs))
    return min((way for way in ways if way is not None), key=lambda way: way[0])[1]


def _way(
    start: Node, end: Node, *, arcs: Mapping[Node, list[tuple[int, Node, Hashable]]]
) -> tuple[int, frozenset[Hashable]] | None:
    """The cheapest way through a network (Dijkstra), as its cost and its arcs."""
    turn = count()
    waiting = [(0, next(turn), start, frozenset[Hashable]())]
    seen: set[Node] = set()
    while waiting:
        cost, _, node, way = heappop(waiting)
        if node == end:
            return cost, way
        if node not in seen:
            seen.add(node)
            for more, following, key in arcs.get(node, ()):
                heappush(waiting, (cost + more, next(turn), following, way | {key}))
    return None


def _total(shown: Iterable[int | None]) -> int | None:
    listed = list(shown)
    known = [count for count in listed if count is not None]
    return sum(known) if any(known) or len(known) == len(listed) else None


def _part(count: int | None, *, of: int | None) -> float | None:
    return None if count is None or not of else count / of


def disclosed_findings(findings: Findings, *, small_numbers: int) -> Findings:
    """What a run found, as it may be shown today: the smallest number may have been raised since it ran."""
    told = tuple(disclosed(finding, small_numbers=small_numbers) for finding in findings.findings)
    return findings.model_copy(update={"findings": told})

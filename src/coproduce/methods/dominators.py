"""Dominators of a directed graph: what cannot be gone round."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def immediate_dominators(graph: Mapping[N, Iterable[N]], start: N) -> dict[N, N]:
    """The immediate dominator of each node that can be reached from a start.

    Parameters
    ----------
    graph
        Node -> its successors; a node without successors may be left out.
    start
        Where every path begins; it is its own immediate dominator.

    Returns
    -------
    dict
        Reachable node -> the last node, other than itself, that lies on every path to it from the start.

    References
    ----------
    Cooper, K. D., Harvey, T. J. and Kennedy, K. (2001). A simple, fast dominance algorithm. Rice University, figure 3.

    Examples
    --------
    >>> immediate_dominators({"in": ["a", "b"], "a": ["c"], "b": ["c"], "c": ["out"]}, "in")["out"]
    'c'
    """
    finished = _finishing_order(graph, start)
    rank = {node: place for place, node in enumerate(finished)}
    before: dict[N, list[N]] = {node: [] for node in finished}
    for node in finished:
        for target in graph.get(node, ()):
            before[target].append(node)
    found = {start: start}
    changed = True
    while changed:
        changed = False
        for node in reversed(finished[:-1]):
            new = _meeting([source for source in before[node] if source in found], found, rank=rank)
            changed |= found.get(node) != new
            found[node] = new
    return found


def _meeting(nodes: list[N], found: Mapping[N, N], *, rank: Mapping[N, int]) -> N:
    """The nearest node at which the ways back to the start of all nodes meet."""
    meeting = nodes[0]
    for other in nodes[1:]:
        back = other
        while back != meeting:
            if rank[back] < rank[meeting]:
                back = found[back]
            else:
                meeting = found[meeting]
    return meeting


def _finishing_order(graph: Mapping[N, Iterable[N]], start: N) -> list[N]:
    """Reachable nodes, each after all that a depth-first walk finds behind it (without recursion: graphs are deep)."""
    seen, finished = {start}, []
    open_nodes = [(start, iter(graph.get(start, ())))]
    while open_nodes:
        node, targets = open_nodes[-1]
        fresh = next((target for target in targets if target not in seen), None)
        if fresh is None:
            finished.append(node)
            open_nodes.pop()
        else:
            seen.add(fresh)
            open_nodes.append((fresh, iter(graph.get(fresh, ()))))
    return finished


def dominators(graph: Mapping[N, Iterable[N]], start: N, *, of: N) -> frozenset[N]:
    """Every node that lies on all paths from a start to a node, both ends among them; none where no path leads there.

    Examples
    --------
    >>> sorted(dominators({"in": ["a"], "a": ["b", "out"], "b": ["out"]}, "in", of="out"))
    ['a', 'in', 'out']
    """
    immediate = immediate_dominators(graph, start)
    if of not in immediate:
        return frozenset()
    found = [of]
    while found[-1] != start:
        found.append(immediate[found[-1]])
    return frozenset(found)

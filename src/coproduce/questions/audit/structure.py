"""What nobody can go round: necessity, dominators, and the kind of each of the citizen's activities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from coproduce.methods.dominators import dominators
from coproduce.methods.intervals import Interval, wilson
from coproduce.questions.audit.log import Log

START, END = 0, -1
"""The two nodes of the flow graph that are no step."""
ESSENTIAL = 0.95
"""The share of cases from which on an activity counts as necessary, or as always answering another."""

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often a step is taken, and in how many cases."""

    events: int
    cases: int
    completed_cases: int
    rework_cases: int
    extra_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The organisation's step after which the citizen's step comes, and in which share of the cases that have it."""

    after: int
    cases: int
    share: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a step is in the service; `kind` is None where the step is not the citizen's."""

    counts: Counts
    necessity: Interval
    dominates: bool
    kind: str | None
    response: Response | None


def structure(log: Log, *, completed: int, noise: float) -> dict[int, Place]:
    """The place of each step in the service.

    Parameters
    ----------
    log
        The log, laid out.
    completed
        How many cases are completed.
    noise
        The share of completed cases that an edge, or an organisation's step that is answered, must have to count.
    """
    counts = {row.pop("step"): Counts(**row) for row in _counts(log)}
    graph = _graph(kept(_flow(log), floor=noise * completed))
    inescapable = dominators(graph, START, of=END)
    responses = _responses(log, counts=counts, floor=noise * completed)
    found: dict[int, Place] = {}
    for step in log.steps:
        necessity = wilson(counts[step.number].completed_cases, completed)
        best = responses.get(step.number)
        dominates = step.number in inescapable
        judged = completed > 0 and step.side == "citizen"
        kind = _kind(necessity, best, dominates=dominates) if judged else None
        found[step.number] = Place(
            counts=counts[step.number],
            necessity=necessity,
            dominates=dominates,
            kind=kind,
            response=best if kind == "conditional" else None,
        )
    return found


def _counts(log: Log) -> Iterable[dict[str, int]]:
    for row in log.ask("activities"):
        yield {name: int(value) for name, value in row.items()}


def _kind(necessity: Interval, best: Response | None, *, dominates: bool) -> str:
    if dominates or necessity.value >= ESSENTIAL:
        return "intrinsic"
    return "conditional" if best is not None and best.share.value >= ESSENTIAL else "discretionary"


def _responses(log: Log, *, counts: Mapping[int, Counts], floor: float) -> dict[int, Response]:
    """For each citizen's step the organisation's step that it answers most surely; ties by cases, then by name."""
    best: dict[int, Response] = {}
    for row in log.ask("responses"):
        step, after = row["step"], row["after_step"]
        done = counts[after].completed_cases
        if done < floor:
            continue
        found = Response(after=after, cases=done, share=wilson(row["cases"], done))
        known = best.get(step)
        if known is None or (found.share.value, found.cases) > (known.share.value, known.cases):
            best[step] = found
    return best


def _flow(log: Log) -> Mapping[Edge, int]:
    """The directly-follows graph of the completed cases with a start and an end: edge -> cases."""
    edges = Counter({(row["step"], row["next_step"]): row["completed_cases"] for row in log.ask("edges")})
    for row in log.ask("ends"):
        if row["completed"]:
            edges[START, row["first_step"]] += row["cases"]
            edges[row["last_step"], END] += row["cases"]
    return +edges


def kept(edges: Mapping[Edge, int], *, floor: float) -> list[Edge]:
    """The edges that enough cases take, and of the rest those without which a step could not be reached.

    While a step (or the end) cannot be reached from the start, the most travelled of the edges that lead to one is
    taken back; ties go by the numbers of the steps. What was reached is walked once, however many steps there are.

    Examples
    --------
    >>> kept({(START, 1): 100, (1, END): 99, (1, 2): 1, (2, END): 1}, floor=2)
    [(0, 1), (1, -1), (1, 2)]
    """
    taken = [edge for edge, cases in edges.items() if cases >= floor]
    ways, onward = _graph(edges), _graph(taken)
    reached: set[int] = set()
    bridges: list[tuple[int, Edge]] = []

    def reach(node: int) -> None:
        """Go wherever enough cases go from here, and keep the ways out that fewer take."""
        open_nodes = [node]
        while open_nodes:
            source = open_nodes.pop()
            if source not in reached:
                reached.add(source)
                open_nodes += onward.get(source, ())
                for target in ways.get(source, ()):
                    heappush(bridges, (-edges[source, target], (source, target)))

    reach(START)
    while bridges:
        _, bridge = heappop(bridges)
        if bridge[1] not in reached:
            taken.append(bridge)
            reach(bridge[1])
    return taken


def _graph(edges: Iterable[Edge]) -> dict[int, list[int]]:
    graph: dict[int, list[int]] = {}
    for source, target in edges:
        graph.setdefault(source, []).append(target)
    return graph

"""The audit as one would do it by hand: slow, plain, and from the definitions alone."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SECONDS_A_DAY = 86_400
START, END = "\x00", "\x01"
"""They come before all names, so that ties between edges go by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the log; `row` is its place in the file, `second` its time."""

    case: str
    activity: str
    second: int
    row: int
    side: str


class SlowAudit:
    """Every quantity of the audit, each from its definition."""

    def __init__(
        self, events: Iterable[Event], *, complete: tuple[str, ...] = (), noise: float = 0.01
    ) -> None:
        self.cases: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            self.cases[event.case].append(event)
        for steps in self.cases.values():
            steps.sort(key=lambda event: (event.second, event.row))
        self.completed = {
            case: steps
            for case, steps in self.cases.items()
            if not complete or steps[-1].activity in complete
        }
        self.noise = noise
        self.side = {event.activity: event.side for steps in self.cases.values() for event in steps}

    def all_events(self) -> list[Event]:
        """Every event."""
        return [event for steps in self.cases.values() for event in steps]

    def pairs(self, cases: Mapping[str, list[Event]] | None = None) -> list[tuple[Event, Event]]:
        """Adjacent events of one case."""
        chosen = self.cases if cases is None else cases
        return [pair for steps in chosen.values() for pair in itertools.pairwise(steps)]

    def essential_share(self) -> float:
        """Completed cases with an intrinsic or conditional activity."""
        essential = {a for a in self.side if self.kind(a) in ("intrinsic", "conditional")}
        return share(any(e.activity in essential for e in steps) for steps in self.completed.values())

    def estimates(self) -> dict[str, float]:
        """The numbers of the whole log."""
        events, pairs = self.all_events(), self.pairs()
        human = [event for event in events if event.side != "system"]
        waits = {True: 0, False: 0}
        for before, event in pairs:
            waits[event.side == "citizen"] += event.second - before.second
        crossings = Counter((a.side == "citizen", b.side == "citizen") for a, b in pairs)
        whole = sum(waits.values())
        found = {
            "cases": len(self.cases),
            "events": len(events),
            "completed_cases": len(self.completed),
            "cases_with_citizen_share": share(
                any(e.side == "citizen" for e in steps) for steps in self.cases.values()
            ),
            "rework_case_share": share(self.repeats(steps) > 0 for steps in self.cases.values()),
            "handoffs_to_citizen_per_case": crossings[False, True] / len(self.cases),
            "handoffs_to_organisation_per_case": crossings[True, False] / len(self.cases),
        }
        if human:
            found["citizen_event_share"] = share(event.side == "citizen" for event in human)
        if whole:
            found["waited_for_citizen_share"] = waits[True] / whole
            found["citizen_left_waiting_share"] = waits[False] / whole
        if self.completed:
            found["completed_with_essential_citizen_share"] = self.essential_share()
        return found

    @staticmethod
    def repeats(steps: list[Event]) -> int:
        """How many of a case's citizen steps repeat an earlier one."""
        counts = Counter(event.activity for event in steps if event.side == "citizen")
        return sum(count - 1 for count in counts.values())

    def waits_days(self, *, citizen: bool) -> list[float]:
        """The gaps that belong to a side."""
        return [
            (b.second - a.second) / SECONDS_A_DAY for a, b in self.pairs() if (b.side == "citizen") is citizen
        ]

    def necessity(self, activity: str) -> float:
        """Share of completed cases with the activity."""
        return share(any(e.activity == activity for e in steps) for steps in self.completed.values())

    def edges(self) -> Counter[tuple[str, str]]:
        """Cases that take each move."""
        return Counter(
            edge
            for steps in self.cases.values()
            for edge in {(a.activity, b.activity) for a, b in itertools.pairwise(steps)}
        )

    def dominates(self, activity: str) -> bool:
        """Whether the end can no longer be reached once the activity is taken out."""
        graph = self.kept()
        return END in reached(graph) and END not in reached([edge for edge in graph if activity not in edge])

    def kept(self) -> list[tuple[str, str]]:
        """The graph of completed cases without its rare edges, but with all that a node needs to be reached."""
        flow = Counter(
            edge
            for steps in self.completed.values()
            for edge in {
                (START, steps[0].activity),
                (steps[-1].activity, END),
                *((a.activity, b.activity) for a, b in itertools.pairwise(steps)),
            }
        )
        graph = [edge for edge, cases in flow.items() if cases >= self.noise * len(self.completed)]
        names = {name for edge in flow for name in edge}
        while names - reached(graph):
            here = reached(graph)
            ways = [edge for edge in flow if edge[0] in here and edge[1] not in here]
            most = max(flow[edge] for edge in ways)
            graph.append(min(edge for edge in ways if flow[edge] == most))
        return graph

    def responses(self, activity: str) -> dict[str, tuple[float, int]]:
        """For each activity of the organisation: share of the cases that answer it, and how many have it."""
        found = {}
        for other in (name for name, side in self.side.items() if side != "citizen"):
            having = [
                [event.activity for event in steps]
                for steps in self.completed.values()
                if any(event.activity == other for event in steps)
            ]
            if having and len(having) >= self.noise * len(self.completed):
                answered = [activity in names[names.index(other) + 1 :] for names in having]
                found[other] = (share(answered), len(having))
        return found

    def kind(self, activity: str) -> str | None:
        """Intrinsic, conditional or discretionary; None for an activity that is not the citizen's."""
        if self.side[activity] != "citizen" or not self.completed:
            return None
        if self.dominates(activity) or self.necessity(activity) >= 0.95:
            return "intrinsic"
        best = max((found for found, _ in self.responses(activity).values()), default=0)
        return "conditional" if best >= 0.95 else "discretionary"


def reached(graph: list[tuple[str, str]]) -> set[str]:
    """What can be reached from the start."""
    found = {START}
    while more := {target for source, target in graph if source in found} - found:
        found |= more
    return found


def share(flags: Iterable[bool]) -> float:
    """The share that is true."""
    return statistics.mean(map(int, flags))

"""A vote on a budget: projects with costs, ballots by approval or points, counted in exact numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from coproduce.errors import EstimationError

Amount = int | Fraction | Decimal
Kind = Literal["approval", "points"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """A ballot, and how many voters cast just this one.

    Parameters
    ----------
    points
        The places of the projects in the election, rising, each with its points above 0 (1 where approved).
    voters
        How many voters cast it.
    """

    points: tuple[tuple[int, Fraction], ...]
    voters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """A vote on a budget; made by `approval_election` or `points_election`.

    Parameters
    ----------
    kind
        Whether voters approve projects or give them points.
    budget
        The money that there is.
    projects
        The names of the projects, in the order in which the election lists them.
    costs
        What each costs.
    ballots
        The different ballots; who cast one is not known here.
    """

    kind: Kind
    budget: Fraction
    projects: tuple[str, ...]
    costs: tuple[Fraction, ...]
    ballots: tuple[Ballot, ...]

    @property
    def voters(self) -> int:
        """How many voters there are; those with an empty ballot count too."""
        return sum(ballot.voters for ballot in self.ballots)

    def cost_of(self, projects: Iterable[str]) -> Fraction:
        """What some projects cost together."""
        costs = dict(zip(self.projects, self.costs, strict=True))
        return sum((costs[project] for project in projects), Fraction(0))

    def supporters(self) -> tuple[int, ...]:
        """How many voters approve each project, or give it points."""
        found = [0] * len(self.projects)
        for ballot in self.ballots:
            for place, _ in ballot.points:
                found[place] += ballot.voters
        return tuple(found)

    def votes(self) -> tuple[Fraction, ...]:
        """The approvals of each project, or the sum of its points."""
        found = [Fraction(0)] * len(self.projects)
        for ballot in self.ballots:
            for place, points in ballot.points:
                found[place] += points * ballot.voters
        return tuple(found)


def approval_election(
    *, budget: Amount, costs: Mapping[str, Amount], ballots: Iterable[Collection[str]]
) -> Election:
    """A vote in which everyone approves as many projects as they like (or as the vote allows).

    Parameters
    ----------
    budget
        The money that there is, above 0, in the smallest unit that a voter's share is to be raised by (or in any).
    costs
        What each project costs, above 0. The order is that in which a last tie is broken.
    ballots
        The projects that each voter approves; one twice counts once; none at all is a ballot too.

    Raises
    ------
    EstimationError
        If the budget or a cost is not above 0 or not exact, or a ballot names a project that there is not. It says
        all of them.

    Examples
    --------
    >>> vote = approval_election(
    ...     budget=100, costs={"bench": 40, "path": 80}, ballots=[{"bench"}, {"bench", "path"}]
    ... )
    >>> vote.voters, vote.supporters()
    (2, (2, 1))
    """
    return _election(
        "approval", budget=budget, costs=costs, ballots=(dict.fromkeys(ballot, 1) for ballot in ballots)
    )


def points_election(
    *, budget: Amount, costs: Mapping[str, Amount], ballots: Iterable[Mapping[str, Amount]]
) -> Election:
    """A vote in which everyone gives points to projects.

    Parameters
    ----------
    budget, costs
        As in `approval_election`.
    ballots
        The points that each voter gives, none below 0; 0 is as if the project were not named.

    Raises
    ------
    EstimationError
        As `approval_election`, and if points are below 0.

    Examples
    --------
    >>> vote = points_election(
    ...     budget=100, costs={"bench": 40, "path": 80}, ballots=[{"bench": 3}, {"path": 2}]
    ... )
    >>> [int(points) for points in vote.votes()]
    [3, 2]
    """
    return _election("points", budget=budget, costs=costs, ballots=ballots)


def _election(
    kind: Kind, *, budget: Amount, costs: Mapping[str, Amount], ballots: Iterable[Mapping[str, Amount]]
) -> Election:
    wrong = [f"a budget of {budget}"] if _not_above_0(budget) else []
    wrong += [f"project '{name}' at a cost of {cost}" for name, cost in costs.items() if _not_above_0(cost)]
    found, faults = _grouped(ballots, {name: place for place, name in enumerate(costs)})
    wrong += faults
    if not found and not wrong:
        wrong.append("no ballot")
    if wrong:
        raise EstimationError(
            "Participatory budget",
            seen=", ".join(wrong[:20]) + (f" and {len(wrong) - 20} more" if len(wrong) > 20 else ""),
            may_help="Budget and costs are exact numbers above 0, points are not below 0, and ballots name projects of "
            "the election.",
        )
    return Election(
        kind=kind,
        budget=Fraction(budget),
        projects=tuple(costs),
        costs=tuple(Fraction(cost) for cost in costs.values()),
        ballots=found,
    )


def _not_exact(amount: object) -> bool:
    """Whether a number is a float (whose tenth is not a tenth), no number or not finite."""
    if isinstance(amount, Decimal):
        return not amount.is_finite()
    return isinstance(amount, bool) or not isinstance(amount, int | Fraction)


def _not_above_0(amount: Amount) -> bool:
    return _not_exact(amount) or amount <= 0


def _grouped(
    ballots: Iterable[Mapping[str, Amount]], places: Mapping[str, int]
) -> tuple[tuple[Ballot, ...], list[str]]:
    """The different ballots in the order in which they first come, and what is wrong with any."""
    counts: Counter[tuple[tuple[int, Fraction], ...]] = Counter()
    wrong = []
    for number, ballot in enumerate(ballots, start=1):
        unknown = [name for name in ballot if name not in places]
        bad = [points for points in ballot.values() if _not_exact(points) or points < 0]
        wrong += [f"ballot {number} for '{name}', which is no project" for name in unknown]
        wrong += [f"ballot {number} with {points} points" for points in bad]
        if not unknown and not bad:
            given = ((places[name], Fraction(points)) for name, points in ballot.items() if points)
            counts[tuple(sorted(given))] += 1
    return tuple(Ballot(points=points, voters=voters) for points, voters in counts.items()), wrong

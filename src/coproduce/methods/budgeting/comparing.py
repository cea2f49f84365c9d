"""What outcomes give to voters, and which of two outcomes more of them are better off with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from coproduce.errors import EstimationError, nearest
from coproduce.methods.budgeting.election import Election
from coproduce.methods.budgeting.outcome import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """What voters get of what they voted for.

    Parameters
    ----------
    voters
        How many voters there are.
    with_none
        How many of them support no chosen project.
    by_number
        How many voters support 0, 1, 2, ... chosen projects.
    mean_number
        How many chosen projects a voter supports on average.
    mean_cost
        What the chosen projects that a voter supports cost on average.
    """

    voters: int
    with_none: int
    by_number: Mapping[int, int]
    mean_number: Fraction
    mean_cost: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two outcomes of one vote.

    Parameters
    ----------
    prefer_first, prefer_other, equal
        How many voters get more utility from the first outcome, from the other, or the same from both.
    first, other
        What voters get of each.
    only_first, only_other
        The projects that are chosen in one of them only.
    """

    prefer_first: int
    prefer_other: int
    equal: int
    first: Satisfaction
    other: Satisfaction
    only_first: tuple[str, ...]
    only_other: tuple[str, ...]

    @property
    def first_stands(self) -> bool:
        """Whether no more voters are better off with the other outcome than with the first."""
        return self.prefer_first >= self.prefer_other


def satisfaction(election: Election, chosen: Collection[str]) -> Satisfaction:
    """What voters get of what they voted for.

    Parameters
    ----------
    election
        The vote.
    chosen
        The chosen projects.

    Returns
    -------
    Satisfaction
        Counts of voters; they are aggregates, and small ones are the caller's to suppress.

    Raises
    ------
    EstimationError
        If a chosen project is none of the vote.

    Examples
    --------
    >>> from coproduce.methods.budgeting import approval_election, satisfaction
    >>> vote = approval_election(budget=9, costs={"a": 4, "b": 5}, ballots=[{"a"}, {"a", "b"}, set()])
    >>> found = satisfaction(vote, ["a"])
    >>> found.with_none, dict(found.by_number), found.mean_number
    (1, {0: 1, 1: 2}, Fraction(2, 3))
    """
    places = _places(election, chosen)
    numbers: Counter[int] = Counter()
    number, cost = Fraction(0), Fraction(0)
    for ballot in election.ballots:
        got = [place for place, _ in ballot.points if place in places]
        numbers[len(got)] += ballot.voters
        number += len(got) * ballot.voters
        cost += sum((election.costs[place] for place in got), Fraction(0)) * ballot.voters
    return Satisfaction(
        voters=election.voters,
        with_none=numbers[0],
        by_number=dict(sorted(numbers.items())),
        mean_number=number / election.voters,
        mean_cost=cost / election.voters,
    )


def compare(
    election: Election, first: Collection[str], *, other: Collection[str], utility: Utility | None = None
) -> Comparison:
    """Say how many voters are better off with each of two outcomes: the comparison step of real votes.

    Parameters
    ----------
    election
        The vote.
    first, other
        The chosen projects of the two outcomes, such as those of equal shares and of the greedy rule.
    utility
        What a project is worth to a supporter, as in `UTILITIES`: cost for approvals and points for points where left
        out.

    Returns
    -------
    Comparison
        The first outcome stands unless more voters are better off with the other one.

    Raises
    ------
    EstimationError
        If a chosen project is none of the vote.

    Examples
    --------
    >>> from coproduce.methods.budgeting import approval_election, compare
    >>> vote = approval_election(budget=9, costs={"a": 4, "b": 5}, ballots=[{"a"}, {"a"}, {"b"}, set()])
    >>> found = compare(vote, ["a"], other=["b"])
    >>> found.prefer_first, found.prefer_other, found.equal, found.first_stands
    (2, 1, 1, True)
    """
    places = (_places(election, first), _places(election, other))
    counts: Counter[int] = Counter()
    for ballot in election.ballots:
        one, two = (
            sum(
                (
                    _worth(election, place, given=given, utility=utility)
                    for place, given in ballot.points
                    if place in chosen
                ),
                Fraction(0),
            )
            for chosen in places
        )
        counts[(one > two) - (one < two)] += ballot.voters
    return Comparison(
        prefer_first=counts[1],
        prefer_other=counts[-1],
        equal=counts[0],
        first=satisfaction(election, first),
        other=satisfaction(election, other),
        only_first=tuple(name for name in election.projects if name in set(first) - set(other)),
        only_other=tuple(name for name in election.projects if name in set(other) - set(first)),
    )


def _worth(election: Election, place: int, *, given: Fraction, utility: Utility | None) -> Fraction:
    by_cost = utility == "cost" or (utility is None and election.kind == "approval")
    return election.costs[place] if by_cost else given


def _places(election: Election, chosen: Collection[str]) -> frozenset[int]:
    known = {name: place for place, name in enumerate(election.projects)}
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise EstimationError(
            "Participatory budget",
            seen=f"an outcome with '{unknown[0]}', which is no project of the vote",
            may_help=nearest(unknown[0], known) or "Names of projects of the vote.",
        )
    return frozenset(known[name] for name in chosen)

"""The rounds of equal shares: which project is the cheapest for its supporters, and what its purchase changes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from coproduce.methods.budgeting.election import Election
from coproduce.methods.budgeting.outcome import Utility
from coproduce.methods.budgeting.purses import Purses, Supporters


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An election made ready for counting in whole numbers.

    Parameters
    ----------
    election
        The vote.
    utility
        What a project is worth to a supporter.
    money_unit
        Whole units in one unit of money; every cost is a whole number of units.
    utility_unit
        Whole units in one unit of utility.
    supporters
        Who supports each project that can be chosen, by its place.
    votes
        The approvals or points of each project, for ties.
    """

    election: Election
    utility: Utility
    money_unit: int
    utility_unit: int
    supporters: Mapping[int, Supporters]
    votes: tuple[Fraction, ...]

    def price(self, price: Fraction) -> Fraction:
        """A price in whole units as one in money for a unit of utility."""
        return price * self.utility_unit / self.money_unit


def scene(election: Election, utility: Utility) -> Scene:
    """Make an election ready: projects with support that cost no more than the budget."""
    money_unit = math.lcm(*(cost.denominator for cost in election.costs))
    points = (given for ballot in election.ballots for _, given in ballot.points)
    points_unit = math.lcm(*{given.denominator for given in points})
    given_by: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, ballot in enumerate(election.ballots):
        for place, given in ballot.points:
            given_by[place].append((number, ballot.voters, int(given * points_unit)))
    supporters = {
        place: _supporters(given, cost=int(election.costs[place] * money_unit), by_cost=utility == "cost")
        for place, given in sorted(given_by.items())
        if election.costs[place] <= election.budget
    }
    return Scene(
        election=election,
        utility=utility,
        money_unit=money_unit,
        utility_unit=money_unit if utility == "cost" else points_unit,
        supporters=supporters,
        votes=election.votes(),
    )


def _supporters(given: list[tuple[int, int, int]], *, cost: int, by_cost: bool) -> Supporters:
    ballots, voters, points = zip(*given, strict=True)
    utilities = tuple(sorted(set(points)))
    places = {points: place for place, points in enumerate(utilities)}
    return Supporters(
        cost=cost,
        ballots=np.array(ballots, dtype=np.int64),
        voters=np.array(voters, dtype=np.float64),
        utilities=(cost,) if by_cost else utilities,
        which=np.array([places[each] for each in points], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The project that is bought in a round.

    Parameters
    ----------
    place
        Its place in the election.
    price
        Its price for a unit of utility, in whole units.
    level
        The places of all projects with that price, as the rule for ties orders them.
    """

    place: int
    price: Fraction
    level: tuple[int, ...]


class Market:
    """The projects that are not bought yet, and what voters have.

    Parameters
    ----------
    scene
        The election.
    share
        What each voter has at the start, in money.
    """

    def __init__(self, scene: Scene, *, share: Fraction) -> None:
        self._scene = scene
        self.purses = Purses(len(scene.election.ballots), share=share * scene.money_unit)
        # A price never falls, so any bound below it stays one: most need not be looked at in each round.
        self._bounds = dict.fromkeys(scene.supporters, 0.0)

    def cheapest(self) -> Pick | None:
        """The project with the lowest price that its supporters can pay; None where there is none."""
        best: Fraction | None = None
        level: list[int] = []
        unseen = set(self._bounds)
        while unseen:
            place = min(unseen, key=self._bounds.__getitem__)
            if best is not None and self._bounds[place] > float(best) * (1 + 1e-9):
                break
            if self._sharpened(place):
                unseen &= self._bounds.keys()
                continue
            unseen.remove(place)
            price = self._price(place)
            if price is not None and (best is None or price < best):
                best, level = price, [place]
            elif price is not None and price == best:
                level.append(place)
        if best is None:
            return None
        level.sort(key=self.order)
        return Pick(place=level[0], price=best, level=tuple(level))

    def order(self, place: int) -> tuple[Fraction, Fraction, int]:
        """How ties are broken: the lower cost, then more votes, then the order of the list."""
        return self._scene.election.costs[place], -self._scene.votes[place], place

    def buy(self, pick: Pick) -> None:
        """Let the supporters of a project pay for it."""
        self.purses.pay(self._scene.supporters[pick.place], pick.price)
        del self._bounds[pick.place]

    def _sharpened(self, place: int) -> bool:
        """Raise the bound below a project's price, if it is not next to it yet; a project out of reach is left out."""
        bound = self.purses.bound(self._scene.supporters[place], self._bounds[place])
        if bound is None:
            return False
        self._bounds[place] = bound
        if bound == math.inf:
            del self._bounds[place]
        return True

    def _price(self, place: int) -> Fraction | None:
        """The exact price of a project; one that cannot be paid is left out from here on."""
        price = self.purses.price(self._scene.supporters[place])
        if price is None:
            del self._bounds[place]
        else:
            self._bounds[place] = float(price) * (1 - 1e-9)
        return price


def bought(scene: Scene, share: Fraction) -> tuple[int, ...]:
    """The projects that are bought where each voter starts with a share, in order."""
    market, found = Market(scene, share=share), []
    while (pick := market.cheapest()) is not None:
        market.buy(pick)
        found.append(pick.place)
    return tuple(found)

"""What voters still have, exactly: few different amounts, each a whole number over one denominator.

Voters with the same amount are counted together, so that the exact arithmetic is done once for each amount. Floating
point is used for one thing only: to see that a project is far from being the cheapest. Whatever is near is counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Floats = NDArray[np.float64]

# A sum of n positive floats is off by less than n x 1.2e-16 of itself: 1e-7 is safe for 10 million ballots.
NEAR = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporters:
    """The ballots that support a project.

    Parameters
    ----------
    cost
        What the project costs, a whole number of units.
    ballots
        Their places among all ballots.
    voters
        How many voters cast each.
    utilities
        The different utilities that they have from the project: whole numbers above 0, rising.
    which
        The place among `utilities` of each ballot's own.
    """

    cost: int
    ballots: Places
    voters: Floats
    utilities: tuple[int, ...]
    which: Places

    def floats(self) -> Floats:
        """The utility of each ballot."""
        found: Floats = np.array(self.utilities, dtype=np.float64)[self.which]
        return found


class Holding(NamedTuple):
    """Supporters of a project who have the same amount and the same utility.

    Parameters
    ----------
    amount
        What each has, in units of 1 / `Purses.scale`.
    utility
        What the project is worth to each.
    voters
        How many they are.
    """

    amount: int
    utility: int
    voters: int


class Purses:
    """What every voter still has."""

    def __init__(self, ballots: int, *, share: Fraction) -> None:
        self.scale = share.denominator
        self._amounts = [share.numerator]
        self._level = np.zeros(ballots, dtype=np.int64)
        self._floats = np.array([float(share)])

    def held(self, supporters: Supporters) -> list[Holding]:
        """What the supporters of a project have, those who would be out of money first."""
        amounts, utilities, width = self._amounts, supporters.utilities, len(supporters.utilities)
        codes = self._level[supporters.ballots] * width + supporters.which
        counts = np.rint(np.bincount(codes, weights=supporters.voters)).astype(np.int64)
        there = np.nonzero(counts)[0]
        found = [
            Holding(amounts[code // width], utilities[code % width], voters)
            for code, voters in zip(there.tolist(), counts[there].tolist(), strict=True)
        ]
        common = math.lcm(*supporters.utilities)
        found.sort(key=lambda holding: holding.amount * (common // holding.utility))
        return found

    def money(self, supporters: Supporters) -> Fraction:
        """What the supporters of a project have together, in units."""
        counts = np.bincount(self._level[supporters.ballots], weights=supporters.voters)
        total = sum(self._amounts[level] * round(counts[level]) for level in np.nonzero(counts)[0].tolist())
        return Fraction(total, self.scale)

    def price(self, supporters: Supporters) -> Fraction | None:
        """The price for a unit of utility at which the supporters pay for the project; None if they cannot."""
        held = self.held(supporters)
        rest = supporters.cost * self.scale
        weight = sum(holding.utility * holding.voters for holding in held)
        for holding in held:
            if rest * holding.utility <= holding.amount * weight:
                return Fraction(rest, weight * self.scale)
            rest -= holding.amount * holding.voters
            weight -= holding.utility * holding.voters
        return None

    def bound(self, supporters: Supporters, at: float) -> float | None:
        """A higher bound below a project's price, where `at` is one; None where its price may be next to `at`.

        What supporters pay rises with the price ever more slowly, so a straight line from what they pay at `at`
        reaches the cost too early. The bound is infinite where they cannot pay at any price.
        """
        have = self._floats[self._level[supporters.ballots]]
        utilities = supporters.floats()
        pay = np.minimum(have, utilities * at)
        missing = supporters.cost - float(pay @ supporters.voters)
        if missing < NEAR * supporters.cost:
            return None
        slope = float((utilities * supporters.voters)[have > pay].sum())
        return at + 0.98 * missing / slope if slope else math.inf

    def pay(self, supporters: Supporters, price: Fraction) -> None:
        """Take from each supporter the price for their utility, or all that they have."""
        self._rescale(price.denominator)
        unit = price.numerator * (self.scale // price.denominator)
        level = self._level[supporters.ballots]
        width = len(supporters.utilities)
        codes, place = np.unique(level * width + supporters.which, return_inverse=True)
        known = {amount: place for place, amount in enumerate(self._amounts)}
        after = []
        for code in codes.tolist():
            amount = max(0, self._amounts[code // width] - unit * supporters.utilities[code % width])
            if amount not in known:
                known[amount] = len(self._amounts)
                self._amounts.append(amount)
            after.append(known[amount])
        self._level[supporters.ballots] = np.array(after, dtype=np.int64)[place]
        self._forget()

    def _rescale(self, denominator: int) -> None:
        """Make the common denominator a multiple of another."""
        factor = denominator // math.gcd(self.scale, denominator)
        self.scale *= factor
        self._amounts = [amount * factor for amount in self._amounts]

    def _forget(self) -> None:
        """Forget the amounts that nobody has any more."""
        alive = np.bincount(self._level, minlength=len(self._amounts)) > 0
        self._level = (np.cumsum(alive) - 1)[self._level]
        self._amounts = [amount for amount, kept in zip(self._amounts, alive.tolist(), strict=True) if kept]
        self._floats = np.array([amount / self.scale for amount in self._amounts])

"""What a count gives back: who won, every round of it, and why each other project lost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Rule = Literal["greedy", "equal_shares"]
Utility = Literal["cost", "cardinality", "points"]
Completion = Literal["none", "greedy", "add1", "add1_until_over", "add1_greedy"]
Reason = Literal["no_support", "dearer_than_budget", "supporters_money", "does_not_fit"]
Stopped = Literal["not_raised", "full", "over", "all_chosen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Projects that stood level, and the one that the rule for ties put first.

    Parameters
    ----------
    projects
        The projects that stood level, in the order that the rule for ties gives them.
    by
        What told the first from the second: the lower `cost`, more `votes`, or else the `order` of the list.
    round_number
        The round of equal shares in which they stood level; None in a greedy count.
    """

    projects: tuple[str, ...]
    by: Literal["cost", "votes", "order"]
    round_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Supporters of a project who pay the same.

    Parameters
    ----------
    points
        The points that they gave (1 where they approved).
    voters
        How many they are.
    each
        What each of them pays.
    """

    points: Fraction
    voters: int
    each: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of equal shares: a project is bought by its supporters.

    Parameters
    ----------
    number
        1 for the first.
    project, cost
        What is bought, and what it costs.
    supporters
        How many voters approve it, or gave it points.
    price
        What a supporter pays for a unit of utility (rho): the lowest of all projects in this round.
    most
        The most that one supporter pays.
    in_full
        Supporters who pay the whole price for their utility, by points.
    short
        How many supporters had less than that, and paid all that they had (or had nothing).
    short_paid
        What those paid together.
    money_before, money_after
        What all supporters together had before they paid, and have after.
    ties
        The projects that had the same price; empty where there was one only.
    unaffordable
        The projects whose supporters, after this round, have too little together to pay for them.
    """

    number: int
    project: str
    cost: Fraction
    supporters: int
    price: Fraction
    most: Fraction
    in_full: tuple[Share, ...]
    short: int
    short_paid: Fraction
    money_before: Fraction
    money_after: Fraction
    ties: tuple[str, ...]
    unaffordable: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a greedy count: a project's turn.

    Parameters
    ----------
    project, cost
        Whose turn it is, and what it costs.
    votes
        Its approvals or points.
    left
        The money that was left when its turn came.
    chosen
        Whether it fitted.
    """

    project: str
    cost: Fraction
    votes: Fraction
    left: Fraction
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Why a project was not chosen.

    Parameters
    ----------
    project, cost, supporters
        The project, what it costs and how many supported it.
    reason
        `no_support`: nobody did. `dearer_than_budget`: it costs more than the whole budget. `supporters_money`: its
        supporters had too little left. `does_not_fit`: too little of the budget was left when its turn came.
    round_number
        The round of equal shares after which its supporters had too little; 0 where they had too little from the
        start. None in a greedy count.
    money
        What its supporters had left then (or what was left of the budget at its turn).
    missing
        What was lacking.
    spent
        The projects on which its supporters had spent money by then, and how much together, most first.
    """

    project: str
    cost: Fraction
    supporters: int
    reason: Reason
    round_number: int | None = None
    money: Fraction | None = None
    missing: Fraction | None = None
    spent: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a count.

    Parameters
    ----------
    rule, utility, completion
        How it was counted; the last two are None in a greedy count.
    budget, spent
        The money that there was, and what the chosen projects cost.
    chosen
        The chosen projects, in the order in which they were chosen.
    rounds
        The rounds of equal shares (of the last count, where shares were raised).
    steps
        The steps of a greedy count, or of the greedy completion.
    losses
        Why each other project was not chosen, in the order of the list.
    ties
        Every tie that the rule for ties had to break.
    first_share, last_share
        A voter's share of the budget, and what it was raised to; None in a greedy count.
    raises
        How often the shares were raised.
    stopped
        Why they were not raised further: `not_raised`, `full` (nothing else fits into the budget), `over` (the next
        raise would have cost more than the budget) or `all_chosen` (every project with support is chosen).
    next_cost
        What the outcome after the next raise would have cost, where that was `over`.
    fitting
        The projects with support that would still fit into what is left; where there are none, the outcome is
        exhaustive.
    """

    rule: Rule
    utility: Utility | None
    completion: Completion | None
    budget: Fraction
    spent: Fraction
    chosen: tuple[str, ...]
    rounds: tuple[Round, ...]
    steps: tuple[Step, ...]
    losses: tuple[Loss, ...]
    ties: tuple[Tie, ...]
    first_share: Fraction | None
    last_share: Fraction | None
    raises: int
    stopped: Stopped
    next_cost: Fraction | None
    fitting: tuple[str, ...]

    @property
    def left(self) -> Fraction:
        """The money that is left; never below 0."""
        return self.budget - self.spent

    @property
    def exhaustive(self) -> bool:
        """Whether no other project with support fits into what is left."""
        return not self.fitting

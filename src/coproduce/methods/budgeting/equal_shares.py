"""The method of equal shares, and the ways to complete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import get_args

from coproduce.errors import EstimationError, nearest
from coproduce.methods.budgeting.election import Amount, Election
from coproduce.methods.budgeting.explaining import Told, explained
from coproduce.methods.budgeting.greedy import did_not_fit, fitting, greedy_steps, ties_of_steps
from coproduce.methods.budgeting.market import Scene, bought, scene
from coproduce.methods.budgeting.outcome import Completion, Loss, Outcome, Step, Stopped, Utility

METHOD = "Method of equal shares"
MOST_RAISES = 20_000

UTILITIES: Mapping[str, str] = {
    "cost": "an approved project is worth what it costs",
    "cardinality": "every approved project is worth the same",
    "points": "a project is worth the points that a voter gives it",
}
COMPLETIONS: Mapping[str, str] = {
    "none": "what the shares do not buy is left over",
    "greedy": "what is left goes to the projects with most votes that fit",
    "add1": "shares are raised by 1 until nothing more fits, or the next raise would cost more than the budget",
    "add1_until_over": "shares are raised by 1 until the next raise would cost more than the budget",
    "add1_greedy": "add1, then what is left goes to the projects with most votes that fit",
}


def equal_shares(
    election: Election,
    *,
    utility: Utility | None = None,
    completion: Completion = "add1",
    raise_by: Amount = 1,
) -> Outcome:
    """Choose projects so that every voter decides over an equal share of the budget.

    Each voter gets the same share. In each round, every project has a price for a unit of utility at which its
    supporters would just pay for it, each in proportion to what it is worth to them or with all that they have; the
    project with the lowest price is bought, and its supporters pay. It ends when no supporters can pay for another
    project. A project that costs more than the whole budget, or that nobody supports, takes no part.

    Parameters
    ----------
    election
        The vote. A tie goes to the lower cost, then to more votes (or points), then to the order of the list; each is
        told.
    utility
        What a project is worth to a supporter, as in `UTILITIES`: `cost` or `cardinality` of approvals, `points` of
        points. Cost for approvals where left out.
    completion
        What becomes of money that is left, as in `COMPLETIONS`. The first share is the budget over the voters, not
        rounded.
    raise_by
        What `add1` adds to each voter's share at a time, in the money of the budget.

    Returns
    -------
    Outcome
        Its rounds are those of the last count, with the last share. It is exact: nothing is rounded anywhere.

    Raises
    ------
    EstimationError
        If the utility does not go with the ballots, there is no such completion, or shares were raised 20,000 times
        without an end.

    References
    ----------
    Peters, D., Pierczyński, G. and Skowron, P. (2021). Proportional participatory budgeting with additive utilities.
    Advances in Neural Information Processing Systems 34, 12726-12737 (section 3.1, the method; cost and cardinality
    utilities). Faliszewski, P. et al. (2023). Participatory budgeting: data, tools and analysis. IJCAI 2023, 2667-2674
    (completion by raised budgets).

    Examples
    --------
    >>> from coproduce.methods.budgeting import approval_election, equal_shares
    >>> costs = {"pool": 60, "park": 30, "library": 30}
    >>> ballots = [{"pool", "park"}] * 3 + [{"library"}] * 2
    >>> outcome = equal_shares(approval_election(budget=80, costs=costs, ballots=ballots), completion="none")
    >>> outcome.chosen, int(outcome.first_share), int(outcome.left)
    (('park', 'library'), 16, 20)
    >>> loss = outcome.losses[0]
    >>> loss.project, loss.reason, loss.round_number, int(loss.money)
    ('pool', 'supporters_money', 0, 48)
    """
    utility = _fitting_utility(election, utility)
    if completion not in COMPLETIONS:
        hint = nearest(completion, COMPLETIONS) or ""
        raise EstimationError(
            METHOD, seen=f"completion '{completion}'", may_help=f"One of {', '.join(COMPLETIONS)}. {hint}"
        )
    ready = scene(election, utility)
    raised = _raised(ready, completion=completion, step=Fraction(raise_by))
    told = explained(ready, raised.share)
    return _outcome(ready, raised=raised, told=told, completion=completion)


def _fitting_utility(election: Election, utility: Utility | None) -> Utility:
    fitting: tuple[Utility, ...] = ("cost", "cardinality") if election.kind == "approval" else ("points",)
    if utility is None:
        return fitting[0]
    if utility not in fitting:
        known = get_args(Utility)
        hint = f" {nearest(utility, known)}" if utility not in known and nearest(utility, known) else ""
        raise EstimationError(
            METHOD,
            seen=f"utility '{utility}' of ballots by {election.kind}",
            may_help=f"Utility {' or '.join(fitting)}.{hint}",
        )
    return utility


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raised:
    """The shares with which it is counted in the end, and why they were not raised further."""

    first: Fraction
    share: Fraction
    raises: int
    stopped: Stopped
    next_cost: Fraction | None = None


def _raised(ready: Scene, *, completion: Completion, step: Fraction) -> _Raised:
    election = ready.election
    first = election.budget / election.voters
    if not completion.startswith("add1"):
        return _Raised(first=first, share=first, raises=0, stopped="not_raised")
    if step <= 0:
        raise EstimationError(METHOD, seen=f"shares raised by {step}", may_help="A raise above 0.")
    chosen = bought(ready, first)
    for raises in range(MOST_RAISES):
        share = first + raises * step
        full = completion != "add1_until_over" and not _fits_more(ready, chosen)
        if full or len(chosen) == len(ready.supporters):
            return _Raised(first=first, share=share, raises=raises, stopped="full" if full else "all_chosen")
        chosen = bought(ready, share + step)
        cost = sum((election.costs[place] for place in chosen), Fraction(0))
        if cost > election.budget:
            return _Raised(first=first, share=share, raises=raises, stopped="over", next_cost=cost)
    raise EstimationError(
        METHOD,
        seen=f"shares raised {MOST_RAISES:,} times by {step} without filling the budget",
        may_help="A larger raise, such as a hundredth of the first share.",
    )


def _fits_more(ready: Scene, chosen: tuple[int, ...]) -> bool:
    """Whether another project with support fits into what is left."""
    costs = ready.election.costs
    left = ready.election.budget - sum((costs[place] for place in chosen), Fraction(0))
    return any(costs[place] <= left for place in ready.supporters if place not in set(chosen))


def _outcome(ready: Scene, *, raised: _Raised, told: Told, completion: Completion) -> Outcome:
    election = ready.election
    chosen = tuple(each.project for each in told.rounds)
    steps = greedy_steps(election, already=chosen) if completion.endswith("greedy") else ()
    chosen += tuple(step.project for step in steps if step.chosen)
    return Outcome(
        rule="equal_shares",
        utility=ready.utility,
        completion=completion,
        budget=election.budget,
        spent=election.cost_of(chosen),
        chosen=chosen,
        rounds=tuple(told.rounds),
        steps=steps,
        losses=_losses(ready, told=told, steps=steps, chosen=frozenset(chosen)),
        ties=told.ties(ready) + ties_of_steps(steps),
        first_share=raised.first,
        last_share=raised.share,
        raises=raised.raises,
        stopped=raised.stopped,
        next_cost=raised.next_cost,
        fitting=fitting(election, chosen),
    )


def _losses(ready: Scene, *, told: Told, steps: tuple[Step, ...], chosen: frozenset[str]) -> tuple[Loss, ...]:
    """Why each project that is not chosen was not, in the order of the list."""
    election, unbought = ready.election, told.losses(ready)
    turns = {step.project: step for step in steps}
    found = []
    for place, (name, people) in enumerate(zip(election.projects, election.supporters(), strict=True)):
        cost = election.costs[place]
        if name in chosen:
            continue
        if not people:
            found.append(Loss(project=name, cost=cost, supporters=0, reason="no_support"))
        elif place in unbought:
            found.append(unbought[place])
        elif name in turns:
            found.append(did_not_fit(election, step=turns[name], supporters=people))
        else:
            found.append(Loss(project=name, cost=cost, supporters=people, reason="dearer_than_budget"))
    return tuple(found)

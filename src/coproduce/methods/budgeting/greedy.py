"""The usual count: most votes first, what no longer fits is skipped."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from itertools import groupby

from coproduce.methods.budgeting.election import Election
from coproduce.methods.budgeting.outcome import Loss, Outcome, Step, Tie


def greedy(election: Election) -> Outcome:
    """Choose projects by their votes or points, the most first, skipping what no longer fits.

    Parameters
    ----------
    election
        The vote. Ties go to the lower cost, then to the order of the list; each is told.

    Returns
    -------
    Outcome
        With a step for each project that has support. A project without any is never chosen.

    References
    ----------
    Talmon, N. and Faliszewski, P. (2019). A framework for approval-based budgeting methods. Proceedings of the AAAI
    Conference on Artificial Intelligence 33, 2181-2188 (the greedy rule for the number of approvals).

    Examples
    --------
    >>> from coproduce.methods.budgeting import approval_election, greedy
    >>> costs = {"bench": 40, "path": 80, "tree": 20}
    >>> vote = approval_election(budget=100, costs=costs, ballots=[{"path"}, {"path", "tree"}, {"bench"}])
    >>> outcome = greedy(vote)
    >>> outcome.chosen, [(loss.project, loss.reason, int(loss.missing)) for loss in outcome.losses]
    (('path', 'tree'), [('bench', 'does_not_fit', 40)])
    """
    steps = greedy_steps(election, already=())
    chosen = tuple(step.project for step in steps if step.chosen)
    return Outcome(
        rule="greedy",
        utility=None,
        completion=None,
        budget=election.budget,
        spent=election.cost_of(chosen),
        chosen=chosen,
        rounds=(),
        steps=steps,
        losses=losses_of_steps(election, steps),
        ties=ties_of_steps(steps),
        first_share=None,
        last_share=None,
        raises=0,
        stopped="not_raised",
        next_cost=None,
        fitting=fitting(election, chosen),
    )


def greedy_steps(election: Election, already: Collection[str]) -> tuple[Step, ...]:
    """The steps of a greedy count of all projects with support that are not chosen already."""
    votes, left, steps = election.votes(), election.budget - election.cost_of(already), []
    places = [
        place for place, name in enumerate(election.projects) if votes[place] and name not in set(already)
    ]
    for place in sorted(places, key=lambda place: (-votes[place], election.costs[place], place)):
        cost = election.costs[place]
        fits = cost <= left
        steps.append(
            Step(project=election.projects[place], cost=cost, votes=votes[place], left=left, chosen=fits)
        )
        left -= cost if fits else 0
    return tuple(steps)


def ties_of_steps(steps: tuple[Step, ...]) -> tuple[Tie, ...]:
    """The steps that had the same votes."""
    level = [list(group) for _, group in groupby(steps, key=lambda step: step.votes)]
    return tuple(
        Tie(
            projects=tuple(step.project for step in group),
            by="cost" if group[0].cost < group[1].cost else "order",
        )
        for group in level
        if len(group) > 1
    )


def losses_of_steps(election: Election, steps: tuple[Step, ...]) -> tuple[Loss, ...]:
    """Why each project without a step, or that did not fit at its step, was not chosen."""
    turns = {step.project: step for step in steps}
    supporters = election.supporters()
    found = []
    for name, cost, people in zip(election.projects, election.costs, supporters, strict=True):
        step = turns.get(name)
        if step is None:
            found.append(Loss(project=name, cost=cost, supporters=people, reason="no_support"))
        elif not step.chosen:
            found.append(did_not_fit(election, step=step, supporters=people))
    return tuple(found)


def did_not_fit(election: Election, *, step: Step, supporters: int) -> Loss:
    """The loss of a project for which too little money was left at its turn."""
    return Loss(
        project=step.project,
        cost=step.cost,
        supporters=supporters,
        reason="dearer_than_budget" if step.cost > election.budget else "does_not_fit",
        money=step.left,
        missing=step.cost - step.left,
    )


def fitting(election: Election, chosen: Collection[str]) -> tuple[str, ...]:
    """The projects with support that would still fit into what is left."""
    left: Fraction = election.budget - election.cost_of(chosen)
    taken = set(chosen)
    return tuple(
        name
        for name, cost, people in zip(election.projects, election.costs, election.supporters(), strict=True)
        if people and name not in taken and cost <= left
    )

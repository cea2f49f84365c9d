"""Outcomes of random small votes by pabutools, written to tests/accuracy/budgeting_pabutools.json.

    python -m venv build/pabutools && build/pabutools/bin/pip install pabutools==1.2.3
    build/pabutools/bin/python tools/budgeting_reference.py > tests/accuracy/budgeting_pabutools.json

Costs are small whole numbers, so that ties are common; they are broken as Coproduce breaks them (lower cost, then more
votes, then the order of the list). Projects that nobody supports, or dearer than the budget, are
not shown to pabutools.
"""

import json
import random
import sys
from importlib.metadata import version

from pabutools.election import (
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    Cardinality_Sat,
    CardinalProfile,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.election.satisfaction import Additive_Cardinal_Sat, AdditiveSatisfaction
from pabutools.rules import (
    completion_by_rule_combination,
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
)
from pabutools.tiebreaking import TieBreakingRule


class PointsByCost(AdditiveSatisfaction):
    """Points times cost: greedy divides by the cost again and so goes by points."""

    def __init__(self, instance, profile, ballot):
        super().__init__(
            instance, profile, ballot, lambda _i, _p, b, project, _: b.get(project, 0) * project.cost
        )


def vote(draw, *, points):
    """A random vote: costs, budget, and ballots from place to points."""
    costs = [draw.choice((1, 2, 2, 3, 4, 4, 5, 6, 8, 10)) for _ in range(draw.randint(2, 8))]
    budget = draw.randint(max(1, sum(costs) // 4), sum(costs))
    most = draw.randint(1, len(costs))
    ballots = [
        {
            place: draw.randint(1, 4) if points else 1
            for place in draw.sample(range(len(costs)), draw.randint(0, most))
        }
        for _ in range(draw.randint(1, 14))
    ]
    return costs, budget, ballots


def election(costs, budget, ballots, *, points):
    supported = {place for ballot in ballots for place in ballot}
    projects = {
        place: Project(str(place), cost)
        for place, cost in enumerate(costs)
        if place in supported and cost <= budget
    }
    instance = Instance(projects.values(), budget_limit=budget)
    shown = [
        {projects[place]: given for place, given in ballot.items() if place in projects} for ballot in ballots
    ]
    if points:
        return instance, CardinalProfile([CardinalBallot(ballot) for ballot in shown])
    return instance, ApprovalProfile([ApprovalBallot(ballot) for ballot in shown])


def outcomes(costs, budget, ballots, *, points):
    instance, profile = election(costs, budget, ballots, points=points)
    if not instance:
        return None
    votes = [sum(ballot.get(place, 0) for ballot in ballots) for place in range(len(costs))]
    ties = TieBreakingRule(
        lambda _i, _p, project: (project.cost, -votes[int(project.name)], int(project.name))
    )
    by_votes = {"sat_class": PointsByCost if points else Cost_Sat, "tie_breaking": ties}
    utilities = (
        {"points": Additive_Cardinal_Sat} if points else {"cost": Cost_Sat, "cardinality": Cardinality_Sat}
    )

    def names(allocation):
        return sorted(int(project.name) for project in allocation)

    found = {"greedy": names(greedy_utilitarian_welfare(instance, profile, **by_votes))}
    for name, sat in utilities.items():
        shares = {"sat_class": sat, "tie_breaking": ties}
        raised = {**shares, "voter_budget_increment": 1}
        found[f"{name} none"] = names(method_of_equal_shares(instance, profile, **shares))
        found[f"{name} add1"] = names(method_of_equal_shares(instance, profile, **raised))
        found[f"{name} add1_until_over"] = names(
            exhaustion_by_budget_increase(
                instance,
                profile,
                method_of_equal_shares,
                dict(shares),
                exhaustive_stop=False,
                budget_step=profile.num_ballots(),
                budget_bound=2 * (sum(costs) + 1) * profile.num_ballots(),
            )
        )
        for completion, first in (("greedy", shares), ("add1_greedy", raised)):
            found[f"{name} {completion}"] = names(
                completion_by_rule_combination(
                    instance, profile, [method_of_equal_shares, greedy_utilitarian_welfare], [first, by_votes]
                )
            )
    return found


def main():
    draw = random.Random(20_211_027)  # noqa: S311 - chance for tests, not for secrets
    votes = []
    while len(votes) < 400:
        points = len(votes) % 4 == 3
        costs, budget, ballots = vote(draw, points=points)
        if found := outcomes(costs, budget, ballots, points=points):
            kind = "points" if points else "approval"
            listed = [[[place, given] for place, given in ballot.items()] for ballot in ballots]
            votes.append({"kind": kind, "costs": costs, "budget": budget, "ballots": listed, "chosen": found})
    head = json.dumps({"made_by": f"tools/budgeting_reference.py with pabutools {version('pabutools')}"})
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in votes)
    sys.stdout.write(f'{head[:-1]}, "votes": [\n{rows}\n]}}\n')


main()

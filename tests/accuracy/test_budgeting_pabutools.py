"""Random small votes, many with ties, against pabutools (`tools/budgeting_reference.py`)."""

import json
from pathlib import Path

import pytest

from coproduce.methods.budgeting import approval_election, equal_shares, greedy, points_election

REFERENCE = json.loads((Path(__file__).parent / "budgeting_pabutools.json").read_text(encoding="utf-8"))
VOTES = REFERENCE["votes"]


def election(vote):
    make = approval_election if vote["kind"] == "approval" else points_election
    costs = {str(place): cost for place, cost in enumerate(vote["costs"])}
    ballots = [{str(place): given for place, given in ballot} for ballot in vote["ballots"]]
    return make(budget=vote["budget"], costs=costs, ballots=ballots)


def counted(vote, how):
    if how == "greedy":
        return greedy(election(vote))
    utility, completion = how.split()
    return equal_shares(election(vote), utility=utility, completion=completion)


@pytest.mark.parametrize("how", sorted({how for vote in VOTES for how in vote["chosen"]}))
def test_the_same_projects_are_chosen(how):
    votes = [vote for vote in VOTES if how in vote["chosen"]]
    other = [
        place
        for place, vote in enumerate(votes)
        if sorted(map(int, counted(vote, how).chosen)) != vote["chosen"][how]
    ]
    assert not other
    assert len(votes) >= 100


def test_there_are_ties_among_them():
    ties = [tie for vote in VOTES if vote["kind"] == "approval" for tie in counted(vote, "cost add1").ties]
    assert len(ties) > 50
    assert {tie.by for tie in ties} >= {"cost", "order"}

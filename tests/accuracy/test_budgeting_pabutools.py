"""Random small votes, many with ties, against pabutools (`tools/budgeting_reference.py`)."""

import json
from pathlib import Path

import pytest
from tests.checked import Source

from coproduce.methods.budgeting import approval_election, equal_shares, greedy, points_election

PABUTOOLS = Source(
    question="budgeting", cite="pabutools 1.2.3 (tools/budgeting_reference.py)", kind="program"
)
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
def test_the_same_projects_are_chosen(how, checked):
    votes = [vote for vote in VOTES if how in vote["chosen"]]
    assert len(votes) >= 100
    checked.same(
        PABUTOOLS,
        f"projects chosen in {len(votes)} random votes, many with ties, by {called(how)}",
        ours=[sorted(map(int, counted(vote, how).chosen)) for vote in votes],
        theirs=[vote["chosen"][how] for vote in votes],
        shown=f"{len(votes)} sets of projects",
    )


def called(how):
    """The name of a rule for a reader."""
    utility, _, completion = how.partition(" ")
    return f"equal shares ({utility}), completion {completion}" if completion else "the greedy rule"


def test_there_are_ties_among_them():
    ties = [tie for vote in VOTES if vote["kind"] == "approval" for tie in counted(vote, "cost add1").ties]
    assert len(ties) > 50
    assert {tie.by for tie in ties} >= {"cost", "order"}

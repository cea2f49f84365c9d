"""Participatory budgets counted in exact numbers: the greedy rule and the method of equal shares."""

from coproduce.methods.budgeting.comparing import Comparison, Satisfaction, compare, satisfaction
from coproduce.methods.budgeting.election import Ballot, Election, approval_election, points_election
from coproduce.methods.budgeting.equal_shares import COMPLETIONS, UTILITIES, equal_shares
from coproduce.methods.budgeting.greedy import greedy
from coproduce.methods.budgeting.outcome import (
    Completion,
    Loss,
    Outcome,
    Round,
    Rule,
    Share,
    Step,
    Tie,
    Utility,
)

__all__ = [
    "COMPLETIONS",
    "UTILITIES",
    "Ballot",
    "Comparison",
    "Completion",
    "Election",
    "Loss",
    "Outcome",
    "Round",
    "Rule",
    "Satisfaction",
    "Share",
    "Step",
    "Tie",
    "Utility",
    "approval_election",
    "compare",
    "equal_shares",
    "greedy",
    "points_election",
    "satisfaction",
]

"""Counting a vote on a budget: the result and every round of it, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coproduce.cli.output import Json, print_json
from coproduce.errors import EstimationError

if TYPE_CHECKING:
    from coproduce.methods.budgeting import Election, Loss, Outcome, Round
    from coproduce.records.readers.pabulib import BudgetVote

RuleOption = Literal["greedy", "equal_shares"]
UtilityOption = Literal["cost", "cardinality", "points"]
CompletionOption = Literal["none", "greedy", "add1", "add1_until_over", "add1_greedy"]

Names = Mapping[str, str]

STOPPED = {
    "not_raised": "Shares were not raised.",
    "full": "Nothing else fits into the budget.",
    "over": "The next raise would have cost {cost}, more than the budget.",
    "all_chosen": "Every project with support is chosen.",
}
TIES = {"cost": "the lower cost", "votes": "more votes", "order": "the order of the list"}


def count(
    file: Path,
    *,
    rule: RuleOption = "equal_shares",
    utility: UtilityOption | None = None,
    completion: CompletionOption = "add1",
    raise_by: str = "1",
    json_: Json = False,
) -> int:
    """Count a vote on a budget, exactly, and tell every round of it.

    Parameters
    ----------
    file
        The vote as a Pabulib file (.pb).
    rule
        Most votes first (greedy), or the method of equal shares.
    utility
        What a project is worth to who votes for it: cost or cardinality of approvals, points of points.
    completion
        What becomes of money that equal shares leave.
    raise_by
        What add1 adds to each voter's share at a time.

    Examples
    --------
    `coproduce count vote.pb --rule greedy`

    `coproduce count vote.pb --rule equal_shares --completion add1`
    """
    from coproduce.methods.budgeting import compare, equal_shares, greedy
    from coproduce.records.readers.pabulib import read_pabulib

    vote = read_pabulib(file, name=str(file))
    election = _election(vote)
    usual = greedy(election)
    outcome = usual
    if rule == "equal_shares":
        outcome = equal_shares(election, utility=utility, completion=completion, raise_by=_amount(raise_by))
    if json_:
        print_json(_plain(asdict(outcome)))
        return 0
    console = Console()
    _show_result(console, outcome, election=election, names=vote.names)
    for each in outcome.rounds:
        _say(console, _round(each, names=vote.names))
    for tie in outcome.ties:
        listed = ", ".join(vote.names[project] for project in tie.projects)
        _say(console, f"Level: {listed}. {TIES[tie.by].capitalize()} decided which came first.")
    _show_losses(console, outcome, names=vote.names)
    if rule == "equal_shares":
        found = compare(election, outcome.chosen, other=usual.chosen, utility=utility)
        _say(
            console,
            f"Beside the greedy rule: {_voters(found.prefer_first)} better off with equal shares, "
            f"{_voters(found.prefer_other)} better off with the greedy rule, {found.equal:,} alike. "
            f"Without any project of theirs: {found.first.with_none:,} (equal shares), "
            f"{found.other.with_none:,} (greedy).",
        )
    return 0


def _election(vote: BudgetVote) -> Election:
    from coproduce.methods.budgeting import approval_election, points_election

    if vote.vote_type == "ordinal":
        raise EstimationError(
            "Participatory budget",
            seen="ordinal ballots, which only rank projects",
            may_help="Approval, choose-1, cumulative or scoring ballots: a rank does not say what a project is worth.",
        )
    make = approval_election if vote.vote_type in ("approval", "choose-1") else points_election
    return make(budget=vote.budget, costs=vote.costs, ballots=vote.ballots)


def _amount(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise EstimationError(
            "Method of equal shares",
            seen=f"shares raised by '{text}'",
            may_help="A number such as 1 or 0.01.",
        ) from None


def _plain(data: Any) -> Any:
    """An outcome as JSON holds it: exact numbers as text, such as "1070000" or "2/3"."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return str(data) if isinstance(data, Fraction) else data


def _money(amount: Fraction) -> str:
    """An amount as people read it; one that is rounded says so."""
    if amount.denominator == 1:
        return f"{amount.numerator:,}"
    near = round(amount, 2)
    return f"{'' if near == amount else 'about '}{float(near):,.2f}"


def _voters(number: int) -> str:
    return f"{number:,} {'voter is' if number == 1 else 'voters are'}"


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _show_result(console: Console, outcome: Outcome, *, election: Election, names: Names) -> None:
    rule = "The greedy rule" if outcome.rule == "greedy" else "The method of equal shares"
    supporters = dict(zip(election.projects, election.supporters(), strict=True))
    costs = dict(zip(election.projects, election.costs, strict=True))
    table = Table(title=f"{rule}: {len(outcome.chosen)} of {len(costs)} projects", title_justify="left")
    for heading in ("Project", "Cost", "Supporters"):
        table.add_column(heading, justify="left" if heading == "Project" else "right")
    for project in outcome.chosen:
        table.add_row(escape(names[project]), _money(costs[project]), f"{supporters[project]:,}")
    console.print(table, highlight=False)
    _say(
        console,
        f"{_money(outcome.spent)} of {_money(outcome.budget)} is spent, {_money(outcome.left)} is left. "
        + ("Nothing else fits." if outcome.exhaustive else "Other projects would still fit."),
    )
    if outcome.first_share is not None and outcome.last_share is not None:
        stopped = STOPPED[outcome.stopped].format(cost=_money(outcome.next_cost or Fraction(0)))
        raised = f", raised to {_money(outcome.last_share)}" if outcome.raises else ""
        _say(
            console,
            f"{election.voters:,} voters start with {_money(outcome.first_share)} each{raised}. {stopped}",
        )


def _round(each: Round, *, names: Names) -> str:
    """One round in a sentence or two."""
    told = (
        f"Round {each.number}: {names[each.project]}, {_money(each.cost)}, from {each.supporters:,} supporters; "
        f"each pays at most {_money(each.most)}"
    )
    if each.short:
        told += f" ({each.short:,} had less, and pay {_money(each.short_paid)} together)"
    told += f". Together they have {_money(each.money_after)} left."
    if each.unaffordable:
        told += f" No longer within reach: {', '.join(names[project] for project in each.unaffordable)}."
    return told


def _show_losses(console: Console, outcome: Outcome, *, names: Names) -> None:
    if not outcome.losses:
        return
    table = Table(title="Not chosen", title_justify="left")
    for heading in ("Project", "Cost", "Supporters", "Why"):
        table.add_column(heading, justify="right" if heading in ("Cost", "Supporters") else "left")
    for loss in outcome.losses:
        table.add_row(
            escape(names[loss.project]),
            _money(loss.cost),
            f"{loss.supporters:,}",
            escape(_why(loss, names=names)),
        )
    console.print(table, highlight=False)


def _why(loss: Loss, *, names: Names) -> str:
    if loss.reason == "no_support":
        return "Nobody voted for it."
    if loss.reason == "dearer_than_budget":
        return "It costs more than the whole budget."
    have, missing = _money(loss.money or Fraction(0)), _money(loss.missing or Fraction(0))
    if loss.reason == "does_not_fit":
        return f"{have} was left at its turn: {missing} short."
    if loss.round_number == 0:
        return f"Its supporters have {have} together: {missing} short from the start."
    spent = ", ".join(f"{names[project]} {_money(amount)}" for project, amount in loss.spent[:3])
    more = ", …" if len(loss.spent) > 3 else ""
    return (
        f"After round {loss.round_number} its supporters had {have} left, {missing} short. "
        f"They had paid for: {spent}{more}."
    )

"""A budget round as the engine counts it, and its outcome as JSON and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from coproduce.methods.budgeting import (
    Election,
    Outcome,
    approval_election,
    compare,
    equal_shares,
    greedy,
    points_election,
)
from coproduce.records.readers.pabulib import BudgetVote, budget_vote
from coproduce_web.models import BudgetRound

COMPLETIONS = {"none": "", "add1": "/add1", "add1_greedy": "/add1u"}
"""What Pabulib calls what becomes of money left over."""


def election_of(budget_round: BudgetRound) -> Election:
    """The round's vote: its projects in the order of their keys, its ballots."""
    listed = budget_round.projects.filter(left_out="").order_by("pk").values_list("pk", "cost")
    costs = {str(key): cost for key, cost in listed}
    ballots = list(budget_round.cast.order_by("key").values_list("choices", flat=True))
    if budget_round.ballots == BudgetRound.Ballots.APPROVAL:
        return approval_election(
            budget=budget_round.budget, costs=costs, ballots=[set(each) for each in ballots]
        )
    return points_election(budget=budget_round.budget, costs=costs, ballots=ballots)


def counted(budget_round: BudgetRound) -> dict[str, Any]:
    """What the count gives, as JSON: the outcome, and beside it the other rule's."""
    election = election_of(budget_round)
    usual = greedy(election)
    outcome = usual
    if budget_round.rule == BudgetRound.Rule.EQUAL_SHARES:
        outcome = equal_shares(election, completion=budget_round.completion)  # type: ignore[arg-type]  # its own words
    return {
        **_plain(asdict(outcome)),
        "voters": election.voters,
        "supporters": dict(zip(election.projects, election.supporters(), strict=True)),
        "beside": _beside(election, outcome, usual=usual),
    }


def _beside(election: Election, outcome: Outcome, *, usual: Outcome) -> dict[str, Any]:
    """Whom this rule serves better than most votes first, and whom worse."""
    found = compare(election, outcome.chosen, other=usual.chosen)
    return {
        "chosen": list(usual.chosen),
        "better": found.prefer_first,
        "worse": found.prefer_other,
        "alike": found.equal,
        "with_none": found.first.with_none,
        "with_none_there": found.other.with_none,
    }


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return str(data) if isinstance(data, Fraction) else data


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One round of the count, or one project that was not chosen, in words."""

    title: str
    text: str


def rounds_in_words(outcome: Mapping[str, Any], *, names: Mapping[str, str], fewest: int) -> Iterator[Told]:
    """Every round of the count as voters are told it."""
    for each in outcome["rounds"]:
        text = _("It costs %(cost)s. %(supporters)s voted for it; each pays at most %(most)s.") % {
            "cost": money(each["cost"]),
            "supporters": people(each["supporters"], fewest=fewest),
            "most": money(each["most"]),
        }
        if each["short"]:
            text += " " + _("Those who had less pay all that they had left.")
        if each["unaffordable"]:
            text += " " + _("After this no longer within reach: %(names)s.") % {
                "names": ", ".join(names[key] for key in each["unaffordable"])
            }
        yield Told(title=names[each["project"]], text=text)
    for step in outcome["steps"]:
        votes = people(int(Fraction(step["votes"])), fewest=fewest) if step["votes"] else ""
        yield Told(
            title=names[step["project"]],
            text=(
                _("It costs %(cost)s; votes of %(votes)s. It fits into the %(left)s left.")
                if step["chosen"]
                else _("It costs %(cost)s; votes of %(votes)s. It does not fit into the %(left)s left.")
            )
            % {"cost": money(step["cost"]), "votes": votes, "left": money(step["left"])},
        )


def losses_in_words(outcome: Mapping[str, Any], *, names: Mapping[str, str]) -> Iterator[Told]:
    """Why each project that was not chosen was not."""
    for loss in outcome["losses"]:
        yield Told(title=names[loss["project"]], text=_why(loss))


def _why(loss: Mapping[str, Any]) -> str:
    amounts = {"money": money(loss["money"] or 0), "missing": money(loss["missing"] or 0)}
    reasons = {
        "no_support": _("Nobody voted for it."),
        "dearer_than_budget": _("It costs more than the whole budget."),
        "does_not_fit": _("%(money)s was left at its turn: %(missing)s too little."),
        "supporters_money": _("Its supporters had %(money)s left together: %(missing)s too little."),
    }
    return reasons[loss["reason"]] % amounts


def money(amount: Any) -> str:
    """An exact amount as people read it; one that had to be rounded says so.

    Examples
    --------
    >>> money("1/3").startswith("about ")
    True
    """
    exact = Fraction(amount)
    if exact.denominator == 1:
        return number_format(exact.numerator, use_l10n=True, force_grouping=True)
    near = round(exact, 2)
    told = number_format(f"{float(near):.2f}", decimal_pos=2, use_l10n=True, force_grouping=True)
    return told if near == exact else _("about %(amount)s") % {"amount": told}


def people(number: int, *, fewest: int) -> str:
    """A number of people; a small one is not told."""
    if 0 < number < fewest:
        return _("fewer than %(fewest)s people") % {"fewest": fewest}
    return _("%(number)s people") % {"number": number_format(number, use_l10n=True, force_grouping=True)}


def as_pabulib(budget_round: BudgetRound) -> BudgetVote:
    """A counted round as a Pabulib file: ballots without any sign of who cast them."""
    outcome = budget_round.outcome or {}
    chosen, supporters = set(outcome.get("chosen", ())), outcome.get("supporters", {})
    approval = budget_round.ballots == BudgetRound.Ballots.APPROVAL
    projects = budget_round.projects.filter(left_out="").select_related("proposal").order_by("pk")
    return budget_vote(
        meta={
            "description": budget_round.title,
            "unit": budget_round.initiative.service.title,
            "instance": str(budget_round.closes_at.year),
            "budget": budget_round.budget,
            "currency": budget_round.initiative.service.currency,
            "vote_type": "approval" if approval else "cumulative",
            "rule": "greedy"
            if budget_round.rule == BudgetRound.Rule.GREEDY
            else f"equalshares{COMPLETIONS[budget_round.completion]}",
            "date_begin": budget_round.opens_at.strftime("%d.%m.%Y"),
            "date_end": budget_round.closes_at.strftime("%d.%m.%Y"),
            **({} if approval or not budget_round.most else {"max_sum_points": budget_round.most}),
        },
        projects=[
            {
                "project_id": str(each.pk),
                "cost": each.cost,
                "name": each.proposal.title,
                "votes": supporters.get(str(each.pk), 0),
                "selected": int(str(each.pk) in chosen),
            }
            for each in projects
        ],
        votes=[
            {"voter_id": place, "vote": list(choices)}
            | ({} if approval else {"points": [choices[name] for name in choices]})
            for place, choices in enumerate(
                budget_round.cast.order_by("key").values_list("choices", flat=True), start=1
            )
        ],
    )

"""Commission: proposals, what matters, and budget rounds from their opening to their explained result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked
from coproduce_web.budgeting import counted
from coproduce_web.models import (
    Ballot,
    BudgetProject,
    BudgetRound,
    Decision,
    Initiative,
    Priority,
    Proposal,
    Thread,
)
from coproduce_web.permissions import Permission
from coproduce_web.signing_in import hashed


def propose(*, by: By, initiative: Initiative, kind: str, title: str, text: str = "") -> Proposal:
    """Propose something; it stands in the register as an open decision from then on, so that it gets an answer."""
    with acting(by, Permission.PROPOSE, initiative=initiative) as trail:
        proposal = Proposal(
            initiative=initiative,
            kind=kind,
            title=title,
            text=text,
            proposed_by=by.known,
            thread=trail.add(Thread(initiative=initiative)),
        )
        trail.add(proposal)
        trail.add(
            Decision(
                initiative=initiative,
                topic=title,
                text=text,
                proposer=by.known,
                proposed_by=by.side,
                proposal=proposal,
                thread=trail.add(Thread(initiative=initiative)),
            )
        )
        return proposal


def withdraw_proposal(*, by: By, proposal: Proposal) -> Proposal:
    """Take back a proposal of one's own that nobody has decided on and that is on no ballot."""
    with acting(by, Permission.PROPOSE, initiative=proposal.initiative) as trail:
        now = locked(proposal)
        if now.proposed_by != by.actor:
            raise PermissionDenied
        if now.decisions.exclude(result="").exists() or BudgetProject.objects.filter(proposal=now).exists():
            raise NotNow(_("It was decided on already, or stands on a ballot."))
        for decision in now.decisions.all():
            trail.remove(decision)
        return trail.change(now, withdrawn_at=timezone.now())


def prioritise(*, by: By, proposal: Proposal, weight: int) -> Priority:
    """Say how much a proposal matters to oneself; said again, the last word counts."""
    with acting(by, Permission.PRIORITISE, initiative=proposal.initiative) as trail:
        if proposal.withdrawn_at:
            raise NotNow(_("It was withdrawn."))
        given = Priority.objects.filter(proposal=proposal, actor=by.known).first()
        if given:
            return trail.change(given, weight=weight, given_at=timezone.now())
        return trail.add(Priority(proposal=proposal, actor=by.known, weight=weight))


def plan_round(*, by: By, initiative: Initiative, **fields: Any) -> BudgetRound:
    """Plan a budget round: what may be spent, how votes are counted, what the vote binds."""
    with acting(by, Permission.RUN_ROUND, initiative=initiative) as trail:
        return trail.add(BudgetRound(initiative=initiative, **fields))


def change_round(*, by: By, budget_round: BudgetRound, **fields: Any) -> BudgetRound:
    """Change a round that has not opened yet."""
    with acting(by, Permission.RUN_ROUND, initiative=budget_round.initiative) as trail:
        now = locked(budget_round)
        _refuse_once_open(now)
        return trail.change(now, **fields)


def put_on_ballot(
    *, by: By, budget_round: BudgetRound, proposal: Proposal, cost: int, left_out: str = ""
) -> BudgetProject:
    """Put a proposal on the ballot with its cost, or say why it is left out."""
    with acting(by, Permission.RUN_ROUND, initiative=budget_round.initiative) as trail:
        _refuse_once_open(locked(budget_round))
        if proposal.initiative_id != budget_round.initiative_id or proposal.withdrawn_at:
            raise NotNow(_("This proposal cannot be voted on here."))
        there = BudgetProject.objects.filter(round=budget_round, proposal=proposal).first()
        if there:
            return trail.change(there, cost=cost, left_out=left_out)
        return trail.add(BudgetProject(round=budget_round, proposal=proposal, cost=cost, left_out=left_out))


def vote(*, by: By, budget_round: BudgetRound, points: Mapping[int, int]) -> None:
    """Vote, in secret; voting again while the round is open replaces the vote.

    `points` gives points (1 for a tick) to projects by their keys.
    """
    with acting(by, Permission.VOTE, initiative=budget_round.initiative) as trail:
        now = timezone.now()
        if not budget_round.opens_at <= now < budget_round.closes_at or budget_round.counted_at:
            raise NotNow(_("Voting is not open."))
        given = {str(key): value for key, value in points.items() if value}
        _refuse_wrong_ballot(budget_round, given)
        voter = hashed(f"ballot {budget_round.pk} {by.known.pk}")
        ballot = Ballot.objects.filter(round=budget_round, voter=voter).first() or Ballot(
            round=budget_round, voter=voter
        )
        ballot.choices = given
        trail.secretly(ballot, of=budget_round)


def count_round(*, by: By, budget_round: BudgetRound) -> BudgetRound:
    """Count the votes after the round has closed; where the vote decides, write its decisions into the register."""
    with acting(by, Permission.RUN_ROUND, initiative=budget_round.initiative) as trail:
        return _count(trail, locked(budget_round))


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereVote:
    """A vote that was held elsewhere: its rules, and projects and ballots by the names that it used."""

    fields: Mapping[str, Any]
    projects: Mapping[str, tuple[str, int]]  # name there: title and cost
    ballots: Iterable[Mapping[str, int]]  # name there: points


def bring_round(*, by: By, initiative: Initiative, elsewhere: ElsewhereVote) -> BudgetRound:
    """Bring a vote that was held elsewhere, and count it here; who brings it is written as who proposed."""
    with acting(by, Permission.RUN_ROUND, initiative=initiative) as trail:
        budget_round = trail.add(BudgetRound(initiative=initiative, binding=False, **elsewhere.fields))
        keys: dict[str, str] = {}
        for name, (title, cost) in elsewhere.projects.items():
            proposal = Proposal(
                initiative=initiative,
                kind=Proposal.Kind.PROJECT,
                title=title,
                proposed_by=by.known,
                thread=trail.add(Thread(initiative=initiative)),
            )
            trail.add(proposal)
            project = trail.add(BudgetProject(round=budget_round, proposal=proposal, cost=cost))
            keys[name] = str(project.pk)
        trail.all_secretly(
            [
                Ballot(round=budget_round, choices={keys[name]: points for name, points in each.items()})
                for each in elsewhere.ballots
            ],
            of=budget_round,
        )
        return _count(trail, budget_round)


def _count(trail: Trail, budget_round: BudgetRound) -> BudgetRound:
    now = timezone.now()
    if now < budget_round.closes_at:
        raise NotNow(_("Votes are counted when voting has closed."))
    if budget_round.counted_at:
        raise NotNow(_("The votes are counted already."))
    if not (budget_round.cast.exists() and budget_round.projects.filter(left_out="").exists()):
        raise NotNow(_("Nobody voted, or nothing stood on the ballot: there is nothing to count."))
    outcome = counted(budget_round)
    trail.unlink_voters(Ballot.objects.filter(round=budget_round), of=budget_round)
    trail.change(budget_round, outcome=outcome, counted_at=now)
    if budget_round.binding:
        _decide(trail, budget_round, chosen=set(outcome["chosen"]))
    return budget_round


def _decide(trail: Trail, budget_round: BudgetRound, *, chosen: set[str]) -> None:
    """The voters' decision on each project that stood on the ballot."""
    for project in budget_round.projects.filter(left_out="").select_related("proposal"):
        won = str(project.pk) in chosen
        decision = project.proposal.decisions.filter(result="").first()
        fields: dict[str, Any] = {
            "round": budget_round,
            "result": "accepted" if won else "rejected",
            "decided_by": "citizens",
            "rung": Decision.Rung.DELEGATED,
            "decided_at": timezone.now(),
            "reason": _("Chosen by vote.") if won else _("Not chosen by vote; the count says why."),
            "promise": budget_round.binds if won else "",
        }
        if decision:
            trail.change(decision, **fields)


def _refuse_once_open(budget_round: BudgetRound) -> None:
    if budget_round.opens_at <= timezone.now():
        raise NotNow(_("The round has opened: what it binds and how it is counted stay as they were."))


def _refuse_wrong_ballot(budget_round: BudgetRound, points: Mapping[str, int]) -> None:
    there = {str(key) for key in budget_round.projects.filter(left_out="").values_list("pk", flat=True)}
    if not points.keys() <= there or min(points.values(), default=1) < 1:
        raise NotNow(_("This ballot names a project that cannot be voted on."))
    approval = budget_round.ballots == BudgetRound.Ballots.APPROVAL
    if approval and set(points.values()) - {1}:
        raise NotNow(_("A tick counts once."))
    used = len(points) if approval else sum(points.values())
    if budget_round.most and used > budget_round.most:
        raise NotNow(
            _("At most %(most)s; this ballot uses %(used)s.") % {"most": budget_round.most, "used": used}
        )

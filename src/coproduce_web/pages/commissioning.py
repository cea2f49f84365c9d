"""Pages of proposals, what matters, and budget rounds."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Avg, Count, Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce.errors import CoproduceError
from coproduce.records.readers.pabulib import BudgetVote, pabulib_text, parse_pabulib
from coproduce_web import budgeting
from coproduce_web.actions import commissioning as actions
from coproduce_web.forms.commissioning import (
    BallotForm,
    BallotProjectForm,
    PabulibForm,
    PriorityForm,
    ProposalForm,
    RoundForm,
)
from coproduce_web.models import BudgetRound, Comment, Priority, Proposal
from coproduce_web.pages.access import Visit, thanks

A_PAGE = 50


def proposals(request: Visit) -> HttpResponse:
    """All proposals of an initiative; how much they matter is told where enough people have said so."""
    fewest = request.service.small_numbers
    found = (
        Proposal.objects.filter(initiative=request.initiative, withdrawn_at=None)
        .select_related("proposed_by")
        .annotate(people=Count("priorities"), matters=Avg("priorities__weight"))
        .order_by("-proposed_at", "-pk")
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "commissioning/proposals.html", {"page": page, "fewest": max(1, fewest)})


def new_proposal(request: Visit) -> HttpResponse:
    """Propose something."""
    form = ProposalForm(request.POST or None, initial={"kind": request.GET.get("kind")})
    if form.is_valid():
        made = actions.propose(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is proposed, and stands in the register until it is answered."))
        return redirect("proposal", request.service.slug, request.initiative.pk, made.pk)
    seen_by = _("Everyone can read it, under your pseudonym.")
    return render(
        request,
        "form.html",
        {"form": form, "heading": _("Propose something"), "button": _("Propose it"), "seen_by": seen_by},
    )


def _proposal(request: Visit, key: int) -> Proposal:
    comments = Prefetch("thread__comments", Comment.objects.select_related("said_by"))
    found = Proposal.objects.select_related("initiative__service", "proposed_by", "thread")
    return get_object_or_404(found.prefetch_related(comments), pk=key, initiative=request.initiative)


def proposal(request: Visit, proposal: int) -> HttpResponse:
    """A proposal: why, what people said, how much it matters, what was decided."""
    shown = _proposal(request, proposal)
    own = (
        Priority.objects.filter(proposal=shown, actor=request.by.actor).first() if request.by.actor else None
    )
    form = PriorityForm(request.POST or None, initial={"weight": own.weight if own else None})
    if request.method == "POST" and form.is_valid():
        actions.prioritise(by=request.by, proposal=shown, weight=form.cleaned_data["weight"])
        thanks(request, _("Your word is counted."))
        return redirect(request.path)
    said = shown.priorities.aggregate(people=Count("pk"), matters=Avg("weight"))
    enough = said["people"] >= max(1, request.service.small_numbers)
    return render(
        request,
        "commissioning/proposal.html",
        {
            "proposal": shown,
            "thread": shown.thread,
            "form": form,
            "own": own,
            "said": said if enough else None,
            "decisions": shown.decisions.order_by("pk"),
        },
    )


def withdraw_proposal(request: Visit, proposal: int) -> HttpResponse:
    """Take back a proposal of one's own."""
    shown = _proposal(request, proposal)
    if request.method == "POST":
        actions.withdraw_proposal(by=request.by, proposal=shown)
        thanks(request, _("It is withdrawn."))
        return redirect("proposals", request.service.slug, request.initiative.pk)
    return render(
        request,
        "press.html",
        {"heading": _("Withdraw “%(title)s”") % {"title": shown.title}, "button": _("Withdraw it")},
    )


def rounds(request: Visit) -> HttpResponse:
    """All budget rounds of an initiative."""
    found = BudgetRound.objects.filter(initiative=request.initiative).order_by("-opens_at", "-pk")
    return render(request, "commissioning/rounds.html", {"rounds": found, "now": timezone.now()})


def new_round(request: Visit) -> HttpResponse:
    """Plan a budget round."""
    form = RoundForm(request.POST or None)
    if form.is_valid():
        made = actions.plan_round(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is planned. Put proposals on its ballot."))
        return redirect("round", request.service.slug, request.initiative.pk, made.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Plan a budget round"),
            "button": _("Plan it"),
            "seen_by": _("Everyone can read this."),
        },
    )


def _round(request: Visit, key: int) -> BudgetRound:
    found = BudgetRound.objects.select_related("initiative__service")
    return get_object_or_404(found, pk=key, initiative=request.initiative)


def change_round(request: Visit, round_: int) -> HttpResponse:
    """Change a round before it opens."""
    form = RoundForm(request.POST or None, instance=_round(request, round_))
    if form.is_valid():
        actions.change_round(by=request.by, budget_round=_round(request, round_), **form.cleaned_data)
        thanks(request, _("Changed."))
        return redirect("round", request.service.slug, request.initiative.pk, round_)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Change the round"),
            "button": _("Save"),
            "seen_by": _("Everyone can read this."),
        },
    )


def show_round(request: Visit, round_: int) -> HttpResponse:
    """A round: what is at stake, what can be voted on, and after the count every round of it explained."""
    shown = _round(request, round_)
    projects = list(shown.projects.select_related("proposal").order_by("pk"))
    now = timezone.now()
    context: dict[str, Any] = {
        "round": shown,
        "projects": projects,
        "on_ballot": [each for each in projects if not each.left_out],
        "left_out": [each for each in projects if each.left_out],
        "planned": now < shown.opens_at,
        "open": shown.opens_at <= now < shown.closes_at and not shown.counted_at,
        "to_count": now >= shown.closes_at and not shown.counted_at,
    }
    if shown.outcome:
        context |= _told(shown, projects={str(each.pk): each for each in projects})
    return render(request, "commissioning/round.html", context)


def _told(shown: BudgetRound, *, projects: dict[str, Any]) -> dict[str, Any]:
    """The outcome in words; where few voted, nothing is told that would tell of single ballots."""
    outcome: dict[str, Any] = shown.outcome or {}
    fewest = shown.initiative.service.small_numbers
    names = {key: each.proposal.title for key, each in projects.items()}
    few = outcome["voters"] < fewest
    return {
        "outcome": outcome,
        "few": few,
        "voters": budgeting.people(outcome["voters"], fewest=fewest),
        "chosen": [projects[key] for key in outcome["chosen"]],
        "told": [] if few else list(budgeting.rounds_in_words(outcome, names=names, fewest=fewest)),
        "losses": [] if few else list(budgeting.losses_in_words(outcome, names=names)),
        "share": budgeting.money(outcome["first_share"]) if outcome["first_share"] else "",
        "raised": budgeting.money(outcome["last_share"]) if outcome["raises"] else "",
        "spent": budgeting.money(outcome["spent"]),
        "beside": None
        if few or shown.rule == BudgetRound.Rule.GREEDY
        else {
            name: budgeting.people(outcome["beside"][name], fewest=fewest)
            for name in ("better", "worse", "alike", "with_none", "with_none_there")
        },
    }


def put_on_ballot(request: Visit, round_: int) -> HttpResponse:
    """Put a proposal on the ballot, with its cost."""
    shown = _round(request, round_)
    form = BallotProjectForm(request.POST or None, budget_round=shown)
    if form.is_valid():
        actions.put_on_ballot(by=request.by, budget_round=shown, **form.cleaned_data)
        thanks(request, _("It is on the list."))
        return redirect("round", request.service.slug, request.initiative.pk, round_)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Put a proposal on the ballot"),
            "button": _("Put it there"),
            "seen_by": _("Everyone can read it."),
        },
    )


def vote(request: Visit, round_: int) -> HttpResponse:
    """Vote."""
    shown = _round(request, round_)
    form = BallotForm(request.POST if request.method == "POST" else None, budget_round=shown)
    if request.method == "POST" and form.is_valid():
        actions.vote(by=request.by, budget_round=shown, points=form.points())
        thanks(request, _("Your vote is in. You can vote again until voting closes; the last vote counts."))
        return redirect("round", request.service.slug, request.initiative.pk, round_)
    return render(request, "commissioning/vote.html", {"form": form, "round": shown})


def count_round(request: Visit, round_: int) -> HttpResponse:
    """Count the votes."""
    shown = _round(request, round_)
    if request.method == "POST":
        actions.count_round(by=request.by, budget_round=shown)
        thanks(request, _("The votes are counted. Every round of the count stands below."))
        return redirect("round", request.service.slug, request.initiative.pk, round_)
    return render(
        request,
        "press.html",
        {
            "heading": _("Count the votes of “%(title)s”") % {"title": shown.title},
            "text": _(
                "After the count nobody can tell any more who cast which ballot, and votes cannot be changed."
            ),
            "button": _("Count them"),
        },
    )


def round_file(request: Visit, round_: int) -> HttpResponse:
    """A counted round as a Pabulib file; not where so few voted that ballots would tell of persons."""
    shown = _round(request, round_)
    if not shown.outcome or shown.outcome["voters"] < max(1, request.service.small_numbers):
        raise Http404
    response = HttpResponse(
        pabulib_text(budgeting.as_pabulib(shown)), content_type="text/plain; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="round-{shown.pk}.pb"'
    return response


def bring_round(request: Visit) -> HttpResponse:
    """Bring a vote that was held elsewhere."""
    form = PabulibForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            file = parse_pabulib(form.cleaned_data["file"])
            made = actions.bring_round(
                by=request.by, initiative=request.initiative, elsewhere=_elsewhere(file)
            )
        except CoproduceError as error:
            for fault in error.faults[:10] or [error.message]:
                form.add_error("file", str(fault))
        else:
            thanks(request, _("It is here, and counted."))
            return redirect("round", request.service.slug, request.initiative.pk, made.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Bring a vote held elsewhere"),
            "button": _("Bring it"),
            "seen_by": _("Everyone can read this."),
        },
    )


def _elsewhere(file: BudgetVote) -> actions.ElsewhereVote:
    """A file's vote as a round that has closed."""
    approval = file.vote_type in {"approval", "choose-1"}
    equal = "equal" in str(file.meta.get("rule", "")).lower()
    closed = _day(file.meta.get("date_end")) or timezone.now()
    names = file.names
    return actions.ElsewhereVote(
        fields={
            "title": str(file.meta.get("description", ""))[:200] or _("A vote held elsewhere"),
            "budget": int(file.budget),
            "ballots": BudgetRound.Ballots.APPROVAL if approval else BudgetRound.Ballots.POINTS,
            "rule": BudgetRound.Rule.EQUAL_SHARES if equal else BudgetRound.Rule.GREEDY,
            "completion": _completion(str(file.meta.get("rule", "")).lower()),
            "binds": _("Held elsewhere; brought here to be looked at."),
            "opens_at": (_day(file.meta.get("date_begin")) or closed) - timedelta(minutes=1),
            "closes_at": closed,
        },
        projects={name: (names[name][:200], int(cost)) for name, cost in file.costs.items()},
        ballots=[
            {name: 1 if approval else int(points) for name, points in ballot.items() if points}
            for ballot in file.ballots
        ],
    )


def _completion(rule: str) -> str:
    """What becomes of money left over, as Pabulib names rules: ``equalshares/add1``, ``…/add1u``, ``greedy``."""
    if "add1" not in rule:
        return BudgetRound.Completion.NONE
    return BudgetRound.Completion.ADD1_GREEDY if "add1u" in rule else BudgetRound.Completion.ADD1


def _day(text: Any) -> datetime | None:
    """A day as Pabulib writes it, at its beginning."""
    try:
        return datetime.combine(
            datetime.strptime(str(text), "%d.%m.%Y").replace(tzinfo=UTC).date(), time(), UTC
        )
    except ValueError:
        return None

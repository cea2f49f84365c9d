"""Contributions: claiming, answering, one's own, and the totals of both sides."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions import claims as actions
from coproduce_web.answering import CITIZENS, TEAM, answerers, needs_to_judge, waiting_for
from coproduce_web.choices import ClaimStatus
from coproduce_web.disclosure import cross_counts
from coproduce_web.forms.claims import AnswerForm, ClaimForm, ManyForm
from coproduce_web.models import Activity, Actor, Contribution, Membership, Session, SignUp, Transfer
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.pages.names import names
from coproduce_web.pages.needs import A_PAGE
from coproduce_web.permissions import TEAM_ROLES, Permission
from coproduce_web.time_given import time_of_both_sides

MOST_TO_CHOOSE = 200
"""As many as a list to choose from holds: the latest."""


def new_claim(request: Visit) -> HttpResponse:
    """Record time: one's own, and that of somebody of the other side."""
    others = _others(request)
    initiative = request.initiative
    form = ClaimForm(
        request.POST or None,
        activities=Activity.objects.filter(phase__initiative=initiative).order_by("title"),
        others=others,
        names=names(request, others),
        needs=_latest(initiative.needs.order_by("-raised_at"), named=request.GET.get("need")),
        offers=_latest(initiative.offers.order_by("-offered_at"), named=request.GET.get("offer")),
        citizen=request.by.side in CITIZENS,
        initial={"need": request.GET.get("need"), "offer": request.GET.get("offer")},
    )
    if form.is_valid():
        _claim(request, form.cleaned_data)
        thanks(request, _("Recorded. It counts when the other side confirms it."))
        return redirect("mine", request.service.slug)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Record time"),
            "lead": _("The other side is asked whether it is right. Nobody confirms their own."),
            "button": _("Record it"),
            "seen_by": _seen_by(),
        },
    )


def _latest(rows: QuerySet[Any], *, named: str | None) -> QuerySet[Any]:
    """The latest of what was not withdrawn, and what the link named."""
    keys = set(rows.filter(withdrawn_at=None).values_list("pk", flat=True)[:MOST_TO_CHOOSE])
    if named and named.isdecimal():
        keys.add(int(named))
    return rows.filter(pk__in=keys)


def _seen_by() -> str:
    return _(
        "Those who are asked, those whose time it is and the coordinators see this; others see sums only."
    )


def _claim(request: Visit, typed: dict[str, Any]) -> None:
    given = []
    if typed["minutes"]:
        own = actions.Given(
            actor=request.by.known, minutes=typed["minutes"], capacity=typed.get("capacity", "")
        )
        given.append(own)
    if typed["other"]:
        given.append(actions.Given(actor=typed["other"], minutes=typed["other_minutes"]))
    activity = Activity.objects.select_related("phase__initiative__service").get(pk=typed["activity"].pk)
    actions.claim(
        by=request.by,
        activity=activity,
        given_on=typed["given_on"],
        given=given,
        need=typed["need"],
        offer=typed["offer"],
        note=typed["note"],
    )


def _others(request: Visit) -> QuerySet[Actor]:
    """People of the other side: for a citizen the team, for the team the citizens whom this initiative knows."""
    held = Membership.objects.filter(Q(until=None) | Q(until__gt=timezone.now()), service=request.service)
    if request.by.side in CITIZENS:
        team = held.filter(role__in=TEAM_ROLES)
        there = Actor.objects.filter(pk__in=team.values("actor"), side__in=TEAM, left_at=None)
        return there.order_by("pseudonym")
    initiative = request.initiative
    signed_up = SignUp.objects.filter(session__opportunity__activity__phase__initiative=initiative)
    known = (
        Q(pk__in=initiative.needs.values("raised_by"))
        | Q(pk__in=initiative.offers.values("offered_by"))
        | Q(pk__in=signed_up.values("actor"))
    )
    citizens = Actor.objects.filter(known, pk__in=held.values("actor"), side="citizen", left_at=None)
    latest = citizens.order_by("-joined_at", "-pk").values_list("pk", flat=True)[:MOST_TO_CHOOSE]
    return Actor.objects.filter(pk__in=list(latest)).order_by("pseudonym")


def claim_many(request: Visit, session: int) -> HttpResponse:
    """Record the time of everyone who came to a session, and one's own."""
    shown = get_object_or_404(
        Session.objects.select_related("opportunity__activity__phase__initiative__service"),
        pk=session,
        opportunity__activity__phase__initiative=request.initiative,
    )
    recorded = Contribution.objects.filter(claim__session=shown, status__in=actions.STANDING)
    came = Actor.objects.filter(signup__session=shown, signup__state=SignUp.State.CAME).distinct()
    actors = {
        actor.pk: actor
        for actor in (*came.order_by("pseudonym"), request.by.known)
        if actor.pk not in set(recorded.values_list("actor", flat=True))
    }
    called = names(request, actors.values()) | {request.by.known.pk: _("Your own minutes")}
    form = ManyForm(request.POST or None, people=[(key, called[key]) for key in actors])
    if form.is_valid():
        actions.claim(
            by=request.by,
            activity=shown.opportunity.activity,
            given_on=timezone.localdate(shown.starts_at),
            given=[actions.Given(actor=actors[key], minutes=said) for key, said in form.minutes.items()],
            session=shown,
            note=form.cleaned_data["note"],
        )
        thanks(request, _("Recorded. Each is asked whether it is right."))
        return redirect("session", request.service.slug, request.initiative.pk, session)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Record the time of those who came"),
            "lead": _("Whole minutes of each; leave empty whose time you do not know."),
            "button": _("Record it"),
            "seen_by": _seen_by(),
        },
    )


def show_contribution(request: Visit, contribution: int) -> HttpResponse:
    """A contribution: what was claimed, who is asked, what was answered."""
    shown = _contribution(request, contribution)
    asked = list(answerers(shown)[:10])
    responses = list(shown.responses.select_related("answered_by", "typed_by"))
    people = [shown.actor, shown.claim.claimed_by, *asked, *(one.answered_by for one in responses)]
    return render(
        request,
        "deliver/contribution.html",
        {
            "contribution": shown,
            "asked": asked,
            "responses": responses,
            "called": names(request, people),
            "may_answer": request.by.actor in asked,
            "transfer": _credited(shown, request),
        },
    )


def _credited(contribution: Contribution, request: Visit) -> Transfer | None:
    if Permission.REVERSE_CREDIT not in request.permissions:
        return None
    return Transfer.objects.filter(contribution=contribution, reversed_by=None).first()


def _contribution(request: Visit, key: int) -> Contribution:
    """A contribution, for those concerned: who claimed, whose time it is, who is or was asked, coordinators."""
    found = Contribution.objects.select_related(
        "initiative__service",
        "activity",
        "actor",
        "claim__claimed_by",
        "claim__typed_by",
        "claim__session__opportunity",
        "need",
        "offer",
    )
    contribution = get_object_or_404(found, pk=key, initiative__service=request.service)
    me = request.by.known
    concerned = (
        me.pk in {contribution.actor_id, contribution.claim.claimed_by_id}
        or Permission.ASSIST in request.permissions
        or answerers(contribution).filter(pk=me.pk).exists()
        or contribution.responses.filter(answered_by=me).exists()
    )
    if not concerned:
        raise PermissionDenied
    return contribution


def answer(request: Visit, contribution: int) -> HttpResponse:
    """Say whether a claim is right."""
    shown = _contribution(request, contribution)
    settled = shown.status not in {ClaimStatus.PROPOSED, ClaimStatus.AMENDED}
    if not settled and not answerers(shown).filter(pk=request.by.known.pk).exists():
        raise PermissionDenied
    amended = shown.status == ClaimStatus.AMENDED
    own = shown.actor_id == request.by.known.pk and request.by.side in CITIZENS
    form = AnswerForm(
        request.POST or None, amended=amended, asks_capacity=own and not shown.capacity and not amended
    )
    if settled or form.is_valid():
        if not settled:
            actions.respond(by=request.by, contribution=shown, **form.cleaned_data)
            thanks(request, _("Your answer is noted."))
        return redirect("waiting" if not settled else "mine", request.service.slug)
    return render(
        request,
        "deliver/answer.html",
        {
            "form": form,
            "contribution": shown,
            "amendment": shown.responses.filter(answer="amend").last() if amended else None,
            "called": names(request, [shown.actor, shown.claim.claimed_by]),
            "seen_by": _seen_by(),
        },
    )


def waiting(request: Visit) -> HttpResponse:
    """What waits for one's answer: claims of the other side, amendments of one's own, needs called done."""
    actor = request.by.known
    found = (
        waiting_for(actor, service=request.service)
        .select_related("activity", "actor", "claim__claimed_by", "initiative")
        .order_by("answer_by", "pk")
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    people = [actor for each in page for actor in (each.actor, each.claim.claimed_by)]
    return render(
        request,
        "deliver/waiting.html",
        {
            "page": page,
            "called": names(request, people),
            "needs": needs_to_judge(actor, service=request.service).select_related("initiative")[:A_PAGE],
        },
    )


def mine(request: Visit) -> HttpResponse:
    """One's own contributions, and those that one claimed for others."""
    actor = request.by.known
    within = Contribution.objects.filter(initiative__service=request.service)
    own = within.filter(actor=actor)
    for_others = request.GET.get("show") == "others"
    chosen = within.filter(claim__claimed_by=actor).exclude(actor=actor) if for_others else own
    listed = chosen.select_related("activity", "actor", "initiative").order_by("-given_on", "-pk")
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    confirmed = own.filter(status=ClaimStatus.CONFIRMED).aggregate(minutes=Sum("minutes"))["minutes"]
    return render(
        request,
        "deliver/mine.html",
        {
            "page": page,
            "for_others": for_others,
            "minutes": confirmed or 0,
            "called": names(request, [each.actor for each in page]),
        },
    )


def time_given(request: Visit) -> HttpResponse:
    """The time that both sides gave, by activity: confirmed only, and never of persons."""
    counted = time_of_both_sides(request.initiative)
    shown = cross_counts(counted.persons, small_numbers=request.service.small_numbers).shown
    seen = {place: counted.minutes[place] for place, count in shown.items() if count is not None}
    return render(
        request,
        "deliver/time.html",
        {
            "rows": [_row(title, row=row, shown=shown, seen=seen) for row, title in counted.titles.items()],
            "totals": {
                side: sum(number for (_row, whose), number in seen.items() if whose == side)
                for side in ("citizens", "team")
            },
            "hides": len(seen) < len(shown),
            "counted_at": counted.at,
        },
    )


def _row(title: str, *, row: str, shown: Any, seen: dict[tuple[str, str], int]) -> dict[str, Any]:
    """An activity's time; where the people are too few to be shown, so is their time."""
    return {"title": title} | {
        side: {"persons": shown[row, side], "minutes": seen.get((row, side))} for side in ("citizens", "team")
    }

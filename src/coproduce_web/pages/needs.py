"""Needs and offers, and which could go together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from coproduce_web import matching
from coproduce_web.actions import needs as actions
from coproduce_web.answering import may_judge
from coproduce_web.choices import Says
from coproduce_web.disclosure import share
from coproduce_web.forms.deliver import JudgeForm, NeedForm, OfferForm, SureForm
from coproduce_web.models import Need, Offer
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.permissions import Permission

A_PAGE = 50
OPEN = Q(done_at=None, citizen_says="", withdrawn_at=None)
_SEEN = gettext_noop("Everyone can read this, under your pseudonym. Coordinates are seen by nobody.")


def asked_to_be_sure(
    request: Visit, *, heading: str, button: str, act: Callable[[], Any], to: Any, said: str, lead: str = ""
) -> HttpResponse:
    """A page whose button does something; then a word of thanks on the page of `to`."""
    form = SureForm(request.POST or None)
    if form.is_valid():
        act()
        thanks(request, said)
        return redirect(*to)
    return render(request, "form.html", {"form": form, "heading": heading, "button": button, "lead": lead})


def list_needs(request: Visit) -> HttpResponse:
    """What is needed, what was met, and where the two sides say different things of it."""
    needs = request.initiative.needs.filter(withdrawn_at=None).select_related("raised_by")
    shows = request.GET.get("show", "open")
    chosen = {
        "open": needs.filter(OPEN),
        "done": needs.exclude(OPEN),
        "contested": needs.filter(done_at__isnull=False, citizen_says__in=(Says.PARTLY, Says.NOT_DONE)),
    }
    page = Paginator(chosen.get(shows, chosen["open"]).order_by("-raised_at", "-pk"), A_PAGE)
    heard = needs.filter(done_at__isnull=False).exclude(citizen_says="")
    contested = chosen["contested"].count()
    return render(
        request,
        "deliver/needs.html",
        {
            "page": page.get_page(request.GET.get("page")),
            "shows": shows if shows in chosen else "open",
            "any_heard": heard.exists(),
            "contested_percent": _percent(contested, heard, request),
        },
    )


def _percent(contested: int, heard: QuerySet[Need], request: Visit) -> float | None:
    part = share(contested, of=heard.count(), small_numbers=request.service.small_numbers)
    return None if part is None else 100 * part


def new_need(request: Visit) -> HttpResponse:
    """Say what is needed."""
    form = NeedForm(request.POST or None)
    if form.is_valid():
        need = actions.raise_need(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is on the list."))
        return redirect("need", request.service.slug, request.initiative.pk, need.pk)
    lead = (
        _(
            "When somebody's help is confirmed, your time credits pay for it if they reach; else the service does. "
            "You are never in debt."
        )
        if request.service.credits
        else ""
    )
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("What do you need?"),
            "button": _("Put it on the list"),
            "seen_by": _(_SEEN),
            "lead": lead,
        },
    )


def show_need(request: Visit, need: int) -> HttpResponse:
    """A need, and what both sides say came of it."""
    shown = _need(request, need)
    actor = request.by.actor
    opportunities = shown.opportunities.filter(closed_at=None)
    return render(
        request,
        "deliver/need.html",
        {
            "need": shown,
            "days": days_in_words(shown.weekdays),
            "mine": actor is not None and shown.raised_by_id == actor.pk,
            "may_judge": actor is not None
            and not (shown.citizen_says or shown.withdrawn_at)
            and may_judge(shown, actor=actor),
            "opportunities": opportunities,
            "followed_by": Need.objects.filter(follows=shown).first(),
        },
    )


def need_done(request: Visit, need: int) -> HttpResponse:
    """Say for the organisation that a need was met."""
    shown = _need(request, need)
    return asked_to_be_sure(
        request,
        heading=_("Say that it is done"),
        lead=_("The citizen is asked next whether it is. Both answers are shown to everyone, side by side."),
        button=_("It is done"),
        act=lambda: actions.report_done(by=request.by, need=shown),
        to=("need", request.service.slug, request.initiative.pk, need),
        said=_("Noted. The citizen is asked now."),
    )


def judge_need(request: Visit, need: int) -> HttpResponse:
    """Say as the citizen what came of a need."""
    shown = _need(request, need)
    if not may_judge(shown, actor=request.by.known):
        raise PermissionDenied
    if shown.is_open:
        return _closed_early(request, shown)
    form = JudgeForm(request.POST or None)
    if form.is_valid():
        actions.judge_need(by=request.by, need=shown, says=form.cleaned_data["says"])
        thanks(request, _("Your word stands beside the organisation's."))
        return redirect("need", request.service.slug, request.initiative.pk, need)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": shown.title,
            "lead": _("You say whether it was done. If not, or in part, it goes back on the list."),
            "button": _("Say it"),
            "seen_by": _("Everyone can read your answer, under your pseudonym."),
        },
    )


def _closed_early(request: Visit, need: Need) -> HttpResponse:
    """A citizen closes a need that the organisation has said nothing of."""
    return asked_to_be_sure(
        request,
        heading=_("It was done: close it"),
        lead=_("It leaves the list of open needs, as done by your word."),
        button=_("Close it"),
        act=lambda: actions.judge_need(by=request.by, need=need, says=Says.DONE),
        to=("need", request.service.slug, request.initiative.pk, need.pk),
        said=_("It is closed."),
    )


def withdraw_need(request: Visit, need: int) -> HttpResponse:
    """Take one's need off the list."""
    shown = _need(request, need)
    if shown.raised_by_id != request.by.known.pk:
        raise PermissionDenied
    return asked_to_be_sure(
        request,
        heading=_("Take it off the list"),
        button=_("Take it off"),
        act=lambda: actions.withdraw_need(by=request.by, need=shown),
        to=("needs", request.service.slug, request.initiative.pk),
        said=_("It is off the list."),
    )


def list_offers(request: Visit) -> HttpResponse:
    """What people would give."""
    offers = request.initiative.offers.filter(withdrawn_at=None).select_related("offered_by")
    page = Paginator(offers.order_by("-offered_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "deliver/offers.html", {"page": page})


def new_offer(request: Visit) -> HttpResponse:
    """Say what one would give."""
    form = OfferForm(request.POST or None)
    if form.is_valid():
        offer = actions.offer(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is on the list."))
        return redirect("offer", request.service.slug, request.initiative.pk, offer.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("What do you offer?"),
            "button": _("Put it on the list"),
            "seen_by": _(_SEEN),
        },
    )


def show_offer(request: Visit, offer: int) -> HttpResponse:
    """An offer."""
    shown = _offer(request, offer)
    actor = request.by.actor
    return render(
        request,
        "deliver/offer.html",
        {
            "offer": shown,
            "days": days_in_words(shown.weekdays),
            "mine": actor is not None and shown.offered_by_id == actor.pk,
        },
    )


def withdraw_offer(request: Visit, offer: int) -> HttpResponse:
    """Take one's offer back."""
    shown = _offer(request, offer)
    if shown.offered_by_id != request.by.known.pk:
        raise PermissionDenied
    return asked_to_be_sure(
        request,
        heading=_("Take the offer back"),
        button=_("Take it back"),
        act=lambda: actions.withdraw_offer(by=request.by, offer=shown),
        to=("offers", request.service.slug, request.initiative.pk),
        said=_("It is off the list."),
    )


def matches(request: Visit) -> HttpResponse:
    """Needs and offers that could go together: all for coordinators, their own for everybody else."""
    needs = {need.pk: need for need in _eldest(request.initiative.needs.filter(OPEN), order="raised_at")}
    offers = {
        offer.pk: offer
        for offer in _eldest(request.initiative.offers.filter(withdrawn_at=None), order="offered_at")
    }
    found = matching.suggested(
        [_wish_of_need(need) for need in needs.values()], [_wish_of_offer(offer) for offer in offers.values()]
    )
    pairs = [{"need": needs[one.need], "offer": offers[one.offer], "reasons": one.reasons} for one in found]
    return render(
        request,
        "deliver/matches.html",
        {"pairs": _seen(pairs, request), "all": Permission.ASSIST in request.permissions},
    )


def _seen(pairs: list[dict[str, Any]], request: Visit) -> list[dict[str, Any]]:
    """Coordinators see every pair, the two persons concerned their own."""
    if Permission.ASSIST in request.permissions:
        return pairs
    me = request.by.known.pk
    return [pair for pair in pairs if me in {pair["need"].raised_by_id, pair["offer"].offered_by_id}]


def _eldest(rows: QuerySet[Any], *, order: str) -> QuerySet[Any]:
    whose = "raised_by" if order == "raised_at" else "offered_by"
    return rows.select_related(whose).order_by(order, "pk")[: matching.MOST_OF_A_KIND]


def _at(row: Need | Offer) -> tuple[float, float] | None:
    return None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude)


def _wish_of_need(need: Need) -> matching.Wish:
    return matching.Wish(
        key=need.pk,
        person=need.raised_by_id,
        skill=need.skill,
        weekdays=frozenset(need.weekdays),
        begins=need.wanted_from,
        ends=need.wanted_until,
        at=_at(need),
    )


def _wish_of_offer(offer: Offer) -> matching.Wish:
    return matching.Wish(
        key=offer.pk,
        person=offer.offered_by_id,
        skill=offer.skill,
        weekdays=frozenset(offer.weekdays),
        begins=offer.free_from,
        ends=offer.free_until,
        at=_at(offer),
        furthest_km=offer.furthest_km,
    )


def days_in_words(weekdays: Iterable[int]) -> str:
    """Days of the week by their names."""
    return ", ".join(str(WEEKDAYS[day]) for day in weekdays)


def _need(request: Visit, key: int) -> Need:
    needs = Need.objects.select_related("initiative__service", "raised_by", "done_by", "said_by", "follows")
    return get_object_or_404(needs, pk=key, initiative=request.initiative)


def _offer(request: Visit, key: int) -> Offer:
    offers = Offer.objects.select_related("initiative__service", "offered_by")
    return get_object_or_404(offers, pk=key, initiative=request.initiative)

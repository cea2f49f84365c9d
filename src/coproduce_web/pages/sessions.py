"""Opportunities, their sessions, who goes and who came, and calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web import calendars
from coproduce_web.actions import sessions as actions
from coproduce_web.answering import own_side
from coproduce_web.forms.deliver import (
    AttendanceForm,
    CancelForm,
    OpportunityForm,
    PlacesForm,
    RoleForm,
    SessionsForm,
    SignUpForm,
)
from coproduce_web.models import CalendarLink, Opportunity, Place, Session, SignUp
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.pages.names import names
from coproduce_web.pages.needs import A_PAGE, asked_to_be_sure
from coproduce_web.signing_in import hashed

KEPT_IN_CALENDAR = timedelta(days=90)
"""How long a session that is over stays in a calendar that programs follow."""


def list_opportunities(request: Visit) -> HttpResponse:
    """What people can take part in, and when next."""
    coming = Q(sessions__ends_at__gt=timezone.now(), sessions__cancelled_at=None)
    opportunities = (
        Opportunity.objects.filter(activity__phase__initiative=request.initiative, closed_at=None)
        .annotate(number_coming=Count("sessions", filter=coming))
        .annotate(next_at=Min("sessions__starts_at", filter=coming))
        .prefetch_related("places")
        .order_by("-posted_at", "-pk")
    )
    page = Paginator(opportunities, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "deliver/opportunities.html", {"page": page})


def new_opportunity(request: Visit) -> HttpResponse:
    """Invite people to take part in an activity."""
    form = OpportunityForm(request.POST or None, initiative=request.initiative)
    if form.is_valid():
        posted = actions.post_opportunity(by=request.by, **form.cleaned_data)
        thanks(request, _("It is posted. Plan its first session."))
        return redirect("opportunity", request.service.slug, request.initiative.pk, posted.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Invite people to take part"),
            "button": _("Post it"),
            "seen_by": _("Everyone can read this."),
        },
    )


def show_opportunity(request: Visit, opportunity: int) -> HttpResponse:
    """An opportunity with its roles and sessions."""
    shown = _opportunity(request, opportunity)
    going = Count("sign_ups", filter=Q(sign_ups__state__in=actions.TAKEN))
    past = request.GET.get("show") == "past"
    now = timezone.now()
    sessions = shown.sessions.filter(ends_at__lte=now) if past else shown.sessions.filter(ends_at__gt=now)
    ordered = sessions.annotate(number_going=going).order_by("-starts_at" if past else "starts_at", "pk")
    return render(
        request,
        "deliver/opportunity.html",
        {
            "opportunity": shown,
            "places": shown.places.order_by("pk"),
            "page": Paginator(ordered, A_PAGE).get_page(request.GET.get("page")),
            "past": past,
            "mine": _states(request, shown),
        },
    )


def _states(request: Visit, opportunity: Opportunity) -> dict[int, str]:
    """Where the visitor stands in each session."""
    if request.by.actor is None:
        return {}
    held = SignUp.objects.filter(session__opportunity=opportunity, actor=request.by.actor)
    return {each.session_id: each.get_state_display() for each in held}


def new_role(request: Visit, opportunity: int) -> HttpResponse:
    """Give an opportunity a further role."""
    shown = _opportunity(request, opportunity)
    form = RoleForm(request.POST or None)
    if form.is_valid():
        actions.add_role(by=request.by, opportunity=shown, **form.cleaned_data)
        thanks(request, _("The role is there."))
        return redirect("opportunity", request.service.slug, request.initiative.pk, opportunity)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Add a role"),
            "button": _("Add it"),
            "seen_by": _("Everyone can read this."),
        },
    )


def change_places(request: Visit, place: int) -> HttpResponse:
    """Change how many places a role has."""
    held = _place(request, place)
    form = PlacesForm(request.POST or None, instance=held)
    if form.is_valid():
        actions.change_places(by=request.by, place=_place(request, place), **form.cleaned_data)
        thanks(request, _("Changed."))
        return redirect("opportunity", request.service.slug, request.initiative.pk, held.opportunity_id)
    return render(
        request,
        "form.html",
        {"form": form, "heading": held.role, "button": _("Save"), "seen_by": _("Everyone can read this.")},
    )


def new_sessions(request: Visit, opportunity: int) -> HttpResponse:
    """Plan a session, or a series."""
    shown = _opportunity(request, opportunity)
    form = SessionsForm(request.POST or None)
    if form.is_valid():
        actions.plan_sessions(by=request.by, opportunity=shown, **form.cleaned_data)
        thanks(request, _("Planned."))
        return redirect("opportunity", request.service.slug, request.initiative.pk, opportunity)
    lead = _("Times are by the clock in %(zone)s, in summer and in winter.") % {
        "zone": timezone.get_current_timezone_name()
    }
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Plan sessions"),
            "button": _("Plan"),
            "lead": lead,
            "seen_by": _("Everyone can read this."),
        },
    )


def close_opportunity(request: Visit, opportunity: int) -> HttpResponse:
    """Take no more sign-ups."""
    shown = _opportunity(request, opportunity)
    return asked_to_be_sure(
        request,
        heading=_("Take no more sign-ups"),
        lead=_("It leaves the list. Whoever has a place keeps it."),
        button=_("Close it"),
        act=lambda: actions.close_opportunity(by=request.by, opportunity=shown),
        to=("opportunities", request.service.slug, request.initiative.pk),
        said=_("It is closed."),
    )


def show_session(request: Visit, session: int) -> HttpResponse:
    """A session: which roles have a place left (how many people come is not told), and where the visitor stands."""
    shown = _session(request, session)
    taken = Count("signup", filter=Q(signup__session=shown, signup__state__in=actions.TAKEN))
    places = shown.opportunity.places.annotate(taken=taken).order_by("pk")
    mine = SignUp.objects.filter(session=shown, actor=request.by.actor).select_related("place").first()
    now = timezone.now()
    return render(
        request,
        "deliver/session.html",
        {
            "session": shown,
            "places": [{"role": each, "free": each.taken < each.places} for each in places],
            "mine": mine if request.by.actor else None,
            "begun": shown.starts_at <= now,
            "over": shown.ends_at <= now,
        },
    )


def sign_up(request: Visit, session: int) -> HttpResponse:
    """Take a place, or the last in the waiting list."""
    shown = _session(request, session)
    places = shown.opportunity.places.filter(side__in=("", *own_side(request.by.side))).order_by("pk")
    form = SignUpForm(request.POST or None, places=places)
    if form.is_valid():
        held = actions.sign_up(by=request.by, session=shown, **form.cleaned_data)
        thanks(
            request,
            _("All places are taken: you are on the waiting list and move up by yourself.")
            if held.state == SignUp.State.WAITING
            else _("You have a place."),
        )
        return redirect("session", request.service.slug, request.initiative.pk, session)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Take part"),
            "button": _("Sign up"),
            "lead": shown.opportunity.title,
            "seen_by": _("Who runs the session sees that you come. Others see only whether places are left."),
        },
    )


def withdraw_sign_up(request: Visit, session: int) -> HttpResponse:
    """Give one's place back."""
    shown = _session(request, session)
    return asked_to_be_sure(
        request,
        heading=_("Give your place back"),
        lead=_("The first on the waiting list gets it."),
        button=_("Give it back"),
        act=lambda: actions.withdraw(by=request.by, session=shown),
        to=("session", request.service.slug, request.initiative.pk, session),
        said=_("Thank you for saying so in time."),
    )


def attendance(request: Visit, session: int) -> HttpResponse:
    """Say who came."""
    shown = _session(request, session)
    held = list(
        SignUp.objects.filter(session=shown, state__in=actions.TAKEN).select_related("actor", "place")
    )
    form = AttendanceForm(
        request.POST or None, sign_ups=held, names=names(request, [each.actor for each in held])
    )
    if form.is_valid():
        actions.record_attendance(by=request.by, session=shown, came=set(form.cleaned_data["came"]))
        thanks(request, _("Noted. You can record their time next."))
        return redirect("session", request.service.slug, request.initiative.pk, session)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Who came?"),
            "button": _("Save"),
            "lead": _("Whoever has a place and is not ticked did not come."),
            "seen_by": _("Each person sees it of themselves; the team sees it of all."),
        },
    )


def cancel_session(request: Visit, session: int) -> HttpResponse:
    """Cancel a session, or the rest of its series."""
    shown = _session(request, session)
    form = CancelForm(request.POST or None)
    if form.is_valid():
        actions.cancel_sessions(by=request.by, session=shown, **form.cleaned_data)
        thanks(request, _("It is cancelled. Calendars that follow it strike it out."))
        return redirect("opportunity", request.service.slug, request.initiative.pk, shown.opportunity_id)
    return render(
        request, "form.html", {"form": form, "heading": _("Cancel the session"), "button": _("Cancel it")}
    )


def initiative_calendar(request: Visit) -> HttpResponse:
    """The initiative's sessions, for programs that follow a calendar."""
    sessions = Session.objects.filter(
        opportunity__activity__phase__initiative=request.initiative,
        ends_at__gt=timezone.now() - KEPT_IN_CALENDAR,
    ).select_related("opportunity__activity__phase__initiative__service")
    events = (
        calendars.of_session(each, address=_address(request), host=request.get_host()) for each in sessions
    )
    return _file(calendars.calendar(request.initiative.title, events=events))


def own_calendar(request: Visit) -> HttpResponse:
    """Make the secret address of one's own calendar; it is shown once."""
    made = None
    if request.method == "POST" and request.POST:
        secret = actions.new_calendar_link(by=request.by)
        made = request.build_absolute_uri(reverse("calendar_by_link", args=[secret]))
    held = CalendarLink.objects.filter(actor=request.by.actor).first()
    return render(request, "deliver/own_calendar.html", {"made": made, "held": held})


def calendar_by_link(request: Visit, token: str) -> HttpResponse:
    """Somebody's own calendar, by its secret address."""
    link = CalendarLink.objects.filter(hashed=hashed(token), actor__left_at=None).first()
    if link is None:
        raise Http404
    held = SignUp.objects.filter(
        actor=link.actor_id,
        state__in=(*actions.TAKEN, SignUp.State.WAITING),
        session__ends_at__gt=timezone.now() - KEPT_IN_CALENDAR,
    ).select_related("session__opportunity__activity__phase__initiative__service")
    events = (calendars.of_sign_up(each, address=_address(request), host=request.get_host()) for each in held)
    return _file(calendars.calendar("Coproduce", events=events))


def _address(request: Visit) -> calendars.Address:
    def address(session: Session) -> str:
        initiative = session.opportunity.activity.phase.initiative
        place = reverse("session", args=[initiative.service.slug, initiative.pk, session.pk])
        return str(request.build_absolute_uri(place))

    return address


def _file(written: bytes) -> HttpResponse:
    return HttpResponse(written, content_type="text/calendar; charset=utf-8")


def _opportunity(request: Visit, key: int) -> Opportunity:
    found = Opportunity.objects.select_related("activity__phase__initiative__service", "need")
    return get_object_or_404(found, pk=key, activity__phase__initiative=request.initiative)


def _place(request: Visit, key: int) -> Place:
    found: Any = Place.objects.select_related("opportunity__activity__phase__initiative__service")
    place: Place = get_object_or_404(
        found, pk=key, opportunity__activity__phase__initiative=request.initiative
    )
    return place


def _session(request: Visit, key: int) -> Session:
    found = Session.objects.select_related("opportunity__activity__phase__initiative__service")
    return get_object_or_404(found, pk=key, opportunity__activity__phase__initiative=request.initiative)

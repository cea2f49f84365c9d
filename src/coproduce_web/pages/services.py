"""The start page, services, initiatives, their phases and activities."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coproduce_web.actions import services as actions
from coproduce_web.forms.services import (
    ActivityForm,
    CommentForm,
    InitiativeForm,
    NewServiceForm,
    PhaseForm,
    ServiceForm,
)
from coproduce_web.models import Activity, Initiative, Membership, Phase, Service, Thread
from coproduce_web.open_now import doors, parts
from coproduce_web.pages.access import Visit, done, thanks


def start(request: Visit) -> HttpResponse:
    """All services, one's own first."""
    services = Service.objects.select_related("organisation").order_by("title")
    mine = Membership.objects.filter(actor=request.by.actor, until=None).values("service")
    own = services.filter(pk__in=mine) if request.by.actor else services.none()
    return render(request, "services/start.html", {"own": own, "services": services.exclude(pk__in=own)})


def show_service(request: Visit) -> HttpResponse:
    """A service: what is open now, and its initiatives."""
    initiatives = request.service.initiatives.order_by("status", "-started_on").prefetch_related("phases")
    return render(request, "services/service.html", {"initiatives": initiatives, "doors": doors(request)})


def new_service(request: Visit) -> HttpResponse:
    """Make a service."""
    form = NewServiceForm(request.POST or None)
    if form.is_valid():
        service = actions.found_service(by=request.by, **form.cleaned_data)
        thanks(request, _("The service is there. Start its first initiative."))
        return done(request, to=reverse("service", args=[service.slug]))
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Make a service"),
            "seen_by": _("Everyone can read this."),
            "button": _("Make it"),
        },
    )


def change_service(request: Visit) -> HttpResponse:
    """Change what a service says of itself, and its rules."""
    form = ServiceForm(request.POST or None, instance=request.service)
    if form.is_valid():
        service = Service.objects.get(pk=request.service.pk)
        actions.change_service(by=request.by, service=service, **form.cleaned_data)
        thanks(request, _("Changed."))
        return done(request, to=reverse("service", args=[service.slug]))
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Settings of the service"),
            "seen_by": _("Everyone can read this."),
            "button": _("Save"),
        },
    )


def show_initiative(request: Visit) -> HttpResponse:
    """An initiative: its four parts, what is open in each, and what is done in them."""
    return render(request, "services/initiative.html", {"parts": parts(request.initiative)})


def new_initiative(request: Visit) -> HttpResponse:
    """Start an initiative."""
    form = InitiativeForm(request.POST or None)
    if form.is_valid():
        initiative = actions.start_initiative(by=request.by, service=request.service, **form.cleaned_data)
        thanks(request, _("It has started. Give it its first phase."))
        return redirect("initiative", request.service.slug, initiative.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Start an initiative"),
            "seen_by": _("Everyone can read this."),
            "button": _("Start"),
        },
    )


def change_initiative(request: Visit) -> HttpResponse:
    """Change or end an initiative."""
    form = InitiativeForm(request.POST or None, instance=request.initiative)
    if form.is_valid():
        fresh = Initiative.objects.select_related("service").get(pk=request.initiative.pk)
        actions.change_initiative(by=request.by, initiative=fresh, **form.cleaned_data)
        thanks(request, _("Changed."))
        return redirect("initiative", request.service.slug, fresh.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Change the initiative"),
            "seen_by": _("Everyone can read this."),
            "button": _("Save"),
        },
    )


def new_phase(request: Visit) -> HttpResponse:
    """Give the initiative a phase."""
    form = PhaseForm(request.POST or None)
    if form.is_valid():
        actions.open_phase(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("The phase is set."))
        return redirect("initiative", request.service.slug, request.initiative.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Set a phase"),
            "seen_by": _("Everyone can read this."),
            "button": _("Set it"),
        },
    )


def change_phase(request: Visit, phase: int) -> HttpResponse:
    """Move a phase, or change what it opens."""
    now = get_object_or_404(Phase, pk=phase, initiative=request.initiative)
    form = PhaseForm(request.POST or None, instance=now)
    if form.is_valid():
        fresh = Phase.objects.select_related("initiative__service").get(pk=phase)
        actions.change_phase(by=request.by, phase=fresh, **form.cleaned_data)
        thanks(request, _("Changed."))
        return redirect("initiative", request.service.slug, request.initiative.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Change the phase"),
            "seen_by": _("Everyone can read this."),
            "button": _("Save"),
        },
    )


def new_activity(request: Visit, phase: int) -> HttpResponse:
    """Plan an activity in a phase."""
    within = get_object_or_404(
        Phase.objects.select_related("initiative__service"), pk=phase, initiative=request.initiative
    )
    form = ActivityForm(request.POST or None)
    if form.is_valid():
        actions.plan_activity(by=request.by, phase=within, **form.cleaned_data)
        thanks(request, _("Planned."))
        return redirect("initiative", request.service.slug, request.initiative.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Plan an activity"),
            "seen_by": _("Everyone can read this."),
            "button": _("Plan it"),
        },
    )


def show_activity(request: Visit, activity: int) -> HttpResponse:
    """An activity."""
    shown = get_object_or_404(Activity, pk=activity, phase__initiative=request.initiative)
    return render(request, "services/activity.html", {"activity": shown})


def comment(request: Visit, thread: int) -> HttpResponse:
    """Say something in a thread, then go back to what it is about."""
    within = get_object_or_404(
        Thread.objects.select_related("initiative__service"), pk=thread, initiative=request.initiative
    )
    form = CommentForm(request.POST or None)
    if form.is_valid():
        actions.comment(by=request.by, thread=within, text=form.cleaned_data["text"])
        return done(
            request,
            to=form.back_to or reverse("initiative", args=[request.service.slug, request.initiative.pk]),
        )
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Comment"),
            "button": _("Say it"),
            "seen_by": _("Everyone can read it, under your pseudonym."),
        },
    )

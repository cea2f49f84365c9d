"""Pages of the blueprint and of ideas."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from coproduce_web import blueprints
from coproduce_web.actions import designing as actions
from coproduce_web.forms.designing import (
    ConcludeForm,
    IdeaForm,
    PrototypeForm,
    ShowVersionForm,
    StepForm,
    TestForm,
)
from coproduce_web.models import Blueprint, BlueprintStep, Comment, Idea, Prototype, Thread
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.permissions import Permission

A_PAGE = 50


def _versions(request: Visit) -> list[Blueprint]:
    """The versions that the visitor may see, the newest first."""
    found = Blueprint.objects.filter(initiative=request.initiative).select_related("drawn_by")
    if Permission.DRAW_BLUEPRINT not in request.permissions:
        found = found.exclude(shown_at=None)
    return list(found.order_by("-version"))


def _steps(version: Blueprint) -> list[BlueprintStep]:
    return list(version.steps.annotate(comments=Count("thread__comments")).order_by("position", "pk"))


def blueprint(request: Visit) -> HttpResponse:
    """The newest version that was shown."""
    versions = _versions(request)
    shown = [version for version in versions if version.shown_at]
    return _drawn_page(request, shown[0] if shown else None, versions=versions)


def blueprint_version(request: Visit, version: int) -> HttpResponse:
    """One version."""
    versions = _versions(request)
    found = next((each for each in versions if each.version == version), None)
    if found is None:
        raise Http404
    return _drawn_page(request, found, versions=versions)


def _drawn_page(request: Visit, version: Blueprint | None, *, versions: list[Blueprint]) -> HttpResponse:
    steps = _steps(version) if version else []
    shown = [each for each in versions if each.shown_at]
    before = next((each for each in shown if version and each.version < version.version), None)
    told = {
        "version": version,
        "versions": versions,
        "before": before,
        "drawing": next((each for each in versions if not each.shown_at), None),
        "steps": steps,
        "lanes": blueprints.lanes(steps),
        "moments": range(1, len({step.position for step in steps}) + 1),
        "wide": len({step.position for step in steps}) + 1,
    }
    return render(request, "designing/blueprint.html", told)


def compare(request: Visit, *, before: int, after: int) -> HttpResponse:
    """What changed from one version to another."""
    versions = {each.version: each for each in _versions(request)}
    if before not in versions or after not in versions:
        raise Http404
    changes = blueprints.changes(_steps(versions[before]), _steps(versions[after]))
    told = {
        "before": versions[before],
        "after": versions[after],
        "changes": [change for change in changes if change.kind != "same"],
        "same": sum(change.kind == "same" for change in changes),
    }
    return render(request, "designing/compare.html", told)


def new_version(request: Visit) -> HttpResponse:
    """Begin the next version."""
    if request.method == "POST":
        made = actions.draw_version(by=request.by, initiative=request.initiative)
        thanks(request, _("Draw it now. Others see it when you show it."))
        return redirect("blueprint_version", request.service.slug, request.initiative.pk, made.version)
    heading = _("Draw the next version of the blueprint?")
    text = _("It starts with the steps of the one before, each with its comments.")
    return render(request, "press.html", {"heading": heading, "text": text, "button": _("Begin")})


def _drawing(request: Visit) -> Blueprint:
    return get_object_or_404(
        Blueprint.objects.select_related("initiative__service"), initiative=request.initiative, shown_at=None
    )


def _to_drawing(request: Visit, version: Blueprint) -> HttpResponse:
    return redirect("blueprint_version", request.service.slug, request.initiative.pk, version.version)


def new_step(request: Visit) -> HttpResponse:
    """Add a step to the version that is being drawn."""
    drawing = _drawing(request)
    last = drawing.steps.aggregate(last=Max("position"))["last"] or 0
    form = StepForm(request.POST or None, initial={"position": last + 1})
    if form.is_valid():
        actions.add_step(by=request.by, blueprint=drawing, **form.cleaned_data)
        thanks(request, _("Added."))
        return _to_drawing(request, drawing)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Add a step"),
            "button": _("Add it"),
            "seen_by": _("Those who draw the blueprint read this now, everyone once the version is shown."),
        },
    )


def _step(request: Visit, key: int) -> BlueprintStep:
    found = BlueprintStep.objects.select_related("blueprint__initiative__service", "thread")
    step = get_object_or_404(found, pk=key, blueprint__initiative=request.initiative)
    if not step.blueprint.shown_at and Permission.DRAW_BLUEPRINT not in request.permissions:
        raise Http404
    return step


def step(request: Visit, step: int) -> HttpResponse:
    """A step: how it was in each version, and what was said of it in all of them."""
    shown = _step(request, step)
    comments = Prefetch("comments", Comment.objects.select_related("said_by"))
    told = {
        "step": shown,
        "thread": Thread.objects.prefetch_related(comments).get(pk=shown.thread_id),
        "before": BlueprintStep.objects.filter(
            thread=shown.thread_id,
            blueprint__version__lt=shown.blueprint.version,
            blueprint__shown_at__isnull=False,
        )
        .select_related("blueprint")
        .order_by("-blueprint__version"),
    }
    return render(request, "designing/step.html", told)


def change_step(request: Visit, step: int) -> HttpResponse:
    """Change a step of the version that is being drawn."""
    shown = _step(request, step)
    version = shown.blueprint
    form = StepForm(request.POST or None, instance=shown)
    if form.is_valid():
        actions.change_step(by=request.by, step=_step(request, step), **form.cleaned_data)
        thanks(request, _("Changed."))
        return _to_drawing(request, version)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Change the step"),
            "button": _("Save"),
            "seen_by": _("Those who draw the blueprint read this now, everyone once the version is shown."),
        },
    )


def remove_step(request: Visit, step: int) -> HttpResponse:
    """Leave a step out."""
    shown = _step(request, step)
    version = shown.blueprint
    if request.method == "POST":
        actions.remove_step(by=request.by, step=shown)
        thanks(request, _("It is left out."))
        return _to_drawing(request, version)
    heading = _("Leave out “%(title)s”?") % {"title": shown.title}
    text = _("In earlier versions it stays.")
    return render(request, "press.html", {"heading": heading, "text": text, "button": _("Leave it out")})


def show_version(request: Visit) -> HttpResponse:
    """Show the version that is being drawn to everyone."""
    drawing = _drawing(request)
    form = ShowVersionForm(request.POST or None)
    if form.is_valid():
        actions.show_version(by=request.by, blueprint=drawing, **form.cleaned_data)
        thanks(request, _("Everyone can see and comment it now."))
        return redirect("blueprint", request.service.slug, request.initiative.pk)
    heading = _("Show version %(number)s to everyone") % {"number": drawing.version}
    return render(
        request,
        "form.html",
        {"form": form, "heading": heading, "button": _("Show it"), "seen_by": _("Everyone can read this.")},
    )


def drop_version(request: Visit) -> HttpResponse:
    """Give up the version that is being drawn."""
    drawing = _drawing(request)
    if request.method == "POST":
        actions.drop_version(by=request.by, blueprint=drawing)
        thanks(request, _("It is given up."))
        return redirect("blueprint", request.service.slug, request.initiative.pk)
    heading = _("Give up version %(number)s?") % {"number": drawing.version}
    return render(request, "press.html", {"heading": heading, "button": _("Give it up")})


def ideas(request: Visit) -> HttpResponse:
    """All ideas, and where each stands."""
    found = (
        Idea.objects.filter(initiative=request.initiative)
        .select_related("shared_by")
        .annotate(made=Count("prototypes", distinct=True), tried=Count("prototypes__tests", distinct=True))
        .order_by("-shared_at", "-pk")
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "designing/ideas.html", {"page": page})


def new_idea(request: Visit) -> HttpResponse:
    """Share an idea."""
    form = IdeaForm(request.POST or None)
    if form.is_valid():
        made = actions.share_idea(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is shared. Others can comment and try it."))
        return redirect("idea", request.service.slug, request.initiative.pk, made.pk)
    seen_by = _("Everyone can read it, under your pseudonym.")
    told = {"form": form, "heading": _("Share an idea"), "button": _("Share it"), "seen_by": seen_by}
    return render(request, "form.html", told)


def _idea(request: Visit, key: int) -> Idea:
    comments = Prefetch("thread__comments", Comment.objects.select_related("said_by"))
    prototypes = Prefetch(
        "prototypes", Prototype.objects.select_related("made_by").prefetch_related("tests__tested_by")
    )
    found = Idea.objects.select_related("initiative__service", "shared_by", "follows", "thread")
    return get_object_or_404(
        found.prefetch_related(comments, prototypes), pk=key, initiative=request.initiative
    )


def idea(request: Visit, idea: int) -> HttpResponse:
    """An idea: its first versions, how they were tried, and what became of it."""
    shown = _idea(request, idea)
    told = {
        "idea": shown,
        "thread": shown.thread,
        "followed_by": list(shown.followed_by.order_by("pk")),
        "decision": shown.decisions.order_by("-pk").first(),
    }
    return render(request, "designing/idea.html", told)


def new_prototype(request: Visit, idea: int) -> HttpResponse:
    """Tell of a first version."""
    of = _idea(request, idea)
    form = PrototypeForm(request.POST or None)
    if form.is_valid():
        actions.make_prototype(by=request.by, idea=of, **form.cleaned_data)
        thanks(request, _("It can be tried now."))
        return redirect("idea", request.service.slug, request.initiative.pk, idea)
    heading = _("A first version to try")
    return _form(request, form, heading=heading, lead=of.title, button=_("Tell of it"))


def new_test(request: Visit, *, idea: int, prototype: int) -> HttpResponse:
    """Tell what happened when it was tried."""
    found = Prototype.objects.select_related("idea__initiative__service")
    of = get_object_or_404(found, pk=prototype, idea=idea, idea__initiative=request.initiative)
    form = TestForm(request.POST or None)
    if form.is_valid():
        actions.record_test(by=request.by, prototype=of, **form.cleaned_data)
        thanks(request, _("It is written down."))
        return redirect("idea", request.service.slug, request.initiative.pk, idea)
    return _form(request, form, heading=_("It was tried"), lead=of.title, button=_("Write it down"))


def conclude_idea(request: Visit, idea: int) -> HttpResponse:
    """Adopt, adapt or abandon an idea."""
    of = _idea(request, idea)
    form = ConcludeForm(request.POST or None, idea=of, service=request.service)
    if form.is_valid():
        actions.conclude(by=request.by, idea=of, **form.cleaned_data)
        thanks(request, _("It is concluded, and stands in the register of decisions."))
        return redirect("idea", request.service.slug, request.initiative.pk, idea)
    heading = _("What becomes of it?")
    return _form(request, form, heading=heading, lead=of.title, button=_("Conclude it"))


def _form(request: Visit, form: Any, *, heading: str, lead: str, button: str) -> HttpResponse:
    told = {"form": form, "heading": heading, "lead": lead, "button": button}
    return render(request, "form.html", told | {"seen_by": _("Everyone can read it, under your pseudonym.")})

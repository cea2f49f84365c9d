"""Pages of the register of decisions."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions import deciding as actions
from coproduce_web.choices import Says
from coproduce_web.forms.deciding import DecideForm, JudgeForm, RegisterForm
from coproduce_web.models import Comment, Decision, Judgement
from coproduce_web.pages.access import Visit, thanks

A_PAGE = 50


def decisions(request: Visit) -> HttpResponse:
    """The register of an initiative."""
    return _register(request, Decision.objects.filter(initiative=request.initiative))


def all_decisions(request: Visit) -> HttpResponse:
    """The register of a service."""
    return _register(request, Decision.objects.filter(initiative__service=request.service))


def _register(request: Visit, found: QuerySet[Decision]) -> HttpResponse:
    only = request.GET.get("only", "")
    shown = {
        "open": found.filter(result=""),
        "promised": found.filter(result__in=("accepted", "amended"), done_at=None),
        "done": found.filter(done_at__isnull=False),
    }.get(only, found)
    ordered = shown.select_related("initiative", "proposer", "owner").order_by("-proposed_at", "-pk")
    page = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "only": only, "today": timezone.localdate(), "counts": _counts(found)}
    return render(request, "deciding/decisions.html", context)


def _counts(found: QuerySet[Decision]) -> dict[str, Any]:
    """How promises were kept, as both sides see it; decisions are counted here, not people."""
    today = timezone.localdate()
    said = Judgement.objects.filter(decision__in=found)
    judged = said.values("decision").distinct().count()
    doubted = said.exclude(says=Says.DONE).values("decision").distinct().count()
    return found.aggregate(
        open=Count("pk", filter=Q(result="")),
        promised=Count("pk", filter=Q(result__in=("accepted", "amended"))),
        overdue=Count("pk", filter=Q(due_on__lt=today, done_at=None, result__in=("accepted", "amended"))),
        done=Count("pk", filter=Q(done_at__isnull=False)),
    ) | {"judged": judged, "doubted": doubted}


def new_decision(request: Visit) -> HttpResponse:
    """Write something that is to be decided into the register."""
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        made = actions.register(by=request.by, initiative=request.initiative, **form.cleaned_data)
        return redirect("decision", request.service.slug, request.initiative.pk, made.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Something is to be decided"),
            "button": _("Write it down"),
            "seen_by": _("Everyone can read it, under your pseudonym."),
        },
    )


def _decision(request: Visit, key: int) -> Decision:
    comments = Prefetch("thread__comments", Comment.objects.select_related("said_by"))
    found = Decision.objects.select_related(
        "initiative__service", "proposer", "owner", "thread", "proposal", "round", "overrides"
    )
    return get_object_or_404(found.prefetch_related(comments), pk=key, initiative=request.initiative)


def decision(request: Visit, decision: int) -> HttpResponse:
    """A decision: both sides' word on it, and everything that was said."""
    shown = _decision(request, decision)
    said = {
        row["says"]: row["people"] for row in shown.judgements.values("says").annotate(people=Count("pk"))
    }
    enough = sum(said.values()) >= max(1, request.service.small_numbers)
    return render(
        request,
        "deciding/decision.html",
        {
            "decision": shown,
            "thread": shown.thread,
            "said": [(Says(key).label, number) for key, number in sorted(said.items())] if enough else None,
            "judged": sum(said.values()) > 0,
            "overridden": shown.overridden_by.first(),
            "overdue": shown.due_on and not shown.done_at and shown.due_on < timezone.localdate(),
        },
    )


def decide(request: Visit, decision: int) -> HttpResponse:
    """Write down what was decided."""
    shown = _decision(request, decision)
    form = DecideForm(request.POST or None, service=request.service)
    if form.is_valid():
        act = actions.override if shown.result and shown.result != "deferred" else actions.decide
        made = act(by=request.by, decision=shown, **form.cleaned_data)
        thanks(request, _("It is written down."))
        return redirect("decision", request.service.slug, request.initiative.pk, made.pk)
    again = bool(shown.result and shown.result != "deferred")
    heading = _("Override “%(topic)s”") if again else _("Decide on “%(topic)s”")
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": heading % {"topic": shown.topic},
            "button": _("Write it down"),
            "seen_by": _("Everyone can read it, under your pseudonym."),
        },
    )


def report_done(request: Visit, decision: int) -> HttpResponse:
    """Call a promise done."""
    shown = _decision(request, decision)
    if request.method == "POST":
        actions.report_done(by=request.by, decision=shown)
        thanks(request, _("It is called done. Citizens are asked now whether it is."))
        return redirect("decision", request.service.slug, request.initiative.pk, decision)
    return render(
        request,
        "press.html",
        {
            "heading": _("Is “%(topic)s” done?") % {"topic": shown.topic},
            "text": _("Citizens are asked for their own word, and both stay in public."),
            "button": _("Call it done"),
        },
    )


def judge(request: Visit, decision: int) -> HttpResponse:
    """Say as a citizen whether it is done."""
    shown = _decision(request, decision)
    form = JudgeForm(request.POST or None)
    if form.is_valid():
        actions.judge(by=request.by, decision=shown, **form.cleaned_data)
        thanks(request, _("Your word stands beside the organisation's."))
        return redirect("decision", request.service.slug, request.initiative.pk, decision)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Was this promise kept?"),
            "lead": shown.promise or shown.topic,
            "button": _("Say so"),
            "seen_by": _("Only counts are shown, and only where enough people have answered."),
        },
    )

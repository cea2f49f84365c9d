"""Evaluations of an initiative: planned, frozen, enrolled, measured, answered, published."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from coproduce_web import learning
from coproduce_web.actions import evaluating, runs
from coproduce_web.disclosure import counts
from coproduce_web.forms.evaluating import EnrolForm, MeasureForm, PlanForm, UnitsForm, ValuesForm
from coproduce_web.models import Evaluation, Run
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.permissions import Permission


def _evaluation(request: Visit, key: int) -> Evaluation:
    rows = Evaluation.objects.select_related("initiative__service")
    return get_object_or_404(rows, pk=key, initiative=request.initiative)


def _back(request: Visit, evaluation: Evaluation) -> HttpResponse:
    return redirect("evaluation", request.service.slug, request.initiative.pk, evaluation.pk)


def evaluations(request: Visit) -> HttpResponse:
    """All evaluations of an initiative, and what is measured."""
    return render(
        request,
        "evidence/evaluations.html",
        {
            "evaluations": request.initiative.evaluations.order_by("-planned_at"),
            "measures": request.initiative.measures.order_by("pk"),
        },
    )


def new_measure(request: Visit) -> HttpResponse:
    """Say what is measured."""
    form = MeasureForm(request.POST or None)
    if form.is_valid():
        evaluating.choose_measure(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It can be measured now."))
        return redirect("evaluations", request.service.slug, request.initiative.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Choose what is measured"),
            "button": _("Save"),
            "seen_by": _("Everyone can read this."),
        },
    )


def new_evaluation(request: Visit) -> HttpResponse:
    """Plan an evaluation."""
    form = PlanForm(request.POST or None, initiative=request.initiative)
    if form.is_valid():
        made = evaluating.plan(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("The plan is written. Look at it once more, then freeze it."))
        return _back(request, made)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Plan an evaluation"),
            "button": _("Save"),
            "seen_by": _("Everyone can read this."),
        },
    )


def change_evaluation(request: Visit, evaluation: int) -> HttpResponse:
    """Change a plan that is not frozen."""
    held = _evaluation(request, evaluation)
    form = PlanForm(request.POST or None, instance=held, initiative=request.initiative)
    if form.is_valid():
        fresh = _evaluation(request, evaluation)
        evaluating.change_plan(by=request.by, evaluation=fresh, **form.cleaned_data)
        thanks(request, _("Changed."))
        return _back(request, fresh)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Change the plan"),
            "button": _("Save"),
            "seen_by": _("Everyone can read this."),
        },
    )


def show_evaluation(request: Visit, evaluation: int) -> HttpResponse:
    """What is asked and how, the plan's fingerprint, how many take part; once published, what was found."""
    held = _evaluation(request, evaluation)
    run = held.runs.filter(state=Run.State.DONE).order_by("-ended_at").first()
    seen = held.published_at or Permission.RUN_EVALUATION in request.permissions
    return render(
        request,
        "evidence/evaluation.html",
        {
            "evaluation": held,
            "measures": held.measures.order_by("pk"),
            "enrolled": _enrolled(request, held),
            "run": run if seen else None,
            "findings": learning.findings_of(run).findings if run and seen else (),
        },
    )


def _enrolled(request: Visit, evaluation: Evaluation) -> dict[str, int | None]:
    """How many are enrolled in each arm once it is published, else together: who enrols must not count arms."""
    rows = evaluation.allocations.order_by("arm").values_list("arm").annotate(Count("pk"))
    by_arm = dict(rows.values_list("arm", "pk__count"))
    if not evaluation.published_at:
        by_arm = {_("together"): sum(by_arm.values())}
    return dict(counts(by_arm, small_numbers=request.service.small_numbers).shown)


def freeze_evaluation(request: Visit, evaluation: int) -> HttpResponse:
    """Freeze the plan."""
    held = _evaluation(request, evaluation)
    if request.method == "POST":
        frozen = evaluating.freeze(by=request.by, evaluation=held)
        thanks(request, _("The plan is frozen. Its fingerprint is %(sha)s.") % {"sha": frozen.plan_sha256})
        return _back(request, held)
    text = _(
        "From now on nothing of it can be changed, and everyone sees its fingerprint. Then units can be enrolled."
    )
    return render(
        request, "press.html", {"heading": _("Freeze the plan"), "text": text, "button": _("Freeze it")}
    )


def units(request: Visit) -> HttpResponse:
    """Name the units that may be enrolled."""
    form = UnitsForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        made = evaluating.name_units(
            by=request.by, initiative=request.initiative, units=form.cleaned_data["units"]
        )
        thanks(request, _("%(number)s units are new.") % {"number": len(made)})
        return redirect("evaluations", request.service.slug, request.initiative.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Name units"),
            "button": _("Save"),
            "seen_by": _(
                "Coordinators and evaluators see the names of units, everyone else only counts of enough of them."
            ),
        },
    )


def enrol(request: Visit, evaluation: int) -> HttpResponse:
    """Enrol a unit; only then its arm is shown."""
    held = _evaluation(request, evaluation)
    form = EnrolForm(request.POST or None, evaluation=held)
    if form.is_valid():
        given = evaluating.enrol(by=request.by, evaluation=held, unit=form.cleaned_data["unit"])
        thanks(request, _("%(unit)s is enrolled: %(arm)s.") % {"unit": given.unit, "arm": given.arm})
        return redirect("enrol", request.service.slug, request.initiative.pk, held.pk)
    return render(request, "form.html", {"form": form, "heading": _("Enrol"), "button": _("Enrol for good")})


def values(request: Visit) -> HttpResponse:
    """Type or send values of outcomes."""
    form = ValuesForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        number = evaluating.record_values(
            by=request.by, initiative=request.initiative, values=form.cleaned_data["values"]
        )
        thanks(request, _("%(number)s values are written.") % {"number": number})
        return redirect("values", request.service.slug, request.initiative.pk)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Values of outcomes"),
            "button": _("Save"),
            "seen_by": _("Values are never shown one by one: only what the engine makes of many."),
        },
    )


def ask_evaluation(request: Visit, evaluation: int) -> HttpResponse:
    """Ask the engine what a frozen evaluation says."""
    held = _evaluation(request, evaluation)
    if request.method == "POST" and held.frozen_at:
        run = runs.ask(by=request.by, service=request.service, evaluation=held)
        thanks(request, _("The engine is asked."))
        return redirect("run", request.service.slug, run.pk)
    text = _("It answers by the frozen plan and by nothing else.")
    return render(request, "press.html", {"heading": _("Ask the engine"), "text": text, "button": _("Ask")})


def publish(request: Visit, evaluation: int) -> HttpResponse:
    """Publish what was found, whatever it is."""
    held = _evaluation(request, evaluation)
    if request.method == "POST":
        evaluating.publish(by=request.by, evaluation=held)
        thanks(request, _("It is published, and everyone who took part is told."))
        return _back(request, held)
    text = _(
        "Good and bad findings are published alike, for everyone. Everybody who took part gets a letter."
    )
    return render(request, "press.html", {"heading": _("Publish"), "text": text, "button": _("Publish it")})

"""What people are asked of themselves, who takes part as counts, and the people served."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Max, Min, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coproduce_web import disclosure
from coproduce_web.actions import asking as actions
from coproduce_web.forms.asking import (
    MOST_QUESTIONS,
    PERSONS,
    AboutMeForm,
    CellForm,
    PopulationFileForm,
    QuestionForms,
)
from coproduce_web.models import Demographics, GroupTotal, Membership, PopulationCell, Service
from coproduce_web.pages.access import Visit, done, thanks

A_PAGE = 50


def asked(request: Visit) -> HttpResponse:
    """Set what people are asked of themselves."""
    now = [question | {"choices": "\n".join(question["choices"])} for question in request.service.asked]
    forms = QuestionForms(request.POST if "form-TOTAL_FORMS" in request.POST else None, initial=now)
    if forms.is_valid():
        questions = [form.question for form in forms if form.question]
        actions.ask(by=request.by, service=request.service, questions=questions)
        thanks(request, _("These are the questions now."))
        return done(request, to=reverse("asked", args=[request.service.slug]))
    return render(request, "asking/asked.html", {"forms": forms, "most": MOST_QUESTIONS})


def about_me(request: Visit) -> HttpResponse:
    """Tell of oneself what the service asks, or take it back."""
    mine = Demographics.objects.filter(actor=request.by.actor).first()
    form = AboutMeForm(
        request.POST if request.method == "POST" else None,
        service=request.service,
        initial=mine.values if mine else {},
    )
    if form.is_valid():
        actions.tell(by=request.by, service=request.service, values=form.cleaned_data)
        thanks(request, _("Kept. You can change it or take it back at any time."))
        return done(request, to=reverse("about_me", args=[request.service.slug]))
    return render(request, "asking/about_me.html", {"form": form})


def who_takes_part(request: Visit) -> HttpResponse:
    """Who takes part, as counts beside the people served."""
    tables = [_table(request.service, question) for question in request.service.asked]
    told = {"tables": tables, "forgotten": _forgotten(request.service)}
    return render(request, "asking/who_takes_part.html", told)


def _forgotten(service: Service) -> list[dict[str, Any]]:
    """What each group gave in the months of which only counts are left."""
    labels = {question["column"]: question["label"] for question in service.asked}
    sums = (
        GroupTotal.objects.filter(initiative__service=service, column__in=labels)
        .values("column", "value")
        .annotate(most=Max("persons"), minutes=Sum("minutes"), since=Min("month"), until=Max("month"))
        .order_by("column", "value")
    )
    return [
        each
        | {
            "label": labels[each["column"]],
            "minutes": disclosure.behind(
                each["minutes"], persons=each["most"], small_numbers=service.small_numbers
            ),
        }
        for each in sums
    ]


def _table(service: Service, question: dict[str, Any]) -> dict[str, Any]:
    """The counts of one question, through the gate, beside the people served."""
    column, choices = question["column"], question["choices"]
    told = _told(service, column)
    counts = disclosure.counts(
        {choice: told[choice] for choice in [*choices, ""]}, small_numbers=service.small_numbers
    )
    served: Counter[str] = Counter()
    for values, persons in PopulationCell.objects.filter(service=service).values_list("values", "persons"):
        served[values.get(column, "")] += persons
    all_served = sum(served[choice] for choice in choices)
    rows = [
        {
            "choice": choice,
            "persons": counts.shown[choice],
            "share": counts.share(choice),
            "served": served[choice] if all_served and choice else None,
            "share_served": served[choice] / all_served if all_served and choice else None,
        }
        for choice in [*choices, ""]
    ]
    return {"label": question["label"], "rows": rows, "hides": counts.hides}


def _told(service: Service, column: str) -> Counter[str]:
    """How many citizens of the service gave each answer; the empty one is of those who gave none."""
    citizens = Membership.objects.filter(service=service, role="citizen", until=None).values("actor")
    told = Counter(
        values.get(column, "")
        for values in Demographics.objects.filter(actor__in=citizens).values_list("values", flat=True)
    )
    told[""] += citizens.count() - told.total()
    return told


def population(request: Visit) -> HttpResponse:
    """How many of the people served are alike; one group more."""
    form = CellForm(request.POST if PERSONS in request.POST else None, service=request.service)
    if form.is_valid():
        persons = form.cleaned_data[PERSONS]
        actions.add_cell(by=request.by, service=request.service, values=form.values, persons=persons)
        thanks(request, _("Kept."))
        return done(request, to=reverse("population", args=[request.service.slug]))
    cells = PopulationCell.objects.filter(service=request.service).order_by("pk")
    page = Paginator(cells, A_PAGE).get_page(request.GET.get("page"))
    columns = [question["column"] for question in request.service.asked]
    rows = [(cell, [cell.values.get(column, "") for column in columns]) for cell in page]
    told = {"form": form, "page": page, "rows": rows, "asked": request.service.asked}
    return render(request, "asking/population.html", told)


def population_file(request: Visit) -> HttpResponse:
    """Say who is served by a CSV file."""
    form = PopulationFileForm(request.POST or None, request.FILES or None, service=request.service)
    if form.is_valid():
        actions.tell_population(by=request.by, service=request.service, cells=form.cleaned_data["table"])
        thanks(request, _("The table was read whole."))
        return done(request, to=reverse("population", args=[request.service.slug]))
    heading = _("The people served, from a file")
    seen_by = _("Everyone can see the sums of these counts, beside those of members. The file is not kept.")
    told = {"form": form, "heading": heading, "seen_by": seen_by, "button": _("Read it")}
    return render(request, "form.html", told)


def remove_cell(request: Visit, cell: int) -> HttpResponse:
    """Take back how many there are of one group."""
    found = get_object_or_404(
        PopulationCell.objects.select_related("service"), pk=cell, service=request.service
    )
    if request.method == "POST":
        actions.remove_cell(by=request.by, cell=found)
    return redirect("population", request.service.slug)

"""Costs of an initiative: what was spent or given up, and who bears it."""

from __future__ import annotations

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from coproduce_web.actions import costing
from coproduce_web.choices import BorneBy
from coproduce_web.forms.costing import CostForm
from coproduce_web.models import Cost
from coproduce_web.pages.access import Visit, thanks

A_PAGE = 200


def costs(request: Visit) -> HttpResponse:
    """Every cost, the latest first, and how the whole is borne; of a unit only that it was one."""
    rows = Cost.objects.filter(initiative=request.initiative)
    borne = dict(rows.values_list("borne_by").annotate(Sum("amount")).order_by())
    whole = sum(borne.values())
    shares = [
        {"who": side.label, "amount": borne[side.value], "percent": 100 * borne[side.value] / whole}
        for side in BorneBy
        if borne.get(side.value)
    ]
    told = {"costs": rows.order_by("-pk")[:A_PAGE], "number": rows.count(), "shares": shares, "whole": whole}
    return render(request, "evidence/costs.html", told)


def new_cost(request: Visit) -> HttpResponse:
    """Write a cost down."""
    form = CostForm(request.POST or None, initiative=request.initiative)
    if form.is_valid():
        costing.record_cost(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is written down."))
        return redirect("costs", request.service.slug, request.initiative.pk)
    told = {"form": form, "heading": _("Write a cost down"), "button": _("Save")}
    return render(request, "form.html", told | {"seen_by": _("Everyone can read this.")})


def strike_cost(request: Visit, cost: int) -> HttpResponse:
    """Take a cost back."""
    held = get_object_or_404(
        Cost.objects.select_related("initiative"), pk=cost, initiative=request.initiative
    )
    if request.method == "POST":
        costing.strike_cost(by=request.by, cost=held)
        thanks(request, _("It is struck out."))
        return redirect("costs", request.service.slug, request.initiative.pk)
    heading = _("Strike out “%(item)s”?") % {"item": held.item}
    return render(request, "press.html", {"heading": heading, "button": _("Strike it out")})

"""What is held about oneself: seen, taken away, erased; and the stewards' answers to who asks to be erased."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web import held, spreadsheets
from coproduce_web.actions import forgetting
from coproduce_web.forms.people import AnswerErasureForm, EraseForm, ErasureRequestForm
from coproduce_web.models import Actor, ErasureRequest, Membership, Person, Transfer
from coproduce_web.pages.access import Visit, done, thanks
from coproduce_web.pages.account import me, own, sure
from coproduce_web.signing_in import too_often

A_PAGE = 50
ANSWER_DAYS = 30
"""A request is answered within a month (General Data Protection Regulation, article 12(3))."""


def my_data(request: Visit) -> HttpResponse:
    """All that is held about oneself, by kind."""
    person = me(request)
    asked = ErasureRequest.objects.filter(actor=person.actor).order_by("-asked_at")
    told = {
        "person": person,
        "kinds": held.numbers(person.actor),
        "requests": asked,
        "ledger": Transfer.objects.filter(out_of__actor=person.actor).exists()
        or Transfer.objects.filter(into__actor=person.actor).exists(),
    }
    return render(request, "account/my_data.html", told)


def my_records(request: Visit, kind: str) -> HttpResponse:
    """The records of one kind that speak of oneself, whole."""
    known = held.by_key().get(kind)
    if known is None:
        raise Http404
    page = Paginator(held.rows(known, me(request).actor), A_PAGE).get_page(request.GET.get("page"))
    rows = [held.told(row) for row in page]
    return render(request, "account/my_records.html", {"held": known, "page": page, "rows": rows})


def download(request: Visit) -> HttpResponse:
    """All that is held about oneself: one JSON file, and a table of each kind."""
    everything = held.everything(me(request))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("about-me.json", json.dumps(everything, ensure_ascii=False, indent=1))
        for name, rows in everything.items():
            if rows:
                folder.writestr(f"{name}.csv", "".join(spreadsheets.lines(list(rows[0]), rows)))
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="about-me.zip"'
    return response


def erase_me(request: Visit) -> HttpResponse:
    """Erase oneself, at once."""
    person = me(request)
    form = EraseForm(request.POST or None, person=person, sure=sure(request))
    if request.method == "POST" and too_often("own password", str(person.pk), most=10, minutes=15):
        form.add_error(None, _("Too many tries. Wait a quarter of an hour."))
    elif form.is_valid():
        forgetting.erase(by=own(request), actor=person.actor)
        logout(request)
        thanks(request, _("You are erased. Thank you for what you gave."))
        return redirect("start")
    return render(request, "account/erase.html", {"form": form})


def ask_erasure(request: Visit) -> HttpResponse:
    """Ask the stewards to erase oneself, in the words of others too."""
    form = ErasureRequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        forgetting.ask_erasure(by=own(request), actor=me(request).actor, **form.cleaned_data)
        thanks(request, _("The stewards have your request. They answer within a month."))
        return redirect("my_data")
    told = {
        "form": form,
        "heading": _("Ask the stewards to erase you"),
        "lead": _("They also look for you in what others wrote, and answer within a month."),
        "seen_by": _("Only the stewards of the platform read this."),
        "button": _("Ask them"),
    }
    return render(request, "form.html", told)


def ask_erasure_for(request: Visit, actor: int) -> HttpResponse:
    """Pass on that a member asks to be erased."""
    ever = Membership.objects.filter(service=request.service).values("actor")
    who = get_object_or_404(Actor, pk=actor, pk__in=ever, left_at=None)
    form = ErasureRequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        forgetting.ask_erasure(by=request.by, actor=who, **form.cleaned_data)
        thanks(request, _("The stewards have the request. They answer within a month."))
        return done(request, to=reverse("member", args=[request.service.slug, actor]))
    told = {
        "form": form,
        "heading": _("%(name)s asks to be erased") % {"name": who.pseudonym},
        "seen_by": _("Only the stewards of the platform read this."),
        "button": _("Pass it on"),
    }
    return render(request, "form.html", told)


def erasures(request: Visit) -> HttpResponse:
    """Who asks to be erased, those first who have waited longest."""
    asked = ErasureRequest.objects.select_related("actor__person").order_by("answered_at", "asked_at")
    open_ones = asked.filter(answered_at=None)
    answered = Paginator(asked.exclude(answered_at=None).order_by("-answered_at"), A_PAGE).get_page(
        request.GET.get("page")
    )
    told = {"open": [(each, _due(each)) for each in open_ones], "page": answered, "now": timezone.now()}
    return render(request, "account/erasures.html", told)


def _due(asked: ErasureRequest) -> Any:
    return asked.asked_at + timedelta(days=ANSWER_DAYS)


def answer_erasure(request: Visit, erasure: int) -> HttpResponse:
    """Erase who asked, or say why not."""
    asked = get_object_or_404(ErasureRequest.objects.select_related("actor"), pk=erasure)
    person = Person.objects.filter(actor=asked.actor).first()
    form = AnswerErasureForm(request.POST or None)
    if form.is_valid():
        if form.cleaned_data["erased"] == "yes":
            forgetting.grant_erasure(by=request.by, request=asked)
            thanks(request, _("They are erased."))
        else:
            answer = form.cleaned_data["answer"]
            forgetting.refuse_erasure(by=request.by, request=asked, answer=answer)
            thanks(request, _("They can read your answer."))
        return redirect("erasures")
    told = {"form": form, "asked": asked, "person": person, "due": _due(asked)}
    return render(request, "account/answer_erasure.html", told)

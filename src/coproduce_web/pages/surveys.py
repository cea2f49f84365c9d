"""Pages of questionnaires and their waves."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce.records.form_files import write_form
from coproduce.records.forms import SILENT, Form
from coproduce_web import disclosure
from coproduce_web.actions import surveys as actions
from coproduce_web.forms.surveys import AskForm, InstrumentForm, WaveForm
from coproduce_web.models import Instrument, Respondent, Wave
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.permissions import Permission
from coproduce_web.questionnaires import READY, form_of, language_of
from coproduce_web.survey_links import secret_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def instruments(request: Visit) -> HttpResponse:
    """The questionnaires of a service, and those that can be added by one press."""
    found = list(Instrument.objects.filter(service=request.service).order_by("retired_at", "title", "pk"))
    there = {(each.about, each.title) for each in found if each.retired_at is None}
    ready = [
        {"about": about, "title": form.title, "licence": form.licence}
        for about, form in ((about, make()) for about, make in READY.items())
        if (about, form.title) not in there
    ]
    return render(request, "surveys/instruments.html", {"instruments": found, "ready": ready})


def add_ready_instrument(request: Visit, about: str) -> HttpResponse:
    """Add a questionnaire that comes with the platform."""
    if about in READY and request.method == "POST":
        actions.add_ready(by=request.by, service=request.service, about=about)
        thanks(request, _("It is there. Send it in a wave of an initiative."))
    return redirect("instruments", request.service.slug)


def new_instrument(request: Visit) -> HttpResponse:
    """Add a questionnaire of one's own; what is wrong with it is said all at once."""
    form = InstrumentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        said = form.cleaned_data
        made = actions.add_instrument(
            by=request.by,
            service=request.service,
            title=said["title"],
            about=said["about"],
            form=said["file"],
        )
        thanks(request, _("It was read whole."))
        return redirect("instrument", request.service.slug, made.pk)
    heading = _("A questionnaire of your own")
    return render(
        request,
        "form.html",
        {"form": form, "heading": heading, "button": _("Read it"), "seen_by": _("Everyone can read this.")},
    )


def _instrument(request: Visit, key: int) -> Instrument:
    return get_object_or_404(Instrument.objects.select_related("service"), pk=key, service=request.service)


def instrument(request: Visit, instrument: int) -> HttpResponse:
    """What a questionnaire asks."""
    shown = _instrument(request, instrument)
    form = form_of(shown)
    return render(
        request,
        "surveys/instrument.html",
        {"instrument": shown, "form": form, "asked": _asked(form, request.LANGUAGE_CODE or "")},
    )


def _asked(form: Form, code: str) -> list[dict[str, Any]]:
    """Each group with its questions, their words and choices."""
    language = language_of(form, code)
    found: list[dict[str, Any]] = []
    before: str | None = None
    for question in form.questions:
        if question.kind == "calculate":
            continue
        if question.group != before or not found:
            path = [form.text(group.labels, language) for group in form.around(question)][::-1]
            found.append({"group": " – ".join(part for part in path if part), "questions": []})
            before = question.group
        choices = [form.text(choice.labels, language) or choice.name for choice in question.choices]
        found[-1]["questions"].append(
            {
                "label": form.text(question.labels, language) or question.name,
                "choices": choices,
                "silent": question.kind in SILENT,
                "required": question.required,
                "condition": question.relevant,
            }
        )
    return found


def instrument_file(request: Visit, instrument: int) -> HttpResponse:
    """A questionnaire as a workbook."""
    shown = _instrument(request, instrument)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "form.xlsx")
        write_form(form_of(shown), path)
        content = path.read_bytes()
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="questionnaire-{shown.pk}.xlsx"'
    return response


def retire_instrument(request: Visit, instrument: int) -> HttpResponse:
    """Send a questionnaire no more."""
    shown = _instrument(request, instrument)
    if request.method == "POST":
        actions.retire_instrument(by=request.by, instrument=shown)
        thanks(request, _("It is sent no more."))
        return redirect("instruments", request.service.slug)
    heading = _("Retire “%(title)s”?") % {"title": shown.title}
    text = _("No new wave can be started with it. What was answered stays.")
    return render(request, "press.html", {"heading": heading, "text": text, "button": _("Retire it")})


def surveys(request: Visit) -> HttpResponse:
    """The waves of an initiative, and the link of who looks where they are asked."""
    found = (
        Wave.objects.filter(initiative=request.initiative)
        .select_related("instrument")
        .order_by("-opens_at", "-pk")
    )
    return render(
        request,
        "surveys/surveys.html",
        {"waves": list(found[:200]), "mine": _mine(request), "now": timezone.now()},
    )


def _mine(request: Visit) -> list[dict[str, Any]]:
    """The open waves in which the visitor (or who they type for) is asked, with their own link."""
    if request.by.actor is None or Permission.ANSWER_SURVEY not in request.permissions:
        return []
    asked = Respondent.objects.filter(actor=request.by.actor, wave__initiative=request.initiative)
    where = [request.service.slug, request.initiative.pk]
    return [
        {
            "wave": each.wave,
            "answered": each.answered_at is not None,
            "link": reverse("answer_survey", args=[*where, each.wave_id, secret_of(each.wave_id, each.code)]),
        }
        for each in asked.select_related("wave").order_by("-wave")
        if each.wave.is_open
    ]


def new_wave(request: Visit) -> HttpResponse:
    """Plan to send a questionnaire."""
    form = WaveForm(
        request.POST or None,
        instruments=Instrument.objects.filter(service=request.service, retired_at=None).order_by("title"),
    )
    if form.is_valid():
        made = actions.plan_wave(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is planned. Say now who is asked."))
        return redirect("wave", request.service.slug, request.initiative.pk, made.pk)
    heading = _("Send a questionnaire")
    return render(
        request,
        "form.html",
        {"form": form, "heading": heading, "button": _("Plan it"), "seen_by": _("Everyone can read this.")},
    )


def _wave(request: Visit, key: int) -> Wave:
    found = Wave.objects.select_related("instrument", "initiative__service")
    return get_object_or_404(found, pk=key, initiative=request.initiative)


def _base(request: Visit) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def show_wave(request: Visit, wave: int, *, link: str = "") -> HttpResponse:
    """A wave: who is asked, how many answered."""
    shown = _wave(request, wave)
    return render(
        request,
        "surveys/wave.html",
        {
            "wave": shown,
            "rates": _rates(shown),
            "by_group": _by_group(shown) if shown.closed_at else [],
            "ask_form": AskForm(),
            "link": link,
            "over": shown.closed_at is not None or shown.closes_at <= timezone.now(),
        },
    )


def _rates(wave: Wave) -> dict[str, Any]:
    """How many were asked and answered, through the gate."""
    told = wave.respondents.aggregate(
        answered=Count("pk", filter=Q(came_openly=False, answered_at__isnull=False)),
        silent=Count("pk", filter=Q(came_openly=False, answered_at=None)),
        openly=Count("pk", filter=Q(came_openly=True, answered_at__isnull=False)),
    )
    small = wave.initiative.service.small_numbers
    counts = disclosure.counts({key: told[key] for key in ("answered", "silent")}, small_numbers=small)
    openly = disclosure.single(told["openly"], small_numbers=small)
    return {
        "answered": counts.shown["answered"],
        "asked": counts.total,
        "nobody": not told["answered"] + told["silent"],
        "percent": _percent(counts.share("answered")),
        "openly": openly,
        "came_openly": told["openly"] > 0,
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _by_group(wave: Wave) -> list[dict[str, Any]]:
    """The same by each group that people told of themselves, once the wave is closed."""
    service = wave.initiative.service
    held = list(wave.respondents.filter(came_openly=False).values_list("groups", "answered_at"))
    tables = []
    for question in service.asked:
        column = question["column"]
        told = Counter(
            (str(groups.get(column, "")), "answered" if answered else "silent") for groups, answered in held
        )
        crossed = disclosure.cross_counts(dict(told), small_numbers=service.small_numbers)
        rows = [
            {
                "group": row,
                "answered": crossed.shown.get((row, "answered"), 0),
                "asked": crossed.row(row),
                "percent": _percent(crossed.share(row, "answered")),
            }
            for row in sorted(crossed.rows)
        ]
        tables.append({"label": question["label"], "rows": rows})
    return tables


def ask(request: Visit, wave: int) -> HttpResponse:
    """Ask members in a wave."""
    form = AskForm(request.POST or None)
    shown = _wave(request, wave)
    if form.is_valid():
        actions.ask(by=request.by, wave=shown, whom=form.cleaned_data["whom"], base=_base(request))
        thanks(request, _("The letters are on their way. Who has no address finds the link under “Surveys”."))
        return redirect("wave", request.service.slug, request.initiative.pk, wave)
    return render(request, "form.html", {"form": form, "heading": _("Who is asked"), "button": _("Ask them")})


def remind(request: Visit, wave: int) -> HttpResponse:
    """Remind those who have not answered."""
    shown = _wave(request, wave)
    if request.method == "POST":
        actions.remind(by=request.by, wave=shown, base=_base(request))
        thanks(request, _("Reminders are on their way to those who have not answered."))
        return redirect("wave", request.service.slug, request.initiative.pk, wave)
    heading = _("Remind those who have not answered?")
    return render(request, "press.html", {"heading": heading, "button": _("Remind them")})


def open_link(request: Visit, wave: int) -> HttpResponse:
    """Make a link that anyone may answer by; it is shown once."""
    shown = _wave(request, wave)
    if request.method == "POST":
        secret = actions.make_open_link(by=request.by, wave=shown)
        where = [request.service.slug, request.initiative.pk, wave, secret]
        return show_wave(request, wave, link=_base(request) + reverse("answer_openly", args=where))
    heading = _("Make a link that anyone may answer by?")
    text = _("One made before works no longer. Each device answers once.")
    return render(request, "press.html", {"heading": heading, "text": text, "button": _("Make it")})


def close_wave(request: Visit, wave: int) -> HttpResponse:
    """Close a wave before its time."""
    shown = _wave(request, wave)
    if request.method == "POST":
        actions.close_wave(by=request.by, wave=shown)
        thanks(request, _("It is closed. Nothing leads from an answer to a person any more."))
        return redirect("wave", request.service.slug, request.initiative.pk, wave)
    heading = _("Close “%(title)s” now?") % {"title": shown.title}
    text = _("No answer can be given or changed any more, and nobody can tell who answered what.")
    return render(request, "press.html", {"heading": heading, "text": text, "button": _("Close it")})

"""Forms on paper, for who is not online: printed blank, filled in by hand, typed by a coordinator."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from coproduce_web.choices import Evil, Severity
from coproduce_web.models import Activity, Session
from coproduce_web.pages.access import Visit
from coproduce_web.paper import Column, Line, Sheet, pdf

ROWS_TO_SPARE = 5
MOST_ROWS = 200


def paper(request: Visit) -> HttpResponse:
    """The forms that can be printed."""
    activities = Activity.objects.filter(phase__initiative__service=request.service)
    told = {"activities": activities.select_related("phase__initiative").order_by("-pk")[:200]}
    return render(request, "paper/paper.html", told)


def concern_on_paper(request: Visit) -> HttpResponse:
    """A blank form on which anyone can raise a concern."""
    evils = tuple(str(label) for label in Evil.labels)
    return _printed(
        _sheet(
            request,
            title=_("A concern about the service"),
            lead=(
                _(
                    "You can raise a concern about how this service is made, or about what it does."
                    " You need not say who you are."
                ),
            ),
            fields=(
                Line(label=_("What kind of worry is it?"), choices=(*evils, _("Something else"))),
                Line(label=_("What happened?"), lines=7),
                Line(label=_("Who bears it?"), hint=_("No names are needed.")),
                Line(label=_("How grave is it?"), choices=tuple(str(label) for label in Severity.labels)),
                Line(
                    label=_("How can you be reached, if you want an answer?"),
                    hint=_("Leave it empty to stay unnamed."),
                ),
            ),
            seen_by=_(
                "Only those who handle concerns read this; they do not belong to the team of the service."
                " What kind of worry it is, and whether it was answered, is counted in public."
                " Put the form into an envelope marked: to who handles concerns."
            ),
        ),
        name="concern",
    )


def contribution_on_paper(request: Visit, activity: int) -> HttpResponse:
    """A blank form on which someone says what they gave."""
    what = get_object_or_404(
        Activity.objects.select_related("phase__initiative"),
        pk=activity,
        phase__initiative=request.initiative,
    )
    return _printed(
        _sheet(
            request,
            title=_("What was given: %(activity)s") % {"activity": what.title},
            lead=(
                _("One line for each time. A coordinator types it; the other side says whether it is right."),
            ),
            fields=(
                Line(label=_("Initiative"), given=request.initiative.title),
                Line(label=_("Your pseudonym or name")),
            ),
            columns=(
                Column(label=_("Day"), width=2),
                Column(label=_("Minutes"), width=2),
                Column(label=_("What was done"), width=5),
                Column(label=_("Other side: it is right (initials)"), width=3),
            ),
            rows=14,
            seen_by=_(
                "The coordinator who types it sees your name. Everyone else sees what was given under your pseudonym."
                " You can ask what is held about you, and have it erased, at any time."
            ),
        ),
        name="contribution",
    )


def session_on_paper(request: Visit, session: int) -> HttpResponse:
    """A blank sheet on which those who come to a session sign in: nobody is printed on it."""
    when = get_object_or_404(
        Session.objects.select_related("opportunity__activity").prefetch_related("opportunity__places"),
        pk=session,
        opportunity__activity__phase__initiative=request.initiative,
    )
    places = sum(place.places for place in when.opportunity.places.all())
    starts, ends = localtime(when.starts_at), localtime(when.ends_at)
    return _printed(
        _sheet(
            request,
            title=_("Who came: %(title)s") % {"title": when.opportunity.title},
            fields=(
                Line(
                    label=_("When"),
                    given=f"{date_format(starts, 'DATETIME_FORMAT')} – {date_format(ends, 'TIME_FORMAT')}",
                ),
                Line(label=_("Where"), given=when.opportunity.place or "–"),
            ),
            columns=(
                Column(label=_("Pseudonym or name"), width=4),
                Column(label=_("As what"), width=3),
                Column(label=_("From"), width=1),
                Column(label=_("To"), width=1),
                Column(label=_("Signature"), width=3),
            ),
            rows=min(places + ROWS_TO_SPARE, MOST_ROWS),
            seen_by=_(
                "Those who sign here see each other's entries. The coordinator types who came; everyone else sees it"
                " under pseudonyms. The sheet is destroyed when it is typed."
            ),
        ),
        name="session",
    )


def _sheet(request: Visit, **words: Any) -> Sheet:
    """A form of the service, in the visitor's language."""
    return Sheet(
        language=request.LANGUAGE_CODE.split("-")[0],
        service=request.service.title,
        foot=_("%(service)s, a service made together") % {"service": request.service.title},
        **words,
    )


def _printed(sheet: Sheet, *, name: str) -> HttpResponse:
    response = HttpResponse(pdf(sheet), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response

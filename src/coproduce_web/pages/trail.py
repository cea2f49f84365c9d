"""The trail: who did what, as it was before and is after."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from coproduce_web import spreadsheets
from coproduce_web.forms.trail import TrailForm
from coproduce_web.models import TrailEntry
from coproduce_web.pages.access import Visit

A_PAGE = 50
COLUMNS = (
    "at",
    "act",
    "action",
    "pseudonym",
    "side",
    "typed_by",
    "initiative",
    "kind",
    "key",
    "case",
    "before",
    "after",
)


def trail(request: Visit) -> HttpResponse:
    """What was done in the service, or on the whole platform."""
    form = TrailForm(request.GET or None)
    entries = Paginator(_found(request, form), A_PAGE).get_page(request.GET.get("page"))
    rows = [(entry, _case(entry), _difference(entry)) for entry in entries]
    return render(request, "trail/trail.html", {"form": form, "page": entries, "rows": rows})


def trail_csv(request: Visit) -> StreamingHttpResponse:
    """The same as a table."""
    found = _found(request, TrailForm(request.GET or None)).values(*COLUMNS)
    rows = ({**entry, "at": entry["at"].isoformat(), "act": str(entry["act"])} for entry in found.iterator())
    response = StreamingHttpResponse(
        spreadsheets.lines(COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="trail.csv"'
    return response


def _found(request: Visit, form: TrailForm) -> QuerySet[TrailEntry]:
    service = getattr(request, "service", None)
    entries = TrailEntry.objects.filter(service=service.pk if service else None).order_by("-at", "-pk")
    return form.narrow(entries) if form.is_valid() else entries


def _case(entry: TrailEntry) -> str:
    """What the act was a step of, where that is something else than the thing itself."""
    return "" if entry.case == f"{entry.kind} {entry.key}" else entry.case


def _difference(entry: TrailEntry) -> list[tuple[str, Any, Any]]:
    """Each value that was set, changed or removed: its name, before, after."""
    before, after = entry.before or {}, entry.after or {}
    names = [*before, *(name for name in after if name not in before)]
    return [
        (name, before.get(name), after.get(name))
        for name in names
        if (before.get(name) not in (None, "") or after.get(name) not in (None, ""))
    ]

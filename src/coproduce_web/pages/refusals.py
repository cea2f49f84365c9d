"""Pages that say no, and why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old, or came from elsewhere."""
    return render(request, "refusals/stale_form.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that leads nowhere."""
    return render(request, "refusals/not_found.html", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    return render(None, "refusals/fault.html", status=500)  # nothing may go wrong twice


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Something that no role of the visitor's allows."""
    return render(request, "refusals/not_allowed.html", status=403)

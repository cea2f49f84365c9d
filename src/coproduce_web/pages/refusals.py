"""Pages that say no, and why."""

from __future__ import annotations

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old, or came from elsewhere."""
    return render(request, "refusals/stale_form.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that leads nowhere."""
    return render(request, "refusals/not_found.html", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or, where a session could not be read or written, a database that is gone."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return say_gone(error)
    return render(None, "refusals/fault.html", status=500)  # nothing may go wrong twice


def say_gone(error: Exception) -> HttpResponse:
    """The database cannot be reached: nothing was half written, and a minute later it may be there again."""
    logging.getLogger("django.request").error("The database cannot be reached: %s", error)
    response = render(None, "refusals/gone.html", status=503)  # no context may ask the database
    response.headers["Retry-After"] = "10"
    return response


def say_full(error: OSError) -> HttpResponse:
    """There is no room left where files are made: what was begun is gone, and nothing else was touched."""
    logging.getLogger("django.request").error("No room is left on the disk: %s", error)
    return render(None, "refusals/full.html", status=507)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Something that no role of the visitor's allows."""
    return render(request, "refusals/not_allowed.html", status=403)

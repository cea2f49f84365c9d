"""What every answer passes through."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from coproduce_web.pages.access import declared
from coproduce_web.pages.refusals import say_full, say_gone

Handler = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def headers(handle: Handler) -> Handler:
    """No script or style but our own files; nothing of a signed-in page is kept by what lies between."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return answer


MOST_BYTES_SENT = 25 * 2**20
"""No form takes a file of more than this; what is larger is not even read."""


def within_size(handle: Handler) -> Handler:
    """Refuse what is larger than any form takes before it is read."""

    def answer(request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        if not told.isdigit() or int(told) > MOST_BYTES_SENT:
            return render(None, "refusals/too_large.html", status=413)
        return handle(request)

    return answer


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def out_of_order(handle: Handler) -> Handler:
    """A database that cannot be reached, or a full disk, is said on a page of its own; nothing is half written."""

    def answer(request: HttpRequest) -> HttpResponse:
        return handle(request)

    answer.process_exception = _say_why  # type: ignore[attr-defined]
    return answer


def _say_why(request: HttpRequest, error: Exception) -> HttpResponse | None:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return say_full(error)
    return say_gone(error) if isinstance(error, OperationalError | InterfaceError) else None


def deny_by_default(handle: Handler) -> Handler:
    """No page is shown that does not say who may see it."""

    def answer(request: HttpRequest) -> HttpResponse:
        return handle(request)

    def look(
        request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if declared(view):
            return None
        logging.getLogger("django.request").error("%s says nothing of who may see it", request.path)
        return render(request, "refusals/not_allowed.html", status=403)

    answer.process_view = look  # type: ignore[attr-defined]
    return answer

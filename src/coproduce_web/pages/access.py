"""Who may see a page and who may send its form: said once for each address, denied unless said."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import activate
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import OPEN_TO_ANYONE, By, NotNow, permissions_of, roles
from coproduce_web.models import Actor, Initiative, Person, SentForm, Service
from coproduce_web.permissions import Permission

View = Callable[..., HttpResponseBase]

ASSISTING = "assisting"
"""The session's key for the citizen whom a coordinator types for: actor, pseudonym, service, until."""


class Seen(StrEnum):
    """Who may see a page, where it takes no permission."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed_in"
    MEMBER = "member"


class Visit(HttpRequest):
    """A request, with where it is and who makes it."""

    service: Service  # where the route names one
    initiative: Initiative  # where the route names one
    user: Person | AnonymousUser
    by: By
    roles: frozenset[str]
    permissions: frozenset[Permission]
    assisting: dict[str, Any]  # where a coordinator types for a citizen


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may see a page (`sees`) and who may send its form (`does`; nobody, where empty)."""

    sees: Seen | Permission
    does: Seen | Permission | None


def declared(view: View) -> bool:
    """Whether a page says who may see it."""
    return isinstance(getattr(view, "access", None), Access)


def page(
    route: str,
    view: View,
    *,
    name: str,
    sees: Seen | Permission,
    does: Seen | Permission | None = None,
) -> URLPattern:
    """An address with its page and who may see and do it.

    A route that starts with ``<slug:service>/`` is a page of that service, one with ``<int:initiative>`` of that
    initiative: both are looked up, roles are those held there, and the view gets what else the route names.
    """
    return path(route, _guarded(view, access=Access(sees=sees, does=does)), name=name)


def form(route: str, view: View, *, name: str, may: Seen | Permission) -> URLPattern:
    """An address with a form, which those see who may send it."""
    return page(route, view, name=name, sees=may, does=may)


def _guarded(view: View, *, access: Access) -> View:
    @wraps(view)
    def answer(request: Visit, **kwargs: Any) -> HttpResponseBase:
        _place(request, kwargs)
        _speak(request)
        writes = request.method not in {"GET", "HEAD", "OPTIONS"}
        if not _may(request, access.sees) or (writes and not _may(request, access.does)):
            return _refuse(request)
        if not writes:
            return view(request, **kwargs)
        return _once(request, lambda: view(request, **kwargs))

    answer.access = access  # type: ignore[attr-defined]
    return answer


def _place(request: Visit, kwargs: dict[str, Any]) -> None:
    """Say where a request is and who makes it."""
    service = None
    if "service" in kwargs:
        service = request.service = get_object_or_404(
            Service.objects.select_related("organisation"), slug=kwargs.pop("service")
        )
    if "initiative" in kwargs:
        request.initiative = get_object_or_404(
            Initiative, pk=kwargs.pop("initiative"), service=request.service
        )
        request.initiative.service = request.service  # its own: no second query
    request.by = _by(request, service)
    request.roles = roles(request.by.actor, service)
    request.permissions = permissions_of(request.by, service=service, held=request.roles)


def _speak(request: Visit) -> None:
    """Speak the language that somebody chose for themselves, unless this browser was told another."""
    if isinstance(request.user, Person) and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        activate(request.user.language)


def _by(request: Visit, service: Service | None) -> By:
    """Who acts: whoever is signed in, or, in the service where a coordinator types for a citizen, that citizen."""
    signed_in = request.user.actor if isinstance(request.user, Person) else None
    assisting = request.session.get(ASSISTING) if signed_in else None
    if not assisting or assisting["until"] < time.time():
        return By(actor=signed_in)
    request.assisting = assisting
    if service is None or assisting["service"] != service.pk:
        return By(actor=signed_in)
    citizen = Actor.objects.select_related("person").filter(pk=assisting["actor"], left_at=None).first()
    return By(actor=citizen, typed_by=signed_in) if citizen else By(actor=signed_in)


def _may(request: Visit, who: Seen | Permission | None) -> bool:
    match who:
        case Seen.EVERYONE:
            return True
        case Seen.SIGNED_IN:
            return request.by.actor is not None
        case Seen.MEMBER:
            return bool(request.roles)
        case Permission():
            return who in request.permissions or who in OPEN_TO_ANYONE
        case None:
            return False


def _refuse(request: Visit) -> HttpResponse:
    """To the door for who is not signed in; else a page that says no."""
    if request.by.actor is None and request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    return render(request, "refusals/not_allowed.html", status=403)


def _once(request: Visit, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer a sent form; the same form sent again leads to where the first led."""
    token = request.POST.get("once", "")
    try:
        with transaction.atomic():
            sent = SentForm.objects.create(token=token[:64]) if token else None
            response = answer()
            if sent and response.status_code in {302, 303}:
                SentForm.objects.filter(pk=sent.pk).update(led_to=response.headers["Location"])
            elif sent:
                sent.delete()  # it was refused with its faults shown, and may be sent again
            return response
    except IntegrityError:
        first = SentForm.objects.filter(token=token[:64]).first() if token else None
        if first is None:
            raise
        return HttpResponseRedirect(first.led_to or request.path)
    except NotNow as error:
        messages.warning(request, str(error))
        return HttpResponseRedirect(request.path)
    except PermissionDenied:
        return render(request, "refusals/not_allowed.html", status=403)


def thanks(request: Visit, text: str) -> None:
    """Say above the next page that something was done."""
    messages.success(request, text)


def done(request: Visit, *, to: str) -> HttpResponse:
    """Lead on after a form was sent."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(to)
    response = HttpResponse(_("done"))
    response.headers["HX-Redirect"] = to
    return response

"""Signing in and out, joining a service, the first steward."""

from __future__ import annotations

import logging

from django.contrib.auth import authenticate, login, logout
from django.core.mail import send_mail
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from coproduce_web.actions import people as actions
from coproduce_web.forms.people import FirstStewardForm, JoinForm, LinkForm, SignInForm
from coproduce_web.models import Membership, Person
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.signing_in import (
    LINK_MINUTES,
    address_of,
    is_first_token,
    link_token,
    person_of_link,
    too_often,
)

_BACKEND = "coproduce_web.signing_in.Passwords"


def sign_in(request: Visit) -> HttpResponse:
    """Sign in by address and password, or ask for a link."""
    form = SignInForm(request.POST or None)
    if form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        often = too_often("password", email, most=5, minutes=15) | too_often(
            "password from", address_of(request), most=30, minutes=15
        )
        person = None if often else authenticate(request, username=email, password=password)
        if person is not None:
            login(request, person)
            return redirect(_next(request))
        form.add_error(
            None,
            _("Too many tries. Wait a quarter of an hour, or ask for a link.")
            if often
            else _("Address and password do not go together."),
        )
    return render(
        request, "people/sign_in.html", {"form": form, "link_form": LinkForm(), "next": _next(request)}
    )


def send_link(request: Visit) -> HttpResponse:
    """Send a link that signs in; the page says the same whether the address is known or not."""
    form = LinkForm(request.POST or None)
    if not form.is_valid():
        return render(
            request, "form.html", {"form": form, "heading": _("Sign in by a link"), "button": _("Send it")}
        )
    email = form.cleaned_data["email"]
    often = too_often("link", email, most=3, minutes=15) | too_often(
        "link from", address_of(request), most=20, minutes=15
    )
    person = Person.objects.filter(email__iexact=email, is_active=True, actor__left_at=None).first()
    if person and not often:
        _send(request, person)
    return render(request, "people/link_sent.html", {"minutes": LINK_MINUTES})


def _send(request: Visit, person: Person) -> None:
    link = request.build_absolute_uri(reverse("use_link", args=[link_token(person)]))
    text = render_to_string("letters/sign_in.txt", {"link": link, "minutes": LINK_MINUTES, "person": person})
    try:
        send_mail(_("Your link to sign in"), text, None, [person.email or ""])
    except OSError as error:
        logging.getLogger("django.request").warning("The mail server does not answer: %s", error)


def use_link(request: Visit, token: str) -> HttpResponse:
    """A press of the button signs in: programs that look at letters press none."""
    person = person_of_link(token)
    if person is None:
        return render(request, "people/link_old.html", status=410)
    if request.method == "POST":
        login(request, person, backend=_BACKEND)
        return redirect("start")
    return render(request, "people/use_link.html")


def sign_out(request: Visit) -> HttpResponse:
    """Sign out."""
    if request.method == "POST":
        logout(request)
        return redirect("start")
    return render(request, "people/sign_out.html")


def first_steward(request: Visit, token: str) -> HttpResponse:
    """Make the first steward of an empty platform, by the link that the terminal shows."""
    if not is_first_token(token) or Membership.objects.filter(role="steward").exists():
        raise Http404
    form = FirstStewardForm(request.POST or None)
    if form.is_valid():
        person = actions.make_first_steward(**form.cleaned_data)
        login(request, person, backend=_BACKEND)
        thanks(request, _("You keep this platform now. Make its first service."))
        return redirect("new_service")
    return render(
        request,
        "form.html",
        {"form": form, "heading": _("Make the first steward"), "button": _("Make the account")},
    )


def join(request: Visit) -> HttpResponse:
    """Join a service as a citizen."""
    if request.by.actor is not None:
        if request.method == "POST":
            actions.join_too(by=request.by, service=request.service)
            return redirect("service", request.service.slug)
        return render(request, "people/join_too.html")
    form = JoinForm(request.POST or None)
    if form.is_valid():
        person = actions.join(service=request.service, **form.cleaned_data)
        login(request, person, backend=_BACKEND)
        thanks(request, _("Welcome. Your pseudonym here is %(name)s.") % {"name": person.actor.pseudonym})
        return redirect("service", request.service.slug)
    return render(request, "people/join.html", {"form": form})


def _next(request: Visit) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if asked and allowed else reverse("start")

"""Signing in and out, joining a service, invitations taken up, the first steward."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from coproduce_web import letters
from coproduce_web.actions import accounts
from coproduce_web.actions import people as actions
from coproduce_web.actions.acting import By
from coproduce_web.forms.people import FirstStewardForm, JoinForm, LinkForm, SignInForm
from coproduce_web.models import Invitation, Membership, Person
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.signing_in import (
    LINK_MINUTES,
    address_of,
    hashed,
    is_first_token,
    person_of_link,
    too_often,
)

_BACKEND = "coproduce_web.signing_in.Passwords"
BY_LETTER = "by_letter"
"""The session's key for when a letter was answered: who did so just now need not type the password as well."""


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
    told = {"form": form, "next": _next(request), "oidc": settings.OIDC_NAME}
    return render(request, "people/sign_in.html", told)


def send_link(request: Visit) -> HttpResponse:
    """Send a link that signs in; the page says the same, as quickly, whether the address is known or not."""
    form = LinkForm(request.POST or None)
    if not form.is_valid():
        return render(
            request,
            "form.html",
            {
                "form": form,
                "heading": _("Sign in by a link"),
                "seen_by": _("Nobody sees what you type here; an address that is not known is not kept."),
                "button": _("Send it"),
            },
        )
    email = form.cleaned_data["email"]
    often = too_often("link", email, most=3, minutes=15) | too_often(
        "link from", address_of(request), most=20, minutes=15
    )
    person = Person.objects.filter(email__iexact=email, is_active=True, actor__left_at=None).first()
    if person and not often:
        letters.send_sign_in_link.enqueue(person=person.pk, base=request.build_absolute_uri("/")[:-1])
    return render(request, "people/link_sent.html", {"minutes": LINK_MINUTES})


def use_link(request: Visit, token: str) -> HttpResponse:
    """A press of the button signs in: programs that look at letters press none."""
    person = person_of_link(token, hold=request.method == "POST")
    if person is None:
        return render(request, "people/link_old.html", status=410)
    if request.method != "POST":
        return render(request, "people/use_link.html")
    confirmed_before = person.confirmed_at is not None or not person.has_usable_password()
    person = accounts.come_by_letter(by=By(actor=person.actor), now=timezone.now())
    login(request, person, backend=_BACKEND)
    request.session[BY_LETTER] = int(time.time())
    if confirmed_before:
        return redirect("start")
    thanks(
        request, _("Your address is confirmed. Set a password anew: the one typed before no longer counts.")
    )
    return redirect("set_password")


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
        {
            "form": form,
            "heading": _("Make the first steward"),
            "seen_by": _("Other stewards see your name and address, everyone else a pseudonym."),
            "button": _("Make the account"),
        },
    )


def join(request: Visit) -> HttpResponse:
    """Join a service as a citizen."""
    if request.by.actor is not None:
        if request.method == "POST":
            actions.join_too(by=request.by, service=request.service)
            return redirect("service", request.service.slug)
        return render(request, "people/join_too.html")
    form = JoinForm(request.POST or None)
    if _room_for_one_more(request, form) and form.is_valid():
        person = actions.join(service=request.service, language=_language(), **form.cleaned_data)
        login(request, person, backend=_BACKEND)
        thanks(request, _("Welcome. Your pseudonym here is %(name)s.") % {"name": person.actor.pseudonym})
        return redirect("service", request.service.slug)
    return render(request, "people/join.html", {"form": form})


def take_up_invitation(request: Visit, token: str) -> HttpResponse:
    """Take up an invitation: as someone new, or with the account that is signed in."""
    invitation = (
        Invitation.objects.select_related("service", "organisation").filter(hashed=hashed(token)).first()
    )
    if invitation is None or not invitation.is_open:
        return render(request, "people/link_old.html", status=410)
    told = {"invitation": invitation, "next": request.path}
    if request.by.actor is not None:
        if request.method == "POST":
            actions.take_up_invitation(by=request.by, invitation=invitation)
            return _arrive(invitation)
        return render(request, "people/invited.html", told)
    form = JoinForm(request.POST or None)
    if _room_for_one_more(request, form) and form.is_valid():
        person = actions.come_by_invitation(invitation=invitation, language=_language(), **form.cleaned_data)
        login(request, person, backend=_BACKEND)
        thanks(request, _("Welcome. Your pseudonym here is %(name)s.") % {"name": person.actor.pseudonym})
        return _arrive(invitation)
    return render(request, "people/invited.html", told | {"form": form})


def _arrive(invitation: Invitation) -> HttpResponse:
    return redirect("service", invitation.service.slug) if invitation.service else redirect("start")


def _room_for_one_more(request: Visit, form: JoinForm) -> bool:
    """Whether nobody tried to join too often from that network address, in vain or not.

    Who only asks whether addresses are taken is stopped too, and then told nothing of it.
    """
    if request.method != "POST" or not too_often("join from", address_of(request), most=60, minutes=60):
        return True
    form.errors.clear()
    form.add_error(None, _("Somebody tried this too often from this network. Try again in an hour."))
    return False


def _language() -> str:
    known = dict(settings.LANGUAGES)
    language = (get_language() or "en").split("-")[0]
    return language if language in known else "en"


def _next(request: Visit) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if asked and allowed else reverse("start")

"""One's own account: name, password, address, sessions, roles."""

from __future__ import annotations

import time

from django.contrib.auth import logout, update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web import letters
from coproduce_web.actions import accounts, people
from coproduce_web.actions.acting import By
from coproduce_web.forms.people import AddressForm, OwnForm, PasswordForm
from coproduce_web.models import Membership, Person
from coproduce_web.pages.access import ASSISTING, Visit, thanks
from coproduce_web.pages.people import BY_LETTER
from coproduce_web.permissions import ROLES
from coproduce_web.signing_in import LINK_MINUTES, address_token, email_of_address_token, too_often


def me(request: Visit) -> Person:
    """Who is signed in: a coordinator who types for a citizen has no hand in that citizen's account."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def own(request: Visit) -> By:
    """Who is signed in, as who acts."""
    return By(actor=me(request).actor)


def sure(request: Visit) -> bool:
    """Whether a letter was answered just now: then the password need not be typed."""
    return bool(time.time() - request.session.get(BY_LETTER, 0) < LINK_MINUTES * 60)


def show_account(request: Visit) -> HttpResponse:
    """One's name, address and roles, and the ways to change them."""
    person = me(request)
    form = OwnForm(request.POST or None, initial={"name": person.name, "language": person.language})
    if form.is_valid():
        accounts.change_own(by=own(request), **form.cleaned_data)
        thanks(request, _("Changed."))
        return redirect("account")
    held = Membership.objects.filter(actor=person.actor).select_related("service").order_by("-since")
    return render(
        request,
        "account/account.html",
        {"form": form, "person": person, "memberships": held, "roles": ROLES, "now": timezone.now()},
    )


def set_password(request: Visit) -> HttpResponse:
    """Set a password, or another one."""
    person = me(request)
    form = PasswordForm(request.POST or None, person=person, sure=sure(request))
    if request.method == "POST" and too_often("own password", str(person.pk), most=10, minutes=15):
        form.add_error(None, _("Too many tries. Wait a quarter of an hour."))
    elif form.is_valid():
        changed = accounts.set_password(by=own(request), password=form.cleaned_data["password"])
        update_session_auth_hash(request, changed)
        letters.tell_of_change.enqueue(person=person.pk, what="password")
        thanks(request, _("The password is set. You are signed out everywhere else."))
        return redirect("account")
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Set a password"),
            "seen_by": _("Nobody sees a password: only what it is checked against is kept."),
            "button": _("Set it"),
        },
    )


def change_address(request: Visit) -> HttpResponse:
    """Ask for a letter that confirms a new address, or the one there is."""
    person = me(request)
    form = AddressForm(
        request.POST or None, person=person, sure=sure(request), initial={"email": person.email}
    )
    if request.method == "POST" and too_often("own address", str(person.pk), most=5, minutes=15):
        form.add_error(None, _("Too many tries. Wait a quarter of an hour."))
    elif form.is_valid():
        email = form.cleaned_data["email"]
        link = reverse("confirm_address", args=[address_token(person, email=email)])
        sent = letters.send(
            "confirm_address",
            to=email,
            language=person.language,
            link=request.build_absolute_uri(link),
            minutes=LINK_MINUTES,
        )
        if sent:
            return render(request, "people/link_sent.html", {"minutes": LINK_MINUTES})
        form.add_error(None, _("The mail server does not answer. Try again later."))
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Change your address"),
            "seen_by": _("Only the coordinators and stewards of your services see your address."),
            "button": _("Send the letter"),
        },
    )


def confirm_address(request: Visit, token: str) -> HttpResponse:
    """A press of the button takes the address that the letter went to."""
    person = me(request)
    email = email_of_address_token(token, person=person)
    if email is None:
        return render(request, "people/link_old.html", status=410)
    if request.method != "POST":
        return render(
            request,
            "account/confirm_address.html",
            {"email": email},
        )
    if email != person.email:  # the old address hears of it before it goes
        letters.tell_of_change.call(person=person.pk, what="address")
    accounts.confirm_address(by=own(request), email=email, now=timezone.now())
    thanks(request, _("The address is yours now."))
    return redirect("account")


def end_sessions(request: Visit) -> HttpResponse:
    """Sign out everywhere."""
    if request.method == "POST":
        accounts.end_sessions(by=own(request))
        logout(request)
        return redirect("start")
    return render(request, "account/end_sessions.html")


def stop_assisting(request: Visit) -> HttpResponse:
    """Stop typing for somebody."""
    assisting = request.session.pop(ASSISTING, None) if request.method == "POST" else None
    if assisting:
        thanks(request, _("You act for yourself again."))
    return redirect("start")


def leave_service(request: Visit) -> HttpResponse:
    """Leave a service."""
    if request.method == "POST":
        people.leave_service(by=own(request), service=request.service)
        thanks(request, _("You have left. What you gave stays counted, under your pseudonym."))
        return redirect("account")
    return render(request, "account/leave.html")

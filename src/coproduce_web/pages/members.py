"""The members of a service: who they are, their roles, invitations, and typing for those who are not online."""

from __future__ import annotations

import time

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coproduce_web import letters
from coproduce_web.actions import people, roles
from coproduce_web.forms.members import GrantForm, InviteForm, OfflineForm, SearchForm
from coproduce_web.models import Actor, Invitation, Membership, Person
from coproduce_web.pages.access import ASSISTING, Visit, done, thanks
from coproduce_web.permissions import ROLES, Permission

A_PAGE = 50
_ASSIST_MINUTES = 60
_LINK = "invitation_link"


def members(request: Visit) -> HttpResponse:
    """The members, found by name, address, pseudonym or role."""
    form = SearchForm(request.GET or None)
    found = _members(request)
    if form.is_valid():
        said, role = form.cleaned_data["q"].strip(), form.cleaned_data["role"]
        if said:
            found = found.filter(
                Q(pseudonym__icontains=said)
                | Q(person__name__icontains=said)
                | Q(person__email__icontains=said)
            )
        if role:
            found = found.filter(pk__in=_holders(request).filter(role=role).values("actor"))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/members.html", {"form": form, "page": page, "roles": ROLES})


def _holders(request: Visit) -> QuerySet[Membership]:
    return Membership.objects.filter(service=request.service, until=None)


def _members(request: Visit) -> QuerySet[Actor]:
    held = Prefetch("memberships", _holders(request).order_by("since"), to_attr="held")
    return (
        Actor.objects.filter(pk__in=_holders(request).values("actor"), left_at=None)
        .select_related("person", "organisation")
        .prefetch_related(held)
        .order_by(Lower("person__name"), "pk")
    )


def _member(request: Visit, actor: int) -> Actor:
    ever = Membership.objects.filter(service=request.service).values("actor")
    return get_object_or_404(Actor.objects.select_related("person", "organisation"), pk=actor, pk__in=ever)


def member(request: Visit, actor: int) -> HttpResponse:
    """One member: their roles now and before, and what may be done for them."""
    who = _member(request, actor)
    held = Membership.objects.filter(actor=who, service=request.service).order_by("-since")
    person = Person.objects.filter(actor=who).first()
    may_assist = (
        person is not None
        and who.side == "citizen"
        and any(each.until is None for each in held)
        and Permission.ASSIST in request.permissions
    )
    told = {"who": who, "person": person, "memberships": held, "may_assist": may_assist, "roles": ROLES}
    return render(request, "members/member.html", told)


def grant_role(request: Visit, actor: int) -> HttpResponse:
    """Give a member a role."""
    who = _member(request, actor)
    form = GrantForm(request.POST or None)
    if form.is_valid():
        roles.grant(by=request.by, actor=who, role=form.cleaned_data["role"], service=request.service)
        thanks(request, _("They hold the role now."))
        return done(request, to=reverse("member", args=[request.service.slug, who.pk]))
    heading = _("Give %(name)s a role") % {"name": who.pseudonym}
    return render(request, "form.html", {"form": form, "heading": heading, "button": _("Give it")})


def withdraw_role(request: Visit, membership: int) -> HttpResponse:
    """Take a role away."""
    held = get_object_or_404(
        Membership.objects.select_related("actor", "service"), pk=membership, service=request.service
    )
    if request.method == "POST":
        roles.withdraw_role(by=request.by, membership=held)
        thanks(request, _("The role has ended."))
        return done(request, to=reverse("member", args=[request.service.slug, held.actor_id]))
    return render(request, "members/withdraw.html", {"membership": held})


def add_member(request: Visit) -> HttpResponse:
    """Enter a citizen who is not online."""
    form = OfflineForm(request.POST or None, initial={"language": request.LANGUAGE_CODE.split("-")[0]})
    if form.is_valid():
        person = people.add_person(
            by=request.by, service=request.service, role="citizen", side="citizen", **form.cleaned_data
        )
        thanks(
            request,
            _("They are a member now, under the pseudonym %(name)s.") % {"name": person.actor.pseudonym},
        )
        return done(request, to=reverse("member", args=[request.service.slug, person.actor_id]))
    told = {"form": form, "heading": _("Enter someone who is not online"), "button": _("Enter them")}
    return render(request, "form.html", told)


def mend_member(request: Visit, actor: int) -> HttpResponse:
    """Mend the name or language of someone who is not online."""
    person = get_object_or_404(Person.objects.select_related("actor"), actor=_member(request, actor))
    form = OfflineForm(request.POST or None, initial={"name": person.name, "language": person.language})
    if form.is_valid():
        people.change_person(by=request.by, service=request.service, person=person, **form.cleaned_data)
        thanks(request, _("Changed."))
        return done(request, to=reverse("member", args=[request.service.slug, actor]))
    return render(
        request, "form.html", {"form": form, "heading": _("Mend name and language"), "button": _("Save")}
    )


def assist(request: Visit, actor: int) -> HttpResponse:
    """Type for a citizen from now on, on every page of the service, until it is ended or an hour is over."""
    who = _member(request, actor)
    current = _holders(request).filter(actor=who).exists()
    if request.method != "POST" or who.side != "citizen" or who.left_at or not current:
        return redirect("member", request.service.slug, actor)
    request.session[ASSISTING] = {
        "actor": who.pk,
        "pseudonym": who.pseudonym,
        "service": request.service.pk,
        "title": request.service.title,
        "until": int(time.time()) + _ASSIST_MINUTES * 60,
    }
    return redirect("service", request.service.slug)


def invitations(request: Visit) -> HttpResponse:
    """The invitations of the service, and a new one; its link is shown once."""
    form = InviteForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        email = said.pop("email")
        invitation, secret = roles.invite(by=request.by, service=request.service, **said)
        link = request.build_absolute_uri(reverse("take_up_invitation", args=[secret]))
        if email:
            _send(request, invitation, email=email, link=link)
        else:
            request.session[_LINK] = link
        return done(request, to=reverse("invitations", args=[request.service.slug]))
    made = Invitation.objects.filter(service=request.service).select_related(
        "made_by", "used_by", "organisation"
    )
    page = Paginator(made, A_PAGE).get_page(request.GET.get("page"))
    link = request.session.pop(_LINK, "") if request.method == "GET" else ""
    told = {"form": form, "page": page, "link": link, "roles": ROLES}
    return render(request, "members/invitations.html", told)


def _send(request: Visit, invitation: Invitation, *, email: str, link: str) -> None:
    """Send the link; where the mail server does not take it, show it instead."""
    sent = letters.send(
        "invitation",
        to=email,
        language=request.LANGUAGE_CODE,
        service=request.service,
        role=ROLES[invitation.role].label,
        until=invitation.expires_at,
        link=link,
    )
    if sent:
        thanks(request, _("The letter is on its way."))
    else:
        request.session[_LINK] = link


def withdraw_invitation(request: Visit, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    made = get_object_or_404(
        Invitation.objects.select_related("service"), pk=invitation, service=request.service
    )
    if request.method == "POST":
        roles.withdraw_invitation(by=request.by, invitation=made)
        thanks(request, _("The link no longer works."))
    return redirect("invitations", request.service.slug)

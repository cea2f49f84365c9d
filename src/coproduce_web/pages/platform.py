"""The whole platform: its stewards and organisations."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from coproduce_web.actions import roles
from coproduce_web.forms.members import OrganisationForm, StewardForm
from coproduce_web.models import Actor, Membership, Organisation
from coproduce_web.pages.access import Visit, thanks


def stewards(request: Visit) -> HttpResponse:
    """The stewards of the whole platform, and a new one."""
    form = StewardForm(request.POST or None)
    if form.is_valid():
        who = form.cleaned_data["who"].strip()
        actor = (
            Actor.objects.filter(pseudonym=who, left_at=None).first()
            or Actor.objects.filter(person__email__iexact=who, left_at=None).first()
        )
        if actor is not None:
            roles.grant(by=request.by, actor=actor, role="steward", service=None)
            thanks(request, _("They are a steward of the whole platform now."))
            return redirect("stewards")
        form.add_error("who", _("Nobody here has this pseudonym or address."))
    held = Membership.objects.filter(service=None, until=None).select_related("actor__person")
    return render(request, "members/stewards.html", {"form": form, "memberships": held.order_by("since")})


def withdraw_steward(request: Visit, membership: int) -> HttpResponse:
    """Take a role on the whole platform away."""
    held = get_object_or_404(Membership.objects.select_related("actor"), pk=membership, service=None)
    if request.method == "POST":
        roles.withdraw_role(by=request.by, membership=held)
        thanks(request, _("The role has ended."))
    return redirect("stewards")


def organisations(request: Visit) -> HttpResponse:
    """The organisations, and a new one."""
    form = OrganisationForm(request.POST or None)
    if form.is_valid():
        roles.name_organisation(by=request.by, **form.cleaned_data)
        thanks(request, _("The platform knows the organisation now."))
        return redirect("organisations")
    known = Organisation.objects.annotate(number_of_services=Count("services", distinct=True)).order_by(
        "name"
    )
    return render(request, "members/organisations.html", {"form": form, "organisations": known})


def rename_organisation(request: Visit, organisation: int) -> HttpResponse:
    """Give an organisation another name."""
    known = get_object_or_404(Organisation, pk=organisation)
    form = OrganisationForm(request.POST or None, instance=known)
    if form.is_valid():
        fresh = Organisation.objects.get(pk=organisation)
        roles.rename_organisation(by=request.by, organisation=fresh, **form.cleaned_data)
        thanks(request, _("Changed."))
        return redirect("organisations")
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Rename the organisation"),
            "seen_by": _("Everyone can read the names of organisations."),
            "button": _("Save"),
        },
    )

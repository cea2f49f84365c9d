"""Time credits: one's own account, and putting a wrong credit right."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from coproduce_web.actions import credits as actions
from coproduce_web.forms.claims import ReverseForm
from coproduce_web.ledger import balance
from coproduce_web.models import Account, Transfer
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.pages.needs import A_PAGE


def own_credits(request: Visit) -> HttpResponse:
    """What one has, and every entry that it is the sum of. Nobody sees anybody else's."""
    account = Account.objects.filter(service=request.service, actor=request.by.actor).first()
    entries = (
        Transfer.objects.filter(Q(into=account) | Q(out_of=account)) if account else Transfer.objects.none()
    ).select_related("contribution__activity", "contribution__need", "reverses")
    page = Paginator(entries.order_by("-made_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "deliver/credits.html",
        {"account": account, "balance": balance(account) if account else 0, "page": page},
    )


def reverse_credit(request: Visit, transfer: int) -> HttpResponse:
    """Move a wrong credit back."""
    shown = get_object_or_404(
        Transfer.objects.select_related("service", "contribution"), pk=transfer, service=request.service
    )
    form = ReverseForm(request.POST or None)
    if form.is_valid():
        actions.reverse_credit(by=request.by, transfer=shown, reason=form.cleaned_data["reason"])
        thanks(request, _("Moved back."))
        return redirect("service", request.service.slug)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("Move a credit back"),
            "lead": _("The contribution stays as it is. Both entries stay in the account, with your reason."),
            "button": _("Move it back"),
            "seen_by": _("Whose account it is reads the reason."),
        },
    )

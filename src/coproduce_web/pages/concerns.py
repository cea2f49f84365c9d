"""Pages of concerns: raising, following, handling them, and their counts."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions import concerns as actions
from coproduce_web.actions.acting import By
from coproduce_web.concern_counts import concern_counts
from coproduce_web.forms.concerns import AnswerForm, ConcernForm, KeepOpenForm, SayMoreForm
from coproduce_web.models import Concern, Service
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.permissions import TEAM_ROLES
from coproduce_web.signing_in import address_of, hashed, new_secret, too_often

A_PAGE = 50
RAISED_AN_HOUR = 10
WORDS_AN_HOUR = 20


def where_to_raise(request: Visit) -> HttpResponse:
    """Which service a concern is about."""
    return render(request, "concerns/where.html", {"services": Service.objects.order_by("title")})


def concerns(request: Visit) -> HttpResponse:
    """How many concerns there are, of which kind, and where they stand."""
    counts = concern_counts(request.service, at=timezone.now())
    return render(request, "concerns/concerns.html", {"counts": counts})


def raise_concern(request: Visit) -> HttpResponse:
    """Raise a concern, named or not; the page that answers shows the secret link, once.

    The secret is worked out from the form that was sent: sent twice, it is the same, and the concern is raised once.
    """
    form = ConcernForm(
        request.POST or None,
        service=request.service,
        can_be_named=request.by.actor is not None,
        initial={"initiative": request.GET.get("initiative")},
    )
    if form.is_valid() and _room_for_one_more(request, form):
        told = dict(form.cleaned_data)
        by = request.by if told.pop("named", False) else By(actor=None)
        secret = _secret(request)
        actions.raise_concern(by=by, service=request.service, secret=secret, **told)
        link = request.build_absolute_uri(_follow(request, secret))
        return _unkept(
            render(request, "concerns/raised.html", {"link": link, "path": _follow(request, secret)})
        )
    return _unkept(render(request, "concerns/raise.html", {"form": form}))


def follow_concern(request: Visit, token: str) -> HttpResponse:
    """What became of a concern, for who has its link; they can say more, or that it is not settled."""
    concern = get_object_or_404(
        Concern.objects.select_related("service", "initiative", "raised_by"),
        hashed=hashed(token),
        service=request.service,
    )
    form = SayMoreForm(request.POST or None)
    if form.is_valid():
        if too_often("concern word", token, most=WORDS_AN_HOUR, minutes=60):
            form.add_error(None, _("That was often. Wait an hour before you say more."))
        else:
            actions.say_more(
                by=By(actor=concern.raised_by),
                concern=concern,
                secret=token,
                text=form.cleaned_data["text"],
                settled=not form.cleaned_data["unsettled"],
            )
            thanks(request, _("It is passed on."))
            return redirect(request.path)
    notes = concern.notes.all()
    return _unkept(
        render(request, "concerns/follow.html", {"concern": concern, "form": form, "notes": notes})
    )


def register(request: Visit) -> HttpResponse:
    """The concerns to handle: those that wait longest first."""
    _refuse_the_team(request)
    found = (
        Concern.objects.filter(service=request.service)
        .select_related("initiative", "handler")
        .order_by("status" if request.GET.get("all") else "answer_due_at", "answer_due_at", "pk")
    )
    if not request.GET.get("all"):
        found = found.exclude(status=Concern.Status.CLOSED)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "concerns/register.html", {"page": page, "all": request.GET.get("all")})


def concern(request: Visit, concern: int) -> HttpResponse:
    """A concern, for who handles it; its handler answers here."""
    shown = _shown(request, concern)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        actions.answer(by=request.by, concern=shown, text=form.cleaned_data["text"])
        thanks(request, _("The answer stands where who raised it will read it."))
        return redirect(request.path)
    told = {
        "concern": shown,
        "form": form,
        "notes": shown.notes.select_related("said_by"),
        "mine": shown.handler == request.by.actor,
        "asked_by_me": shown.closing_asked_by == request.by.actor,
    }
    return render(request, "concerns/concern.html", told)


def take_concern(request: Visit, concern: int) -> HttpResponse:
    """Take a concern, or give back one that one took."""
    shown = _shown(request, concern)
    mine = shown.handler == request.by.actor
    if request.method == "POST":
        (actions.hand_back if mine else actions.take)(by=request.by, concern=shown)
        thanks(request, _("Given back.") if mine else _("It is yours to answer."))
        return redirect("concern", request.service.slug, concern)
    heading, button = (
        (_("Give the concern back"), _("Give it back")) if mine else (_("Take the concern"), _("Take it"))
    )
    return render(request, "press.html", {"heading": heading, "button": button})


def close_concern(request: Visit, concern: int) -> HttpResponse:
    """Ask to close a concern, or agree to what somebody else asked."""
    shown = _shown(request, concern)
    asked = shown.closing_asked_by is not None
    if request.method == "POST":
        (actions.agree_to_close if asked else actions.ask_to_close)(by=request.by, concern=shown)
        thanks(request, _("Closed.") if asked else _("Asked. Somebody else must agree."))
        return redirect("concern", request.service.slug, concern)
    return render(
        request,
        "press.html",
        {
            "heading": _("Agree to close the concern") if asked else _("Ask to close the concern"),
            "text": _("Closing takes two persons. Who raised it can open it again."),
            "button": _("Close it") if asked else _("Ask"),
        },
    )


def keep_concern_open(request: Visit, concern: int) -> HttpResponse:
    """Refuse to close a concern, with the reason."""
    shown = _shown(request, concern)
    form = KeepOpenForm(request.POST or None)
    if form.is_valid():
        actions.keep_open(by=request.by, concern=shown, text=form.cleaned_data["text"])
        thanks(request, _("It stays open."))
        return redirect("concern", request.service.slug, concern)
    heading = _("Keep the concern open")
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": heading,
            "button": _("Keep it open"),
            "seen_by": _("Who raised it reads this, and all who handle concerns, and the stewards."),
        },
    )


def _shown(request: Visit, key: int) -> Concern:
    _refuse_the_team(request)
    related = ("service", "initiative", "raised_by", "handler", "closing_asked_by", "closed_by")
    return get_object_or_404(Concern.objects.select_related(*related), pk=key, service=request.service)


def _refuse_the_team(request: Visit) -> None:
    """What is said on concerns is kept from the team, whatever other role one of it holds."""
    if request.roles & TEAM_ROLES or request.by.typed_by is not None:
        raise PermissionDenied


def _secret(request: Visit) -> str:
    once = request.POST.get("once", "")
    if not once:
        return new_secret()
    told = "\0".join(
        request.POST.get(name, "") for name in ("evil", "text", "severity", "borne_by", "initiative")
    )
    return hashed(f"follow a concern\0{once}\0{told}")


def _follow(request: Visit, secret: str) -> str:
    return reverse("follow_concern", args=[request.service.slug, secret])


def _room_for_one_more(request: Visit, form: ConcernForm) -> bool:
    if not too_often("concern from", address_of(request), most=RAISED_AN_HOUR, minutes=60):
        return True
    form.add_error(None, _("Many concerns came from this network just now. Try again in an hour."))
    return False


def _unkept(response: HttpResponse) -> HttpResponse:
    """A page that no cache keeps and no search engine lists: it may hold a secret link, or what was typed."""
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex"
    return response

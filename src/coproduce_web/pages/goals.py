"""Pages of goals: in public only how far goals were reached by many; a goal itself for those whom it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from coproduce_web import disclosure
from coproduce_web.actions import goals as actions
from coproduce_web.agreeing import may_agree, may_review
from coproduce_web.answering import CITIZENS
from coproduce_web.attainment import t_score
from coproduce_web.choices import SetBy
from coproduce_web.forms.goals import LEVELS, GoalForm, ReviewForm
from coproduce_web.models import Goal, GoalReview
from coproduce_web.pages.access import Visit, thanks
from coproduce_web.permissions import Permission

A_PAGE = 50


def goals(request: Visit) -> HttpResponse:
    """How far goals were reached by many, and the goals that concern the visitor."""
    page = Paginator(_seen(request), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "goals/goals.html",
        {
            "page": page,
            "mine": request.by.actor is not None and bool(request.roles),
            "attained": _attained(request),
            "own": _own_scores(request),
        },
    )


def _concerned(request: Visit) -> Q:
    """Whom a goal concerns: the citizen, who agreed it with them, and the team while it waits for one of them."""
    actor = request.by.actor
    if actor is None:
        return Q(pk=None)
    concerned = Q(actor=actor) | Q(partner=actor)
    if actor.side not in CITIZENS and Permission.SET_GOAL in request.permissions:
        concerned |= Q(agreed_at=None, written_by_citizen=True)
    return concerned


def _seen(request: Visit) -> Any:
    return (
        Goal.objects.filter(_concerned(request), initiative=request.initiative)
        .select_related("actor", "partner")
        .order_by("agreed_at", "-set_at", "-pk")
    )


def _attained(request: Visit) -> list[dict[str, Any]]:
    """How far goals were reached, by whose they are and who says so; only where enough citizens stand behind it."""
    reviewed = (
        Goal.objects.filter(initiative=request.initiative, reviews__isnull=False)
        .distinct()
        .prefetch_related("reviews")
        .order_by("pk")
    )
    said: dict[tuple[str, bool], dict[int, list[tuple[Goal, int]]]] = defaultdict(lambda: defaultdict(list))
    for goal in reviewed.iterator(chunk_size=1000):
        for by_citizen, level in _last_levels(goal.reviews.all()).items():
            said[goal.set_by, by_citizen][goal.actor_id].append((goal, level))
    rows = []
    for (set_by, by_citizen), persons in sorted(said.items()):
        rows.append(_row(persons, small_numbers=request.service.small_numbers))
        rows[-1] |= {"set_by": SetBy(set_by).label, "by_citizen": by_citizen}
    return rows


def _row(persons: dict[int, list[tuple[Goal, int]]], *, small_numbers: int) -> dict[str, Any]:
    def shown(values: Iterable[float]) -> float | None:
        told = list(values)
        return disclosure.behind(sum(told) / len(told), persons=len(persons), small_numbers=small_numbers)

    return {
        "persons": disclosure.single(len(persons), small_numbers=small_numbers),
        "score": shown(_score([(goal, level) for goal, level in said]) for said in persons.values()),
        "before": shown(
            _score([(goal, goal.baseline) for goal, _level in said]) for said in persons.values()
        ),
    }


def _score(said: list[tuple[Goal, int]]) -> float:
    score = t_score([level for _goal, level in said], [goal.importance for goal, _level in said])
    return score if score is not None else 50.0


def _last_levels(reviews: Iterable[GoalReview]) -> dict[bool, int]:
    """The last level that the citizen (True) and the organisation (False) said; reviews come oldest first."""
    return {review.by_citizen: review.level for review in reviews}


def _own_scores(request: Visit) -> list[dict[str, Any]]:
    """The visitor's own T-score, at the start and as each side says that it is now."""
    if request.by.actor is None:
        return []
    mine = Goal.objects.filter(initiative=request.initiative, actor=request.by.actor, agreed_at__isnull=False)
    said: dict[bool, list[tuple[Goal, int]]] = defaultdict(list)
    for goal in mine.prefetch_related("reviews"):
        for by_citizen, level in _last_levels(goal.reviews.all()).items():
            said[by_citizen].append((goal, level))
    return [
        {
            "by_citizen": by_citizen,
            "goals": len(found),
            "score": _score(found),
            "before": _score([(goal, goal.baseline) for goal, _level in found]),
        }
        for by_citizen, found in sorted(said.items(), reverse=True)
    ]


def new_goal(request: Visit) -> HttpResponse:
    """Write down a goal."""
    by_citizen = request.by.side in CITIZENS
    form = GoalForm(request.POST or None, by_citizen=by_citizen, service=request.service)
    if form.is_valid():
        made = actions.set_goal(by=request.by, initiative=request.initiative, **form.cleaned_data)
        thanks(request, _("It is written down. It counts when the other side agrees to its levels."))
        return redirect("goal", request.service.slug, request.initiative.pk, made.pk)
    return _goal_form(request, form, heading=_("Set a goal"))


def _goal_form(request: Visit, form: GoalForm, *, heading: str) -> HttpResponse:
    seen_by = _(
        "You and who agrees it with you can read it, and until then those of the team who could. "
        "In public there are only means over enough people."
    )
    told = {"form": form, "heading": heading, "button": _("Write it down"), "seen_by": seen_by}
    return render(request, "form.html", told)


def _goal(request: Visit, key: int) -> Goal:
    reviews = Prefetch("reviews", GoalReview.objects.select_related("said_by"))
    found = Goal.objects.select_related("initiative__service", "actor", "partner").prefetch_related(reviews)
    goal = get_object_or_404(found, pk=key, initiative=request.initiative)
    if not Goal.objects.filter(_concerned(request), pk=key).exists():
        raise PermissionDenied
    return goal


def goal(request: Visit, goal: int) -> HttpResponse:
    """A goal, its levels, and what was said of it."""
    shown = _goal(request, goal)
    levels = [
        {"level": place - 2, "words": getattr(shown, name), "baseline": shown.baseline == place - 2}
        for place, name in enumerate(LEVELS)
    ]
    return render(
        request,
        "goals/goal.html",
        {
            "goal": shown,
            "levels": levels,
            "may_agree": may_agree(shown, by=request.by),
            "may_review": bool(shown.agreed_at) and may_review(shown, by=request.by),
            "may_change": not shown.agreed_at and _is_writer(request, shown),
        },
    )


def _is_writer(request: Visit, goal: Goal) -> bool:
    writer = goal.actor_id if goal.written_by_citizen else goal.partner_id
    return request.by.actor is not None and request.by.actor.pk == writer


def change_goal(request: Visit, goal: int) -> HttpResponse:
    """Change a goal that is not agreed yet."""
    shown = _goal(request, goal)
    if not _is_writer(request, shown):
        raise PermissionDenied
    form = GoalForm(
        request.POST or None, by_citizen=shown.written_by_citizen, service=request.service, instance=shown
    )
    if form.is_valid():
        fresh = Goal.objects.select_related("initiative__service").get(pk=goal)
        actions.change_goal(by=request.by, goal=fresh, **form.cleaned_data)
        thanks(request, _("Changed."))
        return redirect("goal", request.service.slug, request.initiative.pk, goal)
    return _goal_form(request, form, heading=_("Change the goal"))


def agree_goal(request: Visit, goal: int) -> HttpResponse:
    """Agree to a goal and its levels."""
    shown = _goal(request, goal)
    if not (shown.agreed_at or may_agree(shown, by=request.by)):
        raise PermissionDenied
    if request.method == "POST":
        actions.agree(by=request.by, goal=shown)
        thanks(request, _("Both sides agree. Its levels stay as they are now."))
        return redirect("goal", request.service.slug, request.initiative.pk, goal)
    heading = _("Agree to “%(title)s”?") % {"title": shown.title}
    text = _("Its five levels and where it stands today can be changed no more afterwards.")
    return render(request, "press.html", {"heading": heading, "text": text, "button": _("Agree")})


def review_goal(request: Visit, goal: int) -> HttpResponse:
    """Say how far a goal was reached."""
    shown = _goal(request, goal)
    if not may_review(shown, by=request.by):
        raise PermissionDenied
    form = ReviewForm(request.POST or None, goal=shown)
    if form.is_valid():
        actions.review(by=request.by, goal=shown, **form.cleaned_data)
        thanks(request, _("Your word is kept."))
        return redirect("goal", request.service.slug, request.initiative.pk, goal)
    return render(
        request,
        "form.html",
        {
            "form": form,
            "heading": _("How far was it reached?"),
            "lead": shown.title,
            "button": _("Say so"),
            "seen_by": _("You and who agreed it with you can read it. In public there are only means."),
        },
    )

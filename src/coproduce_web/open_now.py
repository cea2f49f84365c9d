"""What is open now: for whoever looks at a service, and in each of an initiative's four parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coproduce_web.answering import needs_to_judge, waiting_for
from coproduce_web.models import (
    BudgetRound,
    Concern,
    Decision,
    Goal,
    Idea,
    Initiative,
    Phase,
    Respondent,
    Session,
    Wave,
)
from coproduce_web.permissions import Permission
from coproduce_web.survey_links import secret_of

if TYPE_CHECKING:
    from coproduce_web.pages.access import Visit

SOON = timedelta(days=14)
MOST = 3
"""As many sessions, votes and surveys as a page names; the rest is a step away."""

NAMES: dict[str, tuple[str | Promise, str | Promise]] = {
    "commission": (
        gettext_lazy("Commission together"),
        gettext_lazy("Say what matters, and decide what it is spent on."),
    ),
    "design": (gettext_lazy("Design together"), gettext_lazy("Think up how it should work, and try it out.")),
    "deliver": (gettext_lazy("Deliver together"), gettext_lazy("Ask for help, give a hand, come along.")),
    "assess": (gettext_lazy("Assess together"), gettext_lazy("Say how it was, and whether it helped.")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Something open now: what it is, where it leads, a word more; and whether it waits for this one person."""

    said: str
    to: str
    more: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the four parts of an initiative: its phases, whether one is open, and what is open in it."""

    key: str
    label: str | Promise
    meaning: str | Promise
    phases: list[Phase] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def open(self) -> Phase | None:
        """The phase that is open now."""
        return next((phase for phase in self.phases if phase.is_open), None)


def doors(request: Visit) -> list[Door]:
    """What is open for this visitor in the service: first what waits for them, then what is open to all."""
    own = list(_own(request)) if request.by.actor else []
    return own + list(_open_to_all(request))


def _own(request: Visit) -> Iterator[Door]:
    """What waits for this person."""
    may = request.permissions
    if Permission.RESPOND in may:
        yield from _answers(request)
    if Permission.JUDGE_DONE in may:
        yield from _judgements(request)
    if request.by.typed_by is None:
        yield from _surveys(request)
    yield from _goals(request)
    if Permission.HANDLE_CONCERN in may:
        yield from _concerns(request)
    if Permission.DECIDE in may:
        yield from _decisions(request)


def _waits(request: Visit, number: int, *, said: str, to: str, more: str) -> Iterator[Door]:
    if number:
        place = reverse(to, args=[request.service.slug])
        yield Door(said=said % {"number": number}, to=place, more=more, waits=True)


def _answers(request: Visit) -> Iterator[Door]:
    number = waiting_for(request.by.known, service=request.service).count()
    said = ngettext(
        "%(number)s contribution waits for your answer",
        "%(number)s contributions wait for your answer",
        number,
    )
    more = _("Is the time right? It counts only when you say so.")
    yield from _waits(request, number, said=said, to="waiting", more=more)


def _judgements(request: Visit) -> Iterator[Door]:
    """Needs called done, and the promises of the last weeks called kept, on which this citizen was not heard."""
    needs = needs_to_judge(request.by.known, service=request.service).count()
    said = ngettext("%(number)s need is called done", "%(number)s needs are called done", needs)
    more = _("Is it done? Your word is kept beside ours.")
    yield from _waits(request, needs, said=said, to="waiting", more=more)
    promises = Decision.objects.filter(
        initiative__service=request.service, done_at__gte=timezone.now() - 4 * SOON
    ).exclude(judgements__actor=request.by.actor)
    number = promises.count()
    said = ngettext("%(number)s promise is called kept", "%(number)s promises are called kept", number)
    more = _("Was it kept? Say what you saw.")
    yield from _waits(request, number, said=said, to="all_decisions", more=more)


def _surveys(request: Visit) -> Iterator[Door]:
    """The surveys that this person was asked in and has not answered, by their own links."""
    now, slug = timezone.now(), request.service.slug
    asked = Respondent.objects.filter(
        actor=request.by.actor,
        answered_at=None,
        wave__initiative__service=request.service,
        wave__opens_at__lte=now,
        wave__closes_at__gt=now,
        wave__closed_at=None,
    )
    for each in asked.select_related("wave")[:MOST]:
        link = [slug, each.wave.initiative_id, each.wave_id, secret_of(each.wave_id, each.code)]
        more = _("a survey, open until %(day)s") % {"day": _day(each.wave.closes_at)}
        yield Door(said=each.wave.title, to=reverse("answer_survey", args=link), more=more, waits=True)


def _goals(request: Visit) -> Iterator[Door]:
    """The goals that the organisation wrote for this citizen, to be agreed to."""
    written = Goal.objects.filter(
        initiative__service=request.service, actor=request.by.actor, written_by_citizen=False, agreed_at=None
    )
    for goal in written[:MOST]:
        place = reverse("goal", args=[request.service.slug, goal.initiative_id, goal.pk])
        more = _("Do you agree to this goal and its levels?")
        yield Door(said=goal.title, to=place, more=more, waits=True)


def _concerns(request: Visit) -> Iterator[Door]:
    free = Q(handler=None) | Q(handler=request.by.actor)
    number = request.service.concerns.filter(free, status=Concern.Status.OPEN).count()
    said = ngettext(
        "%(number)s concern waits for an answer", "%(number)s concerns wait for an answer", number
    )
    more = _("Each has a day by which it is answered.")
    yield from _waits(request, number, said=said, to="concern_register", more=more)


def _decisions(request: Visit) -> Iterator[Door]:
    number = Decision.objects.filter(initiative__service=request.service, result="").count()
    said = ngettext(
        "%(number)s proposal waits for a decision", "%(number)s proposals wait for a decision", number
    )
    more = _("Whoever proposed it hears why.")
    yield from _waits(request, number, said=said, to="all_decisions", more=more)


def _open_to_all(request: Visit) -> Iterator[Door]:
    """Votes and sessions that are open."""
    now, slug = timezone.now(), request.service.slug
    rounds = BudgetRound.objects.filter(
        initiative__service=request.service, opens_at__lte=now, closes_at__gt=now
    ).order_by("closes_at")
    for each in rounds[:MOST]:
        place = "vote" if Permission.VOTE in request.permissions else "round"
        yield Door(
            said=_("Vote: %(title)s") % {"title": each.title},
            to=reverse(place, args=[slug, each.initiative_id, each.pk]),
            more=_("open until %(day)s") % {"day": _day(each.closes_at)},
        )
    coming = _sessions(now).filter(opportunity__activity__phase__initiative__service=request.service)
    for session in coming[:MOST]:
        yield Door(
            said=_("Come along: %(title)s") % {"title": session.opportunity.title},
            to=reverse("session", args=[slug, session.opportunity.activity.phase.initiative_id, session.pk]),
            more=_when(session),
        )


def _day(moment: datetime) -> str:
    return str(date_format(timezone.localtime(moment), "DATE_FORMAT"))


def _sessions(now: datetime) -> QuerySet[Session]:
    return (
        Session.objects.filter(
            starts_at__gt=now, starts_at__lt=now + SOON, cancelled_at=None, opportunity__closed_at=None
        )
        .select_related("opportunity__activity__phase")
        .order_by("starts_at")
    )


def _when(session: Session) -> str:
    starts = timezone.localtime(session.starts_at)
    day = f"{date_format(starts, 'l')}, {date_format(starts, 'DATETIME_FORMAT')}"
    return f"{day} · {session.opportunity.place}" if session.opportunity.place else day


def parts(initiative: Initiative) -> list[Part]:
    """The four parts of an initiative, with what is open in each."""
    phases = list(initiative.phases.order_by("opens_at", "pk").prefetch_related("activities"))
    facts = {
        "commission": _commission(initiative),
        "design": _design(initiative),
        "deliver": _deliver(initiative),
        "assess": _assess(initiative),
    }
    return [
        Part(
            key=key,
            label=label,
            meaning=meaning,
            phases=[phase for phase in phases if phase.name == key],
            facts=facts[key],
        )
        for key, (label, meaning) in NAMES.items()
    ]


def _commission(initiative: Initiative) -> list[str]:
    now = timezone.now()
    votes = initiative.rounds.filter(opens_at__lte=now, closes_at__gt=now).count()
    waiting = initiative.decisions.filter(result="", proposal__isnull=False).count()
    return _said(
        (votes, ngettext("%(number)s vote is open", "%(number)s votes are open", votes)),
        (
            waiting,
            ngettext(
                "%(number)s proposal waits for a decision",
                "%(number)s proposals wait for a decision",
                waiting,
            ),
        ),
    )


def _design(initiative: Initiative) -> list[str]:
    tried = Idea.objects.filter(initiative=initiative, concluded_at=None).count()
    return _said((tried, ngettext("%(number)s idea is open", "%(number)s ideas are open", tried)))


def _assess(initiative: Initiative) -> list[str]:
    now = timezone.now()
    asked = Wave.objects.filter(
        initiative=initiative, opens_at__lte=now, closes_at__gt=now, closed_at=None
    ).count()
    return _said((asked, ngettext("%(number)s survey is open", "%(number)s surveys are open", asked)))


def _deliver(initiative: Initiative) -> list[str]:
    coming = _sessions(timezone.now()).filter(opportunity__activity__phase__initiative=initiative).count()
    looking = initiative.needs.filter(done_at=None, citizen_says="", withdrawn_at=None).count()
    return _said(
        (
            coming,
            ngettext(
                "%(number)s session in the next two weeks",
                "%(number)s sessions in the next two weeks",
                coming,
            ),
        ),
        (
            looking,
            ngettext(
                "help is looked for with %(number)s need", "help is looked for with %(number)s needs", looking
            ),
        ),
    )


def _said(*facts: tuple[int, str]) -> list[str]:
    return [said % {"number": number} for number, said in facts if number]

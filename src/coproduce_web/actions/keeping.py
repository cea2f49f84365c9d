"""Keeping no longer than is said: what time demands, once a day.

A record that is older than its service keeps leads to a stand-in: one for each person and month, with a pseudonym of
its own that nothing ties to the person or to their other months. So every count by month or less stays as it was,
and nobody can be followed. What groups gave is counted before (`GroupTotal`).
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session as BrowserSession
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from coproduce_web.actions.acting import By, acting
from coproduce_web.actions.forgetting import erase
from coproduce_web.actions.surveys import close_due_waves
from coproduce_web.held import ERASED, HELD, Held
from coproduce_web.models import (
    Actor,
    Attempt,
    Contribution,
    Demographics,
    GroupTotal,
    Invitation,
    Membership,
    Person,
    SentForm,
    Service,
    TrailEntry,
    Unit,
)
from coproduce_web.permissions import Permission

SENT_FORM_DAYS = 7
TRY_DAYS = 2
INVITATION_DAYS = 90
TASK_DAYS = 14
ENTRIES_AT_ONCE = 10_000  # a database takes so many keys in one question, and not many times more
PLATFORM_DAYS = 730
"""How long the trail says who, where it speaks of no service; how long an account is kept that has no role."""

_TO_SERVICE = {
    "comment": "thread__initiative__service",
    "priority": "proposal__initiative__service",
    "prototype": "idea__initiative__service",
    "prototypetest": "prototype__idea__initiative__service",
    "signup": "session__opportunity__activity__phase__initiative__service",
    "response": "contribution__initiative__service",
    "respondent": "wave__initiative__service",
    "goalreview": "goal__initiative__service",
    "judgement": "decision__initiative__service",
    "concern": "service",
    "concernnote": "concern__service",
}
"""The way from a kind of record to its service, where it is not by its initiative."""

_OWN_MATTERS = frozenset(
    {"need", "offer", "goal", "goalreview", "concern", "concernnote", "claim", "response"}
)
"""Kinds whose words speak of people's own lives: too old, they go. What was said in public debate stays."""

StandIn = Callable[[int, date], Actor]


def keep(*, by: By) -> dict[str, int]:
    """Forget what is too old: who gave what, who wrote what, tries, sent forms, sessions, invitations.

    Returns
    -------
    dict
        How many of each were forgotten.
    """
    with acting(by, Permission.ERASE):
        now = timezone.now()
        return {
            "people": _erase_dormant(by, before=now - timedelta(days=PLATFORM_DAYS)),
            "records": sum(_keep_service(service, now=now) for service in Service.objects.all()),
            "trail": _forget_trail(None, before=_month_before(now, PLATFORM_DAYS), stand_in=_stand_ins()),
            "survey_links": close_due_waves(by=by),
            **_sweep(now),
        }


def _sweep(now: datetime) -> dict[str, int]:
    """What serves for a short while only."""
    old: dict[str, QuerySet[Any]] = {
        "sent_forms": SentForm.objects.filter(at__lt=now - timedelta(days=SENT_FORM_DAYS)),
        "tries": Attempt.objects.filter(at__lt=now - timedelta(days=TRY_DAYS)),
        "sessions": BrowserSession.objects.filter(expire_date__lt=now),
        "invitations": Invitation.objects.filter(expires_at__lt=now - timedelta(days=INVITATION_DAYS)),
        "tasks_done": DBTaskResult.objects.filter(finished_at__lt=now - timedelta(days=TASK_DAYS)),
    }
    return {name: rows.delete()[0] for name, rows in old.items()}


def _month_before(now: datetime, days: int) -> datetime:
    """The beginning of the month that was so many days ago: what lies before it is too old."""
    return (now - timedelta(days=days)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _keep_service(service: Service, *, now: datetime) -> int:
    before = _month_before(now, service.retention_days)
    stand_in = _stand_ins()
    _count_groups(service, before=before)
    forgotten = sum(_let_go(held, service, before=before, stand_in=stand_in) for held in HELD if held.at)
    over = Unit.objects.filter(initiative__service=service, initiative__ended_on__lt=before.date())
    forgotten += over.exclude(actor=None).update(actor=None)  # who a unit of an ended initiative was
    return forgotten + _forget_trail(service, before=before, stand_in=stand_in)


def _erase_dormant(by: By, *, before: datetime) -> int:
    """Erase people who have held no role, and not signed in, for so long."""
    kept = Membership.objects.filter(Q(until=None) | Q(until__gte=before)).values("actor")
    unused = Q(last_login=None) | Q(last_login__lt=before)
    dormant = list(
        Person.objects.select_related("actor")
        .filter(unused, actor__joined_at__lt=before)
        .exclude(actor__in=kept)
    )
    for person in dormant:
        erase(by=by, actor=person.actor)
    return len(dormant)


def _stand_ins() -> StandIn:
    """One stand-in for each person and month, known only while this runs."""
    made: dict[tuple[int, date], Actor] = {}

    def stand_in(actor: int, month: date) -> Actor:
        if (actor, month) not in made:
            side = Actor.objects.values_list("side", flat=True).get(pk=actor)
            made[actor, month] = Actor.objects.create(
                side=side, stand_in=True, pseudonym=f"past-{secrets.token_hex(6)}"
            )
        return made[actor, month]

    return stand_in


def _let_go(held: Held, service: Service, *, before: datetime, stand_in: StandIn) -> int:
    """Lead old records of one kind to stand-ins; how many there were."""
    path = _TO_SERVICE.get(held.kind, "initiative__service")
    old = held.model._default_manager.filter(
        **{path: service, f"{held.at}__lt": _as(held, before), f"{held.field}__stand_in": False}
    )
    months: dict[tuple[int, date], list[int]] = defaultdict(list)
    for key, actor, at in old.values_list("pk", held.field, held.at):
        months[actor, at.date().replace(day=1) if isinstance(at, datetime) else at.replace(day=1)].append(key)
    for (actor, month), keys in months.items():
        rows = held.model._default_manager.filter(pk__in=keys)
        if held.kind in _OWN_MATTERS:
            for text in held.texts:
                rows.exclude(**{text: ""}).update(**{text: ERASED})
        rows.update(**{held.field: stand_in(actor, month)})
    return sum(len(keys) for keys in months.values())


def _as(held: Held, moment: datetime) -> datetime | date:
    kind = held.model._meta.get_field(held.at).get_internal_type()
    return moment if kind == "DateTimeField" else moment.date()


def _forget_trail(service: Service | None, *, before: datetime, stand_in: StandIn) -> int:
    """Take who and whose words out of old entries; what was done, when and by which side stays."""
    entries = TrailEntry.objects.filter(
        service=service.pk if service else None, at__lt=before, forgotten=False
    )
    known = dict(
        Actor.objects.filter(
            pseudonym__in=set(entries.values_list("pseudonym", flat=True))
            | set(entries.values_list("typed_by", flat=True))
        ).values_list("pseudonym", "pk")
    )
    months: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    for key, at, who, typed in entries.values_list("pk", "at", "pseudonym", "typed_by").iterator():
        months[at.date().replace(day=1), who, typed].append(key)
    for (month, *names), keys in months.items():
        who, typed = (stand_in(known[name], month).pseudonym if name in known else "" for name in names)
        for start in range(0, len(keys), ENTRIES_AT_ONCE):
            TrailEntry.objects.filter(pk__in=keys[start : start + ENTRIES_AT_ONCE]).update(
                pseudonym=who, typed_by=typed, before=None, after=None, forgotten=True
            )
    return sum(len(keys) for keys in months.values())


def _count_groups(service: Service, *, before: datetime) -> None:
    """Count what each group gave in months that are about to be forgotten, small groups together."""
    columns = [question["column"] for question in service.asked]
    old = Contribution.objects.filter(
        initiative__service=service, given_on__lt=before.date(), actor__stand_in=False, status="confirmed"
    )
    if not columns or not old.exists():
        return
    told = dict(Demographics.objects.values_list("actor", "values"))
    gave: dict[tuple[int, date, str, str], list[tuple[int, int]]] = defaultdict(list)
    for initiative, day, actor, minutes in old.values_list("initiative", "given_on", "actor", "minutes"):
        for column in columns:
            value = str(told.get(actor, {}).get(column, ""))
            gave[initiative, day.replace(day=1), column, value].append((actor, minutes))
    for place, rows in _without_small(gave, smallest=service.small_numbers).items():
        _add_total(place, rows)


def _without_small(
    gave: dict[tuple[int, date, str, str], list[tuple[int, int]]], *, smallest: int
) -> dict[tuple[int, date, str, str], list[tuple[int, int]]]:
    """Groups with fewer people than may be shown go into one without a name."""
    kept: dict[tuple[int, date, str, str], list[tuple[int, int]]] = defaultdict(list)
    for (initiative, month, column, value), rows in gave.items():
        small = len({actor for actor, _minutes in rows}) < smallest
        kept[initiative, month, column, "" if small else value].extend(rows)
    return kept


def _add_total(place: tuple[int, date, str, str], rows: Iterable[tuple[int, int]]) -> None:
    """Add to what a group gave in a month; its people are different ones each time, as a month is forgotten once."""
    initiative, month, column, value = place
    gave = list(rows)
    total, _made = GroupTotal.objects.get_or_create(
        initiative_id=initiative,
        month=month,
        column=column,
        value=value,
        defaults={"persons": 0, "contributions": 0, "minutes": 0},
    )
    total.persons += len({actor for actor, _minutes in gave})
    total.contributions += len(gave)
    total.minutes += sum(minutes for _actor, minutes in gave)
    total.save()

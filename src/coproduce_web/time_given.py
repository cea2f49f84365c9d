"""The time that both sides gave to an initiative: of a million rows perhaps, so counted anew every ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.utils import timezone

from coproduce_web.answering import CITIZENS
from coproduce_web.choices import ClaimStatus
from coproduce_web.models import Contribution, Initiative

KEPT_SECONDS = 600
SIDES = ("citizens", "team")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeGiven:
    """Confirmed contributions by activity and side: not yet fit to be shown, for some may be of few people.

    `persons` counts people whom records still lead to; records too old for that count as one of them where there is
    nobody else, so that the time of an unknown number is taken for that of few.
    """

    titles: dict[str, str]
    persons: dict[tuple[str, str], int]
    minutes: dict[tuple[str, str], int]
    at: datetime


def time_of_both_sides(initiative: Initiative) -> TimeGiven:
    """The time of each side in each activity, as it was within the last ten minutes."""
    kept: TimeGiven | None = cache.get(key := f"time-given-{initiative.pk}")
    if kept is None:
        cache.set(key, kept := _counted(initiative), KEPT_SECONDS)
    return kept


def _counted(initiative: Initiative) -> TimeGiven:
    found = (
        Contribution.objects.filter(initiative=initiative, status=ClaimStatus.CONFIRMED)
        .values("activity", "activity__title", "side")
        .annotate(
            persons=Count("actor", distinct=True, filter=Q(actor__stand_in=False)), total=Sum("minutes")
        )
        .order_by("activity__title", "activity", "side")
    )
    titles: dict[str, str] = {}
    persons: dict[tuple[str, str], int] = {}
    minutes: dict[tuple[str, str], int] = {}
    for each in found:
        row = str(each["activity"])
        if row not in titles:
            titles[row] = each["activity__title"]
            persons |= dict.fromkeys(((row, side) for side in SIDES), 0)
            minutes |= dict.fromkeys(((row, side) for side in SIDES), 0)
        place = (row, SIDES[0] if each["side"] in CITIZENS else SIDES[1])
        persons[place] += each["persons"]
        minutes[place] += each["total"]
    few = {place: 1 for place, number in persons.items() if not number and minutes[place]}
    return TimeGiven(titles=titles, persons=persons | few, minutes=minutes, at=timezone.now())

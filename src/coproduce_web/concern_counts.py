"""How many concerns there are, by kind, place and where they stand, as everybody may see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, Count, F, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import Evil
from coproduce_web.disclosure import Entry, hidden
from coproduce_web.models import Concern, Service

KINDS: Mapping[str, str | Promise] = {**dict(Evil.choices), "": _("Another harm")}
STANDINGS: Mapping[str, str | Promise] = {
    "open": _("waiting for an answer"),
    "overdue": _("waiting longer than promised"),
    "answered": _("answered"),
    "closed": _("closed"),
}
Place = int | None
"""An initiative by its key; None for what is about the service as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernCounts:
    """Counts of concerns as they may be shown: None where hidden. No hidden one can be worked out from the others."""

    by_kind: Mapping[tuple[str, str], int | None]  # (kind, standing)
    by_place: Mapping[tuple[Place, str], int | None]  # (initiative, standing)
    of_kind: Mapping[str, int | None]
    of_standing: Mapping[str, int | None]
    total: int | None
    any: bool

    def place(self, initiative: int) -> Mapping[str, int | None]:
        """Where the concerns about one initiative stand."""
        return {standing: self.by_place.get((initiative, standing), 0) for standing in STANDINGS}


def concern_counts(service: Service, *, at: datetime) -> ConcernCounts:
    """Count a service's concerns, and hide what would tell of few.

    Two tables share the totals of where concerns stand: by initiative, and by kind. Both go through the gate as one,
    so that what is hidden in the one cannot be worked out from the other.

    Parameters
    ----------
    service
        The service.
    at
        The moment by which an answer is overdue.
    """
    overdue = When(status=Concern.Status.OPEN, answer_due_at__lt=at, then=Value("overdue"))
    standing = Case(overdue, default=F("status"), output_field=CharField())
    told = (
        Concern.objects.filter(service=service)
        .annotate(standing=standing)
        .values_list("initiative", "evil", "standing")
        .annotate(number=Count("pk"))
    )
    kinds: Counter[tuple[str, str]] = Counter()
    places: Counter[tuple[Place, str]] = Counter()
    for place, evil, stands, number in told:
        kinds[evil, stands] += number
        places[place, stands] += number
    entries = _circulation(kinds, places)
    gone = hidden(entries, small_numbers=service.small_numbers)

    def shown(key: Hashable) -> int | None:
        return None if key in gone else entries[key].count if key in entries else 0

    return ConcernCounts(
        by_kind={(kind, stands): shown(("kind", kind, stands)) for kind in KINDS for stands in STANDINGS},
        by_place={(place, stands): shown(("place", place, stands)) for place, stands in places},
        of_kind={kind: shown(("kind", kind)) for kind in KINDS},
        of_standing={stands: shown(("standing", stands)) for stands in STANDINGS},
        total=shown("total"),
        any=bool(kinds),
    )


def _circulation(
    kinds: Counter[tuple[str, str]], places: Counter[tuple[Place, str]]
) -> Mapping[Hashable, Entry]:
    """The counts as arcs: from all to each place, by where its concerns stand to each kind, and back to all."""
    start, end = ("all", 0), ("all", 1)
    entries: dict[Hashable, Entry] = {"total": Entry(tail=end, head=start, count=kinds.total())}
    for (place, stands), count in places.items():
        entries["place", place, stands] = Entry(tail=("place", place), head=("into", stands), count=count)
    for (kind, stands), count in kinds.items():
        entries["kind", kind, stands] = Entry(tail=("from", stands), head=("kind", kind), count=count)
    for place in {place for place, _stands in places}:
        total = sum(count for (here, _stands), count in places.items() if here == place)
        entries["place", place] = Entry(tail=start, head=("place", place), count=total)
    for kind in {kind for kind, _stands in kinds}:
        total = sum(count for (this, _stands), count in kinds.items() if this == kind)
        entries["kind", kind] = Entry(tail=("kind", kind), head=end, count=total)
    for stands in {stands for _kind, stands in kinds}:
        total = sum(count for (_kind, these), count in kinds.items() if these == stands)
        entries["standing", stands] = Entry(tail=("into", stands), head=("from", stands), count=total)
    return entries

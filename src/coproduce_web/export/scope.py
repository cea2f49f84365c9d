"""What an export is of, and under which names people stand in it."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from coproduce_web.grouping import kept_groups
from coproduce_web.models import (
    Actor,
    Contribution,
    Demographics,
    Evaluation,
    Initiative,
    Membership,
    Service,
)
from coproduce_web.spreadsheets import cell

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an export is of.

    Parameters
    ----------
    service
        The service.
    initiative
        One initiative of it; all of them where left out.
    evaluation
        One evaluation: only what its frozen plan speaks of.
    leaves
        Whether it leaves the platform: pseudonyms are then drawn anew, and words guarded against spreadsheets.
    """

    service: Service
    initiative: Initiative | None = None
    evaluation: Evaluation | None = None
    leaves: bool = True
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def within(self, path: str = "initiative") -> Q:
        """The condition that a row hangs in the scope, `path` leading from it to its initiative."""
        if self.initiative is not None:
            return Q(**{path: self.initiative})
        return Q(**{f"{path}__service": self.service})

    def name(self, pseudonym: str | None) -> str:
        """The pseudonym under which someone stands in the export."""
        if not pseudonym or not self.leaves:
            return pseudonym or ""
        return "p" + hmac.new(self.key, pseudonym.encode(), "sha256").hexdigest()[:16]

    def words(self, text: Any) -> str:
        """A text that somebody typed; where it leaves, no spreadsheet takes it for a formula."""
        told = "" if text is None else str(text)
        return cell(told) if self.leaves and not NUMBER.fullmatch(told) else told

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What the service asks people of themselves: the columns by which people are compared."""
        return tuple(question["column"] for question in self.service.asked)

    @cached_property
    def told(self) -> dict[int, tuple[str, ...]]:
        """What each actor told of themselves."""
        rows = Demographics.objects.filter(actor__in=self.actors).values_list("actor", "values")
        return {actor: tuple(str(values.get(name) or "") for name in self.columns) for actor, values in rows}

    @cached_property
    def grouped(self) -> Mapping[int, tuple[str, ...]]:
        """What each actor told of themselves, as far as it is kept."""
        untold = ("",) * len(self.columns)
        return self.kept({pk: self.told.get(pk, untold) for pk in self.actors.values_list("pk", flat=True)})

    @cached_property
    def whole(self) -> frozenset[str]:
        """The columns of which nothing was left out.

        By another column the people served are not told: its groups without their people would look as if none of
        them took part.
        """
        left_out = {
            place
            for pk, told in self.told.items()
            for place, value in enumerate(told)
            if value != self.grouped[pk][place]
        }
        return frozenset(name for place, name in enumerate(self.columns) if place not in left_out)

    def kept(self, groups: Mapping[int, tuple[str, ...]]) -> Mapping[int, tuple[str, ...]]:
        """Who belongs to which groups; where it leaves, as much is left out that nobody stands among too few."""
        return kept_groups(groups, fewest=self.service.small_numbers) if self.leaves else groups

    @property
    def actors(self) -> QuerySet[Actor]:
        """The actors who are members or gave something."""
        members = Membership.objects.filter(service=self.service).values("actor")
        gave = Contribution.objects.filter(self.within()).values("actor")
        return Actor.objects.filter(Q(pk__in=members) | Q(pk__in=gave))

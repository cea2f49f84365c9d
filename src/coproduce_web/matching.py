"""Suggests which offer could meet which need: by skill, time and distance, each with its reasons.

A suggestion is never acted upon by the platform: people decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

EARTH_RADIUS_KM = 6371.0088
MOST_OF_A_KIND = 300
"""Needs, and offers, that are looked at together; the eldest come first."""

SAME_SKILL, SAME_DAYS, SAME_TIME, NEARBY = 100, 30, 20, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What matters of a need or an offer.

    Parameters
    ----------
    key, person
        Which it is, and whose.
    skill
        The skill, or nothing.
    weekdays
        Days that suit, 0 for Monday; none is any.
    begins, ends
        The time that it is about; open where empty.
    at
        Latitude and longitude in degrees.
    furthest_km
        The furthest way that its giver goes.
    """

    key: int
    person: int
    skill: str = ""
    weekdays: frozenset[int] = frozenset()
    begins: datetime | None = None
    ends: datetime | None = None
    at: tuple[float, float] | None = None
    furthest_km: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A need and an offer that go together, how well (only to be compared), and why in words."""

    need: int
    offer: int
    score: int
    reasons: tuple[str, ...]


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The way between two points as the crow flies, on a sphere (haversine formula).

    Parameters
    ----------
    one, other
        Latitude and longitude in degrees.

    Returns
    -------
    float
        Kilometres.

    Examples
    --------
    >>> round(distance_km((52.52, 13.405), (48.1374, 11.5755)))
    504
    """
    (north, east), (north_too, east_too) = (tuple(map(math.radians, point)) for point in (one, other))
    half = (
        math.sin((north_too - north) / 2) ** 2
        + math.cos(north) * math.cos(north_too) * math.sin((east_too - east) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def fit(need: Wish, offer: Wish) -> Suggestion | None:
    """How well an offer goes with a need, and why; nothing where something speaks against it, or nothing for it.

    Against it speak the same person on both ends, a skill that is named and not offered, no day or time in common, and
    a way further than its giver goes.
    """
    if need.person == offer.person:
        return None
    parts = (_skill(need, offer), _days(need, offer), _time(need, offer), _way(need, offer))
    if None in parts:
        return None
    told = [part for part in parts if part and part[0]]
    score = sum(points for points, _reason in told)
    reasons = tuple(reason for _points, reason in told)
    return Suggestion(need=need.key, offer=offer.key, score=score, reasons=reasons) if told else None


Part = tuple[int, str] | None
"""Points and their reason; nothing where it rules the pair out."""
_SAYS_NOTHING = (0, "")


def _skill(need: Wish, offer: Wish) -> Part:
    if not need.skill.strip():
        return _SAYS_NOTHING
    if " ".join(need.skill.casefold().split()) != " ".join(offer.skill.casefold().split()):
        return None
    return SAME_SKILL, _("same skill: %(skill)s") % {"skill": need.skill}


def _days(need: Wish, offer: Wish) -> Part:
    if not need.weekdays or not offer.weekdays:
        return _SAYS_NOTHING
    common = sorted(need.weekdays & offer.weekdays)
    names = ", ".join(str(WEEKDAYS[day]) for day in common)
    return (SAME_DAYS, _("both free on %(days)s") % {"days": names}) if common else None


def _time(need: Wish, offer: Wish) -> Part:
    if (need.ends and offer.begins and need.ends <= offer.begins) or (
        offer.ends and need.begins and offer.ends <= need.begins
    ):
        return None
    known = (need.begins or need.ends) and (offer.begins or offer.ends)
    return (SAME_TIME, _("at the same time")) if known else _SAYS_NOTHING


def _way(need: Wish, offer: Wish) -> Part:
    if need.at is None or offer.at is None:
        return _SAYS_NOTHING
    km = distance_km(need.at, offer.at)
    if offer.furthest_km is not None and km > offer.furthest_km:
        return None
    # Whole kilometres: finer ones, asked often enough, would tell where somebody lives.
    words = _("less than 1 km apart") if km < 1 else _("about %(km)d km apart") % {"km": round(km)}
    return max(1, NEARBY - round(km)), words


def suggested(needs: Sequence[Wish], offers: Sequence[Wish]) -> list[Suggestion]:
    """The pairs, each need and each offer in one at most, whose scores sum to the most.

    Parameters
    ----------
    needs, offers
        What is open; the first `MOST_OF_A_KIND` of each are looked at.

    Returns
    -------
    list of Suggestion
        The best first.

    Notes
    -----
    An assignment problem, solved exactly by OR-tools' cost-scaling push-relabel (Goldberg and Kennedy 1995). Each need
    and each offer has a stand-in that it may be left with at no score, so that a perfect assignment always exists.
    """
    some, others = needs[:MOST_OF_A_KIND], offers[:MOST_OF_A_KIND]
    pairs = {
        (row, column): found
        for row, need in enumerate(some)
        for column, offer in enumerate(others)
        if (found := fit(need, offer)) is not None
    }
    chosen = _assigned(pairs, rows=len(some), columns=len(others)) if pairs else []
    return sorted(chosen, key=lambda one: (-one.score, one.need, one.offer))


def _assigned(pairs: dict[tuple[int, int], Suggestion], *, rows: int, columns: int) -> list[Suggestion]:
    # Imported here because it is heavy.
    from ortools.graph.python.linear_sum_assignment import (  # type: ignore[import-untyped]
        SimpleLinearSumAssignment,
    )

    problem = SimpleLinearSumAssignment()
    for (row, column), pair in pairs.items():
        problem.add_arc_with_cost(row, column, -pair.score)
        problem.add_arc_with_cost(rows + column, columns + row, 0)
    for row in range(rows):
        problem.add_arc_with_cost(row, columns + row, 0)
    for column in range(columns):
        problem.add_arc_with_cost(rows + column, column, 0)
    if problem.solve() != problem.OPTIMAL:  # pragma: no cover  # the stand-ins make it solvable
        raise ArithmeticError("no assignment was found though each may be left alone")
    matched = ((row, problem.right_mate(row)) for row in range(rows))
    return [pairs[pair] for pair in matched if pair in pairs]

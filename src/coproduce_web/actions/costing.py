"""Costs of an initiative, and who bears them: written down by those who record outcomes, read by everyone."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting, locked
from coproduce_web.models import Cost, Initiative, Unit
from coproduce_web.permissions import Permission


def record_cost(
    *,
    by: By,
    initiative: Initiative,
    item: str,
    amount: Decimal,
    borne_by: str,
    arm: str = "",
    unit: str = "",
    period: int | None = None,
) -> Cost:
    """Write a cost down: of an arm, of one unit, or of the whole initiative where neither is said.

    Raises
    ------
    NotNow
        If both are said, or the unit is not known.
    """
    with acting(by, Permission.RECORD_OUTCOME, initiative=initiative) as trail:
        if arm and unit:
            raise NotNow(_("A cost falls in an arm or in a unit, not in both."))
        known = Unit.objects.filter(initiative=initiative, name=unit).first() if unit else None
        if unit and known is None:
            raise NotNow(_("%(unit)s is not known.") % {"unit": unit})
        return trail.add(
            Cost(
                initiative=initiative,
                item=item,
                amount=amount,
                borne_by=borne_by,
                arm=arm,
                unit=known,
                period=period,
            )
        )


def strike_cost(*, by: By, cost: Cost) -> None:
    """Take back a cost that was written down wrongly; the trail keeps that it was."""
    with acting(by, Permission.RECORD_OUTCOME, initiative=cost.initiative) as trail:
        trail.remove(locked(cost))

"""Time credits: what a coordinator may put right. They are given where a contribution is confirmed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, acting, locked
from coproduce_web.models import Transfer
from coproduce_web.permissions import Permission


def reverse_credit(*, by: By, transfer: Transfer, reason: str) -> Transfer:
    """Move a wrong credit back, whatever was done with it since; what is left may fall below zero.

    Raises
    ------
    NotNow
        If it was reversed before, is a reversal itself, or no reason is said.
    """
    case = f"transfer {transfer.pk}"
    with acting(by, Permission.REVERSE_CREDIT, service=transfer.service, case=case) as trail:
        first = locked(transfer)
        if first.reverses_id is not None or Transfer.objects.filter(reverses=first).exists():
            raise NotNow(_("It was reversed already."))
        if not reason.strip():
            raise NotNow(_("Say why."))
        return trail.add(
            Transfer(
                service=first.service,
                out_of=first.into,
                into=first.out_of,
                minutes=first.minutes,
                reverses=first,
                reason=reason,
            )
        )

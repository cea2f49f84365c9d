"""Time credits, where a service wants them: given for citizens' confirmed time, never bought, never ranked.

A citizen's confirmed minutes are credited once. They are paid by whoever was helped, where the need was another
citizen's and their credits reach; else by the service, so that nobody who needs help is refused or put into debt.
Professionals are paid for their time and get no credits. A wrong credit is reversed with a reason; the contribution
stays as it is.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Sum

from coproduce_web.actions.acting import Trail
from coproduce_web.models import Account, Actor, Contribution, Service, Transfer


def credit(trail: Trail, contribution: Contribution) -> Transfer | None:
    """Credit a contribution that was confirmed just now, within the act that confirms it."""
    service = contribution.initiative.service
    if not service.credits or contribution.side != "citizen":
        return None
    payer = _payer(trail, contribution, service=service)
    giver = _account(trail, service=service, actor=contribution.actor)
    transfer = Transfer(
        service=service, out_of=payer, into=giver, minutes=contribution.minutes, contribution=contribution
    )
    return trail.add(transfer)


def _payer(trail: Trail, contribution: Contribution, *, service: Service) -> Account:
    """The helped citizen's account where it holds enough (it is held until the act ends), else the service's."""
    need = contribution.need
    if need and need.raised_by.side == "citizen" and need.raised_by_id != contribution.actor_id:
        accounts = Account.objects.select_for_update(no_key=True)  # a transfer into it need not wait
        theirs = accounts.filter(service=service, actor=need.raised_by_id).first()
        if theirs and balance(theirs) >= contribution.minutes:
            return theirs
    return _account(trail, service=service, actor=None)


def balance(account: Account) -> int:
    """The minutes in an account; the service's own is what it has given, below zero."""
    taken = account.taken.aggregate(minutes=Sum("minutes"))["minutes"] or 0
    given = account.given.aggregate(minutes=Sum("minutes"))["minutes"] or 0
    return int(taken - given)


def _account(trail: Trail, *, service: Service, actor: Actor | None) -> Account:
    """An actor's account, or the service's, made when first needed; two acts at once make one."""
    held = Account.objects.filter(service=service, actor=actor)
    found = held.first()
    if found is None:
        try:
            with transaction.atomic():
                return trail.add(Account(service=service, actor=actor))
        except (IntegrityError, ValidationError):
            found = held.get()
    return found

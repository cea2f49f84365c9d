"""Contributions: one side claims, the other answers.

::

    proposed --confirm--> confirmed
             --amend----> amended --agree (confirm)--> confirmed, with the amended minutes
             --dispute--> disputed <--dispute-- amended
    proposed, amended --time--> expired

Confirmed, disputed and expired are ends; after the last two, the same may be claimed anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked, may, roles
from coproduce_web.answering import CITIZENS, answerers, hands, own_side
from coproduce_web.choices import ClaimStatus
from coproduce_web.ledger import credit
from coproduce_web.models import Activity, Actor, Claim, Contribution, Need, Offer, Response, Service, Session
from coproduce_web.models.services import Facets
from coproduce_web.permissions import Permission

STANDING = (ClaimStatus.PROPOSED, ClaimStatus.AMENDED, ClaimStatus.CONFIRMED)
"""What is recorded, or may yet be."""

FACETS = tuple(field.name for field in Facets._meta.local_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Whole minutes that somebody gave, as who claims them typed them."""

    actor: Actor
    minutes: int
    capacity: str = ""


def claim(
    *,
    by: By,
    activity: Activity,
    given_on: date,
    given: Iterable[Given],
    session: Session | None = None,
    need: Need | None = None,
    offer: Offer | None = None,
    note: str = "",
) -> Claim:
    """Claim time for oneself and people of the other side; who may record attendance, for anyone.

    Parameters
    ----------
    by
        Who claims.
    activity, given_on
        What the time was given to, and the day.
    given
        Who gave how many minutes; facets come from the activity, the capacity from the person.
    session, need, offer
        What the time was given in, for or from.
    note
        A word to who answers.

    Returns
    -------
    Claim
        With its contributions, all waiting for the other side.

    Raises
    ------
    NotNow
        If nobody of the other side could answer, the day has not come, or the same is recorded already.
    """
    initiative = activity.phase.initiative
    everything = list(given)
    with acting(by, Permission.CLAIM, initiative=initiative) as trail:
        for thing in (session, need, offer):
            _refuse_elsewhere(thing, activity=activity)
        _refuse_claim(by, given=everything, given_on=given_on, service=initiative.service)
        made = Claim(
            initiative=initiative,
            activity=activity,
            session=session,
            claimed_by=by.known,
            claimed_side=by.side,
            typed_by=by.typed_by,
            note=note,
        )
        trail.add(made)
        days = timedelta(days=initiative.service.claim_days)
        for one in everything:
            contribution = Contribution(
                claim=made,
                initiative=initiative,
                activity=activity,
                actor=one.actor,
                side=one.actor.side,
                capacity=one.capacity if one.actor.side in CITIZENS else "",
                given_on=given_on,
                minutes=one.minutes,
                answer_by=made.claimed_at + days,
                need=need,
                offer=offer,
                **{name: getattr(activity, name) for name in FACETS},
            )
            _refuse_twice(contribution)
            trail.add(contribution)
        _refuse_unanswerable(made)
        return made


def respond(
    *,
    by: By,
    contribution: Contribution,
    answer: str,
    minutes: int | None = None,
    reason: str = "",
    capacity: str = "",
) -> Contribution:
    """Answer a contribution: it is right, other minutes are right, or it did not happen like this.

    An amendment goes back to who claimed, who confirms it or disputes it.

    Raises
    ------
    PermissionDenied
        If somebody else is asked.
    NotNow
        If it is settled already, or an amendment or dispute does not say what or why.
    """
    case = f"contribution {contribution.pk}"
    with acting(by, Permission.RESPOND, initiative=contribution.initiative, case=case) as trail:
        now = locked(contribution)
        now.initiative = contribution.initiative  # its own: no second query
        if now.status not in {ClaimStatus.PROPOSED, ClaimStatus.AMENDED}:
            raise NotNow(_("It is settled already."))
        if not answerers(now).filter(pk=by.known.pk).exists():
            raise PermissionDenied
        if by.typed_by and by.typed_by.pk in hands(now):
            raise NotNow(_("You wrote what is to be answered: somebody else must type the answer."))
        _refuse_answer(now, answer=answer, minutes=minutes, reason=reason)
        trail.add(
            Response(
                contribution=now,
                answered_by=by.known,
                answered_side=by.side,
                typed_by=by.typed_by,
                answer=answer,
                minutes_before=now.minutes,
                minutes=minutes if answer == Response.Answer.AMEND else None,
                reason=reason,
            )
        )
        if capacity and now.actor_id == by.known.pk and by.side in CITIZENS:
            trail.change(now, capacity=capacity)
        return _settled(trail, now, by=by, answer=answer)


def _settled(trail: Trail, contribution: Contribution, *, by: By, answer: str) -> Contribution:
    now = timezone.now()
    if answer == Response.Answer.AMEND:
        days = timedelta(days=contribution.initiative.service.claim_days)
        return trail.change(contribution, status=ClaimStatus.AMENDED, answer_by=now + days)
    if answer == Response.Answer.DISPUTE:
        return trail.change(contribution, status=ClaimStatus.DISPUTED, settled_at=now)
    other, minutes = by.known, contribution.minutes
    if contribution.status == ClaimStatus.AMENDED:
        amendment = contribution.responses.filter(answer=Response.Answer.AMEND).latest("pk")
        other, minutes = amendment.answered_by, amendment.minutes or minutes
    trail.change(
        contribution, status=ClaimStatus.CONFIRMED, confirmed_by=other, minutes=minutes, settled_at=now
    )
    credit(trail, contribution)
    return contribution


def expire(*, by: By) -> int:
    """End the contributions that nobody answered in time, each in an act of its own; how many there were."""
    late = Contribution.objects.filter(
        status__in=(ClaimStatus.PROPOSED, ClaimStatus.AMENDED), answer_by__lt=timezone.now()
    )
    number = 0
    for key in list(late.values_list("pk", flat=True)):
        contribution = Contribution.objects.select_related("initiative__service").get(pk=key)
        case = f"contribution {key}"
        with acting(by, Permission.RESPOND, initiative=contribution.initiative, case=case) as trail:
            now = late.select_for_update().filter(pk=key).first()
            if now is not None:  # else it was answered meanwhile
                trail.change(now, status=ClaimStatus.EXPIRED, settled_at=timezone.now())
                number += 1
    return number


def _refuse_elsewhere(thing: Session | Need | Offer | None, *, activity: Activity) -> None:
    """What a claim names belongs to its initiative, a session to its activity."""
    if isinstance(thing, Session) and (thing.cancelled_at or thing.opportunity.activity_id != activity.pk):
        raise PermissionDenied
    if isinstance(thing, Need | Offer) and thing.initiative_id != activity.phase.initiative_id:
        raise PermissionDenied


def _refuse_claim(by: By, *, given: list[Given], given_on: date, service: Service) -> None:
    actors = {one.actor.pk for one in given}
    if not given or len(actors) < len(given):
        raise NotNow(_("Say whose time it is, of each person once."))
    if given_on > timezone.localdate():
        raise NotNow(_("That day has not come yet."))
    # Held until the act ends: the same time claimed by two people at once is recorded once.
    held = list(Actor.objects.select_for_update(no_key=True).filter(pk__in=actors).order_by("pk"))
    for_anyone = may(by, Permission.RECORD_ATTENDANCE, service=service)
    mine = own_side(by.side)
    for actor in held:
        if not (for_anyone or actor == by.actor or actor.side not in mine) or not roles(actor, service):
            raise PermissionDenied


def _refuse_twice(contribution: Contribution) -> None:
    """The same person's time is recorded once, whoever claims it."""
    claim = contribution.claim
    same = Contribution.objects.filter(
        actor=contribution.actor, activity=contribution.activity, status__in=STANDING
    )
    if claim.session_id is not None:
        same = same.filter(claim__session=claim.session_id)
    else:
        same = same.filter(
            claim__session=None,
            given_on=contribution.given_on,
            need=contribution.need,
            offer=contribution.offer,
        )
    if same.exists():
        raise NotNow(
            _("Time of %(who)s is recorded for this already. Look under “Waiting for your answer”.")
            % {"who": contribution.actor.pseudonym}
        )


def _refuse_unanswerable(made: Claim) -> None:
    for contribution in made.contributions.select_related("need", "offer", "claim__session__opportunity"):
        if not answerers(contribution).exists():
            raise NotNow(
                _(
                    "Nobody of the other side could answer this. Name the session, the need or the offer, or "
                    "somebody of the other side who was there."
                )
            )


def _refuse_answer(contribution: Contribution, *, answer: str, minutes: int | None, reason: str) -> None:
    if answer == Response.Answer.DISPUTE and not reason.strip():
        raise NotNow(_("Say why: the other side reads it."))
    if answer == Response.Answer.AMEND:
        if contribution.status == ClaimStatus.AMENDED:
            raise NotNow(_("Agree with the other side's minutes, or dispute them."))
        if minutes is None or minutes == contribution.minutes:
            raise NotNow(_("Say which other minutes are right."))

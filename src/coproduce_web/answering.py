"""Who may answer what: a claim by one side, and what the organisation says of a need.

There are two sides here, the citizens' and the team's (professionals and others of an organisation). A claim is
answered by the other side, never by who made it nor by anyone of theirs:

1. Time of somebody of the other side: they themselves answer, nobody else.
2. Time of the claimant's own side: those of the other side who were there or are concerned. That is who is named in
   the same claim, who signed up for its session, who raised the need or made the offer that it is against, and, where
   the team answers, who posted the session's opportunity and the service's coordinators.
3. An amendment: who made the claim.

Who types for somebody not online lends a hand, and no hand answers itself: neither who claimed nor who typed the claim
may answer it, in their own name or in another's.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from coproduce_web.choices import ClaimStatus
from coproduce_web.models import Actor, Claim, Contribution, Membership, Need, Response, Service, SignUp
from coproduce_web.permissions import ROLES, Permission

CITIZENS = ("citizen",)
TEAM = ("professional", "organisation")
THERE = (SignUp.State.GOING, SignUp.State.CAME)


def own_side(side: str) -> tuple[str, ...]:
    """The sides that stand on the same side of the line of interaction."""
    return CITIZENS if side in CITIZENS else TEAM


def _able(service: Service, permission: Permission) -> QuerySet[Membership]:
    """The roles held now in the service that allow it."""
    roles = [role.key for role in ROLES.values() if permission in role.permissions]
    return Membership.objects.filter(
        Q(service=None) | Q(service=service),
        Q(until=None) | Q(until__gt=timezone.now()),
        role__in=roles,
        actor__left_at=None,
    )


def answerers(contribution: Contribution) -> QuerySet[Actor]:
    """Who may answer the contribution as it stands; nobody, once it is settled."""
    claim = contribution.claim
    if contribution.status == ClaimStatus.AMENDED:
        return Actor.objects.filter(pk=claim.claimed_by_id, left_at=None)
    if contribution.status != ClaimStatus.PROPOSED:
        return Actor.objects.none()
    service = contribution.initiative.service
    able = Actor.objects.filter(pk__in=_able(service, Permission.RESPOND).values("actor")).exclude(
        side__in=own_side(claim.claimed_side)
    )
    if contribution.side not in own_side(claim.claimed_side):
        return able.filter(pk=contribution.actor_id)
    return able.filter(_concerned_by(contribution)).exclude(pk__in=hands(contribution))


def hands(contribution: Contribution) -> frozenset[int]:
    """Whose hands wrote what is to be answered: they may not write the answer."""
    last: Claim | Response = contribution.claim
    by = contribution.claim.claimed_by_id
    if contribution.status == ClaimStatus.AMENDED:
        last = contribution.responses.filter(answer=Response.Answer.AMEND).latest("pk")
        by = last.answered_by_id
    return frozenset({by} | ({last.typed_by_id} if last.typed_by_id else set()))


def _concerned_by(contribution: Contribution) -> Q:
    claim = contribution.claim
    concerned = Q(pk__in=claim.contributions.values("actor"))
    if claim.session_id is not None:
        there = SignUp.objects.filter(session=claim.session_id, state__in=THERE)
        concerned |= Q(pk__in=there.values("actor"))
    if contribution.need is not None:
        concerned |= Q(pk=contribution.need.raised_by_id)
    if contribution.offer is not None:
        concerned |= Q(pk=contribution.offer.offered_by_id)
    if claim.claimed_side in CITIZENS:
        concerned |= Q(pk__in=_coordinators(contribution.initiative.service).values("actor"))
        if claim.session is not None:
            concerned |= Q(pk=claim.session.opportunity.posted_by_id)
    return concerned


def _coordinators(service: Service) -> QuerySet[Membership]:
    return _able(service, Permission.RESPOND).filter(role="coordinator")


def waiting_for(actor: Actor, *, service: Service) -> QuerySet[Contribution]:
    """The contributions that wait for this person's answer: those of which they are among the `answerers`."""
    within = Contribution.objects.filter(
        initiative__service=service, status__in=(ClaimStatus.PROPOSED, ClaimStatus.AMENDED)
    )
    if actor.left_at is not None:
        return within.none()
    amended = Q(status=ClaimStatus.AMENDED, claim__claimed_by=actor)
    if not _able(service, Permission.RESPOND).filter(actor=actor).exists():
        return within.filter(amended)
    mine = own_side(actor.side)
    own_time = Q(actor=actor)
    proposed = Q(status=ClaimStatus.PROPOSED) & ~Q(claim__claimed_side__in=mine)
    theirs = ~Q(side__in=mine) & ~Q(claim__typed_by=actor) & _concerns(actor, service)
    return within.filter(amended | (proposed & (own_time | theirs)))


def _concerns(actor: Actor, service: Service) -> Q:
    named = Contribution.objects.filter(actor=actor, initiative__service=service)
    there = SignUp.objects.filter(actor=actor, state__in=THERE)
    concerns = (
        Q(claim__in=named.values("claim"))
        | Q(claim__session__in=there.values("session"))
        | Q(need__raised_by=actor)
        | Q(offer__offered_by=actor)
    )
    if actor.side in CITIZENS:
        return concerns
    if _coordinators(service).filter(actor=actor).exists():
        return Q()
    return concerns | Q(claim__session__opportunity__posted_by=actor)


def needs_to_judge(actor: Actor, *, service: Service) -> QuerySet[Need]:
    """The needs that the organisation calls done and on which this citizen's word is asked."""
    waiting = Need.objects.filter(
        initiative__service=service, done_at__isnull=False, citizen_says="", withdrawn_at=None
    )
    if actor.side not in CITIZENS:
        return waiting.none()
    helped = Contribution.objects.filter(actor=actor, need__isnull=False).values("need")
    return waiting.filter(Q(raised_by=actor) | (~Q(raised_by__side="citizen") & Q(pk__in=helped)))


def may_judge(need: Need, *, actor: Actor) -> bool:
    """Whether this citizen's word closes the need: who raised it; for the organisation's own need, who helped."""
    if actor.side not in CITIZENS:
        return False
    if need.raised_by.side in CITIZENS:
        return need.raised_by_id == actor.pk
    return need.contributions.filter(actor=actor).exists()

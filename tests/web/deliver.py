"""What is delivered in the small world: a need, an offer, an opportunity with a session, a contribution, a credit."""

from django.utils import timezone

from coproduce_web.actions import claims, needs
from coproduce_web.models import Account, Place, Transfer


def deliver(world):
    """A citizen's need and offer, a role in the session that is there, and time of theirs that waits for an answer."""
    citizen = world.by("citizen")
    need = needs.raise_need(by=citizen, initiative=world.initiative, title="Shopping", skill="driving")
    offer = needs.offer(by=citizen, initiative=world.initiative, title="Cooking", skill="cooking")
    session = world.more["session"]
    place = Place.objects.create(opportunity=session.opportunity, role="Walker", places=2)
    made = claims.claim(
        by=citizen,
        activity=world.activity,
        given_on=timezone.localdate(),
        given=[claims.Given(actor=citizen.known, minutes=45)],
    )
    contribution = made.contributions.get()
    accounts = [Account.objects.create(service=world.service, actor=who) for who in (None, citizen.known)]
    transfer = Transfer.objects.create(
        service=world.service,
        out_of=accounts[0],
        into=accounts[1],
        minutes=45,
        contribution=contribution,
    )
    return {
        "need": need.pk,
        "offer": offer.pk,
        "opportunity": session.opportunity_id,
        "place": place.pk,
        "session": session.pk,
        "contribution": contribution.pk,
        "transfer": transfer.pk,
    }

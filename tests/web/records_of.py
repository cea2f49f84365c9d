"""Records in the small world, enough of them that answers can be told: made at once, not by the actions."""

from datetime import timedelta

from django.utils import timezone

from coproduce_web.models import (
    Activity,
    Actor,
    Claim,
    Concern,
    Contribution,
    Cost,
    Decision,
    Demographics,
    Judgement,
    Measure,
    Membership,
    OutcomeValue,
    PopulationCell,
    Thread,
    Unit,
)

ASKED = [
    {"column": "district", "label": "Where do you live?", "choices": ["north", "south"]},
]


def citizens(world, number):
    """So many citizens of the service, each of whom told where they live."""
    made = [Actor.objects.create(side="citizen") for _ in range(number)]
    for place, actor in enumerate(made):
        Membership.objects.create(actor=actor, service=world.service, role="citizen")
        Demographics.objects.create(actor=actor, values={"district": ["north", "south"][place % 2]})
    return made


def fill(world):
    """Contributions, decisions, concerns, people served, costs."""
    service = world.service
    service.asked = ASKED
    service.save()
    for district, persons in (("north", 400), ("south", 600)):
        PopulationCell.objects.create(service=service, values={"district": district}, persons=persons)
    Activity.objects.update(level="group", activity_name="perform", form="action", input="time")
    gave = citizens(world, 24)
    today = timezone.localdate()
    professional = world.people["professional"].actor
    for place, actor in enumerate([*gave, professional] * 2):
        claim = Claim.objects.create(
            initiative=world.initiative, activity=world.activity, claimed_by=actor, claimed_side=actor.side
        )
        settled = place % 3 > 0
        Contribution.objects.create(
            claim=claim,
            initiative=world.initiative,
            activity=world.activity,
            actor=actor,
            side=actor.side,
            given_on=today - timedelta(days=place),
            minutes=30 + place,
            answer_by=timezone.now() + timedelta(days=30),
            status="confirmed" if settled else "proposed",
            confirmed_by=(gave[0] if actor.side != "citizen" else professional) if settled else None,
            level="group",
            activity_name="perform",
            form="action",
            input="time",
        )
    for place in range(48):
        decide(world, place, proposer=gave[place % 24])
    worries(world)
    for place, borne_by in enumerate(("organisation", "citizen", "other")):
        Cost.objects.create(
            initiative=world.initiative, item="=rent()", amount=100 * (place + 1), borne_by=borne_by
        )
    return gave


def worries(world):
    """Nine concerns: six of one evil, two of another, one of another harm."""
    for place in range(9):
        Concern.objects.create(
            service=world.service,
            initiative=world.initiative,
            evil="implicit_demands" if place < 6 else "" if place < 7 else "loss_of_democracy",
            text="=1+1 is what I was told",
            severity=1 + place % 3,
            hashed=f"hash {place}",
            answer_due_at=timezone.now(),
        )


def decide(world, place, *, proposer):
    """One decision: two in three accepted, of those half done, and citizens' words on it."""
    now = timezone.now()
    accepted = place % 3 > 0
    decision = Decision.objects.create(
        initiative=world.initiative,
        topic=f"@topic {place}",
        proposer=proposer,
        proposed_by="citizen" if place % 2 else "organisation",
        proposed_at=now - timedelta(days=100 - place),
        result="accepted" if accepted else "rejected",
        decided_by="jointly",
        rung="jointly_decided",
        reason="Because.",
        decided_at=now - timedelta(days=10),
        promise="It will be there." if accepted else "",
        due_on=timezone.localdate() if accepted else None,
        done_at=now if accepted and place % 2 else None,
        thread=Thread.objects.create(initiative=world.initiative),
    )
    for number, says in enumerate(("done", "done", "not_done") if place % 4 == 1 else ("not_done",) * 2):
        Judgement.objects.create(
            decision=decision, actor=list(Actor.objects.filter(side="citizen"))[number], says=says
        )
    return decision


def measured(world, number=40):
    """Units with a measure, its values before (0) and after (1)."""
    measure = Measure.objects.create(
        initiative=world.initiative, name="wellbeing", label="Well-being", better="up", low=0, high=10,
        important_difference=0.5, set_by="jointly",
    )  # fmt: skip
    units = [
        Unit.objects.create(
            initiative=world.initiative,
            name=f"Household {place}",
            stratum=["north", "south"][place % 2],
            groups={"age": ["young", "old"][place // 2 % 2]},
        )
        for place in range(number)
    ]
    for place, unit in enumerate(units):
        for period in (0, 1):
            value = 4 + (place * 7 % 11) / 5 + period * (place % 3) / 2
            OutcomeValue.objects.create(unit=unit, measure=measure, period=period, value=value)
    return measure, units

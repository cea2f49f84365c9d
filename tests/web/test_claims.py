"""A contribution is a claim by one side and a response by the other: every rule of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coproduce_web.actions import needs, people, sessions
from coproduce_web.actions.acting import CLOCK, By, NotNow
from coproduce_web.actions.claims import Given, claim, expire, respond
from coproduce_web.answering import answerers, waiting_for
from coproduce_web.choices import ClaimStatus
from coproduce_web.models import Actor, Claim, Contribution, Response, TrailEntry

ROLES = ("citizen", "other_citizen", "professional", "coordinator")


def given_by(world, role, minutes=60, **more):
    return Given(actor=world.people[role].actor, minutes=minutes, **more)


def claimed(world, role, *given, **more):
    return claim(
        by=world.by(role),
        activity=world.activity,
        given_on=timezone.localdate(),
        given=[given_by(world, each) if isinstance(each, str) else each for each in given],
        **more,
    )


def only(made):
    return made.contributions.get()


def able(world, contribution):
    """The roles of the world that may answer."""
    return {role for role in ROLES if answerers(contribution).filter(pk=world.people[role].actor.pk).exists()}


def answered(world, role, contribution, answer="confirm", **more):
    return respond(by=world.by(role), contribution=contribution, answer=answer, **more)


def test_a_citizen_claims_their_own_time_and_a_coordinator_confirms(world):
    contribution = only(claimed(world, "citizen", given_by(world, "citizen", 45, capacity="carer")))
    assert (contribution.status, contribution.minutes, contribution.capacity) == ("proposed", 45, "carer")
    assert able(world, contribution) == {"coordinator"}
    settled = answered(world, "coordinator", contribution)
    assert settled.status == "confirmed"
    assert settled.confirmed_by == world.people["coordinator"].actor


def test_a_citizen_claims_both_sides_time_and_who_was_there_answers(world):
    made = claimed(world, "citizen", "citizen", "professional")
    own, theirs = (made.contributions.get(side=side) for side in ("citizen", "professional"))
    assert able(world, own) == {"professional", "coordinator"}
    assert able(world, theirs) == {"professional"}
    with pytest.raises(PermissionDenied):
        answered(world, "citizen", theirs)


def test_a_professional_claims_for_many_and_each_answers_for_themselves(world):
    made = claimed(world, "professional", "citizen", "other_citizen", "professional")
    by_actor = {each.actor: each for each in made.contributions.all()}
    for role in ("citizen", "other_citizen"):
        assert able(world, by_actor[world.people[role].actor]) == {role}
    own = by_actor[world.people["professional"].actor]
    assert able(world, own) == {"citizen", "other_citizen"}
    with pytest.raises(PermissionDenied):
        answered(world, "coordinator", own)


def test_a_professionals_time_without_a_citizen_who_was_there_cannot_be_claimed(world):
    with pytest.raises(NotNow, match="Nobody of the other side"):
        claimed(world, "professional", "professional")
    assert not Claim.objects.exists()
    need = needs.raise_need(by=world.by("citizen"), initiative=world.initiative, title="Shopping")
    assert able(world, only(claimed(world, "professional", "professional", need=need))) == {"citizen"}


def test_who_made_the_offer_or_was_in_the_session_answers(world):
    made = needs.offer(by=world.by("other_citizen"), initiative=world.initiative, title="Cooking")
    assert able(world, only(claimed(world, "professional", "coordinator", offer=made))) == {"other_citizen"}
    opportunity = sessions.post_opportunity(
        by=world.by("professional"), activity=world.activity, title="Walk", role="Walker", places=3
    )
    (session,) = sessions.plan_sessions(
        by=world.by("professional"),
        opportunity=opportunity,
        on=timezone.localdate() + timedelta(days=1),
        starts=timezone.datetime(2026, 1, 1, 9).time(),
        ends=timezone.datetime(2026, 1, 1, 10).time(),
    )
    sessions.sign_up(by=world.by("citizen"), session=session, place=opportunity.places.get())
    in_it = claimed(world, "professional", "professional", session=session)
    assert able(world, only(in_it)) == {"citizen"}
    citizens = claimed(world, "other_citizen", "other_citizen", session=session)
    assert able(world, only(citizens)) == {"professional", "coordinator"}  # who posted it; who coordinates


def test_a_citizen_claims_for_no_other_citizen_and_for_nobody_elsewhere(world):
    for role in ("other_citizen", "outsider"):
        with pytest.raises(PermissionDenied):
            claimed(world, "citizen", role)
    with pytest.raises(PermissionDenied):
        claimed(world, "professional", "outsider")


def test_what_a_claim_names_belongs_to_it(world):
    from coproduce_web.actions import services

    elsewhere = services.start_initiative(
        by=world.by("coordinator"), service=world.service, title="Other", started_on=timezone.localdate()
    )
    services.open_phase(
        by=world.by("coordinator"), initiative=elsewhere, name="deliver", opens_at=timezone.now()
    )
    need = needs.raise_need(by=world.by("citizen"), initiative=elsewhere, title="Shopping")
    with pytest.raises(PermissionDenied):
        claimed(world, "citizen", "citizen", need=need)


def test_minutes_are_whole_and_of_one_day(world):
    for minutes in (0, -5, 1441):
        with pytest.raises(ValidationError):
            claimed(world, "citizen", given_by(world, "citizen", minutes))
    only(claimed(world, "citizen", given_by(world, "citizen", 1440)))
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.update(minutes=1441)


def test_no_day_that_has_not_come_and_nobody_twice(world):
    with pytest.raises(NotNow, match="not come"):
        claim(
            by=world.by("citizen"),
            activity=world.activity,
            given_on=timezone.localdate() + timedelta(days=1),
            given=[given_by(world, "citizen")],
        )
    for whose in ((), ("citizen", "citizen")):
        with pytest.raises(NotNow, match="once"):
            claimed(world, "citizen", *whose)


def test_the_same_time_is_recorded_once_whoever_claims_it(world):
    first = only(claimed(world, "citizen", "citizen"))
    with pytest.raises(NotNow, match="recorded for this already"):
        claimed(world, "professional", "citizen")
    answered(world, "coordinator", first, "dispute", reason="Nobody saw you")
    again = only(claimed(world, "professional", "citizen"))
    assert able(world, again) == {"citizen"}


def test_facets_come_from_the_activity(world):
    world.activity.level, world.activity.input = "group", "time"
    world.activity.save()
    contribution = only(claimed(world, "citizen", "citizen"))
    assert (contribution.level, contribution.input, contribution.capacity) == ("group", "time", "")


def test_a_capacity_is_said_by_the_person_alone(world):
    contribution = only(claimed(world, "professional", "citizen"))
    assert answered(world, "citizen", contribution, capacity="volunteer").capacity == "volunteer"
    other = only(claimed(world, "other_citizen", "other_citizen"))
    assert answered(world, "coordinator", other, capacity="user").capacity == ""


def test_an_amendment_goes_back_to_the_claimant_who_agrees(world):
    contribution = only(claimed(world, "citizen", given_by(world, "citizen", 90)))
    amended = answered(world, "coordinator", contribution, "amend", minutes=60)
    assert (amended.status, amended.minutes) == ("amended", 90)  # until both agree
    assert able(world, amended) == {"citizen"}
    with pytest.raises(PermissionDenied):
        answered(world, "coordinator", amended)
    with pytest.raises(NotNow, match="Agree"):
        answered(world, "citizen", amended, "amend", minutes=75)
    settled = answered(world, "citizen", amended)
    assert (settled.status, settled.minutes) == ("confirmed", 60)
    assert settled.confirmed_by == world.people["coordinator"].actor  # of the other side, as always
    told = settled.responses.values_list("answer", "minutes_before", "minutes")
    assert list(told) == [("amend", 90, 60), ("confirm", 90, None)]


def test_an_amendment_may_be_disputed_with_a_reason(world):
    contribution = only(claimed(world, "professional", "citizen"))
    amended = answered(world, "citizen", contribution, "amend", minutes=20)
    with pytest.raises(NotNow, match="why"):
        answered(world, "professional", amended, "dispute", reason="  ")
    assert answered(world, "professional", amended, "dispute", reason="I was there").status == "disputed"


def test_an_amendment_says_other_minutes(world):
    contribution = only(claimed(world, "citizen", "citizen"))
    for minutes in (None, 60):
        with pytest.raises(NotNow, match="other minutes"):
            answered(world, "coordinator", contribution, "amend", minutes=minutes)
    with pytest.raises(ValidationError):
        answered(world, "coordinator", contribution, "amend", minutes=0)


def test_what_is_settled_stays(world):
    contribution = only(claimed(world, "citizen", "citizen"))
    answered(world, "coordinator", contribution)
    for answer in Response.Answer.values:
        with pytest.raises(NotNow, match="settled"):
            answered(world, "coordinator", contribution, answer, minutes=5, reason="late")


def test_the_database_holds_what_it_can(world):
    contribution = only(claimed(world, "citizen", "citizen"))
    wrong = [
        lambda: Contribution.objects.update(status="confirmed"),
        lambda: Response.objects.create(
            contribution=contribution,
            answered_by=world.people["coordinator"].actor,
            answered_side="professional",
            answer="dispute",
            minutes_before=60,
        ),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_no_hand_answers_itself(world):
    """A coordinator who types a citizen's claim may not confirm it, nor answer their own in a citizen's name."""
    offline = people.add_person(
        by=world.by("coordinator"), service=world.service, role="citizen", side="citizen", name="Otto"
    )
    coordinator = world.people["coordinator"].actor
    for_otto = By(actor=offline.actor, typed_by=coordinator)
    made = claim(
        by=for_otto,
        activity=world.activity,
        given_on=timezone.localdate(),
        given=[Given(actor=offline.actor, minutes=30), given_by(world, "professional")],
    )
    assert made.typed_by == coordinator
    own = made.contributions.get(side="citizen")
    assert able(world, own) == {"professional"}
    claimed_for_many = claim(
        by=world.by("coordinator"),
        activity=world.activity,
        given_on=timezone.localdate() - timedelta(days=1),
        given=[Given(actor=offline.actor, minutes=30)],
    )
    with pytest.raises(NotNow, match="somebody else must type"):
        respond(by=for_otto, contribution=only(claimed_for_many), answer="confirm")


def test_nobody_answers_in_time_and_it_expires(world):
    made = claimed(world, "citizen", "citizen", "professional")
    own, theirs = made.contributions.order_by("side")
    answered(world, "professional", theirs)
    assert own.answer_by - made.claimed_at == timedelta(days=world.service.claim_days)
    assert expire(by=CLOCK) == 0
    Contribution.objects.update(answer_by=timezone.now() - timedelta(seconds=1))
    call_command("expire_claims", verbosity=0)
    assert set(made.contributions.values_list("side", "status")) == {
        ("citizen", "expired"),
        ("professional", "confirmed"),
    }
    assert expire(by=CLOCK) == 0
    entry = TrailEntry.objects.filter(kind="contribution", key=own.pk).latest("pk")
    assert (entry.side, entry.after["status"]) == ("system", "expired")


def test_an_amendment_has_its_own_time(world):
    contribution = only(claimed(world, "citizen", "citizen"))
    Contribution.objects.update(answer_by=timezone.now() + timedelta(minutes=1))
    amended = answered(world, "coordinator", contribution, "amend", minutes=10)
    assert amended.answer_by > timezone.now() + timedelta(days=world.service.claim_days - 1)


# -- anything, in any order ------------------------------------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.sampled_from(ROLES), st.sampled_from(["confirm", "amend", "dispute", "time"]), st.integers(1, 200)
    ),
    max_size=6,
)
claims = st.tuples(st.sampled_from(ROLES), st.sets(st.sampled_from(ROLES), min_size=1, max_size=3))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(claims, steps)
def test_whatever_is_tried_in_any_order(world, who, tried):
    """Only the steps of the diagram are taken, and never by the claimant's side but to answer an amendment."""
    claimant, actors = who
    with transaction.atomic():
        try:
            made = claimed(world, claimant, *sorted(actors))
        except (NotNow, PermissionDenied):
            return
        for contribution in made.contributions.all():
            _walk(world, claimant, contribution, tried)
        transaction.set_rollback(True)


def _walk(world, claimant, contribution, tried):
    said = contribution.minutes
    amended = None
    for role, answer, minutes in tried:
        before = Contribution.objects.get(pk=contribution.pk)
        _the_inbox_is_right(world, before)
        try:
            with transaction.atomic():
                _try(world, role, contribution, answer, minutes)
        except (NotNow, PermissionDenied):
            assert Contribution.objects.get(pk=contribution.pk).status == before.status
            continue
        now = Contribution.objects.get(pk=contribution.pk)
        assert (before.status, now.status) in {
            ("proposed", "confirmed"),
            ("proposed", "amended"),
            ("proposed", "disputed"),
            ("proposed", "expired"),
            ("amended", "confirmed"),
            ("amended", "disputed"),
            ("amended", "expired"),
        } or (answer == "time" and before.status == now.status)
        if answer == "time":
            continue
        on_claimants_side = (role in {"citizen", "other_citizen"}) == (
            claimant in {"citizen", "other_citizen"}
        )
        assert (role == claimant) if before.status == "amended" else not on_claimants_side
        amended = minutes if answer == "amend" else amended
        if now.status == "confirmed":
            assert now.minutes == (amended if before.status == "amended" else said)
            assert (now.confirmed_by.side == "citizen") != (claimant in {"citizen", "other_citizen"})


def _try(world, role, contribution, answer, minutes):
    if answer != "time":
        answered(world, role, contribution, answer, minutes=minutes, reason="because")
        return
    Contribution.objects.filter(pk=contribution.pk).update(answer_by=timezone.now() - timedelta(days=1))
    expire(by=CLOCK)


def _the_inbox_is_right(world, contribution):
    """Each person's list of what waits for them holds it if and only if they may answer it."""
    for actor in Actor.objects.all():
        listed = waiting_for(actor, service=world.service).filter(pk=contribution.pk).exists()
        assert listed == answerers(contribution).filter(pk=actor.pk).exists()


def test_statuses_are_those_of_the_records():
    assert set(ClaimStatus.values) == {"proposed", "confirmed", "amended", "disputed", "expired"}

"""The pages of contributions: what is typed, who is asked, what is shown and to whom."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from tests.web.test_claims import claimed, given_by, only
from tests.web.things import things

from coproduce_web.actions import needs
from coproduce_web.actions.acting import By
from coproduce_web.actions.claims import Given, claim, respond
from coproduce_web.actions.people import add_person
from coproduce_web.models import Actor, Contribution, Service
from coproduce_web.time_given import time_of_both_sides

TODAY = timezone.localdate


def typed(world, **more):
    return {"activity": world.activity.pk, "given_on": TODAY().isoformat(), "minutes": "", "note": ""} | more


@pytest.fixture
def place(world):
    return f"/care/{world.initiative.pk}/contributions/new"


def test_a_citizen_records_both_sides_time(world, signed_in, place):
    browser = signed_in("citizen")
    page = browser.get(place).content.decode()
    assert world.people["professional"].actor.pseudonym in page
    assert world.people["other_citizen"].actor.pseudonym not in page
    assert re.search(r'name="minutes"[^>]*value=', page) is None  # no default
    other = {"other": world.people["professional"].actor.pk, "other_minutes": "30"}
    assert browser.post(place, typed(world, minutes="45", capacity="carer", **other)).status_code == 302
    assert set(Contribution.objects.values_list("side", "minutes", "capacity")) == {
        ("citizen", 45, "carer"),
        ("professional", 30, ""),
    }
    mine = browser.get("/care/mine").content.decode()
    assert "45 min" in mine
    assert "30 min" in browser.get("/care/mine?show=others").content.decode()


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({}, "minutes"),
        ({"minutes": "1.5"}, "minutes"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "1441"}, "minutes"),
        ({"minutes": "ten"}, "minutes"),
        ({"minutes": "10", "other_minutes": "10"}, "other"),
        ({"minutes": "10", "given_on": "yesterday"}, "given_on"),
    ],
    ids=str,
)
def test_what_is_typed_is_checked(world, signed_in, place, more, fault):
    answer = signed_in("citizen").post(place, typed(world, **more))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {fault}
    assert not Contribution.objects.exists()


def test_somebody_named_gave_minutes(world, signed_in, place):
    other = world.people["professional"].actor.pk
    answer = signed_in("citizen").post(place, typed(world, minutes="10", other=other))
    assert set(answer.context["form"].errors) == {"other_minutes"}


def test_a_form_sent_twice_is_one_claim(world, signed_in, place):
    browser = signed_in("citizen")
    for _ in range(2):
        answer = browser.post(place, typed(world, minutes="45", once="a-token"))
        assert answer.headers["Location"] == "/care/mine"
    assert Contribution.objects.count() == 1


def test_a_professional_amends_and_the_citizen_agrees(world, signed_in):
    need = needs.raise_need(by=world.by("citizen"), initiative=world.initiative, title="Shopping")
    made = claimed(world, "citizen", given_by(world, "citizen", 90), "professional", need=need)
    contribution = made.contributions.get(side="citizen")
    address = f"/care/contributions/{contribution.pk}/answer"
    professional, citizen = signed_in("professional"), signed_in("citizen")
    assert address.encode() in professional.get("/care/waiting").content
    assert address.encode() not in citizen.get("/care/waiting").content
    assert citizen.get(address).status_code == 403
    assert professional.post(address, {"answer": "amend", "minutes": ""}).context["form"].errors
    assert professional.post(address, {"answer": "dispute", "reason": " "}).context["form"].errors
    assert professional.post(address, {"answer": "amend", "minutes": "60"}).status_code == 302
    page = citizen.get(address).content.decode()
    assert "The other side says: 1 h." in page
    assert 'name="minutes"' not in page
    assert citizen.post(address, {"answer": "confirm"}).status_code == 302
    contribution.refresh_from_db()
    assert (contribution.status, contribution.minutes) == ("confirmed", 60)
    assert professional.get(address).status_code == 302  # settled: nothing to answer


def test_who_may_answer_is_shown(world, signed_in):
    contribution = only(claimed(world, "citizen", "citizen"))
    page = signed_in("citizen").get(f"/care/contributions/{contribution.pk}").content.decode()
    assert f"{world.people['coordinator'].actor.pseudonym} (professional)" in page
    assert world.people["professional"].actor.pseudonym not in page


def test_a_coordinator_sees_names_and_others_pseudonyms(world, signed_in):
    contribution = only(claimed(world, "citizen", "citizen"))
    address = f"/care/contributions/{contribution.pk}"
    assert b"Citizen (" in signed_in("coordinator").get(address).content
    assert b"Citizen (" not in signed_in("citizen").get(address).content


def test_totals_of_both_sides_hide_the_few(world, signed_in):
    def page():
        cache.clear()
        return signed_in("visitor").get(f"/care/{world.initiative.pk}/time").content.decode()

    for number in range(5):
        person = add_person(
            by=world.by("steward"),
            service=world.service,
            role="citizen",
            side="citizen",
            name="C",
            email=f"c{number}@example.org",
        )
        made = claim(
            by=By(actor=person.actor),
            activity=world.activity,
            given_on=TODAY(),
            given=[Given(actor=person.actor, minutes=30)],
        )
        respond(by=world.by("coordinator"), contribution=only(made), answer="confirm")
        shown = page()
        assert ("2 h 30 min" in shown) == (number == 4)
        assert ("A dash stands where" in shown) == (number < 4)
        assert person.actor.pseudonym not in shown
    only(claimed(world, "citizen", given_by(world, "citizen", 60)))  # not confirmed: does not count
    assert "2 h 30 min" in page()
    cache.clear()


def test_time_is_counted_anew_every_ten_minutes(world, signed_in):
    address = f"/care/{world.initiative.pk}/time"
    cache.clear()
    assert "Nothing is confirmed" in signed_in("visitor").get(address).content.decode()
    respond(
        by=world.by("coordinator"), contribution=only(claimed(world, "citizen", "citizen")), answer="confirm"
    )
    assert "Nothing is confirmed" in signed_in("visitor").get(address).content.decode()
    cache.clear()
    assert "Visit somebody" in signed_in("visitor").get(address).content.decode()
    cache.clear()


def test_records_too_old_to_lead_to_a_person_count_as_few(world):
    """One person's old months stand under a stand-in each: they must not pass for many people."""
    for month in range(6):
        stand_in = Actor.objects.create(side="citizen", stand_in=True)
        contribution = only(claimed(world, "citizen", given_by(world, "citizen", 10 + month)))
        Contribution.objects.filter(pk=contribution.pk).update(
            actor=stand_in, status="confirmed", confirmed_by=world.people["coordinator"].actor
        )
    cache.clear()
    counted = time_of_both_sides(world.initiative)
    place = (str(world.activity.pk), "citizens")
    assert (counted.persons[place], counted.minutes[place]) == (1, 75)
    cache.clear()


def test_no_page_asks_the_database_too_often(world, signed_in, django_assert_max_num_queries):
    Service.objects.update(credits=True)
    known = things(world)
    for number in range(12):
        need = needs.raise_need(
            by=world.by("citizen"), initiative=world.initiative, title="x", skill="driving"
        )
        needs.offer(by=world.by("professional"), initiative=world.initiative, title="x", skill="driving")
        made = claim(
            by=world.by("citizen"),
            activity=world.activity,
            given_on=TODAY() - timedelta(days=number + 1),
            given=[given_by(world, "citizen"), given_by(world, "professional")],
            need=need,
        )
        assert made.contributions.count() == 2
    within = f"/care/{world.initiative.pk}"
    own = ("/care/waiting", "/care/mine", "/care/credits", f"/care/contributions/{known['contribution']}")
    pages = ("needs", "offers", "opportunities", "matches", "time", "contributions/new", "calendar.ics")
    for role in ("citizen", "coordinator"):
        browser = signed_in(role)
        for address in (*own, *(f"{within}/{page}" for page in pages)):
            with django_assert_max_num_queries(20):
                assert browser.get(address).status_code == 200

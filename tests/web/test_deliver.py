"""Needs, offers, opportunities, sessions and calendars: every rule of them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from coproduce_web.actions import needs, sessions
from coproduce_web.actions.acting import By, NotNow
from coproduce_web.forms.deliver import NeedForm, OfferForm, SessionsForm
from coproduce_web.models import CalendarLink, Need, Place, Session, SignUp, TrailEntry
from coproduce_web.recurring import MOST_SESSIONS, days, times

BERLIN = ZoneInfo("Europe/Berlin")


# -- needs and offers ------------------------------------------------------------------------------------------------


def raised(world, role="citizen", **more):
    return needs.raise_need(by=world.by(role), initiative=world.initiative, title="Shopping", **more)


def done(world, need, says=None, by="citizen"):
    needs.report_done(by=world.by("professional"), need=need)
    if says:
        needs.judge_need(by=world.by(by), need=need, says=says)
    need.refresh_from_db()
    return need


def test_the_organisation_says_done_and_the_citizen_is_asked(world, signed_in):
    need = done(world, raised(world))
    assert (need.is_open, need.waits_for_word) == (False, True)
    assert b"Shopping" in signed_in("citizen").get("/care/waiting").content
    assert b"Shopping" not in signed_in("other_citizen").get("/care/waiting").content
    needs.judge_need(by=world.by("citizen"), need=need, says="done")
    need.refresh_from_db()
    assert (need.done_by, need.said_by) == (
        world.people["professional"].actor,
        world.people["citizen"].actor,
    )
    assert not need.contested
    assert not Need.objects.filter(follows=need).exists()


@pytest.mark.parametrize("says", ["partly", "not_done"])
def test_both_words_are_kept_the_difference_is_public_and_the_need_goes_on(world, signed_in, says):
    need = done(world, raised(world, skill="driving", weekdays=[1]), says)
    assert need.contested
    page = signed_in("visitor").get(f"/care/{world.initiative.pk}/needs/{need.pk}").content.decode()
    assert "the two sides differ" in page
    follow = Need.objects.get(follows=need)
    assert follow.is_open
    assert (follow.raised_by, follow.skill, follow.weekdays) == (need.raised_by, "driving", [1])


def test_only_who_raised_it_is_asked_and_once(world):
    need = done(world, raised(world))
    for role in ("other_citizen",):
        with pytest.raises(PermissionDenied):
            needs.judge_need(by=world.by(role), need=need, says="done")
    needs.judge_need(by=world.by("citizen"), need=need, says="not_done")
    with pytest.raises(NotNow):
        needs.judge_need(by=world.by("citizen"), need=need, says="done")
    with pytest.raises(NotNow):
        needs.report_done(by=world.by("professional"), need=need)


def test_a_citizen_closes_their_need_before_the_organisation_does(world):
    need = raised(world)
    with pytest.raises(NotNow, match="it is open"):
        needs.judge_need(by=world.by("citizen"), need=need, says="not_done")
    needs.judge_need(by=world.by("citizen"), need=need, says="done")
    need.refresh_from_db()
    assert (need.is_open, need.contested, need.done_at) == (False, False, None)


def test_who_helped_is_asked_about_a_need_of_the_organisation(world):
    from coproduce_web.actions.claims import Given, claim

    need = raised(world, "professional")
    with pytest.raises(PermissionDenied):
        needs.judge_need(by=world.by("citizen"), need=done(world, need), says="done")
    claim(
        by=world.by("citizen"),
        activity=world.activity,
        given_on=timezone.localdate(),
        given=[Given(actor=world.people["citizen"].actor, minutes=20)],
        need=need,
    )
    needs.judge_need(by=world.by("citizen"), need=need, says="partly")


def test_one_takes_back_ones_own_and_nobody_elses(world):
    need = raised(world)
    made = needs.offer(by=world.by("citizen"), initiative=world.initiative, title="Cooking")
    with pytest.raises(PermissionDenied):
        needs.withdraw_need(by=world.by("other_citizen"), need=need)
    with pytest.raises(PermissionDenied):
        needs.withdraw_offer(by=world.by("coordinator"), offer=made)
    needs.withdraw_need(by=world.by("citizen"), need=need)
    needs.withdraw_offer(by=world.by("citizen"), offer=made)
    with pytest.raises(NotNow):
        needs.withdraw_need(by=world.by("citizen"), need=need)
    with pytest.raises(NotNow):
        needs.withdraw_offer(by=world.by("citizen"), offer=made)


def test_a_word_is_somebodys_by_the_database(world):
    need = raised(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(citizen_says="done")


def test_the_rate_of_differences_is_shown_only_of_enough(world, signed_in):
    address = f"/care/{world.initiative.pk}/needs"
    for number in range(10):
        done(world, raised(world), "not_done" if number < 5 else "done")
        page = signed_in("visitor").get(address).content.decode()
        assert ("differ on 50%" in page) == (number == 9)


def test_what_is_typed_of_a_need_is_checked():
    moment = "2026-05-05T12:00"
    form = NeedForm(
        {"title": "x", "latitude": "52", "wanted_from": moment, "wanted_until": moment, "weekdays": ["1"]}
    )
    assert set(form.errors) == {"longitude", "wanted_until"}
    assert set(OfferForm({"title": "x", "latitude": "95", "longitude": "200"}).errors) == {
        "latitude",
        "longitude",
    }
    assert NeedForm({"title": "x", "weekdays": ["7"]}).errors


def test_coordinates_are_shown_to_nobody(world, signed_in):
    need = raised(world, latitude=52.1234567, longitude=13.7654321)
    for role in ("visitor", "citizen", "coordinator"):
        page = signed_in(role).get(f"/care/{world.initiative.pk}/needs/{need.pk}").content.decode()
        assert "52.12" not in page
        assert "13.76" not in page


def test_suggestions_are_for_coordinators_and_the_two_concerned(world, signed_in):
    raised(world, "citizen", skill="driving")
    needs.offer(by=world.by("professional"), initiative=world.initiative, title="A lift", skill="Driving")
    address = f"/care/{world.initiative.pk}/matches"
    for role in ("citizen", "professional", "coordinator"):
        assert "same skill: driving" in signed_in(role).get(address).content.decode()
    for role in ("other_citizen", "evaluator", "steward"):
        assert "same skill" not in signed_in(role).get(address).content.decode()


# -- sessions that recur ---------------------------------------------------------------------------------------------


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(1, 60))
def test_days_recur_as_the_rules_of_calendars_say(first, count):
    """Against dateutil's RRULE: weekly, fortnightly, and monthly by weekday, a fifth as the last."""
    start = datetime.combine(first, time())
    weekday = (MO, TU, WE, TH, FR, SA, SU)[first.weekday()]
    week = (first.day - 1) // 7 + 1
    rules = {
        "weekly": rrule(WEEKLY, dtstart=start, count=count),
        "fortnightly": rrule(WEEKLY, interval=2, dtstart=start, count=count),
        "monthly": rrule(MONTHLY, dtstart=start, count=count, byweekday=weekday(week if week < 5 else -1)),
    }
    for repeats, rule in rules.items():
        assert days(first, repeats=repeats, count=count) == [each.date() for each in rule]


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 900))
def test_days_end_by_a_date_and_are_never_too_many(first, later):
    until = first + timedelta(days=later)
    found = days(first, repeats="weekly", until=until)
    assert found == [first + timedelta(weeks=n) for n in range(min(later // 7 + 1, MOST_SESSIONS))]
    assert len(days(first, repeats="monthly")) == MOST_SESSIONS
    assert days(first, repeats="once", count=9) == [first]


def test_sessions_keep_their_time_over_summer_time(world):
    with timezone.override(BERLIN):
        made = planned(world, on=date(2027, 3, 23), repeats="weekly", count=2)
    assert [each.starts_at.astimezone(UTC).hour for each in made] == [8, 7]
    assert {each.starts_at.astimezone(BERLIN).hour for each in made} == {9}
    late = times(date(2026, 3, 28), starts=time(22), ends=time(6), zone=BERLIN)
    assert late[1].astimezone(UTC) - late[0].astimezone(UTC) == timedelta(hours=7)  # a short night


def test_what_is_typed_of_sessions_is_checked():
    typed = {"on": "2026-12-01", "starts": "09:00", "ends": "09:00", "repeats": "weekly"}
    assert set(SessionsForm(typed).errors) == {"count", "ends"}
    assert set(SessionsForm(typed | {"ends": "10:00", "until": "2026-11-30"}).errors) == {"until"}
    assert not SessionsForm(typed | {"ends": "10:00", "count": "3"}).errors


# -- opportunities, places, waiting lists ----------------------------------------------------------------------------


def posted(world, places=1, **more):
    return sessions.post_opportunity(
        by=world.by("professional"),
        activity=world.activity,
        title="Walk together",
        role="Walker",
        places=places,
        **more,
    )


def planned(world, opportunity=None, *, on=None, **more):
    return sessions.plan_sessions(
        by=world.by("professional"),
        opportunity=opportunity or posted(world),
        on=on or timezone.localdate() + timedelta(days=3),
        starts=time(9),
        ends=time(10),
        **more,
    )


@pytest.fixture
def walk(world):
    """A session with one place."""
    return planned(world)[0]


def signed_up(world, role, session, place=None):
    return sessions.sign_up(
        by=world.by(role), session=session, place=place or session.opportunity.places.first()
    )


def states(session):
    return {each.actor.person.name: each.state for each in session.sign_ups.select_related("actor__person")}


def test_places_run_out_and_the_waiting_list_moves_up_by_itself(
    world, walk, django_capture_on_commit_callbacks
):
    for role in ("citizen", "professional", "coordinator"):
        signed_up(world, role, walk)
    assert states(walk) == {"Citizen": "going", "Professional": "waiting", "Coordinator": "waiting"}
    with django_capture_on_commit_callbacks(execute=True):
        sessions.withdraw(by=world.by("citizen"), session=walk)
    assert states(walk) == {"Citizen": "withdrawn", "Professional": "going", "Coordinator": "waiting"}
    (letter,) = mail.outbox
    assert letter.to == ["professional@example.org"]
    assert "Walk together" in letter.body
    moved = TrailEntry.objects.filter(kind="signup", case=f"session {walk.pk}").latest("pk")
    assert (moved.action, moved.after) == ("withdraw", {"state": "going"})


def test_who_leaves_the_waiting_list_moves_nobody(world, walk):
    for role in ("citizen", "professional"):
        signed_up(world, role, walk)
    sessions.withdraw(by=world.by("professional"), session=walk)
    assert states(walk) == {"Citizen": "going", "Professional": "withdrawn"}


def test_who_comes_back_is_the_last_in_the_list(world, walk):
    for role in ("citizen", "professional", "coordinator"):
        signed_up(world, role, walk)
    sessions.withdraw(by=world.by("citizen"), session=walk)
    again = signed_up(world, "citizen", walk)
    assert again.state == "waiting"
    sessions.withdraw(by=world.by("professional"), session=walk)
    assert states(walk)["Coordinator"] == "going"


def test_each_role_has_places_of_its_own_and_its_side(world, walk):
    driver = sessions.add_role(
        by=world.by("coordinator"), opportunity=walk.opportunity, role="Driver", places=1, side="professional"
    )
    signed_up(world, "citizen", walk)
    assert signed_up(world, "professional", walk, driver).state == "going"
    with pytest.raises(NotNow, match="other side"):
        signed_up(world, "other_citizen", walk, driver)
    elsewhere = Place.objects.create(opportunity=posted(world), role="Cook", places=1)
    with pytest.raises(PermissionDenied):
        signed_up(world, "other_citizen", walk, elsewhere)


def test_more_places_move_the_list_up_and_fewer_take_none_away(world, walk):
    for role in ("citizen", "professional", "coordinator"):
        signed_up(world, role, walk)
    place = walk.opportunity.places.get()
    sessions.change_places(by=world.by("coordinator"), place=place, places=2)
    assert sorted(states(walk).values()) == ["going", "going", "waiting"]
    sessions.change_places(by=world.by("coordinator"), place=place, places=1)
    assert sorted(states(walk).values()) == ["going", "going", "waiting"]
    sessions.withdraw(by=world.by("citizen"), session=walk)
    assert states(walk)["Coordinator"] == "waiting"  # two were going where one place is


def test_nobody_is_in_a_session_twice(world, walk):
    signed_up(world, "citizen", walk)
    with pytest.raises(NotNow, match="already"):
        signed_up(world, "citizen", walk)
    with pytest.raises(NotNow, match="no place"):
        sessions.withdraw(by=world.by("other_citizen"), session=walk)


tries = st.lists(
    st.tuples(
        st.sampled_from(("citizen", "other_citizen", "professional", "coordinator")),
        st.sampled_from(("sign up", "withdraw", "more places")),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tries)
def test_nobody_waits_where_a_place_is_free_and_who_came_first_goes_first(world, tried):
    """Whatever is done in any order: places never run over, and the list is worked off in its order."""
    with transaction.atomic():
        session = planned(world)[0]
        place = session.opportunity.places.get()
        for role, what in tried:
            try:
                if what == "sign up":
                    signed_up(world, role, session)
                elif what == "withdraw":
                    sessions.withdraw(by=world.by(role), session=session)
                else:
                    sessions.change_places(
                        by=world.by("coordinator"), place=place, places=min(3, place.places + 1)
                    )
            except NotNow:
                continue
            held = list(session.sign_ups.exclude(state="withdrawn").order_by("signed_up_at", "pk"))
            going = [each.state for each in held].count("going")
            assert going == min(place.places, len(held))
            assert [each.state for each in held] == ["going"] * going + ["waiting"] * (len(held) - going)
        transaction.set_rollback(True)


def moved(session, **by):
    """The session some time earlier or later."""
    shift = timedelta(**by)
    Session.objects.filter(pk=session.pk).update(
        starts_at=session.starts_at + shift, ends_at=session.ends_at + shift
    )
    session.refresh_from_db()
    return session


def test_no_sign_up_after_the_end_and_no_withdrawal_after_the_start(world, walk):
    signed_up(world, "citizen", walk)
    Session.objects.filter(pk=walk.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    signed_up(world, "other_citizen", walk)
    with pytest.raises(NotNow, match="begun"):
        sessions.withdraw(by=world.by("citizen"), session=walk)
    Session.objects.filter(pk=walk.pk).update(ends_at=timezone.now())
    with pytest.raises(NotNow, match="over"):
        signed_up(world, "professional", walk)


def test_a_place_can_be_given_back_though_no_phase_is_open(world, walk):
    signed_up(world, "citizen", walk)
    world.initiative.phases.update(closes_at=timezone.now())
    with pytest.raises(NotNow, match="not open"):
        signed_up(world, "other_citizen", walk)
    assert sessions.withdraw(by=world.by("citizen"), session=walk).state == "withdrawn"


def test_who_came_and_who_did_not(world):
    session = planned(world, posted(world, places=2))[0]
    came, stayed_away = (signed_up(world, role, session) for role in ("citizen", "other_citizen"))
    signed_up(world, "professional", session)
    with pytest.raises(NotNow, match="not taken place"):
        sessions.record_attendance(by=world.by("professional"), session=session, came=[came.pk])
    moved(session, days=-10)
    sessions.record_attendance(by=world.by("professional"), session=session, came=[came.pk])
    stayed_away.refresh_from_db()
    assert stayed_away.state == SignUp.State.NO_SHOW
    assert sorted(session.sign_ups.values_list("state", flat=True)) == ["came", "no_show", "waiting"]
    sessions.record_attendance(
        by=world.by("professional"), session=session, came=[came.pk, stayed_away.pk]
    )  # put right
    assert sorted(session.sign_ups.values_list("state", flat=True)) == ["came", "came", "waiting"]
    with pytest.raises(PermissionDenied):
        sessions.record_attendance(by=world.by("citizen"), session=session, came=[])


def test_time_of_those_who_came_is_claimed_at_once_on_the_page(world, signed_in):
    session = moved(planned(world, posted(world, places=3))[0], days=-10)
    Session.objects.filter(pk=session.pk).update(ends_at=timezone.now() + timedelta(hours=1))
    held = [signed_up(world, role, session) for role in ("citizen", "other_citizen")]
    sessions.record_attendance(by=world.by("professional"), session=session, came=[each.pk for each in held])
    address = f"/care/{world.initiative.pk}/sessions/{session.pk}/time"
    browser = signed_in("professional")
    page = browser.get(address).content.decode()
    assert 'value="60"' not in page  # no default
    typed = {f"minutes_{each.actor_id}": "55" for each in held}
    typed[f"minutes_{world.people['professional'].actor.pk}"] = "70"
    assert browser.post(address, typed).status_code == 302
    listed = signed_in("citizen").get("/care/waiting").content.decode()
    assert "55 min" in listed  # their own
    assert "1 h 10 min" in listed  # the professional's: they were there
    assert b"Your own minutes" not in browser.get(address).content  # recorded


def test_a_cancelled_session_stays_to_be_seen(world):
    made = planned(world, posted(world, 2), repeats="weekly", count=4)
    assert len({each.series for each in made}) == 1
    sessions.cancel_sessions(by=world.by("coordinator"), session=made[0])
    sessions.cancel_sessions(by=world.by("coordinator"), session=made[2], following=True)
    cancelled = [bool(each.cancelled_at) for each in Session.objects.filter(series=made[0].series)]
    assert cancelled == [True, False, True, True]
    with pytest.raises(NotNow, match="cancelled"):
        signed_up(world, "citizen", made[0])
    with pytest.raises(NotNow, match="already"):
        sessions.cancel_sessions(by=world.by("coordinator"), session=made[0])


def test_a_closed_opportunity_takes_nobody(world, walk):
    sessions.close_opportunity(by=world.by("professional"), opportunity=walk.opportunity)
    walk.refresh_from_db()
    with pytest.raises(NotNow, match="closed"):
        signed_up(world, "citizen", walk)
    with pytest.raises(NotNow):
        sessions.close_opportunity(by=world.by("professional"), opportunity=walk.opportunity)
    with pytest.raises(ValidationError):
        sessions.add_role(by=world.by("professional"), opportunity=walk.opportunity, role="Cook", places=0)


def test_others_never_see_how_many_come(world, walk, signed_in):
    signed_up(world, "citizen", walk)
    page = signed_in("visitor").get(f"/care/{world.initiative.pk}/sessions/{walk.pk}").content.decode()
    assert "all taken, with a waiting list" in page
    assert world.people["citizen"].actor.pseudonym not in page


# -- calendars -------------------------------------------------------------------------------------------------------


def events(answer):
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_the_initiatives_calendar_is_public_and_in_utc(world, signed_in):
    with timezone.override(BERLIN):
        made = planned(world, on=date(2027, 3, 23), repeats="weekly", count=2)
    sessions.cancel_sessions(by=world.by("professional"), session=made[1])
    found = [
        each
        for each in events(signed_in("visitor").get(f"/care/{world.initiative.pk}/calendar.ics"))
        if "Walk together" in each["summary"]
    ]
    assert [each.decoded("dtstart") for each in found] == [
        datetime(2027, 3, 23, 8, tzinfo=UTC),
        datetime(2027, 3, 30, 7, tzinfo=UTC),
    ]
    assert [each["status"] for each in found] == ["CONFIRMED", "CANCELLED"]
    assert [each["uid"] for each in found] == [f"session-{each.pk}@testserver" for each in made]


def test_ones_own_calendar_is_behind_a_secret_that_can_be_changed(world, walk, signed_in):
    signed_up(world, "other_citizen", walk)
    signed_up(world, "citizen", walk)
    browser, visitor = signed_in("citizen"), signed_in("visitor")
    page = browser.post("/calendar", {"once": "a"}).content.decode()
    address = page.split("http://testserver")[1].split("<")[0]
    (event,) = events(visitor.get(address))
    assert (event["summary"], event["status"]) == ("Waiting list: Walk together", "TENTATIVE")
    assert address.split("/")[2].removesuffix(".ics") not in str(CalendarLink.objects.values())
    browser.post("/calendar", {"once": "b"})
    assert visitor.get(address).status_code == 404
    assert visitor.get("/calendar/made-up.ics").status_code == 404
    assert CalendarLink.objects.count() == 1


def test_who_is_typed_for_is_who_signs_up(world, walk):
    by = By(actor=world.people["citizen"].actor, typed_by=world.people["coordinator"].actor)
    held = sessions.sign_up(by=by, session=walk, place=walk.opportunity.places.get())
    assert held.actor == world.people["citizen"].actor
    assert TrailEntry.objects.latest("pk").typed_by == world.people["coordinator"].actor.pseudonym

"""What is held about a person: seen and taken away whole; erased, it is in no table; too old, it is nobody's."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coproduce_web import held, spreadsheets
from coproduce_web.actions import asking, forgetting, keeping, people, services
from coproduce_web.actions.acting import CLOCK, By, NotNow, acting
from coproduce_web.models import (
    Actor,
    Claim,
    Comment,
    Contribution,
    Demographics,
    ErasureRequest,
    Goal,
    GroupTotal,
    Membership,
    Need,
    Offer,
    Person,
    Respondent,
    SentForm,
    SignUp,
    TrailEntry,
)
from coproduce_web.permissions import Permission

NAME, EMAIL = "Xenia Quillfeather", "xenia.quillfeather@example.org"


def dump():
    """Every value of every table, as the database holds it."""
    with connection.cursor() as cursor:
        told = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            told.extend(map(str, cursor.fetchall()))
    return "\n".join(told).replace("\\\\", "\\")


@pytest.fixture
def xenia(world):
    """A citizen who has left her name wherever she could."""
    person = people.join(service=world.service, name=NAME, email=EMAIL, password="a very long password")
    by, actor = By(actor=person.actor), person.actor
    services.comment(by=by, thread=world.thread, text=f"I am {NAME}, write to {EMAIL.upper()}")
    with acting(by, Permission.RAISE_NEED, initiative=world.initiative) as trail:
        need = trail.add(
            Need(
                initiative=world.initiative,
                title=f"{NAME} needs a lift",
                text="to the hospital, third floor",
                place="Marker Lane 3",
                latitude=52.5,
                longitude=13.4,
                raised_by=actor,
            )
        )
        trail.change(need, text="to the hospital, fourth floor")
        trail.add(Offer(initiative=world.initiative, title="I mend bikes", offered_by=actor))
    asking.tell(by=by, service=world.service, values={"age_group": "old"})
    return person


def contribution(world, actor, *, days_ago, minutes=60, **more):
    """A confirmed contribution of long ago."""
    day = timezone.localdate() - timedelta(days=days_ago)
    claim = Claim.objects.create(
        initiative=world.initiative,
        activity=world.activity,
        claimed_by=actor,
        claimed_side=actor.side,
        claimed_at=timezone.now() - timedelta(days=days_ago),
        note="a note of hers",
    )
    return Contribution.objects.create(
        claim=claim,
        initiative=world.initiative,
        activity=world.activity,
        actor=actor,
        side=actor.side,
        given_on=day,
        minutes=minutes,
        status="confirmed",
        confirmed_by=world.people["professional"].actor,
        settled_at=timezone.now(),
        **({"answer_by": timezone.now()} | more),
    )


# --- everything is named


def test_every_relation_to_a_person_is_named_with_what_becomes_of_it():
    relations = {
        (model._meta.model_name, field.name)
        for model in apps.get_app_config("platform").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Actor and model is not Person
    }
    named = {(each.kind, each.field) for each in held.HELD}
    assert named == relations, f"not named: {relations - named}; not there: {named - relations}"


def test_every_field_that_is_named_is_there():
    for each in held.HELD:
        names = {field.name for field in each.model._meta.concrete_fields}
        assert {each.field, *each.texts, *([each.at] if each.at else [])} <= names, each
        if each.fate is held.Fate.CUT:
            assert each.model._meta.get_field(each.field).null, each


def test_every_kind_that_grows_old_leads_to_a_service(world):
    old = timezone.now() - timedelta(days=4000)
    for each in held.HELD:
        if each.at:
            keeping._let_go(each, world.service, before=old, stand_in=lambda *_: None)


# --- seen and taken away


def test_a_person_sees_and_takes_away_all_that_is_held(world, xenia):
    browser = Client()
    browser.force_login(xenia)
    page = browser.get(reverse("my_data")).content.decode()
    assert "needs you raised" in page
    assert "fourth floor" in browser.get(reverse("my_records", args=["need-raised-by"])).content.decode()
    answer = browser.get(reverse("download_my_data"))
    folder = zipfile.ZipFile(io.BytesIO(answer.content))
    told = json.loads(folder.read("about-me.json"))
    assert told["account"][0]["name"] == NAME
    assert told["account"][0]["email"] == EMAIL
    assert told["demographics-actor"][0]["values"] == {"age_group": "old"}
    assert told["need-raised-by"][0]["latitude"] == 52.5
    assert "hospital" in folder.read("need-raised-by.csv").decode()
    secrets = folder.read("about-me.json").decode()
    assert xenia.password not in secrets
    assert xenia.sessions not in secrets
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_taken_away_names_nobody_else(world, xenia):
    told = json.dumps(held.everything(xenia))
    others = Person.objects.exclude(pk=xenia.pk).values_list("name", "email")
    assert not [each for pair in others for each in pair if f'"{each}"' in told]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_no_cell_of_a_table_is_a_formula(world, xenia, start):
    services.comment(by=By(actor=xenia.actor), thread=world.thread, text=f"{start}cmd|' /C calc'!A0")
    rows = [held.told(row) for row in Comment.objects.filter(said_by=xenia.actor).select_related("said_by")]
    table = "".join(spreadsheets.lines(list(rows[0]), rows))
    assert f"{start}cmd" in table
    assert f",{start}cmd" not in table
    assert f',"{start}cmd' not in table


def test_a_page_of_own_data_takes_few_queries(world, xenia, django_assert_max_num_queries):
    browser = Client()
    browser.force_login(xenia)
    with django_assert_max_num_queries(12):
        browser.get(reverse("my_data"))


# --- erased


def test_erased_by_a_steward_a_person_is_nowhere_in_the_database(world, xenia):
    services.comment(
        by=world.by("professional"), thread=world.thread, text=f"Thanks to {NAME} ({EMAIL}) for coming"
    )
    Client().post(reverse("send_link"), {"email": EMAIL})
    assert NAME in dump()
    forgetting.ask_erasure(by=By(actor=xenia.actor), actor=xenia.actor, words=f"{NAME}, everywhere")
    request = ErasureRequest.objects.get(actor=xenia.actor)
    forgetting.grant_erasure(by=world.by("steward"), request=request)
    gone = dump().lower()
    for secret in (NAME, EMAIL, "fourth floor", "third floor", "Marker Lane", "everywhere", xenia.password):
        assert secret.lower() not in gone, secret
    assert "Thanks to […] ([…]) for coming" in Comment.objects.values_list("text", flat=True)


def test_who_erases_themselves_is_gone_with_their_words(world, xenia):
    browser = Client()
    browser.force_login(xenia)
    browser.post(reverse("erase_me"), {"current": "a very long password"})
    assert Person.objects.filter(pk=xenia.pk).exists()  # the tick was missing
    browser.post(reverse("erase_me"), {"current": "not this one", "certain": "on"})
    assert Person.objects.filter(pk=xenia.pk).exists()
    browser.post(reverse("erase_me"), {"current": "a very long password", "certain": "on"})
    gone = dump().lower()
    for secret in (NAME, EMAIL, "fourth floor", "third floor", "Marker Lane"):
        assert secret.lower() not in gone, secret
    assert browser.get(reverse("account")).status_code == 302


def test_a_name_with_letters_that_json_escapes_is_found_too(world):
    person = people.join(service=world.service, name="Zoë Müßig", email="zoe@example.org", password="a" * 20)
    services.comment(by=world.by("citizen"), thread=world.thread, text="Ask Zoë Müßig")
    forgetting.erase(by=world.by("steward"), actor=person.actor)
    for text in ("Müßig", "M\\u00fc\\u00dfig"):
        assert text not in dump()


def test_who_erases_themselves_changes_no_words_of_others(world):
    """Somebody calls themselves like a place, to have it taken out of everybody's texts."""
    vandal = people.join(service=world.service, name="Town Hall", email="v@example.org", password="a" * 20)
    services.comment(by=world.by("citizen"), thread=world.thread, text="We meet in the Town Hall")
    forgetting.erase(by=By(actor=vandal.actor), actor=vandal.actor)
    assert Comment.objects.get(said_by=world.people["citizen"].actor).text == "We meet in the Town Hall"


def test_a_name_of_one_word_is_left_in_the_texts_of_others(world):
    person = people.join(service=world.service, name="Rose", email="rose@example.org", password="a" * 20)
    services.comment(by=world.by("citizen"), thread=world.thread, text="A rose. Rose hips.")
    forgetting.erase(by=world.by("steward"), actor=person.actor)
    assert Comment.objects.get().text == "A rose. Rose hips."


def test_what_was_given_stays_counted_under_the_pseudonym(world, xenia):
    given = contribution(world, xenia.actor, days_ago=10)
    forgetting.erase(by=By(actor=xenia.actor), actor=xenia.actor)
    given.refresh_from_db()
    assert given.actor == xenia.actor
    assert given.minutes == 60
    assert given.claim.note == held.ERASED
    assert not Demographics.objects.filter(actor=xenia.actor).exists()
    assert not Membership.objects.filter(actor=xenia.actor, until=None).exists()
    assert Actor.objects.get(pk=xenia.actor_id).left_at is not None
    need = Need.objects.get(raised_by=xenia.actor)
    assert (need.title, need.text, need.latitude) == (held.ERASED, held.ERASED, None)
    assert Offer.objects.get(offered_by=xenia.actor).withdrawn_at is not None
    removed = TrailEntry.objects.get(kind="person", key=xenia.pk, after__isnull=True)
    assert removed.pseudonym == xenia.actor.pseudonym
    assert removed.before["name"] == "…"


def test_places_in_sessions_to_come_are_given_up(world, xenia):
    session = world.more["session"]
    place = session.opportunity.places.create(role="walker", places=3)
    mine = SignUp.objects.create(session=session, place=place, actor=xenia.actor, state="going")
    forgetting.erase(by=By(actor=xenia.actor), actor=xenia.actor)
    mine.refresh_from_db()
    assert mine.state == "withdrawn"


def test_links_of_surveys_are_cut(world, xenia):
    from coproduce_web.models import Instrument, Wave

    instrument = Instrument.objects.create(service=world.service, title="Asked", about="experience", form={})
    wave = Wave.objects.create(
        instrument=instrument,
        initiative=world.initiative,
        title="First",
        closes_at=timezone.now() + timedelta(days=9),
    )
    asked = Respondent.objects.create(wave=wave, code="1", hashed="the hash", actor=xenia.actor)
    forgetting.erase(by=By(actor=xenia.actor), actor=xenia.actor)
    asked.refresh_from_db()
    assert asked.actor is None
    assert asked.hashed != "the hash"


def test_goals_are_emptied_and_still_counted(world, xenia):
    words = dict.fromkeys(("title", "much_less", "less", "hoped", "more", "much_more"), "walk to the shop")
    Goal.objects.create(
        initiative=world.initiative, actor=xenia.actor, set_by="citizen", baseline=-1, **words
    )
    forgetting.erase(by=By(actor=xenia.actor), actor=xenia.actor)
    goal = Goal.objects.get()
    assert goal.hoped == held.ERASED
    assert goal.baseline == -1


def test_nobody_erases_another_but_a_steward(world, xenia):
    for role in ("citizen", "coordinator", "handler"):
        with pytest.raises(PermissionDenied):
            forgetting.erase(by=world.by(role), actor=xenia.actor)
    typing = By(actor=xenia.actor, typed_by=world.people["coordinator"].actor)
    with pytest.raises(PermissionDenied):
        forgetting.erase(by=typing, actor=xenia.actor)


def test_nobody_is_erased_twice(world, xenia):
    forgetting.erase(by=world.by("steward"), actor=xenia.actor)
    with pytest.raises(NotNow):
        forgetting.erase(by=world.by("steward"), actor=xenia.actor)


def test_a_request_is_passed_on_answered_and_its_answer_read(world, signed_in, xenia):
    passing = signed_in("coordinator")
    passing.post(reverse("ask_erasure_for", args=["care", xenia.actor_id]), {"words": "she told me"})
    asked = ErasureRequest.objects.get(actor=xenia.actor)
    steward = signed_in("steward")
    assert NAME in steward.get(reverse("erasures")).content.decode()
    answer = reverse("answer_erasure", args=[asked.pk])
    assert "Say why not" in steward.post(answer, {"erased": "no"}).content.decode()
    steward.post(answer, {"erased": "no", "answer": "A court needs it until May."})
    browser = Client()
    browser.force_login(xenia)
    assert "A court needs it until May." in browser.get(reverse("my_data")).content.decode()
    steward.post(answer, {"erased": "yes"})  # it was answered already
    assert Person.objects.filter(pk=xenia.pk).exists()


# --- too old


def test_what_is_too_old_leads_to_a_stand_in_and_counts_stay(world, xenia):
    old = [contribution(world, xenia.actor, days_ago=days, minutes=30) for days in (800, 801, 900)]
    young = contribution(world, xenia.actor, days_ago=100)
    before = list(Contribution.objects.order_by("pk").values_list("given_on", "minutes", "side", "status"))
    keeping.keep(by=CLOCK)
    assert (
        list(Contribution.objects.order_by("pk").values_list("given_on", "minutes", "side", "status"))
        == before
    )
    for each in [*old, young]:
        each.refresh_from_db()
    assert young.actor == xenia.actor
    assert all(each.actor.stand_in for each in old)
    assert all(each.claim.claimed_by == each.actor for each in old)  # one stand-in a month, in every record
    assert old[0].claim.note == held.ERASED
    months = {each.given_on.replace(day=1) for each in old}
    assert len({each.actor_id for each in old}) == len(months)
    assert not any(Person.objects.filter(actor=each.actor).exists() for each in old)


def test_a_stand_in_is_one_for_each_person_and_month(world, xenia):
    other = world.people["citizen"].actor
    first, second = (contribution(world, actor, days_ago=800) for actor in (xenia.actor, other))
    again = contribution(world, xenia.actor, days_ago=800)
    keeping.keep(by=CLOCK)
    for each in (first, second, again):
        each.refresh_from_db()
    assert first.actor == again.actor != second.actor


def test_months_are_forgotten_whole(world, xenia):
    world.service.retention_days = 30
    world.service.save()
    month = (timezone.now() - timedelta(days=30)).date().replace(day=1)
    kept = contribution(world, xenia.actor, days_ago=(timezone.localdate() - month).days)
    gone = contribution(world, xenia.actor, days_ago=(timezone.localdate() - month).days + 1)
    keeping.keep(by=CLOCK)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert kept.actor == xenia.actor
    assert gone.actor.stand_in


def test_what_groups_gave_is_counted_before_and_small_groups_go_together(world, xenia):
    world.service.small_numbers = 2
    world.service.save()
    everyone = [
        people.join(service=world.service, name="N", email=f"n{number}@example.org", password="a" * 20)
        for number in range(3)
    ]
    for person in everyone:
        asking.tell(by=By(actor=person.actor), service=world.service, values={"age_group": "young"})
        contribution(world, person.actor, days_ago=800, minutes=20)
    contribution(world, xenia.actor, days_ago=800, minutes=50)
    for _ in range(2):  # once more changes nothing
        keeping.keep(by=CLOCK)
    totals = {total.value: total for total in GroupTotal.objects.all()}
    assert (totals["young"].persons, totals["young"].contributions, totals["young"].minutes) == (3, 3, 60)
    assert (totals[""].persons, totals[""].minutes) == (1, 50)
    assert "old" not in totals  # one person is not told apart
    page = Client().get(reverse("who_takes_part", args=["care"])).content.decode()
    assert "1 h" in page
    assert "50 min" not in page  # what one person gave


def test_the_trail_forgets_who_and_keeps_what(world, xenia):
    TrailEntry.objects.filter(kind="need").update(at=timezone.now() - timedelta(days=900))
    keeping.keep(by=CLOCK)
    entries = TrailEntry.objects.filter(kind="need")
    assert entries.count() == 2
    for entry in entries:
        assert entry.pseudonym.startswith("past-")
        assert entry.side == "citizen"
        assert (entry.before, entry.after) == (None, None)
        assert entry.action == "raise_need"
    assert TrailEntry.objects.filter(kind="comment").get().pseudonym == xenia.actor.pseudonym


def test_what_serves_for_a_short_while_is_swept(world):
    from django.contrib.sessions.models import Session as BrowserSession

    from coproduce_web.signing_in import too_often

    SentForm.objects.create(token="old", at=timezone.now() - timedelta(days=8))
    SentForm.objects.create(token="new")
    BrowserSession.objects.create(session_key="old", expire_date=timezone.now() - timedelta(days=1))
    too_often("password", "somebody", most=5, minutes=15)
    swept = keeping.keep(by=CLOCK)
    assert swept["sent_forms"] == 1
    assert swept["sessions"] == 1
    assert swept["tries"] == 0
    assert SentForm.objects.get().token == "new"


def test_an_account_without_a_role_that_nobody_uses_is_erased(world, xenia):
    long_ago = timezone.now() - timedelta(days=800)
    Actor.objects.update(joined_at=long_ago)
    Membership.objects.filter(actor=xenia.actor).update(until=timezone.now() - timedelta(days=700))
    keeping.keep(by=CLOCK)
    assert Person.objects.filter(pk=xenia.pk).exists()
    Membership.objects.filter(actor=xenia.actor).update(until=long_ago)
    Person.objects.filter(pk=xenia.pk).update(last_login=timezone.now() - timedelta(days=10))
    keeping.keep(by=CLOCK)
    assert Person.objects.filter(pk=xenia.pk).exists()
    Person.objects.filter(pk=xenia.pk).update(last_login=long_ago)
    assert keeping.keep(by=CLOCK)["people"] == 1
    assert NAME not in dump()
    assert Person.objects.count() == len(world.people)


def test_who_a_unit_was_is_forgotten_after_its_initiative(world, xenia):
    from coproduce_web.models import Unit

    unit = Unit.objects.create(initiative=world.initiative, name="1", actor=xenia.actor)
    for days, left in ((700, xenia.actor), (800, None)):
        world.initiative.ended_on = timezone.localdate() - timedelta(days=days)
        world.initiative.started_on = world.initiative.ended_on
        world.initiative.save()
        keeping.keep(by=CLOCK)
        unit.refresh_from_db()
        assert unit.actor == left


def test_the_command_says_how_many_were_forgotten(world, xenia, capsys):
    contribution(world, xenia.actor, days_ago=800)
    call_command("keep")
    assert "records: " in capsys.readouterr().out


def test_only_time_or_a_steward_keeps(world):
    with pytest.raises(PermissionDenied):
        keeping.keep(by=world.by("coordinator"))

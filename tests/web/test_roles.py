"""Who may hold which role, who gives and takes it; typing for who is not online; members found."""

import time

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from coproduce_web.actions import forgetting, people, roles, services
from coproduce_web.actions.acting import By, NotNow, may
from coproduce_web.models import Comment, Demographics, Membership, Organisation, Person, TrailEntry
from coproduce_web.permissions import OWN_WORD, ROLES, Permission


def held(world, role):
    """The membership of a person of the small world."""
    return Membership.objects.get(actor=world.people[role].actor, role=role, until=None)


# --- rules


@pytest.mark.parametrize(
    ("who", "role"),
    [("citizen", "professional"), ("professional", "citizen"), ("evaluator", "citizen")],
)
def test_a_side_holds_only_its_roles(world, who, role):
    with pytest.raises(NotNow, match="side"):
        roles.grant(by=world.by("steward"), actor=world.people[who].actor, role=role, service=world.service)


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("professional", "handler"),
        ("coordinator", "handler"),
        ("handler", "professional"),
        ("handler", "coordinator"),
    ],
)
def test_who_handles_concerns_stands_outside_the_team(world, who, role):
    with pytest.raises(NotNow, match="outside the team"):
        roles.grant(by=world.by("steward"), actor=world.people[who].actor, role=role, service=world.service)


def test_a_handler_of_the_whole_platform_is_in_no_team_of_any_service(world):
    grant = {"by": world.by("steward"), "actor": world.people["professional"].actor}
    with pytest.raises(NotNow, match="outside the team"):
        roles.grant(role="handler", service=None, **grant)
    roles.withdraw_role(by=world.by("steward"), membership=held(world, "professional"))
    roles.grant(role="handler", service=None, **grant)
    with pytest.raises(NotNow, match="outside the team"):
        roles.grant(role="professional", service=world.other_service, **grant)


def test_a_handler_of_one_service_may_work_in_another(world):
    roles.grant(
        by=world.by("steward"),
        actor=world.people["handler"].actor,
        role="professional",
        service=world.other_service,
    )


def test_a_role_is_held_once(world):
    with pytest.raises(NotNow, match="already"):
        roles.grant(
            by=world.by("steward"), actor=world.people["citizen"].actor, role="citizen", service=world.service
        )


def test_the_last_steward_cannot_go_by_any_way(world):
    steward = world.by("steward")
    with pytest.raises(NotNow, match="last steward"):
        roles.withdraw_role(by=steward, membership=held(world, "steward"))
    with pytest.raises(NotNow, match="last steward"):
        forgetting.erase(by=steward, actor=steward.actor)
    assert Person.objects.filter(actor=steward.actor).exists()


def test_one_of_two_stewards_can_go(world):
    roles.grant(by=world.by("steward"), actor=world.people["evaluator"].actor, role="steward", service=None)
    roles.withdraw_role(by=world.by("evaluator"), membership=held(world, "steward"))
    with pytest.raises(PermissionDenied):
        roles.name_organisation(by=world.by("steward"), name="Another")


def test_a_steward_of_one_service_keeps_only_that(world):
    roles.grant(
        by=world.by("steward"), actor=world.people["evaluator"].actor, role="steward", service=world.service
    )
    services.change_service(by=world.by("evaluator"), service=world.service, title="Care")
    with pytest.raises(PermissionDenied):
        services.change_service(by=world.by("evaluator"), service=world.other_service, title="Mine")
    with pytest.raises(PermissionDenied):
        roles.grant(
            by=world.by("evaluator"), actor=world.people["evaluator"].actor, role="steward", service=None
        )


@pytest.mark.parametrize("role", ROLES.keys() - {"steward"})
def test_nobody_but_a_steward_gives_or_takes_roles(world, role):
    with pytest.raises(PermissionDenied):
        roles.grant(by=world.by(role), actor=world.people[role].actor, role="steward", service=world.service)
    with pytest.raises(PermissionDenied):
        roles.withdraw_role(by=world.by(role), membership=held(world, "citizen"))


def test_a_role_that_ended_allows_nothing_and_stands_in_the_trail(world):
    roles.withdraw_role(by=world.by("steward"), membership=held(world, "coordinator"))
    with pytest.raises(PermissionDenied):
        services.change_initiative(by=world.by("coordinator"), initiative=world.initiative, title="Mine")
    entry = TrailEntry.objects.filter(kind="membership", action="grant_roles").latest("pk")
    assert entry.before == {"until": None}
    assert entry.after["until"]


def test_who_leaves_a_service_keeps_the_account(world, signed_in):
    citizen = signed_in("citizen")
    citizen.post(reverse("leave_service", args=["care"]))
    assert not Membership.objects.filter(actor=world.people["citizen"].actor, until=None).exists()
    assert citizen.get(reverse("account")).status_code == 200


# --- pages of members


def found(browser, **said):
    page = browser.get(reverse("members", args=["care"]), said).content.decode()
    return page.split("<tbody>")[1].split("</tbody>")[0]


def test_members_are_found_by_name_address_pseudonym_and_role(world, signed_in):
    coordinator, handler = signed_in("coordinator"), world.people["handler"]
    for said in (
        {"q": handler.name.upper()},
        {"q": "handler@exam"},
        {"q": handler.actor.pseudonym},
        {"role": "handler"},
    ):
        rows = found(coordinator, **said)
        assert handler.actor.pseudonym in rows
        assert world.people["citizen"].actor.pseudonym not in rows
    assert world.people["outsider"].actor.pseudonym not in found(coordinator)


def test_fifty_members_stand_on_a_page_and_pages_cost_no_more_queries(
    world, signed_in, django_assert_max_num_queries
):
    for number in range(60):
        people.add_person(
            by=world.by("coordinator"),
            service=world.service,
            role="citizen",
            side="citizen",
            name=f"Anna {number:02}",
        )
    coordinator = signed_in("coordinator")
    with django_assert_max_num_queries(15):
        first = found(coordinator)
    assert first.count("<tr") == 50
    assert "Page 2 of 2" in coordinator.get(reverse("members", args=["care"]) + "?page=2").content.decode()


def test_a_steward_gives_and_takes_a_role_on_pages(world, signed_in):
    steward, actor = signed_in("steward"), world.people["citizen"].actor
    steward.post(reverse("grant_role", args=["care", actor.pk]), {"role": "coordinator"})
    given = Membership.objects.get(actor=actor, role="coordinator")
    steward.post(reverse("withdraw_role", args=["care", given.pk]))
    given.refresh_from_db()
    assert given.until is not None


def test_a_steward_of_the_platform_is_made_by_pseudonym_or_address(world, signed_in):
    steward = signed_in("steward")
    evaluator, handler = world.people["evaluator"], world.people["handler"]
    steward.post(reverse("stewards"), {"who": evaluator.actor.pseudonym})
    steward.post(reverse("stewards"), {"who": handler.email.upper()})
    assert "Nobody here" in steward.post(reverse("stewards"), {"who": "nobody"}).content.decode()
    assert Membership.objects.filter(service=None, role="steward", until=None).count() == 3


def test_organisations_have_one_name_each_whatever_its_capitals(world, signed_in):
    steward = signed_in("steward")
    steward.post(reverse("organisations"), {"name": "Hospital"})
    assert "of this name" in steward.post(reverse("organisations"), {"name": "HOSPITAL"}).content.decode()
    hospital = Organisation.objects.get(name="Hospital")
    steward.post(reverse("rename_organisation", args=[hospital.pk]), {"name": "hospital"})
    hospital.refresh_from_db()
    assert hospital.name == "hospital"


# --- typing for somebody


@pytest.fixture
def offline(world):
    """A citizen who is not online."""
    return people.add_person(
        by=world.by("coordinator"), service=world.service, role="citizen", side="citizen", name="Olga Offline"
    )


def typing(world, person):
    return By(actor=person.actor, typed_by=world.people["coordinator"].actor)


def comment(browser, world, text):
    return browser.post(
        reverse("comment", args=["care", world.initiative.pk, world.thread.pk]), {"text": text, "back": "/"}
    )


def test_what_is_typed_for_somebody_is_theirs_and_says_who_typed(world, signed_in, offline):
    browser = signed_in("coordinator")
    browser.post(reverse("assist", args=["care", offline.actor_id]))
    page = browser.get(reverse("initiative", args=["care", world.initiative.pk])).content.decode()
    assert "Olga Offline" in page
    comment(browser, world, "I would like a bench")
    said = Comment.objects.get(text="I would like a bench")
    assert said.said_by == offline.actor
    entry = TrailEntry.objects.get(kind="comment", key=said.pk)
    assert entry.pseudonym == offline.actor.pseudonym
    assert entry.typed_by == world.people["coordinator"].actor.pseudonym
    browser.post(reverse("stop_assisting"))
    comment(browser, world, "and I a lamp")
    assert Comment.objects.get(text="and I a lamp").said_by == world.people["coordinator"].actor


def test_every_page_says_for_whom_one_types(world, signed_in, offline):
    browser = signed_in("coordinator")
    browser.post(reverse("assist", args=["care", offline.actor_id]))
    for name in ("start", "account", "my_data"):
        page = browser.get(reverse(name)).content.decode()
        assert offline.actor.pseudonym in page
        assert "Here you are yourself" in page
    elsewhere = browser.get(reverse("service", args=["parks"])).content.decode()
    assert "Here you are yourself" in elsewhere


def test_who_types_for_somebody_may_what_they_may_and_no_more(world, signed_in, offline):
    browser = signed_in("coordinator")
    browser.post(reverse("assist", args=["care", offline.actor_id]))
    assert browser.get(reverse("members", args=["care"])).status_code == 403
    assert browser.get(reverse("new_initiative", args=["care"])).status_code == 403


def test_ones_own_account_stays_ones_own_meanwhile(world, signed_in, offline):
    browser = signed_in("coordinator")
    browser.post(reverse("assist", args=["care", offline.actor_id]))
    browser.post(reverse("account"), {"name": "Cora Coordinator", "language": "en"})
    browser.post(reverse("leave_service", args=["care"]))
    offline.refresh_from_db()
    assert offline.name == "Olga Offline"
    assert Membership.objects.filter(actor=offline.actor, until=None).exists()
    assert Person.objects.filter(name="Cora Coordinator", actor=world.people["coordinator"].actor).exists()


def test_what_somebody_tells_of_themselves_is_typed_only_where_they_cannot_sign_in(world, signed_in, offline):
    for person, told in ((offline, {"age_group": "old"}), (world.people["citizen"], None)):
        browser = signed_in("coordinator")
        browser.post(reverse("assist", args=["care", person.actor_id]))
        browser.post(reverse("about_me", args=["care"]), {"age_group": "old"})
        mine = Demographics.objects.filter(actor=person.actor).first()
        assert (mine.values if mine else None) == told
    assert not Demographics.objects.filter(actor=world.people["coordinator"].actor).exists()


def test_typing_ends_after_an_hour(world, signed_in, offline, monkeypatch):
    browser = signed_in("coordinator")
    browser.post(reverse("assist", args=["care", offline.actor_id]))
    later = time.time() + 61 * 60
    monkeypatch.setattr("coproduce_web.pages.access.time.time", lambda: later)
    comment(browser, world, "late")
    assert Comment.objects.get(text="late").said_by == world.people["coordinator"].actor


@pytest.mark.parametrize("permission", sorted(OWN_WORD - {Permission.ANSWER_SURVEY}))
def test_somebodys_own_word_is_typed_only_where_they_cannot_sign_in(world, offline, permission):
    given = permission in ROLES["citizen"].permissions
    assert may(typing(world, offline), permission, service=world.service) == given
    assert not may(typing(world, world.people["citizen"]), permission, service=world.service)


def test_other_things_are_typed_for_who_can_sign_in_too(world):
    assert may(typing(world, world.people["citizen"]), Permission.RAISE_NEED, service=world.service)


@pytest.mark.parametrize("role", ROLES.keys() - {"coordinator"})
def test_only_a_coordinator_types_for_others(world, role, offline):
    by = By(actor=offline.actor, typed_by=world.people[role].actor)
    assert not may(by, Permission.COMMENT, service=world.service)


def test_nobody_types_for_an_outsider_or_a_professional(world, signed_in):
    browser = signed_in("coordinator")
    assert (
        browser.post(reverse("assist", args=["care", world.people["outsider"].actor_id])).status_code == 404
    )
    browser.post(reverse("assist", args=["care", world.people["professional"].actor_id]))
    assert "assisting" not in browser.session


def test_a_coordinator_enters_and_mends_only_who_is_not_online(world, signed_in, offline):
    browser = signed_in("coordinator")
    browser.post(reverse("add_member", args=["care"]), {"name": "Peter Paper", "language": "de"})
    peter = Person.objects.get(name="Peter Paper")
    assert peter.email is None
    assert not peter.has_usable_password()
    browser.post(
        reverse("mend_member", args=["care", peter.actor_id]), {"name": "Petra Paper", "language": "de"}
    )
    peter.refresh_from_db()
    assert peter.name == "Petra Paper"
    with pytest.raises(NotNow):
        people.change_person(
            by=world.by("coordinator"), service=world.service, person=world.people["citizen"], name="Mine"
        )


def test_two_who_are_not_online_have_no_address_both(world, offline):
    people.add_person(
        by=world.by("coordinator"), service=world.service, role="citizen", side="citizen", name="Second"
    )
    assert Person.objects.filter(email=None).count() == 2


@pytest.mark.parametrize("slug", ["account", "trail", "erasures", "new", "language"])
def test_no_service_stands_in_the_way_of_the_platforms_own_pages(world, signed_in, slug):
    said = {"organisation": "Town", "title": "Mine", "slug": slug}
    assert "own pages" in signed_in("steward").post(reverse("new_service"), said).content.decode()

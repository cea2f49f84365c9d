"""Signing in, joining, invitations, one's own account; nobody sees a name who may not."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.matrix import MATRIX
from tests.web.test_matrix import address
from tests.web.things import things
from tests.web.world import PASSWORD

from coproduce_web.actions import accounts, people, roles
from coproduce_web.actions.acting import By, NotNow
from coproduce_web.models import Attempt, Invitation, Membership, Person, TrailEntry
from coproduce_web.signing_in import hashed, link_token

NEW = {"name": "Nora New", "email": "nora@example.org", "password": "a very long password"}


def sign_in(browser, email="citizen@example.org", password=PASSWORD):
    return browser.post(reverse("sign_in"), {"email": email, "password": password})


def signed_in_now(browser):
    return browser.get(reverse("account")).status_code == 200


def link_in_last_letter():
    return re.search(r"http://testserver(/\S+)", mail.outbox[-1].body).group(1)


# --- by password


def test_a_password_signs_in_whatever_the_capitals_of_the_address(world):
    browser = Client()
    assert sign_in(browser, email="CITIZEN@Example.org").status_code == 302
    assert signed_in_now(browser)


def test_a_wrong_password_and_an_unknown_address_are_told_alike(world):
    wrong = sign_in(Client(), password="not this one").content.decode()
    unknown = sign_in(Client(), email="nobody@example.org").content.decode()
    assert "do not go together" in wrong
    assert "do not go together" in unknown


def test_the_sixth_try_in_a_quarter_of_an_hour_is_refused_even_with_the_right_password(world):
    browser = Client()
    for _ in range(5):
        assert "do not go together" in sign_in(browser, password="not this one").content.decode()
    assert "Too many tries" in sign_in(browser).content.decode()
    assert not signed_in_now(browser)
    Attempt.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert sign_in(browser).status_code == 302


def test_one_network_address_cannot_try_many_people(world):
    browser = Client()
    for number in range(30):
        sign_in(browser, email=f"guess{number}@example.org")
    assert "Too many tries" in sign_in(browser).content.decode()


def test_tries_keep_no_address(world):
    sign_in(Client(), password="not this one")
    assert "example.org" not in str(list(Attempt.objects.values()))


def test_signing_in_leads_only_to_pages_of_ours(world):
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        answer = Client().post(
            reverse("sign_in"), {"email": "citizen@example.org", "password": PASSWORD, "next": elsewhere}
        )
        assert answer.headers["Location"] == "/"


def test_a_session_of_before_is_not_the_session_of_after(world):
    browser = Client()
    browser.post(reverse("set_language"), {"language": "de"})
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    browser.cookies["sessionid"] = before = session.session_key
    sign_in(browser)
    after = browser.cookies["sessionid"].value
    assert after != before
    assert not BrowserSession.objects.filter(session_key=before).exists()
    planted = Client()
    planted.cookies["sessionid"] = before
    assert not signed_in_now(planted)


# --- by a link


def test_a_link_signs_in_once(world):
    browser = Client()
    browser.post(reverse("send_link"), {"email": "citizen@example.org"})
    link = link_in_last_letter()
    assert mail.outbox[-1].to == ["citizen@example.org"]
    assert browser.get(link).status_code == 200
    assert not signed_in_now(browser)  # looking at it, as programs do that read letters, does nothing
    browser.post(link)
    assert signed_in_now(browser)
    assert Client().post(link).status_code == 410


def test_an_unknown_address_is_told_the_same_and_gets_no_letter(world):
    known = Client().post(reverse("send_link"), {"email": "citizen@example.org"}).content
    letters = len(mail.outbox)
    unknown = Client().post(reverse("send_link"), {"email": "nobody@example.org"}).content
    assert len(mail.outbox) == letters
    assert strip(known) == strip(unknown)


def strip(page):
    """A page without its tokens."""
    return re.sub(rb'value="[^"]*"', b"", page)


def test_only_three_letters_go_to_an_address_in_a_quarter_of_an_hour(world):
    for _ in range(5):
        Client().post(reverse("send_link"), {"email": "citizen@example.org"})
    assert len(mail.outbox) == 3


def test_a_link_that_is_old_or_made_up_does_not_work(world, monkeypatch):
    link = reverse("use_link", args=[link_token(world.people["citizen"])])
    assert Client().get(link[:-3] + "abc").status_code == 410
    monkeypatch.setattr("coproduce_web.signing_in.LINK_MINUTES", -1)
    assert Client().post(link).status_code == 410


def test_a_letter_ends_what_whoever_typed_the_address_set_up(world):
    """Somebody joins with an address of somebody else; when its owner comes by a letter, the other is out."""
    thief, owner = Client(), Client()
    thief.post(reverse("join", args=["care"]), NEW)
    assert signed_in_now(thief)
    owner.post(reverse("send_link"), {"email": NEW["email"]})
    assert owner.post(link_in_last_letter()).headers["Location"] == reverse("set_password")
    assert signed_in_now(owner)
    assert not signed_in_now(thief)
    assert sign_in(Client(), email=NEW["email"], password=NEW["password"]).status_code == 200


def test_the_queue_holds_neither_address_nor_link(world, settings):
    from django_tasks_db.models import DBTaskResult

    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    Client().post(reverse("send_link"), {"email": "citizen@example.org"})
    waiting = DBTaskResult.objects.get()
    assert waiting.args_kwargs == {
        "args": [],
        "kwargs": {"person": world.people["citizen"].pk, "base": "http://testserver"},
    }


# --- joining


def test_somebody_new_joins_an_open_service_under_a_pseudonym(world):
    browser = Client()
    page = browser.post(reverse("join", args=["care"]), NEW, follow=True).content.decode()
    person = Person.objects.get(email=NEW["email"])
    assert person.actor.pseudonym in page
    assert person.check_password(NEW["password"])
    assert Membership.objects.get(actor=person.actor).role == "citizen"


def test_nobody_joins_a_service_that_invites(world):
    world.service.open_to_all = False
    world.service.save()
    Client().post(reverse("join", args=["care"]), NEW)
    assert not Person.objects.filter(email=NEW["email"]).exists()


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "nora@example.org"])
def test_a_weak_password_is_refused(world, password):
    Client().post(reverse("join", args=["care"]), NEW | {"password": password})
    assert not Person.objects.filter(email=NEW["email"]).exists()


def test_an_address_belongs_to_one_person_in_the_database_too(world):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=world.people["citizen"].pk).update(email="STEWARD@example.org")


def test_too_many_accounts_from_one_network_are_refused(world):
    from coproduce_web.signing_in import too_often

    for _ in range(60):
        too_often("join from", "127.0.0.1", most=60, minutes=60)
    page = Client().post(reverse("join", args=["care"]), NEW).content.decode()
    assert "too often from this network" in page


def test_a_form_sent_twice_makes_one_person(world):
    browser = Client()
    for _ in range(2):
        browser.post(reverse("join", args=["care"]), NEW | {"once": "the same"})
    assert Person.objects.filter(name=NEW["name"]).count() == 1


# --- invitations


def invited(world, role="coordinator", side="professional", **more):
    return roles.invite(by=world.by("steward"), service=world.service, role=role, side=side, days=14, **more)


def test_an_invitation_makes_a_member_once(world):
    invitation, secret = invited(world)
    link = reverse("take_up_invitation", args=[secret])
    Client().post(link, NEW)
    person = Person.objects.get(email=NEW["email"])
    assert Membership.objects.get(actor=person.actor).role == "coordinator"
    assert person.actor.side == "professional"
    assert Client().post(link, NEW | {"email": "other@example.org"}).status_code == 410
    assert Client().get(link).status_code == 410
    with pytest.raises(NotNow):
        people.come_by_invitation(invitation=invitation, **NEW | {"email": "third@example.org"})


def test_only_the_hash_of_an_invitation_is_kept(world):
    invitation, secret = invited(world)
    assert invitation.hashed == hashed(secret) != secret
    assert secret not in str(list(Invitation.objects.values()))
    assert secret not in str(list(TrailEntry.objects.values()))
    assert invitation.hashed not in str(list(TrailEntry.objects.values()))


def test_an_old_or_withdrawn_invitation_does_not_work(world):
    invitation, secret = invited(world)
    roles.withdraw_invitation(by=world.by("steward"), invitation=invitation)
    assert Client().get(reverse("take_up_invitation", args=[secret])).status_code == 410
    old, its_secret = invited(world)
    Invitation.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(reverse("take_up_invitation", args=[its_secret])).status_code == 410


def test_who_is_signed_in_takes_an_invitation_up_with_the_account(world, signed_in):
    _, secret = invited(world, role="citizen", side="citizen")
    signed_in("outsider").post(reverse("take_up_invitation", args=[secret]))
    assert Membership.objects.filter(
        actor=world.people["outsider"].actor, service=world.service, role="citizen"
    ).exists()


def test_an_invitation_leads_nobody_round_the_rules_of_roles(world, signed_in):
    invitation, secret = invited(world, role="handler", side="professional")
    page = signed_in("professional").post(reverse("take_up_invitation", args=[secret]), follow=True)
    assert "outside the team" in page.content.decode()
    invitation.refresh_from_db()
    assert invitation.is_open


def test_the_link_of_an_invitation_is_shown_once(world, signed_in):
    steward = signed_in("steward")
    page = reverse("invitations", args=["care"])
    steward.post(page, {"role": "evaluator", "side": "organisation", "days": 7})
    assert "/invitations/" in steward.get(page).content.decode().split('class="govuk-grid-row"')[0]
    assert "govuk-inset-text" not in steward.get(page).content.decode()


def test_a_letter_carries_the_link_and_its_address_is_kept_nowhere(world, signed_in):
    signed_in("coordinator").post(
        reverse("invitations", args=["care"]),
        {"role": "citizen", "side": "citizen", "days": 7, "email": "asked@example.org"},
    )
    assert mail.outbox[-1].to == ["asked@example.org"]
    assert Client().get(link_in_last_letter()).status_code == 200
    assert "asked@example.org" not in str(list(TrailEntry.objects.values()))
    assert "asked@example.org" not in str(list(Invitation.objects.values()))


def test_a_mail_server_that_is_down_costs_no_invitation(world, signed_in, monkeypatch):
    def down(*_):
        raise OSError("refused")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
    steward = signed_in("steward")
    page = reverse("invitations", args=["care"])
    said = {"role": "evaluator", "side": "organisation", "days": 7, "email": "asked@example.org"}
    assert "It is shown only now" in steward.post(page, said, follow=True).content.decode()


def test_a_coordinator_invites_citizens_only(world, signed_in):
    coordinator = signed_in("coordinator")
    page = reverse("invitations", args=["care"])
    assert coordinator.post(page, {"role": "citizen", "side": "citizen", "days": 7}).status_code == 302
    assert coordinator.post(page, {"role": "steward", "side": "citizen", "days": 7}).status_code == 403


# --- one's own account


def test_a_new_password_ends_every_other_session_and_keeps_this_one(world):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    here.post(reverse("set_password"), {"current": PASSWORD, "password": "another long password"})
    assert signed_in_now(here)
    assert not signed_in_now(there)
    assert mail.outbox[-1].to == ["citizen@example.org"]
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password="another long password").status_code == 302


def test_a_new_password_needs_the_old_one_or_a_letter_just_answered(world):
    browser = Client()
    sign_in(browser)
    wrong = {"current": "not this one", "password": "another long password"}
    assert "not your password" in browser.post(reverse("set_password"), wrong).content.decode()
    forgetful = Client()
    forgetful.post(reverse("send_link"), {"email": "coordinator@example.org"})
    forgetful.post(link_in_last_letter())
    forgetful.post(reverse("set_password"), {"password": "another long password"})
    assert Person.objects.get(email="coordinator@example.org").check_password("another long password")


def test_signing_out_everywhere_ends_all_sessions(world):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    here.post(reverse("end_sessions"))
    assert not signed_in_now(here)
    assert not signed_in_now(there)


def test_a_new_address_counts_when_its_letter_is_answered_and_the_old_one_is_told(world):
    browser = Client()
    sign_in(browser)
    browser.post(reverse("change_address"), {"current": PASSWORD, "email": "moved@example.org"})
    link = link_in_last_letter()
    assert mail.outbox[-1].to == ["moved@example.org"]
    citizen = Person.objects.get(pk=world.people["citizen"].pk)
    assert citizen.email == "citizen@example.org"
    stranger = Client()
    stranger.force_login(world.people["professional"])
    assert stranger.post(link).status_code == 410
    browser.post(link)
    citizen.refresh_from_db()
    assert citizen.email == "moved@example.org"
    assert citizen.confirmed_at is not None
    assert mail.outbox[-1].to == ["citizen@example.org"]
    assert browser.post(link).status_code == 410  # it works once


def test_an_address_that_somebody_took_meanwhile_is_refused(world):
    with pytest.raises(NotNow):
        accounts.confirm_address(by=world.by("citizen"), email="Steward@example.org", now=timezone.now())


def test_nobody_changes_the_account_of_another(world):
    from django.core.exceptions import PermissionDenied

    typing = By(actor=world.people["citizen"].actor, typed_by=world.people["coordinator"].actor)
    with pytest.raises(PermissionDenied):
        accounts.set_password(by=typing, password="another long password")
    with pytest.raises(PermissionDenied):
        accounts.end_sessions(by=By(actor=None))


# --- names


def test_no_page_shows_a_name_or_address_to_who_may_not_see_it(world, signed_in):
    for role, person in world.people.items():
        name, email = f"Xylo {role} Marker", f"{role}@marker.example"
        Person.objects.filter(pk=person.pk).update(name=name, email=email)
    packed = {"download_my_data", "concern_on_paper", "contribution_on_paper", "session_on_paper"}
    told, known = [], things(world)
    for role in ("visitor", "citizen", "professional", "evaluator", "handler"):
        browser = signed_in(role)
        seen = {name for name, cells in MATRIX.items() if cells[role] != "-"}
        for name in seen - packed:  # tests of data and of paper read those
            page = b"".join(browser.get(address(known, name))).decode(errors="replace")
            of_others = page.replace(f"Xylo {role} Marker", "").replace(f"{role}@marker.example", "")
            if "Xylo" in of_others or "marker.example" in of_others:
                told.append(f"{name} to {role}")
    assert not told, "\n".join(told)
    assert (
        "Xylo citizen Marker"
        in signed_in("coordinator").get(reverse("members", args=["care"])).content.decode()
    )


def test_every_form_says_who_will_see_what_is_typed(world, signed_in):
    here = {"service": "care"}
    pages = {
        "visitor": [("sign_in", {}), ("send_link", {}), ("join", here)],
        "citizen": [
            (name, {}) for name in ("account", "set_password", "change_address", "erase_me", "ask_erasure")
        ]
        + [("about_me", here)],
        "coordinator": [("add_member", here), ("invitations", here)],
        "steward": [("stewards", {}), ("organisations", {}), ("new_service", {})]
        + [(name, here) for name in ("asked", "population", "population_file", "change_service")],
    }
    silent = [
        name
        for role, shown in pages.items()
        for name, where in shown
        if not re.search(
            "co-seen-by|see it; all others|Nobody sees",
            signed_in(role).get(reverse(name, kwargs=where)).content.decode(),
        )
    ]
    assert not silent, silent


def test_the_trail_holds_no_personal_value(world):
    browser = Client()
    browser.post(reverse("join", args=["care"]), NEW)
    browser.post(reverse("account"), {"name": "Nora Newer", "language": "de"})
    browser.post(reverse("about_me", args=["care"]), {"age_group": "young"})
    browser.post(reverse("ask_erasure"), {"words": "gone please"})
    browser.post(reverse("set_password"), {"current": NEW["password"], "password": "another long password"})
    person = Person.objects.get(email=NEW["email"])
    trail = str(list(TrailEntry.objects.values()))
    for secret in ("Nora", NEW["email"], "gone please", person.password, person.sessions):
        assert secret not in trail
    assert TrailEntry.objects.get(kind="demographics").after["values"] == "…"
    kinds = set(TrailEntry.objects.filter(pseudonym=person.actor.pseudonym).values_list("kind", flat=True))
    assert kinds == {"person", "demographics", "erasurerequest"}

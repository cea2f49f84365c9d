"""Concerns: anyone raises one, nobody can tell who, somebody outside the team answers, two persons close it."""

import re
from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce_web import concern_counts as counting
from coproduce_web.actions import concerns as actions
from coproduce_web.actions.acting import CLOCK, By, NotNow
from coproduce_web.concern_letters import watch_concerns
from coproduce_web.disclosure import hidden
from coproduce_web.export import Scope
from coproduce_web.export.open_data import concerns_by_kind
from coproduce_web.held import ERASED
from coproduce_web.models import Attempt, Concern, Membership, SentForm, TrailEntry

NOBODY = By(actor=None)


@pytest.fixture
def raised(world):
    """A concern that somebody unnamed raised, with the secret of its link."""
    return actions.raise_concern(
        by=NOBODY, service=world.service, evil="loss_of_democracy", severity=2, secret="secret"
    )


@pytest.fixture
def answered(world, raised):
    """The same, answered by the handler."""
    actions.take(by=world.by("handler"), concern=raised)
    actions.answer(by=world.by("handler"), concern=raised, text="We asked the team.")
    raised.refresh_from_db()
    return raised


def _sent(**more):
    return {"evil": "loss_of_democracy", "severity": "2", "once": "a token", **more}


def _place(name="raise_concern", *more):
    return reverse(name, args=["care", *more])


def _link(page):
    return re.search(r'href="(/care/concerns/follow/[^"]+)"', page.content.decode()).group(1)


@pytest.mark.parametrize("role", ["visitor", "citizen", "coordinator"])
def test_anyone_raises_a_concern_and_of_who_did_nothing_is_kept(signed_in, role):
    browser = signed_in(role)
    before = {entry.pk for entry in TrailEntry.objects.all()}
    link = _link(browser.post(_place(), _sent(text="They decided without us.")))
    concern = Concern.objects.get()
    assert concern.raised_by is None
    secret = link.rsplit("/", 1)[1]
    entries = TrailEntry.objects.exclude(pk__in=before)
    kept = (
        str(list(Concern.objects.values()))
        + str(list(entries.values()))
        + str(list(SentForm.objects.values()))
    )
    assert secret not in kept
    assert "127.0.0.1" not in kept + str(list(Attempt.objects.values()))
    assert "decided without" not in str(list(entries.values()))
    assert {(entry.pseudonym, entry.typed_by, entry.side) for entry in entries} == {("", "", "")}


def test_who_is_signed_in_may_say_their_pseudonym(world, signed_in):
    signed_in("citizen").post(_place(), _sent(named="on"))
    assert Concern.objects.get().raised_by == world.people["citizen"].actor


def test_another_harm_needs_words_and_one_of_the_seven_does_not(world, signed_in):
    refused = signed_in("visitor").post(_place(), _sent(evil="another_harm"))
    assert "Say in your words" in refused.content.decode()
    assert not Concern.objects.exists()
    signed_in("visitor").post(_place(), _sent(evil="another_harm", text="A dog bit me."))
    assert Concern.objects.get().evil == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.update(text="")
    with pytest.raises(ValidationError):
        actions.raise_concern(by=NOBODY, service=world.service, severity=1)


def test_a_form_sent_twice_raises_one_concern_with_one_link(signed_in):
    browser = signed_in("visitor")
    first, second = (_link(browser.post(_place(), _sent(text="Twice."))) for _ in range(2))
    assert first == second
    assert Concern.objects.count() == 1
    other = _link(browser.post(_place(), _sent(text="Something else.")))
    assert other != first


def test_from_one_network_ten_an_hour(signed_in):
    browser = signed_in("visitor")
    for number in range(12):
        page = browser.post(_place(), _sent(once=str(number)))
    assert "Try again in an hour" in page.content.decode()
    assert Concern.objects.count() == 10
    Attempt.objects.update(at=timezone.now() - timedelta(minutes=61))
    browser.post(_place(), _sent(once="later"))
    assert Concern.objects.count() == 11


def test_who_has_the_link_reads_the_answer_and_says_more_and_nobody_else_does(world, answered, signed_in):
    page = signed_in("visitor").get(_place("follow_concern", "secret"))
    assert "We asked the team." in page.content.decode()
    assert world.people["handler"].actor.pseudonym not in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store, private"
    assert signed_in("visitor").get(_place("follow_concern", "made-up")).status_code == 404
    sent = signed_in("citizen").post(_place("follow_concern", "secret"), {"text": "It goes on."})
    assert sent.status_code == 302
    note = answered.notes.get(by_raiser=True)
    assert note.said_by is None
    assert TrailEntry.objects.filter(kind="concernnote", pseudonym="").exists()
    for role in ("citizen", "professional", "coordinator", "evaluator"):
        assert signed_in(role).get(_place("concern", answered.pk)).status_code == 403
    assert "It goes on." in signed_in("steward").get(_place("concern", answered.pk)).content.decode()
    with pytest.raises(PermissionDenied):
        actions.say_more(by=NOBODY, concern=answered, secret="guessed", text="Mine.")
    with pytest.raises(PermissionDenied):
        actions.say_more(by=world.by("citizen"), concern=answered, secret="secret", text="Mine.")


def test_a_link_of_another_service_leads_nowhere(raised, signed_in):
    assert signed_in("visitor").get(reverse("follow_concern", args=["parks", "secret"])).status_code == 404


def test_only_who_took_it_answers_and_within_the_days_of_the_service(world, raised):
    assert raised.answer_due_at - raised.raised_at < timedelta(days=10, seconds=5)
    assert raised.answer_due_at - raised.raised_at > timedelta(days=10, seconds=-5)
    with pytest.raises(NotNow):
        actions.answer(by=world.by("handler"), concern=raised, text="Unasked.")
    actions.take(by=world.by("handler"), concern=raised)
    with pytest.raises(NotNow):
        actions.take(by=world.by("handler"), concern=raised)
    actions.hand_back(by=world.by("handler"), concern=raised)
    with pytest.raises(NotNow):
        actions.hand_back(by=world.by("handler"), concern=raised)
    for role in ("citizen", "professional", "coordinator", "steward"):
        with pytest.raises(PermissionDenied):
            actions.take(by=world.by(role), concern=raised)


def test_nobody_of_the_team_and_nobody_concerned_handles_or_closes(world, answered):
    mine = actions.raise_concern(
        by=world.by("handler"), service=world.service, evil="co_destruction", severity=1
    )
    with pytest.raises(PermissionDenied):
        actions.take(by=world.by("handler"), concern=mine)
    steward = world.people["steward"].actor
    Membership.objects.create(actor=steward, service=world.service, role="coordinator")
    with pytest.raises(PermissionDenied):
        actions.ask_to_close(by=world.by("steward"), concern=answered)


def test_a_steward_who_belongs_to_the_team_reads_no_concern(world, answered, signed_in):
    Membership.objects.create(actor=world.people["steward"].actor, service=world.service, role="professional")
    for place in (_place("concern", answered.pk), _place("concern_register")):
        assert signed_in("steward").get(place).status_code == 403


def test_closing_takes_two_persons(world, answered):
    handler, steward = world.by("handler"), world.by("steward")
    with pytest.raises(NotNow):
        actions.agree_to_close(by=steward, concern=answered)
    actions.ask_to_close(by=handler, concern=answered)
    with pytest.raises(NotNow):
        actions.agree_to_close(by=handler, concern=answered)
    closed = actions.agree_to_close(by=steward, concern=answered)
    assert (closed.status, closed.closing_asked_by, closed.closed_by) == (
        "closed",
        handler.actor,
        steward.actor,
    )
    with pytest.raises(NotNow):
        actions.answer(by=handler, concern=closed, text="Too late.")


def test_an_open_concern_is_not_closed_and_a_closing_can_be_refused(world, raised, answered):
    actions.ask_to_close(by=world.by("handler"), concern=answered)
    actions.keep_open(by=world.by("steward"), concern=answered, text="It was not looked into.")
    answered.refresh_from_db()
    assert (answered.status, answered.closing_asked_by) == ("answered", None)
    actions.say_more(by=NOBODY, concern=answered, secret="secret", text="No.", settled=False)
    with pytest.raises(NotNow):
        actions.ask_to_close(by=world.by("handler"), concern=answered)


@pytest.mark.parametrize("same", [True, False])
def test_two_persons_close_by_the_database_itself(world, answered, same):
    handler = world.people["handler"].actor
    other = handler if same else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.filter(pk=answered.pk).update(
            status="closed", closing_asked_by=handler, closed_by=other, closed_at=timezone.now()
        )


def test_nobody_closes_their_own_by_the_database_itself(world):
    citizen, steward = (world.people[role].actor for role in ("citizen", "steward"))
    own = actions.raise_concern(
        by=By(actor=citizen), service=world.service, evil="co_destruction", severity=1
    )
    for asked, closed in ((citizen, steward), (steward, citizen)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Concern.objects.filter(pk=own.pk).update(
                status="closed", closing_asked_by=asked, closed_by=closed, closed_at=timezone.now()
            )


def test_who_raised_it_opens_a_closed_concern_again(world, answered, signed_in):
    actions.ask_to_close(by=world.by("handler"), concern=answered)
    actions.agree_to_close(by=world.by("steward"), concern=answered)
    signed_in("visitor").post(
        _place("follow_concern", "secret"), {"text": "Nothing has changed.", "unsettled": "on"}
    )
    answered.refresh_from_db()
    assert (answered.status, answered.closed_by, answered.closing_asked_by) == ("open", None, None)
    assert answered.answer_due_at > timezone.now() + timedelta(days=9)


def test_the_way_from_an_unnamed_concern_to_its_closing_in_the_browser(world, signed_in):
    link = _link(signed_in("visitor").post(_place(), _sent(text="They decided without us.")))
    key = Concern.objects.get().pk
    handler, steward = signed_in("handler"), signed_in("steward")
    assert "Concerns to handle" in handler.get(_place("concerns")).content.decode()
    assert f"/concerns/{key}" in handler.get(_place("concern_register")).content.decode()
    handler.post(_place("take_concern", key))
    handler.post(_place("concern", key), {"text": "The vote is held again."})
    assert "The vote is held again." in signed_in("visitor").get(link).content.decode()
    handler.post(_place("close_concern", key))
    assert Concern.objects.get().status == "answered"
    handler.post(_place("close_concern", key))
    assert Concern.objects.get().status == "answered"
    steward.post(_place("close_concern", key))
    assert Concern.objects.get().status == "closed"
    assert "by two persons" in signed_in("visitor").get(link).content.decode()


def test_an_overdue_concern_is_shown_and_reminded_of_once_a_day(world, raised, signed_in):
    assert watch_concerns.call() == 0
    Concern.objects.update(answer_due_at=timezone.now() - timedelta(hours=1))
    assert "overdue" in signed_in("handler").get(_place("concern_register")).content.decode()
    mail.outbox.clear()
    assert watch_concerns.call() == 1
    assert watch_concerns.call() == 0
    assert [letter.to for letter in mail.outbox] == [["handler@example.org"]]
    assert "1 concern about Neighbourhood care" in mail.outbox[0].body
    Concern.objects.update(reminded_at=timezone.now() - timedelta(hours=21))
    assert watch_concerns.call() == 1


def test_where_nobody_handles_concerns_the_stewards_are_reminded(world, raised):
    Membership.objects.filter(role="handler").update(until=timezone.now() - timedelta(days=1))
    Concern.objects.update(answer_due_at=timezone.now())
    mail.outbox.clear()
    watch_concerns.call()
    assert [letter.to for letter in mail.outbox] == [["steward@example.org"]]


def test_words_of_long_closed_concerns_go_and_what_is_counted_stays(world, answered):
    actions.ask_to_close(by=world.by("handler"), concern=answered)
    actions.agree_to_close(by=world.by("steward"), concern=answered)
    assert actions.forget_old(by=CLOCK, at=timezone.now()) == 0
    later = timezone.now() + timedelta(days=world.service.retention_days + 1)
    assert actions.forget_old(by=CLOCK, at=later) == 1
    assert actions.forget_old(by=CLOCK, at=later) == 0
    kept = Concern.objects.get(pk=answered.pk)
    assert (kept.text, kept.evil, kept.severity) == (ERASED, "loss_of_democracy", 2)
    assert {note.text for note in kept.notes.all()} == {ERASED}
    with pytest.raises(PermissionDenied):
        actions.say_more(by=NOBODY, concern=kept, secret="secret", text="Again.")


def test_counts_stand_on_service_and_initiative_and_few_are_hidden(world, signed_in):
    pages = [reverse("service", args=["care"]), reverse("initiative", args=["care", world.initiative.pk])]
    for page in pages:
        assert "Nobody has raised a concern yet" in signed_in("visitor").get(page).content.decode()
    for number in range(9):
        actions.raise_concern(
            by=NOBODY, service=world.service, evil="implicit_demands", severity=1, initiative=world.initiative
        )
        for page in pages:
            text = signed_in("visitor").get(page).content.decode()
            shown = f"waiting for an answer: <strong>{number + 1}</strong>" in text
            assert shown == (number + 1 >= world.service.small_numbers)
    actions.raise_concern(by=NOBODY, service=world.service, evil="co_destruction", severity=1)
    counts = counting.concern_counts(world.service, at=timezone.now())
    assert counts.by_kind["co_destruction", "open"] is None
    assert counts.of_kind["implicit_demands"] is None or counts.total is None


def test_open_data_hides_what_the_pages_hide(world):
    for number in range(12):
        evil = "implicit_demands" if number < 9 else "co_destruction"
        place = world.initiative if number < 6 else None
        actions.raise_concern(by=NOBODY, service=world.service, evil=evil, severity=1, initiative=place)
    counts = counting.concern_counts(world.service, at=timezone.now())
    told = list(concerns_by_kind(Scope(service=world.service)))
    assert {(row["evil"], row["status"]): row["concerns"] for row in told} == {
        (evil or "another_harm", stands): count for (evil, stands), count in counts.by_kind.items()
    }
    here = list(concerns_by_kind(Scope(service=world.service, initiative=world.initiative)))
    assert {row["status"]: row["concerns"] for row in here} == counts.place(world.initiative.pk)


PLACES, KINDS, STANDS = (None, 1, 2), ("a", "b"), ("open", "closed")


@settings(deadline=None)
@given(st.lists(st.tuples(*map(st.sampled_from, (PLACES, KINDS, STANDS))), max_size=14))
def test_no_hidden_count_can_be_worked_out_from_those_shown(told):
    """By brute force: among tables with the same shown counts, each hidden count takes more than one value."""
    kinds = Counter((evil, stands) for _place, evil, stands in told)
    places = Counter((place, stands) for place, _evil, stands in told)
    entries = counting._circulation(kinds, places)
    gone = hidden(entries, small_numbers=3)
    assert {key for key, entry in entries.items() if 0 < entry.count < 3} <= gone
    cells = [key for key in entries if len(key) == 3 and key != "total"]
    free = [key for key in cells if key in gone]
    if len(free) > 6:
        return
    seen = {key: set() for key in gone}
    for counts in product(*(_near(entries[key].count) for key in free)):
        table = {key: entries[key].count for key in cells} | dict(zip(free, counts, strict=True))
        sums = _sums(table, entries)
        if sums is not None and all(sums[key] == entries[key].count for key in entries if key not in gone):
            for key in gone:
                seen[key].add(sums[key])
    assert all(len(values) > 1 for values in seen.values())


def _near(count):
    return [other for other in (count - 1, count, count + 1) if other > 0]


def _sums(table, entries):
    """All counts that a table leads to; nothing where its two sides differ."""
    sums = dict(table)
    for key in entries:
        if key == "total" or len(key) == 3:
            continue
        if key[0] == "standing":
            into, out = (
                sum(count for cell, count in table.items() if cell[0] == side and cell[2] == key[1])
                for side in ("place", "kind")
            )
            if into != out:
                return None
            sums[key] = into
        else:
            sums[key] = sum(count for cell, count in table.items() if cell[:2] == key)
    if "total" in entries:
        sums["total"] = sum(count for cell, count in table.items() if cell[0] == "place")
    return sums

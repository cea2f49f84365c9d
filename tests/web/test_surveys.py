"""Answering a questionnaire by its link: page by page, pseudonymously, and cut from who answered when it closes."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.assess import wave, wave_of

from coproduce.records.forms import Choice, Form, FormGroup, FormQuestion
from coproduce_web.actions import asking, forgetting, surveys
from coproduce_web.actions.acting import By, NotNow
from coproduce_web.models import Actor, Answer, Respondent, SentForm, TrailEntry, Wave
from coproduce_web.survey_links import secret_of


@pytest.fixture
def letter(world, django_capture_on_commit_callbacks):
    """The letter that a citizen got, and the path of its plain link."""
    made = wave(world)
    with django_capture_on_commit_callbacks(execute=True):
        surveys.ask(by=world.by("coordinator"), wave=made, whom="citizens", base="https://care.example")
    return next(each.body for each in mail.outbox if each.to == ["citizen@example.org"])


def links(text):
    return [link.removeprefix("https://care.example") for link in re.findall(r"https://\S+", text)]


def own(world, role="citizen"):
    """The link of somebody who was asked."""
    asked = Respondent.objects.get(actor=world.people[role].actor)
    where = [world.service.slug, world.initiative.pk, asked.wave_id, secret_of(asked.wave_id, asked.code)]
    return reverse("answer_survey", args=where)


def kept():
    return dict(Answer.objects.values_list("item", "value"))


def test_looking_at_every_link_of_a_letter_answers_nothing(letter):
    found = links(letter)
    assert len(found) == 6  # one for each choice of the first question
    for link in found:
        assert Client().get(link).status_code == 200
        assert Client().head(link).status_code == 200
    assert not Answer.objects.exists()
    assert not Respondent.objects.exclude(answered_at=None).exists()


def test_a_click_in_the_letter_opens_the_survey_with_that_answer_chosen(letter):
    link = next(link for link in links(letter) if link.endswith("=agree"))
    shown = Client().get(link).content.decode()
    assert re.findall(r'value="(\w+)" id="[^"]+" checked', shown) == ["agree"]
    assert not Answer.objects.exists()


def test_pressing_continue_keeps_it(letter):
    link = next(link for link in links(letter) if link.endswith("=agree"))
    answer = Client().post(link, {"page": "0", "q-worth_1": "agree"})
    assert kept() == {"worth_1": "agree"}
    assert "part 2 of" in answer.content.decode()


@pytest.mark.parametrize("first", ["made_up", "", "<script>", "agree' or 1=1"])
def test_a_made_up_choice_in_the_address_chooses_nothing(letter, world, first):
    shown = Client().get(own(world), {"first": first}).content.decode()
    assert "checked" not in shown
    assert "<script>alert" not in shown


def test_a_link_answers_for_one_respondent_and_changes_its_answers(letter, world):
    link = own(world)
    for value in ("agree", "disagree"):
        Client().post(link, {"page": "0", "q-worth_1": value})
    assert kept() == {"worth_1": "disagree"}
    assert Respondent.objects.exclude(answered_at=None).count() == 1
    shown = Client().get(link).content.decode()
    assert re.findall(r'value="(\w+)" id="[^"]+" checked', shown) == ["disagree"]


def test_an_answer_can_be_left_out_again_and_all_be_taken_back(letter, world):
    Client().post(own(world), {"page": "0", "q-worth_1": "agree"})
    Client().post(own(world), {"page": "1", "q-heard_1": "agree"})
    Client().post(own(world), {"page": "0", "q-worth_1": ""})
    assert kept() == {"heard_1": "agree"}
    assert "erased" in Client().post(own(world), {"take_back": "1"}).content.decode()
    assert kept() == {}
    assert not Respondent.objects.exclude(answered_at=None).exists()


def test_a_wrong_choice_is_refused_at_its_question_and_nothing_is_kept(letter, world):
    answer = Client().post(own(world), {"page": "0", "q-worth_1": "splendid"}).content.decode()
    assert "govuk-error-summary" in answer
    assert kept() == {}


def test_the_last_page_thanks_and_the_survey_speaks_the_visitors_language(letter, world):
    browser = Client(headers={"accept-language": "de"})
    shown = browser.get(own(world)).content.decode()
    assert 'lang="de"' in shown
    assert "Zeit, die ich" in shown
    for number in range(8):
        answer = browser.post(own(world), {"page": str(number)})
        if answer.templates[0].name == "surveys/thanks.html":
            break
    assert answer.templates[0].name == "surveys/thanks.html"


AGREE = tuple(Choice(name=name, labels={"": name.title()}) for name in ("yes", "no"))


def _asked(name, **told):
    return FormQuestion(name=name, labels={"": f"The {name}"}, **told)


EVERYTHING = Form(
    name="all",
    title="All kinds",
    groups=(FormGroup(name="more", labels={"": "Only for some"}, relevant="${helps} = 'yes'"),),
    questions=(
        FormQuestion(name="hello", kind="note", labels={"": "Welcome"}),
        _asked("helps", kind="select_one", scale="yn", choices=AGREE, required=True),
        _asked("age", kind="integer", constraint=". >= 0 and . <= 120", group="more"),
        _asked("hours", kind="decimal", group="more"),
        _asked("mood", kind="range", start=0, end=10, step=1, group="more"),
        _asked("since", kind="date", group="more"),
        _asked("how", kind="select_multiple", scale="yn", choices=AGREE, or_other=True, group="more"),
        FormQuestion(name="twice", kind="calculate", calculation="${age} * 2"),
        _asked("word", kind="text", required=True),
        FormQuestion(name="bye", kind="note", labels={"": "Farewell"}),
    ),
)


@pytest.fixture
def everything(world):
    """The link of an open wave whose questionnaire has every kind of question."""
    made = surveys.add_instrument(
        by=world.by("coordinator"), service=world.service, title="All", about="outcomes", form=EVERYTHING
    )
    sent = wave_of(world, made)
    surveys.ask(by=world.by("coordinator"), wave=sent, whom="citizens", base="https://x")
    return own(world)


GOOD = {
    "page": "1",
    "q-age": "40",
    "q-hours": "2.5",
    "q-mood": "7",
    "q-since": "2026-01-02",
    "q-how": ["no", "other"],
    "q-how_other": "by phone",
}


def test_every_kind_of_question_is_asked_and_kept(everything):
    browser = Client()
    assert "Only for some" in browser.post(everything, {"page": "0", "q-helps": "yes"}).content.decode()
    browser.post(everything, GOOD)
    last = browser.post(everything, {"page": "2", "q-word": " good "}).content.decode()
    assert "Farewell" in last
    assert kept() == {
        "helps": "yes",
        "age": "40",
        "hours": "2.5",
        "mood": "7",
        "since": "2026-01-02",
        "how": "no other",
        "how_other": "by phone",
        "word": "good",
    }


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("q-age", "forty", "Type a whole number."),
        ("q-age", "130", "This answer does not fit here."),
        ("q-hours", "2,5", "Type a number"),
        ("q-mood", "11", "Select a valid choice"),
        ("q-since", "yesterday", "Type a day"),
        ("q-how", ["maybe"], "Select a valid choice"),
    ],
)
def test_wrong_answers_are_told_at_their_question(everything, name, value, told):
    browser = Client()
    browser.post(everything, {"page": "0", "q-helps": "yes"})
    shown = browser.post(everything, {**GOOD, name: value}).content.decode()
    assert told in shown
    assert kept() == {"helps": "yes"}


def test_what_is_not_relevant_is_not_asked_nor_kept(everything):
    browser = Client()
    browser.post(everything, {"page": "0", "q-helps": "yes"})
    browser.post(everything, GOOD)
    shown = browser.post(everything, {"page": "0", "q-helps": "no"}).content.decode()
    assert "Only for some" not in shown
    assert kept() == {"helps": "no"}


def test_what_must_be_answered_is_asked_for_before_the_end(everything):
    browser = Client()
    assert "error-summary" in browser.post(everything, {"page": "0"}).content.decode()
    jumped = browser.post(everything, {"page": "2", "q-word": "good"})
    assert (
        jumped.templates[0].name == "surveys/page.html"
    )  # back to the first question, which must be answered
    assert 'name="page" value="0"' in jumped.content.decode()


def test_an_open_link_is_answered_once_a_device(world):
    sent = wave(world)
    secret = surveys.make_open_link(by=world.by("coordinator"), wave=sent)
    link = reverse("answer_openly", args=[world.service.slug, world.initiative.pk, sent.pk, secret])
    browser = Client()
    browser.get(link)
    assert not Respondent.objects.exists()
    for value in ("agree", "disagree"):
        browser.post(link, {"page": "0", "q-worth_1": value})
    assert kept() == {"worth_1": "disagree"}
    Client().post(link, {"page": "0", "q-worth_1": "agree"})
    assert Respondent.objects.filter(came_openly=True, actor=None).count() == 2
    cookie = browser.cookies[f"survey-{sent.pk}"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", link)


def test_a_new_open_link_ends_the_one_before(world):
    sent = wave(world)
    old, new = (surveys.make_open_link(by=world.by("coordinator"), wave=sent) for _ in range(2))
    for secret, status in ((old, 404), (new, 200), ("", 404)):
        where = [world.service.slug, world.initiative.pk, sent.pk, secret or "x"]
        assert Client().get(reverse("answer_openly", args=where)).status_code == status
    assert new not in str(Wave.objects.values().get(pk=sent.pk))


def test_nobody_floods_an_open_link(world, monkeypatch):
    monkeypatch.setattr("coproduce_web.pages.answering_surveys.MOST_NEW_AN_HOUR", 2)
    sent = wave(world)
    secret = surveys.make_open_link(by=world.by("coordinator"), wave=sent)
    link = reverse("answer_openly", args=[world.service.slug, world.initiative.pk, sent.pk, secret])
    statuses = [Client().post(link, {"page": "0", "q-worth_1": "agree"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_link_works_while_its_wave_is_open_and_the_initiative_asks(letter, world):
    link = own(world)
    Wave.objects.update(closes_at=timezone.now())
    assert Client().get(link).status_code == 404
    assert Client().post(link, {"page": "0", "q-worth_1": "agree"}).status_code == 404
    Wave.objects.update(closes_at=timezone.now() + timedelta(days=1))
    world.initiative.phases.filter(name="assess").update(closes_at=timezone.now())
    Client().post(link, {"page": "0", "q-worth_1": "agree"})
    assert kept() == {}
    assert Client().get(link[:-3] + "abc").status_code == 404


def test_a_link_leads_nowhere_once_its_reader_is_erased(letter, world):
    link = own(world)
    citizen = world.people["citizen"].actor
    forgetting.erase(by=By(actor=citizen), actor=citizen)
    assert Client().get(link).status_code == 404


def test_nothing_is_kept_of_who_is_signed_in_while_they_answer(letter, world, signed_in):
    browser = signed_in("citizen")
    before = list(Session.objects.values_list("session_data", flat=True))
    browser.get(own(world))
    browser.post(own(world), {"page": "0", "q-worth_1": "agree", "once": "a token"})
    assert list(Session.objects.values_list("session_data", flat=True)) == before
    assert not SentForm.objects.exists()  # its address would hold the link
    pseudonym = world.people["citizen"].actor.pseudonym
    assert not TrailEntry.objects.filter(action="answer_survey", pseudonym=pseudonym).exists()


def test_who_is_asked_finds_the_link_when_signed_in_and_so_does_who_types_for_them(world, letter, signed_in):
    place = reverse("surveys", args=[world.service.slug, world.initiative.pk])
    assert own(world) in signed_in("citizen").get(place).content.decode()
    for role in ("visitor", "other_citizen", "coordinator", "steward"):
        assert own(world) not in signed_in(role).get(place).content.decode()


def every_value():
    """Every value of every table, and what they say of which row."""
    for model in apps.get_app_config("platform").get_models():
        for row in model._default_manager.all():
            for field in row._meta.concrete_fields:
                yield model._meta.model_name, row.pk, field.name, str(field.value_from_object(row))


def test_after_closing_no_table_and_no_trail_leads_from_an_answer_to_a_person(letter, world):
    asking.tell(by=world.by("citizen"), service=world.service, values={"age_group": "old"})
    link = own(world)
    for role, value in (("citizen", "agree"), ("other_citizen", "disagree")):
        Client().post(own(world, role), {"page": "0", "q-worth_1": value})
    old = list(Respondent.objects.all())
    old_keys = {each.pk for each in old}
    old_answers = set(Answer.objects.values_list("pk", flat=True))
    secrets = {text for each in old for text in (each.code, each.hashed, secret_of(each.wave_id, each.code))}
    surveys.close_wave(by=world.by("coordinator"), wave=Wave.objects.get())

    assert sorted(Answer.objects.values_list("value", flat=True)) == ["agree", "disagree"]
    assert not old_keys & set(Respondent.objects.values_list("pk", flat=True))
    assert not old_answers & set(Answer.objects.values_list("pk", flat=True))
    assert {each.actor_id for each in Respondent.objects.all()} == {None}
    assert {str(each.groups) for each in Respondent.objects.all()} == {"{}"}  # one of each: nobody is alike
    for kind, key, field, value in every_value():
        assert not any(secret in value for secret in secrets), (kind, key, field)
    new_keys = set(Respondent.objects.values_list("pk", flat=True))
    spoken_of = TrailEntry.objects.filter(kind__in=("respondent", "answer"))
    assert not spoken_of.exists()
    codes = set(Respondent.objects.values_list("code", flat=True))
    for entry in TrailEntry.objects.all():
        told = f"{entry.before} {entry.after} {entry.case}"
        assert not any(code in told for code in codes)
    for name in ("answered_at", "asked_at"):
        moments = set(Respondent.objects.values_list(name, flat=True))
        assert all((moment.hour, moment.minute, moment.second) == (0, 0, 0) for moment in moments)
    assert new_keys
    assert Client().get(link).status_code == 404


def test_answers_stand_in_an_order_drawn_by_chance(world, monkeypatch):
    monkeypatch.setattr(
        "coproduce_web.actions.surveys.secrets.SystemRandom",
        type("Chance", (), {"shuffle": lambda _self, rows: rows.reverse()}),
    )
    sent = wave(world)
    for device in ("a", "b", "c"):
        surveys.answer_openly(
            by=By(actor=None), wave=sent, device=device, given={"worth_1": "agree", "better": device}
        )
    surveys.close_wave(by=world.by("coordinator"), wave=sent)
    items = Answer.objects.filter(item="better").order_by("pk")
    assert [each.value for each in items] == ["c", "b", "a"]
    assert [each.respondent.answers.count() for each in items] == [2, 2, 2]


def test_respondents_of_one_wave_know_nothing_of_another(letter, world):
    second = wave_of(world, Wave.objects.get().instrument)
    surveys.ask(by=world.by("coordinator"), wave=second, whom="citizens", base="https://x")
    citizen = Actor.objects.get(pk=world.people["citizen"].actor.pk)
    codes = set(Respondent.objects.filter(actor=citizen).values_list("code", flat=True))
    assert len(codes) == 2
    first = Respondent.objects.filter(actor=citizen).order_by("pk").first()
    where = [world.service.slug, world.initiative.pk, second.pk, secret_of(first.wave_id, first.code)]
    assert Client().get(reverse("answer_survey", args=where)).status_code == 404


def test_the_action_refuses_once_the_time_is_over(letter, world):
    Wave.objects.update(closes_at=timezone.now())
    respondent = Respondent.objects.select_related("wave__initiative").first()
    with pytest.raises(NotNow):
        surveys.answer(by=By(actor=None), respondent=respondent, given={"worth_1": "agree"})


def answered_wave(world, *, answers, silent=6):
    """A closed wave of one question of a choice, one of many and one of a number, asked of made-up members."""
    form = Form(
        name="how_was_it",
        title="How was it?",
        questions=(
            FormQuestion(
                name="how",
                kind="select_one",
                scale="how",
                labels={"": "How was it?"},
                choices=tuple(
                    Choice(name=name, labels={"": name.title()}, counts_as=score)
                    for name, score in (("bad", 1), ("fair", 2), ("good", 3), ("unsure", None))
                ),
            ),
            FormQuestion(name="hours", kind="integer", labels={"": "How many hours?"}),
        ),
    )
    instrument = surveys.add_instrument(
        by=world.by("coordinator"), service=world.service, title="How was it?", about="experience", form=form
    )
    made = wave_of(world, instrument)
    now = timezone.now()
    for number, given in enumerate([*answers, *[None] * silent]):
        asked = Respondent.objects.create(
            wave=made, code=f"c{number}", hashed=f"h{number}", answered_at=now if given is not None else None
        )
        Answer.objects.bulk_create(
            Answer(respondent=asked, item=item, value=value) for item, value in (given or {}).items()
        )
    Wave.objects.filter(pk=made.pk).update(closed_at=now)
    return made


def answers_page(world, made):
    where = reverse("wave_answers", args=[world.service.slug, world.initiative.pk, made.pk])
    shown = Client().get(where).content.decode()
    cells = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>(.*?)</tr>', shown)
    return shown, {name: re.findall(r"numeric\">([^<]*)<", row) for name, row in cells}


def test_what_was_answered_is_shown_when_the_wave_is_closed(world):
    given = [{"how": "good", "hours": "2"}] * 12 + [{"how": "fair", "hours": "3"}] * 8
    shown, rows = answers_page(world, answered_wave(world, answers=given))
    assert rows == {"Bad": ["0", "0%"], "Fair": ["8", "40%"], "Good": ["12", "60%"], "Unsure": ["0", "0%"]}
    assert "Mean: 2.60 (95% interval 2.36 to 2.84)" in shown  # by hand: 2.6 -+ 2.093 * sqrt(4.8 / 19 / 20)
    assert "Mean: 2.40 (95% interval 2.16 to 2.64)" in shown


def test_few_answers_are_hidden_with_the_next_fewest_and_the_mean(world):
    given = [{"how": "good"}] * 12 + [{"how": "fair"}] * 8 + [{"how": "bad"}] * 2
    shown, rows = answers_page(world, answered_wave(world, answers=given))
    assert rows == {
        "Those hidden, together": ["10", "45%"],
        "Bad": ["hidden", "–"],
        "Fair": ["hidden", "–"],
        "Good": ["12", "55%"],
        "Unsure": ["0", "0%"],
    }
    assert "Mean" not in shown


def test_no_count_tells_how_few_did_not_answer(world):
    made = answered_wave(world, answers=[{"how": "good"}] * 12, silent=2)
    assert answers_page(world, made)[1]["Good"] == ["100%"]


def test_what_was_answered_waits_until_the_wave_is_closed(world):
    made = answered_wave(world, answers=[{"how": "good"}] * 12)
    Wave.objects.filter(pk=made.pk).update(closed_at=None)
    shown, rows = answers_page(world, made)
    assert not rows
    assert "It is shown when the survey is closed" in shown

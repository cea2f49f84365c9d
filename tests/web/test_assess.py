"""Questionnaires and their waves: who is asked, how many answered, what is left when a wave closes."""

import random
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.web.assess import wave, wave_of

from coproduce.records.form_files import write_form
from coproduce.records.forms import Choice, Form, FormGroup, FormQuestion
from coproduce.records.instrument import experience_instrument, ready_instrument
from coproduce.records.workbook import write_workbook
from coproduce_web.actions import asking, people, surveys
from coproduce_web.actions.acting import CLOCK, By, NotNow
from coproduce_web.grouping import kept_groups
from coproduce_web.models import Instrument, Respondent, TrailEntry, Wave
from coproduce_web.questionnaires import form_in, form_of, pages_of, sheets_of


@pytest.fixture
def asked(world, django_capture_on_commit_callbacks):
    """An open wave whose letters have gone to the citizens."""
    made = wave(world)
    with django_capture_on_commit_callbacks(execute=True):
        surveys.ask(by=world.by("coordinator"), wave=made, whom="citizens", base="https://care.example")
    return Wave.objects.get(pk=made.pk)


def page(world, name, *parts):
    return reverse(name, args=[world.service.slug, *parts])


@pytest.mark.parametrize(
    ("about", "form"), [("motives", ready_instrument()), ("experience", experience_instrument())]
)
def test_a_ready_questionnaire_is_added_by_one_press_and_is_the_engines(world, signed_in, about, form):
    signed_in("coordinator").post(page(world, "add_ready_instrument", about))
    added = Instrument.objects.get()
    assert form_of(added) == form
    assert added.about == about
    signed_in("coordinator").post(page(world, "add_ready_instrument", about))
    assert Instrument.objects.count() == 1


def workbook(tmp_path, form):
    path = tmp_path / "form.xlsx"
    write_form(form, path)
    return path.read_bytes()


def send(browser, world, content, name="form.xlsx"):
    told = {"title": "Mine", "about": "outcomes", "file": SimpleUploadedFile(name, content)}
    return browser.post(page(world, "new_instrument"), told)


def test_a_questionnaire_of_ones_own_is_read_whole_and_can_be_taken_along(world, signed_in, tmp_path):
    form = experience_instrument()
    send(signed_in("coordinator"), world, workbook(tmp_path, form))
    added = Instrument.objects.get(title="Mine")
    assert form_of(added) == form
    taken = signed_in("visitor").get(page(world, "instrument_file", added.pk))
    assert form_in(taken.content, name="taken.xlsx") == form


def test_every_fault_of_a_workbook_is_told_at_once(world, signed_in, tmp_path):
    rows = [["type", "name", "label"], ["select_one moods", "mood", "How?"], ["integr", "age", "Old?"]]
    path = tmp_path / "form.xlsx"
    write_workbook(path, {"survey": rows, "choices": [["list_name", "name", "label"], ["mood", "a", "A"]]})
    answer = send(signed_in("coordinator"), world, path.read_bytes()).content.decode()
    assert "integr" in answer
    assert "moods" in answer
    assert not Instrument.objects.exists()


@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04 cut off", b""])
def test_what_is_no_workbook_is_refused_in_words(world, signed_in, content):
    answer = send(signed_in("coordinator"), world, content)
    assert answer.status_code == 200
    assert "govuk-error-summary" in answer.content.decode()


def test_a_large_file_is_refused_before_it_is_read(world, signed_in):
    answer = send(signed_in("coordinator"), world, b"x" * (2 * 2**20 + 1))
    assert "larger than 2 MB" in answer.content.decode()


def test_what_cannot_be_asked_here_is_said(tmp_path):
    child = FormQuestion(name="age", kind="integer", group="child", labels={"": "Age?"})
    form = Form(
        name="f",
        title="F",
        questions=(child,),
        groups=(FormGroup(name="child", repeat=True, labels={"": "C"}),),
    )
    with pytest.raises(Exception, match="repeated group"):
        form_in(workbook(tmp_path, form), name="f.xlsx")


def test_hostile_words_of_a_workbook_are_shown_as_words(world, signed_in, tmp_path):
    bad = "<script>alert(1)</script>"
    question = FormQuestion(
        name="evil",
        kind="select_one",
        scale="evils",
        labels={bad: bad},
        hints={bad: bad},
        choices=(Choice(name="a", labels={bad: bad}),),
    )
    note = FormQuestion(name="note", kind="note", labels={bad: bad}, group="group")
    text = FormQuestion(name="text", kind="text", labels={bad: bad}, group="group")
    form = Form(
        name=bad,
        title=bad,
        licence=bad,
        version=bad,
        languages=(bad,),
        questions=(question, note, text),
        groups=(FormGroup(name="group", labels={bad: bad}),),
    )
    made = surveys.add_instrument(
        by=world.by("coordinator"), service=world.service, title=bad, about="outcomes", form=form
    )
    sent = wave_of(world, made)
    secret = surveys.make_open_link(by=world.by("coordinator"), wave=sent)
    browser = signed_in("visitor")
    for place in (
        page(world, "instruments"),
        page(world, "instrument", made.pk),
        page(world, "surveys", world.initiative.pk),
        page(world, "answer_openly", world.initiative.pk, sent.pk, secret),
        page(world, "answer_openly", world.initiative.pk, sent.pk, secret) + "?page=1",
    ):
        shown = browser.get(place).content.decode()
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown


def test_letters_go_to_those_asked_once_and_reminders_to_those_who_have_not_answered(
    world, asked, django_capture_on_commit_callbacks
):
    assert sorted(letter.to[0] for letter in mail.outbox) == ["citizen@example.org", "second@example.org"]
    with django_capture_on_commit_callbacks(execute=True):
        assert surveys.ask(by=world.by("coordinator"), wave=asked, whom="citizens", base="https://x") == 0
    assert len(mail.outbox) == 2
    answered = asked.respondents.get(actor=world.people["citizen"].actor)
    surveys.answer(by=By(actor=None), respondent=answered, given={"worth_1": "agree"})
    with pytest.raises(NotNow):
        surveys.remind(by=world.by("coordinator"), wave=asked, base="https://x")
    asked.respondents.update(asked_at=timezone.now() - timedelta(days=3))
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        surveys.remind(by=world.by("coordinator"), wave=asked, base="https://x")
    assert [letter.to for letter in mail.outbox] == [["second@example.org"]]


def test_a_letter_that_did_not_go_out_goes_out_when_asked_again(
    world, monkeypatch, django_capture_on_commit_callbacks
):
    made = wave(world)
    monkeypatch.setattr("coproduce_web.survey_letters.send", lambda *_args, **_said: False)
    with django_capture_on_commit_callbacks(execute=True):
        surveys.ask(by=world.by("coordinator"), wave=made, whom="citizens", base="https://x")
    assert made.respondents.filter(asked_at=None).count() == 2
    monkeypatch.undo()
    with django_capture_on_commit_callbacks(execute=True):
        surveys.ask(by=world.by("coordinator"), wave=made, whom="citizens", base="https://x")
    assert len(mail.outbox) == 2


def test_a_letter_is_written_in_its_readers_language(world, django_capture_on_commit_callbacks):
    person = world.people["citizen"]
    person.language = "de"
    person.save()
    with django_capture_on_commit_callbacks(execute=True):
        surveys.ask(by=world.by("coordinator"), wave=wave(world), whom="citizens", base="https://x")
    text = next(letter.body for letter in mail.outbox if letter.to == [person.email])
    assert "Stimme voll zu" in text
    assert "first=strongly_agree" in text


@pytest.mark.parametrize(("whom", "number"), [("citizens", 2), ("team", 2), ("everyone", 4)])
def test_members_of_the_service_are_asked_and_nobody_else(world, whom, number):
    made = wave(world)
    assert surveys.ask(by=world.by("coordinator"), wave=made, whom=whom, base="https://x") == number
    outsider = world.people["outsider"].actor
    assert not made.respondents.filter(actor=outsider).exists()


def test_only_who_may_send_surveys_asks(world):
    made = wave(world)
    for role in ("citizen", "professional", "handler"):
        with pytest.raises(PermissionDenied):
            surveys.ask(by=world.by(role), wave=made, whom="citizens", base="https://x")


def test_the_numbers_do_not_say_in_which_order_people_joined(world, monkeypatch):
    shuffled = []
    monkeypatch.setattr(
        "coproduce_web.actions.surveys.secrets.SystemRandom",
        type("Chance", (), {"shuffle": lambda _self, rows: shuffled.append(len(rows))}),
    )
    surveys.ask(by=world.by("coordinator"), wave=wave(world), whom="everyone", base="https://x")
    assert shuffled == [4]


def test_nothing_in_the_trail_names_who_is_asked_or_answers(world, asked):
    answered = asked.respondents.get(actor=world.people["citizen"].actor)
    surveys.answer(by=By(actor=None), respondent=answered, given={"worth_1": "agree"})
    entries = TrailEntry.objects.filter(action="answer_survey")
    assert {(entry.kind, entry.key, entry.pseudonym, entry.typed_by) for entry in entries} == {
        ("wave", asked.pk, "", "")
    }
    assert not TrailEntry.objects.filter(kind__in=("respondent", "answer")).exists()


def test_a_wave_that_is_closed_takes_no_letters_no_links_and_no_answers(world, asked):
    respondent = asked.respondents.first()
    surveys.close_wave(by=world.by("coordinator"), wave=asked)
    closed = Wave.objects.get(pk=asked.pk)
    by = world.by("coordinator")
    for act in (
        lambda: surveys.ask(by=by, wave=closed, whom="citizens", base="https://x"),
        lambda: surveys.remind(by=by, wave=closed, base="https://x"),
        lambda: surveys.make_open_link(by=by, wave=closed),
        lambda: surveys.close_wave(by=by, wave=closed),
        lambda: surveys.answer(by=By(actor=None), respondent=respondent, given={}),
        lambda: surveys.answer_openly(by=By(actor=None), wave=closed, device="d", given={"worth_1": "agree"}),
    ):
        with pytest.raises(NotNow):
            act()


def test_a_wave_closes_when_its_time_is_over(world, asked):
    assert surveys.close_due_waves(by=CLOCK) == 0
    Wave.objects.filter(pk=asked.pk).update(closes_at=timezone.now())
    assert surveys.close_due_waves(by=CLOCK) == 2
    assert surveys.close_due_waves(by=CLOCK) == 0
    assert not Respondent.objects.exclude(actor=None).exists()
    assert Wave.objects.get(pk=asked.pk).closed_at


def test_a_retired_questionnaire_is_sent_no_more(world, asked):
    instrument = asked.instrument
    surveys.retire_instrument(by=world.by("coordinator"), instrument=instrument)
    with pytest.raises(NotNow):
        wave_of(world, Instrument.objects.get(pk=instrument.pk))
    with pytest.raises(NotNow):
        surveys.retire_instrument(by=world.by("coordinator"), instrument=instrument)


def many(world, number, *, district):
    """So many citizens more, who told where they live."""
    made = []
    for place in range(number):
        person = people.add_person(
            by=world.by("coordinator"),
            service=world.service,
            role="citizen",
            side="citizen",
            name=f"Somebody {district} {place}",
            email=None,
        )
        asking.tell(by=By(actor=person.actor), service=world.service, values={"age_group": district})
        made.append(person.actor)
    return made


def test_groups_are_kept_where_enough_are_alike_and_rates_pass_the_gate(world, signed_in):
    old, young = many(world, 12, district="old"), many(world, 3, district="young")
    made = wave(world)
    surveys.ask(by=world.by("coordinator"), wave=made, whom="citizens", base="https://x")
    for actor in old[:6] + young[:2]:
        respondent = made.respondents.get(actor=actor)
        surveys.answer(by=By(actor=None), respondent=respondent, given={"worth_1": "agree"})
    surveys.close_wave(by=world.by("coordinator"), wave=made)
    groups = [each.groups for each in made.respondents.all()]
    assert groups.count({"age_group": "old"}) == 12
    assert groups.count({}) == 5  # three young ones, and two who told nothing
    shown = signed_in("visitor").get(page(world, "wave", world.initiative.pk, made.pk)).content.decode()
    assert "young" not in shown
    assert "8 of 17" in shown


def test_few_answers_are_not_counted_in_public(world, asked, signed_in):
    surveys.answer(
        by=By(actor=None), respondent=asked.respondents.first(), given={"worth_1": "strongly_disagree"}
    )
    shown = signed_in("visitor").get(page(world, "wave", world.initiative.pk, asked.pk)).content.decode()
    assert "hidden: too few answered" in shown
    assert "1 of 2" not in shown


def test_no_group_that_is_kept_is_small():
    chance = random.Random(6)
    for _ in range(300):
        columns, fewest = chance.randint(0, 3), chance.randint(1, 6)
        of = {
            key: tuple(chance.choice(["", "a", "b", "c"]) for _ in range(columns))
            for key in range(chance.randint(0, 40))
        }
        kept = kept_groups(of, fewest=fewest)
        assert kept.keys() == of.keys()
        number = {values: list(kept.values()).count(values) for values in kept.values()}
        if len(number) > 1:
            assert min(number.values()) >= fewest
        elif number and min(number.values()) < fewest:
            assert set(number) == {("",) * columns}
        assert all(new in {"", old} for key in of for old, new in zip(of[key], kept[key], strict=True))


def test_no_question_stands_on_a_page_with_what_it_hangs_on():
    age = FormQuestion(name="age", kind="integer")
    grown = FormQuestion(name="grown", kind="calculate", calculation="${age} >= 18")
    work = FormQuestion(name="work", kind="text", relevant="${grown} = 'true'")
    last = FormQuestion(name="last", kind="text", group="end")
    bye = FormQuestion(name="bye", kind="note", group="end")
    form = Form(
        name="f",
        title="F",
        questions=(age, grown, work, last, bye),
        groups=(FormGroup(name="end", relevant="${work} != ''"),),
    )
    assert [[each.name for each in page] for page in pages_of(form)] == [["age"], ["work"], ["last"]]


def test_pages_hold_every_question_of_the_ready_questionnaire_once():
    form = ready_instrument()
    pages = pages_of(form)
    assert [each.name for page in pages for each in page] == [each.name for each in form.questions]
    assert max(map(len, pages)) <= 15
    assert sheets_of(form)["survey"][0][:2] == ["type", "name"]

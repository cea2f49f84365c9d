"""The questionnaire on how taking part was experienced."""

from collections import Counter
from importlib.util import find_spec

import pytest

from coproduce.records.answers import check_answers
from coproduce.records.form_files import write_form
from coproduce.records.instrument import experience_instrument

LANGUAGES = ("English (en)", "Deutsch (de)")
ASKED = ("heard", "say", "worth", "safe", "again")


@pytest.fixture(scope="module")
def form():
    return experience_instrument()


def test_every_word_is_there_in_both_languages(form):
    choices = {id(choice): choice for question in form.questions for choice in question.choices}.values()
    words = [each.labels for each in (*form.questions, *form.groups, *choices)]
    assert form.languages == LANGUAGES
    assert all(tuple(each) == LANGUAGES and len(set(each.values())) == 2 for each in words)


def test_each_of_the_five_is_asked_three_times_once_the_other_way_round(form):
    items = [question for question in form.questions if question.construct]
    assert Counter(item.construct for item in items) == {f"experience.{each}": 3 for each in ASKED}
    assert Counter(item.construct for item in items if item.reverse) == {
        f"experience.{each}": 1 for each in ASKED
    }


def test_a_good_experience_counts_high_whichever_way_it_is_asked(form):
    for question in form.questions:
        if question.construct:
            best = "strongly_disagree" if question.reverse else "strongly_agree"
            assert question.score(best) == 5
            assert question.score("dont_know") is None


def test_nothing_has_to_be_answered(form):
    assert check_answers(form, {}).faults == ()


def test_its_words_may_be_used(form):
    assert form.licence.startswith("CC BY 4.0")


@pytest.mark.skipif(find_spec("pyxform") is None, reason="pyxform is not installed")
def test_pyxform_reads_it_without_a_warning(form, tmp_path):
    from pyxform.xls2xform import convert

    write_form(form, tmp_path / "form.xlsx")
    assert convert(tmp_path / "form.xlsx").warnings == []

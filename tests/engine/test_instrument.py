"""The ready questionnaire: whole in both languages, every construct there, each side asked its own."""

import itertools
from collections import Counter
from importlib.util import find_spec

import pytest

from coproduce.cli import main
from coproduce.records.answers import check_answers
from coproduce.records.forms import MOTIVES, SIDES_ASKED
from coproduce.records.instrument import ready_instrument
from coproduce.records.readers.xlsform import item_rows, read_form
from coproduce.vocabulary import FACETS

LANGUAGES = ("English (en)", "Deutsch (de)")
CELLS = list(itertools.product(FACETS["phase"].values, FACETS["level"].values))


@pytest.fixture(scope="module")
def form():
    return ready_instrument()


@pytest.fixture(scope="module")
def constructs(form):
    return Counter(question.construct for question in form.questions if question.construct)


def test_every_word_is_there_in_both_languages_and_no_two_are_the_same(form):
    assert form.languages == LANGUAGES
    choices = {id(choice): choice for question in form.questions for choice in question.choices}.values()
    words = [each.labels for each in (*form.questions, *form.groups, *choices)]
    words += [question.hints for question in form.questions if question.hints]
    assert all(tuple(each) == LANGUAGES and len(set(each.values())) == 2 for each in words)
    for language in LANGUAGES:
        asked = Counter((question.group, question.labels[language]) for question in form.questions)
        assert max(asked.values()) == 1


def test_extent_and_willingness_are_asked_of_every_phase_and_level(constructs):
    for phase, level in CELLS:
        assert constructs[f"active.{phase}.{level}"] == constructs[f"willing.{phase}.{level}"] == 1


def test_what_is_measured_by_several_items_has_enough_of_them(constructs):
    several = (
        "efficacy",
        "satisfaction",
        "informed",
        "consulted",
        *(f"motive.{motive}" for motive in MOTIVES),
    )
    assert {construct: constructs[construct] for construct in several} == dict.fromkeys(several, 3)


def test_every_side_is_asked_what_holds_it_back_and_nobody_elses(form):
    for side in SIDES_ASKED:
        asked = check_answers(form, {"side": side}).asked
        barriers = {form.question(name).construct for name in asked if name.startswith("barrier_")}
        assert len(barriers) >= 5
        assert {barrier.split(".")[1] for barrier in barriers} == {side}
    citizens = {name for name in check_answers(form, {"side": "citizen"}).asked if name.startswith("motive_")}
    assert len(citizens) == 3 * len(MOTIVES)


def test_every_scored_item_counts(form):
    for row in item_rows(form):
        if row["construct"]:
            values = row["counts_as"].split()
            assert values[-1] == "-"  # "do not know" counts as no answer
            numbers = [int(value) for value in values[:-1]]
            assert numbers == list(range(numbers[0], numbers[0] + 5))
            assert (row["low"], row["high"]) == (values[0], values[4])


def test_only_the_side_has_to_be_told(form):
    assert [fault.place for fault in check_answers(form, {}).faults] == ["side"]
    assert check_answers(form, {"side": "manager"}).faults == ()


def test_the_command_writes_it_as_a_workbook_and_as_sheets(form, tmp_path, capsys):
    for name in ("own.xlsx", "sheets"):
        assert main(["instrument", str(tmp_path / name)]) == 0
        assert read_form(tmp_path / name) == form
        assert main(["instrument", str(tmp_path / name)]) == 10
    assert "CC BY 4.0" in capsys.readouterr().out
    assert main(["instrument", str(tmp_path / "again.xlsx")]) == 0
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "own.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("out", "told"), [("form.xls", "found '.xls'"), ("gone/form.xlsx", "wanted a place to write to")]
)
def test_the_command_refuses_what_it_cannot_write(tmp_path, capsys, out, told):
    assert main(["instrument", str(tmp_path / out)]) == 10
    assert told in capsys.readouterr().err


@pytest.mark.skipif(find_spec("pyxform") is None, reason="pyxform is not installed")
def test_pyxform_reads_it_without_a_warning(tmp_path):
    from pyxform.xls2xform import convert

    main(["instrument", str(tmp_path / "form.xlsx")])
    converted = convert(tmp_path / "form.xlsx")
    assert converted.warnings == []
    assert converted.xform.count("<bind ") >= 75

"""Forms: the expressions that are evaluated, and one set of answers held against a form."""

import pytest

from coproduce.records.answers import check_answers
from coproduce.records.expressions import ExpressionError, evaluated, parsed
from coproduce.records.forms import Choice, Form, FormGroup, FormQuestion, construct_fault

ANSWERS = {"side": "citizen", "tasks": "plan meet", "age": "30", "empty": ""}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (". >= 0 and . <= 10", True),
        (".>10", False),
        ("${side} = 'citizen'", True),
        ('${side} != "citizen"', False),
        ("selected(${tasks}, 'meet')", True),
        ("selected(${tasks}, 'me')", False),
        ("count-selected(${tasks}) >= 2", True),
        ("not(selected(${tasks}, 'plan')) or ${age} > 29", True),
        ("true() or false() and false()", True),  # `and` binds closer than `or`
        ("(true() or false()) and false()", False),
        ("${empty} = ''", True),
        ("${empty} > 3", False),  # no number, so no comparison is true ...
        ("${empty} <= 3", False),
        ("${empty} != 3", True),  # ... but that it is not the same
        ("${age} = 30", True),
        ("${age} - 1 - 1", 28.0),
        ("2 + 3 * 4 div 8", 3.5),
        ("-7 mod 4", -3.0),  # XPath 1.0, 3.5: the sign of what is divided
        ("if(${age} < 18, 'young', 'grown')", "grown"),
        ("string-length(${side})", 7.0),
        ("number(${age}) * 2", 60.0),
    ],
)
def test_expressions_have_their_value(text, value):
    assert evaluated(parsed(text), ANSWERS, here="7") == value


@pytest.mark.parametrize(
    ("text", "found", "hint"),
    [
        ("slected(${tasks}, 'a')", "slected()", "Did you mean 'selected'?"),
        ("today() > .", "today()", None),
        ("regex(., 'a+')", "regex()", None),
        ("${side} = citizen", "citizen", "Put a text in quotes: 'citizen'."),
        ("../side = 'a'", "/side = 'a'", None),
        (". >= 0 and", "the end", None),
        ("(. > 0", "the end", None),
        (". > 0)", ")", None),
        ("'open", "'open", None),
        ("selected(${tasks})", "selected() of 1", None),
        ("1 < 2 < 3", "<", None),
        ("(" * 5_001, "5,001 letters", None),
        ("(" * 40 + "1" + ")" * 40, "brackets that stand too deep", None),
        ("1" + "+1" * 200, "a long sum or product", None),
    ],
)
def test_what_is_not_evaluated_is_refused_by_name(text, found, hint):
    with pytest.raises(ExpressionError) as refusal:
        parsed(text)
    assert (refusal.value.found, refusal.value.hint) == (found, hint)


def test_a_long_row_of_comparisons_is_no_deep_one():
    assert evaluated(parsed(" and ".join(["1=1"] * 600)), {}) is True


def _question(name, kind="integer", **more):
    return FormQuestion(name=name, kind=kind, labels={"": name}, **more)


def _rules(form, answers, **more):
    return [(fault.place, fault.rule) for fault in check_answers(form, answers, **more).faults]


YES_NO = (
    Choice(name="yes", labels={"": "Yes"}, counts_as=1),
    Choice(name="no", labels={"": "No"}, counts_as=0),
)


def test_answers_are_stored_as_their_kind_has_them():
    form = Form(
        name="f",
        title="F",
        questions=(
            _question("one", "select_one", choices=YES_NO),
            _question("many", "select_multiple", choices=YES_NO),
            _question("whole"),
            _question("part", "decimal"),
            _question("range", "range", start=0, end=1, step=0.1),
            _question("day", "date"),
            _question("words", "text"),
        ),
    )
    right = {
        "one": "no",
        "many": "no yes",
        "whole": " 007 ",
        "part": "-0.5",
        "range": "0.30",
        "day": "2026-03-01",
    }
    checked = check_answers(form, right | {"words": " a b "})
    assert checked.faults == ()
    assert checked.answers == right | {"many": "yes no", "whole": "7", "range": "0.3", "words": "a b"}
    wrong = {
        "one": "ye",
        "many": "yes maybe",
        "whole": "1.5",
        "part": "0,5",
        "range": "0.35",
        "day": "1.3.2026",
    }
    checked = check_answers(form, wrong)
    assert [(fault.place, fault.rule, fault.found) for fault in checked.faults] == [
        (name, "value", value) for name, value in wrong.items()
    ]
    assert checked.faults[0].hint == "Did you mean 'yes'?"
    assert dict(checked.answers) == {}


def test_a_required_answer_is_asked_for_only_where_the_question_is():
    form = Form(
        name="f",
        title="F",
        questions=(
            _question("side", "select_one", choices=YES_NO, required=True),
            _question("note", "note", group="g"),
            _question("why", "text", required=True, relevant="${side} = 'yes'", group="g"),
            _question("more", "text", required=True, relevant="${why} != ''"),
        ),
        groups=(FormGroup(name="g", relevant="${side} != ''"),),
    )
    assert _rules(form, {}) == [("side", "required")]
    assert _rules(form, {"side": "yes"}) == [("why", "required")]
    unasked = check_answers(form, {"side": "no", "why": "typed before", "more": "too"})
    assert (unasked.faults, dict(unasked.answers)) == ((), {"side": "no"})
    assert unasked.asked == (
        "side",
        "note",
    )  # an answer that is not asked for counts as empty for what comes after


def test_a_constraint_is_told_in_the_forms_words_and_not_of_an_empty_answer():
    question = _question("age", constraint=". >= 18", constraint_messages={"": "Only grown people."})
    form = Form(name="f", title="F", questions=(question,))
    assert _rules(form, {"age": ""}) == []
    (fault,) = check_answers(form, {"age": "9"}).faults
    assert (fault.rule, fault.found, fault.wanted) == ("constraint", "9", "Only grown people.")


def test_what_is_worked_out_is_kept_and_looked_at():
    form = Form(
        name="f",
        title="F",
        questions=(
            _question("paid"),
            _question("unpaid"),
            _question("all", "calculate", calculation="${paid} + ${unpaid}"),
            _question("why", "text", relevant="${all} > 10", required=True),
        ),
    )
    assert _rules(form, {"paid": "6", "unpaid": "5"}) == [("why", "required")]
    assert check_answers(form, {"paid": "1", "unpaid": "2", "all": "99"}).answers["all"] == "3"


def test_other_has_words_of_its_own():
    form = Form(name="f", title="F", questions=(_question("q", "select_one", choices=YES_NO, or_other=True),))
    assert dict(check_answers(form, {"q": "other", "q_other": "Both"}).answers) == {
        "q": "other",
        "q_other": "Both",
    }
    assert dict(check_answers(form, {"q": "yes", "q_other": "Both"}).answers) == {"q": "yes"}


def test_an_unknown_question_is_named_with_the_nearest():
    (fault,) = check_answers(Form(name="f", title="F", questions=(_question("age"),)), {"aeg": "3"}).faults
    assert (fault.place, fault.rule, fault.hint) == ("aeg", "known", "Did you mean 'age'?")


def test_a_repeated_group_is_checked_one_pass_at_a_time():
    form = Form(
        name="f",
        title="F",
        questions=(_question("n"), _question("years", group="child", required=True, constraint=". < ${n}")),
        groups=(FormGroup(name="child", repeat=True),),
    )
    assert _rules(form, {"n": "9"}) == []
    assert _rules(form, {"n": "9"}, repeat="child") == [("years", "required")]
    assert _rules(form, {"n": "9", "years": "9"}, repeat="child") == [("years", "constraint")]
    assert dict(check_answers(form, {"n": "9", "years": "8"}, repeat="child").answers) == {"years": "8"}


def test_scores_turn_round_where_a_high_answer_means_little():
    question = _question("q", "select_one", choices=YES_NO, construct="efficacy", reverse=True)
    assert [question.score(answer) for answer in ("yes", "no", "", "gone")] == [0, 1, None, None]
    assert _question("q").score("3") is None
    assert _question("q", construct="hours").score("3") == 3


@pytest.mark.parametrize(
    "name", ["efficacy", "active.deliver.group", "barrier.manager.costs", "my.own.thing"]
)
def test_constructs_that_can_be(name):
    assert construct_fault(name) is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Efficacy", None),
        ("motive..x", None),
        ("active.deliver", None),
        ("willing.delivre.group", "Did you mean 'deliver'?"),
        ("motive.materiel", "Did you mean 'material'?"),
        ("barrier.manger.costs", "Did you mean 'manager'?"),
    ],
)
def test_constructs_that_cannot_be(name, hint):
    assert construct_fault(name).hint == hint


def test_words_fall_back_to_the_default_language():
    form = Form(name="f", title="F", questions=(), languages=("English (en)", "Deutsch (de)"))
    assert form.text({"English (en)": "Why?"}, "Deutsch (de)") == "Why?"
    assert form.text({}) == ""

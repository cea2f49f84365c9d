"""Forms: what is written is what is read, as a workbook and as CSV sheets."""

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.errors import RecordsError
from coproduce.records.expressions import ExpressionError, evaluated, parsed
from coproduce.records.form_files import write_form
from coproduce.records.forms import Choice, Form, FormGroup, FormQuestion
from coproduce.records.readers.xlsform import read_form

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
LANGUAGES = st.sampled_from([("",), ("English (en)",), ("Deutsch (de)", "English (en)")])


@st.composite
def forms(draw):
    languages = draw(LANGUAGES)
    words = st.fixed_dictionaries(dict.fromkeys(languages, TEXTS))
    scale = tuple(
        Choice(
            name=f"c{place}",
            labels=draw(words),
            counts_as=float(place) + draw(st.sampled_from([0, 0.1, 1 / 3])),
        )
        for place in range(draw(st.integers(2, 4)))
    )
    groups, questions, inside = [], [], ""
    for place in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            inside = draw(st.sampled_from(["", *([inside] if inside else [])]))
            group = FormGroup(name=f"g{place}", labels=draw(words), group=inside, repeat=not groups)
            inside = group.name
            groups.append(group)
        questions.append(draw(_questions(f"q{place}", inside, words=words, scale=scale)))
    return Form(
        name="f",
        title=draw(TEXTS),
        languages=languages,
        questions=tuple(questions),
        groups=tuple(groups),
        version=draw(TEXTS),
    )


@st.composite
def _questions(draw, name, group, *, words, scale):
    kind = draw(
        st.sampled_from(["select_one", "select_multiple", "integer", "range", "text", "date", "note"])
    )
    common = {
        "name": name,
        "kind": kind,
        "labels": draw(words),
        "group": group,
        "hints": draw(st.just({}) | words),
    }
    if kind.startswith("select"):
        scored = kind == "select_one" and draw(st.booleans())
        common |= {"scale": "s", "choices": scale, "or_other": draw(st.booleans())}
        common |= {"construct": "efficacy", "reverse": draw(st.booleans())} if scored else {}
    if kind == "range":
        start, steps = draw(st.integers(-5, 5)), draw(st.integers(1, 9))
        common |= {"start": float(start), "end": start + steps * 0.5, "step": 0.5}
    if kind == "integer":
        common |= {
            "constraint": ". >= 0",
            "constraint_messages": draw(words),
            "required": draw(st.booleans()),
        }
    return FormQuestion(**common)


@pytest.mark.parametrize("name", ["form.xlsx", "form"])
@given(form=forms())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_what_is_read(name, form):
    with tempfile.TemporaryDirectory() as folder:
        write_form(form, Path(folder) / name)
        assert read_form(Path(folder) / name) == form


@given(
    text=st.lists(
        st.sampled_from(
            [
                "${a}",
                ".",
                "1",
                "'x'",
                "=",
                "<",
                "and",
                "or",
                "not(",
                "selected(",
                "(",
                ")",
                ",",
                "-",
                "+",
                "div",
                "??",
            ]
        ),
        max_size=12,
    ).map(" ".join)
)
@settings(max_examples=300, deadline=None)
def test_an_expression_has_a_value_or_is_refused(text):
    try:
        tree = parsed(text)
    except ExpressionError:
        return
    assert isinstance(evaluated(tree, {"a": "1"}, here="2"), str | float | bool)


@given(left=NUMBERS, right=NUMBERS, third=NUMBERS)
def test_expressions_of_numbers_are_pythons(left, right, third):
    answers = {"a": f"{left:f}", "b": f"{right:f}", "c": f"{third:f}"}
    a, b, c = map(float, answers.values())
    assert evaluated(parsed("${a} < ${b} and not(${b} >= ${c}) or ${a} + ${b} = ${c}"), answers) == (
        (a < b and not b >= c) or a + b == c
    )


@given(data=st.binary(max_size=200), place=st.integers(0, 5_000))
@settings(max_examples=60, deadline=None)
def test_a_damaged_workbook_is_a_form_or_a_fault(data, place):
    form = Form(name="f", title="F", questions=(FormQuestion(name="q", kind="text", labels={"": "Q"}),))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "form.xlsx"
        write_form(form, file)
        whole = file.read_bytes()
        file.write_bytes(whole[: place % len(whole)] + data + whole[place % len(whole) + len(data) :])
        with contextlib.suppress(RecordsError):
            read_form(file)

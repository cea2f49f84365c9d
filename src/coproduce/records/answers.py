"""One set of answers, held against the form that asked for them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date

from coproduce.errors import Fault, nearest
from coproduce.records.expressions import as_text, as_truth, evaluated, parsed
from coproduce.records.forms import OTHER, SILENT, Form, FormQuestion, Words

WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAnswers:
    """One set of answers after the check.

    Parameters
    ----------
    answers
        The answers of the questions that were asked, as they are stored, and what was calculated from them. Answers
        to questions that were not asked are not kept.
    asked
        The questions that these answers ask for, notes among them, in order.
    faults
        Everything that is wrong; `place` is the question, `rule` one of ``known``, ``required``, ``value`` and
        ``constraint``.
    """

    answers: Words
    asked: tuple[str, ...]
    faults: tuple[Fault, ...]


def check_answers(form: Form, answers: Words, *, repeat: str = "") -> CheckedAnswers:
    """Check one set of answers against a form.

    A question is asked where it and every group around it is relevant; what is not asked counts as empty for what
    comes after. Constraints are not looked at where there is no answer.

    Parameters
    ----------
    form
        The form.
    answers
        Question -> answer: the name of a choice (of several, parted by spaces), a number with a decimal point, a date
        in ISO 8601, or text.
    repeat
        Check one pass of that repeated group, whose own answers stand beside those of the rest of the form; the
        questions outside of repeated groups where left out.

    Returns
    -------
    CheckedAnswers
        What is kept, and every fault.

    Examples
    --------
    >>> age = FormQuestion(name="age", kind="integer", required=True, constraint=". >= 0 and . <= 120")
    >>> form = Form(name="f", title="F", questions=(age,))
    >>> [fault.rule for fault in check_answers(form, {"age": "130"}).faults]
    ['constraint']
    >>> dict(check_answers(form, {"age": " 30 "}).answers)
    {'age': '30'}
    """
    check = _Check(form=form, given=answers, repeat=repeat)
    for question in form.questions:
        check.look_at(question)
    check.look_for_unknown()
    return CheckedAnswers(answers=check.kept, asked=tuple(check.asked), faults=tuple(check.faults))


@dataclass(slots=True, kw_only=True)
class _Check:
    """What is known while the questions go by."""

    form: Form
    given: Words
    repeat: str
    kept: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    def look_at(self, question: FormQuestion) -> None:
        repeat = self.form.repeat_of(question)
        if repeat not in {"", self.repeat} or not self._relevant(question):
            return
        if question.kind == "calculate":
            value = as_text(evaluated(parsed(question.calculation), self.known))
        else:
            value = self.given.get(question.name, "").strip()
        mine = repeat == self.repeat
        value = self._answer(question, value) if mine else value
        self.known[question.name] = value
        if mine and value:
            self.kept[question.name] = value
        if mine:
            self._look_at_other(question, value)

    def _relevant(self, question: FormQuestion) -> bool:
        conditions = (question.relevant, *(group.relevant for group in self.form.around(question)))
        return all(as_truth(evaluated(parsed(text), self.known)) for text in conditions if text)

    def _answer(self, question: FormQuestion, value: str) -> str:
        """The answer as it is stored; empty where it is wrong."""
        if question.kind != "calculate":
            self.asked.append(question.name)
        if question.kind in SILENT:
            return value if question.kind == "calculate" else ""
        if not value:
            if question.required:
                self._tell(question.name, rule="required", found=None, wanted="an answer")
            return ""
        stored = _stored(question, value)
        if stored is None:
            hint = nearest(value, question.names()) if question.choices else None
            self._tell(question.name, rule="value", found=value, wanted=_wanted(question), hint=hint)
            return ""
        if question.constraint and not as_truth(
            evaluated(parsed(question.constraint), self.known, here=stored)
        ):
            told = self.form.text(question.constraint_messages) or f"an answer with {question.constraint}"
            self._tell(question.name, rule="constraint", found=value, wanted=told)
            return ""
        return stored

    def _look_at_other(self, question: FormQuestion, value: str) -> None:
        """The words of one's own beside the choice "other"."""
        name = f"{question.name}_{OTHER}"
        words = self.given.get(name, "").strip()
        if question.or_other and OTHER in value.split() and words:
            self.kept[name] = self.known[name] = words

    def look_for_unknown(self) -> None:
        known = {question.name for question in self.form.questions}
        known |= {f"{question.name}_{OTHER}" for question in self.form.questions if question.or_other}
        for name in self.given:
            if name not in known:
                self._tell(name, rule="known", found=name, wanted="a question", hint=nearest(name, known))

    def _tell(
        self, place: str, *, rule: str, found: str | None, wanted: str, hint: str | None = None
    ) -> None:
        fault = Fault(file=self.form.name, place=place, rule=rule, found=found, wanted=wanted, hint=hint)
        self.faults.append(fault)


def _stored(question: FormQuestion, value: str) -> str | None:
    """An answer as it is stored; None where it is not of the question's kind.

    Examples
    --------
    >>> whole = FormQuestion(name="n", kind="integer")
    >>> _stored(whole, "007"), _stored(whole, "0.5"), _stored(whole, "1e3")
    ('7', None, None)
    """
    match question.kind:
        case "select_one" | "select_multiple":
            return _chosen(question, value)
        case "integer":
            return str(int(value)) if WHOLE.fullmatch(value) else None
        case "decimal":
            return value if DECIMAL.fullmatch(value) else None
        case "range":
            return _in_range(question, value)
        case "date":
            return _day(value)
        case _:
            return value


def _chosen(question: FormQuestion, value: str) -> str | None:
    """The names of what was chosen, in the order of the list."""
    names = question.names()
    chosen = {value} if question.kind == "select_one" else set(value.split())
    return " ".join(name for name in names if name in chosen) if chosen <= set(names) else None


def _in_range(question: FormQuestion, value: str) -> str | None:
    """A value of a range; None where it lies outside, or between two steps."""
    if not DECIMAL.fullmatch(value):
        return None
    number, start, end, step = float(value), question.start or 0.0, question.end or 0.0, question.step or 1.0
    steps = (number - start) / step
    on_a_step = math.isclose(steps, round(steps), abs_tol=1e-9)
    return as_text(number) if start <= number <= end and on_a_step else None


def _day(value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _wanted(question: FormQuestion) -> str:
    """What an answer must be, in plain words."""
    match question.kind:
        case "select_one":
            return f"one of {', '.join(question.names())}"
        case "select_multiple":
            return f"any of {', '.join(question.names())}, parted by spaces"
        case "integer":
            return "a whole number"
        case "decimal":
            return "a number with a decimal point"
        case "range":
            start, end, step = question.start or 0.0, question.end or 0.0, question.step or 1.0
            return f"a number from {start:g} to {end:g} in steps of {step:g}"
        case _:
            return "a date in ISO 8601, such as 2026-03-01"

"""Questionnaires as they are kept and shown: sheets of an XLSForm, parted into pages that need no script."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from coproduce.errors import Fault, RecordsError
from coproduce.records.form_files import form_sheets
from coproduce.records.forms import SILENT, Form, FormQuestion
from coproduce.records.instrument import experience_instrument, ready_instrument
from coproduce.records.readers.xlsform import read_form
from coproduce_web.models import Instrument

A_PAGE = 15
MOST_QUESTIONS = 500
LONGEST_NAME = 100
REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
CODE = re.compile(r"\(([A-Za-z]{2,3})(?:-[A-Za-z0-9]+)?\)\s*$")

READY: Mapping[str, Callable[[], Form]] = {
    Instrument.About.MOTIVES.value: ready_instrument,
    Instrument.About.EXPERIENCE.value: experience_instrument,
}
"""The questionnaires that come with the platform, by what they ask about."""

ReadySheets = dict[str, list[list[str]]]


def sheets_of(form: Form) -> ReadySheets:
    """A form as it is kept: sheet -> rows of texts, the header first."""
    return {name: [list(row) for row in rows] for name, rows in form_sheets(form).items()}


def form_of(instrument: Instrument) -> Form:
    """The form of a questionnaire that is kept as its sheets."""
    return _read(json.dumps(instrument.form), instrument.title)


@lru_cache(maxsize=64)
def _read(sheets: str, title: str) -> Form:
    with tempfile.TemporaryDirectory() as folder:
        for sheet, rows in json.loads(sheets).items():
            with Path(folder, f"{sheet}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
        return read_form(Path(folder), name=title)


def form_in(content: bytes, *, name: str) -> Form:
    """The form in a workbook that somebody sent.

    Parameters
    ----------
    content
        The bytes of an .xlsx file.
    name
        What a message calls it.

    Raises
    ------
    RecordsError
        With every fault, and with what is right in XLSForm but cannot be asked here.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "form.xlsx")
        path.write_bytes(content)
        form = read_form(path, name=name)
    if faults := _not_asked_here(form, name=name):
        raise RecordsError(*faults)
    return form


def _not_asked_here(form: Form, *, name: str) -> list[Fault]:
    """What the platform does not ask, of a form that is right."""
    faults = [
        Fault(file=name, place=group.name, rule="repeat", found="a repeated group", wanted=str(_ONCE))
        for group in form.groups
        if group.repeat
    ]
    asked = [question for question in form.questions if question.kind not in SILENT]
    if not 0 < len(asked) <= MOST_QUESTIONS:
        found, wanted = f"{len(asked)} questions", f"1 to {MOST_QUESTIONS} questions"
        faults.append(Fault(file=name, place="survey", rule="size", found=found, wanted=wanted))
    faults += [
        Fault(
            file=name,
            place="survey.name",
            rule="size",
            found=each.name,
            wanted=f"at most {LONGEST_NAME} letters",
        )
        for each in asked
        if len(each.name) > LONGEST_NAME - len("_other")
    ]
    return faults


_ONCE = _("questions that are asked once: ask for several things in several questions")


def pages_of(form: Form) -> list[list[FormQuestion]]:
    """The questions and notes page by page, so that what is asked on a page never hangs on an answer of the same.

    A group begins a page, and no page has more than fifteen questions. Notes go with the question that they stand
    before; those at the end come after the last answer and are in no page.
    """
    pages: list[list[FormQuestion]] = [[]]
    afterwards = {note.name for note in last_notes(form)}
    for question in form.questions:
        if question.kind == "calculate" or question.name in afterwards:
            continue
        if pages[-1] and _begins_a_page(form, question, after=pages[-1]):
            pages.append([])
        pages[-1].append(question)
    joined: list[list[FormQuestion]] = []
    notes: list[FormQuestion] = []
    for page in pages:
        if all(question.kind in SILENT for question in page):
            notes += page
        else:
            joined.append(notes + page)
            notes = []
    return joined


def last_notes(form: Form) -> list[FormQuestion]:
    """The notes that come after the last question that somebody answers."""
    shown = [question for question in form.questions if question.kind != "calculate"]
    answered = [place for place, question in enumerate(shown) if question.kind not in SILENT]
    return shown[answered[-1] + 1 :] if answered else shown


def _begins_a_page(form: Form, question: FormQuestion, *, after: list[FormQuestion]) -> bool:
    asked = [each for each in after if each.kind not in SILENT]
    if asked and question.group != after[-1].group:
        return True
    return len(asked) >= A_PAGE or bool(_hangs_on(form, question) & {each.name for each in after})


def _hangs_on(form: Form, question: FormQuestion) -> set[str]:
    """The questions whose answers say whether this one is asked, through calculations too."""
    texts = [question.relevant, *(group.relevant for group in form.around(question))]
    calculated = {each.name: each for each in form.questions if each.kind == "calculate"}
    found: set[str] = set()
    while texts:
        for name in set(REFERENCE.findall(texts.pop())) - found:
            found.add(name)
            if name in calculated:
                each = calculated[name]
                texts += [each.calculation, each.relevant, *(group.relevant for group in form.around(each))]
    return found


def language_of(form: Form, code: str) -> str:
    """The form's language for a visitor's, such as ``Deutsch (de)`` for ``de``; its own first one where it lacks it."""
    wanted = code.lower().partition("-")[0]
    return next((each for each in form.languages if code_of(each) == wanted), form.languages[0])


def code_of(language: str) -> str:
    """The code of a form's language, such as ``de``; empty where it names none.

    Examples
    --------
    >>> code_of("Deutsch (de)"), code_of("")
    ('de', '')
    """
    found = CODE.search(language)
    return found[1].lower() if found else ""


def first_choices(form: Form, language: str) -> tuple[str, list[tuple[str, str]]]:
    """The first question, and its choices if it is one of a choice: what a letter can ask.

    Returns
    -------
    tuple
        The question's words, and (name, words) of each choice; both empty where it is no choice of one.
    """
    first = next(question for question in form.questions if question.kind not in SILENT)
    hangs = bool(first.relevant) or any(group.relevant for group in form.around(first))
    if first.kind != "select_one" or first.or_other or hangs:
        return "", []
    choices = [(choice.name, form.text(choice.labels, language)) for choice in first.choices]
    return form.text(first.labels, language), choices

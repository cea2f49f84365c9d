"""A form written as sheets: an XLSForm workbook, or a folder of CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from coproduce.records.forms import CHOOSING, Choice, Form, FormGroup, FormQuestion, Words
from coproduce.records.workbook import Rows, write_workbook

Cells = dict[str, str]


def write_form(form: Form, path: Path) -> None:
    """Write a form, so that `read_form` reads the same one.

    Parameters
    ----------
    form
        The form.
    path
        A file that ends in .xlsx, or a folder for `survey.csv`, `choices.csv` and `settings.csv`; what stands there is
        written over.

    Examples
    --------
    >>> import tempfile
    >>> from coproduce.records.readers.xlsform import read_form
    >>> age = FormQuestion(name="age", kind="integer", labels={"": "How old are you?"}, constraint=". >= 0")
    >>> form = Form(name="ages", title="Ages", questions=(age,))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_form(form, Path(folder) / "form.xlsx")
    ...     read_form(Path(folder) / "form.xlsx") == form
    True
    """
    sheets = form_sheets(form)
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, sheets)
        return
    path.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            _write_rows(opened, rows)


def _write_rows(opened: TextIO, rows: Rows) -> None:
    """Write rows as CSV; a carriage return, which the module leaves bare, is put in quotes."""
    plain = csv.writer(opened, lineterminator="\n")
    quoted = csv.writer(opened, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        (quoted if any("\r" in text for text in row) else plain).writerow(row)


def form_sheets(form: Form) -> dict[str, Rows]:
    """The sheets of a form, each with its header.

    Parameters
    ----------
    form
        The form.

    Returns
    -------
    dict
        `survey`, `choices` and `settings`: rows of texts, all of one length.
    """
    survey = [*({"type": each} for each in form.left_out), *_survey(form)]
    settings = {
        "form_title": form.title,
        "form_id": form.name,
        "version": form.version,
        "default_language": form.languages[0],
        "licence": form.licence,
    }
    return {
        "survey": _table(survey, first=("type", "name", *_columns("label", form.languages))),
        "choices": _table(_choices(form), first=("list_name", "name", *_columns("label", form.languages))),
        "settings": _table([{name: text for name, text in settings.items() if text}]),
    }


def _columns(column: str, languages: Iterable[str]) -> list[str]:
    return [f"{column}::{language}" if language else column for language in languages]


def _table(rows: Iterable[Cells], *, first: Iterable[str] = ()) -> Rows:
    """Rows under a header of every column that one of them has."""
    rows = list(rows)
    header = list(dict.fromkeys((*first, *(name for row in rows for name in row))))
    return [header, *([row.get(name, "") for name in header] for row in rows)]


def _survey(form: Form) -> Iterator[Cells]:
    groups = {group.name: group for group in form.groups}
    inside: list[str] = []
    for question in form.questions:
        path = [group.name for group in form.around(question)][::-1]
        while inside != path[: len(inside)]:
            yield _end(groups[inside.pop()])
        for name in path[len(inside) :]:
            yield _begin(groups[name])
            inside.append(name)
        yield _question(question)
    while inside:
        yield _end(groups[inside.pop()])


def _begin(group: FormGroup) -> Cells:
    kind = "repeat" if group.repeat else "group"
    cells = {"type": f"begin {kind}", "name": group.name, **_words("label", group.labels)}
    return _filled(cells | {"relevant": group.relevant, "appearance": group.appearance})


def _end(group: FormGroup) -> Cells:
    return {"type": "end repeat" if group.repeat else "end group"}


def _question(question: FormQuestion) -> Cells:
    kind = f"{question.kind} {question.scale}" if question.kind in CHOOSING else question.kind
    return _filled(
        {
            "type": kind + (" or_other" if question.or_other else ""),
            "name": question.name,
            **_words("label", question.labels),
            **_words("hint", question.hints),
            "required": "yes" if question.required else "",
            "relevant": question.relevant,
            "constraint": question.constraint,
            **_words("constraint_message", question.constraint_messages),
            **_words("required_message", question.required_messages),
            "calculation": question.calculation,
            "appearance": question.appearance,
            "parameters": _parameters(question),
            "construct": question.construct,
            "reverse": "yes" if question.reverse else "",
        }
    )


def _parameters(question: FormQuestion) -> str:
    told = {"start": question.start, "end": question.end, "step": question.step}
    return " ".join(f"{name}={_number(value)}" for name, value in told.items() if value is not None)


def _choices(form: Form) -> Iterator[Cells]:
    lists = {question.scale: question.choices for question in form.questions if question.scale}
    for name, choices in lists.items():
        yield from (_choice(name, choice) for choice in choices)


def _choice(list_name: str, choice: Choice) -> Cells:
    counts_as = "" if choice.counts_as is None else _number(choice.counts_as)
    cells = {"list_name": list_name, "name": choice.name, **_words("label", choice.labels)}
    return _filled(cells | {"counts_as": counts_as})


def _words(column: str, words: Words) -> Cells:
    return dict(zip(_columns(column, words), words.values(), strict=True))


def _filled(cells: Cells) -> Cells:
    return {name: text for name, text in cells.items() if text}


def _number(value: float) -> str:
    """A number as it is read again, without a needless fraction.

    Examples
    --------
    >>> _number(3.0), _number(0.1)
    ('3', '0.1')
    """
    return repr(float(value)).removesuffix(".0")

"""XLSForm: a questionnaire as a workbook with the sheets `survey`, `choices` and `settings`, or as CSV files of these.

Two columns are ours, as XLSForm lets there be more: `construct` (what a question measures) and `reverse` in `survey`,
and `counts_as` in `choices`. Every fault is told at once, with its sheet, row and column.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from coproduce.errors import Fault, RecordsError, nearest
from coproduce.records.engine import Engine
from coproduce.records.forms import OTHER, SILENT, Form, FormQuestion
from coproduce.records.readers.form_choices import CHOICES, read_choices
from coproduce.records.readers.form_survey import SURVEY, Survey
from coproduce.records.readers.form_table import Faults, FormTable
from coproduce.records.readers.sheets import Sheet, csv_files, read_sheets
from coproduce.records.schema import TABLES
from coproduce.records.staging import Staged, TextWriter, sha256_of

SHEETS = ("survey", "choices", "settings")
SETTINGS = ("form_title", "form_id", "version", "default_language", "licence")


def form_at(file: Path) -> Path | None:
    """Where a form lies whose file is named: a workbook itself, or the folder that a `survey.csv` lies in.

    Examples
    --------
    >>> form_at(Path("forms/survey.csv")) == Path("forms"), form_at(Path("items.csv"))
    (True, None)
    """
    if file.name.lower() == "survey.csv":
        return file.parent
    return file if file.suffix.lower() == ".xlsx" else None


def read_xlsform(path: Path, engine: Engine, *, name: str) -> Staged:
    """Read a form as the table `items`: a row for each question that somebody answers.

    Parameters
    ----------
    path
        An .xlsx workbook, or a folder with `survey.csv`, `choices.csv` and `settings.csv`.
    engine
        The engine.
    name
        What a message calls it.

    Raises
    ------
    RecordsError
        With every fault of the form.
    """
    form = read_form(path, name=name)
    with TextWriter(engine, name=name, columns=TABLES["items"].names) as writer:
        for row in item_rows(form):
            writer.write(row)
        left_out = f"Left out, as no questions: {', '.join(form.left_out)}."
        return writer.finish(sha256=_fingerprint(path), notes=[left_out] if form.left_out else [])


def read_form(path: Path, *, name: str | None = None) -> Form:
    """Read a form.

    Parameters
    ----------
    path
        An .xlsx workbook, or a folder with `survey.csv`, `choices.csv` and `settings.csv`.
    name
        What a message calls it; the path's own name where left out.

    Returns
    -------
    Form
        The form.

    Raises
    ------
    RecordsError
        With every fault of the form: sheet, row and column, what was found, what would be right.

    References
    ----------
    XLSForm.org, the standard's reference (https://xlsform.org/en/).
    """
    name = name or path.name
    sheets = read_sheets(path, SHEETS, name=name)
    faults = Faults(name)
    if "survey" not in sheets:
        raise RecordsError(
            Fault(file=name, rule="sheet", found="no such sheet", wanted="a sheet `survey`", place="survey")
        )
    tables = {
        sheet: FormTable(sheets.get(sheet, Sheet(name=sheet)), name=sheet, known=known, faults=faults)
        for sheet, known in zip(SHEETS, (SURVEY, CHOICES, SETTINGS), strict=True)
    }
    settings = _settings(tables["settings"])
    languages = _languages(tables, settings.get("default_language", ""), faults=faults)
    lists = read_choices(tables["choices"]) if "choices" in sheets else {}
    survey = Survey(tables["survey"], lists=lists)
    if told := faults.told():
        raise RecordsError(*told)
    return Form(
        name=settings.get("form_id", path.stem),
        title=settings.get("form_title", settings.get("form_id", path.stem)),
        questions=tuple(survey.questions),
        groups=tuple(survey.groups),
        languages=languages,
        version=settings.get("version", ""),
        licence=settings.get("licence", ""),
        left_out=tuple(survey.left_out),
    )


def item_rows(form: Form) -> list[dict[str, str | None]]:
    """The rows of the table `items` for a form.

    Parameters
    ----------
    form
        The form.

    Returns
    -------
    list of dict
        A row for each question that somebody answers, by the table's columns; missing is None.

    Examples
    --------
    >>> age = FormQuestion(name="age", kind="integer", labels={"": "How old are you?"})
    >>> [(row["item"], row["kind"]) for row in item_rows(Form(name="f", title="F", questions=(age,)))]
    [('age', 'integer')]
    """
    rows: list[dict[str, str | None]] = []
    for question in form.questions:
        if question.kind in SILENT:
            continue
        rows.append(_item(form, question))
        if question.or_other:
            label = form.text(question.labels)
            rows.append({"item": f"{question.name}_{OTHER}", "label": label, "kind": "text"})
    return rows


def _item(form: Form, question: FormQuestion) -> dict[str, str | None]:
    limits = question.limits()
    counted = {choice.name: choice.counts_as for choice in question.choices}
    values = ["-" if (value := counted.get(name)) is None else f"{value:.15g}" for name in question.names()]
    return {
        "item": question.name,
        "construct": question.construct or None,
        "scale": question.scale or None,
        "reverse": "yes" if question.reverse else "no" if question.construct else None,
        "label": form.text(question.labels),
        "kind": question.kind,
        "choices": " ".join(question.names()) or None,
        "counts_as": " ".join(values) if any(value != "-" for value in values) else None,
        "low": f"{limits[0]:.15g}" if limits else None,
        "high": f"{limits[1]:.15g}" if limits else None,
    }


def _fingerprint(path: Path) -> str:
    """The fingerprint of a workbook, or of a folder's sheets one after the other."""
    if path.is_file():
        return sha256_of(path)
    files = csv_files(path, SHEETS).values()
    return hashlib.sha256("".join(map(sha256_of, files)).encode()).hexdigest()


def _settings(table: FormTable) -> Mapping[str, str]:
    rows = list(table.rows())
    for row in rows[1:]:
        row.refuse(next(iter(row.cells)), rule="settings", wanted="one row of settings")
    return rows[0].cells if rows else {}


def _languages(tables: Mapping[str, FormTable], default: str, *, faults: Faults) -> tuple[str, ...]:
    """The form's languages, the default one first; those of the choices must be among them, but for a plain label."""
    languages = list(dict.fromkeys(tables["survey"].languages()))
    for language in tables["choices"].languages():
        if language and languages and language not in languages:
            _refuse(faults, "choices.label", language, known=languages)
    if default and default not in languages and languages not in ([], [""]):
        _refuse(faults, "settings.default_language", default, known=languages)
    if default in languages:
        languages.remove(default)
        languages.insert(0, default)
    return tuple(languages) or ("",)


def _refuse(faults: Faults, place: str, language: str, *, known: Sequence[str]) -> None:
    wanted = "a language of the survey's labels: " + ", ".join(name or "(none)" for name in known)
    row = 1 if place.startswith("choices") else 2
    faults.add(place, rule="language", row=row, found=language, wanted=wanted, hint=nearest(language, known))

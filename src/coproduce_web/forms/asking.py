"""Forms of what people are asked of themselves, and of the people served."""

from __future__ import annotations

import csv
import io
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from coproduce_web.forms.uploads import MEGABYTE, Upload
from coproduce_web.models import Service

MOST_QUESTIONS = 10
MOST_CELLS = 5000
PERSONS = "persons"


class QuestionForm(forms.Form):
    """One question: its column in tables, its words, its choices."""

    column = forms.SlugField(
        label=_("Short name in tables"),
        help_text=_("Small letters, figures and underscores, such as age_group."),
        max_length=40,
        required=False,
    )
    label = forms.CharField(label=_("Question"), max_length=200, required=False)
    choices = forms.CharField(
        label=_("Choices, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        """All three, or none."""
        cleaned = super().clean() or {}
        said = [name for name in ("column", "label", "choices") if cleaned.get(name)]
        for name in {"column", "label", "choices"} - set(said) if said else ():
            self.add_error(name, _("A question has a short name, words and choices."))
        choices = [line.strip() for line in cleaned.get("choices", "").splitlines() if line.strip()]
        if said and (len(choices) < 2 or len(set(choices)) < len(choices) or max(map(len, choices)) > 100):
            self.add_error("choices", _("At least two choices, each once, none longer than 100 letters."))
        if cleaned.get("column") == PERSONS:
            self.add_error("column", _("This name is taken: it counts the people."))
        return cleaned | {"choices": choices}

    @property
    def question(self) -> dict[str, Any]:
        """The question as the service keeps it; nothing, if the form was left empty."""
        return self.cleaned_data if self.cleaned_data.get("column") else {}


class _Questions(forms.BaseFormSet[QuestionForm]):
    """All questions: no column twice."""

    def clean(self) -> None:
        """No column twice."""
        columns = [form.question.get("column") for form in self.forms if form.is_valid() and form.question]
        if len(set(columns)) < len(columns):
            raise ValidationError(_("Two questions have the same short name."))


QuestionForms = forms.formset_factory(
    QuestionForm, formset=_Questions, extra=2, max_num=MOST_QUESTIONS, validate_max=True
)


def _question_field(question: dict[str, Any], *, empty: Any) -> forms.ChoiceField:
    choices = [("", empty), *((choice, choice) for choice in question["choices"])]
    return forms.ChoiceField(label=question["label"], choices=choices, required=False)


class AboutMeForm(forms.Form):
    """What someone tells of themselves: every question may stay unanswered."""

    def __init__(self, *args: Any, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        for question in service.asked:
            self.fields[question["column"]] = _question_field(question, empty=_now("I would rather not say"))


class CellForm(forms.Form):
    """One group of the people served."""

    def __init__(self, *args: Any, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        for question in service.asked:
            self.fields[question["column"]] = _question_field(question, empty=_now("all"))
        self.fields[PERSONS] = forms.IntegerField(label=_now("How many people"), min_value=0)

    @property
    def values(self) -> dict[str, str]:
        """What the people of the group have in common."""
        return {name: value for name, value in self.cleaned_data.items() if name != PERSONS and value}


class PopulationFileForm(forms.Form):
    """A CSV file: a column for each question, and `persons`."""

    table = Upload(label=_("CSV file"), endings=(".csv",), most_bytes=MEGABYTE)

    def __init__(self, *args: Any, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        self.service = service
        columns = ", ".join([*(question["column"] for question in service.asked), PERSONS])
        self.fields["table"].help_text = _now("Columns: %(columns)s. It replaces what was said before.") % {
            "columns": columns
        }

    def clean_table(self) -> list[tuple[dict[str, str], int]]:
        """Its rows, every fault named with its line."""
        table = self.cleaned_data["table"]
        try:
            text = table.read().decode("utf-8-sig")
            rows = list(csv.reader(io.StringIO(text), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValidationError(_("This is no CSV file in UTF-8.")) from error
        return _read(rows, {question["column"]: question["choices"] for question in self.service.asked})


def _read(rows: list[list[str]], asked: dict[str, list[str]]) -> list[tuple[dict[str, str], int]]:
    head = [name.strip() for name in rows[0]] if rows else []
    if PERSONS not in head or set(head) - {PERSONS} - asked.keys() or len(set(head)) < len(head):
        wanted = ", ".join([*asked, PERSONS])
        raise ValidationError(
            _("Columns found: %(found)s. Columns wanted: %(wanted)s."),
            params={"found": ", ".join(head)[:300], "wanted": wanted},
        )
    if len(rows) > MOST_CELLS:
        raise ValidationError(_("The file has more than %(most)s rows."), params={"most": MOST_CELLS})
    faults: list[ValidationError] = []
    cells = [
        _cell(line, row, head=head, asked=asked, faults=faults) for line, row in enumerate(rows[1:], 2) if row
    ]
    seen = [tuple(sorted(values.items())) for values, _persons in cells]
    if not faults and len(set(seen)) < len(seen):
        faults.append(ValidationError(_now("A group stands in the file twice.")))
    if faults:
        raise ValidationError(faults[:10])
    return cells


def _cell(
    line: int, row: list[str], *, head: list[str], asked: dict[str, list[str]], faults: list[ValidationError]
) -> tuple[dict[str, str], int]:
    said = {name: value.strip() for name, value in zip(head, row, strict=False)}
    persons = said.pop(PERSONS, "")
    if len(row) != len(head) or not (persons.isascii() and persons.isdigit()) or len(persons) > 9:
        faults.append(
            ValidationError(
                _now("Line %(line)s: %(found)s is no whole number of people.")
                % {"line": line, "found": persons[:40]}
            )
        )
        return {}, 0
    for name, value in said.items():
        if value and value not in asked[name]:
            told = {"line": line, "found": value[:40], "choices": ", ".join(asked[name])[:300]}
            faults.append(
                ValidationError(_now("Line %(line)s: %(found)s is none of the choices: %(choices)s.") % told)
            )
    return {name: value for name, value in said.items() if value}, int(persons)

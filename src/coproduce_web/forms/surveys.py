"""Forms of questionnaires, waves, and the pages that a questionnaire is answered on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from coproduce.errors import Fault, RecordsError
from coproduce.records.forms import OTHER, SILENT, Form, FormQuestion
from coproduce_web.forms.renderer import Day, Moment
from coproduce_web.forms.uploads import MEGABYTE, Upload
from coproduce_web.models import Instrument, Wave
from coproduce_web.questionnaires import form_in

LONGEST_ANSWER = 5000
SHORT_RANGE = 11
"""A range of no more values than this is shown as a row of choices."""


class InstrumentForm(forms.Form):
    """A questionnaire of one's own, as a workbook."""

    title = forms.CharField(label=_("Title"), max_length=200)
    about = forms.ChoiceField(
        label=_("What it asks about"), choices=Instrument.About, widget=forms.RadioSelect
    )
    file = Upload(
        label=_("Workbook (.xlsx)"),
        help_text=_("An XLSForm with the sheets survey, choices and settings; at most 2 MB."),
        endings=(".xlsx",),
        most_bytes=2 * MEGABYTE,
    )

    def clean_file(self) -> Form:
        """The form in it; every fault at once where there is one."""
        file = self.cleaned_data["file"]
        try:
            return form_in(file.read(), name=file.name)
        except RecordsError as error:
            raise ValidationError([str(fault) for fault in error.faults]) from error


class WaveForm(forms.ModelForm[Wave]):
    """When a questionnaire is sent."""

    instrument = forms.ModelChoiceField(label=_("Questionnaire"), queryset=Instrument.objects.none())

    class Meta:
        model = Wave
        fields = ("instrument", "title", "opens_at", "closes_at")
        widgets = {"opens_at": Moment(), "closes_at": Moment()}
        help_texts = {
            "closes_at": _("When it closes, nobody can tell any more who answered what."),
        }

    def __init__(self, *args: Any, instruments: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["instrument"].queryset = instruments  # type: ignore[attr-defined]  # of its own kind
        self.fields["opens_at"].initial = timezone.now
        self.fields["closes_at"].initial = lambda: timezone.now() + timedelta(days=21)

    def clean(self) -> dict[str, Any]:
        """It closes after it opens, and not in the past."""
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= max(opens, timezone.now()):
            self.add_error("closes_at", _("It must close after it opens, and later than now."))
        return cleaned


class AskForm(forms.Form):
    """Whom a wave asks."""

    whom = forms.ChoiceField(
        label=_("Who is asked"),
        choices=(
            ("citizens", _("citizens of the service")),
            ("team", _("professionals and coordinators")),
            ("everyone", _("all of them")),
        ),
        widget=forms.RadioSelect,
    )


class QuestionsForm(forms.Form):
    """One page of a questionnaire, whatever it asks."""

    prefix = "q"  # a question may have any name, also that of a field of ours

    def __init__(
        self,
        *args: Any,
        form: Form,
        questions: Iterable[FormQuestion],
        language: str,
        kept: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.form, self.language, self.kept = form, language, kept
        self.questions = [question for question in questions if question.kind not in SILENT]
        for question in self.questions:
            self.fields[question.name] = self._field(question)
            if question.or_other:
                self.fields[f"{question.name}_{OTHER}"] = forms.CharField(
                    label=_("Other, in your own words"), required=False, max_length=LONGEST_ANSWER
                )

    def words(self, words: Mapping[str, str]) -> str:
        """Words of the form in the language that it is shown in."""
        return self.form.text(words, self.language)

    def _field(self, question: FormQuestion) -> forms.Field:
        kept = self.kept.get(question.name, "")
        told: dict[str, Any] = {
            "label": self.words(question.labels) or question.name,
            "help_text": self.words(question.hints),
            "required": question.required,
            "initial": kept,
        }
        if required := self.words(question.required_messages):
            told["error_messages"] = {"required": required}
        if question.kind == "select_multiple":
            told["initial"] = kept.split()
            return forms.MultipleChoiceField(
                choices=self._choices(question), widget=forms.CheckboxSelectMultiple, **told
            )
        if question.kind == "select_one" or _is_short(question):
            return self._one_of(question, told)
        return forms.CharField(max_length=LONGEST_ANSWER, widget=_widget(question), **told)

    def _one_of(self, question: FormQuestion, told: dict[str, Any]) -> forms.Field:
        choices = self._choices(question)
        if "minimal" in question.appearance:
            return forms.ChoiceField(choices=[("", "–"), *choices], widget=forms.Select, **told)
        if told["initial"] and not question.required:
            choices.append(("", _now("No answer")))
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **told)

    def _choices(self, question: FormQuestion) -> list[tuple[str, str]]:
        if question.kind == "range":
            return [(value, value) for value in _values(question)]
        choices = [(choice.name, self.words(choice.labels) or choice.name) for choice in question.choices]
        return choices + ([(OTHER, _now("Other"))] if question.or_other else [])

    def given(self) -> dict[str, str]:
        """The answers of this page as the engine's check takes them; several choices parted by spaces."""
        told = {}
        for name in self.fields:
            value = self.cleaned_data.get(name, "")
            told[name] = " ".join(value) if isinstance(value, list) else str(value)
        return told

    def tell(self, faults: Iterable[Fault]) -> None:
        """Show at its question what the engine's check found on this page."""
        for fault in faults:
            if fault.place in self.fields and fault.place not in self.errors:
                self.add_error(fault.place, self._said(self.form.question(str(fault.place)), fault))

    def _said(self, question: FormQuestion, fault: Fault) -> str:
        if fault.rule == "constraint":
            own = self.words(question.constraint_messages)
            return own or _now("This answer does not fit here.")
        match question.kind:
            case "integer":
                return _now("Type a whole number.")
            case "decimal":
                return _now("Type a number, with a point before its fraction.")
            case "range":
                return _now("Type a number within the range that is asked for.")
            case "date":
                return _now("Type a day, such as 2026-03-01.")
            case _:
                return _now("Choose one of what stands here.")


def _is_short(question: FormQuestion) -> bool:
    return question.kind == "range" and 0 < len(_values(question)) <= SHORT_RANGE


def _values(question: FormQuestion) -> list[str]:
    """The values of a short range; none where there are many."""
    start, end, step = question.start or 0.0, question.end or 0.0, question.step or 1.0
    number = round((end - start) / step) + 1
    if not 0 < number <= SHORT_RANGE:
        return []
    return [f"{start + step * place:.10g}" for place in range(number)]


def _widget(question: FormQuestion) -> forms.Widget:
    match question.kind:
        case "integer":
            return forms.TextInput(attrs={"inputmode": "numeric", "size": 10})
        case "decimal" | "range":
            return forms.TextInput(attrs={"inputmode": "decimal", "size": 10})
        case "date":
            return Day()
        case _ if "multiline" in question.appearance:
            return forms.Textarea(attrs={"rows": 4})
        case _:
            return forms.TextInput()

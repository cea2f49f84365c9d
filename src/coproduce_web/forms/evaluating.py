"""Forms of evaluations: measures, plans, units, enrolment, values; and of what leaves."""

from __future__ import annotations

import csv
import io
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coproduce_web.actions.evaluating import Value
from coproduce_web.forms.uploads import MEGABYTE, Upload
from coproduce_web.models import Evaluation, Initiative, Measure, Service, Unit

MOST_UNITS = 10_000
UNIT_COLUMNS = ("name", "stratum", "cluster")
VALUE_COLUMNS = ("unit", "measure", "period", "value")


class MeasureForm(forms.ModelForm[Measure]):
    """What is measured."""

    class Meta:
        model = Measure
        fields = ("label", "name", "better", "low", "high", "important_difference", "set_by")
        help_texts = {
            "name": _(
                "Small letters and figures. Call it “output” for what the service produced, in months such as 202611."
            ),
            "important_difference": _("In the unit of the measure. Ask the people whom it is about."),
        }


class PlanForm(forms.ModelForm[Evaluation]):
    """An evaluation's plan."""

    arms = forms.CharField(
        label=_("Arms, or steps"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One a line. By lot: the arms, first the one that others are compared with. One after another: the "
            "numbers of the periods in which each step begins, from 1 on, and “never” for those who stay as they are."
        ),
    )
    groups = forms.CharField(
        label=_("Groups looked at"),
        required=False,
        help_text=_("Columns of the list of units, parted by commas, such as age, district."),
    )
    measures = forms.ModelMultipleChoiceField(
        label=_("What is measured"), queryset=Measure.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Evaluation
        fields = ("title", "question", "design", "arms", "measures", "groups", "important_difference")

    def __init__(self, *args: Any, initiative: Initiative, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["measures"].queryset = Measure.objects.filter(initiative=initiative)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["arms"] = "\n".join(self.instance.arms)
            self.initial["groups"] = ", ".join(self.instance.groups)

    def clean_arms(self) -> list[str]:
        """One arm a line."""
        return [line.strip()[:60] for line in self.cleaned_data["arms"].splitlines() if line.strip()]

    def clean_groups(self) -> list[str]:
        """Names parted by commas."""
        return [name.strip() for name in self.cleaned_data["groups"].split(",") if name.strip()]


class UnitsForm(forms.Form):
    """Units typed one a line, or sent as CSV."""

    typed = forms.CharField(
        label=_("Names of the units"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line. Name no person: a number or a pseudonym will do."),
    )
    table = Upload(
        endings=(".csv",),
        most_bytes=2 * MEGABYTE,
        label=_("Or a CSV file"),
        required=False,
        help_text=_("Columns: name, stratum, cluster, and any groups such as age."),
    )

    def clean(self) -> dict[str, Any]:
        """Each unit as what is known of it."""
        cleaned = super().clean() or {}
        names = [line.strip() for line in (cleaned.get("typed") or "").splitlines() if line.strip()]
        units = [{"name": name[:100]} for name in names] + [
            _unit(row) for row in read_csv(cleaned.get("table"))
        ]
        if "table" in cleaned and not 0 < len(units) <= MOST_UNITS:
            raise ValidationError(_("Name one unit at least, and 10,000 at most."))
        return {"units": units}


def _unit(row: dict[str, str]) -> dict[str, Any]:
    if not row.get("name"):
        raise ValidationError(_("Wanted: a column “name”, filled in every row."))
    known = {name: row[name][:100] for name in UNIT_COLUMNS if row.get(name)}
    return {
        **known,
        "groups": {name: value for name, value in row.items() if name not in UNIT_COLUMNS and value},
    }


class EnrolForm(forms.Form):
    """Who is enrolled next."""

    unit = forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.none(),
        help_text=_("Enrol only who meets the conditions and has agreed. It cannot be undone."),
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **more: Any) -> None:
        super().__init__(*args, **more)
        free = Unit.objects.filter(initiative=evaluation.initiative).exclude(
            allocations__evaluation=evaluation
        )
        self.fields["unit"].queryset = free.order_by("name")  # type: ignore[attr-defined]


class ValuesForm(forms.Form):
    """One value typed, or many as CSV."""

    unit = forms.CharField(label=_("Unit"), required=False, max_length=100)
    measure = forms.CharField(label=_("Measure (its short name)"), required=False, max_length=60)
    period = forms.IntegerField(
        label=_("Period"), required=False, help_text=_("0 is before the beginning, 1 the first after it.")
    )
    value = forms.FloatField(label=_("Value"), required=False)
    table = Upload(
        endings=(".csv",),
        most_bytes=5 * MEGABYTE,
        label=_("Or a CSV file"),
        required=False,
        help_text=_("Columns: unit, measure, period, value."),
    )

    def clean(self) -> dict[str, Any]:
        """The values as they are to be written."""
        cleaned = super().clean() or {}
        rows = read_csv(cleaned.get("table"))
        if cleaned.get("unit"):
            rows.append(
                {name: "" if cleaned.get(name) is None else str(cleaned[name]) for name in VALUE_COLUMNS}
            )
        if not rows and not self.errors:
            raise ValidationError(_("Type a value, or choose a file."))
        return {"values": values_of(rows)}


def values_of(rows: list[dict[str, str]]) -> list[Value]:
    """Values from rows of texts.

    Raises
    ------
    ValidationError
        With the first ten rows that cannot be read.
    """
    found, faults = [], []
    for line, row in enumerate(rows, 2):
        try:
            value = row.get("value") or ""
            found.append(
                Value(
                    unit=row["unit"],
                    measure=row["measure"],
                    period=int(row["period"]),
                    value=float(value) if value else None,
                )
            )
        except (KeyError, ValueError):
            faults.append(
                _("Row %(line)s: wanted unit, measure, a whole period and a number.") % {"line": line}
            )
    if faults:
        raise ValidationError(faults[:10])
    return found


def read_csv(file: Any) -> list[dict[str, str]]:
    """The rows of a CSV file by the names in its first row, cells without blanks around them."""
    if not file:
        return []
    text = file.read().decode("utf-8-sig")
    try:
        return [
            {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)}
            for row in csv.DictReader(io.StringIO(text))
        ]
    except csv.Error:
        raise ValidationError(_("This is no CSV file that can be read.")) from None


class ExportForm(forms.Form):
    """What leaves, as what."""

    kind = forms.ChoiceField(
        label=_("As"),
        choices=(
            ("study", _("a study folder, which the engine answers")),
            ("package", _("a Data Package, which other programs read too")),
            ("open_data", _("open data: counts and sums only")),
        ),
        widget=forms.RadioSelect,
    )
    initiative = forms.ModelChoiceField(
        label=_("Of"), queryset=Initiative.objects.none(), required=False, empty_label=_("the whole service")
    )
    evaluation = forms.ModelChoiceField(
        label=_("Or of one evaluation, as its plan was frozen"),
        queryset=Evaluation.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["initiative"].queryset = Initiative.objects.filter(service=service)  # type: ignore[attr-defined]
        frozen = Evaluation.objects.filter(initiative__service=service, frozen_at__isnull=False)
        self.fields["evaluation"].queryset = frozen.select_related("initiative")  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """A program's key."""

    label = forms.CharField(label=_("What it is for"), max_length=100)
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=366, initial=90)

    def __init__(self, *args: Any, scopes: list[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["scopes"].choices = scopes  # type: ignore[attr-defined]

"""Forms as GOV.UK Frontend draws them: label, hint, fault and field, each tied to the others for screen readers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "tick"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
    (forms.HiddenInput, "hidden"),
    (forms.Widget, "input"),
)
"""How each control is drawn; the first that fits counts."""


class GovukField(forms.BoundField):
    """A field with its fault and hint named to the browser."""

    def css_classes(self, extra_classes: Any = None) -> str:
        """The class of the group around the field."""
        return "govuk-form-group govuk-form-group--error" if self.errors else "govuk-form-group"

    @property
    def kind(self) -> str:
        """How it is drawn."""
        return next(kind for widget, kind in _KINDS if isinstance(self.field.widget, widget))


class GovukRenderer(TemplatesSetting):
    """Draws every form of the platform."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = GovukField


class Day(forms.DateInput):
    """A day, picked by the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Moment(forms.DateTimeInput):
    """A day and a time, picked by the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")

"""Forms of concerns."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import Evil, Severity
from coproduce_web.models import Initiative, Service

OTHER = "another_harm"
"""The choice that is none of the seven."""


class ConcernForm(forms.Form):
    """A concern. Who is signed in chooses whether to give their pseudonym; nobody else is asked for a name."""

    evil = forms.ChoiceField(
        label=_("What kind of worry is it?"),
        choices=[*Evil.choices, (OTHER, _("Another harm, or something else"))],
        widget=forms.RadioSelect,
    )
    initiative = forms.ModelChoiceField(
        label=_("What is it about?"),
        queryset=Initiative.objects.none(),
        required=False,
        empty_label=_("the service as a whole"),
    )
    text = forms.CharField(
        label=_("What happened?"),
        help_text=_("If you want to stay unknown, leave out what tells who you are."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    severity = forms.TypedChoiceField(
        label=_("How grave is it?"), choices=Severity.choices, coerce=int, widget=forms.RadioSelect
    )
    borne_by = forms.CharField(
        label=_("Who bears it?"),
        help_text=_("Such as: I do, my family, people without a car."),
        max_length=200,
        required=False,
    )
    named = forms.BooleanField(
        label=_("Say my pseudonym with it"),
        help_text=_(
            "If you leave this unticked, nobody can tell that it was you, and nothing is kept of it."
        ),
        required=False,
    )

    def __init__(self, *args: Any, service: Service, can_be_named: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        about = cast("forms.ModelChoiceField[Initiative]", self.fields["initiative"])
        about.queryset = service.initiatives.order_by("title")
        if not can_be_named:
            del self.fields["named"]

    def clean(self) -> dict[str, Any]:
        """Another harm is told in words."""
        cleaned = super().clean() or {}
        if cleaned.get("evil") == OTHER:
            cleaned["evil"] = ""
            if not cleaned.get("text"):
                self.add_error("text", _("Say in your words what the worry is."))
        return cleaned


class SayMoreForm(forms.Form):
    """A word of who raised a concern."""

    text = forms.CharField(
        label=_("What you want to say"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    unsettled = forms.BooleanField(
        label=_("It is not settled: open it again"),
        help_text=_("Tick this if the answer does not do, or the concern was closed too early."),
        required=False,
    )


class AnswerForm(forms.Form):
    """An answer, or the reason why a concern stays open."""

    text = forms.CharField(label=_("Your answer"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))


class KeepOpenForm(AnswerForm):
    """The reason why a concern stays open."""

    text = forms.CharField(
        label=_("Why it stays open"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

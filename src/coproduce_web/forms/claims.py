"""Forms of contributions: whole minutes, typed by a person, with no default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import Capacity
from coproduce_web.forms.renderer import Day
from coproduce_web.models import Activity, Actor, Need, Offer, Response
from coproduce_web.models.delivering import MOST_MINUTES


def _minutes(label: Any, *, required: bool = False, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=help_text,
        widget=forms.NumberInput({"inputmode": "numeric", "class": "govuk-input--width-4"}),
    )


def _capacity() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("You gave it as"), choices=[("", _("not said")), *Capacity.choices], required=False
    )


class ClaimForm(forms.Form):
    """Time of one's own and of somebody of the other side."""

    activity = forms.ModelChoiceField(label=_("What was done"), queryset=Activity.objects.none())
    given_on = forms.DateField(label=_("On which day"), widget=Day())
    minutes = _minutes(
        _("Your minutes"), help_text=_("Whole minutes, as you remember them. Leave empty if you gave none.")
    )
    capacity = _capacity()
    other = forms.ModelChoiceField(
        label=_("Who of the other side was there"), queryset=Actor.objects.none(), required=False
    )
    other_minutes = _minutes(_("Their minutes"))
    need = forms.ModelChoiceField(label=_("For a need"), queryset=Need.objects.none(), required=False)
    offer = forms.ModelChoiceField(label=_("From an offer"), queryset=Offer.objects.none(), required=False)
    note = forms.CharField(
        label=_("A word to who answers"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        activities: QuerySet[Activity],
        others: QuerySet[Actor],
        needs: QuerySet[Need],
        offers: QuerySet[Offer],
        citizen: bool,
        names: dict[int, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        for name, choices in (
            ("activity", activities),
            ("other", others),
            ("need", needs),
            ("offer", offers),
        ):
            self.fields[name].queryset = choices  # type: ignore[attr-defined]
        if names:
            self.fields["other"].label_from_instance = lambda actor: names.get(actor.pk, str(actor))  # type: ignore[attr-defined]
        if not citizen:
            del self.fields["capacity"]

    def clean(self) -> dict[str, Any]:
        """Somebody gave something; whoever is named gave minutes."""
        cleaned = super().clean() or {}
        if cleaned.get("other_minutes") and not cleaned.get("other"):
            self.add_error("other", _("Say whose minutes these are."))
        if cleaned.get("other") and not cleaned.get("other_minutes"):
            self.add_error("other_minutes", _("Say how many minutes."))
        if not self.errors and not cleaned.get("minutes") and not cleaned.get("other"):
            self.add_error("minutes", _("Say how many minutes."))
        return cleaned


class ManyForm(forms.Form):
    """The minutes of everyone who came to a session."""

    note = forms.CharField(
        label=_("A word to who answers"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        note = self.fields.pop("note")
        for key, name in people:
            self.fields[f"minutes_{key}"] = _minutes(name)
        self.fields["note"] = note

    def clean(self) -> dict[str, Any]:
        """Somebody gave something."""
        cleaned = super().clean() or {}
        if not self.errors and not self.minutes:
            raise forms.ValidationError(_("Say how many minutes somebody gave."))
        return cleaned

    @property
    def minutes(self) -> dict[int, int]:
        """Minutes by the person's key, of those who gave any."""
        return {
            int(name.removeprefix("minutes_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("minutes_") and value
        }


class AnswerForm(forms.Form):
    """An answer to a claim."""

    answer = forms.ChoiceField(label=_("Is it right?"), widget=forms.RadioSelect)
    minutes = _minutes(_("The right minutes"), help_text=_("Only if other minutes are right."))
    capacity = _capacity()
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        required=False,
        help_text=_("Needed if it did not happen like this. The other side reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, amended: bool, asks_capacity: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        answer = self.fields["answer"]
        answer.choices = Response.Answer.choices  # type: ignore[attr-defined]
        if amended:
            answer.label = _("Are the other side's minutes right?")
            answer.choices = [  # type: ignore[attr-defined]
                (Response.Answer.CONFIRM, _("Yes, they are right")),
                (Response.Answer.DISPUTE, _("No, I dispute them")),
            ]
            self.fields["reason"].help_text = _("Needed if you dispute them. The other side reads it.")
            del self.fields["minutes"]
        if not asks_capacity:
            del self.fields["capacity"]

    def clean(self) -> dict[str, Any]:
        """Other minutes are said, a dispute says why."""
        cleaned = super().clean() or {}
        if cleaned.get("answer") == Response.Answer.AMEND and not cleaned.get("minutes"):
            self.add_error("minutes", _("Say which other minutes are right."))
        if cleaned.get("answer") == Response.Answer.DISPUTE and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("Say why: the other side reads it."))
        return cleaned


class ReverseForm(forms.Form):
    """Why a credit is moved back."""

    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

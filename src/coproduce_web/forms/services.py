"""Forms of services, initiatives, phases and activities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import get_resolver
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coproduce_web.forms.renderer import Day, Moment
from coproduce_web.models import Activity, Initiative, Phase, Service
from coproduce_web.permissions import BOUND_TO_PHASE
from coproduce_web.terms import LONGEST, TERMS


class NewServiceForm(forms.ModelForm[Service]):
    """A new service."""

    organisation = forms.CharField(label=_("Organisation that provides it"), max_length=200)

    class Meta:
        model = Service
        fields = ("title", "slug", "summary")
        help_texts = {"slug": _("Small letters, figures and hyphens, such as home-visits.")}

    def clean_slug(self) -> str:
        """No name under which the platform's own pages stand."""
        slug: str = self.cleaned_data["slug"]
        if slug in {str(each.pattern).split("/")[0] for each in get_resolver().url_patterns}:
            raise ValidationError(_("The platform's own pages stand under this name: choose another."))
        return slug


class ServiceForm(forms.ModelForm[Service]):
    """What a service says of itself, and its rules."""

    class Meta:
        model = Service
        fields = (
            "title",
            "summary",
            "small_numbers",
            "currency",
            "hour_value",
            "answer_days",
            "claim_days",
            "retention_days",
            "credits",
            "open_to_all",
        )
        help_texts = {
            "small_numbers": _("Counts of people below this are never shown."),
            "hour_value": _(
                "Used beside zero where the worth of the service is worked out; both are always shown."
            ),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for word, usual in TERMS.items():
            self.fields[f"term_{word}"] = forms.CharField(
                label=gettext("Your word for “%(word)s”") % {"word": gettext(usual)},
                max_length=LONGEST,
                required=False,
                initial=self.instance.terms.get(word, ""),
            )

    def clean(self) -> dict[str, Any]:
        """The words renamed; those left empty are called as everywhere."""
        cleaned = super().clean() or {}
        given = {word: cleaned.pop(f"term_{word}", "").strip() for word in TERMS}
        return cleaned | {"terms": {word: said for word, said in given.items() if said}}


class InitiativeForm(forms.ModelForm[Initiative]):
    """An initiative."""

    class Meta:
        model = Initiative
        fields = ("title", "summary", "initiated_by", "started_on", "ended_on", "status")
        widgets = {"started_on": Day(), "ended_on": Day(), "initiated_by": forms.RadioSelect}


class PhaseForm(forms.ModelForm[Phase]):
    """A phase and what it opens."""

    open_actions = forms.MultipleChoiceField(
        label=_("What is open meanwhile"),
        help_text=_("Leave all unticked for what the phase usually opens."),
        choices=sorted((action.value, action.value.replace("_", " ")) for action in BOUND_TO_PHASE),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Phase
        fields = ("name", "opens_at", "closes_at", "open_actions")
        widgets = {"opens_at": Moment(), "closes_at": Moment()}

    def clean(self) -> dict[str, Any]:
        """Nothing ticked is what the phase usually opens."""
        cleaned = super().clean() or {}
        if not cleaned.get("open_actions") and "name" in cleaned:
            cleaned["open_actions"] = Phase.usual_actions(cleaned["name"])
        return cleaned


class ActivityForm(forms.ModelForm[Activity]):
    """An activity."""

    class Meta:
        model = Activity
        fields = (
            "title",
            "text",
            "activity_name",
            "level",
            "beneficiary",
            "obligation",
            "form",
            "input",
            "task",
            "planned_by",
            "delivered_by",
            "minutes_expected",
            "administrative",
        )


class CommentForm(forms.Form):
    """A comment, and the page that it was typed on."""

    text = forms.CharField(label=_("Your comment"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    back = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    @property
    def back_to(self) -> str:
        """The page that it was typed on, if it is one of ours."""
        back = self.cleaned_data.get("back", "")
        return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""

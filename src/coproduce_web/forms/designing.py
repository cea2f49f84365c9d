"""Forms of the blueprint and of ideas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.actions.deciding import RUNGS
from coproduce_web.choices import DecidedBy
from coproduce_web.forms.renderer import Day
from coproduce_web.models import Actor, BlueprintStep, Decision, Idea, Prototype, PrototypeTest, Service
from coproduce_web.permissions import TEAM_ROLES

_LONG = forms.Textarea(attrs={"rows": 4})


class StepForm(forms.ModelForm[BlueprintStep]):
    """A step of the blueprint."""

    class Meta:
        model = BlueprintStep
        fields = ("title", "lane", "position", "text")
        widgets = {"lane": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "position": _("Steps with the same number happen at the same time."),
            "lane": _(
                "The line of interaction is drawn below citizens, the line of visibility above backstage."
            ),
        }


class ShowVersionForm(forms.Form):
    """What is new in a version."""

    note = forms.CharField(
        label=_("What is new in this version, and why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class IdeaForm(forms.ModelForm[Idea]):
    """An idea."""

    class Meta:
        model = Idea
        fields = ("title", "text")
        widgets = {"text": _LONG}


class PrototypeForm(forms.ModelForm[Prototype]):
    """A first version of an idea."""

    class Meta:
        model = Prototype
        fields = ("title", "text")
        widgets = {"text": _LONG}
        help_texts = {"title": _("Such as a sketch, a role play, a form on paper, one afternoon of trying.")}


class TestForm(forms.ModelForm[PrototypeTest]):
    """What happened when it was tried."""

    class Meta:
        model = PrototypeTest
        fields = ("tested_on", "with_citizens", "with_professionals", "worked", "failed")
        widgets = {"tested_on": Day(), "worked": _LONG, "failed": _LONG}

    def clean(self) -> dict[str, Any]:
        """Something was seen, by somebody, on a day that has come."""
        cleaned = super().clean() or {}
        tested = cleaned.get("tested_on")
        if tested and tested > timezone.localdate():
            self.add_error("tested_on", _("This day has not come yet."))
        if not (cleaned.get("worked") or cleaned.get("failed")):
            self.add_error("worked", _("Say what worked, what did not, or both."))
        people = [cleaned.get("with_citizens"), cleaned.get("with_professionals")]
        if None not in people and not sum(number or 0 for number in people):
            self.add_error("with_citizens", _("Nobody tried it: then there is no result."))
        return cleaned


class ConcludeForm(forms.Form):
    """What becomes of an idea."""

    conclusion = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=(
            ("adopt", _("adopt it: it becomes part of the service")),
            ("adapt", _("adapt it: change it and try again")),
            ("abandon", _("abandon it")),
        ),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=_LONG, help_text=_("Everyone can read it.")
    )
    decided_by = forms.ChoiceField(label=_("Who decided"), choices=DecidedBy, widget=forms.RadioSelect)
    rung = forms.ChoiceField(
        label=_("How far citizens had a say"), choices=Decision.Rung, widget=forms.RadioSelect
    )
    following = forms.CharField(
        label=_("If it is adapted: the idea that follows"), max_length=200, required=False
    )
    promise = forms.CharField(
        label=_("If it is adopted: what is promised"), max_length=2000, required=False, widget=_LONG
    )
    owner = forms.ModelChoiceField(
        label=_("Who sees to it"), queryset=Actor.objects.none(), required=False, help_text=_("By pseudonym.")
    )
    due_on = forms.DateField(label=_("Due on"), required=False, widget=Day())

    def __init__(self, *args: Any, idea: Idea, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        self.idea = idea
        team = Actor.objects.filter(
            Q(memberships__until=None) | Q(memberships__until__gt=timezone.now()),
            memberships__service=service,
            memberships__role__in=TEAM_ROLES,
        )
        self.fields["owner"].queryset = team.distinct().order_by("pseudonym")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is said fits together."""
        cleaned = super().clean() or {}
        conclusion = cleaned.get("conclusion")
        tried = PrototypeTest.objects.filter(prototype__idea=self.idea).exists()
        if conclusion == "adopt" and not tried:
            self.add_error("conclusion", _("It was not tried yet: write down a test first, then adopt it."))
        if conclusion == "adapt" and not cleaned.get("following"):
            self.add_error("following", _("Say what it is adapted to."))
        decided, rung = cleaned.get("decided_by"), cleaned.get("rung")
        if decided and rung and rung not in RUNGS[decided]:
            self.add_error("rung", _("This does not go together with who decided."))
        if cleaned.get("due_on") and not cleaned.get("owner"):
            self.add_error("owner", _("What is due on a day needs somebody who owns it."))
        return cleaned

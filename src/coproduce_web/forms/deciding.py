"""Forms of the register of decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import DecidedBy, Result, Says
from coproduce_web.forms.renderer import Day
from coproduce_web.models import Actor, Decision, Service
from coproduce_web.permissions import TEAM_ROLES


class RegisterForm(forms.ModelForm[Decision]):
    """Something that is to be decided."""

    class Meta:
        model = Decision
        fields = ("topic", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}


class DecideForm(forms.Form):
    """What was decided."""

    result = forms.ChoiceField(label=_("Result"), choices=Result, widget=forms.RadioSelect)
    decided_by = forms.ChoiceField(label=_("Who decided"), choices=DecidedBy, widget=forms.RadioSelect)
    rung = forms.ChoiceField(
        label=_("How far citizens had a say"), choices=Decision.Rung, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everyone can read it."),
    )
    promise = forms.CharField(
        label=_("What is promised"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.ModelChoiceField(
        label=_("Who sees to it"), queryset=Actor.objects.none(), required=False, help_text=_("By pseudonym.")
    )
    due_on = forms.DateField(label=_("Due on"), required=False, widget=Day())

    def __init__(self, *args: Any, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        now = timezone.now()
        team = Actor.objects.filter(
            Q(memberships__until=None) | Q(memberships__until__gt=now),
            memberships__service=service,
            memberships__role__in=TEAM_ROLES,
        )
        self.fields["owner"].queryset = team.distinct().order_by("pseudonym")  # type: ignore[attr-defined]


class JudgeForm(forms.Form):
    """Whether a promise was kept."""

    says = forms.ChoiceField(label=_("Is it done?"), choices=Says, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What is missing"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

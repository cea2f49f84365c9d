"""Forms of goals and their reviews."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import SetBy
from coproduce_web.models import Actor, Goal, GoalReview, Service

LEVELS = ("much_less", "less", "hoped", "more", "much_more")
BASELINES = (
    (-2, _("much less than hoped (-2)")),
    (-1, _("somewhat less than hoped (-1)")),
    (0, _("what is hoped for (0)")),
    (1, _("somewhat more than hoped (+1)")),
    (2, _("much more than hoped (+2)")),
)
_SHORT = forms.Textarea(attrs={"rows": 2})


class GoalForm(forms.ModelForm[Goal]):
    """A goal with its five levels."""

    class Meta:
        model = Goal
        fields = ("title", "set_by", "importance", *LEVELS, "baseline")
        widgets = {
            "set_by": forms.RadioSelect,
            "importance": forms.RadioSelect(choices=[(1, "1"), (2, "2"), (3, "3")]),
            **dict.fromkeys(LEVELS, _SHORT),
        }
        help_texts = {
            "title": _("What should be different, such as: get out of the house again."),
            "importance": _("3 matters most."),
            "hoped": _("What could be expected if all goes well: start with this one."),
            "much_less": _("Say what would be seen, so that both sides can tell later."),
        }

    def __init__(self, *args: Any, by_citizen: bool, service: Service, **more: Any) -> None:
        super().__init__(*args, **more)
        own = SetBy.CITIZEN if by_citizen else SetBy.ORGANISATION
        self.fields["set_by"] = forms.ChoiceField(
            label=_("Whose goal is it?"),
            choices=[(own.value, own.label), (SetBy.JOINTLY.value, SetBy.JOINTLY.label)],
            widget=forms.RadioSelect,
            help_text=_(
                "Who set it is asked later how far it was reached; for both together, both are asked."
            ),
        )
        self.fields["baseline"] = forms.TypedChoiceField(
            label=_("Where it stands today"),
            coerce=int,
            choices=BASELINES,
            widget=forms.RadioSelect,
            help_text=_("Which of the five levels describes today?"),
        )
        if not by_citizen and not self.instance.pk:
            self.fields["citizen"] = forms.ModelChoiceField(
                label=_("Whom it concerns"),
                queryset=_citizens(service),
                help_text=_("By pseudonym. They are asked to agree before it counts."),
            )
            self.order_fields(("citizen",))

    def clean(self) -> dict[str, Any]:
        """Five levels that can be told apart."""
        cleaned = super().clean() or {}
        told = [str(cleaned[name]).strip().lower() for name in LEVELS if cleaned.get(name)]
        if len(set(told)) < len(told):
            raise ValidationError(_("Two levels say the same: then nobody can tell later which was reached."))
        return cleaned


def _citizens(service: Service) -> Any:
    now = timezone.now()
    return (
        Actor.objects.filter(
            Q(memberships__until=None) | Q(memberships__until__gt=now),
            memberships__service=service,
            memberships__role="citizen",
            left_at=None,
        )
        .distinct()
        .order_by("pseudonym")
    )


class ReviewForm(forms.ModelForm[GoalReview]):
    """The level that a goal has reached."""

    class Meta:
        model = GoalReview
        fields = ("level", "note")
        widgets = {"level": forms.RadioSelect, "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, goal: Goal, **more: Any) -> None:
        super().__init__(*args, **more)
        words = [(place - 2, getattr(goal, name)) for place, name in enumerate(LEVELS)]
        self.fields["level"] = forms.TypedChoiceField(
            label=_("What describes it best today?"),
            coerce=int,
            choices=[(level, f"{level:+d}: {said}" if level else f"0: {said}") for level, said in words],
            widget=forms.RadioSelect,
        )

"""The form of a cost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coproduce_web.models import Cost, Initiative, Unit


class CostForm(forms.ModelForm[Cost]):
    """What was spent or given up, and who bears it."""

    field_order = ("item", "amount", "borne_by", "arm", "unit", "period")
    unit = forms.CharField(
        label=_("Unit"),
        required=False,
        max_length=100,
        help_text=_("Where it fell in one unit only: its name in the list of units."),
    )

    class Meta:
        model = Cost
        fields = ("item", "amount", "borne_by", "arm", "period")  # the unit comes by its name
        help_texts = {
            "item": _("What was paid, or given up: fares, rooms, meals, wages lost."),
            "amount": _("Hours are counted elsewhere: they are in the contributions."),
            "period": _("The number of the period, as with values of outcomes."),
        }

    def __init__(self, *args: Any, initiative: Initiative, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initiative = initiative
        named = dict.fromkeys(
            arm for arms in initiative.evaluations.values_list("arms", flat=True) for arm in arms
        )
        self.fields["arm"] = forms.ChoiceField(
            label=_("Arm"),
            required=False,
            choices=[("", _("of the whole initiative, or of one unit")), *((arm, arm) for arm in named)],
        )

    def clean_amount(self) -> Any:
        """A cost is not negative."""
        amount = self.cleaned_data["amount"]
        if amount < 0:
            raise ValidationError(
                _("An amount of nought or more: what was saved is a cost of the other arm.")
            )
        return amount

    def clean_unit(self) -> str:
        """The name of a unit that is known."""
        name = str(self.cleaned_data["unit"]).strip()
        if name and not Unit.objects.filter(initiative=self.initiative, name=name).exists():
            raise ValidationError(_("No unit has this name."))
        return name

    def clean(self) -> dict[str, Any]:
        """An arm or a unit."""
        said = super().clean() or {}
        if said.get("arm") and said.get("unit"):
            self.add_error("unit", _("A cost falls in an arm or in a unit, not in both."))
        return said

"""Forms of needs, offers, opportunities and sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import Says
from coproduce_web.forms.renderer import Day, Moment
from coproduce_web.models import Activity, Initiative, Need, Offer, Opportunity, Place, SignUp
from coproduce_web.recurring import MOST_SESSIONS


class Clock(forms.TimeInput):
    """A time of day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class _Weekdays(forms.TypedMultipleChoiceField):
    """Days of the week, 0 for Monday."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Days that suit"),
            help_text=_("Leave all unticked if any day will do."),
            choices=list(WEEKDAYS.items()),
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )


PLACE_HELPS = {
    "place": _("As exact as you like, such as a street or a part of town. Everyone sees it."),
    "latitude": _("Never shown. With it, the distance to an offer or need is told in whole kilometres."),
    "longitude": _("Never shown."),
}


class _Placed(forms.ModelForm[Any]):
    """A time has an order; coordinates come in pairs."""

    PERIOD: tuple[str, str]
    weekdays = _Weekdays()

    def clean(self) -> dict[str, Any]:
        """Both coordinates or none, and an end after its start."""
        cleaned = super().clean() or {}
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None) and not self.errors:
            self.add_error("longitude", _("Latitude and longitude come in pairs."))
        begins, ends = (cleaned.get(name) for name in self.PERIOD)
        if begins and ends and ends <= begins:
            self.add_error(self.PERIOD[1], _("It ends before it begins."))
        return cleaned


class NeedForm(_Placed):
    """A need."""

    PERIOD = ("wanted_from", "wanted_until")

    class Meta:
        model = Need
        fields = (
            "title",
            "text",
            "skill",
            "weekdays",
            "wanted_from",
            "wanted_until",
            "place",
            "latitude",
            "longitude",
        )
        widgets = {"wanted_from": Moment(), "wanted_until": Moment(), "text": forms.Textarea({"rows": 3})}
        help_texts = PLACE_HELPS | {"skill": _("One skill in a word or two, such as gardening.")}


class OfferForm(_Placed):
    """An offer."""

    PERIOD = ("free_from", "free_until")

    class Meta:
        model = Offer
        fields = (
            "title",
            "text",
            "skill",
            "weekdays",
            "free_from",
            "free_until",
            "furthest_km",
            "place",
            "latitude",
            "longitude",
        )
        widgets = {"free_from": Moment(), "free_until": Moment(), "text": forms.Textarea({"rows": 3})}
        help_texts = PLACE_HELPS | {"skill": _("One skill in a word or two, such as gardening.")}


class JudgeForm(forms.Form):
    """What a citizen says of a need."""

    says = forms.ChoiceField(label=_("Was it done?"), choices=Says, widget=forms.RadioSelect)


class SureForm(forms.Form):
    """Nothing but the button."""


class RoleForm(forms.ModelForm[Place]):
    """A role and its places."""

    class Meta:
        model = Place
        fields = ("role", "side", "places")
        labels = {"side": _("For")}
        help_texts = {"places": _("In each session. When all are taken, people join a waiting list.")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["side"] = _for_side()


class PlacesForm(forms.ModelForm[Place]):
    """How many places a role has."""

    class Meta:
        model = Place
        fields = ("places",)
        help_texts = {"places": _("Who waits moves up by itself. Nobody loses a place.")}


def _for_side() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("For whom"),
        choices=[("", _("anyone")), ("citizen", _("citizens")), ("professional", _("professionals"))],
        required=False,
        widget=forms.RadioSelect,
    )


class OpportunityForm(forms.ModelForm[Opportunity]):
    """An opportunity with its first role."""

    role = forms.CharField(
        label=_("First role"), max_length=100, help_text=_("Such as visitor, cook or driver.")
    )
    side = _for_side()
    places = forms.IntegerField(
        label=_("Places in this role"),
        min_value=1,
        max_value=1000,
        help_text=_("In each session. When all are taken, people join a waiting list."),
    )

    class Meta:
        model = Opportunity
        fields = ("activity", "title", "text", "place", "need")
        widgets = {"text": forms.Textarea({"rows": 4})}
        labels = {"need": _("For a need")}

    def __init__(self, *args: Any, initiative: Initiative, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["activity"].queryset = Activity.objects.filter(  # type: ignore[attr-defined]
            phase__initiative=initiative
        )
        self.fields["need"].queryset = initiative.needs.filter(  # type: ignore[attr-defined]
            done_at=None, citizen_says="", withdrawn_at=None
        )


class SessionsForm(forms.Form):
    """One session or a series."""

    on = forms.DateField(label=_("First day"), widget=Day())
    starts = forms.TimeField(label=_("Starts at"), widget=Clock())
    ends = forms.TimeField(
        label=_("Ends at"), widget=Clock(), help_text=_("An end before the start is on the next day.")
    )
    repeats = forms.ChoiceField(
        label=_("Repeats"),
        choices=[
            ("once", _("does not repeat")),
            ("weekly", _("every week")),
            ("fortnightly", _("every second week")),
            ("monthly", _("every month, on the same weekday, such as each second Tuesday")),
        ],
        widget=forms.RadioSelect,
        initial="once",
    )
    count = forms.IntegerField(
        label=_("How many times"), min_value=1, max_value=MOST_SESSIONS, required=False
    )
    until = forms.DateField(label=_("Or until"), widget=Day(), required=False)

    def clean(self) -> dict[str, Any]:
        """What repeats says how often or until when; nothing is planned in the past."""
        cleaned = super().clean() or {}
        repeats = cleaned.get("repeats") not in {None, "once"}
        if repeats and not cleaned.get("count") and not cleaned.get("until"):
            self.add_error("count", _("Say how many times, or until when."))
        on, until = cleaned.get("on"), cleaned.get("until")
        if on and until and until < on:
            self.add_error("until", _("That is before the first day."))
        if on and on < timezone.localdate() - timedelta(days=366):
            self.add_error("on", _("That is more than a year ago."))
        if cleaned.get("starts") and cleaned.get("starts") == cleaned.get("ends"):
            self.add_error("ends", _("It ends when it starts."))
        return cleaned


class CancelForm(forms.Form):
    """What of a series is cancelled."""

    following = forms.BooleanField(label=_("And all later ones of the series"), required=False)


class SignUpForm(forms.Form):
    """The role that is taken."""

    place = forms.ModelChoiceField(
        label=_("Role"), queryset=Place.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, places: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]


class AttendanceForm(forms.Form):
    """Who came."""

    came = forms.TypedMultipleChoiceField(
        label=_("Who came"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, sign_ups: list[SignUp], names: dict[int, str], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["came"]
        field.choices = [  # type: ignore[attr-defined]
            (each.pk, f"{names[each.actor_id]}, {each.place.role}") for each in sign_ups
        ]
        field.initial = [each.pk for each in sign_ups if each.state == SignUp.State.CAME]

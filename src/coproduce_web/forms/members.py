"""Forms of members, roles, invitations and organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coproduce_web.choices import Side
from coproduce_web.models import Organisation
from coproduce_web.permissions import ROLES

_ROLES = [(role.key, role.label) for role in ROLES.values()]


def roles_in_words() -> list[tuple[str, str]]:
    """Every role with what it means, in the visitor's language."""
    return [(role.key, f"{role.label}: {role.meaning}") for role in ROLES.values()]


class SearchForm(forms.Form):
    """Whom one looks for."""

    q = forms.CharField(label=_("Name, address or pseudonym"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("all")), *_ROLES], required=False)


class GrantForm(forms.Form):
    """A role for someone."""

    role = forms.ChoiceField(label=_("Role"), choices=roles_in_words, widget=forms.RadioSelect)


class StewardForm(forms.Form):
    """Who becomes a steward of the whole platform."""

    who = forms.CharField(label=_("Their pseudonym or e-mail address"), max_length=254)


class OfflineForm(forms.Form):
    """Someone who is not online."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_(
            "Ask them first. Only the coordinators and stewards of the service see it; all others see a pseudonym."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language they read"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class InviteForm(forms.Form):
    """An invitation: in which role, for how long, sent to whom."""

    role = forms.ChoiceField(label=_("Role"), choices=roles_in_words, widget=forms.RadioSelect)
    side = forms.ChoiceField(
        label=_("Side"),
        help_text=_("On which side of the service they stand."),
        choices=Side,
        widget=forms.RadioSelect,
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation they work for"), queryset=Organisation.objects.order_by("name"), required=False
    )
    days = forms.IntegerField(label=_("Days that the link works"), min_value=1, max_value=60, initial=14)
    email = forms.EmailField(
        label=_("E-mail address that the link goes to"),
        help_text=_("It is not kept. Leave it empty to get the link yourself and hand it over."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """A side that may hold the role."""
        cleaned = super().clean() or {}
        role, side = cleaned.get("role"), cleaned.get("side")
        if role and side and side not in ROLES[role].sides:
            self.add_error("side", _("Somebody of that side cannot hold this role."))
        return cleaned


class OrganisationForm(forms.ModelForm[Organisation]):
    """An organisation."""

    class Meta:
        model = Organisation
        fields = ("name",)

    def clean_name(self) -> str:
        """No second one of that name, whatever its capitals."""
        name: str = self.cleaned_data["name"]
        if Organisation.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("The platform knows an organisation of this name."))
        return name

"""Forms of signing in and joining."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coproduce_web.models import Person


def _email() -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


def _password(label: Any, *, new: bool) -> forms.CharField:
    kind = "new-password" if new else "current-password"
    return forms.CharField(
        label=label, strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": kind})
    )


class SignInForm(forms.Form):
    """Address and password."""

    email = _email()
    password = _password(_("Password"), new=False)


class LinkForm(forms.Form):
    """The address that a link goes to."""

    email = _email()


class _NewPerson(forms.Form):
    """Someone new: the address may not be taken, the password not be weak."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        help_text=_("Only the coordinators and stewards of the service see it; all others see a pseudonym."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = _email()
    password = _password(_("Password, at least 8 characters"), new=True)

    def clean_email(self) -> str:
        """An address belongs to one person."""
        email: str = self.cleaned_data["email"]
        if Person.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody has this address already: sign in instead."))
        return email

    def clean(self) -> dict[str, Any]:
        """A password is not weak."""
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            try:
                validate_password(cleaned["password"])
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class JoinForm(_NewPerson):
    """Joining a service."""


class FirstStewardForm(_NewPerson):
    """The first steward of a platform."""

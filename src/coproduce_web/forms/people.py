"""Forms of signing in and joining, and of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coproduce_web.models import ErasureRequest, Person

_ADDRESS = _("E-mail address")


def _email(label: Any = _ADDRESS, **more: Any) -> forms.EmailField:
    return forms.EmailField(
        label=label, widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}), **more
    )


def _password(label: Any, *, new: bool) -> forms.CharField:
    kind = "new-password" if new else "current-password"
    return forms.CharField(
        label=label, strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": kind})
    )


def _name() -> forms.CharField:
    return forms.CharField(
        label=_("Your name"),
        max_length=200,
        help_text=_("Only the coordinators and stewards of the service see it; all others see a pseudonym."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class SignInForm(forms.Form):
    """Address and password."""

    email = _email()
    password = _password(_("Password"), new=False)


class LinkForm(forms.Form):
    """The address that a link goes to."""

    email = _email(_("E-mail address that the link goes to"))


class _NewPerson(forms.Form):
    """Someone new: the address may not be taken, the password not be weak."""

    name = _name()
    email = _email(help_text=_("Only the coordinators and stewards of the service see it."))
    password = _password(_("Password, at least 8 characters"), new=True)

    def clean_email(self) -> str:
        """An address belongs to one person."""
        email: str = self.cleaned_data["email"]
        if Person.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody has this address already: sign in instead."))
        return email

    def clean(self) -> dict[str, Any]:
        """A password is not weak, and not one's own name or address."""
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            whom = Person(name=cleaned.get("name", ""), email=cleaned.get("email"))
            _weigh(self, "password", whom)
        return cleaned


def _weigh(form: forms.Form, field: str, person: Person) -> None:
    try:
        validate_password(form.cleaned_data[field], user=person)
    except ValidationError as error:
        form.add_error(field, error)


class JoinForm(_NewPerson):
    """Joining a service."""


class FirstStewardForm(_NewPerson):
    """The first steward of a platform."""


class OwnForm(forms.Form):
    """One's own name and language."""

    name = _name()
    language = forms.ChoiceField(
        label=_("Language of letters to you"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class SureForm(forms.Form):
    """Shows that it is the person: by the password, unless a letter was answered just now."""

    current = _password(_("Your password now"), new=False)

    def __init__(self, *args: Any, person: Person, sure: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.person = person
        if sure or not person.has_usable_password():
            del self.fields["current"]

    def clean_current(self) -> str:
        """It is the password."""
        current: str = self.cleaned_data["current"]
        if not self.person.check_password(current):
            raise ValidationError(_("That is not your password."))
        return current


class PasswordForm(SureForm):
    """A new password."""

    password = _password(_("New password, at least 8 characters"), new=True)

    def clean(self) -> dict[str, Any]:
        """It is not weak."""
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            _weigh(self, "password", self.person)
        return cleaned


class AddressForm(SureForm):
    """A new address: a letter goes there, and the address is yours when you answer it."""

    email = _email(
        _("New e-mail address"),
        help_text=_("A letter with a link goes there. Until you open the link, the old address stays."),
    )


class EraseForm(SureForm):
    """Erasing oneself."""

    certain = forms.BooleanField(label=_("Yes, erase what is held about me. It cannot be undone."))


class ErasureRequestForm(forms.ModelForm[ErasureRequest]):
    """Asking a steward to erase."""

    class Meta:
        model = ErasureRequest
        fields = ("words",)
        widgets = {"words": forms.Textarea(attrs={"rows": 5})}


class AnswerErasureForm(forms.Form):
    """A steward's answer."""

    erased = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            ("yes", _("Erase everything held about them now")),
            ("no", _("Do not erase, for this reason")),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Why not, or what cannot be erased"),
        help_text=_("The person can read it, as long as they have an account."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        """A refusal has a reason."""
        cleaned = super().clean() or {}
        if cleaned.get("erased") == "no" and not cleaned.get("answer"):
            self.add_error("answer", _("Say why not."))
        return cleaned

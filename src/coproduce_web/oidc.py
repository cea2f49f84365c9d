"""Sign-in by an organisation's own accounts (OpenID Connect), where `OIDC_SERVER` is set; it needs the extra `oidc`.

django-allauth speaks the protocol; who somebody is here is their address, which the organisation must vouch for.
Nothing else of what it tells is kept. Whoever comes so is member of nothing until they join an open service or take
up an invitation.
"""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse  # type: ignore[import-untyped]
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter  # type: ignore[import-untyped]
from allauth.socialaccount.models import SocialLogin  # type: ignore[import-untyped]
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from coproduce_web.actions import accounts, people
from coproduce_web.actions.acting import By
from coproduce_web.models import Person

PROVIDER = "organisation"
_BACKEND = "coproduce_web.signing_in.Passwords"


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth says nothing of its types
    """Ends allauth's part as soon as it knows who somebody is."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Sign in whom the organisation vouches for; allauth goes no further and keeps nothing."""
        vouched = [each.email for each in sociallogin.email_addresses if each.verified and each.email]
        if not vouched:
            raise ImmediateHttpResponse(
                _refused(request, _("The organisation does not vouch for your address."))
            )
        person = _person(vouched[0], name=_name(sociallogin))
        if person is None:
            raise ImmediateHttpResponse(_refused(request, _("This account was closed.")))
        login(request, person, backend=_BACKEND)
        asked = sociallogin.get_redirect_url(request) or "/"
        ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
        raise ImmediateHttpResponse(redirect(asked if ours else "start"))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:
        """Back to the door, with a word on what happened."""
        raise ImmediateHttpResponse(_refused(request, _("The sign-in at the organisation did not work.")))


def _refused(request: HttpRequest, why: str) -> Any:
    messages.warning(request, why)
    return redirect("sign_in")


def _name(sociallogin: SocialLogin) -> str:
    """What the organisation calls them, wherever it says so."""
    told = sociallogin.account.extra_data
    for part in (told.get("userinfo"), told.get("id_token"), told):
        if isinstance(part, dict) and part.get("name"):
            return str(part["name"])[:200]
    return ""


def _person(email: str, *, name: str) -> Person | None:
    """The person with that address, made if there is none; nobody where the account was closed."""
    known = Person.objects.select_related("actor").filter(email__iexact=email).first()
    if known is None:
        return people.come_by_provider(name=name or email.split("@", maxsplit=1)[0], email=email)
    if not known.is_active or known.actor.left_at is not None:
        return None
    return accounts.come_by_letter(by=By(actor=known.actor), now=timezone.now())

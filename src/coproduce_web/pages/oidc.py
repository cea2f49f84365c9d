"""To an organisation's own sign-in, and back."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect import views  # type: ignore[import-untyped]
from django.http.response import HttpResponseBase

from coproduce_web.oidc import PROVIDER
from coproduce_web.pages.access import Visit


def sign_in(request: Visit) -> HttpResponseBase:
    """Go to the organisation's sign-in."""
    answer: HttpResponseBase = views.login(request, PROVIDER)
    return answer


def come_back(request: Visit, provider_id: str) -> HttpResponseBase:
    """Come back from it."""
    answer: HttpResponseBase = views.callback(request, provider_id)
    return answer

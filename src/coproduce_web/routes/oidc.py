"""Addresses of an organisation's own sign-in; they are there where it is set up."""

from __future__ import annotations

from coproduce_web.pages import oidc
from coproduce_web.pages.access import Seen, page

ROUTES = [
    page("sign-in/organisation", oidc.sign_in, name="oidc_sign_in", sees=Seen.EVERYONE),
    page(
        "sign-in/<slug:provider_id>/callback",
        oidc.come_back,
        name="openid_connect_callback",
        sees=Seen.EVERYONE,
    ),
]

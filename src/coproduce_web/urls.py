"""Every address of the platform, and who may see and do it."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from coproduce_web.pages.access import Access, Seen
from coproduce_web.routes import (
    assessing,
    commissioning,
    concerns,
    delivering,
    designing,
    evidence,
    people,
    programs,
    services,
)

handler403 = "coproduce_web.pages.refusals.not_allowed"
handler404 = "coproduce_web.pages.refusals.not_found"
handler500 = "coproduce_web.pages.refusals.fault"

set_language.access = Access(sees=Seen.EVERYONE, does=Seen.EVERYONE)  # type: ignore[attr-defined]

urlpatterns: list[URLPattern | URLResolver] = [
    path("language", set_language, name="set_language"),
    *people.PEOPLE,
    *people.ACCOUNT,
    *people.MEMBERS,
    *concerns.ROUTES,
    *services.ROUTES,
    *commissioning.ROUTES,
    *delivering.ROUTES,
    *designing.ROUTES,
    *assessing.ROUTES,
    *evidence.ROUTES,
    *programs.ROUTES,
]

if settings.OIDC_SERVER:
    from coproduce_web.routes import oidc  # it needs the extra `oidc`

    urlpatterns += oidc.ROUTES

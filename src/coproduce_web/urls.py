"""Every address of the platform, and who may see and do it."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from coproduce_web.pages import services
from coproduce_web.pages.access import Access, Seen, page
from coproduce_web.permissions import Permission
from coproduce_web.routes import (
    assessing,
    commissioning,
    concerns,
    delivering,
    designing,
    evidence,
    people,
    programs,
)

handler403 = "coproduce_web.pages.refusals.not_allowed"
handler404 = "coproduce_web.pages.refusals.not_found"
handler500 = "coproduce_web.pages.refusals.fault"

set_language.access = Access(sees=Seen.EVERYONE, does=Seen.EVERYONE)  # type: ignore[attr-defined]

SERVICES = [
    page("", services.start, name="start", sees=Seen.EVERYONE),
    page(
        "new",
        services.new_service,
        name="new_service",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
    ),
    page("<slug:service>/", services.show_service, name="service", sees=Seen.EVERYONE),
    page(
        "<slug:service>/settings",
        services.change_service,
        name="change_service",
        sees=Permission.RUN_SERVICE,
        does=Permission.RUN_SERVICE,
    ),
    page(
        "<slug:service>/new",
        services.new_initiative,
        name="new_initiative",
        sees=Permission.START_INITIATIVE,
        does=Permission.START_INITIATIVE,
    ),
    page(
        "<slug:service>/<int:initiative>/",
        services.show_initiative,
        name="initiative",
        sees=Seen.EVERYONE,
    ),
    page(
        "<slug:service>/<int:initiative>/settings",
        services.change_initiative,
        name="change_initiative",
        sees=Permission.START_INITIATIVE,
        does=Permission.START_INITIATIVE,
    ),
    page(
        "<slug:service>/<int:initiative>/phases/new",
        services.new_phase,
        name="new_phase",
        sees=Permission.START_INITIATIVE,
        does=Permission.START_INITIATIVE,
    ),
    page(
        "<slug:service>/<int:initiative>/phases/<int:phase>",
        services.change_phase,
        name="change_phase",
        sees=Permission.START_INITIATIVE,
        does=Permission.START_INITIATIVE,
    ),
    page(
        "<slug:service>/<int:initiative>/phases/<int:phase>/new",
        services.new_activity,
        name="new_activity",
        sees=Permission.START_INITIATIVE,
        does=Permission.START_INITIATIVE,
    ),
    page(
        "<slug:service>/<int:initiative>/activities/<int:activity>",
        services.show_activity,
        name="activity",
        sees=Seen.EVERYONE,
    ),
    page(
        "<slug:service>/<int:initiative>/threads/<int:thread>",
        services.comment,
        name="comment",
        sees=Permission.COMMENT,
        does=Permission.COMMENT,
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("language", set_language, name="set_language"),
    *people.PEOPLE,
    *people.ACCOUNT,
    *people.MEMBERS,
    *concerns.ROUTES,
    *SERVICES,
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

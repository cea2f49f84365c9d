"""Addresses of services, initiatives, their phases and activities."""

from __future__ import annotations

from coproduce_web.pages import services
from coproduce_web.pages.access import Seen, form, page
from coproduce_web.permissions import Permission

ROUTES = [
    page("", services.start, name="start", sees=Seen.EVERYONE),
    form("new", services.new_service, name="new_service", may=Permission.RUN_SERVICE),
    page("<slug:service>/", services.show_service, name="service", sees=Seen.EVERYONE),
    form(
        "<slug:service>/settings", services.change_service, name="change_service", may=Permission.RUN_SERVICE
    ),
    form(
        "<slug:service>/new", services.new_initiative, name="new_initiative", may=Permission.START_INITIATIVE
    ),
    page("<slug:service>/<int:initiative>/", services.show_initiative, name="initiative", sees=Seen.EVERYONE),
    form(
        "<slug:service>/<int:initiative>/settings",
        services.change_initiative,
        name="change_initiative",
        may=Permission.START_INITIATIVE,
    ),
    form(
        "<slug:service>/<int:initiative>/phases/new",
        services.new_phase,
        name="new_phase",
        may=Permission.START_INITIATIVE,
    ),
    form(
        "<slug:service>/<int:initiative>/phases/<int:phase>",
        services.change_phase,
        name="change_phase",
        may=Permission.START_INITIATIVE,
    ),
    form(
        "<slug:service>/<int:initiative>/phases/<int:phase>/new",
        services.new_activity,
        name="new_activity",
        may=Permission.START_INITIATIVE,
    ),
    page(
        "<slug:service>/<int:initiative>/activities/<int:activity>",
        services.show_activity,
        name="activity",
        sees=Seen.EVERYONE,
    ),
    form(
        "<slug:service>/<int:initiative>/threads/<int:thread>",
        services.comment,
        name="comment",
        may=Permission.COMMENT,
    ),
]

"""Addresses of the blueprint and of ideas."""

from __future__ import annotations

from django.urls import URLPattern

from coproduce_web.pages import designing
from coproduce_web.pages.access import Seen, View, form, page
from coproduce_web.permissions import Permission

HERE = "<slug:service>/<int:initiative>"
BLUEPRINT = f"{HERE}/blueprint"
STEP = f"{BLUEPRINT}/steps/<int:step>"
IDEA = f"{HERE}/ideas/<int:idea>"

DRAW, TRY = Permission.DRAW_BLUEPRINT, Permission.TEST_PROTOTYPE


def _does(route: str, view: View, *, name: str, permission: Permission) -> URLPattern:
    return form(route, view, name=name, may=permission)


ROUTES = [
    page(BLUEPRINT, designing.blueprint, name="blueprint", sees=Seen.EVERYONE),
    _does(f"{BLUEPRINT}/new", designing.new_version, name="new_version", permission=DRAW),
    page(
        f"{BLUEPRINT}/<int:version>",
        designing.blueprint_version,
        name="blueprint_version",
        sees=Seen.EVERYONE,
    ),
    page(
        f"{BLUEPRINT}/<int:before>/to/<int:after>",
        designing.compare,
        name="compare_versions",
        sees=Seen.EVERYONE,
    ),
    _does(f"{BLUEPRINT}/steps/new", designing.new_step, name="new_step", permission=DRAW),
    page(STEP, designing.step, name="step", sees=Seen.EVERYONE),
    _does(f"{STEP}/change", designing.change_step, name="change_step", permission=DRAW),
    _does(f"{STEP}/remove", designing.remove_step, name="remove_step", permission=DRAW),
    _does(f"{BLUEPRINT}/show", designing.show_version, name="show_version", permission=DRAW),
    _does(f"{BLUEPRINT}/drop", designing.drop_version, name="drop_version", permission=DRAW),
    page(f"{HERE}/ideas", designing.ideas, name="ideas", sees=Seen.EVERYONE),
    _does(f"{HERE}/ideas/new", designing.new_idea, name="new_idea", permission=Permission.SHARE_IDEA),
    page(IDEA, designing.idea, name="idea", sees=Seen.EVERYONE),
    _does(f"{IDEA}/prototypes/new", designing.new_prototype, name="new_prototype", permission=TRY),
    _does(
        f"{IDEA}/prototypes/<int:prototype>/tests/new", designing.new_test, name="new_test", permission=TRY
    ),
    _does(
        f"{IDEA}/conclude", designing.conclude_idea, name="conclude_idea", permission=Permission.CONCLUDE_IDEA
    ),
]

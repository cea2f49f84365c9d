"""Addresses of concerns."""

from __future__ import annotations

from coproduce_web.pages import concerns
from coproduce_web.pages.access import Seen, form, page
from coproduce_web.permissions import Permission

HERE = "<slug:service>/concerns"
ONE = f"{HERE}/<int:concern>"

ROUTES = [
    page("raise-a-concern", concerns.where_to_raise, name="where_to_raise", sees=Seen.EVERYONE),
    page(HERE, concerns.concerns, name="concerns", sees=Seen.EVERYONE),
    form(f"{HERE}/new", concerns.raise_concern, name="raise_concern", may=Seen.EVERYONE),
    form(f"{HERE}/follow/<str:token>", concerns.follow_concern, name="follow_concern", may=Seen.EVERYONE),
    page(f"{HERE}/register", concerns.register, name="concern_register", sees=Permission.CLOSE_CONCERN),
    page(
        ONE, concerns.concern, name="concern", sees=Permission.CLOSE_CONCERN, does=Permission.HANDLE_CONCERN
    ),
    form(f"{ONE}/take", concerns.take_concern, name="take_concern", may=Permission.HANDLE_CONCERN),
    form(f"{ONE}/close", concerns.close_concern, name="close_concern", may=Permission.CLOSE_CONCERN),
    form(
        f"{ONE}/keep-open", concerns.keep_concern_open, name="keep_concern_open", may=Permission.CLOSE_CONCERN
    ),
]

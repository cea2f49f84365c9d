"""Addresses for programs. Their door is a key, not a session: to whoever has none every one of them says 401."""

from __future__ import annotations

from django.urls import URLPattern, path

from coproduce_web.api.app import api, openapi
from coproduce_web.pages.access import Access, Seen, page

BY_KEY = Access(sees=Seen.EVERYONE, does=Seen.EVERYONE)
"""Sessions say nothing here: the key that each address asks for says who may."""


def _addresses() -> list[URLPattern]:
    """Each address of the programs' face with its own name, said to be open by key."""
    found: dict[str, URLPattern] = {}
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name and pattern.name != "api-root":
            pattern.callback.access = BY_KEY  # type: ignore[attr-defined]
            found[pattern.name] = path(f"api/{pattern.pattern}", pattern.callback, name=pattern.name)
    return list(found.values())


ROUTES = [page("api/openapi.json", openapi, name="openapi", sees=Seen.EVERYONE), *_addresses()]

"""Walks every address of the platform with a browser, as somebody of a role."""

import re

from django.urls import get_resolver, reverse
from tests.web.things import things

FIELD = re.compile(r'<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"')
ENDS_THE_WALK = {"sign_out", "end_sessions"}


def places(world):
    """(name, address) of every address, with things of the small world in it."""
    known = things(world)
    for pattern in get_resolver().url_patterns:
        if pattern.name not in ENDS_THE_WALK:
            yield (
                pattern.name,
                reverse(pattern.name, kwargs={key: known[key] for key in pattern.pattern.converters}),
            )


def body(response):
    """What was answered, read whole where it is sent in parts; a file that is no text reads as nothing."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", errors="replace")


def fields(html):
    """The names of the fields of all forms on a page."""
    return {name for name in FIELD.findall(html) if name not in {"csrfmiddlewaretoken", "once", "language"}}

"""What every page is given."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest

from coproduce_web.permissions import Permission


def every_page(request: HttpRequest) -> dict[str, Any]:
    """Where the visitor is, what they may do there, and a token by which a form sent twice is known."""
    permissions: frozenset[Permission] = getattr(request, "permissions", frozenset())
    return {
        "service": getattr(request, "service", None),
        "initiative": getattr(request, "initiative", None),
        "by": getattr(request, "by", None),
        "assisting": getattr(request, "assisting", None),
        "may": {permission.value: permission in permissions for permission in Permission},
        "once": secrets.token_urlsafe(24),
    }

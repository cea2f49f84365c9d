"""The words of the field that a service may rename, such as *citizen* to *neighbour*."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

TERMS: Mapping[str, str] = {
    "citizen": _("citizen"),
    "citizens": _("citizens"),
    "professional": _("professional"),
    "professionals": _("professionals"),
    "initiative": _("initiative"),
    "initiatives": _("initiatives"),
    "contribution": _("contribution"),
    "contributions": _("contributions"),
    "concern": _("concern"),
    "concerns": _("concerns"),
}
"""Word of the field: as it is called where no service renames it."""
LONGEST = 40

"""What a program's key may allow, and which permission whoever made it must still have."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coproduce_web.permissions import Permission

SCOPES: Mapping[str, tuple[str | Promise, Permission]] = {
    "read_findings": (_("read findings"), Permission.USE_API),
    "read_study": (_("fetch the records as a study folder"), Permission.EXPORT),
    "write_needs": (_("send needs, also as service requests (Open311)"), Permission.USE_API),
    "write_outcomes": (_("send values of outcomes"), Permission.RECORD_OUTCOME),
}

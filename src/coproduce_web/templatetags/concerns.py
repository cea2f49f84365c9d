"""Template tags: counts of concerns beside what else a page tells."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from coproduce_web.concern_counts import KINDS, STANDINGS, ConcernCounts, concern_counts

register = template.Library()


@register.inclusion_tag("concerns/panel.html", takes_context=True)
def concerns_panel(context: template.Context) -> dict[str, Any]:
    """Where concerns about the page's initiative stand, or about its service, and the service's by kind."""
    service, initiative = context["service"], context.get("initiative")
    counts = concern_counts(service, at=timezone.now())
    stands = counts.place(initiative.pk) if initiative else counts.of_standing
    standing = [{"label": STANDINGS[name], "count": stands[name]} for name in STANDINGS]
    here = initiative.pk if initiative else None
    return concerns_by_kind(context, counts) | {"counts": counts, "standing": standing, "here": here}


@register.inclusion_tag("concerns/counts.html", takes_context=True)
def concerns_by_kind(context: template.Context, counts: ConcernCounts) -> dict[str, Any]:
    """A table of a service's concerns by kind and where they stand."""
    kinds = [
        {
            "label": label,
            "counts": [*(counts.by_kind[kind, name] for name in STANDINGS), counts.of_kind[kind]],
        }
        for kind, label in KINDS.items()
    ]
    return {"service": context["service"], "kinds": kinds, "standings": STANDINGS}

"""How each question's findings are told: one file a question."""

from __future__ import annotations

from collections.abc import Mapping

from coproduce.reports.telling import Told
from coproduce.reports.told import (
    audit,
    classify,
    determinants,
    effects,
    harms,
    motives,
    power,
    synthesis,
    themes,
    value,
)

TOLD: Mapping[str, Told] = {
    "audit": audit.TOLD,
    "classify": classify.TOLD,
    "motives": motives.TOLD,
    "power": power.TOLD,
    "effects": effects.TOLD,
    "harms": harms.TOLD,
    "value": value.TOLD,
    "determinants": determinants.TOLD,
    "synthesis": synthesis.TOLD,
    "themes": themes.TOLD,
}

"""How each question's findings are told: one file a question."""

from __future__ import annotations

from collections.abc import Mapping

from coproduce.reports.telling import Told
from coproduce.reports.told import audit, classify, determinants, effects, synthesis

TOLD: Mapping[str, Told] = {
    "audit": audit.TOLD,
    "classify": classify.TOLD,
    "effects": effects.TOLD,
    "determinants": determinants.TOLD,
    "synthesis": synthesis.TOLD,
}

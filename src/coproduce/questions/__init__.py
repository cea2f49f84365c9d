"""QUESTIONS: each a function from records and settings to findings; none imports another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coproduce.findings import Finding, Unanswered
from coproduce.questions import audit, classify
from coproduce.records.opening import Records
from coproduce.records.settings import Settings

Answer = tuple[Finding | Unanswered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: the sets of tables of which one must be there, its settings and its function."""

    needs: tuple[tuple[str, ...], ...]
    settings: type[Settings]
    answer: Callable[[Records, Any], Answer]


QUESTIONS: Mapping[str, Question] = {
    "classify": Question(
        needs=(("contributions",), ("initiatives",)),
        settings=classify.ClassifySettings,
        answer=classify.answer,
    ),
    "audit": Question(
        needs=(("events",),),
        settings=audit.AuditSettings,
        answer=audit.answer,
    ),
}

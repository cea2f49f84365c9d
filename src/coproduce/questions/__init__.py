"""QUESTIONS: each a function from records and settings to findings; none imports another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from coproduce.findings import Finding, Unanswered
from coproduce.questions import audit, classify, determinants, effects, harms
from coproduce.records.engine import Progress
from coproduce.records.opening import Records
from coproduce.records.settings import BlockSettings, Settings

Answer = tuple[Finding | Unanswered, ...]


class Load(Protocol):
    """Reads what a block needs, and refuses with every fault at once; `at` is the block's dotted key."""

    def __call__(self, records: Records, settings: Any, *, at: str) -> Any:
        """What the block's answer is made from."""


class AnswerBlock(Protocol):
    """Answers a block from what was loaded."""

    def __call__(self, loaded: Any, settings: Any, *, block: str, tell: Progress) -> Answer:
        """The block's findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that is asked once: the sets of tables of which one must be there, its settings and its function."""

    needs: tuple[tuple[str, ...], ...]
    settings: type[Settings]
    answer: Callable[[Records, Any], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockQuestion:
    """A question that is asked once for each block ``[questions.<name>.<block>]``, whose settings these are.

    `needs` holds the sets of tables that a block without a file of its own reads; where no block is written,
    `from_tables` gives those that the open tables alone suggest.
    """

    needs: tuple[tuple[str, ...], ...]
    settings: type[BlockSettings]
    load: Load
    answer: AnswerBlock
    from_tables: Callable[[Records], Mapping[str, Mapping[str, Any]]] | None = None


QUESTIONS: Mapping[str, Question | BlockQuestion] = {
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
    "effects": BlockQuestion(
        needs=(("outcomes", "exposure", "units", "measures"), ("outcomes", "exposure")),
        settings=effects.EffectsSettings,
        load=effects.load,
        answer=effects.answer,
        from_tables=effects.from_tables,
    ),
    "harms": Question(
        needs=harms.NEEDS,
        settings=harms.HarmsSettings,
        answer=harms.answer,
    ),
    "determinants": BlockQuestion(
        needs=(("cases",),),
        settings=determinants.DeterminantsSettings,
        load=determinants.load,
        answer=determinants.answer,
        from_tables=determinants.from_tables,
    ),
}

"""QUESTIONS: each a function from records and settings to findings; none imports another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from coproduce.findings import Finding, Unanswered
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
    """A question that is asked once: the sets of tables of which one must be there, its settings and its function.

    It also reads the tables `also`, where they are there. `check` raises every fault of its settings that only the
    records show.
    """

    needs: tuple[tuple[str, ...], ...]
    settings: type[Settings]
    answer: Callable[[Records, Any], Answer]
    also: tuple[str, ...] = ()
    check: Callable[[Records, Any], object] | None = None


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


class Questions(Mapping[str, Question | BlockQuestion]):
    """The questions by name. A question's room is opened when it is first asked for: some take seconds to load."""

    def __init__(self, makers: Mapping[str, Callable[[], Question | BlockQuestion]]) -> None:
        self._makers = makers
        self._made: dict[str, Question | BlockQuestion] = {}

    def __getitem__(self, name: str) -> Question | BlockQuestion:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _classify() -> Question:
    from coproduce.questions import classify

    return Question(
        needs=(("contributions",), ("initiatives",)),
        settings=classify.ClassifySettings,
        answer=classify.answer,
    )


def _audit() -> Question:
    from coproduce.questions import audit

    return Question(
        needs=(("events",),),
        settings=audit.AuditSettings,
        answer=audit.answer,
    )


def _motives() -> Question:
    from coproduce.questions import motives

    return Question(
        needs=(("responses", "respondents", "items"),),
        settings=motives.MotivesSettings,
        answer=motives.answer,
        also=("population",),
        check=motives.check,
    )


def _power() -> Question:
    from coproduce.questions import power

    return Question(
        needs=(("decisions",), ("contributions",)),
        settings=power.PowerSettings,
        answer=power.answer,
        also=("people", "population"),
    )


def _effects() -> BlockQuestion:
    from coproduce.questions import effects

    return BlockQuestion(
        needs=(("outcomes", "exposure", "units", "measures"), ("outcomes", "exposure")),
        settings=effects.EffectsSettings,
        load=effects.load,
        answer=effects.answer,
        from_tables=effects.from_tables,
    )


def _harms() -> Question:
    from coproduce.questions import harms

    return Question(
        needs=harms.NEEDS,
        settings=harms.HarmsSettings,
        answer=harms.answer,
        also=harms.ALSO,
        check=harms.check,
    )


def _determinants() -> BlockQuestion:
    from coproduce.questions import determinants

    return BlockQuestion(
        needs=(("cases",),),
        settings=determinants.DeterminantsSettings,
        load=determinants.load,
        answer=determinants.answer,
        from_tables=determinants.from_tables,
    )


def _synthesis() -> BlockQuestion:
    from coproduce.questions import synthesis

    return BlockQuestion(
        needs=(("studies",), ()),  # a block may also read findings files, which are no table
        settings=synthesis.SynthesisSettings,
        load=synthesis.load,
        answer=synthesis.answer,
        from_tables=synthesis.from_tables,
    )


def _themes() -> Question:
    from coproduce.questions import themes

    return Question(
        needs=(("segments",),),
        settings=themes.ThemesSettings,
        answer=themes.answer,
        also=("cases", "studies"),
        check=themes.check,
    )


def _value() -> Question:
    from coproduce.questions import value

    return Question(
        needs=value.NEEDS,
        settings=value.ValueSettings,
        answer=value.answer,
        also=value.ALSO,
        check=value.check,
    )


QUESTIONS = Questions(
    {
        "classify": _classify,
        "audit": _audit,
        "motives": _motives,
        "power": _power,
        "effects": _effects,
        "harms": _harms,
        "value": _value,
        "determinants": _determinants,
        "synthesis": _synthesis,
        "themes": _themes,
    }
)

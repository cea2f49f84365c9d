"""Which questions are asked, with which settings; what each block of them reads; what they answer."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coproduce.errors import EngineError, EstimationError, Fault, RecordsError, StudyError, nearest
from coproduce.findings import Finding, Unanswered
from coproduce.questions import QUESTIONS, BlockQuestion, Question
from coproduce.records.opening import Records
from coproduce.records.settings import FILE, BlockSettings, Settings, validated
from coproduce.records.study import Study

LONGEST = 60
BLOCK_NAME = re.compile(rf"[\w-]{{1,{LONGEST}}}")
"""A block's name stands in the names of files and in `--only`."""

Named = Mapping[str, Mapping[str, Settings]]
"""Question -> block -> its settings; a question without blocks has one, called ""."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One thing that is asked: a question, or a block of it with what it has loaded."""

    question: str
    name: str
    settings: Settings
    loaded: Any = None

    @property
    def id(self) -> str:
        """The id that its finding has."""
        return f"{self.question}.{self.name}" if self.name else self.question


def asked(study: Study, *, only: Collection[str] | None) -> Named:
    """The settings of each question and block that is asked, valid.

    Parameters
    ----------
    study
        The study.
    only
        Questions, or blocks such as ``effects.results``; all of them where left out.

    Raises
    ------
    StudyError
        With every fault of all settings, of those too that are not asked.
    """
    only = (only,) if isinstance(only, str) else only
    faults = [_unknown(name, FILE, known=QUESTIONS) for name in study.questions if name not in QUESTIONS]
    found: dict[str, dict[str, Settings]] = {}
    for name in (name for name in QUESTIONS if name in study.questions or _is_asked(name, only)):
        try:
            found[name] = _blocks(QUESTIONS[name], study.questions.get(name, {}), name=name)
        except StudyError as error:
            faults += error.faults
    known = {*QUESTIONS, *_written(study)}
    faults += [_unknown(name, "--only", known=sorted(known)) for name in only or () if name not in known]
    if faults:
        raise StudyError(*faults)
    return {name: _chosen(blocks, name, only=only) for name, blocks in found.items() if _is_asked(name, only)}


def _written(study: Study) -> Iterator[str]:
    """Every block of the settings, those too that are not valid."""
    for name, blocks in study.questions.items():
        if isinstance(blocks, Mapping) and isinstance(QUESTIONS.get(name), BlockQuestion):
            yield from (f"{name}.{block}" for block in blocks)


def _unknown(name: str, file: str, *, known: Iterable[str]) -> Fault:
    return Fault(
        file=file,
        place=f"questions.{name}",
        rule="known",
        found=name,
        wanted="one of the questions: " + ", ".join(QUESTIONS),
        hint=nearest(name, known),
    )


def _blocks(question: Question | BlockQuestion, written: Any, *, name: str) -> dict[str, Settings]:
    """The settings of a question as written, block by block."""
    at = ("questions", name)
    if isinstance(question, Question):
        return {"": validated(question.settings, written, at=at)}
    if not isinstance(written, Mapping):
        wanted = f"blocks, such as [questions.{name}.results]"
        raise StudyError(
            Fault(file=FILE, place=".".join(at), rule="block", found=str(written), wanted=wanted)
        )
    found: dict[str, Settings] = {}
    faults: list[Fault] = []
    for block, settings in written.items():
        faults += _unfit(block, at=at)
        try:
            found[block] = validated(question.settings, settings, at=(*at, block))
        except StudyError as error:
            faults += error.faults
    if faults:
        raise StudyError(*faults)
    return found


def _unfit(block: str, *, at: tuple[str, str]) -> list[Fault]:
    """A fault where a block's name cannot be part of the names of files and of the ids of findings."""
    if BLOCK_NAME.fullmatch(block):
        return []
    plain = re.sub(r"[^\w-]+", "_", block).strip("_")[:LONGEST]
    return [
        Fault(
            file=FILE,
            place=".".join(at),
            rule="name",
            found=block,
            wanted=f"a block's name of letters, digits, _ and - ({LONGEST} at most)",
            hint=f"Perhaps '{plain}'?" if plain else None,
        )
    ]


def _is_asked(name: str, only: Collection[str] | None) -> bool:
    return only is None or any(each.partition(".")[0] == name for each in only)


def _chosen(
    blocks: Mapping[str, Settings], name: str, *, only: Collection[str] | None
) -> dict[str, Settings]:
    whole = only is None or name in only
    return {
        block: settings for block, settings in blocks.items() if whole or f"{name}.{block}" in (only or ())
    }


def tables_needed(study: Study, named: Named) -> set[str]:
    """The tables of the study that what is asked may read."""
    return {table for name in named for table in tables_of(name) if study.has(table)}


def tables_of(name: str) -> set[str]:
    """The tables that a question may read."""
    question = QUESTIONS[name]
    also = question.also if isinstance(question, Question) else ()
    return {table for needs in question.needs for table in needs}.union(also)


def loaded(records: Records, named: Named) -> tuple[Block | Unanswered, ...]:
    """What is asked, with what it reads; what the study has no tables for is unanswered.

    Raises
    ------
    StudyError
        If a block names what is not there (`RecordsError` if a file is wrong); every fault of all blocks.
    """
    found: list[Block | Unanswered] = []
    faults: list[Fault] = []
    for name in named:
        try:
            found += _loaded(records, name, blocks=named[name])
        except (StudyError, RecordsError) as error:
            faults += error.faults
    if faults:
        kind = StudyError if all(fault.file == FILE for fault in faults) else RecordsError
        raise kind(*faults)
    return tuple(found)


def _loaded(records: Records, name: str, *, blocks: Mapping[str, Settings]) -> Iterable[Block | Unanswered]:
    question = QUESTIONS[name]
    there = any(all(records.has(table) for table in needs) for needs in question.needs)
    needs = _in_words(question.needs)
    if isinstance(question, Question):
        if not there:
            return [Unanswered(question=name, needs=needs)]
        if question.check is not None:
            question.check(records, blocks[""])
        return [_whole(name, blocks[""])]
    if not blocks and there and question.from_tables is not None:
        blocks = _blocks(question, question.from_tables(records), name=name)
    if not blocks:
        return [Unanswered(question=name, needs=(f"a block [questions.{name}.…] in {FILE}",))]
    return _each_block(records, question, name=name, blocks=blocks)


def _in_words(needs: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The smallest sets of tables of which one must be there."""
    sets = [set(tables) for tables in needs if tables]
    return tuple(
        " and ".join(tables) for tables in needs if tables and not any(s < set(tables) for s in sets)
    )


def _whole(name: str, settings: Settings) -> Block:
    return Block(question=name, name="", settings=settings)


def _each_block(
    records: Records, question: BlockQuestion, *, name: str, blocks: Mapping[str, Settings]
) -> list[Block | Unanswered]:
    found: list[Block | Unanswered] = []
    faults: list[Fault] = []
    for block, settings in blocks.items():
        own = isinstance(settings, BlockSettings) and settings.data is not None
        if not own and not any(all(records.has(table) for table in needs) for needs in question.needs):
            needs = (*_in_words(question.needs), "a file under `data`")
            found.append(Unanswered(question=f"{name}.{block}", needs=needs))
            continue
        try:
            read = question.load(records, settings, at=f"questions.{name}.{block}")
            found.append(Block(question=name, name=block, settings=settings, loaded=read))
        except (StudyError, RecordsError) as error:
            faults += error.faults
    if faults:
        raise StudyError(*faults) if all(fault.file == FILE for fault in faults) else RecordsError(*faults)
    return found


def answers(
    records: Records, blocks: Iterable[Block | Unanswered], *, seconds: dict[str, float]
) -> Iterator[Finding | Unanswered]:
    """The answer to each thing that is asked; where a method refuses, its reason. How long each took is noted."""
    for block in blocks:
        if isinstance(block, Unanswered):
            yield block
            continue
        started = time.perf_counter()
        try:
            found = _answered(records, block)
        except EstimationError as error:
            reason = f"{error.method}: {error.seen}"
            found = (Unanswered(question=block.id, needs=(error.may_help,), reason=reason),)
        except EngineError as error:
            raise EngineError(f"{block.id}: {error.message}") from error
        seconds[block.id] = time.perf_counter() - started
        yield from found


def _answered(records: Records, block: Block) -> tuple[Finding | Unanswered, ...]:
    question = QUESTIONS[block.question]
    if isinstance(question, Question):
        return question.answer(records, block.settings)
    records.engine.tell(f"answering {block.id}")
    return question.answer(block.loaded, block.settings, block=block.name, tell=records.engine.tell)

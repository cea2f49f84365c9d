"""Make published findings again from the records, and say of each whether it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coproduce._version import __version__
from coproduce.errors import EngineError, RecordsError, StudyError
from coproduce.findings import Finding, Findings, Unanswered
from coproduce.findings.comparing import Comparison, Difference, compared
from coproduce.findings.files import findings_as_json, findings_from_json
from coproduce.findings.statement import MOST_DIFFERENCES, Held, InputPair, Outcome, Statement
from coproduce.questions import QUESTIONS
from coproduce.records.engine import Progress
from coproduce.records.plan import changed_settings, settings_of
from coproduce.records.settings import FILE, StudyFile, TableSettings, validated
from coproduce.records.study import Study, read_study
from coproduce.runner import run
from coproduce.runner.asking import tables_of
from coproduce.runner.published import Published, read_published

PLACE = ("path", "database", "table", "delimiter", "encoding", "time_format", "columns")
"""The settings that say where a table lies and how its file is written: those of the folder at hand are taken."""

SINCE = "changed since the plan was frozen"

Refused = StudyError | RecordsError | EngineError


def verify(
    folder: str | Path,
    published: str | Path,
    *,
    progress: Progress | None = None,
    engine: str = "duckdb",
) -> Statement:
    """Ask a study again what was published of it, and say whether each finding holds.

    The study is asked with the settings and the seeds that the file of findings records; where the tables lie is told
    by the ``study.toml`` of the folder. Counts below the larger of both `small_numbers` stay hidden.

    Parameters
    ----------
    folder
        The folder of the study.
    published
        The ``findings.json``.
    progress
        Is told what is being done, step by step.
    engine
        What counts: ``duckdb``, ``spark`` (on this machine), or ``spark://host:port`` (the master of a cluster).

    Returns
    -------
    Statement
        What was made again, from which records, with which versions, and of each finding whether it holds.

    Raises
    ------
    RecordsError
        If the file of findings cannot be read, or no question can be asked of the records.
    StudyError
        If ``study.toml``, or a setting that the file records, is wrong.
    PlanError
        If ``plan.lock`` was changed by hand.

    Examples
    --------
    >>> verify("examples/library", "findings.json").holds  # doctest: +SKIP
    True
    """
    told = read_published(Path(published))
    here = _there(read_study(folder, awaited=True))
    study = _as_published(here, told)
    now, refused = _asked_again(study, told, progress=progress, engine=engine)
    look = _Look(then=told.findings, now=now, refused=refused, changed=_changes(told.findings, here))
    findings = tuple(look.held())
    return Statement(
        holds=all(held.holds for held in findings),
        file=told.file,
        sha256=told.sha256,
        checked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        then=told.findings.model_copy(update={"findings": (), "unanswered": ()}),
        now=now.model_copy(update={"findings": (), "unanswered": ()}),
        inputs=look.inputs,
        changed=look.changed,
        findings=findings,
        left_out=look.left_out(),
    )


def _there(study: Study) -> Study:
    """The study with those of its tables that are there."""
    tables = {name: table for name, table in study.tables.items() if _is_there(study, name, table=table)}
    return replace(study, tables=tables)


def _is_there(study: Study, name: str, *, table: TableSettings) -> bool:
    if table.path is None:
        return True
    try:
        return bool(study.files(table.path, key=f"records.{name}.path"))
    except StudyError:
        return False


def _as_published(here: Study, told: Published) -> Study:
    """The study of the folder under the settings that the file of findings records, if it records them."""
    settings = told.findings.settings
    if not settings:
        return here
    try:
        written = validated(StudyFile, settings, file=told.file, at=("settings",))
    except StudyError as error:
        raise RecordsError(*error.faults) from None
    least = max(written.study.small_numbers, here.head.small_numbers)
    tables = {
        name: table.model_copy(update={key: getattr(here.tables[name], key) for key in PLACE})
        for name, table in written.tables().items()
        if name in here.tables
    }
    head = written.study.model_copy(update={"small_numbers": least})
    return replace(here, head=head, tables=tables, questions=written.questions)


def _asked_again(
    study: Study, told: Published, *, progress: Progress | None, engine: str
) -> tuple[Findings, dict[str, Refused]]:
    """What the study answers now, and why a question could not be asked at all: the others are asked all the same."""
    only = None if told.findings.only is None else [name for name in told.findings.only if _is_known(name)]
    try:
        return _again(study, only=only, progress=progress, engine=engine), {}
    except (StudyError, RecordsError, EngineError) as error:
        found, refused = list[Findings](), dict[str, Refused]()
        for name in only if only is not None else _answered(told.findings):
            try:
                found.append(_again(study, only=[name], progress=progress, engine=engine))
            except (StudyError, RecordsError, EngineError) as reason:
                refused[name] = reason
        if not found:
            raise _as_recorded(error, told) from None
        return _joined(found), refused


def _again(study: Study, *, only: Collection[str] | None, progress: Progress | None, engine: str) -> Findings:
    """What the study answers, as its file would hold it."""
    return findings_from_json(findings_as_json(run(study, only=only, progress=progress, engine=engine)))


def _is_known(name: str) -> bool:
    return name.partition(".")[0] in QUESTIONS


def _answered(findings: Findings) -> list[str]:
    """The questions that a file answers, or says that it cannot."""
    ids = (*(one.id for one in findings.findings), *(one.question for one in findings.unanswered))
    return [name for name in dict.fromkeys(id_.partition(".")[0] for id_ in ids) if _is_known(name)]


def _joined(found: list[Findings]) -> Findings:
    inputs = {name: read for one in found for name, read in one.inputs.items()}
    return found[0].model_copy(
        update={
            "inputs": inputs,
            "findings": tuple(finding for one in found for finding in one.findings),
            "unanswered": tuple(each for one in found for each in one.unanswered),
        }
    )


def _as_recorded(error: Refused, told: Published) -> Refused:
    """The refusal with the settings called by the file that holds them."""
    if not isinstance(error, StudyError) or not told.findings.settings:
        return error
    return StudyError(
        *(
            replace(fault, file=told.file, place=f"settings.{fault.place}") if fault.file == FILE else fault
            for fault in error.faults
        )
    )


def _changes(then: Findings, here: Study) -> tuple[str, ...]:
    """The settings in which ``study.toml`` says otherwise than the file of findings records."""
    if not then.settings:
        return ()
    return tuple(changed_settings(then.settings, settings_of(here), then="then"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Looks at one finding after the other."""

    then: Findings
    now: Findings
    refused: Mapping[str, Refused]
    changed: tuple[str, ...]

    @property
    def inputs(self) -> dict[str, InputPair]:
        """What was read then and now."""
        names = dict.fromkeys((*self.then.inputs, *self.now.inputs))
        return {
            name: InputPair(then=self.then.inputs.get(name), now=self.now.inputs.get(name)) for name in names
        }

    @property
    def _is_same_plan(self) -> bool:
        return self.then.plan.sha256 == self.now.plan.sha256

    def left_out(self) -> tuple[str, ...]:
        """The findings that the records give and the file does not have."""
        known = {finding.id for finding in self.then.findings}
        return tuple(finding.id for finding in self.now.findings if finding.id not in known)

    def held(self) -> Iterator[Held]:
        """Of each finding, and of each question without an answer, whether it is so again."""
        yield from self._head()
        again = {finding.id: finding for finding in self.now.findings}
        for finding in self.then.findings:
            yield self._finding(finding, again.get(finding.id))
        silent = {each.question: each for each in self.now.unanswered}
        for each in self.then.unanswered:
            yield self._unanswered(each, silent.get(each.question))

    def _head(self) -> Iterator[Held]:
        """What the file says of the study and its plan, where that is not so."""
        then, now = (_said_of_the_study(findings) for findings in (self.then, self.now))
        differences = tuple(
            Difference(place=place, then=then[place], now=now[place])
            for place in then
            if then[place] != now[place] and (place != SINCE or self._is_same_plan)
        )
        if differences:
            yield Held(
                id="study",
                title="What the file says of the study",
                outcome="differs",
                differences=differences,
                differing=len(differences),
            )

    def _finding(self, then: Finding, now: Finding | None) -> Held:
        if now is None:
            return Held(id=then.id, title=then.title, outcome="cannot", reasons=tuple(self._absent(then.id)))
        found = compared(then, now)
        outcome: Outcome = "rounding" if found.largest_apart else "same"
        reasons: tuple[str, ...] = ()
        if found.differences:
            reasons = tuple(self._others(then.id))
            outcome = "cannot" if reasons else "differs"
        return self._told(then, found, outcome=outcome, reasons=reasons)

    def _told(self, then: Finding, found: Comparison, *, outcome: Outcome, reasons: tuple[str, ...]) -> Held:
        """What other records say is another finding, which is not told here."""
        others = [*self._records(then.id), *self._small_numbers()]
        return Held(
            id=then.id,
            title=then.title,
            outcome=outcome,
            differences=() if others else found.differences[:MOST_DIFFERENCES],
            differing=len(found.differences),
            largest_apart=found.largest_apart,
            hidden=found.hidden,
            reasons=reasons,
        )

    def _unanswered(self, then: Unanswered, now: Unanswered | None) -> Held:
        title = f"{then.question}: no answer"
        if then == now:
            return Held(id=then.question, title=title, outcome="same")
        reasons = tuple(
            self._others(then.question) if _is_known(then.question) else self._absent(then.question)
        )
        before, after = (_why(each) for each in (then, now))
        difference = Difference(place="why there is no answer", then=before, now=after)
        outcome: Outcome = "cannot" if reasons else "differs"
        return Held(
            id=then.question,
            title=title,
            outcome=outcome,
            differences=(difference,),
            differing=1,
            reasons=reasons,
        )

    def _absent(self, id_: str) -> Iterator[str]:
        """Why a finding could not be made again at all."""
        question = id_.partition(".")[0]
        if not _is_known(id_):
            yield f"this version of Coproduce ({__version__}) knows no question {question}"
            return
        for name in (id_, question):
            if name in self.refused:
                yield f"it cannot be asked here: {self.refused[name].message}"
        for each in self.now.unanswered:
            if each.question in {id_, question}:
                yield f"these records do not answer it: {_why(each)}"
        yield from self._others(id_)

    def _others(self, id_: str) -> Iterator[str]:
        """What is not as it was when a finding was made: it is then another finding, whether it differs or not."""
        yield from self._records(id_)
        yield from self._small_numbers()
        if self.then.coproduce != __version__:
            yield f"Coproduce {self.then.coproduce} made it, and this is {__version__}"
        if not self._is_same_plan:
            yield f"the plan is another: {_plan(self.then)} then, {_plan(self.now)} now"
        tables = {f"records.{name}.{key}:" for name in self._reads(id_) for key in PLACE if key != "path"}
        yield from (
            f"a table is read otherwise: {told}" for told in self.changed if told.startswith(tuple(tables))
        )

    def _records(self, id_: str) -> Iterator[str]:
        """The tables and files that a finding rests on and that are not the same."""
        pairs = {name: self.inputs[name] for name in self._reads(id_)}
        others = [f"{name} ({_rows(pair)})" for name, pair in pairs.items() if not pair.is_same]
        if others:
            yield f"the records are others: {', '.join(others)}"

    def _small_numbers(self) -> Iterator[str]:
        then, now = (findings.study.small_numbers for findings in (self.then, self.now))
        if now > then:
            yield f"counts below {now} are hidden today, and below {then} in the file"

    def _reads(self, id_: str) -> list[str]:
        """The tables and files that a finding may rest on."""
        question, _, block = id_.partition(".")
        own = set(_files(self.then.settings.get("questions", {}), question, block=block))
        wanted = own or (tables_of(question) if question in QUESTIONS else set())
        return [name for name in self.inputs if name in wanted]


def _files(questions: Any, question: str, *, block: str) -> Iterator[str]:
    """The files of its own that a block of settings names."""
    blocks = questions.get(question, {}) if isinstance(questions, Mapping) else {}
    settings = blocks.get(block, {}) if isinstance(blocks, Mapping) else {}
    for key in ("data", "findings"):
        named = settings.get(key, ()) if isinstance(settings, Mapping) else ()
        yield from (named,) if isinstance(named, str) else _texts(named)


def _texts(named: object) -> Iterable[str]:
    return [each for each in named if isinstance(each, str)] if isinstance(named, list) else ()


def _why(each: Unanswered | None) -> str:
    if each is None:
        return "it is answered"
    return "; ".join(filter(None, (each.reason, f"it needs {' or '.join(each.needs)}" if each.needs else "")))


def _said_of_the_study(findings: Findings) -> dict[str, str | bool]:
    """The head of a file; what was changed since the plan was frozen, where tables lie aside."""
    changes = (told for told in findings.plan.deviations if not told.startswith("records."))
    return {
        "title": findings.study.title,
        "service": findings.study.service,
        "simulated": findings.study.simulated,
        SINCE: "; ".join(changes) if findings.plan.frozen else "",
    }


def _rows(pair: InputPair) -> str:
    then, now = (None if file is None else file.rows for file in (pair.then, pair.now))
    if then is None or now is None:
        return "not read then" if then is None else f"{then:,} rows then, not there now"
    told = f"{then:,} rows then and now" if then == now else f"{then:,} rows then, {now:,} now"
    is_file = pair.then is not None and pair.then.sha256 is not None
    return told if is_file else f"{told}, no file to tell them by"


def _plan(findings: Findings) -> str:
    return f"SHA-256 {findings.plan.sha256[:12]}…" if findings.plan.sha256 else "none"

"""The plan of a study: frozen before the answers are known, and every later change to it told.

``plan.lock`` holds what ``study.toml`` said on the day (which records, which questions, with which settings), the
fingerprints of the files that were there already, and a fingerprint of all that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from coproduce.errors import CoproduceError, Fault, PlanError
from coproduce.records.schema import TABLES
from coproduce.records.staging import sha256_of

if TYPE_CHECKING:
    from coproduce.records.study import Study

LOCK = "plan.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is known of a study's plan.

    Parameters
    ----------
    frozen_at
        When it was frozen, ISO 8601 in UTC.
    sha256
        The fingerprint of the plan.
    seen
        The files that were there already when it was frozen: whoever froze it could have looked.
    deviations
        What has been changed in ``study.toml`` since, each a dotted key with what was planned and what is now.
    """

    frozen_at: str
    sha256: str
    seen: tuple[str, ...]
    deviations: tuple[str, ...]

    def deviations_of(self, key: str) -> tuple[str, ...]:
        """The changes under a key such as ``questions.effects.results``."""
        return tuple(told for told in self.deviations if told.startswith((f"{key}:", f"{key}.")))


def freeze(study: Study) -> Plan:
    """Write a study's plan into ``plan.lock`` in its folder.

    Parameters
    ----------
    study
        The study; its settings are the plan.

    Returns
    -------
    Plan
        The plan, with no deviations.

    Raises
    ------
    PlanError
        If the study has a frozen plan already.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from coproduce.records.settings import Head
    >>> from coproduce.records.study import Study
    >>> folder = Path(tempfile.mkdtemp())
    >>> study = Study(head=Head(title="Care", service="care"), folder=folder, tables={})
    >>> freeze(study).deviations
    ()
    """
    path = study.folder / LOCK
    if path.exists():
        raise PlanError(
            Fault(
                file=LOCK,
                rule="frozen",
                found="a plan that is frozen already",
                wanted="a study without one",
                hint="A changed setting is told as a deviation when the study runs; the plan stays as it was.",
            )
        )
    frozen = {
        "frozen_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tables_sha256": _tables_fingerprint(),
        "plan": settings_of(study),
        "seen": _seen(study),
    }
    text = json.dumps(
        {**frozen, "sha256": _fingerprint(frozen)}, ensure_ascii=False, indent=1, sort_keys=True
    )
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return read_plan(study) or Plan(frozen_at="", sha256="", seen=(), deviations=())


def read_plan(study: Study) -> Plan | None:
    """The frozen plan of a study, with what has been changed since; None where there is none.

    Raises
    ------
    PlanError
        If ``plan.lock`` cannot be read, or is not what was frozen.
    """
    path = study.folder / LOCK
    if study.frames or not path.exists():
        return None
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        named, right = held.pop("sha256"), _fingerprint(held)
        seen, frozen_at = tuple(sorted(map(str, held["seen"]))), str(held["frozen_at"])
        changes = list(changed_settings(held["plan"], settings_of(study)))
    except (ValueError, KeyError, AttributeError, TypeError, OSError, RecursionError):
        raise PlanError(_untrusted("something that `coproduce freeze` did not write")) from None
    if named != right:
        raise PlanError(_untrusted("a plan that was changed after it was frozen"))
    if held.get("tables_sha256") != _tables_fingerprint():
        changes.append("records: the plan was frozen under another version of the tables")
    return Plan(frozen_at=frozen_at, sha256=named, seen=seen, deviations=tuple(changes))


def _untrusted(found: str) -> Fault:
    hint = "Put back the file as it was frozen, or remove it: the study is then told as one without a plan."
    return Fault(file=LOCK, rule="frozen", found=found, wanted="the plan as it was frozen", hint=hint)


def _fingerprint(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _tables_fingerprint() -> str:
    told = {name: [(column.name, column.type) for column in table.columns] for name, table in TABLES.items()}
    return _fingerprint(told)


def settings_of(study: Study) -> dict[str, Any]:
    """What ``study.toml`` says, as plain data; what it leaves out is left out."""
    said = {
        "study": study.head.model_dump(mode="json", exclude_defaults=True),
        "records": {
            name: table.model_dump(mode="json", exclude_defaults=True) for name, table in study.tables.items()
        },
        "questions": study.questions,
    }
    plain: dict[str, Any] = json.loads(json.dumps(said, default=str))
    return plain


def _seen(study: Study) -> dict[str, str]:
    """The files of the study that are there, each with its fingerprint."""
    paths = {
        f"records.{name}.path": table.path for name, table in study.tables.items() if table.path is not None
    }
    for question, blocks in study.questions.items():
        if isinstance(blocks, Mapping):
            named = {name: block.get("data") for name, block in blocks.items() if isinstance(block, Mapping)}
            paths |= {f"questions.{question}.{name}.data": path for name, path in named.items() if path}
    seen: dict[str, str] = {}
    for key, path in paths.items():
        try:
            files = study.files(str(path), key=key)
        except CoproduceError:  # not there yet, which is how a plan should be frozen
            continue
        seen |= {file.relative_to(study.folder.resolve()).as_posix(): sha256_of(file) for file in files}
    return seen


def changed_settings(planned: Any, now: Any, *, at: str = "", then: str = "planned") -> Iterator[str]:
    """Each key whose setting is another, with both."""
    if isinstance(planned, dict) and isinstance(now, dict):
        for key in sorted({*planned, *now}):
            place = f"{at}.{key}" if at else key
            yield from changed_settings(planned.get(key), now.get(key), at=place, then=then)
    elif planned != now and _told(planned) != _told(now):  # a number that is none is not itself
        yield f"{at}: {then} {_told(planned)}, now {_told(now)}"


def _told(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)

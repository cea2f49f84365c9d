"""A study folder: each table as CSV, row by row as the database hands it out, and ``study.toml``."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coproduce.records.engine import Progress
from coproduce.records.package import export
from coproduce.records.plan import LOCK
from coproduce.records.schema import TABLES
from coproduce.records.settings import FILE
from coproduce.records.study import read_study
from coproduce.records.toml import as_toml
from coproduce_web.export import evidence, records
from coproduce_web.export.plan import OF_EVALUATION, block, block_name, head, settings_of_plan, worth
from coproduce_web.export.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One table of the export: its columns (and whether those that people are asked of follow) and its rows."""

    columns: tuple[str, ...]
    rows: Callable[[Scope], Iterator[records.Row]]
    of_people: bool = False


_FACETS = (
    *("phase", "activity", "level", "capacity", "beneficiary", "obligation", "form", "input", "task"),
    *("planned_by", "delivered_by"),
)

WRITTEN: Mapping[str, Written] = {
    "events": Written(
        columns=("case_id", "activity", "occurred_at", "sequence", "actor", "side"), rows=records.events
    ),
    "contributions": Written(
        columns=(
            *("contribution", "initiative", "actor", "side", "given_on", "minutes", *_FACETS, "initiated_by"),
            *("status", "confirmed_by", "need", "offer"),
        ),
        rows=records.contributions,
    ),
    "people": Written(columns=("actor", "side", "joined_on", "left_on"), rows=records.people, of_people=True),
    "population": Written(columns=("persons",), rows=records.population, of_people=True),
    "initiatives": Written(
        columns=("initiative", "service", "started_on", "ended_on", "initiated_by", "status"),
        rows=records.initiatives,
    ),
    "decisions": Written(
        columns=(
            *("decision", "proposed_on", "decided_on", "topic", "proposed_by", "proposer", "decided_by"),
            *("result", "reason", "owner", "due_on", "done_on", "citizen_says", "rung", "initiative"),
        ),
        rows=records.decisions,
    ),
    "concerns": Written(
        columns=("concern", "raised_on", "evil", "severity", "status", "closed_on"), rows=records.concerns
    ),
    "units": Written(columns=("unit", "cluster", "block"), rows=evidence.units),
    "exposure": Written(columns=("unit", "arm", "since"), rows=evidence.exposure),
    "measures": Written(
        columns=("measure", "label", "better", "low", "high", "important_difference", "set_by"),
        rows=evidence.measures,
    ),
    "outcomes": Written(columns=("unit", "period", "measure", "value"), rows=evidence.outcomes),
    "inputs": Written(
        columns=("unit", "period", "professional_hours", "citizen_hours", "output"), rows=evidence.inputs
    ),
    "costs": Written(
        columns=("unit", "arm", "period", "item", "amount", "borne_by", "currency"), rows=evidence.costs
    ),
    "items": Written(columns=TABLES["items"].names, rows=evidence.items),
    "respondents": Written(columns=("respondent",), rows=evidence.respondents, of_people=True),
    "responses": Written(columns=("respondent", "item", "value", "wave"), rows=evidence.responses),
}


def write_study(scope: Scope, folder: Path, *, tell: Progress | None = None) -> dict[str, int]:
    """Write what the platform recorded as a study folder.

    Parameters
    ----------
    scope
        What it is of.
    folder
        An empty folder.
    tell
        Is told what is being written.

    Returns
    -------
    dict
        The rows of each table that was written; a table without rows is not there, but for those of a frozen plan.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    for name in OF_EVALUATION if scope.evaluation is not None else WRITTEN:
        if tell:
            tell(f"writing {name}")
        written = _write_table(name, scope=scope, folder=folder)
        if written or scope.evaluation is not None:
            rows[name] = written
        else:
            (folder / f"{name}.csv").unlink()
    settings = _settings(scope, rows=rows)
    if rows.keys() >= {"respondents", "responses"} and scope.evaluation is None:
        asked = evidence.asked(scope)
        settings["questions"]["motives"] = {
            "margins": _margins(scope, folder, written=rows.keys()),
            **({} if asked is None else {"asked": asked}),
        }
    (folder / FILE).write_text(as_toml(settings), encoding="utf-8")
    if scope.evaluation is not None and scope.evaluation.plan:
        text = json.dumps(scope.evaluation.plan, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / LOCK).write_text(text + "\n", encoding="utf-8", newline="\n")
    return rows


def write_package(scope: Scope, folder: Path, *, tell: Progress | None = None) -> None:
    """Write the study as a Data Package, by the engine's own export, which is a study folder too."""
    with tempfile.TemporaryDirectory() as place:
        write_study(scope, Path(place), tell=tell)
        export(read_study(place), folder, progress=tell)
        lock = Path(place, LOCK)
        if lock.exists():
            shutil.copy(lock, folder / LOCK)


def _write_table(name: str, *, scope: Scope, folder: Path) -> int:
    table, number = WRITTEN[name], 0
    more = scope.columns if table.of_people else evidence.group_columns(scope) if name == "units" else ()
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*table.columns, *more))
        for row in table.rows(scope):
            writer.writerow(row)
            number += 1
    return number


def _margins(scope: Scope, folder: Path, *, written: Collection[str]) -> list[str]:
    """The groups by which answers can be weighted to the population: those that are known of everyone in both."""
    if "population" not in written:
        return []
    known = set(scope.columns)
    for name in ("respondents", "population"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                known -= {column for column in known if not row[column]}
    return [column for column in scope.columns if column in known]


def _settings(scope: Scope, *, rows: Mapping[str, int]) -> dict[str, Any]:
    """What ``study.toml`` says: a frozen plan to the letter, or every table that is there."""
    if scope.evaluation is not None:
        return settings_of_plan(scope.evaluation)
    title = scope.initiative.title if scope.initiative else scope.service.title
    questions: dict[str, Any] = {}
    evaluation = evidence.chosen(scope)
    if evaluation is not None and rows.keys() >= {"exposure", "outcomes"}:
        questions["effects"] = {block_name(evaluation): block(evaluation)}
    if "inputs" in rows or "costs" in rows:
        questions["value"] = {
            "hour_value": float(scope.service.hour_value),
            "currency": scope.service.currency,
        }
        if evaluation is not None and rows.keys() >= {"costs", "exposure", "outcomes"}:
            questions["value"] |= worth(evaluation)
    return {
        "study": head(scope.service, title=title, groups=scope.columns),
        "records": {name: {"path": f"{name}.csv"} for name in rows},
        "questions": questions,
    }

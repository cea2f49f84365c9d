"""What is learned, as pages show it: findings of the engine through the gate, their figures and their tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from coproduce.findings import Finding, Findings, Table
from coproduce.reports.page_tables import PageTable, page_table
from coproduce.reports.palette import DARK, LIGHT, custom_properties, themed
from coproduce.reports.wording import GRADES, asked, not_known
from coproduce_web.disclosure import disclosed_findings
from coproduce_web.export.plan import block_name
from coproduce_web.models import Evaluation, Run, Service

ASKED = frozenset({"audit", "classify", "motives", "power", "harms", "value"})
"""The questions that a service's records can answer by themselves; others need an analyst, or an evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure of a finding: the words that say the same, and the table that holds its numbers."""

    name: str
    title: str
    words: str
    table: PageTable | None


def latest(service: Service) -> Run | None:
    """The last run that answered all of a service's records."""
    done = Run.objects.filter(service=service, initiative=None, evaluation=None, state=Run.State.DONE)
    return done.defer("figures").order_by("-ended_at").first()


def findings_of(run: Run) -> Findings:
    """What a run found as everyone may see it today: through the gate, and no effect that is not published."""
    found = Findings.model_validate(run.findings)
    published = _published(run.service)
    hidden = {one.id for one in found.findings if one.question == "effects" and one.id not in published}
    told = disclosed_findings(found, small_numbers=run.service.small_numbers)
    return told.model_copy(
        update={
            "findings": tuple(one for one in told.findings if one.id not in hidden or run.evaluation_id),
            "unanswered": tuple(one for one in told.unanswered if one.question in ASKED),
            "settings": _without(found.settings, set() if run.evaluation_id else hidden),
        }
    )


def _without(settings: Mapping[str, Any], hidden: set[str]) -> dict[str, Any]:
    """What was asked, but for the effects that are not published."""
    questions = dict(settings.get("questions", {}))
    if "effects" in questions:
        blocks = questions["effects"].items()
        questions["effects"] = {name: block for name, block in blocks if f"effects.{name}" not in hidden}
    return {**settings, "questions": questions}


def _published(service: Service) -> set[str]:
    rows: Iterable[Evaluation] = Evaluation.objects.filter(
        initiative__service=service, published_at__isnull=False
    )
    return {f"effects.{block_name(one)}" for one in rows}


def pictures(run: Run, finding: Finding) -> list[Picture]:
    """The figures of a finding; none where more is hidden today than when they were drawn."""
    drawn: dict[str, list[dict[str, Any]]] = run.figures or {}
    small_numbers = Findings.model_validate(run.findings).study.small_numbers
    if small_numbers < run.service.small_numbers:
        return []
    return [
        Picture(
            name=one["name"],
            title=one["title"],
            words=one["words"],
            table=page_table(finding.tables[one["table"]]) if one["table"] in finding.tables else None,
        )
        for one in drawn.get(finding.id, [])
    ]


def other_tables(run: Run, finding: Finding) -> list[PageTable]:
    """The tables of a finding that no figure of it shows."""
    shown = {one["table"] for one in (run.figures or {}).get(finding.id, [])}
    tables: list[tuple[str, Table]] = list(finding.tables.items())
    return [page_table(table) for name, table in tables if name not in shown and table.rows]


def picture(run: Run, *, finding: str, figure: str) -> str | None:
    """A figure as an image of its own, in the colours of the reader's theme."""
    for one in (run.figures or {}).get(finding, []):
        if one["name"] == figure:
            style = (
                f"<style>svg{{{custom_properties(LIGHT)}}}"
                f"@media (prefers-color-scheme: dark){{svg{{{custom_properties(DARK)}}}}}</style>"
            )
            head, _, body = themed(one["svg"]).partition(">")
            return f"{head}>{style}{body}"
    return None


def grade_of(finding: Finding) -> str:
    """How sure, in a word."""
    return GRADES[finding.grade.level]


def question_of(finding: Finding) -> str:
    """What was asked, in words."""
    return asked(finding.question)


def unknown(findings: Findings) -> list[str]:
    """What these records do not tell, and what would be needed."""
    return [f"{asked(one.question)} {not_known(one)}" for one in findings.unanswered]

"""What a run asks of the engine: the records as a study folder, its findings, and their drawn figures."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from coproduce import read_study
from coproduce.errors import CoproduceError
from coproduce.findings import Finding, Findings
from coproduce.records.engine import Progress
from coproduce.reports.charts import figures
from coproduce.runner import run as ask_engine
from coproduce_web.export import Scope, write_study
from coproduce_web.models import Run, Service

SECONDS_BETWEEN_WORDS = 1.0


def answered(run: Run, *, tell: Progress) -> tuple[Findings, dict[str, list[dict[str, Any]]]]:
    """What the engine finds in the records of a run's scope, and each finding's figures.

    Raises
    ------
    CoproduceError
        If the records or the plan cannot be answered.
    """
    scope = Scope(service=run.service, initiative=run.initiative, evaluation=run.evaluation, leaves=False)
    with tempfile.TemporaryDirectory() as place:
        write_study(scope, Path(place), tell=tell)
        findings = ask_engine(
            read_study(place), only=["effects", "harms"] if run.evaluation else None, progress=tell
        )
    tell("drawing the figures")
    return findings, {finding.id: drawn(finding) for finding in findings.findings}


def evils_of(service: Service) -> list[dict[str, Any]]:
    """Where each of the seven evils stands in a service's records; nothing where they cannot be read."""
    with tempfile.TemporaryDirectory() as place:
        write_study(Scope(service=service, leaves=False), Path(place))
        try:
            findings = ask_engine(read_study(place), only=["harms"])
        except CoproduceError:
            logging.getLogger("django.request").exception("No watch over harm in %s", service)
            return []
    return [row for finding in findings.findings for row in finding.tables["evils"].records()]


def drawn(finding: Finding) -> list[dict[str, Any]]:
    """The figures of a finding as they are kept: name, title, picture, words, and the table of its numbers."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "svg": one.svg,
            "words": one.description,
            "table": one.table,
        }
        for one in figures(finding)
    ]


def refusal_of(error: CoproduceError) -> str:
    """Why the engine could not answer, one fault a line."""
    return "\n".join(str(fault) for fault in getattr(error, "faults", ())) or str(error)


class Heard:
    """Tells how far a run is, but not more often than once a second."""

    def __init__(self, write: Progress) -> None:
        self._write, self._last = write, 0.0

    def __call__(self, step: str, share: float | None = None, /) -> None:
        """Take what is being done."""
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_WORDS:
            self._last = now
            self._write(step, share)

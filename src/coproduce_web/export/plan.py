"""The settings of an exported study: what is asked of it, and the plan of an evaluation as it was frozen."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coproduce.records.plan import LOCK, freeze
from coproduce.records.settings import FILE
from coproduce.records.study import read_study
from coproduce.records.toml import as_toml
from coproduce_web.models import Evaluation, Service

OF_EVALUATION = ("units", "exposure", "measures", "outcomes")
"""The tables that a frozen plan speaks of."""

FIRST_AFTER = 1
"""The first period after the beginning: outcomes of period 0 and before are from before it."""


def head(service: Service, *, title: str, groups: Iterable[str]) -> dict[str, Any]:
    """What ``[study]`` says."""
    return {
        "title": title,
        "service": service.slug,
        "small_numbers": service.small_numbers,
        "groups": list(groups),
    }


def block_name(evaluation: Evaluation) -> str:
    """The name of an evaluation's block of settings."""
    return f"evaluation_{evaluation.pk}"


def block(evaluation: Evaluation) -> dict[str, Any]:
    """The settings of ``[questions.effects.<block>]`` for an evaluation."""
    measures = list(evaluation.measures.order_by("pk"))
    matter = {
        one.name: one.important_difference or evaluation.important_difference
        for one in measures
        if one.important_difference or evaluation.important_difference
    }
    told: dict[str, Any] = {
        "design": evaluation.design,
        "outcomes": [one.name for one in measures],
        "better": {one.name: one.better for one in measures},
    }
    if evaluation.groups:
        told["groups"] = list(evaluation.groups)
    if evaluation.design == Evaluation.Design.RANDOMISED:
        told |= {"control": evaluation.arms[0], "block": "block", "starts": FIRST_AFTER}
    return told | ({"important_difference": matter} if matter else {})


def worth(evaluation: Evaluation) -> dict[str, Any]:
    """The settings that set costs against what came of them: the first measure, where arms are compared by lot."""
    if evaluation.design != Evaluation.Design.RANDOMISED:
        return {}
    first = evaluation.measures.order_by("pk").first()
    return {
        "outcome": first.name if first else None,
        "control": evaluation.arms[0],
        "starts": FIRST_AFTER,
        "randomised": True,
    }


def planned(evaluation: Evaluation) -> dict[str, Any]:
    """The plan of an evaluation in the engine's own format, as ``plan.lock`` holds it; no record is there yet."""
    service = evaluation.initiative.service
    settings = {
        "study": head(service, title=evaluation.title, groups=evaluation.groups),
        "records": {name: {"path": f"{name}.csv"} for name in OF_EVALUATION},
        "questions": {"effects": {block_name(evaluation): block(evaluation)}, **_harms(evaluation)},
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, FILE).write_text(as_toml(settings), encoding="utf-8")
        freeze(read_study(folder, awaited=True))
        held: dict[str, Any] = json.loads(Path(folder, LOCK).read_text(encoding="utf-8"))
    return held


def _harms(evaluation: Evaluation) -> dict[str, Any]:
    """The watch over harm beside the effects, where units are compared with others by lot."""
    if evaluation.design != Evaluation.Design.RANDOMISED:
        return {}
    return {
        "harms": {"control": evaluation.arms[0], "starts": FIRST_AFTER, "groups": list(evaluation.groups)}
    }


def settings_of_plan(evaluation: Evaluation) -> dict[str, Any]:
    """What ``study.toml`` of a frozen evaluation says: its plan, to the letter."""
    plan: dict[str, Any] = evaluation.plan["plan"] if evaluation.plan else {}
    return plan

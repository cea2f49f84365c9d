"""The synthesis: what all the evidence, positive and negative, says together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coproduce.findings import Finding
from coproduce.questions.synthesis import checking, wording
from coproduce.questions.synthesis.estimates import estimates
from coproduce.questions.synthesis.fitting import fit
from coproduce.questions.synthesis.reading import Studies, load
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.questions.synthesis.tables import tables
from coproduce.records.engine import Progress
from coproduce.records.opening import Records

__all__ = ["SynthesisSettings", "answer", "from_tables", "load"]


def answer(
    loaded: Studies, settings: SynthesisSettings, *, block: str, tell: Progress
) -> tuple[Finding, ...]:
    """Pool what was loaded, and say how far it can be trusted.

    Parameters
    ----------
    loaded
        The effects with their variances, from `load`.
    settings
        The block.
    block
        Its name.
    tell
        Is told what is being done.

    Returns
    -------
    tuple of Finding
        One finding.

    Notes
    -----
    The definitions stand in ``docs/questions/synthesis.md``.
    """
    settings = settings.model_copy(update={"better": settings.better or loaded.better})
    fitted = fit(loaded, settings, tell=tell)
    looked_at = checking.diagnostics(fitted, settings)
    finding = Finding(
        id=f"synthesis.{block}",
        question="synthesis",
        title=f"What all the evidence says together: {block.replace('_', ' ')}",
        answer=wording.answer(fitted, settings),
        verdict=wording.verdict(fitted, settings),
        estimates=estimates(fitted, settings),
        tables=tables(fitted, settings),
        diagnostics=looked_at,
        grade=checking.grade(fitted, settings, looked_at=looked_at),
        caveats=wording.caveats(fitted, settings),
        references=wording.REFERENCES,
    )
    return (finding,)


def from_tables(records: Records) -> Mapping[str, Mapping[str, Any]]:
    """The block that a table `studies` alone suggests; none without it."""
    if not records.has("studies"):
        return {}
    [(effects, clusters)] = records.engine.rows("SELECT count(*), count(cluster) FROM studies")
    return {"studies": {"cluster": "cluster"} if effects == clusters else {}}

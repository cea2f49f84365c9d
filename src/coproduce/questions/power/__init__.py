"""Power: voice or action, who decides, and whether promises are kept."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from coproduce.findings import Finding, Unanswered
from coproduce.findings.part import Part, joined
from coproduce.questions.power.deciding import decided
from coproduce.questions.power.giving import given
from coproduce.questions.power.representing import represented
from coproduce.questions.power.wording import finding
from coproduce.records.opening import Records
from coproduce.records.settings import Settings


class PowerSettings(Settings):
    """``[questions.power]``.

    `as_of` is the day on which the records are looked at: what is open then waits on, what is promised for later is not
    due. The last day that the register of decisions knows of, where left out.
    """

    as_of: date | None = None
    level: float = Field(default=0.95, gt=0.5, lt=1)


def answer(records: Records, settings: PowerSettings) -> tuple[Finding | Unanswered, ...]:
    """Say who decides, what comes of proposals and promises, who takes part, and how the work is shared.

    Parameters
    ----------
    records
        A study whose decisions, or contributions, are open.
    settings
        The settings of the question.

    Returns
    -------
    tuple of Finding
        One finding.

    Notes
    -----
    The definitions stand in ``docs/questions/power.md``.
    """
    parts: list[Part] = []
    if records.has("decisions"):
        parts.append(decided(records, as_of=settings.as_of, level=settings.level))
    if records.has("contributions"):
        parts.append(given(records, level=settings.level))
    parts.append(represented(records, level=settings.level))
    whole = joined(parts)
    if not whole.estimates:
        needs = ("decisions on what was proposed", "contributions with minutes that both sides agree on")
        return (Unanswered(question="power", needs=needs, reason="nothing of it stands in the records"),)
    return (finding(whole, has_decisions=records.has("decisions")),)

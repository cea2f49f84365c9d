"""The audit: where citizens already produce a service, unseen; at whose pace, at what burden."""

from __future__ import annotations

from pydantic import Field

from coproduce.findings import Finding, Unanswered
from coproduce.questions.audit import checking, groups, tables, wording
from coproduce.questions.audit.log import lay_out
from coproduce.questions.audit.structure import structure
from coproduce.questions.audit.totals import estimates, totals
from coproduce.records.opening import Records
from coproduce.records.settings import Settings


class AuditSettings(Settings):
    """``[questions.audit]``.

    `complete` holds patterns of the activities with which a case is complete; none means that every case counts.
    Edges that a smaller share of completed cases than `noise` takes are left out when it is asked what cannot be gone
    round. With ``sequence = false`` steps of one moment go by their names, so that shuffled rows give the same.
    """

    complete: tuple[str, ...] = ()
    noise: float = Field(default=0.01, ge=0, lt=1)
    sequence: bool = True


def answer(records: Records, settings: AuditSettings) -> tuple[Finding | Unanswered, ...]:
    """Find the citizens' part in an event log.

    Parameters
    ----------
    records
        A study whose events are open.
    settings
        The settings of the question.

    Returns
    -------
    tuple of Finding
        One finding.

    Notes
    -----
    The definitions stand in ``docs/questions/audit.md``.
    """
    log = lay_out(records, complete=settings.complete, sequence=settings.sequence)
    tell = records.engine.tell
    sums = totals(log)
    tell("finding what cannot be gone round")
    places = structure(log, completed=sums["completed_cases"], noise=settings.noise)
    essential = [step for step, place in places.items() if place.kind in ("intrinsic", "conditional")]
    by_month = log.ask("trend_cases", essential=essential)
    found = estimates(sums, essential_cases=sum(row["essential_cases"] for row in by_month))
    tell("comparing groups and months")
    burden, changing = groups.burden(log)
    looked_at = checking.diagnostics(log, sums=sums, changing=changing)
    finding = Finding(
        id="audit",
        question="audit",
        title="Where citizens already produce this service",
        answer=wording.answer(log, places, found={one.name: one for one in found}, sums=sums),
        verdict="descriptive",
        estimates=found,
        tables={
            "activities": tables.activities(log, places),
            "waiting": tables.waiting(log, sums),
            **tables.variants(log, cases=sums["cases"]),
            "trend": groups.trend(log, essential=essential),
            **({"burden": burden} if burden.rows else {}),
            "edges": tables.edges(log),
            "ends": tables.ends(log),
            "sides": tables.sides(log),
        },
        diagnostics=looked_at,
        grade=checking.grade(log, sums=sums, looked_at=looked_at),
        caveats=wording.caveats(log, sums=sums),
        references=wording.REFERENCES,
    )
    return (finding,)

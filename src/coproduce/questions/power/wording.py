"""The answer in one plain sentence, its grade and its caveats."""

from __future__ import annotations

from collections.abc import Iterator

from coproduce.findings import Estimate, Finding, lowered
from coproduce.findings.part import Part

REFERENCES = (
    "Arnstein, S. R. (1969). A ladder of citizen participation. Journal of the American Institute of Planners 35(4), "
    "216-224.",
    "Loeffler, E. and Bovaird, T. (2021). The Palgrave Handbook of Co-Production of Public Services and Outcomes.",
    "Kaplan, E. L. and Meier, P. (1958). Journal of the American Statistical Association 53, 457-481.",
    "Newcombe, R. G. (1998). Statistics in Medicine 17, 873-890.",
)
FEW = 20


def finding(part: Part, *, has_decisions: bool) -> Finding:
    """The finding of what all parts found."""
    found = {estimate.name: estimate for estimate in part.estimates if estimate.group is None}
    sentences = list(_sentences(found))
    return Finding(
        id="power",
        question="power",
        title="Who decides, who gives, and what is kept",
        answer=" ".join(sentences) or "These records do not say who decides or who gives.",
        verdict="descriptive",
        estimates=part.estimates,
        tables=dict(part.tables),
        diagnostics=part.diagnostics,
        grade=lowered("high", tuple(_doubts(part, found, has_decisions=has_decisions))),
        caveats=(
            *part.caveats,
            "A register shows what was written down. Proposals that nobody dared to make, and decisions taken "
            "elsewhere, are not in it.",
        ),
        references=REFERENCES,
    )


def _sentences(found: dict[str, Estimate]) -> Iterator[str]:
    if "acceptance_citizen" in found and "acceptance_organisation" in found:
        yield (
            f"Of what citizens proposed {_told(found['acceptance_citizen'])} was accepted, of what the organisation "
            f"proposed {_told(found['acceptance_organisation'])}."
        )
    if "shared_decision_share" in found:
        yield f"Citizens decided, alone or jointly, in {_told(found['shared_decision_share'])} of decisions."
    if "follow_through" in found:
        yield f"Of the promises that are due {_told(found['follow_through'])} were called done."
    if "mismatch" in found:
        yield f"Of what was called done, citizens say that {_told(found['mismatch'])} is not, or only partly, done."
    if "action_share" in found:
        yield f"Of citizens' time {_told(found['action_share'])} was action, the rest voice."
    if "professional_minutes_share" in found:
        yield f"Professionals gave {_told(found['professional_minutes_share'])} of both sides' time."


def _told(estimate: Estimate) -> str:
    """A share in percent with its interval."""
    low, high = estimate.interval or (None, None)
    value = _percent(estimate.value)
    if low is None or high is None:
        return value
    return f"{value} ({_percent(low)} to {_percent(high)})"


def _percent(value: float | None) -> str:
    return "an unknown share" if value is None else f"{100 * value:.1f} %"


def _doubts(part: Part, found: dict[str, Estimate], *, has_decisions: bool) -> Iterator[str]:
    if not has_decisions:
        yield "There is no register of decisions: who decides is not known."
    for name, words in (("acceptance_citizen", "citizens"), ("acceptance_organisation", "the organisation")):
        if name in found and (found[name].n or 0) < FEW:
            yield f"Fewer than {FEW} proposals of {words} have an answer."
    for check in part.diagnostics:
        if check.name == "timed" and not check.ok:
            yield "More than a fifth of the contributions do not say how long they took."
    if "representation" not in part.tables:
        yield "Those who take part cannot be set beside the population served."

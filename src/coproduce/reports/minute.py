"""The first page: what was found, good and bad, how sure, at whose cost, what to do, what is not known; in a minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coproduce.findings import Estimate, Finding, Findings
from coproduce.findings.grade import LEVELS
from coproduce.reports.in_short import Short, evil_name, in_short, sized
from coproduce.reports.wording import GRADES, asked, not_known

MOST_STEPS = 3
MOST_UNKNOWN = 3

GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "bad": ("What is bad, or may become so", ("harms", "alarm", "watch")),
    "good": ("What is good", ("improves",)),
    "open": (
        "What could not be told, or makes no difference that matters",
        ("uncertain", "no_important_difference"),
    ),
    "so": ("What is so", ("descriptive", "quiet")),
}
"""The groups of the first page in their order: heading, and the verdicts that stand under it."""

BEARERS = {
    "change_public_cost": "The public purse",
    "change_citizen_cost": "Citizens, in money",
    "change_citizen_hours": "Citizens, in unpaid time",
    "change_professional_hours": "Professionals' time",
    "change_other_cost": "Others",
}
"""Who bears a change, by the name of its estimate in the value finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding on the first page."""

    finding: Finding
    short: Short

    @property
    def steps(self) -> int:
        """How sure, in steps from 1 to 4."""
        return 1 + LEVELS.index(self.finding.grade.level)

    @property
    def grade(self) -> str:
        """How sure, in a word."""
        return GRADES[self.finding.grade.level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one kind."""

    key: str
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """The first page."""

    asked: int
    groups: tuple[Group, ...]
    costs: tuple[tuple[str, str], ...]
    then: tuple[str, ...]
    unknown: tuple[str, ...]


def minute(findings: Findings) -> Minute:
    """The first page of what a run found.

    Examples
    --------
    >>> from coproduce.findings import StudyLabel
    >>> minute(Findings(coproduce="0.1.0", study=StudyLabel(title="Care", service="care"))).groups
    ()
    """
    lines = [Line(finding=finding, short=in_short(finding)) for finding in findings.findings]
    groups = [
        Group(
            key=key,
            heading=heading,
            lines=tuple(line for line in lines if line.finding.verdict in verdicts),
        )
        for key, (heading, verdicts) in GROUPS.items()
    ]
    steps = dict.fromkeys(line.short.then for group in groups for line in group.lines if line.short.then)
    return Minute(
        asked=len(findings.findings) + len(findings.unanswered),
        groups=tuple(group for group in groups if group.lines),
        costs=tuple(_costs(findings)),
        then=tuple(steps)[:MOST_STEPS],
        unknown=tuple(_unknown(findings)),
    )


def _costs(findings: Findings) -> Iterator[tuple[str, str]]:
    """What changed for whom, each with its interval; only where the value finding tells it."""
    for finding in findings.findings:
        if finding.question != "value":
            continue
        for estimate in finding.estimates:
            if estimate.name in BEARERS and estimate.group is None and _changed(estimate):
                yield BEARERS[estimate.name], f"{sized(_unsigned(estimate))} {_more(estimate)} a unit"


def _limits(estimate: Estimate) -> tuple[float, float] | None:
    low, high = estimate.interval or (None, None)
    return None if low is None or high is None else (low, high)


def _changed(estimate: Estimate) -> bool:
    """Whether its interval leaves no doubt that something changed."""
    limits = _limits(estimate)
    return limits is not None and limits[0] * limits[1] > 0


def _more(estimate: Estimate) -> str:
    return "more" if (estimate.value or 0) > 0 else "less"


def _unsigned(estimate: Estimate) -> Estimate:
    limits = _limits(estimate) or (0.0, 0.0)
    return estimate.model_copy(
        update={
            "value": abs(estimate.value or 0),
            "interval": tuple(sorted(abs(limit) for limit in limits)),
        }
    )


def _unknown(findings: Findings) -> Iterator[str]:
    """What these records do not tell: questions without an answer, and harms that nobody measured."""
    open_ = [f"{asked(one.question)} {not_known(one)}" for one in findings.unanswered]
    yield from open_[:MOST_UNKNOWN]
    if len(open_) > MOST_UNKNOWN:
        yield f"{len(open_) - MOST_UNKNOWN} more questions, which stand below."
    for finding in findings.findings:
        if finding.question == "harms" and "evils" in finding.tables:
            evils = finding.tables["evils"].records()
            unseen = [evil_name(row["evil"]) for row in evils if row["status"] == "not_measured"]
            if unseen:
                yield f"Harms that nobody measured: {', '.join(unseen)}."
    unsure = sum(finding.grade.level in {"low", "very_low"} for finding in findings.findings)
    if unsure:
        yield f"{unsure} of the answers above {'rests' if unsure == 1 else 'rest'} on weak evidence."

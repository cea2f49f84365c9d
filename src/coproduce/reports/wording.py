"""The words of a report: what names in a finding are called in front of people."""

from __future__ import annotations

import re

from coproduce.findings import Estimate, Findings, Unanswered
from coproduce.reports.told import TOLD

APART = re.compile(r"(^|_)(effect|difference)(_|$)")
"""Names of estimates that say how far two shares are apart."""

GRADES = {"high": "High", "moderate": "Moderate", "low": "Low", "very_low": "Very low"}
VERDICTS = {
    "improves": "Improves",
    "harms": "Harms",
    "no_important_difference": "No important difference",
    "uncertain": "Uncertain",
    "descriptive": "Describes what the records show",
    "alarm": "Alarm",
    "watch": "Watch",
    "quiet": "Quiet",
}
QUANTITIES = {name: words for told in TOLD.values() for name, words in told.quantities.items()}
COLUMNS = {
    "sha256": "SHA-256 of the file",
    "label": "Name",
    "needs": "What is missing",
    "p": "p",
}
CELLS = {
    "cannot_say": "cannot say",
    "intrinsic": "intrinsic",
    **{name: words[:1].lower() + words[1:] for name, words in VERDICTS.items()},
    **QUANTITIES,
    **{name: words for told in TOLD.values() for name, words in told.cells.items()},
}


def asked(question: str) -> str:
    """A question, or one block of it, in plain words.

    Examples
    --------
    >>> asked("audit")
    'Where do citizens already produce this service, unseen? At whose pace, and at what burden?'
    """
    name, _, block = question.partition(".")
    words = TOLD[name].asks if name in TOLD else f"{plain(name)}."
    return f"{words} ({plain(block)})" if block else words


def not_known(unanswered: Unanswered) -> str:
    """Why a question could not be answered, and what would answer it.

    Examples
    --------
    >>> not_known(Unanswered(question="audit", needs=("events",)))
    'It needs events.'
    """
    needs = " or ".join(unanswered.needs)
    if unanswered.reason:
        return f"{unanswered.reason}. {needs}"
    return f"It needs {needs or 'records that the study does not have'}."


def plan_in_words(findings: Findings) -> tuple[str, ...]:
    """Whether the plan was frozen beforehand, what could be seen then, and each change since.

    Nothing is said of a plan where nobody froze one and nothing was compared.

    Examples
    --------
    >>> from coproduce.findings import StudyLabel
    >>> plan_in_words(Findings(coproduce="0.1.0", study=StudyLabel(title="Care", service="care")))
    ()
    """
    plan = findings.plan
    if not plan.frozen:
        compared = any(finding.question == "effects" for finding in findings.findings)
        return ("No plan was frozen: what is compared here could have been chosen after looking.",) * compared
    seen = (
        f"These files were there already: {', '.join(plan.seen)}."
        if plan.seen
        else "No records were there yet."
    )
    changed = (
        "Nothing has been changed since." if not plan.deviations else "Since then this has been changed:"
    )
    return (
        f"The plan was frozen at {plan.frozen_at} (SHA-256 {plan.sha256}). {seen} {changed}",
        *plan.deviations,
    )


def of_estimate(estimate: Estimate) -> tuple[list[float], str]:
    """The value of an estimate and its limits, where it has both, and their unit; shares apart are percentage points.

    Examples
    --------
    >>> apart = Estimate(name="effect", label="", value=0.45, interval=(0.4, 0.5), unit="proportion")
    >>> of_estimate(apart)
    ([45.0, 40.0, 50.0], 'percentage points')
    """
    limits = [limit for limit in estimate.interval or () if limit is not None]
    known = [float(estimate.value or 0), *(limits if len(limits) == 2 else [])]
    if estimate.unit == "proportion" and APART.search(estimate.name):
        return [100 * value for value in known], "percentage points"
    return known, estimate.unit


def quantity_name(name: str) -> str:
    """What a quantity is called.

    Examples
    --------
    >>> quantity_name("rework"), quantity_name("new_thing")
    ('Steps done again', 'New thing')
    """
    return QUANTITIES.get(name) or plain(name)


def column_name(name: str) -> str:
    """What a column is called.

    Examples
    --------
    >>> column_name("sha256"), column_name("cases")
    ('SHA-256 of the file', 'Cases')
    """
    return COLUMNS.get(name) or plain(name)


def plain(name: str) -> str:
    """A name in snake case as words.

    Examples
    --------
    >>> plain("age_band")
    'Age band'
    """
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]

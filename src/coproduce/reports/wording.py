"""The words of a report: what names in a finding are called in front of people."""

from __future__ import annotations

from coproduce.findings import Findings, Unanswered
from coproduce.reports.told import TOLD

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

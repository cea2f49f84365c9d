"""The words of a report: what names in a finding are called in front of people."""

from __future__ import annotations

ASKS = {
    "audit": "Where do citizens already produce this service, unseen? At whose pace, and at what burden?",
    "classify": "What exactly counts as co-production, and under whose definition?",
}
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
QUANTITIES = {
    "citizen_event_share": "Steps taken by citizens",
    "cases_with_citizen_share": "Cases with a citizen's step",
    "completed_with_essential_citizen_share": "Completed cases with an essential citizen's step",
    "rework_case_share": "Cases with a step done again",
    "waited_for_citizen_share": "Waiting time: the citizen is waited for",
    "citizen_left_waiting_share": "Waiting time: the citizen is left waiting",
    "handoffs_to_citizen_per_case": "Hand-offs to the citizen, a case",
    "handoffs_to_organisation_per_case": "Hand-offs to the organisation, a case",
    "citizen_events": "Citizen's steps",
    "citizen_minutes": "Citizen's minutes",
    "handoffs_to_citizen": "Hand-offs to the citizen",
    "citizen_left_waiting_days": "Days the citizen is left waiting",
    "waited_for_citizen_days": "Days the citizen is waited for",
    "rework": "Steps done again",
}
COLUMNS = {
    "sha256": "SHA-256 of the file",
    "median_days": "Median time",
    "p90_days": "9 in 10 are under",
    "total_days": "Time in all",
    "necessity": "Share of completed cases",
    "dominates": "On every path",
    "after": "Follows",
    "after_share": "How often it follows",
    "starts_cases": "Cases that start here",
    "ends_cases": "Cases that end here",
    "waits_for": "Who is waited for",
    "zero_gaps": "Gaps of no time",
    "given_by": "Given by",
    "rework_cases": "Cases with it done again",
    "extra_events": "Events beyond the first",
    "mean": "Mean a case",
    "difference": "Difference from all others",
    "label": "Name",
    "counts": "Counts",
    "needs": "What is missing",
    "source": "From",
    "target": "To",
    "minutes_share": "Share of minutes",
}
CELLS = {
    "cannot_say": "cannot say",
    "intrinsic": "intrinsic",
    **QUANTITIES,
}


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
    >>> column_name("median_days"), column_name("cases")
    ('Median time', 'Cases')
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

"""Sets what is true beside what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coproduce.findings import Finding, Findings
from coproduce.simulate.truth import TrueValue, Truth

Value = float | str | None
LIMITS: Mapping[str, tuple[str, str]] = {
    "mean": ("low", "high"),
    "value": ("low", "high"),
    "after_share": ("after_low", "after_high"),
}
"""Columns whose limits are not called `<column>_low` and `<column>_high`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A true value beside the answer.

    `answer` is None where it was hidden as a small number. `inside` says whether the truth lies in the interval, or
    equals an answer in words; it is None where there is neither.
    """

    name: str
    truth: float | str
    answer: Value
    low: float | None
    high: float | None
    inside: bool | None


def compare(truth: Truth, findings: Findings) -> tuple[Compared, ...]:
    """Set every true value beside the answer of the same name.

    Parameters
    ----------
    truth
        What is true of the simulated study.
    findings
        What a run found in it.

    Returns
    -------
    tuple of Compared
        In the truth's order; values whose question was not asked, or whose row is not in its table, are left out.
    """
    found = {finding.id: finding for finding in findings.findings}
    rows = (_compared(true, found.get(true.question)) for true in truth.values)
    return tuple(row for row in rows if row is not None)


def _compared(true: TrueValue, finding: Finding | None) -> Compared | None:
    answered = None if finding is None else _answered(true, finding)
    if answered is None:
        return None
    answer, low, high = answered
    return Compared(
        name=true.label,
        truth=true.value,
        answer=answer,
        low=low,
        high=high,
        inside=_inside(true.value, answered),
    )


def _answered(true: TrueValue, finding: Finding) -> tuple[Value, float | None, float | None] | None:
    if true.table is None:
        estimates = [e for e in finding.estimates if e.name == true.name and e.group is None]
        return next(((e.value, *(e.interval or (None, None))) for e in estimates), None)
    records = finding.tables[true.table].records() if true.table in finding.tables else []
    return next((_cell(record, true.name) for record in records if _is_row(record, true.row or {})), None)


def _is_row(record: Mapping[str, object], row: Mapping[str, str]) -> bool:
    return all(record.get(column) == value for column, value in row.items())


def _cell(record: Mapping[str, object], name: str) -> tuple[Value, float | None, float | None]:
    low, high = LIMITS.get(name, (f"{name}_low", f"{name}_high"))
    value = record.get(name)
    return (
        value if isinstance(value, str) else _number(value),
        _number(record.get(low)),
        _number(record.get(high)),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _inside(truth: float | str, answered: tuple[Value, float | None, float | None]) -> bool | None:
    answer, low, high = answered
    if isinstance(truth, str):
        return None if answer is None else answer == truth
    return None if low is None or high is None else low <= truth <= high


def coverage(rows: Iterable[Compared]) -> float | None:
    """The share of intervals that hold the truth; None where there is no interval.

    Examples
    --------
    >>> coverage([Compared(name="share", truth=0.5, answer=0.4, low=0.3, high=0.6, inside=True)])
    1.0
    """
    judged = [row.inside for row in rows if row.inside is not None and not isinstance(row.truth, str)]
    return sum(judged) / len(judged) if judged else None

"""RESULTS: the Finding, its grade, what may leave, and the file that carries it."""

from coproduce.findings.finding import (
    Cell,
    Diagnostic,
    Estimate,
    Finding,
    Findings,
    InputFile,
    PlanLabel,
    StudyLabel,
    Table,
    Unanswered,
)
from coproduce.findings.grade import Grade, lowered

__all__ = [
    "Cell",
    "Diagnostic",
    "Estimate",
    "Finding",
    "Findings",
    "Grade",
    "InputFile",
    "PlanLabel",
    "StudyLabel",
    "Table",
    "Unanswered",
    "lowered",
]

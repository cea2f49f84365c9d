"""Motives: who co-produces, why, and where more people would if asked."""

from __future__ import annotations

import numpy as np

from coproduce.errors import RecordsError, StudyError
from coproduce.findings import Finding, Unanswered
from coproduce.findings.part import Part, joined
from coproduce.questions.motives.correlating import correlated, unknown_correlates
from coproduce.questions.motives.measuring import hindered, measured, moved
from coproduce.questions.motives.settings import MotivesSettings
from coproduce.questions.motives.sharing import over_time, shared, without_scale
from coproduce.questions.motives.surveyed import Surveyed, read_survey
from coproduce.questions.motives.weighting import drawn, weighted
from coproduce.questions.motives.wording import finding
from coproduce.records.opening import Records
from coproduce.records.settings import FILE

__all__ = ["MotivesSettings", "answer", "check"]

FEW = 10


def check(records: Records, settings: MotivesSettings) -> None:
    """Refuse answers, designs and settings that do not fit each other.

    Raises
    ------
    RecordsError
        With every such fault (`StudyError` where all are of settings).
    """
    _read(records, settings)


def _read(records: Records, settings: MotivesSettings) -> Surveyed:
    survey, faults = read_survey(records, settings)
    faults += [*unknown_correlates(survey, settings), *without_scale(survey, settings)]
    if faults:
        raise (StudyError if all(fault.file == FILE for fault in faults) else RecordsError)(*faults)
    return survey


def answer(records: Records, settings: MotivesSettings) -> tuple[Finding | Unanswered, ...]:
    """Say who takes part and who would, what moves and hinders people, and what goes with taking part.

    Parameters
    ----------
    records
        A study whose responses, respondents and items are open; weights are fitted to `population` where it is there.
    settings
        The settings of the question.

    Returns
    -------
    tuple
        One finding; unanswered where hardly anybody answered.

    Raises
    ------
    RecordsError
        With every fault of the survey.

    Notes
    -----
    The definitions stand in ``docs/questions/motives.md``.
    """
    survey = _read(records, settings)
    citizens = survey.only(survey.side == "citizen")
    number = int(citizens.answered().sum())
    if number < FEW:
        reason = f"{number} citizens answered"
        return (
            Unanswered(question="motives", needs=(f"answers of {FEW} citizens at least",), reason=reason),
        )
    records.engine.tell("answering motives")
    fitted = weighted(survey, settings)
    own, design = fitted.survey, fitted.design
    parts = (
        shared(own, design, settings=settings),
        correlated(own, design, settings=settings),
        measured(own, design, settings=settings),
        moved(own, design, settings=settings),
        hindered(survey, own, design=design, settings=settings),
        _waves(citizens, settings),
        fitted.part,
    )
    return (finding(joined(parts), doubts=fitted.doubts),)


def _waves(citizens: Surveyed, settings: MotivesSettings) -> Part:
    """Every round of the survey; who answered in none of them is left out."""
    if len(citizens.waves) < 2:
        return Part()
    ever = np.any([citizens.answered(wave) for wave in citizens.waves], axis=0)
    survey = citizens.only(ever)
    return over_time(survey, drawn(survey, settings), settings=settings)

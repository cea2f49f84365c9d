"""Motives: who co-produces, why, and where more people would if asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coproduce.errors import Fault, StudyError, nearest
from coproduce.findings import Finding, Unanswered
from coproduce.findings.part import Part, joined
from coproduce.questions.motives.correlating import correlated
from coproduce.questions.motives.measuring import hindered, measured, moved
from coproduce.questions.motives.settings import MotivesSettings
from coproduce.questions.motives.sharing import over_time, shared
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
    survey = read_survey(records, settings)
    if faults := [*_unknown(survey, settings), *_no_scale(survey, settings)]:
        raise StudyError(*faults)


def _unknown(survey: Surveyed, settings: MotivesSettings) -> Iterator[Fault]:
    """A fault for each correlate that is neither a group nor a construct."""
    known = [*survey.groups, *dict.fromkeys(item.construct for item in survey.items)]
    for name in settings.correlates or ():
        if name not in known:
            yield Fault(
                file=FILE,
                place="questions.motives.correlates",
                rule="known",
                found=name,
                wanted="groups and constructs: " + ", ".join(known),
                hint=nearest(name, known),
            )


def _no_scale(survey: Surveyed, settings: MotivesSettings) -> Iterator[Fault]:
    """A fault where nothing says from which answer on a person is active or willing."""
    for word, given in (("active", settings.active_from), ("willing", settings.willing_from)):
        without = [
            item.name for items in survey.constructs(word).values() for item in items if item.middle is None
        ]
        if given is None and without:
            yield Fault(
                file=FILE,
                place=f"questions.motives.{word}_from",
                rule="required",
                found="nothing",
                wanted=f"the answer from which a person is {word}: {', '.join(without[:5])} have no `low` and `high`",
            )


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
    survey = read_survey(records, settings)
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

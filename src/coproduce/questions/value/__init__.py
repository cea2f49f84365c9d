"""Value: better service, or free labour; what it costs whom; and whether it is worth it."""

from __future__ import annotations

from dataclasses import replace

from coproduce.errors import EstimationError
from coproduce.findings import Finding, Unanswered
from coproduce.findings.part import joined
from coproduce.questions.value.bearing import all_borne, borne
from coproduce.questions.value.checking import check, measured
from coproduce.questions.value.gathering import Compared, gathered, lacking
from coproduce.questions.value.producing import produced
from coproduce.questions.value.section import Section
from coproduce.questions.value.settings import OUTPUT, ValueSettings
from coproduce.questions.value.weighing import weighed
from coproduce.questions.value.wording import finding, section_of
from coproduce.records.opening import Records

__all__ = ["ALSO", "NEEDS", "ValueSettings", "answer", "check"]

NEEDS = (("inputs",), ("costs",))
ALSO = ("outcomes", "exposure", "units", "measures")
WORTH = "Worth"


def answer(records: Records, settings: ValueSettings) -> tuple[Finding | Unanswered, ...]:
    """Say how both sides' hours produce together, what co-production costs whom, and whether it is worth it.

    Parameters
    ----------
    records
        A study whose inputs, or costs, are open; outcomes, exposure, units and measures are read where they are there.
    settings
        The settings of the question.

    Returns
    -------
    tuple of Finding
        One finding; what it cannot answer is said in it.

    Notes
    -----
    The definitions stand in ``docs/questions/value.md``.
    """
    sections: list[Section] = []
    if records.has("inputs"):
        records.engine.tell("fitting what hours produce")
        sections.append(produced(records, settings))
    else:
        sections.append(Section(name="Production", lacks=("the table inputs",)))
    worth, compared = _worth(records, settings)
    sections.insert(0, worth)
    if not any(section.sentences or section.part.tables for section in sections):
        needs = tuple(f"{section.name}: {lack}" for section in sections for lack in section.lacks)
        return (Unanswered(question="value", needs=needs, reason="The records do not tell"),)
    return (finding(sections, compared=compared, others=_others(records, compared)),)


def _worth(records: Records, settings: ValueSettings) -> tuple[Section, Compared | None]:
    """Costs set against outcomes, or what that would need."""
    known = all_borne(records, settings) if records.has("costs") else Section(name=WORTH)
    if lacks := lacking(records, settings):
        return replace(known, lacks=lacks), None
    records.engine.tell("weighing costs against outcomes")
    compared = gathered(records, settings)
    if lacks := compared.too_few():
        return replace(known, lacks=lacks), None
    try:
        part, whole = weighed(compared, settings)
    except EstimationError as error:
        told = f"{error.method}: {error.seen}. {error.may_help}"
        return replace(known, lacks=(told,)), compared
    section = Section(name=WORTH, part=joined([part, borne(compared, settings)]))
    return section_of(whole, section, plan=records.study.plan()), compared


def _others(records: Records, compared: Compared | None) -> list[str]:
    """The measures that costs were not set against."""
    if compared is None or not records.has("outcomes"):
        return []
    return [name for name in measured(records) if name not in {compared.measure, OUTPUT}]

"""One contribution, or what one initiative intends, as described by its facets."""

from __future__ import annotations

from collections.abc import Sequence

from coproduce.errors import StudyError
from coproduce.findings import Estimate, Finding, Grade, Table
from coproduce.questions.classify.wording import (
    PREMISE,
    READING,
    class_of,
    faults_of,
    in_order,
    listed,
    references,
    why,
)
from coproduce.vocabulary import (
    DEFINITIONS,
    TYPOLOGIES,
    Classification,
    Facets,
    Judgement,
    classify_typology,
    judge,
)

TOLD = ("four_cos", "brudney_england_1983", "voice_or_action", "intrinsic_or_active")
"""The typologies that the sentence names; the table has them all."""


def classify_facets(facets: Facets, *, title: str = "What this counts as") -> Finding:
    """Say under which definitions something counts, and what each typology calls it.

    Parameters
    ----------
    facets
        What is known of one contribution, or of an initiative (which may have several values of a facet).
    title
        The title of the finding.

    Returns
    -------
    Finding
        With the tables `definitions` and `typologies`.

    Raises
    ------
    StudyError
        If a facet or value is unknown, or an activity is not of its phase; every fault at once.

    Examples
    --------
    >>> finding = classify_facets({"phase": "deliver", "delivered_by": "both", "obligation": "compelled"})
    >>> {row["definition"]: row["counts"] for row in finding.tables["definitions"].records()}["parks_1981"]
    'no'
    """
    faults = faults_of(facets, file="facets")
    if faults:
        raise StudyError(*faults)
    judged = [judge(key, facets) for key in DEFINITIONS]
    classified = [classify_typology(key, facets) for key in TYPOLOGIES]
    return Finding(
        id="classify",
        question="classify",
        title=title,
        answer=_answer(judged, classified),
        verdict="descriptive",
        estimates=tuple(_number(judged, counts) for counts in ("yes", "no", "cannot_say")),
        tables={"definitions": _definitions(judged), "typologies": _typologies(classified)},
        grade=Grade(level="high", reasons=("The answer follows from rules; nothing is estimated.",)),
        caveats=(PREMISE, READING, *_caveats(judged, classified)),
        references=references(),
    )


def _number(judged: Sequence[Judgement], counts: str) -> Estimate:
    number = sum(each.counts == counts for each in judged)
    label = f"Definitions that say {counts.replace('_', ' ')}"
    return Estimate(name=f"definitions_{counts}", label=label, value=number, unit="definitions")


def _definitions(judged: Sequence[Judgement]) -> Table:
    return Table(
        caption="What counts as co-production, under whose definition",
        columns=("definition", "counts", "needs", "label", "why", "left_to_the_reader"),
        rows=tuple(
            (
                each.definition.key,
                each.counts,
                listed(each.needs),
                each.definition.label,
                why(each),
                each.definition.beyond if each.counts == "yes" else None,
            )
            for each in judged
        ),
    )


def _typologies(classified: Sequence[Classification]) -> Table:
    return Table(
        caption="What each author would call it",
        columns=("typology", "class", "needs", "label", "meaning"),
        rows=tuple(
            (
                each.typology.key,
                class_of(each),
                listed(each.needs),
                each.typology.label,
                " ".join(found.meaning for found in each.classes) or None,
            )
            for each in classified
        ),
    )


def _answer(judged: Sequence[Judgement], classified: Sequence[Classification]) -> str:
    yes, no, unsaid = (
        [each for each in judged if each.counts == counts] for counts in ("yes", "no", "cannot_say")
    )
    parts = [f"It counts as co-production under {len(yes)} of {len(judged)} definitions{_named(yes)}"]
    if no:
        parts.append(f"under {len(no)} it does not{_named(no)}")
    if unsaid:
        missing = ", ".join(in_order(name for each in unsaid for name in each.needs))
        parts.append(f"under {len(unsaid)} nobody can say before more is known{_named(unsaid)}: {missing}")
    names = [class_of(each) for each in classified if each.typology.key in TOLD and each.classes]
    return "; ".join(parts) + "." + (f" It is called: {'; '.join(names)}." if names else "")


def _named(judged: Sequence[Judgement]) -> str:
    return f" ({', '.join(each.definition.label for each in judged)})" if judged else ""


def _caveats(judged: Sequence[Judgement], classified: Sequence[Classification]) -> tuple[str, ...]:
    asked = [each for each in classified if each.typology.key == "intrinsic_or_active" and each.classes]
    in_part = [each.definition.label for each in judged if each.in_part]
    return (
        *(f"In part only, under: {', '.join(in_part)}." for _ in in_part[:1]),
        *(f"{each.typology.label}: {each.typology.note}" for each in asked),
    )

"""What counts as co-production, under whose definition, and what each author would call it."""

from __future__ import annotations

from importlib.resources import files

from coproduce.findings import Finding, Unanswered
from coproduce.questions.classify.amounts import Given
from coproduce.questions.classify.many import classify_contributions
from coproduce.questions.classify.one import classify_facets
from coproduce.records.opening import Records
from coproduce.records.settings import Settings
from coproduce.vocabulary import FACETS, Facets

__all__ = ["ClassifySettings", "Given", "answer", "classify_contributions", "classify_facets"]

QUERIES = files("coproduce.questions.classify")


class ClassifySettings(Settings):
    """``[questions.classify]``: there is nothing to set."""


def answer(records: Records, settings: ClassifySettings) -> tuple[Finding | Unanswered, ...]:  # noqa: ARG001
    """Classify what citizens gave in a study, and what its initiatives intend."""
    finding = classify_contributions(
        _given(records) if records.has("contributions") else (),
        set_aside=_set_aside(records) if records.has("contributions") else 0,
        intended=_intended(records) if records.has("initiatives") else {},
        small_numbers=records.study.head.small_numbers,
    )
    return (finding,)


def _given(records: Records) -> tuple[Given, ...]:
    return tuple(
        Given(
            initiative=initiative,
            facets=dict(zip(FACETS, facets, strict=True)),
            contributions=contributions,
            minutes=minutes,
            timed=timed,
            agreed=agreed,
        )
        for initiative, *facets, contributions, minutes, timed, agreed in records.engine.rows(
            QUERIES / "contributions.sql"
        )
    )


def _set_aside(records: Records) -> int:
    ((number,),) = records.engine.rows("SELECT count(*) FROM contributions WHERE side <> 'citizen'")
    return int(number)


def _intended(records: Records) -> dict[str, Facets]:
    rows = records.engine.rows(QUERIES / "initiatives.sql")
    return {initiative: dict(zip(FACETS, facets, strict=True)) for initiative, *facets in rows}

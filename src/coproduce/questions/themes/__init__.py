"""Themes: what people's own accounts say, and whether those who coded them agree."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from coproduce.findings import Finding, Unanswered
from coproduce.findings.part import joined
from coproduce.questions.themes.agreeing import agreed
from coproduce.questions.themes.coded import Coded, read_coded
from coproduce.questions.themes.counting import counted
from coproduce.questions.themes.joining import displayed
from coproduce.questions.themes.wording import finding
from coproduce.records.opening import Records
from coproduce.records.settings import Settings


class ThemesSettings(Settings):
    """``[questions.themes]``.

    `units` is what coders are compared on: ``passages`` that were given to all, or ``documents``; where left out,
    passages if most of them were marked alike by two coders. `order` names all codes from low to high where they are
    steps of one scale.
    """

    units: Literal["passages", "documents"] | None = None
    order: tuple[str, ...] = ()
    joint: tuple[str, ...] = Field(
        default=(), description="the codes of the joint display; else the commonest"
    )
    level: float = Field(default=0.95, gt=0.5, lt=1)
    resamples: int = Field(default=2000, ge=200, le=100_000, description="draws of the bootstrap")
    orders: int = Field(default=1000, ge=100, le=100_000, description="random orders of the documents")
    seed: int = Field(default=1, ge=0)


def check(records: Records, settings: ThemesSettings) -> None:
    """Refuse settings that name codes which nobody gave, or leave one out of the order.

    Raises
    ------
    StudyError
        With every such code.
    """
    _read(records, settings)


def _read(records: Records, settings: ThemesSettings) -> Coded:
    return read_coded(records, named={"order": settings.order, "joint": settings.joint})


def answer(records: Records, settings: ThemesSettings) -> tuple[Finding | Unanswered, ...]:
    """Say which codes people's accounts hold, which go together, whether coders agree and whether more would be heard.

    Parameters
    ----------
    records
        A study whose segments are open; `cases` and `studies` are joined to them where they are there.
    settings
        The settings of the question.

    Returns
    -------
    tuple of Finding
        One finding.

    Raises
    ------
    StudyError
        If a setting names a code that nobody gave, or leaves one out.

    Notes
    -----
    The definitions stand in ``docs/questions/themes.md``. No passage is quoted.
    """
    coded = _read(records, settings)
    if not len(coded.code):
        return (Unanswered(question="themes", needs=("rows in segments",), reason="No passage is coded"),)
    records.engine.tell("comparing coders")
    parts = [
        counted(coded, level=settings.level, orders=settings.orders, seed=settings.seed),
        agreed(
            coded,
            units=settings.units,
            order=settings.order,
            level=settings.level,
            resamples=settings.resamples,
            seed=settings.seed,
        ),
        displayed(records, coded, joint=settings.joint),
    ]
    small_numbers = records.study.head.small_numbers
    return (finding(joined(parts), coded, small_numbers=small_numbers),)

"""How far an answer can be trusted, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Level = Literal["high", "moderate", "low", "very_low"]
LEVELS: tuple[Level, ...] = ("very_low", "low", "moderate", "high")


class Grade(BaseModel):
    """A level of trust with its reasons, each a plain sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level
    reasons: tuple[str, ...]


def lowered(start: Level, reasons: tuple[str, ...]) -> Grade:
    """The grade that starts at a level and falls one step for each reason against it.

    Examples
    --------
    >>> lowered("high", ("A quarter of the events have no side of their own.",)).level
    'moderate'
    """
    place = max(0, LEVELS.index(start) - len(reasons))
    return Grade(level=LEVELS[place], reasons=reasons)

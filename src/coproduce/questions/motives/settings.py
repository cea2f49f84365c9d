"""The settings of ``[questions.motives]``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from coproduce.records.settings import Settings


class MotivesSettings(Settings):
    """``[questions.motives]``.

    Who says at least `active_from` to any item of `active.…` is active, and who says at least `willing_from` to any of
    `willing.…` is willing: the middle of each item's scale, and the step above it, where left out.
    """

    wave: str | None = Field(
        default=None, description="the round that is answered from; else the last by name"
    )
    active_from: float | None = Field(default=None, description="the answer from which a person is active")
    willing_from: float | None = Field(default=None, description="the answer from which a person is willing")
    asked: int | None = Field(default=None, ge=1, description="how many citizens were asked to answer")
    margins: tuple[str, ...] | None = Field(
        default=None,
        description="the groups whose shares weights are fitted to; all that `population` and `respondents` share, "
        "where left out; none where empty",
    )
    cap: float | None = Field(
        default=5, gt=1, description="the most that a fitted weight may be, in mean weights"
    )
    single: Literal["centre", "refuse", "certain"] = Field(
        default="centre", description="the rule for strata with one primary sampling unit"
    )
    nested: bool = Field(
        default=False,
        description="whether the names of primary sampling units are used again in other strata",
    )
    correlates: tuple[str, ...] | None = Field(
        default=None, description="groups and constructs beside which taking part is looked at"
    )
    model: Literal["ordinal", "binary"] = Field(
        default="ordinal", description="how often people take part, or whether they do"
    )
    level: float = Field(default=0.95, gt=0.5, lt=1)

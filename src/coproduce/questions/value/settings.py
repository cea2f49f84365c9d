"""What ``[questions.value]`` may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from coproduce.records.settings import Settings

CITIZEN_SHARE = "citizen_share"
OUTPUT = "output"


class ValueSettings(Settings):
    """``[questions.value]``.

    `outcome` is a measure, or ``output`` of the table of inputs; `control` the arm that others are compared with;
    `starts` the first period with co-production (what was before is then a covariate; all periods count where it is
    left out). `hour_value` is what a citizen's hour is worth; `willingness_to_pay` what a unit of outcome is, both in
    `currency`. `population` is how many units the decision is about.
    """

    outcome: str | None = Field(
        default=None, min_length=1, description="the measure that costs are set against"
    )
    better: Literal["up", "down"] | None = Field(
        default=None, description="which way is better, where `measures` does not say"
    )
    control: str | None = Field(
        default=None, min_length=1, description="the arm that others are compared with"
    )
    starts: int | None = Field(default=None, description="the first period with co-production")
    randomised: bool | None = Field(default=None, description="whether chance decided who was in which arm")
    hour_value: float | None = Field(default=None, ge=0, le=1e9, description="what a citizen's hour is worth")
    currency: str | None = Field(default=None, min_length=1, max_length=20, description="such as GBP")
    willingness_to_pay: float | None = Field(
        default=None, gt=0, le=1e15, description="what a unit of outcome is worth"
    )
    thresholds: tuple[float, float] | None = Field(
        default=None,
        description="the lowest and highest worth of a unit of outcome on the acceptability curves",
    )
    population: int | None = Field(default=None, ge=1, description="how many units the decision is about")
    other_inputs: tuple[str, ...] = Field(
        default=(), description="further columns of `inputs` that are inputs"
    )
    efficiency_by: tuple[str, ...] = Field(
        default=(CITIZEN_SHARE,),
        description="what may explain inefficiency: columns of `inputs`, citizen_share",
    )
    returns: Literal["constant", "variable"] = Field(default="variable", description="to scale, in DEA")
    orientation: Literal["input", "output"] = Field(default="input", description="of DEA")
    level: float = Field(default=0.95, gt=0.5, lt=1)
    resamples: int = Field(default=2000, ge=200, le=100_000, description="draws of the bootstrap")
    seed: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _rising(self) -> ValueSettings:
        if self.thresholds is not None and not 0 <= self.thresholds[0] < self.thresholds[1] <= 1e15:
            raise ValueError("`thresholds` of two numbers from 0, the second the larger")
        return self

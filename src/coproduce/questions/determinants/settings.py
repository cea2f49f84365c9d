"""``[questions.determinants.<block>]``: which cases, which sets, which cut-offs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from coproduce.methods.qca.calibrate import in_order
from coproduce.records.settings import BlockSettings, Settings

Method = Literal["direct", "indirect", "crisp", "multi_value", "levels", "quantiles"]
WANTED_ANCHORS: Mapping[Method, str] = {
    "direct": "`anchors` = exclusion, crossover, inclusion, all the way rising or falling (or six for a set of the "
    "middle: exclusion, crossover, inclusion, inclusion, crossover, exclusion)",
    "indirect": "two or more rising `anchors` between the rough classes",
    "crisp": "one anchor: from it on, a case is in the set",
    "multi_value": "two or more rising `anchors`: a case has reached as many levels as it has reached anchors",
    "levels": "no `anchors`: the column holds the levels 0, 1, 2, …",
    "quantiles": "no `anchors`, or three shares of cases that rise, each between 0 and 1",
}
MARKS = frozenset("*+~{}")
TAKEN = frozenset({"n", "incl", "pri", "out", "cases", "contradictory", "case"})


def _one_expected(value: object) -> object:
    return (value,) if isinstance(value, str | int) and not isinstance(value, bool) else value


Expected = Annotated[
    tuple[Literal["present", "absent"] | int, ...],
    BeforeValidator(_one_expected, json_schema_input_type=str | int | list[int]),
    Field(min_length=1),
]
"""``present``, ``absent``, or the levels of a condition with several that should help the outcome."""


class Calibration(Settings):
    """How the numbers of one column become memberships in a set, or levels."""

    method: Method = Field(default="direct", description="how the anchors are used")
    anchors: tuple[float, ...] = Field(default=(), description="the numbers that give the set its meaning")
    degree: float = Field(
        default=0.95, gt=0.5, lt=1, description="the membership at the anchor of inclusion (direct)"
    )

    @model_validator(mode="after")
    def _anchors_fit(self) -> Calibration:
        if not _fitting(self.method, self.anchors):
            raise ValueError(f"for the method `{self.method}` {WANTED_ANCHORS[self.method]}")
        return self


def _fitting(method: Method, anchors: tuple[float, ...]) -> bool:
    rising = list(anchors) == sorted(set(anchors))
    if method == "direct":
        return in_order(anchors)
    if method == "quantiles":
        return not anchors or (len(anchors) == 3 and rising and anchors[0] > 0 and anchors[2] < 1)
    wanted = {"crisp": len(anchors) == 1, "levels": not anchors}
    return rising and wanted.get(method, len(anchors) >= 2)


def _plain_name(name: str) -> str:
    if not name or MARKS & set(name):
        raise ValueError("a name without the marks * + ~ { }, which join the names of a solution")
    if name in TAKEN:
        raise ValueError(
            f"another name than {', '.join(sorted(TAKEN))}: these are columns of the truth table"
        )
    return name


Name = Annotated[str, AfterValidator(_plain_name)]


class DeterminantsSettings(BlockSettings):
    """Which cases, which sets, which cut-offs."""

    case_id: str = Field(default="case_id", description="the column with the cases' names")
    outcome: Name = Field(default="outcome", description="the column with the outcome")
    conditions: tuple[Name, ...] = Field(
        min_length=1, description="the columns with the conditions, in the order in which terms print them"
    )
    calibrate: Mapping[str, Calibration] = Field(
        default_factory=dict,
        description="column -> how it is calibrated; what is not named holds memberships from 0 to 1 already",
    )
    inclusion: float = Field(
        default=0.8, ge=0.5, le=1, description="the least inclusion of a row that leads to the outcome"
    )
    pri: float = Field(default=0.5, ge=0, le=1, description="the least PRI of such a row")
    frequency: int = Field(
        default=1, ge=1, description="a row with fewer cases counts as one without any (a remainder)"
    )
    expectations: Mapping[str, Expected] = Field(
        default_factory=dict, description="condition -> what of it should help the outcome: present or absent"
    )
    missing: Literal["refuse", "leave_out"] = Field(
        default="refuse", description="what becomes of a case with a missing condition or outcome"
    )
    enhanced: bool = Field(default=True, description="also solve without untenable assumptions")
    necessity: float = Field(
        default=0.9, gt=0.5, le=1, description="the least inclusion of a necessary condition"
    )
    relevance: float = Field(
        default=0.6, ge=0, le=1, description="the least relevance (RoN) of a necessary condition"
    )
    listed: int = Field(
        default=20, ge=1, le=1000, description="how many tied models of a type are listed at most"
    )
    robustness: bool = Field(
        default=True, description="solve again with other cut-offs, anchors and without each case"
    )
    permutations: int | None = Field(
        default=None,
        ge=0,
        description="shuffles of the outcome; left out, 1,000 (200 with over 10 conditions)",
    )
    seed: int = Field(default=1, ge=0, description="the seed of the shuffles")
    regression: bool = Field(default=False, description="show a small-sample regression beside it")

    @model_validator(mode="after")
    def _names_agree(self) -> DeterminantsSettings:
        twice = [name for name, times in Counter((*self.conditions, self.outcome)).items() if times > 1]
        if twice:
            raise ValueError(
                f"each condition once, and not the outcome among them; not {', '.join(twice)} twice"
            )
        unknown = {
            "calibrate": set(self.calibrate) - {*self.conditions, self.outcome},
            "expectations": set(self.expectations) - set(self.conditions),
        }
        for key, names in unknown.items():
            if names:
                raise ValueError(
                    f"under `{key}` only names from `conditions` (or `outcome`), not {sorted(names)}"
                )
        many = self.calibrate.get(self.outcome)
        if many is not None and many.method in {"multi_value", "levels"}:
            raise ValueError("an outcome that is one set, crisp or fuzzy, not one with several levels")
        return self

    def shuffles(self) -> int:
        """How many times the outcome is shuffled."""
        if self.permutations is not None:
            return self.permutations
        return 1000 if len(self.conditions) <= 10 else 200

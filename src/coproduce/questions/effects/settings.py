"""``[questions.effects.<block>]``: what a comparison is, key by key, and which keys belong to which design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from coproduce.methods.effects.time_series import Errors
from coproduce.records.settings import BlockSettings, Label, Texts

Design = Literal[
    "randomised",
    "staggered",
    "before_after_with_comparison",
    "one_area",
    "time_series",
    "matched",
    "threshold",
    "before_after",
]

ARMS = frozenset({"arm", "control", "groups", "cluster", "weight", "covariates"})
PANEL = frozenset({"unit", "period", "since", "treated", "starts", "cluster"})
SHARED = frozenset(
    {
        "data",
        "delimiter",
        "encoding",
        "design",
        "outcome",
        "outcomes",
        "label",
        "better",
        "important_difference",
    }
    | {"measured_in", "level", "adjust", "seed"}
)
OWN: Mapping[str, frozenset[str]] = {
    "randomised": ARMS
    | {"block", "unit", "period", "starts", "permutations", "weight_citizen", "weight_organisation"},
    "matched": ARMS - {"weight"} | {"unit", "period", "starts"},
    "staggered": PANEL | {"comparison", "covariates", "groups"},
    "before_after_with_comparison": PANEL | {"arm", "control", "groups"},
    "one_area": PANEL - {"cluster"},
    "time_series": frozenset({"period", "starts", "season", "harmonics", "errors"}),
    "threshold": frozenset(
        {"running", "cutoff", "treated_when", "bandwidth", "cluster", "covariates"} | {"groups"}
    ),
    "before_after": frozenset({"unit", "period", "starts"}),
}
"""The keys that each design knows beside those that all share."""

NEEDED: Mapping[str, frozenset[str]] = {
    "randomised": frozenset({"arm"}),
    "matched": frozenset({"arm", "covariates"}),
    "staggered": frozenset({"unit", "period"}),
    "before_after_with_comparison": frozenset({"period"}),
    "one_area": frozenset({"unit", "period"}),
    "time_series": frozenset({"period", "starts"}),
    "threshold": frozenset({"running", "cutoff"}),
    "before_after": frozenset({"period", "starts"}),
}
"""The keys without which a design cannot read a file of the analyst's own."""

FROM_TABLES = frozenset({"arm", "unit", "period", "since"})
"""What the study's own tables give a name to."""

Labels = Annotated[
    tuple[Label, ...],
    BeforeValidator(lambda value: value if isinstance(value, list | tuple) else (value,)),
    Field(min_length=1),
]


class EffectsSettings(BlockSettings):
    """One comparison. A block reads the study's tables, or the file under `data` with the analyst's own names."""

    design: Design = Field(description="how the comparison came about")
    outcome: str | None = Field(
        default=None, min_length=1, description="the column (or measure) of the outcome"
    )
    outcomes: Texts | None = Field(default=None, description="several outcomes: a family")
    label: str | None = Field(default=None, min_length=1, description="the outcome in words")
    measured_in: str | None = Field(
        default=None, min_length=1, description="the outcome's unit, such as visits"
    )
    better: Literal["up", "down"] | Mapping[str, Literal["up", "down"]] | None = Field(
        default=None, description="which way is better; for several outcomes a table of them"
    )
    important_difference: (
        Annotated[float, Field(gt=0)] | Mapping[str, Annotated[float, Field(gt=0)]] | None
    ) = Field(default=None, description="the smallest difference that matters, in the outcome's unit")
    arm: str | None = Field(default=None, min_length=1, description="the column of the arm")
    control: Label | None = Field(default=None, description="the label of the comparison arm")
    unit: str | None = Field(default=None, min_length=1, description="the column of the unit")
    period: str | None = Field(default=None, min_length=1, description="the column of the period")
    since: str | None = Field(
        default=None, min_length=1, description="the column of the first treated period; empty or 0 is never"
    )
    treated: Labels | None = Field(
        default=None, description="the units that were treated, instead of `since`"
    )
    starts: float | None = Field(default=None, description="the first treated period")
    comparison: Literal["never", "not_yet"] = Field(
        default="not_yet", description="who stands for no treatment"
    )
    cluster: str | None = Field(default=None, min_length=1, description="the column of the clusters")
    block: str | None = Field(
        default=None, min_length=1, description="the column of the blocks within which chance decided"
    )
    weight: str | None = Field(default=None, min_length=1, description="the column of the weights")
    covariates: Texts = Field(default=(), min_length=0, description="columns known before treatment")
    groups: Texts = Field(
        default=(), min_length=0, description="columns of subgroups that were named beforehand"
    )
    weight_citizen: Mapping[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="outcome -> how much it matters to citizens"
    )
    weight_organisation: Mapping[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="outcome -> how much it matters to the organisation"
    )
    running: str | None = Field(default=None, min_length=1, description="the column that a threshold cuts")
    cutoff: float | None = Field(default=None, description="the threshold")
    treated_when: Literal["above", "below"] = Field(
        default="above", description="the treated side of the threshold (which itself is treated)"
    )
    bandwidth: float | None = Field(
        default=None, gt=0, description="how near to the threshold; chosen if left out"
    )
    season: int | None = Field(
        default=None, ge=2, description="how many periods make one turn of the seasons"
    )
    harmonics: int = Field(default=2, ge=1, description="how many waves make a season")
    errors: Errors = Field(
        default="autoregressive", description="how the errors of a series are taken to hang together"
    )
    permutations: int = Field(default=0, ge=0, le=1_000_000, description="draws of randomisation inference")
    adjust: Literal["holm", "benjamini_hochberg"] = Field(
        default="holm", description="how a family's p-values are adjusted; the second is exploratory"
    )
    level: float = Field(default=0.95, gt=0.5, lt=1, description="the coverage of intervals")
    seed: int = Field(default=1, ge=0, description="where chance begins, so that a run can be repeated")

    @model_validator(mode="after")
    def _fits_its_design(self) -> EffectsSettings:
        written = self.model_fields_set
        if foreign := sorted(written - SHARED - OWN[self.design]):
            known = ", ".join(sorted(OWN[self.design]))
            raise ValueError(
                f"no {_listed(foreign)} where design is {self.design}, which knows {known} beside what all share"
            )
        given = FROM_TABLES if self.data is None else frozenset[str]()
        if missing := sorted(NEEDED[self.design] - written - given):
            raise ValueError(f"{_listed(missing)} too, without which {self.design} cannot be read")
        if self.outcome is not None and self.outcomes is not None:
            raise ValueError("either `outcome` or `outcomes`")
        if self.data is not None and self.outcome is None and self.outcomes is None:
            raise ValueError("`outcome` too: the column to compare")
        named = [*self.named_outcomes, *self.covariates, *filter(None, (self.arm, self.running))]
        if twice := sorted(name for name, times in Counter(named).items() if times > 1):
            raise ValueError(f"each outcome, covariate and arm another column; {_listed(twice)} stands twice")
        self._treated_is_clear()
        return self

    def _treated_is_clear(self) -> None:
        """Which units are treated from when on must be said once."""
        if self.design not in ("staggered", "before_after_with_comparison", "one_area"):
            return
        named = self.treated is not None or (self.arm is not None and self.since is None)
        if self.since is not None and (named or self.starts is not None):
            raise ValueError("either `since` or `starts` with the treated, not both")
        if named and self.starts is None:
            raise ValueError("`starts` too: the first treated period")
        if self.data is not None and self.since is None and not named:
            raise ValueError("`since` (a column), or `treated` (labels of units) and `starts`")

    @property
    def named_outcomes(self) -> tuple[str, ...]:
        """The outcomes that were named; none means all measures of the study."""
        return self.outcomes or ((self.outcome,) if self.outcome is not None else ())


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)

"""What a block ``[questions.synthesis.<name>]`` may hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field, model_validator

from coproduce.records.settings import BlockSettings, Texts

Measure = Literal["MD", "SMD", "SMDH", "ROM", "RR", "OR", "RD", "PETO", "COR", "ZCOR"]
MEANS, COUNTS = ("n1", "mean1", "sd1", "n2", "mean2", "sd2"), ("a", "b", "c", "d")
STATISTICS = ("t", "f", "p", "sign")
WAYS: dict[Measure, tuple[tuple[str, ...], ...]] = {
    "MD": (MEANS,),
    "SMD": (MEANS, ("t", "n1", "n2"), ("f", "sign", "n1", "n2"), ("p", "sign", "n1", "n2")),
    "SMDH": (MEANS,),
    "ROM": (MEANS,),
    "RR": (COUNTS,),
    "OR": (COUNTS,),
    "RD": (COUNTS,),
    "PETO": (COUNTS,),
    "COR": (("r", "n"), ("t", "n")),
    "ZCOR": (("r", "n"), ("t", "n")),
}
"""Each measure with the sets of raw columns that it can be worked out from."""

RAW = (*MEANS, *COUNTS, "r", "n", *STATISTICS)
_COLUMN = Field(default=None, min_length=1)


class SynthesisSettings(BlockSettings):
    """``[questions.synthesis.<name>]``: where the effects stand, and how they are pooled.

    Each row gives an effect with its variance (or standard error), or the raw numbers of a `measure`: sizes, means and
    standard deviations of two groups; counts; correlations; or a test statistic.
    """

    study: str = Field(default="study", min_length=1, description="the column that names the study")
    effect: str | None = Field(default=None, min_length=1, description="the column of the effects [effect]")
    variance: str | None = Field(
        default=None, min_length=1, description="the column of their sampling variances"
    )
    se: str | None = Field(
        default=None, min_length=1, description="or of their standard errors (the roots of variances)"
    )
    measure: Measure | None = Field(default=None, description="what the effects are, or are worked out to")
    n1: str | None = _COLUMN
    mean1: str | None = _COLUMN
    sd1: str | None = _COLUMN
    n2: str | None = _COLUMN
    mean2: str | None = _COLUMN
    sd2: str | None = _COLUMN
    a: str | None = _COLUMN
    b: str | None = _COLUMN
    c: str | None = _COLUMN
    d: str | None = _COLUMN
    r: str | None = _COLUMN
    n: str | None = _COLUMN
    t: str | None = _COLUMN
    f: str | None = _COLUMN
    p: str | None = _COLUMN
    sign: str | None = _COLUMN
    add: float = Field(
        default=0.5, gt=0, description="what the cells of a table with an empty one are raised by"
    )
    eventless: Literal["keep", "leave_out"] = Field(
        default="keep", description="what becomes of studies in which nobody of either group had the event"
    )
    findings: Texts | tuple[()] = Field(default=(), description="our own findings.json files, each a study")
    findings_as: Literal["effect", "effect_standardised"] = Field(
        default="effect_standardised", description="which estimate of a finding enters"
    )
    reverse: Texts | tuple[()] = Field(
        default=(),
        description="findings (ids or studies) whose sign is turned, as less of their outcome is better",
    )
    estimator: Literal["REML", "ML", "DL", "PM", "EB", "HE", "SJ", "fixed"] = "REML"
    test: Literal["knapp_hartung", "z"] = "knapp_hartung"
    guard: bool = Field(default=False, description="whether Knapp and Hartung's error may not fall below z's")
    level: float = Field(default=0.95, gt=0.5, lt=1, description="the coverage that intervals promise")
    cluster: str | None = Field(
        default=None, min_length=1, description="effects of one cluster hang together"
    )
    levels: tuple[str, Literal["effect"]] | None = Field(
        default=None, description='`["study", "effect"]`: effects within studies (three levels)'
    )
    moderators: Texts | tuple[()] = Field(default=(), description="what effects may depend on")
    categories: Texts | tuple[()] = Field(
        default=(), description="moderators that are labels although they are written as numbers"
    )
    subgroups: Texts | tuple[()] = Field(default=(), description="columns whose values are pooled each alone")
    order: str | None = Field(
        default=None, min_length=1, description="when each study arrived, such as its year"
    )
    steps: tuple[float, ...] = Field(
        default=(0.025,), min_length=1, description="one-sided p-values at which being seen may change"
    )
    better: Literal["up", "down"] | None = Field(default=None, description="which way is an improvement")
    important_difference: float | None = Field(
        default=None, gt=0, description="the smallest effect that matters, on the scale that is pooled"
    )

    @model_validator(mode="after")
    def _whole(self) -> SynthesisSettings:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        if self.variance and self.se:
            yield "`variance` or `se`, not both"
        named = self.raw()
        if named and self.measure is None:
            yield f"`measure` beside {', '.join(f'`{key}`' for key in named)}: one of {', '.join(WAYS)}"
        if named and self.effect:
            yield "either `effect` (with `variance` or `se`) or raw columns, not both"
        if named and self.measure:
            yield from self._problems_of_columns(named)
        yield from self._problems_of_models()

    def _problems_of_columns(self, named: Sequence[str]) -> Iterator[str]:
        used = {key for way in self.ways() for key in way}
        unused = [key for key in named if key not in used and key != "n"]
        if unused or not used:
            ways = " or ".join(" ".join(way) for way in WAYS[self.measure or "MD"])
            left = " ".join(unused or named)
            yield f"for the measure {self.measure} the columns {ways}; {left} makes none of them whole"

    def _problems_of_models(self) -> Iterator[str]:
        unknown = [name for name in self.categories if name not in self.moderators]
        if unknown:
            yield f"`categories` that are among `moderators`; {', '.join(unknown)} is not"
        if self.levels and self.estimator not in {"REML", "ML"}:
            yield f'`estimator` "REML" or "ML" beside `levels`; {self.estimator} knows no levels'
        if any(not 0 < step < 1 for step in self.steps) or list(self.steps) != sorted(set(self.steps)):
            yield "`steps` that rise, each between 0 and 1"

    def raw(self) -> tuple[str, ...]:
        """The raw columns that are named (`n` alone is the number of people beside an effect)."""
        named = tuple(key for key in RAW if getattr(self, key))
        return () if named == ("n",) else named

    def ways(self) -> tuple[tuple[str, ...], ...]:
        """The sets of raw columns that are named, in the order in which a row is tried by them."""
        found = WAYS[self.measure] if self.measure else ()
        return tuple(way for way in found if all(getattr(self, key) for key in way))

    @property
    def shown_as(self) -> Literal["ratio", "correlation"] | None:
        """What the pooled scale is turned into for readers: ratios of logarithms, correlations of Fisher's z."""
        if self.measure in {"RR", "OR", "PETO", "ROM"}:
            return "ratio"
        return "correlation" if self.measure == "ZCOR" else None

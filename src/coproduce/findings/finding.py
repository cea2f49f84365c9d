"""The Finding: what a question answers, as data.

A Finding does not compute, print, plot or remember the records. Every picture in a report can be drawn again
from it.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coproduce.findings.grade import Grade

Verdict = Literal[
    "improves", "harms", "no_important_difference", "uncertain", "descriptive", "alarm", "watch", "quiet"
]


def _finite(value: object) -> object:
    """NaN and infinity are not numbers that JSON or a reader can hold: they become empty."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


Number = Annotated[float | None, BeforeValidator(_finite)]
Cell = Annotated[bool | int | float | str | None, BeforeValidator(_finite)]


class Model(BaseModel):
    """A frozen record with no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Estimate(Model):
    """One number with its uncertainty.

    `value`, `se` and `interval` share the `unit`. `n` is how many units the number rests on; `count` is the
    number of them behind a share, and is what the rule of small numbers looks at.

    Examples
    --------
    >>> Estimate(name="cases", label="Cases", value=10, unit="count", n=10).value
    10.0
    """

    name: str
    label: str
    value: Number
    se: Number = None
    interval: tuple[Number, Number] | None = None
    level: float | None = None
    p: Number = None
    unit: str
    n: int | None = None
    count: int | None = None
    group: str | None = None


class Table(Model):
    """Rows that a report shows and a program reads.

    `counts` names the columns that count people or cases, each with the columns that are emptied with it because
    the count could be worked out from them: small counts never leave. With `drops`, such a row leaves the table
    altogether. Where rows add up to a known whole (`adds_up`: the columns that say which whole; none = all rows),
    one hidden row would be the difference: a second is then hidden too.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    counts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    drops: bool = False
    adds_up: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _rectangular(self) -> Table:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells, the table has {len(self.columns)} columns")
        named = {*self.counts, *(self.adds_up or ())}.union(*self.counts.values())
        unknown = named - set(self.columns)
        if unknown:
            raise ValueError(f"columns that the table does not have: {sorted(unknown)}")
        return self

    def column(self, name: str) -> list[bool | int | float | str | None]:
        """The cells of one column, from the first row to the last."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def records(self) -> list[dict[str, bool | int | float | str | None]]:
        """The rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Diagnostic(Model):
    """Something that was looked at, whether it is well, and what that means in plain words."""

    name: str
    value: Cell
    ok: bool
    meaning: str


class Finding(Model):
    """The answer of one question (or one block of it), with all that is needed to trust, show or doubt it.

    Examples
    --------
    >>> share = Estimate(
    ...     name="share", label="Share", value=0.4, interval=(0.3, 0.5), unit="proportion", n=100
    ... )
    >>> finding = Finding(
    ...     id="audit",
    ...     question="audit",
    ...     title="The audit",
    ...     answer="Citizens take 40 % (30 % to 50 %) of the steps.",
    ...     verdict="descriptive",
    ...     estimates=(share,),
    ...     grade=Grade(level="high", reasons=()),
    ... )
    >>> finding.estimate("share").interval
    (0.3, 0.5)
    """

    id: str
    question: str
    title: str
    answer: str
    verdict: Verdict
    estimates: tuple[Estimate, ...] = ()
    tables: dict[str, Table] = Field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    grade: Grade
    caveats: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def estimate(self, name: str, *, group: str | None = None) -> Estimate:
        """The estimate of that name (and group).

        Raises
        ------
        KeyError
            If the finding has no such estimate; the message lists those that it has.
        """
        for estimate in self.estimates:
            if estimate.name == name and estimate.group == group:
                return estimate
        raise KeyError(f"{self.id} has no estimate {name!r}; it has {[e.name for e in self.estimates]}")


class Unanswered(Model):
    """A question (or a block of it) that the records cannot answer: what it needs, or why a method refused."""

    question: str
    needs: tuple[str, ...]
    reason: str | None = None


class InputFile(Model):
    """A table that was read: how many rows, and the SHA-256 of its file (None where there is no file to hash)."""

    rows: int
    sha256: str | None


class PlanLabel(Model):
    """What a findings file says of its plan: whether it was frozen, what lay there already, what was changed since."""

    frozen: bool = False
    frozen_at: str | None = None
    sha256: str | None = None
    seen: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()


class StudyLabel(Model):
    """What a findings file says of its study."""

    title: str
    service: str
    simulated: bool = False
    small_numbers: int = 5


class Findings(Model):
    """All that a run found: the content of ``findings.json``.

    `made_with` names the programs that counted, with their versions. `settings` is what ``study.toml`` said, and
    `only` what was asked where not everything was: with the same records they give the same findings again.
    """

    coproduce: str
    made_with: dict[str, str] = Field(default_factory=dict)
    study: StudyLabel
    settings: dict[str, Any] = Field(default_factory=dict)
    only: tuple[str, ...] | None = None
    inputs: dict[str, InputFile] = Field(default_factory=dict)
    plan: PlanLabel = PlanLabel()
    findings: tuple[Finding, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()

    def finding(self, name: str, /) -> Finding:
        """The finding of that id, such as ``audit``."""
        for finding in self.findings:
            if finding.id == name:
                return finding
        raise KeyError(f"no finding {name!r}; there are {[f.id for f in self.findings]}")

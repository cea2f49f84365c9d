"""What comes of making findings again: a statement for whoever doubts them."""

from __future__ import annotations

from typing import Literal

from coproduce.findings.comparing import Difference
from coproduce.findings.finding import Findings, InputFile, Model

Outcome = Literal["same", "rounding", "differs", "cannot"]
MOST_DIFFERENCES = 20


class Held(Model):
    """Whether one finding holds.

    `outcome` is `same` (to the last digit), `rounding` (the same but for rounding), `differs`, or `cannot` (be made
    again here, for `reasons`). Of the differences the first twenty are given; `differing` counts all of them.
    """

    id: str
    title: str
    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    differing: int = 0
    largest_apart: float = 0.0
    hidden: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it was found again."""
        return self.outcome in {"same", "rounding"}


class InputPair(Model):
    """One table or file as it was read then, and now; None where it was not there."""

    then: InputFile | None
    now: InputFile | None

    @property
    def is_same(self) -> bool:
        """Whether it is the same file, byte for byte."""
        return self.then == self.now and (self.then is None or self.then.sha256 is not None)


class Statement(Model):
    """What comes of making the findings of a file again.

    `then` and `now` are the two sets of findings without the findings themselves; `file` and `sha256` are of the file
    with the published ones. `changed` lists the settings in which ``study.toml`` says otherwise today (those of the
    file were used), `left_out` what these records answer too and the file does not have.
    """

    holds: bool
    file: str
    sha256: str
    checked_at: str
    then: Findings
    now: Findings
    inputs: dict[str, InputPair]
    changed: tuple[str, ...]
    findings: tuple[Held, ...]
    left_out: tuple[str, ...]

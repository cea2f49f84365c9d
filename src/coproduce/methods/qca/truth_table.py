"""The truth table: every configuration in which there are cases, and whether it leads to the outcome.

Configurations without cases (logical remainders) are counted and never listed: there can be millions of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.qca.fit import Sufficiency, in_term, sufficiency
from coproduce.methods.qca.sets import Sets

Numbers = NDArray[np.float64]
Status = Literal["positive", "negative", "few"]

ROUNDING = 1e-9
"""A score that misses its cut-off by less than this has reached it: sums of memberships are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffs:
    """From which inclusion and PRI on a row counts as leading to the outcome, and from how many cases on it counts."""

    inclusion: float = 0.8
    pri: float = 0.5
    frequency: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One configuration: its cases (numbers of rows of the data), its fit and what becomes of it.

    A row is `contradictory` where some of its cases have the outcome and some have not. A row with too `few` cases is
    treated like one without any.
    """

    configuration: tuple[int, ...]
    cases: tuple[int, ...]
    fit: Sufficiency
    status: Status
    contradictory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthTable:
    """The rows with cases, in the order of their configurations; `possible` rows in all.

    `on_the_fence` holds the cases with a membership of exactly 0.5 in a condition: they are in no row.
    """

    rows: tuple[Row, ...]
    levels: tuple[int, ...]
    on_the_fence: tuple[int, ...]

    @property
    def possible(self) -> int:
        """How many configurations there could be."""
        return math.prod(self.levels)

    @property
    def remainders(self) -> int:
        """How many configurations have no cases, or too few."""
        return self.possible - sum(row.status != "few" for row in self.rows)

    def configurations(self, status: Status) -> NDArray[np.int64]:
        """The configurations of that status, one a row."""
        found = [row.configuration for row in self.rows if row.status == status]
        return np.array(found, dtype=np.int64).reshape(len(found), len(self.levels))


def truth_table(sets: Sets, outcome: Numbers, *, cut_offs: CutOffs) -> TruthTable:
    """Build the truth table of an outcome.

    Parameters
    ----------
    sets
        The cases' memberships in the conditions.
    outcome
        Memberships in the outcome, from 0 to 1.
    cut_offs
        What a row needs to count as leading to the outcome.

    Returns
    -------
    TruthTable
        Each case is in the row in which its membership is over 0.5. The fit of a row rests on all cases, with whatever
        membership they have in it.

    References
    ----------
    Ragin, C. C. (2008). Redesigning Social Inquiry, chapter 7; Schneider, C. Q. and Wagemann, C. (2012), chapter 7.

    Examples
    --------
    >>> sets = Sets(values=np.array([[1.0, 1], [1, 1], [0, 1], [0, 0]]), levels=(2, 2))
    >>> table = truth_table(sets, np.array([1.0, 1, 0, 0]), cut_offs=CutOffs())
    >>> [(row.configuration, row.status, row.cases) for row in table.rows]
    [((0, 0), 'negative', (3,)), ((0, 1), 'negative', (2,)), ((1, 1), 'positive', (0, 1))]
    >>> table.remainders
    1
    """
    fence = sets.on_the_fence()
    members: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for case, corner in enumerate(sets.corners().tolist()):
        if not fence[case]:
            members[tuple(corner)].append(case)
    rows = tuple(
        _row(sets, outcome, cut_offs=cut_offs, configuration=configuration, cases=members[configuration])
        for configuration in sorted(members)
    )
    return TruthTable(
        rows=rows, levels=sets.levels, on_the_fence=tuple(int(case) for case in np.flatnonzero(fence))
    )


def _row(
    sets: Sets,
    outcome: Numbers,
    *,
    cut_offs: CutOffs,
    configuration: tuple[int, ...],
    cases: list[int],
) -> Row:
    fit = sufficiency(in_term(sets, configuration), outcome)
    enough = fit.inclusion >= cut_offs.inclusion - ROUNDING and fit.pri >= cut_offs.pri - ROUNDING
    sides = {bool(value > 0.5) for value in outcome[cases] if value != 0.5}
    return Row(
        configuration=configuration,
        cases=tuple(cases),
        fit=fit,
        status="few" if len(cases) < cut_offs.frequency else "positive" if enough else "negative",
        contradictory=len(sides) == 2,
    )

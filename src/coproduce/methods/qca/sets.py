"""Sets: the memberships of cases in conditions, crisp, fuzzy and with several values alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Cases and their conditions.

    Parameters
    ----------
    values
        One row a case, one column a condition: a membership from 0 to 1 where the condition has two levels, else the
        level itself (0, 1, 2, …).
    levels
        How many levels each condition has; 2 for crisp and fuzzy sets.

    Examples
    --------
    >>> sets = Sets(values=np.array([[0.8, 2.0], [0.3, 0.0]]), levels=(2, 3))
    >>> sets.membership(0, 0).round(1), sets.membership(1, 2)
    (array([0.2, 0.7]), array([1., 0.]))
    >>> sets.corners()
    array([[1, 2],
           [0, 0]])
    """

    values: Numbers
    levels: tuple[int, ...]

    def membership(self, condition: int, level: int) -> Numbers:
        """How far each case is in one level of one condition."""
        column = self.values[:, condition]
        if self.levels[condition] > 2:
            return np.asarray(column == level, dtype=float)
        return column if level else 1 - column

    def corners(self) -> NDArray[np.int64]:
        """The level of each case in each condition: for fuzzy sets the side of 0.5 on which it lies."""
        fuzzy = np.asarray(self.levels) == 2
        return np.where(fuzzy, self.values > 0.5, self.values).astype(np.int64)

    def on_the_fence(self) -> NDArray[np.bool_]:
        """The cases of which a membership is exactly 0.5, so that they belong to no row of a truth table."""
        fuzzy = np.asarray(self.levels) == 2
        return np.asarray(np.any((self.values == 0.5) & fuzzy, axis=1))

    def without(self, case: int) -> Sets:
        """The same sets without one case."""
        return Sets(values=np.delete(self.values, case, axis=0), levels=self.levels)

"""A panel as a matrix: one row a unit, one column a period, NaN where the outcome is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Outcomes by unit and period.

    `values` is (units x periods); `units` and `periods` name its rows and columns, in order; `first` is for each unit
    the place in the long arrays of its earliest row, by which what is constant within a unit is looked up.
    """

    values: Floats
    units: npt.NDArray[Any]
    periods: Floats
    first: npt.NDArray[np.intp]

    def balanced(self) -> npt.NDArray[np.bool_]:
        """Which units are known in every period."""
        return np.asarray(np.isfinite(self.values).all(axis=1))


def as_panel(outcome: Floats, *, unit: npt.NDArray[Any], period: Floats) -> Panel:
    """Long arrays, one entry a unit and period, as a panel.

    Parameters
    ----------
    outcome
        The outcome; NaN where it is not known.
    unit
        Whose it is: whole numbers or text.
    period
        When, as numbers in order of time.

    Returns
    -------
    Panel
        The same numbers, units and periods sorted.

    Raises
    ------
    EstimationError
        If a unit has two rows in one period, or a period is not a number.

    Examples
    --------
    >>> import numpy as np
    >>> as_panel(
    ...     np.array([1.0, 2.0, 3.0]), unit=np.array(["b", "a", "a"]), period=np.array([1.0, 1.0, 2.0])
    ... ).values
    array([[ 2.,  3.],
           [ 1., nan]])
    """
    period = np.asarray(period, dtype=np.float64)
    if not np.isfinite(period).all():
        raise EstimationError(
            "the panel", seen="a period that is not a number", may_help="Number the periods in order of time."
        )
    units, row = np.unique(unit, return_inverse=True)
    order = np.lexsort((period, row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    periods, column = np.unique(period, return_inverse=True)
    place = row * len(periods) + column
    found, counts = np.unique(place, return_counts=True)
    if (counts > 1).any():
        twice = divmod(int(found[counts > 1][0]), len(periods))
        raise EstimationError(
            "the panel",
            seen=f"unit {units[twice[0]]} has {counts.max()} rows in period {periods[twice[1]]:g}",
            may_help="One row a unit and period is needed.",
        )
    values = np.full(len(units) * len(periods), np.nan)
    values[place] = outcome
    return Panel(values=values.reshape(len(units), -1), units=units, periods=periods, first=first)


def within_units(panel: Panel, values: npt.NDArray[Any], *, unit: npt.NDArray[Any], what: str) -> Any:
    """What is the same in all rows of a unit, one entry a unit; NaN is a value of its own.

    Raises
    ------
    EstimationError
        If it changes within a unit.

    Examples
    --------
    >>> import numpy as np
    >>> unit, since = np.array([1, 1, 2]), np.array([3.0, 3.0, np.nan])
    >>> long = as_panel(np.array([5.0, 6.0, 7.0]), unit=unit, period=np.array([1.0, 2.0, 1.0]))
    >>> within_units(long, since, unit=unit, what="the first treated period")
    array([ 3., nan])
    """
    each = values[panel.first]
    spread = each[np.searchsorted(panel.units, unit)]
    differs = values != spread
    if values.dtype.kind == "f":
        differs &= ~(np.isnan(values) & np.isnan(spread))
    if differs.any():
        raise EstimationError(
            "the panel",
            seen=f"{what} changes within unit {unit[np.flatnonzero(differs)[0]]}",
            may_help="It must be the same in every row of a unit.",
        )
    return each

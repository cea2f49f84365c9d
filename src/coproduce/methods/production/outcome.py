"""What the methods of production share in their results: tests, and intervals on a scale of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coproduce.methods.intervals import Interval, student


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesisTest:
    """A statistic on `df` (and `df_error`; infinity: chi-squared) degrees of freedom, and its p."""

    statistic: float
    df: int
    p: float
    df_error: float = math.inf


def transformed(
    value: float, se: float, *, df: float, level: float, back: Callable[[float], float]
) -> Interval:
    """An interval that is symmetric on another scale, told on that of the number.

    Parameters
    ----------
    value, se, df
        The number on the scale on which it is about normal, its error and degrees of freedom.
    level
        The coverage that is promised.
    back
        From that scale to the number's own, rising or falling.

    Returns
    -------
    Interval
        `se` is by the delta method; it and the limits are NaN where there is no error to build on.

    Examples
    --------
    >>> found = transformed(0.0, 0.5, df=math.inf, level=0.95, back=math.exp)
    >>> found.value, round(found.low, 4), round(found.high, 4), round(found.se, 4)
    (1.0, 0.3753, 2.6644, 0.5)
    """
    own = back(value)
    if not (se > 0 and df > 0):
        return Interval(value=own, low=math.nan, high=math.nan, se=math.nan)
    half = student(level, df) * se
    with np.errstate(over="ignore"):
        low, high = sorted((back(value - half), back(value + half)))
        slope = abs(back(value + 1e-5) - back(value - 1e-5)) / 2e-5
    return Interval(value=own, low=low, high=high, se=slope * se)

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


def mixed_chi_squared(ratio: float, *, df: int) -> HypothesisTest:
    """The likelihood ratio of a null on a boundary: one restriction is one-sided, the others are not.

    Parameters
    ----------
    ratio
        Twice the difference of log likelihoods.
    df
        Restrictions under the null, the one-sided among them.

    Returns
    -------
    HypothesisTest
        Its p is half that of `df` and half that of `df - 1` degrees of freedom.

    References
    ----------
    Kodde, D. A. and Palm, F. C. (1986). Econometrica 54(5), 1243-1248, table 1 (upper bounds); Coelli, T. J. (1995).
    Journal of Productivity Analysis 6, 247-268.

    Examples
    --------
    >>> round(mixed_chi_squared(2.706, df=1).p, 4), round(mixed_chi_squared(5.138, df=2).p, 4)
    (0.05, 0.05)
    """
    from scipy.special import chdtrc

    ratio = max(0.0, ratio)
    lower = float(chdtrc(df - 1, ratio)) if df > 1 else float(ratio == 0)
    return HypothesisTest(statistic=ratio, df=df, p=(float(chdtrc(df, ratio)) + lower) / 2)

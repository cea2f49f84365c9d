"""Confidence intervals in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with its interval; `se` where the interval is built on one."""

    value: float
    low: float
    high: float
    se: float | None = None


def critical(level: float) -> float:
    """The two-sided critical value of the standard normal distribution.

    Examples
    --------
    >>> round(critical(0.95), 6)
    1.959964
    """
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """A share with the interval of Wilson (1927), which keeps its promise in small samples and near 0 and 1.

    Parameters
    ----------
    successes, n
        How many of how many; the `n` are taken as independent.
    level
        The coverage that is promised.

    Returns
    -------
    Interval
        The share and its limits; all three are NaN where `n` is 0.

    References
    ----------
    Wilson, E. B. (1927). Journal of the American Statistical Association 22, 209-212; Brown, L. D., Cai, T. T.
    and DasGupta, A. (2001). Statistical Science 16(2), 101-133, equation 4.

    Examples
    --------
    >>> share = wilson(8, 10)
    >>> round(share.low, 4), round(share.high, 4)
    (0.4902, 0.9433)
    """
    if n == 0:
        return Interval(value=math.nan, low=math.nan, high=math.nan)
    z = critical(level)
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return Interval(value=share, low=low, high=high)

"""Quantiles of Student's t, so that intervals from few units keep their promise."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

MANY = 2000
TINY = 1e-300


@lru_cache(maxsize=10_000)
def student(probability: float, df: float) -> float:
    """The quantile of Student's t distribution.

    Parameters
    ----------
    probability
        Above 0.5 and below 1: the chance to stay below the quantile.
    df
        Degrees of freedom, above 0; they need not be whole.

    Returns
    -------
    float
        The quantile, to about 12 digits.

    References
    ----------
    Abramowitz, M. and Stegun, I. A. (1964). Handbook of Mathematical Functions: 26.5.8 (the incomplete beta function
    as a continued fraction), 26.7.1 (its relation to t) and 26.7.5 (the expansion for many degrees of freedom).

    Examples
    --------
    >>> round(student(0.975, 9), 4)
    2.2622
    """
    z = NormalDist().inv_cdf(probability)
    if df > MANY:
        return _expanded(z, df)
    low, high = z, 2 * z
    while _above(high, df) > 1 - probability:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _above(middle, df) > 1 - probability else (low, middle)
    return (low + high) / 2


def _expanded(z: float, df: float) -> float:
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / df**power for power, term in enumerate(terms))


def _above(t: float, df: float) -> float:
    """The chance to be above t, for t > 0."""
    return _incomplete_beta(df / (df + t * t), df / 2, b=0.5) / 2


def _incomplete_beta(x: float, a: float, *, b: float) -> float:
    """The regularised incomplete beta function."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, b=a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front * _continued_fraction(x, a, b=b) / a


def _continued_fraction(x: float, a: float, *, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + ...))), by Lentz's method."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for term in range(1, 10_000):
        m = term // 2
        if term % 2:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / ((1 + d * denominator) or TINY)
        numerator = (1 + d / numerator) or TINY
        value *= numerator * denominator
        if abs(numerator * denominator - 1) < 1e-16:
            break
    return 1 / value

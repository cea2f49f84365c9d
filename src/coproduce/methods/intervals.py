"""Confidence intervals in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from scipy.special import stdtrit

Exact = int | float | Fraction


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


def student(level: float, df: float) -> float:
    """The two-sided critical value of Student's t, so that intervals from few units keep their promise.

    Examples
    --------
    >>> round(student(0.95, 9), 6)
    2.262157
    """
    return float(stdtrit(df, 0.5 + level / 2))


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


def difference_of_shares(one: tuple[int, int], other: tuple[int, int], *, level: float = 0.95) -> Interval:
    """The difference of two shares, with Newcombe's interval: each side's Wilson limits, put together.

    Parameters
    ----------
    one, other
        Successes and number, of independent groups.
    level
        The coverage that is promised.

    Returns
    -------
    Interval
        The first share less the second; NaN where a group is empty.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
    Medicine 17, 873-890, method 10.

    Examples
    --------
    >>> found = difference_of_shares((56, 70), (48, 80))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    first, second = wilson(*one, level=level), wilson(*other, level=level)
    value = first.value - second.value
    return Interval(
        value=value,
        low=value - math.hypot(first.value - first.low, second.high - second.value),
        high=value + math.hypot(first.high - first.value, second.value - second.low),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What a mean and its error need of `n` numbers: their total and the total of their squares.

    Given as whole numbers, all that follows is exact to the last rounding.
    """

    n: int
    total: Exact
    squares: Exact

    def __sub__(self, other: Moments) -> Moments:
        """The moments of the numbers that are not in `other`."""
        return Moments(
            n=self.n - other.n, total=self.total - other.total, squares=self.squares - other.squares
        )

    def mean(self) -> float:
        """The mean; NaN of no numbers."""
        return float(Fraction(self.total) / self.n) if self.n else math.nan

    def squared_error(self) -> float:
        """The variance of the mean; NaN of fewer than two numbers."""
        if self.n < 2:
            return math.nan
        deviations = Fraction(self.squares) - Fraction(self.total) ** 2 / self.n
        return max(0.0, float(deviations / (self.n * (self.n - 1))))


def mean(numbers: Moments, *, level: float = 0.95) -> Interval:
    """A mean with its interval by Student's t.

    Parameters
    ----------
    numbers
        Moments of independent numbers.
    level
        The coverage that is promised, for a normal distribution or many numbers.

    Returns
    -------
    Interval
        The limits are NaN where there are fewer than two numbers.

    References
    ----------
    Student (1908). Biometrika 6, 1-25.

    Examples
    --------
    >>> m = mean(Moments(n=4, total=10, squares=30))
    >>> m.value, round(m.low, 4), round(m.high, 4)
    (2.5, 0.4457, 4.5543)
    """
    se = math.sqrt(numbers.squared_error())
    return _around(numbers.mean(), se, df=numbers.n - 1, level=level)


def difference(one: Moments, other: Moments, *, level: float = 0.95) -> Interval:
    """The difference of two means (one less the other) with the interval of Welch (1947).

    Parameters
    ----------
    one, other
        Moments of two independent sets of numbers, whose variances may differ.
    level
        The coverage that is promised.

    Returns
    -------
    Interval
        The limits are NaN where either set has fewer than two numbers.

    References
    ----------
    Welch, B. L. (1947). Biometrika 34, 28-35; degrees of freedom by Satterthwaite, F. E. (1946). Biometrics
    Bulletin 2, 110-114.

    Examples
    --------
    >>> d = difference(Moments(n=4, total=10, squares=30), Moments(n=3, total=3, squares=5))
    >>> d.value, round(d.low, 3), round(d.high, 3)
    (1.5, -0.732, 3.732)
    """
    a, b = one.squared_error(), other.squared_error()
    df = math.nan
    if a + b > 0:
        df = (a + b) ** 2 / (a**2 / (one.n - 1) + b**2 / (other.n - 1))
    return _around(one.mean() - other.mean(), math.sqrt(a + b), df=df, level=level)


def simultaneous(level: float, *, comparisons: int) -> float:
    """The level of each of several intervals that all hold together at `level` (Bonferroni).

    Examples
    --------
    >>> round(simultaneous(0.95, comparisons=5), 4)
    0.99
    """
    return 1 - (1 - level) / max(1, comparisons)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMoments:
    """What a ratio and its error need of `n` pairs (y, x): totals of y, x, y², x·y and x²."""

    n: int
    y: Exact
    x: Exact
    yy: Exact
    xy: Exact
    xx: Exact


def share_of_totals(pairs: PairMoments, *, level: float = 0.95) -> Interval:
    """A share of totals over clusters: a ratio estimator, its error by the delta method.

    Parameters
    ----------
    pairs
        Moments of the pairs (y, x) with 0 <= y <= x, one pair a cluster (such as a case); clusters are independent.
    level
        The coverage that is promised.

    Returns
    -------
    Interval
        The total of y over the total of x, its standard error, and limits by Student's t that are symmetric on the
        logit scale, so that they stay between 0 and 1. Where no two clusters differ there is no error to build on:
        the limits are those of `wilson` with the clusters as units. All is NaN where the total of x is 0.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, 3rd edition, equation 6.13 (without its correction for finite
    populations).

    Examples
    --------
    >>> share = share_of_totals(PairMoments(n=4, y=6, x=12, yy=14, xy=22, xx=40))
    >>> share.value, round(share.se, 4), round(share.low, 4), round(share.high, 4)
    (0.5, 0.1361, 0.1503, 0.8497)
    """
    if not pairs.x:
        return Interval(value=math.nan, low=math.nan, high=math.nan)
    share = Fraction(pairs.y) / Fraction(pairs.x)
    squares = Fraction(pairs.yy) - 2 * share * Fraction(pairs.xy) + share * share * Fraction(pairs.xx)
    if pairs.n < 2 or squares <= 0 or share in (0, 1):
        plain = wilson(round(share * pairs.n), pairs.n, level=level)
        return Interval(
            value=float(share), low=min(plain.low, float(share)), high=max(plain.high, float(share))
        )
    value = float(share)
    se = math.sqrt(squares * pairs.n / (pairs.n - 1)) / float(pairs.x)
    half = student(level, pairs.n - 1) * se / (value * (1 - value))
    return Interval(value=value, low=_shifted(value, -half), high=_shifted(value, half), se=se)


def _shifted(share: float, by: float) -> float:
    """A share moved on the logit scale."""
    odds = share / (1 - share) * math.exp(min(by, 700))
    return odds / (1 + odds)


def _around(value: float, se: float, *, df: float, level: float) -> Interval:
    """An interval by Student's t; NaN limits where there is no error to build it on."""
    if not se > 0:
        return Interval(value=value, low=math.nan, high=math.nan, se=se)
    half = student(level, df) * se
    return Interval(value=value, low=value - half, high=value + half, se=se)

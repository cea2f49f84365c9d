"""Changes from an earlier to a later time: of a ratio of totals, of a rate, and along a slope."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from coproduce.methods.intervals import Interval, student

Array = NDArray[np.float64]


def change_of_ratio(
    early: tuple[Array, Array], late: tuple[Array, Array], *, level: float = 0.95
) -> Interval:
    """How a ratio of totals changed, where the same people stand behind both times.

    Parameters
    ----------
    early, late
        Numerator and denominator of each person (0 for who was not there), in the same order.
    level
        The coverage that is promised, in the limit of many people.

    Returns
    -------
    Interval
        Later ratio less earlier ratio, its error linearised over people; NaN where a denominator is 0.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, 3rd edition, section 6.4.

    Examples
    --------
    >>> import numpy as np
    >>> ones = np.ones(4)
    >>> change_of_ratio((ones, ones), (np.array([2.0, 2, 1, 3]), ones)).value
    1.0
    """
    influence, ratios = np.zeros(len(early[0])), []
    for sign, (y, x) in ((-1.0, early), (1.0, late)):
        if not x.sum() > 0:
            return Interval(value=math.nan, low=math.nan, high=math.nan)
        ratio = y.sum() / x.sum()
        influence += sign * (y - ratio * x) / x.sum()
        ratios.append(float(ratio))
    number = int(((early[1] > 0) | (late[1] > 0)).sum())
    if number < 2:
        return Interval(value=ratios[1] - ratios[0], low=math.nan, high=math.nan)
    se = math.sqrt(number / (number - 1) * float(influence @ influence))
    half = student(level, number - 1) * se
    value = ratios[1] - ratios[0]
    return Interval(value=value, low=value - half, high=value + half, se=se)


def ratio_of_rates(late: tuple[int, float], early: tuple[int, float], *, level: float = 0.95) -> Interval:
    """How many times as frequent something has become.

    Parameters
    ----------
    late, early
        How often it happened, and in how much person-time.
    level
        The coverage that is promised, exactly or more (Poisson counts).

    Returns
    -------
    Interval
        The ratio of the two rates with the exact conditional interval; NaN where nothing happened or no time passed.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). Biometrika 26, 404-413, on the share of the later among all, which is
    binomial (Przyborowski and Wilenski 1940).

    Examples
    --------
    >>> found = ratio_of_rates((12, 10.0), (6, 10.0))
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (2.0, 0.695, 6.495)
    """
    (x, time), (y, before) = late, early
    if x + y == 0 or not (time > 0 and before > 0):
        return Interval(value=math.nan, low=math.nan, high=math.nan)
    tail = (1 - level) / 2
    low = float(betaincinv(x, y + 1, tail)) if x else 0.0
    high = float(betaincinv(x + 1, y, 1 - tail)) if y else 1.0
    factor = before / time
    odds = [share / (1 - share) * factor if share < 1 else math.inf for share in (low, high)]
    return Interval(value=x / y * factor if y else math.inf, low=odds[0], high=odds[1])


def relative_slopes(values: Array, times: Array, *, units: NDArray[np.generic]) -> Array:
    """The change of each unit from one time to the next, as a share of its own mean.

    Parameters
    ----------
    values, times, units
        One number a unit and time.

    Returns
    -------
    array
        The least-squares slope of each unit over its mean; units with one time, or a mean of 0 or less, are left out.

    Examples
    --------
    >>> import numpy as np
    >>> relative_slopes(
    ...     np.array([9.0, 11, 5]), np.array([1.0, 2, 1]), units=np.array(["a", "a", "b"])
    ... ).tolist()
    [0.2]
    """
    _, place = np.unique(units.astype(str), return_inverse=True)
    n = np.bincount(place)
    mean, middle = (np.bincount(place, weights=each) / n for each in (values, times))
    apart = times - middle[place]
    spread = np.bincount(place, weights=apart**2)
    known = (spread > 0) & (mean > 0)
    moved = np.bincount(place, weights=apart * values)
    found: Array = moved[known] / spread[known] / mean[known]
    return found

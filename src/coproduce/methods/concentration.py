"""Who has how much: Lorenz and concentration curves, Gini and concentration index, with their errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.intervals import student

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """An index of concentration with its error.

    Parameters
    ----------
    value
        The index.
    se
        Its standard error; NaN where fewer than two clusters were seen.
    low, high
        The interval by Student's t.
    df
        Degrees of freedom: clusters less one (of a change: those of the arm with fewer).
    influence
        What each unit adds to the error: the index moves by it where the unit weighs a little more.
    """

    value: float
    se: float
    low: float
    high: float
    df: float
    influence: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A Lorenz or concentration curve: the share of all that the first part of the units has.

    Parameters
    ----------
    units
        Cumulative shares of the units, from 0 to 1.
    amount
        Cumulative shares of the amount, from 0 to 1.
    """

    units: Array
    amount: Array


def fractional_ranks(by: Array, weights: Array | None = None) -> Array:
    """The place of each unit in an order, as the share of all units before it and half of those on its own place.

    Parameters
    ----------
    by
        What the units are ordered by, lowest first; equal values share a place.
    weights
        How many units each one stands for; 1 where left out.

    References
    ----------
    Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997). Socioeconomic inequalities in health: measurement,
    computation, and statistical inference. Journal of Econometrics 77, 87-103.

    Examples
    --------
    >>> import numpy as np
    >>> fractional_ranks(np.array([1.0, 2.0, 2.0, 5.0])).tolist()
    [0.125, 0.5, 0.5, 0.875]
    """
    weight = np.ones(len(by)) if weights is None else weights
    _, place = np.unique(by, return_inverse=True)
    mass = np.bincount(place, weights=weight)
    found: Array = ((np.cumsum(mass) - mass / 2) / mass.sum())[place]
    return found


def concentration_index(
    amount: Array,
    by: Array,
    *,
    weights: Array | None = None,
    clusters: NDArray[np.generic] | None = None,
    bounds: tuple[float, float] | None = None,
    level: float = 0.95,
) -> Concentration:
    """How an amount is concentrated along an order of the units.

    Parameters
    ----------
    amount
        What each unit has, such as an outcome or minutes of work.
    by
        What the units are ordered by, the worst off lowest; equal values share a place.
    weights
        How many units each one stands for; 1 where left out.
    clusters
        The cluster of each unit; clusters are independent. Each unit is its own where left out.
    bounds
        The lowest and highest amount that there can be: the index is then that of Erreygers, which says the same of
        an amount and of what is lacking of it. Without them it is the relative index of Kakwani and Wagstaff.
    level
        The coverage that is promised, in the limit of many clusters.

    Returns
    -------
    Concentration
        From -1 (all with the worst off) by 0 to 1 (all with the best off). The error takes into account that mean and
        ranks come from the same sample.

    Raises
    ------
    EstimationError
        If there are no units, or the mean (on which the relative index rests) is not above 0.

    References
    ----------
    O'Donnell, O., van Doorslaer, E., Wagstaff, A. and Lindelow, M. (2008). Analyzing Health Equity Using Household
    Survey Data. World Bank, chapter 8, equations 8.2 and 8.3; Kakwani, Wagstaff and van Doorslaer (1997), Journal of
    Econometrics 77, 87-103 (the error); Erreygers, G. (2009). Correcting the concentration index. Journal of Health
    Economics 28(2), 504-515.

    Examples
    --------
    >>> import numpy as np
    >>> births = np.array([29939.0, 28776, 26528, 24689, 19739])
    >>> deaths = np.array([154.7, 152.9, 119.5, 86.9, 54.3])
    >>> round(concentration_index(deaths, np.arange(5.0), weights=births).value, 4)
    -0.1694
    """
    weight = np.ones(len(amount)) if weights is None else np.asarray(weights, dtype=float)
    value, influence = _index(amount, by, weight=weight, bounds=bounds)
    se, df = _error(influence, clusters)
    return _interval(value, se=se, df=df, level=level, influence=influence)


def _index(
    amount: Array, by: Array, *, weight: Array, bounds: tuple[float, float] | None
) -> tuple[float, Array]:
    """The index, and what each unit adds to it (weights over their total, so that the influences add up to 0)."""
    if not len(amount) or not weight.sum() > 0:
        raise EstimationError(
            "concentration index",
            seen="no units",
            may_help="Units with a known amount and a place in the order.",
        )
    share = weight / weight.sum()
    ranks = fractional_ranks(by, weight)
    mean = float(share @ amount)
    if bounds is None and not mean > 0:
        raise EstimationError(
            "concentration index",
            seen=f"a mean of {mean:g}",
            may_help="The relative index needs amounts with a mean above 0; with bounds any mean will do.",
        )
    covariance = 2 * float(share @ (amount * (ranks - 0.5)))
    absolute = share * (2 * amount * (ranks - 0.5) + _through_ranks(amount, by, share=share) - 2 * covariance)
    if bounds is not None:
        factor = 4 / (bounds[1] - bounds[0])
        return factor * covariance, factor * absolute
    value = covariance / mean
    return value, (absolute - value * share * (amount - mean)) / mean


def _through_ranks(amount: Array, by: Array, *, share: Array) -> Array:
    """What a unit adds by moving the ranks of the others: twice the amount above it and half of that beside it."""
    _, place = np.unique(by, return_inverse=True)
    held = np.bincount(place, weights=share * amount)
    above = held.sum() - np.cumsum(held) + held / 2
    found: Array = 2 * above[place] - float(share @ amount)
    return found


def _error(influence: Array, clusters: NDArray[np.generic] | None) -> tuple[float, float]:
    sums = influence if clusters is None else _sums(influence, clusters)
    number = len(sums)
    if number < 2:
        return math.nan, 0.0
    return math.sqrt(number / (number - 1) * float(sums @ sums)), float(number - 1)


def _sums(influence: Array, clusters: NDArray[np.generic]) -> Array:
    _, place = np.unique(clusters.astype(str), return_inverse=True)
    found: Array = np.bincount(place, weights=influence).astype(np.float64)
    return found


def _interval(value: float, *, se: float, df: float, level: float, influence: Array) -> Concentration:
    half = student(level, df) * se if df > 0 else math.nan
    return Concentration(value=value, se=se, low=value - half, high=value + half, df=df, influence=influence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The units of one arm at one time, for `concentration_change`; fields as in `concentration_index`."""

    amount: Array
    by: Array
    clusters: NDArray[np.generic]
    weights: Array | None = None


def concentration_change(
    treated: tuple[Cell, Cell] | tuple[Cell],
    comparison: tuple[Cell, Cell] | tuple[Cell],
    *,
    bounds: tuple[float, float] | None = None,
    level: float = 0.95,
) -> Concentration:
    """How a concentration index changed in one group, less how it changed in another.

    Parameters
    ----------
    treated, comparison
        Each the units before and after; or after only, and then the difference of the two groups is taken. The same
        cluster before and after is one cluster; no cluster is in both groups.
    bounds, level
        As in `concentration_index`.

    Returns
    -------
    Concentration
        (after - before of the treated) - (after - before of the comparison). `influence` is that of the clusters.

    Raises
    ------
    EstimationError
        As `concentration_index`.

    References
    ----------
    As `concentration_index`; influences of a difference are the differences of influences (van der Vaart, A. W. (1998).
    Asymptotic Statistics. Cambridge University Press, chapter 20).

    Examples
    --------
    >>> import numpy as np
    >>> ids = np.arange(4)
    >>> even = Cell(amount=np.ones(4), by=np.arange(4.0), clusters=ids)
    >>> steep = Cell(amount=np.arange(4.0), by=np.arange(4.0), clusters=ids)
    >>> round(concentration_change((even, steep), (even, even)).value, 4)
    0.4167
    """
    one, other = (_moved(cells, bounds=bounds) for cells in (treated, comparison))
    errors = [_error(influence, None) for _, influence in (one, other)]
    se = math.sqrt(errors[0][0] ** 2 + errors[1][0] ** 2)
    return _interval(
        one[0] - other[0],
        se=se,
        df=min(errors[0][1], errors[1][1]),
        level=level,
        influence=np.concatenate([one[1], -other[1]]),
    )


def _moved(cells: tuple[Cell, ...], *, bounds: tuple[float, float] | None) -> tuple[float, Array]:
    """The last index less the first (or the only index), and the influence of each cluster."""
    signs = (1.0,) if len(cells) == 1 else (-1.0, 1.0)
    value, influences, names = 0.0, [], []
    for sign, cell in zip(signs, cells, strict=True):
        weight = np.ones(len(cell.amount)) if cell.weights is None else cell.weights
        index, influence = _index(cell.amount, cell.by, weight=weight, bounds=bounds)
        value += sign * index
        influences.append(sign * influence)
        names.append(cell.clusters.astype(str))
    return value, _sums(np.concatenate(influences), np.concatenate(names))


def gini(
    amount: Array,
    *,
    weights: Array | None = None,
    clusters: NDArray[np.generic] | None = None,
    level: float = 0.95,
) -> Concentration:
    """The Gini coefficient: the concentration of an amount along the order of the amount itself.

    Parameters
    ----------
    amount
        What each unit has; none below 0.
    weights, clusters, level
        As in `concentration_index`.

    Returns
    -------
    Concentration
        From 0 (all have the same) towards 1 (one has everything).

    Raises
    ------
    EstimationError
        As `concentration_index`.

    References
    ----------
    Lerman, R. I. and Yitzhaki, S. (1984). A note on the calculation and interpretation of the Gini index. Economics
    Letters 15, 363-368.

    Examples
    --------
    >>> import numpy as np
    >>> gini(np.array([0.0, 0.0, 0.0, 12.0])).value
    0.75
    """
    return concentration_index(amount, amount, weights=weights, clusters=clusters, level=level)


def concentration_curve(amount: Array, by: Array, *, weights: Array | None = None) -> Curve:
    """The share of an amount that the worst-off part of the units has; the Lorenz curve where `by` is the amount.

    Parameters
    ----------
    amount, by, weights
        As in `concentration_index`.

    Examples
    --------
    >>> import numpy as np
    >>> curve = concentration_curve(np.array([1.0, 3.0]), np.array([0.0, 1.0]))
    >>> curve.units.tolist(), curve.amount.tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.25, 1.0])
    """
    weight = np.ones(len(amount)) if weights is None else np.asarray(weights, dtype=float)
    _, place = np.unique(by, return_inverse=True)
    units, held = np.bincount(place, weights=weight), np.bincount(place, weights=weight * amount)
    if not held.sum() > 0:
        raise EstimationError(
            "concentration curve", seen="nothing to share out", may_help="Amounts that add up to more than 0."
        )
    return Curve(
        units=np.concatenate([[0.0], np.cumsum(units) / units.sum()]),
        amount=np.concatenate([[0.0], np.cumsum(held) / held.sum()]),
    )

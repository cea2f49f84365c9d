"""Intervals from drawing again: what the number would have been with other people of the same kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.intervals import Interval

Array = NDArray[np.float64]


def percentile_interval(
    values: Array,
    statistic: Callable[[Array], float],
    *,
    resamples: int,
    generator: np.random.Generator,
    level: float = 0.95,
) -> Interval:
    """A number of a sample with the percentile interval of the bootstrap.

    Parameters
    ----------
    values
        One row a unit; units are independent.
    statistic
        What is made of them; NaN where a draw does not allow it, and such draws are left out.
    resamples
        How many times as many units are drawn with replacement.
    generator
        Where chance comes from.
    level
        The coverage that is promised, for many units.

    Returns
    -------
    Interval
        The number in the sample, its limits, and the spread over the draws as its error.

    References
    ----------
    Efron, B. (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics 7, 1-26.

    Examples
    --------
    >>> found = percentile_interval(
    ...     np.arange(100.0),
    ...     lambda drawn: float(drawn.mean()),
    ...     resamples=500,
    ...     generator=np.random.default_rng(1),
    ... )
    >>> found.value, round(found.low) in range(42, 46), round(found.high) in range(53, 58)
    (49.5, True, True)
    """
    n = len(values)
    draws = np.array([statistic(values[generator.integers(n, size=n)]) for _ in range(resamples)])
    low, high = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(
        value=float(statistic(values)), low=float(low), high=float(high), se=float(np.nanstd(draws, ddof=1))
    )

"""Times until something happens, where for some it has not happened yet."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.intervals import critical

Array = NDArray[np.float64]
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long something takes, by Kaplan and Meier's estimate.

    Parameters
    ----------
    median, low, high
        The time by which it has happened to half, with its interval; NaN where that has not been seen.
    times, open_share, open_low, open_high
        The curve: from each time on, the share to which it has not happened yet, with limits that hold time by time.
    n, events
        How many were followed, and to how many it happened.
    """

    median: float
    low: float
    high: float
    times: Array
    open_share: Array
    open_low: Array
    open_high: Array
    n: int
    events: int


def waiting(times: Array, happened: NDArray[np.bool_], *, level: float = 0.95) -> Waiting:
    """Estimate how long something takes when some are still waiting.

    Parameters
    ----------
    times
        How long each was followed; 0 or more.
    happened
        Whether it happened then; else it had not happened by that time. What keeps someone from being followed longer
        must have nothing to do with how long it takes.
    level
        The coverage that is promised.

    Returns
    -------
    Waiting
        Limits by Greenwood's error on the log scale of the curve; those of the median are where the curve's limits
        reach a half (Brookmeyer and Crowley).

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Journal of the American Statistical Association 53, 457-481; Brookmeyer, R. and
    Crowley, J. (1982). Biometrics 38, 29-41.

    Examples
    --------
    >>> found = waiting(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, True, False]))
    >>> found.median, found.open_share.tolist()
    (2.0, [0.75, 0.5, 0.25])
    """
    moments, place = np.unique(times, return_inverse=True)
    left = len(times) - np.concatenate([[0], np.cumsum(np.bincount(place))[:-1]])
    died = np.bincount(place, weights=happened.astype(float))
    seen = died > 0
    moments, left, died = moments[seen], left[seen], died[seen]
    share = np.cumprod((left - died) / left)
    with np.errstate(divide="ignore"):  # nobody is left: the curve is 0, whatever its error
        greenwood = np.cumsum(died / (left * (left - died)))
    half = critical(level) * np.sqrt(greenwood)
    low = share * np.exp(-half)
    high = np.where(
        share > 0, np.minimum(1.0, np.where(share > 0, share, 1.0) * np.exp(np.minimum(half, 700))), 0.0
    )
    return Waiting(
        median=_first_below(moments, share),
        low=_first_below(moments, low),
        high=_first_below(moments, high),
        times=moments.astype(np.float64),
        open_share=share,
        open_low=low,
        open_high=high,
        n=len(times),
        events=int(happened.sum()),
    )


def _first_below(moments: Array, share: Array) -> float:
    """The first moment at which a share is a half or less; NaN where it never is."""
    below = np.flatnonzero(share <= 0.5 + ROUNDING)
    return float(moments[below[0]]) if below.size else math.nan

"""What a look adds, and what is known after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PART = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What each look added to one arm of each stream: arrays of the shape (streams, looks).

    Parameters
    ----------
    n
        How many new numbers.
    total
        Their total.
    squares
        The total of their squares.
    """

    n: Array
    total: Array
    squares: Array

    def means(self) -> Array:
        """The mean of each look; 0 where it added nothing."""
        return self.total / np.maximum(self.n, 1)

    def deviations(self) -> Array:
        """The sum of squares around the mean of each look."""
        return np.maximum(self.squares - self.total * self.means(), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """Streams as they stand after each look: arrays of the shape (streams, looks).

    Parameters
    ----------
    log_e
        Natural logarithm of the e-process; 0 as long as nothing can be said.
    estimate
        What is monitored; NaN as long as it is unknown.
    low, high
        The confidence sequence; infinite as long as nothing can be said.
    """

    log_e: Array
    estimate: Array
    low: Array
    high: Array

    def intersected(self) -> Monitored:
        """The same with the running intersection: what an earlier look has excluded stays excluded.

        A confidence sequence holds the truth at all looks together, so the truth lies in all of its intervals. Where
        they have nothing in common (which happens with chance alpha at most) low is above high.
        """
        return replace(
            self,
            low=np.maximum.accumulate(self.low, axis=1),
            high=np.minimum.accumulate(self.high, axis=1),
        )


def in_parts(watch: Callable[[slice], Monitored], *, streams: int) -> Monitored:
    """Watch so many streams at once that what is worked on stays near the processor.

    Parameters
    ----------
    watch
        Watches a slice of the streams.
    streams
        How many there are in all.
    """
    found = [watch(slice(start, start + PART)) for start in range(0, max(streams, 1), PART)]
    if len(found) == 1:
        return found[0]
    names = ("log_e", "estimate", "low", "high")
    return Monitored(**{name: np.concatenate([getattr(part, name) for part in found]) for name in names})


def over_any_looks(log_e: Array) -> Array:
    """E-values of looks that depend on each other in unknown ways, as one process that may be stopped at any look.

    Parameters
    ----------
    log_e
        Logarithms of e-values, shape (streams, looks); each is valid at its own look, and nothing is assumed of how
        they hang together, such as when the same people are measured again and again. NaN: no look.

    Returns
    -------
    array
        Logarithm of the running sum of the e-values, the t-th known one weighted by 1/(t(t+1)). The weights add up to
        1, so the mean of the limit is 1 at most, and the sum never falls: stopping at any look is allowed.

    References
    ----------
    Vovk, V. and Wang, R. (2021). E-values: calibration, combination and applications. Annals of Statistics 49(3),
    1736-1754, section 3 (averages of e-values are e-values, whatever their dependence).

    Examples
    --------
    >>> import numpy as np
    >>> np.exp(over_any_looks(np.log([[2.0, 12.0]]))).round(6).tolist()
    [[1.0, 3.0]]
    """
    seen = ~np.isnan(log_e)
    place = np.maximum(np.cumsum(seen, axis=1), 1)
    weighted = np.where(seen, log_e - np.log(place * (place + 1.0)), -np.inf)
    return np.logaddexp.accumulate(weighted, axis=1)

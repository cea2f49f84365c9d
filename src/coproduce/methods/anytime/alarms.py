"""Alarms over many streams: when each would first have been raised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.anytime.looks import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """When each stream's alarm was first raised.

    Parameters
    ----------
    first
        The first look (from 0) at which the stream is in alarm; -1 for never.
    """

    first: NDArray[np.int64]

    @property
    def raised(self) -> NDArray[np.bool_]:
        """Which streams are in alarm after the last look."""
        return self.first >= 0


def raised_alarms(log_e: Array, *, alpha: float = 0.05) -> Alarms:
    """Raise alarms over many streams so that few of them are false, whatever their dependence.

    Parameters
    ----------
    log_e
        Logarithms of e-processes, shape (streams, looks).
    alpha
        The false discovery rate that is allowed, at every look and at whichever look one stops. With one stream this
        is the chance of ever raising a false alarm: its alarm is raised at 1/alpha.

    Returns
    -------
    Alarms
        At each look, with K streams, the k largest e-values are in alarm for the largest k at which the k-th is
        K/(alpha k) or more (e-BH). An alarm stays: the e-value of a stream in alarm is kept as it was when the alarm
        was raised, which is stopping that stream there, and e-values may be stopped at any time.

    References
    ----------
    Wang, R. and Ramdas, A. (2022). False discovery rate control with e-values. Journal of the Royal Statistical
    Society B 84(3), 822-852, section 4.1 and Theorem 5.1.

    Examples
    --------
    >>> import numpy as np
    >>> raised_alarms(np.log([[1.0, 30.0, 5.0], [1.0, 1.0, 45.0]]), alpha=0.05).first.tolist()
    [-1, 2]
    """
    streams, looks = log_e.shape
    first = np.full(streams, -1, dtype=np.int64)
    held = np.full(streams, -np.inf)
    for look in range(looks):
        current = np.where(first >= 0, held, log_e[:, look])
        threshold = _threshold(current, alpha=alpha)
        new = (first < 0) & (current >= threshold)
        first[new], held[new] = look, current[new]
    return Alarms(first=first)


def _threshold(log_e: Array, *, alpha: float) -> float:
    """The smallest logarithm that is in alarm by e-BH; infinite where none is."""
    streams = len(log_e)
    if not streams or log_e.max() < -np.log(alpha):
        return float("inf")
    ordered = -np.sort(-log_e)
    needed = np.log(streams / (alpha * np.arange(1, streams + 1)))
    passing = np.flatnonzero(ordered >= needed - 1e-12)
    return float(ordered[passing[-1]]) if len(passing) else float("inf")

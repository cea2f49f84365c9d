"""What a composed error says of each row's efficiency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Efficiency:
    """Of each row, from 0 to 1: the expectation of exp(-u) given its error, and the interval of exp(-u)."""

    value: Floats
    low: Floats
    high: Floats


def efficiency_given(
    errors: Floats, *, means: Floats, sigma2: float, gamma: float, level: float = 0.95
) -> Efficiency:
    """Output over what the frontier allows, by what the composed error of a row says of it.

    Parameters
    ----------
    errors
        Log output less the frontier (n).
    means
        Of inefficiency before it is cut off at nought (n); noughts: half-normal.
    sigma2, gamma
        The variance of both errors, and the share of it that is inefficiency's.
    level
        Of the interval, which takes the parameters as known.

    Returns
    -------
    Efficiency
        Expectations and limits.

    References
    ----------
    Battese, G. E. and Coelli, T. J. (1988). Journal of Econometrics 38, 387-399; Horrace, W. C. and Schmidt, P. (1996).
    Journal of Productivity Analysis 7, 257-282, equation 6.

    Examples
    --------
    >>> found = efficiency_given(np.zeros(1), means=np.zeros(1), sigma2=1.0, gamma=0.5)
    >>> found.value.round(4)  # half-normal, scale 1/2: twice exp(1/8) times the normal distribution at -1/2
    array([0.6992])
    """
    middle = (1 - gamma) * means - gamma * errors
    spread = np.sqrt(gamma * (1 - gamma) * sigma2)
    place = middle / spread
    value = np.exp(-middle + spread**2 / 2 + log_ndtr(place - spread) - log_ndtr(place))
    tail = (1 - level) / 2
    most, least = (middle - spread * ndtri(share * ndtr(place)) for share in (tail, 1 - tail))
    return Efficiency(value=value, low=np.exp(-most), high=np.exp(-np.maximum(least, 0.0)))

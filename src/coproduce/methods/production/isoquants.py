"""The combinations of two inputs that a fitted function says give the same output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEAR_ZERO = 1e-6


def isoquant(output: float, first: Array, *, scale: float, share: float, rho: float, returns: float) -> Array:
    """How much of the second input goes with each amount of the first, for one output.

    Parameters
    ----------
    output
        What is produced, above 0.
    first
        (points,) amounts of the first input, above 0.
    scale, share, rho, returns
        Of output = scale x (share x first^-rho + (1 - share) x second^-rho)^(-returns / rho); Cobb-Douglas where rho
        is 0.

    Returns
    -------
    array
        (points,) amounts of the second input; NaN where none is enough, or none is needed.

    References
    ----------
    Arrow, K. J. et al. (1961). Review of Economics and Statistics 43(3), 225-250, equation 14.

    Examples
    --------
    >>> isoquant(2.0, np.array([1.0, 4.0]), scale=1.0, share=0.5, rho=0.0, returns=1.0).tolist()
    [4.0, 1.0]
    """
    mean = (output / scale) ** (1 / returns)
    if abs(rho) < NEAR_ZERO:
        return np.asarray((mean / first**share) ** (1 / (1 - share)), dtype=np.float64)
    with np.errstate(
        all="ignore"
    ):  # where inputs are near perfect substitutes or complements, powers run over
        left = (mean**-rho - share * first**-rho) / (1 - share)
        needed = np.where(left > 0, np.abs(left) ** (-1 / rho), np.nan)
    return np.where(np.isfinite(needed), needed, np.nan)

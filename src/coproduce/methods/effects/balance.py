"""Whether the arms were alike before, and what a design could have seen."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.effects.randomised import Array, spread


def standardised_difference(
    values: Array, treated: NDArray[np.bool_], *, weights: Array | None = None
) -> float:
    """The difference of means in standard deviations (the root of the mean of both arms' variances).

    Parameters
    ----------
    values
        A covariate; NaN where it is not known (n).
    treated
        Whether the row is in the treated arm (n).
    weights
        How much each row counts (n).

    Returns
    -------
    float
        Treated less comparison; nought where the covariate does not vary, NaN where an arm has fewer than two values.

    References
    ----------
    Austin, P. C. (2009). Statistics in Medicine 28(25), 3083-3107, section 3.1.

    Examples
    --------
    >>> arm = np.array([False, False, False, True, True, True])
    >>> standardised_difference(np.array([1.0, 2, 3, 2, 3, 4]), arm)
    1.0
    """
    weights = np.ones(len(values)) if weights is None else weights
    known = ~np.isnan(values) & (weights > 0)
    sides = [known & treated, known & ~treated]
    if min(side.sum() for side in sides) < 2:
        return math.nan
    one, other = (float(np.average(values[side], weights=weights[side])) for side in sides)
    sds = [spread(values[side], weights=weights[side]) for side in sides]
    pooled = math.sqrt((sds[0] ** 2 + sds[1] ** 2) / 2)
    if one == other:
        return 0.0
    return (one - other) / pooled if pooled > 0 else math.copysign(math.inf, one - other)


def minimum_detectable(se: float, *, df: float = math.inf, level: float = 0.95, power: float = 0.8) -> float:
    """The smallest true effect that this design would have told from nothing with the given power.

    Parameters
    ----------
    se, df
        The standard error of the design and its degrees of freedom.
    level
        Of the interval that would have to leave nought out.
    power
        The chance to see the effect.

    Returns
    -------
    float
        In the unit of the standard error, above 0.

    References
    ----------
    Bloom, H. S. (1995). Evaluation Review 19(5), 547-556.

    Examples
    --------
    >>> round(minimum_detectable(1.0), 2)
    2.8
    """
    from scipy.special import stdtrit

    finite = min(df, 1e10)
    return float(se * (stdtrit(finite, 0.5 + level / 2) + stdtrit(finite, power)))

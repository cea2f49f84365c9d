"""The incremental cost-effectiveness ratio with intervals that know that it is a ratio."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.intervals import student

Array = NDArray[np.float64]
Kind = Literal["bounded", "outside", "everything"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio of two means with the set of its values that the data do not reject.

    `kind` is ``bounded`` (from `low` to `high`), ``outside`` (all below `low` and all above `high`: the denominator may
    be nought) or ``everything`` (nothing is rejected; the limits are NaN).
    """

    value: float
    low: float
    high: float
    kind: Kind


def fieller(
    numerator: float,
    denominator: float,
    *,
    covariance: Array,
    df: float,
    level: float = 0.95,
) -> Ratio:
    """The ratio of two estimates with Fieller's set.

    Parameters
    ----------
    numerator, denominator
        Estimates, jointly normal.
    covariance
        (2, 2) of both, the numerator first.
    df
        Degrees of freedom of Student's t (infinity: normal).
    level
        The coverage that is promised, whatever the denominator.

    Returns
    -------
    Ratio

    References
    ----------
    Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal Statistical Society B 16(2),
    175-185 · Willan, A. R. and O'Brien, B. J. (1996). Confidence intervals for cost-effectiveness ratios: an
    application of Fieller's theorem. Health Economics 5(4), 297-305.

    Examples
    --------
    >>> found = fieller(100.0, 2.0, covariance=np.diag([400.0, 0.04]), df=math.inf)
    >>> found.kind, round(found.low, 2), round(found.high, 2)
    ('bounded', 29.56, 74.43)
    """
    t2 = student(level, df) ** 2 if math.isfinite(df) else student(level, 1e12) ** 2
    a = denominator**2 - t2 * float(covariance[1, 1])
    b = numerator * denominator - t2 * float(covariance[0, 1])
    c = numerator**2 - t2 * float(covariance[0, 0])
    value = numerator / denominator if denominator else math.nan
    root = b * b - a * c
    if a == 0 or root < 0:
        return Ratio(value=value, low=math.nan, high=math.nan, kind="everything")
    low, high = sorted(((b - math.sqrt(root)) / a, (b + math.sqrt(root)) / a))
    return Ratio(value=value, low=low, high=high, kind="bounded" if a > 0 else "outside")


def wedge(costs: Array, effects: Array, *, at: tuple[float, float], level: float = 0.95) -> Ratio:
    """The ratio with the bootstrap's wedge: the middle draws by their angle from the estimate.

    Sorting the ratios themselves would mix a saving per unit lost with a price per unit gained; angles do not.

    Parameters
    ----------
    costs, effects
        (draws,) of the bootstrap.
    at
        Cost and effect as estimated.
    level
        The share of the draws that lies inside.

    Returns
    -------
    Ratio
        ``bounded`` where the wedge lies wholly on one side of effect nought.

    References
    ----------
    Obenchain, R. L. (1999). Resampling and multiplicity in cost-effectiveness inference. Journal of Biopharmaceutical
    Statistics 9(4), 563-582 · Cook, J. R. and Heyse, J. F. (2000). Use of an angular transformation for ratio
    estimation in cost-effectiveness analysis. Statistics in Medicine 19, 2989-3003.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> found = wedge(generator.normal(100, 20, 4000), generator.normal(2, 0.2, 4000), at=(100.0, 2.0))
    >>> found.kind, 28 < found.low < 31, 72 < found.high < 77
    ('bounded', True, True)
    """
    # Scaled by the spread, so that the angle does not depend on the currency or the outcome's unit.
    unit = float(np.std(costs)) or 1.0, float(np.std(effects)) or 1.0
    middle = math.atan2(at[0] / unit[0], at[1] / unit[1])
    angles = np.arctan2(costs / unit[0], effects / unit[1]) - middle
    angles = (angles + np.pi) % (2 * np.pi) - np.pi
    ends = middle + np.quantile(angles, [(1 - level) / 2, (1 + level) / 2])
    ratios = np.tan(ends) * unit[0] / unit[1]
    value = at[0] / at[1] if at[1] else math.nan
    sides = np.floor(
        np.array([*ends, middle]) / np.pi + 0.5
    )  # which half turn: right or left of effect nought
    if (sides == sides[0]).all():
        low, high = sorted(ratios.tolist())
        return Ratio(value=value, low=low, high=high, kind="bounded")
    return Ratio(value=value, low=math.nan, high=math.nan, kind="everything")

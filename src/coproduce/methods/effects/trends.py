"""Whether trends were parallel before treatment, and how unparallel they may be for the effect to stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MULTIPLES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
PRE_SHARE = 0.2  # of the error that is allowed, for the pre-trends; the rest is the effect's


@dataclass(frozen=True, slots=True, kw_only=True)
class PreTrends:
    """A joint test of the effects before treatment, which should be nought.

    `detectable_slope` is the straight drift apart, per period, that this test would have found with a chance of 80 %.
    """

    periods: int
    statistic: float
    df: float
    p: float
    detectable_slope: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of the average effect when trends may differ by so much; `set_*` is without sampling error."""

    allowed: float
    set_low: float
    set_high: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How the limits widen; `breakdown` is the least that must be allowed for them to hold nought (NaN: none found)."""

    kind: str
    limits: tuple[Limits, ...]
    breakdown: float


def pre_trends(estimates: Floats, covariance: Floats, *, at: Floats, df: float, level: float) -> PreTrends:
    """Test that effects before treatment are nought, and say which drift the test would have found.

    Parameters
    ----------
    estimates, covariance
        Of the effects before treatment, without the base period.
    at
        Their event times (all below -1; the base period is -1).
    df
        Degrees of freedom of the covariance (clusters less one).
    level
        One less the level of the test.

    Returns
    -------
    PreTrends
        Hotelling's test as F; all NaN where there are fewer clusters than periods.

    References
    ----------
    Roth, J. (2022). American Economic Review: Insights 4(3), 305-322 (the power of such tests against a linear drift).

    Examples
    --------
    >>> import numpy as np
    >>> round(pre_trends(np.array([1.96]), np.eye(1), at=np.array([-2.0]), df=1e9, level=0.95).p, 3)
    0.05
    """
    from scipy.linalg import pinvh

    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    inverse = pinvh(covariance)
    rest = df - rank + 1
    if rest < 1 or rank < len(estimates):
        return PreTrends(periods=len(at), statistic=math.nan, df=rest, p=math.nan, detectable_slope=math.nan)
    from scipy.special import fdtrc

    scale = rest / (df * rank)
    statistic = float(scale * estimates @ inverse @ estimates)
    drift = at + 1
    return PreTrends(
        periods=len(at),
        statistic=statistic,
        df=rest,
        p=float(fdtrc(rank, min(rest, 1e10), statistic)),
        detectable_slope=math.sqrt(_noncentrality(rank, rest, level=level) / float(drift @ inverse @ drift)),
    )


def _noncentrality(rank: int, rest: float, *, level: float, power: float = 0.8) -> float:
    """How far from nought the statistic must be centred for the test to reject with that power."""
    from scipy.optimize import brentq
    from scipy.special import fdtri, ncfdtr

    rest = min(rest, 1e6)
    critical = fdtri(rank, rest, level)
    most = 1.0
    while 1 - ncfdtr(rank, rest, most, critical) < power:
        most *= 2
    return float(brentq(lambda away: 1 - ncfdtr(rank, rest, away, critical) - power, 1e-9, most))


def relative_magnitudes(
    estimates: Floats, covariance: Floats, *, at: Floats, df: float, level: float
) -> Sensitivity:
    """Limits if trends drift apart, from one period to the next, at most M times as fast as ever before treatment.

    Parameters
    ----------
    estimates, covariance
        Of the event study without its base period (-1), sorted by event time.
    at
        Event times; those before -1 and those from 0 on should have no gaps.
    df
        Degrees of freedom of the covariance.
    level
        The coverage that is promised.

    Returns
    -------
    Sensitivity
        Of the plain average over all event times from 0 on. The limits hold whatever the true drift before was: a
        fifth of the error allowed goes into an upper limit of the fastest drift, the rest into the effect (they are
        wider than the conditional intervals of the source, and simpler).

    References
    ----------
    Rambachan, A. and Roth, J. (2023). Review of Economic Studies 90(5), 2555-2591, equation 5 and lemma 2.2.

    Examples
    --------
    >>> import numpy as np
    >>> found = relative_magnitudes(
    ...     np.array([0.1, 0.0, 2.0]), 0.01 * np.eye(3), at=np.array([-3.0, -2.0, 0.0]), df=1e9, level=0.95
    ... )
    >>> round(found.breakdown, 1)
    4.2
    """
    from scipy.special import stdtrit

    df = min(df, 1e10)
    after = at >= 0
    weight = after / after.sum()
    estimate, se = float(weight @ estimates), math.sqrt(float(weight @ covariance @ weight))
    reach = float((np.arange(1, after.sum() + 1) / after.sum()).sum())
    steps = _steps(at)
    drifts = np.abs(steps @ estimates)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", steps, covariance, steps))
    fastest = float((drifts + stdtrit(df, 1 - PRE_SHARE * (1 - level)) * errors).max())
    plain = float(stdtrit(df, 0.5 + level / 2)) * se
    half = float(stdtrit(df, 1 - (1 - PRE_SHARE) * (1 - level) / 2)) * se
    limits = tuple(
        _around(estimate, multiple * reach * float(drifts.max()), multiple=multiple, half=own)
        for multiple in MULTIPLES
        for own in [plain if multiple == 0 else half + multiple * reach * fastest]
    )
    breakdown = 0.0 if abs(estimate) <= plain else max(0.0, (abs(estimate) - half) / (reach * fastest))
    return Sensitivity(kind="relative_magnitudes", limits=limits, breakdown=breakdown)


def _around(estimate: float, spread: float, *, multiple: float, half: float) -> Limits:
    return Limits(
        allowed=multiple,
        set_low=estimate - spread,
        set_high=estimate + spread,
        low=estimate - half,
        high=estimate + half,
    )


def _steps(at: Floats) -> Floats:
    """The matrix that takes effects to their changes from one period to the next, up to the base period."""
    before = np.flatnonzero(at < -1)
    steps = np.zeros((len(before), len(at)))
    for row, place in enumerate(before):
        steps[row, place] = -1
        if row + 1 < len(before):
            steps[row, before[row + 1]] = 1
    return steps


def smoothness(limits_at: Callable[[float], tuple[float, float]], allowed: Sequence[float]) -> Sensitivity:
    """Limits if the slope of the drift may change by at most so much a period; breakdown by bisection.

    Parameters
    ----------
    limits_at
        From what is allowed to the limits (NaN where they were not found: left out).
    allowed
        What to allow, from 0 (a straight drift, carried on) upwards.

    Examples
    --------
    >>> round(smoothness(lambda m: (1 - m, 3 + m), [0.0, 2.0]).breakdown, 2)
    1.0
    """
    found = [(one, *limits_at(one)) for one in allowed]
    found = [row for row in found if math.isfinite(row[1]) and math.isfinite(row[2])]
    holds = [one for one, low, high in found if not low * high > 0]
    free = [one for one, low, high in found if low * high > 0 and (not holds or one < holds[0])]
    breakdown = 0.0 if not free else math.nan
    if free and holds:
        breakdown = _first_that_holds(limits_at, low=free[-1], high=holds[0])
    rows = tuple(
        Limits(allowed=one, set_low=math.nan, set_high=math.nan, low=low, high=high)
        for one, low, high in found
    )
    return Sensitivity(kind="smoothness", limits=rows, breakdown=breakdown)


def _first_that_holds(limits_at: Callable[[float], tuple[float, float]], *, low: float, high: float) -> float:
    for _ in range(12):
        middle = (low + high) / 2
        ends = limits_at(middle)
        low, high = (middle, high) if ends[0] * ends[1] > 0 else (low, middle)
    return high

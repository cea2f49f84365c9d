"""Means compared at every look by Robbins' normal mixture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, stdtrit

from coproduce.methods.anytime.looks import Array, Looks, Monitored, over_any_looks

FEWEST = 10


def half_normal_log_e(score: Array, time: Array, *, scale: float) -> Array:
    r"""Evidence that a random walk drifts upwards, mixed over all positive drifts.

    Parameters
    ----------
    score
        The walk: a sum of increments whose mean is 0 or less under the null hypothesis, in units of the standard
        deviation of one increment.
    time
        Its variance so far, which is how many increments it is worth.
    scale
        Standard deviation of the half-normal weights on the drift; above 0.

    Returns
    -------
    array
        Logarithm of :math:`2 (1 + \rho^2 t)^{-1/2} \exp\{\rho^2 s^2 / 2(1 + \rho^2 t)\}\,
        \Phi(\rho s / \sqrt{1 + \rho^2 t})`. It is an e-process where the increments are sub-Gaussian with that
        variance, and in the limit of many units for any independent increments.

    References
    ----------
    Robbins, H. (1970). Statistical methods related to the law of the iterated logarithm. Annals of Mathematical
    Statistics 41(5), 1397-1409; Howard, S. R., Ramdas, A., McAuliffe, J. and Sekhon, J. (2021). Time-uniform,
    nonparametric, nonasymptotic confidence sequences. Annals of Statistics 49(2), 1055-1080, Proposition 6.

    Examples
    --------
    >>> import numpy as np
    >>> float(half_normal_log_e(np.array(0.0), np.array(0.0), scale=1.0).round(12))
    0.0
    """
    spread = 1 + scale**2 * time
    at = scale * score / np.sqrt(spread)
    found: Array = np.log(2.0) - np.log(spread) / 2 + at**2 / 2 + log_ndtr(at)
    return found


def mixture_half_width(time: Array, *, alpha: float, scale: float) -> Array:
    """How far a mean can be from its expectation at all looks together, in standard deviations of one number.

    Parameters
    ----------
    time
        How many numbers the mean rests on; above 0.
    alpha
        The chance to be further away at any look.
    scale
        As in `half_normal_log_e`, here of weights on both sides.

    References
    ----------
    Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H. and Ramdas, A. (2024). Time-uniform central limit theory
    and asymptotic confidence sequences. Annals of Statistics 52(6), 2613-2640, Theorem 2.2.

    Examples
    --------
    >>> import numpy as np
    >>> float(mixture_half_width(np.array(100.0), alpha=0.05, scale=0.1).round(4))
    0.3656
    """
    variance = scale**2 * time
    found: Array = np.sqrt((variance + 1) / (time * variance) * np.log((variance + 1) / alpha**2))
    return found


def best_scale(time: float, *, alpha: float) -> float:
    """The scale with which `mixture_half_width` is nearly the smallest at one time.

    References
    ----------
    Waudby-Smith et al. (2024), Annals of Statistics 52(6), appendix on choosing rho.

    Examples
    --------
    >>> round(best_scale(100, alpha=0.05), 4)
    0.2963
    """
    level = -2 * np.log(alpha)
    return float(np.sqrt((level + np.log(level) + 1) / time))


def compared_means(
    treated: Looks,
    comparison: Looks,
    *,
    tolerance: Array | float = 0.0,
    alpha: float = 0.05,
    best_at: float = 50.0,
    fewest: int = FEWEST,
) -> Monitored:
    """How much higher the treated are than the comparison group, look by look within looks.

    Each look compares the treated and the comparison units that came in at that look, so that what changes over time
    for all falls out. A look weighs n1 n2/(n1 + n2), which is known before its outcomes.

    Parameters
    ----------
    treated, comparison
        What each look added, of independent units that each come in once.
    tolerance
        The null hypothesis is that the treated are higher by no more than this; one for all streams, or one each.
    alpha
        The confidence sequence holds the truth at all looks together with a chance of 1 - alpha.
    best_at
        The n1 n2/(n1 + n2) at which the sequence is to be narrowest; fixed beforehand. 50 is 100 units in each arm.
    fewest
        Nothing is said before each arm has this many units.

    Returns
    -------
    Monitored
        `estimate` is the weighted mean of the differences. The error control is asymptotic: it holds in the limit of
        many units at the first look that counts, whatever the distribution of outcomes with finite variance; a
        normalising transformation (Wallace 1959) makes up for variances estimated from few units.

    References
    ----------
    Waudby-Smith et al. (2024), Annals of Statistics 52(6), 2613-2640; Wallace, D. L. (1959). Bounds on normal
    approximations to Student's and the chi-square distributions. Annals of Mathematical Statistics 30, 1121-1130.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> def arm(mean):
    ...     x = rng.normal(mean, 1, (1, 20, 30))
    ...     return Looks(n=np.full((1, 20), 30.0), total=x.sum(2), squares=(x**2).sum(2))
    >>> found = compared_means(arm(0.3), arm(0.0))
    >>> bool(found.log_e[0, -1] > np.log(20)), bool(found.low[0, -1] < 0.3 < found.high[0, -1])
    (True, True)
    """
    weight = treated.n * comparison.n / np.maximum(treated.n + comparison.n, 1)
    time = np.cumsum(weight, axis=1)
    moved = np.cumsum(weight * (treated.means() - comparison.means()), axis=1)
    variance, df = _variance(treated, comparison, weight=weight, time=time)
    known = (variance > 0) & (df > 0) & _enough(treated, fewest) & _enough(comparison, fewest)
    time, df = np.where(known, time, 1.0), np.where(known, df, 1.0)
    sd = np.sqrt(np.where(known, variance, 1.0))
    estimate = np.where(known, moved / time, np.nan)
    beyond = np.where(known, estimate - np.reshape(tolerance, (-1, 1)), 0.0)
    score = _normal(beyond * np.sqrt(time) / sd, df=df) * np.sqrt(time)
    scale = best_scale(best_at, alpha=alpha)
    half = _student(mixture_half_width(time, alpha=alpha, scale=scale) * np.sqrt(time), df=df)
    half = np.where(known, half * sd / np.sqrt(time), np.inf)
    middle = np.where(known, estimate, 0.0)
    return Monitored(
        log_e=np.where(known, half_normal_log_e(score, time, scale=scale), 0.0),
        estimate=estimate,
        low=middle - half,
        high=middle + half,
    )


def compared_again(
    treated: Looks, comparison: Looks, *, tolerance: float = 0.0, alpha: float = 0.05, fewest: int = FEWEST
) -> Monitored:
    """How much higher the treated are than the comparison group, where looks see the same units again.

    Parameters
    ----------
    treated, comparison
        At each look all units seen so far, each with one number, such as the mean of its outcomes up to then. Nothing
        is assumed of how looks hang together; units are independent of each other.
    tolerance, alpha, fewest
        As in `compared_means`.

    Returns
    -------
    Monitored
        Each look is judged by itself, and the looks are put together by `over_any_looks`; the t-th known look has an
        interval by Student's t at level 1 - alpha/(t(t+1)), so that all hold together with a chance of 1 - alpha
        (Bonferroni). The price of knowing nothing of their dependence is a later alarm.

    References
    ----------
    Vovk, V. and Wang, R. (2021), Annals of Statistics 49(3), 1736-1754; Welch, B. L. (1947). Biometrika 34, 28-35.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(1).normal([[1.0], [0.0]], 1, (2, 40))
    >>> arms = [
    ...     Looks(n=np.full((1, 1), 40.0), total=v.sum()[None, None], squares=(v @ v)[None, None]) for v in x
    ... ]
    >>> found = compared_again(*arms)
    >>> bool(found.low[0, 0] < 1 < found.high[0, 0])
    True
    """
    flat = [
        Looks(n=arm.n.reshape(-1, 1), total=arm.total.reshape(-1, 1), squares=arm.squares.reshape(-1, 1))
        for arm in (treated, comparison)
    ]
    shape = treated.n.shape
    each = compared_means(flat[0], flat[1], tolerance=tolerance, alpha=alpha, fewest=fewest)
    weight = flat[0].n * flat[1].n / np.maximum(flat[0].n + flat[1].n, 1)
    variance, df = (part.reshape(shape) for part in _variance(*flat, weight=weight, time=weight))
    estimate = each.estimate.reshape(shape)
    known = ~np.isnan(estimate)
    place = np.maximum(np.cumsum(known, axis=1), 1)
    error = np.sqrt(np.where(known, variance / np.maximum(weight.reshape(shape), 1e-300), 1.0))
    half = stdtrit(np.where(known, df, 1.0), 1 - alpha / (2 * place * (place + 1.0))) * error
    half, middle = np.where(known, half, np.inf), np.where(known, estimate, 0.0)
    log_e = over_any_looks(np.where(known, each.log_e.reshape(shape), np.nan))
    return Monitored(
        log_e=np.where(known.any(axis=1, keepdims=True), log_e, 0.0),
        estimate=estimate,
        low=middle - half,
        high=middle + half,
    )


def _enough(arm: Looks, fewest: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.cumsum(arm.n, axis=1) >= fewest
    return found


def _variance(treated: Looks, comparison: Looks, *, weight: Array, time: Array) -> tuple[Array, Array]:
    """The variance that one unit of weight has, from what units of a look differ; and its degrees of freedom."""
    parts, freedoms = [], []
    for arm in (treated, comparison):
        df = np.cumsum(np.maximum(arm.n - 1, 0), axis=1)
        variance = np.cumsum(arm.deviations(), axis=1) / np.maximum(df, 1)
        share = np.cumsum(weight**2 / np.maximum(arm.n, 1), axis=1)
        parts.append(np.where(df > 0, variance, np.nan) * share)
        freedoms.append(df)
    whole = parts[0] + parts[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        df = whole**2 / sum(part**2 / freedom for part, freedom in zip(parts, freedoms, strict=True))
    return whole / np.maximum(time, 1e-300), df


def _normal(t: Array, *, df: Array) -> Array:
    """Student's t as the normal quantile of the same chance (Wallace 1959)."""
    found: Array = np.sign(t) * (8 * df + 1) / (8 * df + 3) * np.sqrt(df * np.log1p(t**2 / df))
    return found


def _student(z: Array, *, df: Array) -> Array:
    """The other way round."""
    with np.errstate(over="ignore"):
        found: Array = np.sqrt(df * np.expm1((z * (8 * df + 3) / (8 * df + 1)) ** 2 / df))
    return found

"""Signs that small studies tell another story than large ones, or that studies are missing by what they found."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, kendalltau, norm, t

from coproduce.errors import EstimationError

Floats = NDArray[np.float64]
Pool = Callable[[Floats, Floats], float]
FEWEST = 3
SIGNIFICANT = 0.05
POWER_OF_THE_FLAT_CURVE = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A weighted line of effects on a measure of their imprecision.

    `slope` tells asymmetry: nought where small and large studies agree. `limit` is where the line meets a study without
    any sampling error, with its interval. Both have standard errors, by Student's t with `df` degrees of freedom.
    """

    slope: float
    slope_se: float
    statistic: float
    p: float
    df: int
    limit: float
    limit_se: float
    limit_low: float
    limit_high: float


def egger(effect: Floats, variance: Floats, *, level: float = 0.95) -> Line:
    """Egger's regression test of funnel asymmetry: the effects on their standard errors.

    Parameters
    ----------
    effect, variance
        One number a study; the effects are independent and their variances known.
    level
        The coverage of the interval.

    Returns
    -------
    Line
        Weighted by inverse variance, with a free dispersion. `limit` is the PET estimate.

    Raises
    ------
    EstimationError
        If there are fewer than three studies, or all are equally precise.

    References
    ----------
    Egger, M., Davey Smith, G., Schneider, M. and Minder, C. (1997). Bias in meta-analysis detected by a simple,
    graphical test. BMJ 315, 629-634; as a weighted regression: Sterne, J. A. C. and Egger, M. (2005). Regression
    methods to detect publication and other bias in meta-analysis. In Rothstein, Sutton and Borenstein (eds),
    Publication Bias in Meta-Analysis, Wiley, 99-110.

    Examples
    --------
    >>> found = egger(np.array([0.1, 0.3, 0.5, 0.4]), np.array([0.01, 0.04, 0.09, 0.16]))
    >>> round(found.slope, 4), round(found.p, 4)
    (1.5, 0.0635)
    """
    return _line(effect, np.sqrt(variance), weight=1 / variance, level=level)


def _line(effect: Floats, predictor: Floats, *, weight: Floats, level: float) -> Line:
    n = len(effect)
    if n < FEWEST:
        raise EstimationError(
            "the test of funnel asymmetry",
            seen=f"{n} studies",
            may_help=f"It needs {FEWEST} at least, and tells little with fewer than 10.",
        )
    total = weight.sum()
    middle = (weight @ predictor) / total
    apart = predictor - middle
    spread = weight @ apart**2
    if spread <= 1e-12 * total * middle**2:
        raise EstimationError(
            "the test of funnel asymmetry",
            seen="all studies are equally precise",
            may_help="Asymmetry shows only where small studies stand beside large ones.",
        )
    slope = (weight * apart) @ effect / spread
    limit = (weight @ effect) / total - slope * middle
    dispersion = weight @ (effect - limit - slope * predictor) ** 2 / (n - 2)
    slope_se = math.sqrt(dispersion / spread)
    limit_se = math.sqrt(dispersion * (1 / total + middle**2 / spread))
    half = limit_se * t.isf((1 - level) / 2, n - 2)
    statistic = slope / slope_se if slope_se > 0 else math.nan
    return Line(
        slope=float(slope),
        slope_se=slope_se,
        statistic=float(statistic),
        p=float(2 * t.sf(abs(statistic), n - 2)),
        df=n - 2,
        limit=float(limit),
        limit_se=limit_se,
        limit_low=float(limit - half),
        limit_high=float(limit + half),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PetPeese:
    """The effect that a study without sampling error would have, as two lines see it, and which of them is told.

    `pet` is the line on the standard errors, `peese` that on the variances.
    """

    pet: Line
    peese: Line
    chosen: Literal["PET", "PEESE"]

    @property
    def line(self) -> Line:
        """The line that is told."""
        return self.peese if self.chosen == "PEESE" else self.pet


def pet_peese(effect: Floats, variance: Floats, *, level: float = 0.95) -> PetPeese:
    """The precision-effect test, and the estimate with standard error where it finds an effect.

    Parameters
    ----------
    effect, variance
        One number a study; the effects are independent and their variances known.
    level
        The coverage of the intervals.

    Returns
    -------
    PetPeese
        PEESE is told where PET's limit differs from nought (one-sided in the direction of the effects, 5 %), else PET.

    Raises
    ------
    EstimationError
        If there are fewer than three studies, or all are equally precise.

    References
    ----------
    Stanley, T. D. and Doucouliagos, H. (2014). Meta-regression approximations to reduce publication selection bias.
    Research Synthesis Methods 5, 60-78.

    Examples
    --------
    >>> found = pet_peese(np.array([0.1, 0.3, 0.5, 0.4]), np.array([0.01, 0.04, 0.09, 0.16]))
    >>> found.chosen, round(found.line.limit, 4)
    ('PET', -0.04)
    """
    pet = egger(effect, variance, level=level)
    peese = _line(effect, variance, weight=1 / variance, level=level)
    towards = math.copysign(1.0, float((effect / variance).sum()))
    shown = pet.limit_se > 0 and t.sf(towards * pet.limit / pet.limit_se, pet.df) < SIGNIFICANT
    return PetPeese(pet=pet, peese=peese, chosen="PEESE" if shown else "PET")


@dataclass(frozen=True, slots=True, kw_only=True)
class RankCorrelation:
    """Kendall's tau of standardised effects and variances, with its p-value."""

    tau: float
    p: float


def rank_correlation(effect: Floats, variance: Floats) -> RankCorrelation:
    """The rank correlation test of funnel asymmetry.

    Parameters
    ----------
    effect, variance
        One number a study; the effects are independent and their variances known.

    Returns
    -------
    RankCorrelation
        The p-value is exact where there are no ties.

    Raises
    ------
    EstimationError
        If there are fewer than three studies, or all are equally precise.

    References
    ----------
    Begg, C. B. and Mazumdar, M. (1994). Operating characteristics of a rank correlation test for publication bias.
    Biometrics 50, 1088-1101.

    Examples
    --------
    >>> found = rank_correlation(np.array([0.1, 0.3, 0.5, 0.4]), np.array([0.01, 0.04, 0.09, 0.16]))
    >>> round(found.tau, 4), round(found.p, 4)
    (0.3333, 0.75)
    """
    if len(effect) < FEWEST or np.ptp(variance) == 0:
        raise EstimationError(
            "the rank correlation test",
            seen=f"{len(effect)} studies with {len(np.unique(variance))} different variances",
            may_help=f"It needs {FEWEST} studies that differ in precision.",
        )
    weight = 1 / variance
    pooled = (weight @ effect) / weight.sum()
    standardised = (effect - pooled) / np.sqrt(variance - 1 / weight.sum())
    tied = len(np.unique(standardised)) < len(effect) or len(np.unique(variance)) < len(effect)
    found = kendalltau(standardised, variance, method="asymptotic" if tied else "exact")
    return RankCorrelation(tau=float(found.statistic), p=float(found.pvalue))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimAndFill:
    """How many studies seem to be missing on one side of the funnel, and where they would stand.

    `missing` studies (with the standard error `se` of that number) on the `side` "left" or "right"; `effect` and
    `variance` hold all studies, first those that are there and then those that were filled in.
    """

    missing: int
    se: float
    side: Literal["left", "right"]
    effect: Floats
    variance: Floats


def trim_and_fill(
    effect: Floats, variance: Floats, *, pool: Pool, estimator: Literal["L0", "R0"] = "L0"
) -> TrimAndFill:
    """Trim the studies without a mirror image, find the middle of the rest, and fill in the images.

    Parameters
    ----------
    effect, variance
        One number a study; the effects are independent and their variances known.
    pool
        The middle of some studies, from their effects and variances (such as a random-effects model).
    estimator
        How missing studies are counted.

    Returns
    -------
    TrimAndFill
        A sensitivity analysis: asymmetry has other causes than missing studies.

    Raises
    ------
    EstimationError
        If there are fewer than three studies, or all are equally precise (no side to look at).

    References
    ----------
    Duval, S. and Tweedie, R. (2000). A nonparametric "trim and fill" method of accounting for publication bias in
    meta-analysis. Journal of the American Statistical Association 95, 89-98; (2000). Biometrics 56, 455-463.

    Examples
    --------
    >>> effect = np.array([0.1, 0.12, 0.3, 0.5, 0.9])
    >>> variance = np.array([0.01, 0.01, 0.04, 0.09, 0.16])
    >>> trim_and_fill(effect, variance, pool=lambda y, v: float((y / v).sum() / (1 / v).sum())).missing
    2
    """
    side: Literal["left", "right"] = "right" if egger(effect, variance).slope < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * effect, kind="stable")
    y, v = sign * effect[order], variance[order]
    n, missing, before, middle, counted = len(y), 0, -1, 0.0, 0.0
    seen: set[int] = set()
    while missing != before and missing not in seen:
        seen.add(missing)
        before = missing
        middle = pool(y[: n - missing], v[: n - missing])
        counted = _missing(y - middle, estimator)
        missing = min(n - 2, max(0, round(counted)))
    filled = 2 * middle - y[n - missing :]
    return TrimAndFill(
        missing=missing,
        se=_missing_se(counted, n, estimator=estimator),
        side=side,
        effect=np.concatenate([effect, sign * filled]),
        variance=np.concatenate([variance, v[n - missing :]]),
    )


def _missing(apart: Floats, estimator: Literal["L0", "R0"]) -> float:
    """How many seem to be missing, from the signed ranks of the distances from the middle."""
    n = len(apart)
    rank = np.empty(n)
    rank[np.argsort(np.abs(apart), kind="stable")] = np.arange(1, n + 1)
    if estimator == "R0":
        return float(n - rank[apart < 0].max(initial=0) - 1)
    return float((4 * rank[apart > 0].sum() - n * (n + 1)) / (2 * n - 1))


def _missing_se(k: float, n: int, *, estimator: Literal["L0", "R0"]) -> float:
    if estimator == "R0":
        return math.sqrt(2 * max(0.0, k) + 2)
    ranks = n * (n + 1) * (2 * n + 1) + 10 * k**3 + 27 * k**2 + 17 * k - 18 * n * k**2 - 18 * n * k
    return 4 * math.sqrt(max(0.0, (ranks + 6 * n**2 * k) / 24)) / (2 * n - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """How many effects are above, below and at nought; `p` of the sign test (two-sided, exact)."""

    above: int
    below: int
    at: int
    p: float


def vote_of_signs(effect: Floats) -> Signs:
    """Count the signs. It says whether studies agree in direction, and nothing of how large effects are.

    Parameters
    ----------
    effect
        One number a study; the effects are independent.

    Returns
    -------
    Signs
        The counts, and the p-value of both signs being equally likely (1 where no effect has a sign).

    References
    ----------
    Bushman, B. J. and Wang, M. C. (2009). Vote-counting procedures in meta-analysis. In Cooper, Hedges and Valentine
    (eds), The Handbook of Research Synthesis and Meta-Analysis, 2nd edition, 207-220.

    Examples
    --------
    >>> vote_of_signs(np.array([0.1, 0.2, 0.3, 0.2, 0.4, -0.1, 0.0]))
    Signs(above=5, below=1, at=1, p=0.21875)
    """
    above, below = int((effect > 0).sum()), int((effect < 0).sum())
    p = float(binomtest(above, above + below).pvalue) if above + below else 1.0
    return Signs(above=above, below=below, at=len(effect) - above - below, p=p)


@dataclass(frozen=True, slots=True, kw_only=True)
class PCurve:
    """The shape of the significant p-values.

    `significant` studies have p below 0.05. `p_right_skew` is small where very small p-values are commoner than values
    just below 0.05, as where effects are real (`p_right_skew_half` the same of p below 0.025); `p_flat` is small where
    the curve is flatter than studies with a power of one third would make it.
    """

    significant: int
    p_right_skew: float
    p_right_skew_half: float
    p_flat: float

    @property
    def evidence(self) -> bool:
        """Whether the curve leans to the right as where effects are real (half curve, or both at 0.1)."""
        both = self.p_right_skew < 0.1 and self.p_right_skew_half < 0.1
        return self.p_right_skew_half < SIGNIFICANT or both


def p_curve(effect: Floats, variance: Floats) -> PCurve:
    """The p-curve of the studies whose effects differ from nought.

    Parameters
    ----------
    effect, variance
        One number a study; the effects are independent and normal.

    Returns
    -------
    PCurve
        NaN where no study is significant. It warns of results that were worked on until they were significant; it is no
        estimate of an effect, and misleads where true effects differ much.

    References
    ----------
    Simonsohn, U., Nelson, L. D. and Simmons, J. P. (2014). P-curve: a key to the file-drawer. Journal of Experimental
    Psychology: General 143, 534-547; Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2015). Better P-curves. Journal
    of Experimental Psychology: General 144, 1146-1152 (Stouffer's method, half curve).

    Examples
    --------
    >>> found = p_curve(np.array([0.5, 0.6, 0.7, 0.1]), np.array([0.01, 0.01, 0.04, 0.04]))
    >>> found.significant, found.evidence
    (3, True)
    """
    z = np.abs(effect) / np.sqrt(variance)
    far, farther = norm.isf(SIGNIFICANT / 2), norm.isf(SIGNIFICANT / 4)
    significant = z[z > far]
    shift = far - norm.isf(POWER_OF_THE_FLAT_CURVE)
    power = POWER_OF_THE_FLAT_CURVE
    flat = (norm.cdf(significant - shift) - (1 - power)) / power
    return PCurve(
        significant=len(significant),
        p_right_skew=_stouffer(2 * norm.sf(significant) / SIGNIFICANT),
        p_right_skew_half=_stouffer(2 * norm.sf(z[z > farther]) / (SIGNIFICANT / 2)),
        p_flat=_stouffer(flat),
    )


def _stouffer(p: Floats) -> float:
    """One p-value of several, each uniform where there is nothing to find."""
    if not len(p):
        return math.nan
    inside = np.clip(p, 1e-300, 1 - 1e-15)
    return float(norm.cdf(norm.ppf(inside).sum() / math.sqrt(len(p))))

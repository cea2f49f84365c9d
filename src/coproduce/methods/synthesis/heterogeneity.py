"""How much true effects differ between studies: tau2 by every common estimator, Q, I2 and H2, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from coproduce.methods.synthesis.roots import Vector, roots
from coproduce.methods.synthesis.sums import Matrix, Parts, PartsAt, Sums, Whole, sums_of

Estimator = Literal["REML", "ML", "DL", "PM", "HE", "SJ", "EB", "fixed"]
ESTIMATORS: tuple[Estimator, ...] = ("REML", "ML", "DL", "PM", "HE", "SJ", "EB", "fixed")
PLACES = 48  # of tau2 at which the likelihood is looked at, so that none of several maxima is overlooked


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """How much the true effects differ, as far as the studies tell.

    Parameters
    ----------
    tau2, tau2_low, tau2_high
        The variance of the true effects with its Q-profile interval (NaN where one effect is assumed).
    Q, Q_df, Q_p
        Cochran's test of no heterogeneity.
    Q_lower_p
        The chance that effects of one true value differ as little as these or less; a tiny one says that the
        variances are too large, as when standard errors stand in their place.
    I2, I2_low, I2_high
        The percentage of the total variance that is heterogeneity, for a typical study.
    H2, H2_low, H2_high
        The total variance over the sampling variance of a typical study.
    typical_variance
        The sampling variance of a typical study.
    at_boundary
        Whether tau2 was cut off at 0: the estimating equation has no root above it.
    maxima
        How many local maxima the likelihood has over tau2 (1 for the estimators without a likelihood).
    empty_interval
        Whether even tau2 = 0 leaves Q too small for the interval, which is then 0 to 0.
    """

    tau2: float
    tau2_low: float
    tau2_high: float
    Q: float
    Q_df: int
    Q_p: float
    Q_lower_p: float
    I2: float
    I2_low: float
    I2_high: float
    H2: float
    H2_low: float
    H2_high: float
    typical_variance: float
    at_boundary: bool
    maxima: int
    empty_interval: bool


def score(parts: Parts, *, estimator: Estimator, df: int) -> Vector:
    """The estimating function of tau2, which falls through 0 at the estimate."""
    quadratic, squared, trace = parts.residual()
    if estimator == "REML":
        return squared - trace
    if estimator == "ML":
        return squared - parts.weight
    return quadratic - df


def log_likelihood(parts: Parts, *, restricted: bool, df: int) -> Vector:
    """The log-likelihood of tau2 (with its constant), restricted or not; `df` is k - p or k."""
    value = 0.5 * (parts.log_weight - parts.residual()[0] - df * np.log(2 * np.pi))
    return np.asarray(value - 0.5 * parts.log_determinant() if restricted else value)


def ceiling(variances: Vector, *, residual_squares: float, df: int) -> float:
    """A value of tau2 above every root of every estimating equation.

    From y'PPy <= r / s² and tr P >= df / (s + d) with s the smallest total variance, d the spread of the sampling
    variances and r the least-squares residual sum of squares.
    """
    smallest, spread = float(variances.min()), float(np.ptp(variances))
    r = residual_squares
    total = (r + np.sqrt(r**2 + 4 * df * r * spread)) / (2 * df)
    return float(max(1.001 * total - smallest, 1e-6 * smallest))


def by_root(
    parts_at: PartsAt, *, problems: int, estimator: Estimator, df: int, smallest: float, highest: float
) -> tuple[Vector, Whole]:
    """tau2 by REML, ML, PM or EB of many problems at once, and how many local maxima each likelihood has.

    The estimating function is looked at in a grid from 0 to where it must be negative; each fall through 0 is a local
    maximum and is found by a bracketed root; the one with the highest likelihood is taken, tau2 = 0 among them.
    """
    index = np.arange(problems)
    grid = _grid(estimator, smallest=smallest, highest=highest)
    at_grid = parts_at(np.repeat(grid, problems), np.tile(index, len(grid)))
    scores = score(at_grid, estimator=estimator, df=df).reshape(len(grid), problems)
    falls = (scores[:-1] > 0) & (scores[1:] <= 0)
    turns, at_zero = falls.sum(axis=0), scores[0] <= 0
    if estimator in {"PM", "EB"}:
        at_zero = at_zero & (turns == 0)
    best = np.zeros(problems)
    highest_value = np.where(at_zero, _value(parts_at, best, estimator=estimator, df=df), -np.inf)
    for turn in range(int(turns.max(initial=0))):
        cell = np.argmax(falls & (np.cumsum(falls, axis=0) == turn + 1), axis=0)
        place = roots(
            lambda tau2: score(parts_at(tau2, index), estimator=estimator, df=df),
            low=grid[cell],
            high=grid[cell + 1],
        )
        value = _value(parts_at, place, estimator=estimator, df=df)
        better = (turns > turn) & (value > highest_value)
        best, highest_value = np.where(better, place, best), np.where(better, value, highest_value)
    return best, turns + at_zero


def _value(parts_at: PartsAt, tau2: Vector, *, estimator: Estimator, df: int) -> Vector:
    return log_likelihood(parts_at(tau2, np.arange(len(tau2))), restricted=estimator != "ML", df=df)


def _grid(estimator: Estimator, *, smallest: float, highest: float) -> Vector:
    if estimator in {"PM", "EB"}:  # Q falls in tau2: one root at most
        return np.array([0.0, highest])
    lowest = 1e-4 * min(smallest, highest)
    return np.concatenate([[0.0], np.geomspace(lowest, highest, PLACES)])


def dersimonian_laird(parts: Parts, *, df: int) -> Vector:
    """The moment estimator from Q, not yet cut off at 0; `parts` at tau2 = 0."""
    quadratic, _, trace = parts.residual()
    return (quadratic - df) / trace


def sidik_jonkman(parts: Parts, start: Vector, *, df: int) -> Vector:
    """The two-step estimator, which is never 0; `parts` at tau2 = `start`, the plain variance of the effects."""
    quadratic, _, _ = parts.residual()
    return start * quadratic / df


def hedges(effects: Vector, variances: Vector, *, design: Matrix) -> float:
    """The unweighted moment estimator of Hedges, not yet cut off at 0."""
    basis, _ = np.linalg.qr(design)
    residual = effects - basis @ (basis.T @ effects)
    kept = 1 - np.einsum("ij,ij->i", basis, basis)
    return float((residual @ residual - variances @ kept) / (len(effects) - design.shape[1]))


def tau2_of(
    effects: Vector, variances: Vector, *, design: Matrix, sums: Sums, estimator: Estimator
) -> tuple[float, int]:
    """tau2 of one model, which may be negative where a moment estimator is, and the number of local maxima."""
    df = len(effects) - design.shape[1]
    here = np.array([0])
    if estimator == "fixed":
        return 0.0, 1
    if estimator == "HE":
        return hedges(effects, variances, design=design), 1
    if estimator == "DL":
        return float(dersimonian_laird(sums.at(np.zeros(1), here), df=df)[0]), 1
    if estimator == "SJ":
        start = np.array([np.var(effects)])
        return float(sidik_jonkman(sums.at(start, here), start, df=df)[0]), 1
    squares = float(sums.products[:, -2].sum())
    tau2, maxima = by_root(
        sums.at,
        problems=1,
        estimator=estimator,
        df=df,
        smallest=float(variances.min()),
        highest=ceiling(variances, residual_squares=squares, df=df),
    )
    return float(tau2[0]), int(maxima[0])


def q_profile(sums: Sums, *, df: int, level: float) -> tuple[float, float]:
    """The interval of the tau2 under which Q is no surprise.

    References
    ----------
    Viechtbauer, W. (2007). Statistics in Medicine 26(1), 37-52, section 3.3.
    """
    quantiles = special.chdtri(df, np.array([(1 - level) / 2, (1 + level) / 2]))
    squares = float(sums.products[:, -2].sum())
    low, high = roots(
        lambda tau2: sums.at(tau2, np.arange(2)).residual()[0] - quantiles,
        low=np.zeros(2),
        high=squares / quantiles,
    )
    return float(low), float(high)


def heterogeneity(
    effects: Vector, variances: Vector, *, design: Matrix, estimator: Estimator, level: float
) -> Heterogeneity:
    """How much the true effects differ beyond what the design explains.

    Parameters
    ----------
    effects, variances
        The estimated effects and their sampling variances, shape (k,).
    design
        The moderators, with the intercept where there is one, shape (k, p) of full rank, p < k.
    estimator
        Of tau2: restricted or full maximum likelihood (``REML``, ``ML``), DerSimonian-Laird (``DL``),
        Paule-Mandel (``PM``; the empirical Bayes estimator ``EB`` solves the same equation), Hedges (``HE``),
        Sidik-Jonkman (``SJ``), or ``fixed`` for one true effect.
    level
        The coverage that the intervals promise.

    Returns
    -------
    Heterogeneity
        tau2, Q, I2 and H2 with their intervals.

    References
    ----------
    Viechtbauer, W. (2005). Journal of Educational and Behavioral Statistics 30(3), 261-293; Veroniki, A. A. et al.
    (2016). Research Synthesis Methods 7(1), 55-79; Higgins, J. P. T. and Thompson, S. G. (2002). Statistics in
    Medicine 21(11), 1539-1558, equation 9 (the typical variance).

    Examples
    --------
    >>> import numpy as np
    >>> found = heterogeneity(
    ...     np.array([0.1, 0.4, 0.9]), np.full(3, 0.01), design=np.ones((3, 1)), estimator="REML", level=0.95
    ... )
    >>> round(found.tau2, 4), round(found.I2, 2)
    (0.1533, 93.88)
    """
    sums = sums_of(effects, variances, design=design)
    df = len(effects) - design.shape[1]
    raw, maxima = tau2_of(effects, variances, design=design, sums=sums, estimator=estimator)
    quadratic, _, trace = (float(part[0]) for part in sums.at(np.zeros(1), np.array([0])).residual())
    quadratic = max(quadratic, 0.0)
    fixed, typical = estimator == "fixed", df / trace
    low, high = (np.nan, np.nan) if fixed else q_profile(sums, df=df, level=level)
    tau2 = np.array([max(raw, 0.0), low, high])
    i2, h2 = 100 * tau2 / (tau2 + typical), 1 + tau2 / typical
    if fixed:
        i2[0] = max(0.0, 100 * (quadratic - df) / quadratic) if quadratic > 0 else 0.0
        h2[0] = quadratic / df
    numbers = [float(number) for number in (*tau2, *i2, *h2)]
    named = zip(_INTERVALS, numbers, strict=True)
    return Heterogeneity(
        **dict(named),
        Q=quadratic,
        Q_df=df,
        Q_p=float(special.chdtrc(df, quadratic)),
        Q_lower_p=float(special.chdtr(df, quadratic)),
        typical_variance=typical,
        at_boundary=not fixed and raw <= 0,
        maxima=maxima,
        empty_interval=bool(quadratic < special.chdtri(df, (1 + level) / 2)),
    )


_INTERVALS = tuple(f"{name}{end}" for name in ("tau2", "I2", "H2") for end in ("", "_low", "_high"))

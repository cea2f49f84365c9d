"""Constant elasticity of substitution: whether professional and citizen hours are complements or substitutes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Worry
from coproduce.methods.intervals import Interval
from coproduce.methods.production.ces_fit import (
    RETURNS,
    SHARES,
    SUBSTITUTION,
    WIDEST,
    ErrorForm,
    Problem,
    kmenta_rho,
    profile,
    starts_of,
    told,
)
from coproduce.methods.production.ces_form import shares_of
from coproduce.methods.production.ces_worries import about
from coproduce.methods.production.descent import Floats
from coproduce.methods.production.outcome import HypothesisTest, transformed
from coproduce.methods.production.rows import as_rows
from coproduce.methods.robust_variance import cr2

METHOD = "constant elasticity of substitution"
Reading = Literal["complements", "substitutes", "cannot_say"]
PROFILED = 33
AT_BOUND = 1e-3
FAR, NEAR = 1e-3, 1e-9
"""How closely draws are fitted to choose among starts, and from the best of them: their own chance is far larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ces:
    """A function of constant elasticity of substitution, with what is to be doubted in it.

    `scale` is gamma, `shares` delta (one an input, in the inputs' own units), `shares_at_means` the same at the
    geometric means, where they times `returns_to_scale` (nu) are the output elasticities; `elasticity` is sigma = 1 /
    (1 + rho). `profile` holds pairs of an elasticity and the likelihood ratio against the best. `cobb_douglas` holds
    the output elasticities of the fit with sigma 1, `kmenta_rho` the linearised start.
    """

    n: int
    units: int
    error: ErrorForm
    scale: Interval
    shares: tuple[Interval, ...]
    shares_at_means: tuple[Interval, ...]
    rho: Interval
    returns_to_scale: Interval
    trend: Interval | None
    elasticity: Interval
    elasticity_bootstrap: Interval | None
    elasticity_profile: Interval
    cobb_douglas: tuple[float, ...]
    test_lr: HypothesisTest
    test_wald: HypothesisTest
    reading: Reading
    r_squared: float
    residual_sd: float
    log_likelihood: float
    profile: tuple[tuple[float, float], ...]
    kmenta_rho: float
    worries: tuple[Worry, ...]


def ces(
    output: Floats,
    inputs: Floats,
    *,
    generator: np.random.Generator,
    units: npt.NDArray[Any] | None = None,
    time: Floats | None = None,
    error: ErrorForm = "multiplicative",
    resamples: int = 999,
    level: float = 0.95,
) -> Ces:
    """Fit output = gamma (sum of delta x input^-rho)^(-nu / rho) by non-linear least squares, and read the elasticity.

    Parameters
    ----------
    output
        What was made, above zero (n).
    inputs
        Two or more inputs, such as citizen and professional hours, above zero (n x k). Any two substitute alike.
    generator
        Where chance comes from: random starts, and units drawn again.
    units
        The unit of each row, where units have several (a panel): errors and draws go by units.
    time
        Of each row, for a trend of log output.
    error
        Multiplicative: least squares of log output. Additive: of output.
    resamples
        How many times as many units are drawn with replacement; 0 for none.
    level
        The coverage that is promised.

    Returns
    -------
    Ces
        Errors are robust (HC2, or CR2 by units), intervals symmetric on the scale of logs or logits, by Student's t.
        The likelihood ratio and its profile take rows as independent and of one variance, and are set against F (Bates
        and Watts). The reading is *complements* (sigma below 1) or *substitutes* (above) only where every interval, and
        both tests, say so; with several rows a unit the likelihood ratio is not asked. Otherwise it is *cannot_say*:
        never "is Cobb-Douglas".

    Raises
    ------
    EstimationError
        If a number is missing, negative or zero, nothing varies, inputs move in lockstep, units are not more than
        parameters, or output does not grow with the inputs.

    References
    ----------
    Arrow, K. J. et al. (1961). Review of Economics and Statistics 43(3), 225-250; Kmenta, J. (1967). International
    Economic Review 8(2), 180-189; Henningsen, A. and Henningsen, G. (2012). Economics Letters 115(1), 67-69; Bates,
    D. M. and Watts, D. G. (1988). Nonlinear Regression Analysis, section 6.1; Ostrom, E. (1996). World Development
    24(6), 1073-1087.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> hours = rng.uniform(1, 20, (80, 2))
    >>> made = 3 * (0.4 / hours[:, 0] + 0.6 / hours[:, 1]) ** -1.0 * np.exp(rng.normal(0, 0.05, 80))
    >>> found = ces(made, hours, generator=rng, resamples=50)
    >>> round(found.elasticity.value, 1), round(found.shares[0].value, 1), found.reading
    (0.5, 0.4, 'complements')
    """
    inputs = np.asarray(inputs, dtype=float)
    parameters = 2 + (inputs.shape[1] if inputs.ndim == 2 else 2) + (time is not None)
    rows = as_rows(output, inputs, method=METHOD, parameters=parameters, units=units, time=time)
    problem = Problem(rows=rows, error=error)
    fit = _fitted(problem, generator)
    wald, limits = _intervals(problem, fit, level=level)
    curve, by_profile = _profiled(problem, fit, level=level)
    drawn, failed = _drawn(problem, fit, generator=generator, resamples=resamples, level=level)
    lr, plain = _against_one(problem, fit)
    reading = _read(
        [limits["elasticity"][0], drawn, by_profile if rows.units == rows.n else None],
        [wald, lr] if rows.units == rows.n else [wald],
        level=level,
    )
    squares = fit.squares * problem.unit**2
    return Ces(
        n=rows.n,
        units=rows.units,
        error=error,
        scale=limits["scale"][0],
        shares=limits["shares"],
        shares_at_means=limits["shares_at_means"],
        rho=limits["rho"][0],
        returns_to_scale=limits["returns_to_scale"][0],
        trend=None if time is None else limits["trend"][0],
        elasticity=limits["elasticity"][0],
        elasticity_bootstrap=drawn,
        elasticity_profile=by_profile,
        cobb_douglas=plain,
        test_lr=lr,
        test_wald=wald,
        reading=reading,
        r_squared=1 - fit.squares / float(((problem.observed - problem.observed.mean()) ** 2).sum()),
        residual_sd=math.sqrt(squares / (rows.n - problem.size)),
        log_likelihood=-rows.n / 2 * (math.log(2 * math.pi * squares / rows.n) + 1),
        profile=curve,
        kmenta_rho=kmenta_rho(rows)[0],
        worries=about(
            problem, fit.parameters, interval=by_profile, tests=(wald.p, lr.p), failed=failed, level=level
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    parameters: Floats
    squares: float


def _fitted(problem: Problem, generator: np.random.Generator) -> _Fit:
    found = problem.descend(starts_of(problem, generator))
    squares = np.where(found.parameters[:, RETURNS] > 0, found.squares, np.inf)
    best = int(squares.argmin())
    if not np.isfinite(squares[best]) or found.squares.min() < squares[best] * (1 - 1e-6):
        raise EstimationError(
            METHOD,
            seen="output that does not grow with the inputs",
            may_help="A production function needs output that rises with hours; look at what output measures.",
        )
    return _Fit(parameters=found.parameters[best], squares=float(squares[best]))


def _intervals(
    problem: Problem, fit: _Fit, *, level: float
) -> tuple[HypothesisTest, dict[str, tuple[Interval, ...]]]:
    """The robust test that the elasticity is 1, and each reported number with its interval."""
    values, errors, df = (part.tolist() for part in _robust(problem, fit))
    k = problem.inputs

    def of(place: int, back: Any) -> Interval:
        return transformed(values[place], errors[place], df=df[place], level=level, back=back)

    def share(logit: float) -> float:
        return float(1 / (1 + np.exp(-np.clip(logit, -700, 700))))

    limits = {
        "scale": (of(0, lambda log: float(np.exp(log))),),
        "returns_to_scale": (of(1, float),),
        "elasticity": (of(2, lambda log: float(np.exp(log))),),
        "rho": (of(2, lambda log: float(np.expm1(-log))),),
        "trend": (of(3, float),),
        "shares_at_means": tuple(of(4 + place, share) for place in range(k)),
        "shares": tuple(of(4 + k + place, share) for place in range(k)),
    }
    return _wald(values[SUBSTITUTION] / errors[SUBSTITUTION], df[SUBSTITUTION]), limits


def _wald(ratio: float, df: float) -> HypothesisTest:
    from scipy.special import stdtr

    p = 2 * float(stdtr(df, -abs(ratio))) if np.isfinite(ratio) and df > 0 else math.nan
    return HypothesisTest(statistic=float(ratio) ** 2, df=1, df_error=float(df), p=p)


def _robust(problem: Problem, fit: _Fit) -> tuple[Floats, Floats, Floats]:
    """What is told, its errors and degrees of freedom; NaN errors for what rests on a parameter at its bound."""
    residuals, slopes = (part[0] for part in problem.model(fit.parameters[None]))
    low, high = problem.bounds
    free = (fit.parameters > low + AT_BOUND) & (fit.parameters < high - AT_BOUND)
    nudge = 1e-5 * np.eye(problem.size)
    turns = (told(problem, fit.parameters + nudge) - told(problem, fit.parameters - nudge)) / 2e-5
    bound = (np.abs(turns[~free]) > 1e-9).any(axis=0) if not free.all() else np.zeros(turns.shape[1], bool)
    asked = ~bound & (np.abs(turns) > 0).any(axis=0)
    robust = cr2(
        slopes[:, free], residuals, clusters=problem.rows.clusters, contrasts=turns[free][:, asked].T
    )
    errors, df = np.full(turns.shape[1], np.nan), np.full(turns.shape[1], np.nan)
    errors[asked], df[asked] = np.sqrt(np.diag(robust.covariance)), robust.df
    return told(problem, fit.parameters[None])[0], errors, df


def _ratio(problem: Problem, fit: _Fit, squares: Any) -> Any:
    """The likelihood ratio of fits with a held elasticity."""
    return problem.rows.n * np.log(np.maximum(squares / fit.squares, 1.0))


def _p_of(problem: Problem, ratio: float) -> float:
    """By F, of which the likelihood ratio is a monotone function."""
    from scipy.special import fdtrc

    df_error = problem.rows.n - problem.size
    return float(fdtrc(1, df_error, df_error * math.expm1(ratio / problem.rows.n)))


def _against_one(problem: Problem, fit: _Fit) -> tuple[HypothesisTest, tuple[float, ...]]:
    held = profile(problem, fit.parameters, places=np.zeros(1))
    ratio = float(_ratio(problem, fit, held.squares)[0])
    test = HypothesisTest(
        statistic=ratio, df=1, df_error=float(problem.rows.n - problem.size), p=_p_of(problem, ratio)
    )
    shares = shares_of(held.parameters[:, SHARES : SHARES + problem.inputs - 1])[0]
    return test, tuple((held.parameters[0, RETURNS] * shares).tolist())


def _profiled(
    problem: Problem, fit: _Fit, *, level: float
) -> tuple[tuple[tuple[float, float], ...], Interval]:
    """The curve of the likelihood ratio over elasticities, and where it says more than the level allows."""
    places = np.union1d(np.linspace(-WIDEST, WIDEST, PROFILED), fit.parameters[SUBSTITUTION])
    ratios = _ratio(problem, fit, profile(problem, fit.parameters, places=places).squares)

    def above(place: float) -> float:
        one = profile(problem, fit.parameters, places=np.array([place]))
        return 1 - level - _p_of(problem, float(_ratio(problem, fit, one.squares)[0]))

    inside = np.flatnonzero([_p_of(problem, ratio) > 1 - level for ratio in ratios])
    ends = []
    for edge, side, open_end in ((inside[0], -1, 0.0), (inside[-1], 1, math.inf)):
        if not 0 <= edge + side < len(places):
            ends.append(open_end)
            continue
        ends.append(math.exp(brentq(above, places[edge], places[edge + side], xtol=1e-9)))
    value = math.exp(fit.parameters[SUBSTITUTION])
    curve = tuple(zip(np.exp(places).tolist(), ratios.tolist(), strict=True))
    return curve, Interval(value=value, low=ends[0], high=ends[1])


def _drawn(
    problem: Problem, fit: _Fit, *, generator: np.random.Generator, resamples: int, level: float
) -> tuple[Interval | None, float]:
    """The percentile interval over units drawn again, and the share of draws without an answer."""
    if not resamples:
        return None, 0.0
    units = problem.rows.units
    counts = generator.multinomial(units, np.full(units, 1 / units), size=resamples)
    weights = counts[:, problem.rows.clusters].astype(float)
    best = problem.descend(np.repeat(fit.parameters[None], resamples, axis=0), weights=weights, close=FAR)
    starts, least = best.parameters, best.squares
    for other in (-1.0, 1.0):
        moved = np.repeat(fit.parameters[None], resamples, axis=0)
        moved[:, SUBSTITUTION] = other
        found = problem.descend(moved, weights=weights, close=FAR)
        starts = np.where((found.squares < least)[:, None], found.parameters, starts)
        least = np.minimum(least, found.squares)
    ended = problem.descend(starts, weights=weights, close=NEAR).parameters
    place = np.where(ended[:, RETURNS] > 0, ended[:, SUBSTITUTION], np.nan)
    answered = np.isfinite(place)
    kept = np.sort(place[answered])
    if not len(kept):
        return None, 1.0
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return Interval(
        value=math.exp(fit.parameters[SUBSTITUTION]),
        low=0.0 if low < -WIDEST + AT_BOUND else math.exp(low),
        high=math.inf if high > WIDEST - AT_BOUND else math.exp(high),
        se=float(np.std(np.exp(kept), ddof=1)) if len(kept) > 1 else None,
    ), 1 - float(answered.mean())


def _read(intervals: list[Interval | None], tests: list[HypothesisTest], *, level: float) -> Reading:
    """Complements or substitutes where all that was asked says so."""
    asked = [interval for interval in intervals if interval is not None]
    if not all(test.p < 1 - level for test in tests):
        return "cannot_say"
    if all(interval.high < 1 for interval in asked):
        return "complements"
    if all(interval.low > 1 for interval in asked):
        return "substitutes"
    return "cannot_say"

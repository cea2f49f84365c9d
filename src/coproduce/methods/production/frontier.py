"""Stochastic frontier: how far each unit is below the most that its hours allow, apart from luck."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Worry
from coproduce.methods.intervals import Interval
from coproduce.methods.production.composed_error import ComposedError, fit_composed_error
from coproduce.methods.production.efficiency import efficiency_given
from coproduce.methods.production.outcome import HypothesisTest, mixed_chi_squared, transformed
from coproduce.methods.production.rows import Floats, Rows, as_rows
from coproduce.methods.production.terms import Form, design_of

METHOD = "stochastic frontier"
Distribution = Literal["half_normal", "truncated_normal"]
FEW_UNITS = 50
ALL_INEFFICIENCY = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """A frontier, its composed error, and each row's efficiency.

    `determinants` are of the mean of inefficiency before it is cut off at nought, the constant first: a positive one
    makes less efficient. `gamma` is the share of `sigma2` that is inefficiency's. Where there is no inefficiency to
    tell, coefficients are those of least squares, and efficiencies NaN.
    """

    n: int
    units: int
    names: tuple[str, ...]
    coefficients: tuple[Interval, ...]
    determinants: tuple[Interval, ...]
    sigma2: Interval
    gamma: Interval
    log_likelihood: float
    log_likelihood_ols: float
    test_inefficiency: HypothesisTest
    test_determinants: HypothesisTest | None
    efficiency: Floats
    efficiency_low: Floats
    efficiency_high: Floats
    mean_efficiency: float
    worries: tuple[Worry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    rows: Rows
    x: Floats
    z: Floats
    names: tuple[str, ...]
    level: float


def frontier(
    output: Floats,
    inputs: Floats,
    *,
    determinants: Floats | None = None,
    distribution: Distribution = "half_normal",
    form: Form = "cobb_douglas",
    time: Floats | None = None,
    units: npt.NDArray[Any] | None = None,
    level: float = 0.95,
) -> Frontier:
    """Fit a production frontier with noise and inefficiency by maximum likelihood.

    Parameters
    ----------
    output
        What was made, above zero (n).
    inputs
        Two or more inputs, such as citizen and professional hours, above zero (n x k).
    determinants
        What the mean of inefficiency may depend on, such as the citizens' share of hours (n x m, without a constant).
    distribution
        Of inefficiency: half-normal, or normal about a constant and cut off at nought. With determinants it is cut off.
    form
        Cobb-Douglas, or translog about the geometric means.
    time
        Of each row, for a trend of the frontier.
    units
        The unit of each row. Rows of a unit are pooled: each has an inefficiency of its own, and errors of the
        coefficients go by units.
    level
        The coverage that is promised, for many units.

    Returns
    -------
    Frontier
        Errors are from the Hessian (with several rows a unit: the sandwich by units), intervals by the normal
        distribution, of sigma2 symmetric in logs and of gamma in logits. The test of no inefficiency is a likelihood
        ratio against a mixture of chi-squared, as nought is a boundary.

    Raises
    ------
    EstimationError
        If a number is missing, negative or zero, nothing varies, inputs or determinants move in lockstep, or units are
        not more than parameters.

    References
    ----------
    Aigner, D., Lovell, C. A. K. and Schmidt, P. (1977). Journal of Econometrics 6, 21-37; Battese, G. E. and Coelli,
    T. J. (1995). Empirical Economics 20, 325-332; Coelli, T. J. (1996). CEPA Working Paper 7/96 (FRONTIER 4.1); Kodde,
    D. A. and Palm, F. C. (1986). Econometrica 54(5), 1243-1248.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> hours = rng.uniform(1, 20, (300, 2))
    >>> lost = abs(rng.normal(0, 0.4, 300))
    >>> made = 2 * hours[:, 0] ** 0.4 * hours[:, 1] ** 0.5 * np.exp(rng.normal(0, 0.1, 300) - lost)
    >>> found = frontier(made, hours)
    >>> [round(one.value, 1) for one in found.coefficients[1:]], found.test_inefficiency.p < 0.001
    ([0.4, 0.5], True)
    >>> bool(np.corrcoef(found.efficiency, np.exp(-lost))[0, 1] > 0.9)
    True
    """
    asked = _asked(
        (output, inputs), (determinants, distribution), form=form, time=time, units=units, level=level
    )
    fit = fit_composed_error(asked.rows.log_output, x=asked.x, z=asked.z)
    return _without(asked) if fit is None else _with(asked, fit)


def _asked(
    made: tuple[Floats, Floats],
    inefficiency: tuple[Floats | None, Distribution],
    *,
    form: Form,
    time: Floats | None,
    units: npt.NDArray[Any] | None,
    level: float,
) -> _Asked:
    given, distribution = inefficiency
    k = np.shape(made[1])[1] if np.ndim(made[1]) == 2 else 2
    columns = _determinants(given, n=len(made[0]))
    constant = distribution == "truncated_normal" or columns.shape[1] > 0
    terms = 1 + k + (k * (k + 1) // 2 if form == "translog" else 0) + (time is not None)
    parameters = terms + 2 + constant + columns.shape[1]
    rows = as_rows(*made, method=METHOD, parameters=parameters, units=units, time=time)
    x, names = design_of(rows, form=form, method=METHOD)
    z = np.column_stack([np.ones((rows.n, int(constant))), columns])
    if constant and np.linalg.matrix_rank(z) < z.shape[1]:
        raise EstimationError(
            METHOD,
            seen="determinants that do not vary, or that add up to each other",
            may_help="Leave out the one that says nothing new.",
        )
    return _Asked(rows=rows, x=x, z=z, names=names, level=level)


def _determinants(given: Floats | None, *, n: int) -> Floats:
    if given is None:
        return np.zeros((n, 0))
    columns = np.asarray(given, dtype=float)
    columns = columns[:, None] if columns.ndim == 1 else columns
    missing = int((~np.isfinite(columns)).any(axis=1).sum())
    if len(columns) != n or missing:
        raise EstimationError(
            METHOD,
            seen=f"determinants in {len(columns)} rows for {n} of output, {missing} of them missing or infinite",
            may_help="Every row needs each determinant.",
        )
    return columns


def _with(asked: _Asked, fit: ComposedError) -> Frontier:
    k, m = asked.x.shape[1], asked.z.shape[1]
    parameters = fit.parameters
    sigma2, gamma = parameters[-2:].tolist()
    told = _told(asked, fit)
    row = efficiency_given(
        asked.rows.log_output - asked.x @ parameters[:k],
        means=asked.z @ parameters[k : k + m],
        sigma2=sigma2,
        gamma=gamma,
        level=asked.level,
    )
    ratio = 2 * (fit.log_likelihood - fit.log_likelihood_ols)
    return Frontier(
        n=asked.rows.n,
        units=asked.rows.units,
        names=asked.names,
        coefficients=told[:k],
        determinants=told[k : k + m],
        sigma2=told[-2],
        gamma=told[-1],
        log_likelihood=fit.log_likelihood,
        log_likelihood_ols=fit.log_likelihood_ols,
        test_inefficiency=mixed_chi_squared(ratio, df=1 + m),
        test_determinants=_test_determinants(asked, fit),
        efficiency=row.value,
        efficiency_low=row.low,
        efficiency_high=row.high,
        mean_efficiency=float(row.value.mean()),
        worries=tuple(_worries(asked, told=told, tested=mixed_chi_squared(ratio, df=1 + m).p)),
    )


def _told(asked: _Asked, fit: ComposedError) -> tuple[Interval, ...]:
    values, errors = fit.parameters.tolist(), _errors(asked, fit).tolist()
    plain = [
        transformed(value, se, df=math.inf, level=asked.level, back=float)
        for value, se in zip(values[:-2], errors[:-2], strict=True)
    ]
    sigma2, gamma = values[-2:]
    return (
        *plain,
        transformed(
            math.log(sigma2),
            errors[-2] / sigma2,
            df=math.inf,
            level=asked.level,
            back=lambda log: float(np.exp(log)),
        ),
        transformed(
            math.log(gamma / (1 - gamma)),
            errors[-1] / (gamma * (1 - gamma)),
            df=math.inf,
            level=asked.level,
            back=lambda logit: float(1 / (1 + np.exp(-np.clip(logit, -700, 700)))),
        ),
    )


def _errors(asked: _Asked, fit: ComposedError) -> Floats:
    """NaN where the likelihood is not curved downwards."""
    if np.linalg.eigvalsh(fit.hessian).max() >= 0:
        return np.full(len(fit.parameters), np.nan)
    covariance = np.linalg.inv(-fit.hessian)
    if asked.rows.units < asked.rows.n:
        of_unit = np.zeros((asked.rows.units, len(fit.parameters)))
        np.add.at(of_unit, asked.rows.clusters, fit.scores)
        units = asked.rows.units
        covariance = covariance @ of_unit.T @ of_unit @ covariance * (units / (units - 1))
    variances = np.diag(covariance)
    return np.sqrt(np.where(variances > 0, variances, np.nan))


def _test_determinants(asked: _Asked, fit: ComposedError) -> HypothesisTest | None:
    """The likelihood ratio that nothing but the constant matters for inefficiency."""
    from scipy.special import chdtrc

    more = asked.z.shape[1] - 1
    if more < 1:
        return None
    plain = fit_composed_error(asked.rows.log_output, x=asked.x, z=asked.z[:, :1])
    lower = fit.log_likelihood_ols if plain is None else plain.log_likelihood
    ratio = max(0.0, 2 * (fit.log_likelihood - lower))
    return HypothesisTest(statistic=ratio, df=more, p=float(chdtrc(more, ratio)))


def _without(asked: _Asked) -> Frontier:
    """Least squares, where the likelihood has its maximum without inefficiency."""
    from coproduce.methods.robust_variance import cr2

    y, x, n = asked.rows.log_output, asked.x, asked.rows.n
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    robust = cr2(x, y - x @ b, clusters=asked.rows.clusters)
    told = tuple(
        transformed(float(value), float(se), df=float(df), level=asked.level, back=float)
        for value, se, df in zip(b, np.sqrt(np.diag(robust.covariance)), robust.df, strict=True)
    )
    variance = float(np.mean((y - x @ b) ** 2))
    likelihood = -n / 2 * (math.log(2 * math.pi * variance) + 1)
    unknown, blank = Interval(value=math.nan, low=math.nan, high=math.nan), np.full(n, math.nan)
    return Frontier(
        n=n,
        units=asked.rows.units,
        names=asked.names,
        coefficients=told,
        determinants=(unknown,) * asked.z.shape[1],
        sigma2=Interval(value=variance, low=math.nan, high=math.nan),
        gamma=Interval(value=0.0, low=math.nan, high=math.nan),
        log_likelihood=likelihood,
        log_likelihood_ols=likelihood,
        test_inefficiency=mixed_chi_squared(0.0, df=1 + asked.z.shape[1]),
        test_determinants=None,
        efficiency=blank,
        efficiency_low=blank,
        efficiency_high=blank,
        mean_efficiency=math.nan,
        worries=(_skewness(asked), *_few(asked), _none_told(1.0, level=asked.level)),
    )


def _worries(asked: _Asked, *, told: tuple[Interval, ...], tested: float) -> Iterator[Worry]:
    yield _skewness(asked)
    yield _none_told(tested, level=asked.level)
    gamma = told[-1].value
    yield Worry(
        name="deterministic_frontier",
        value=gamma,
        ok=gamma < ALL_INEFFICIENCY,
        meaning=(
            f"Of the variance of the errors {gamma:.0%} is inefficiency's."
            + (
                ""
                if gamma < ALL_INEFFICIENCY
                else " Nothing is left for luck: every shortfall counts as inefficiency."
            )
        ),
    )
    curved = bool(np.isfinite([one.se for one in told if one.se is not None]).all())
    yield Worry(
        name="hessian",
        value=None,
        ok=curved,
        meaning=(
            "The likelihood is curved at its maximum."
            if curved
            else "The likelihood is flat at its maximum: the parameters have no standard errors."
        ),
    )
    yield from _few(asked)


def _skewness(asked: _Asked) -> Worry:
    residuals = (
        asked.rows.log_output - asked.x @ np.linalg.lstsq(asked.x, asked.rows.log_output, rcond=None)[0]
    )
    skew = float(np.mean(residuals**3) / np.mean(residuals**2) ** 1.5)
    return Worry(
        name="wrong_skewness",
        value=skew,
        ok=skew < 0,
        meaning=(
            "The residuals of least squares lean to the side of inefficiency."
            if skew < 0
            else "The residuals of least squares do not lean to the side of inefficiency: the model hardly fits."
        ),
    )


def _none_told(p: float, *, level: float) -> Worry:
    told = p < 1 - level
    return Worry(
        name="no_inefficiency",
        value=p,
        ok=told,
        meaning=(
            "Inefficiency is told apart from noise."
            if told
            else "Inefficiency is not told apart from noise. That is no proof that every unit is efficient."
        ),
    )


def _few(asked: _Asked) -> Iterator[Worry]:
    units, n = asked.rows.units, asked.rows.n
    yield Worry(
        name="few_units",
        value=float(units),
        ok=units >= FEW_UNITS,
        meaning=f"The frontier rests on {units} units"
        + (
            "."
            if units >= FEW_UNITS
            else f", fewer than {FEW_UNITS}: maximum likelihood may promise too much."
        ),
    )
    if units < n:
        yield Worry(
            name="pooled_rows",
            value=n / units,
            ok=False,
            meaning="Rows of a unit are pooled: each has an inefficiency of its own.",
            lowers=0,
        )

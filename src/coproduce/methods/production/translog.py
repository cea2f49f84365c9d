"""Translog: the elasticity of output to each input, free of the form that Cobb-Douglas and CES suppose."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coproduce.methods.effects.contrast import Worry
from coproduce.methods.intervals import Interval
from coproduce.methods.production.outcome import HypothesisTest, transformed
from coproduce.methods.production.rows import Floats, Rows, as_rows
from coproduce.methods.production.terms import design_of, pairs_of
from coproduce.methods.robust_variance import cr2, wald

METHOD = "translog"
FEW_UNITS = 30
WELL = 0.9
"""Share of rows below which the function is not one of production where the rows are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translog:
    """A translog production function about the geometric means, where first-order terms are output elasticities.

    `elasticity_of_substitution` is that of two inputs at the means; None with more. `monotone_share` and
    `concave_share` are the shares of rows where output rises with every input, and isoquants are bent inwards.
    """

    n: int
    units: int
    names: tuple[str, ...]
    coefficients: tuple[Interval, ...]
    elasticities: tuple[Interval, ...]
    returns_to_scale: Interval
    elasticity_of_substitution: Interval | None
    test_cobb_douglas: HypothesisTest
    monotone_share: float
    concave_share: float
    r_squared: float
    worries: tuple[Worry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    rows: Rows
    design: Floats
    names: tuple[str, ...]
    b: Floats
    residuals: Floats
    level: float

    @property
    def inputs(self) -> int:
        return int(self.rows.log_inputs.shape[1])

    @property
    def first(self) -> Floats:
        return self.b[1 : 1 + self.inputs]

    @property
    def second(self) -> Floats:
        """The matrix of second-order coefficients."""
        matrix = np.zeros((self.inputs, self.inputs))
        for place, (one, other) in enumerate(pairs_of(self.inputs)):
            matrix[one, other] = matrix[other, one] = self.b[1 + self.inputs + place]
        return matrix


def translog(
    output: Floats,
    inputs: Floats,
    *,
    units: npt.NDArray[Any] | None = None,
    time: Floats | None = None,
    level: float = 0.95,
) -> Translog:
    """Least squares of log output on logs of the inputs, their half squares and products.

    Parameters
    ----------
    output
        What was made, above zero (n).
    inputs
        Two or more inputs, such as citizen and professional hours, above zero (n x k).
    units
        The unit of each row, where units have several: errors go by units.
    time
        Of each row, for a trend of log output.
    level
        The coverage that is promised.

    Returns
    -------
    Translog
        Errors are robust (HC2, or CR2 by units), intervals by Student's t with the degrees of freedom of Satterthwaite.
        The test that it is Cobb-Douglas (no second-order terms) is robust too.

    Raises
    ------
    EstimationError
        If a number is missing, negative or zero, nothing varies, terms cannot be told apart, or units are not more than
        parameters.

    References
    ----------
    Christensen, L. R., Jorgenson, D. W. and Lau, L. J. (1973). Review of Economics and Statistics 55(1), 28-45;
    Chambers, R. G. (1988). Applied Production Analysis, chapter 1, on the elasticity of substitution and
    quasi-concavity.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> hours = rng.uniform(1, 20, (200, 2))
    >>> made = 2 * hours[:, 0] ** 0.4 * hours[:, 1] ** 0.5 * np.exp(rng.normal(0, 0.05, 200))
    >>> found = translog(made, hours)
    >>> [round(one.value, 1) for one in found.elasticities], found.monotone_share
    ([0.4, 0.5], 1.0)
    """
    inputs = np.asarray(inputs, dtype=float)
    k = inputs.shape[1] if inputs.ndim == 2 else 2
    parameters = 1 + k + k * (k + 1) // 2 + (time is not None)
    rows = as_rows(output, inputs, method=METHOD, parameters=parameters, units=units, time=time)
    fit = _fitted(rows, level=level)
    monotone, concave = _shape(fit)
    y = rows.log_output
    return Translog(
        n=rows.n,
        units=rows.units,
        names=fit.names,
        coefficients=_combined(fit, np.eye(len(fit.b))),
        elasticities=_combined(fit, np.eye(len(fit.b))[1 : 1 + k]),
        returns_to_scale=_combined(fit, np.eye(len(fit.b))[1 : 1 + k].sum(axis=0, keepdims=True))[0],
        elasticity_of_substitution=_substitution(fit) if k == 2 else None,
        test_cobb_douglas=_against_cobb_douglas(fit),
        monotone_share=monotone,
        concave_share=concave,
        r_squared=float(1 - (fit.residuals**2).sum() / ((y - y.mean()) ** 2).sum()),
        worries=tuple(_worries(fit, monotone, concave)),
    )


def _fitted(rows: Rows, *, level: float) -> _Fit:
    design, names = design_of(rows, form="translog", method=METHOD)
    b = np.asarray(np.linalg.lstsq(design, rows.log_output, rcond=None)[0], dtype=float)
    return _Fit(
        rows=rows, design=design, names=names, b=b, residuals=rows.log_output - design @ b, level=level
    )


def _combined(fit: _Fit, contrasts: Floats) -> tuple[Interval, ...]:
    """Weighted sums of coefficients with their intervals."""
    robust = cr2(fit.design, fit.residuals, clusters=fit.rows.clusters, contrasts=contrasts)
    errors = np.sqrt(np.diag(robust.covariance))
    return tuple(
        transformed(float(value), float(se), df=float(df), level=fit.level, back=float)
        for value, se, df in zip(contrasts @ fit.b, errors, robust.df, strict=True)
    )


def _against_cobb_douglas(fit: _Fit) -> HypothesisTest:
    start, count = 1 + fit.inputs, len(pairs_of(fit.inputs))
    test = wald(
        fit.design,
        fit.residuals,
        coefficients=fit.b,
        constraints=np.eye(len(fit.b))[start : start + count],
        clusters=fit.rows.clusters,
    )
    return HypothesisTest(statistic=test.f, df=test.df, df_error=test.df_error, p=test.p)


def _rho(b: Floats) -> float:
    """One over the elasticity of substitution of two inputs at the means, less one: that of the CES that touches it."""
    one, other, own_one, crossed, own_other = b[1:6]
    return float((2 * crossed - own_one * other / one - own_other * one / other) / (one + other))


def _substitution(fit: _Fit) -> Interval:
    """By the delta method on the log of the elasticity; NaN where isoquants are not bent inwards at the means."""
    unknown = Interval(value=math.nan, low=math.nan, high=math.nan)
    if min(fit.first) <= 0 or _rho(fit.b) <= -1:
        return unknown
    nudge = 1e-6 * np.eye(len(fit.b))
    slope = np.array([(_rho(fit.b + step) - _rho(fit.b - step)) / 2e-6 for step in nudge])
    robust = cr2(fit.design, fit.residuals, clusters=fit.rows.clusters, contrasts=slope[None])
    rho = _rho(fit.b)
    return transformed(
        -math.log1p(rho),
        math.sqrt(robust.covariance[0, 0]) / (1 + rho),
        df=float(robust.df[0]),
        level=fit.level,
        back=lambda log: float(np.exp(log)),
    )


def _shape(fit: _Fit) -> tuple[float, float]:
    """Shares of rows where output rises with every input, and where the function is quasi-concave.

    In logarithms output is e.l + l'Bl/2: its Hessian in levels, but for positive factors of rows and columns, is
    B + ee' - diag(e), and along an isoquant it must not bend upwards.
    """
    slopes = fit.first + fit.rows.log_inputs @ fit.second
    hessians = fit.second + slopes[:, :, None] * slopes[:, None, :] - slopes[:, :, None] * np.eye(fit.inputs)
    _, _, turns = np.linalg.svd(slopes[:, None, :])
    along = turns[:, 1:]
    bends = np.linalg.eigvalsh(along @ hessians @ np.swapaxes(along, 1, 2)).max(axis=1)
    monotone = (slopes >= 0).all(axis=1)
    return float(monotone.mean()), float((monotone & (bends <= 1e-10)).mean())


def _worries(fit: _Fit, monotone: float, concave: float) -> Iterator[Worry]:
    for name, share, what in (
        ("monotone", monotone, "output rises with every input"),
        ("concave", concave, "isoquants are bent inwards"),
    ):
        yield Worry(
            name=name,
            value=share,
            ok=share >= WELL,
            meaning=f"In {share:.0%} of the rows {what}, as theory has it.",
        )
    units = fit.rows.units
    yield Worry(
        name="few_units",
        value=float(units),
        ok=units >= FEW_UNITS,
        meaning=f"The fit rests on {units} units"
        + ("." if units >= FEW_UNITS else f", fewer than {FEW_UNITS}: intervals may promise too much."),
    )

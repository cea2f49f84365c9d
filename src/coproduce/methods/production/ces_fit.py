"""Non-linear least squares of a function of constant elasticity of substitution, from many starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coproduce.methods.production.ces_form import aggregate, shares_of
from coproduce.methods.production.descent import CLOSE, Descent, Floats, descend
from coproduce.methods.production.rows import Rows

ErrorForm = Literal["multiplicative", "additive"]
CONSTANT, RETURNS, SUBSTITUTION, SHARES = 0, 1, 2, 3
"""Places of the parameters: log scale, returns to scale, log elasticity, logits of shares; then the trend."""

WIDEST = 4.0
"""Bound of the log of the elasticity: from 0.018 to 55, beyond which the function hardly changes."""

STEEPEST = 300.0
"""Bound of the logits of shares, which say at which mix of inputs a small elasticity has its kink."""

KINKS = (-1.0, 1.0)
GRID = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
RANDOM_STARTS = 10
CLOSE_ENOUGH = 1e-12
"""For a likelihood ratio, which is flat at its least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The rows, the form of the error, and the bounds of the parameters."""

    rows: Rows
    error: ErrorForm

    @property
    def inputs(self) -> int:
        """How many."""
        return int(self.rows.log_inputs.shape[1])

    @property
    def size(self) -> int:
        """How many parameters."""
        return 2 + self.inputs + (self.rows.time is not None)

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Of each parameter: only elasticity and shares need any."""
        high = np.full(self.size, np.inf)
        high[SUBSTITUTION] = WIDEST
        high[SHARES : SHARES + self.inputs - 1] = STEEPEST
        return -high, high

    @property
    def unit(self) -> float:
        """What a residual of 1 is, in log output or in output."""
        return 1.0 if self.error == "multiplicative" else float(np.exp(self.rows.log_output.mean()))

    @property
    def observed(self) -> Floats:
        """Log output about its mean, or output over its geometric mean."""
        centred = self.rows.log_output - self.rows.log_output.mean()
        return centred if self.error == "multiplicative" else np.asarray(np.exp(centred))

    def model(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Fitted less observed, and its slopes by the parameters."""
        logits = parameters[:, SHARES : SHARES + self.inputs - 1]
        rho = np.expm1(-parameters[:, SUBSTITUTION])
        mean = aggregate(self.rows.log_inputs, logits, rho=rho)
        returns = parameters[:, RETURNS, None]
        fitted = parameters[:, CONSTANT, None] + returns * mean.value
        columns = [
            np.ones_like(fitted),
            mean.value,
            -returns * mean.by_rho * (1 + rho)[:, None],
            *np.moveaxis(returns[:, :, None] * mean.by_logit, 2, 0),
        ]
        if self.rows.time is not None:
            fitted = fitted + parameters[:, -1, None] * self.rows.time
            columns.append(np.broadcast_to(self.rows.time, fitted.shape))
        slopes = np.stack(columns, axis=2)
        if self.error == "multiplicative":
            return fitted - self.observed, slopes
        level = np.exp(np.clip(fitted, -300, 300))
        return level - self.observed, slopes * level[:, :, None]

    def descend(
        self,
        starts: Floats,
        *,
        weights: Floats | None = None,
        held: npt.NDArray[np.bool_] | None = None,
        close: float = CLOSE,
    ) -> Descent:
        """Least squares from each start."""
        low, high = self.bounds
        return descend(
            self.model,
            starts,
            rows=self.rows.n,
            low=low,
            high=high,
            weights=weights,
            held=held,
            close=close,
        )


def kmenta_rho(rows: Rows) -> tuple[float, Floats]:
    """Rho and logits of the shares from the expansion about Cobb-Douglas, at the geometric means.

    Parameters
    ----------
    rows
        The rows; rho is kept between -0.9 and 20, so that a start can be made from it.

    References
    ----------
    Kmenta, J. (1967). International Economic Review 8(2), 180-189.
    """
    shares, rho = _cobb_douglas_shares(rows), 0.0
    for _ in range(
        2
    ):  # the bend is weighted by the shares of its own regression; of two inputs this is exact
        bend = (rows.log_inputs - (rows.log_inputs @ shares)[:, None]) ** 2 @ shares
        found = np.linalg.lstsq(_design(rows, bend), rows.log_output, rcond=None)[0]
        first = found[1 : 1 + rows.log_inputs.shape[1]]
        returns = float(first.sum())
        rho = -2 * float(found[-1]) / returns if returns > 0 else 0.0
        shares = _kept(first)
    return float(np.clip(rho, -0.9, 20.0)), np.log(shares[:-1] / shares[-1])


def _design(rows: Rows, *more: Floats) -> Floats:
    time = [] if rows.time is None else [rows.time]
    return np.column_stack([np.ones(rows.n), rows.log_inputs, *time, *more])


def _cobb_douglas_shares(rows: Rows) -> Floats:
    found = np.linalg.lstsq(_design(rows), rows.log_output, rcond=None)[0]
    return _kept(found[1 : 1 + rows.log_inputs.shape[1]])


def _kept(first: npt.NDArray[Any]) -> Floats:
    """Shares away from nought and one, from elasticities that may be negative."""
    shares = np.maximum(first, 0.02 * max(float(first.max()), 1e-3))
    kept: Floats = shares / shares.sum()
    return kept


def starts_of(problem: Problem, generator: np.random.Generator) -> Floats:
    """Starting values: a grid of elasticities with the shares of Cobb-Douglas and of Kmenta, and random shares.

    Parameters
    ----------
    problem
        What is fitted.
    generator
        Where chance comes from.

    References
    ----------
    Henningsen, A. and Henningsen, G. (2012). Economics Letters 115(1), 67-69, on the grid.
    """
    rho, logits = kmenta_rho(problem.rows)
    plain = _cobb_douglas_shares(problem.rows)
    drawn = generator.dirichlet(np.ones(problem.inputs), size=RANDOM_STARTS) + 1e-6
    pairs = [(-np.log1p(rho), logits)]
    pairs += [(place, at) for place in GRID for at in (np.log(plain[:-1] / plain[-1]), logits)]
    pairs += [(generator.uniform(-3, 3), np.log(shares[:-1] / shares[-1])) for shares in drawn]
    pairs += [(place, _kink(problem, place, at)) for place in GRID if place < 0 for at in KINKS]
    starts = np.zeros((len(pairs), problem.size))
    starts[:, RETURNS] = 1.0
    for row, (place, at) in enumerate(pairs):
        starts[row, SUBSTITUTION] = place
        starts[row, SHARES : SHARES + problem.inputs - 1] = at
    return np.clip(starts, *problem.bounds)


def _kink(problem: Problem, place: float, at: float) -> Floats:
    """Logits that put the kink of a small elasticity so many standard deviations from the mean mix of inputs."""
    mix = problem.rows.log_inputs[:, :-1] - problem.rows.log_inputs[:, -1:]
    return np.asarray(np.expm1(-place) * at * mix.std(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Least squares at held elasticities: their logarithms, the parameters and the sums of squares."""

    places: Floats
    parameters: Floats
    squares: Floats


def profile(problem: Problem, best: Floats, *, places: Floats) -> Profile:
    """The least sum of squares with the elasticity held, from several starts each.

    Parameters
    ----------
    problem
        What is fitted.
    best
        Its parameters at the minimum.
    places
        Logarithms of the elasticities that are held.
    """
    held = np.zeros(problem.size, dtype=bool)
    held[SUBSTITUTION] = True
    part = slice(SHARES, SHARES + problem.inputs - 1)
    _, linearised = kmenta_rho(problem.rows)
    rows = []
    for place in places:
        kinks = [_kink(problem, place, at) for at in KINKS]
        for logits in (best[part], linearised, 0 * linearised, *kinks):
            start = best.copy()
            start[SUBSTITUTION], start[part] = place, logits
            rows.append(start)
    found = problem.descend(np.array(rows), held=held, close=CLOSE_ENOUGH)
    squares = found.squares.reshape(len(places), -1)
    chosen = np.arange(len(places)), squares.argmin(axis=1)
    parameters = found.parameters.reshape(*squares.shape, -1)[chosen]
    return Profile(places=places, parameters=parameters, squares=squares[chosen])


def told(problem: Problem, parameters: Floats) -> Floats:
    """What is reported, each on the scale on which it is about normal (b x q).

    Log scale in the inputs' own units, returns, log elasticity, the trend (0 where there is none), logits of each share
    at the geometric means, and logits of each share in the inputs' own units.
    """
    rows, k = problem.rows, problem.inputs
    logits, rho = parameters[:, SHARES : SHARES + k - 1], np.expm1(-parameters[:, SUBSTITUTION])
    own = logits + rho[:, None] * (rows.means[:-1] - rows.means[-1])
    at_zero = np.array(
        [
            aggregate(-rows.means[None], logit[None], rho=one[None]).value[0, 0]
            for logit, one in zip(logits, rho, strict=True)
        ]
    )
    scale = rows.log_output.mean() + parameters[:, CONSTANT] + parameters[:, RETURNS] * at_zero
    trend = parameters[:, -1] if rows.time is not None else np.zeros(len(parameters))
    plain = [scale, parameters[:, RETURNS], parameters[:, SUBSTITUTION], trend]
    return np.column_stack([*plain, _logits_of_each(logits), _logits_of_each(own)])


def _logits_of_each(logits: Floats) -> Floats:
    shares = np.clip(shares_of(logits), 1e-300, None)
    return np.log(shares / np.clip(1 - shares, 1e-16, None))

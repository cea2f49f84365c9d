"""What is to be doubted in a fitted function of constant elasticity of substitution."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from coproduce.methods.effects.contrast import Worry
from coproduce.methods.intervals import Interval
from coproduce.methods.production.ces_fit import SHARES, SUBSTITUTION, WIDEST, Problem
from coproduce.methods.production.ces_form import shares_of
from coproduce.methods.production.descent import Floats

FEW_UNITS = 30
ALIKE_INPUTS = 0.95
LEAST_SHARE = 0.01
MANY_FAILED = 0.05


def about(
    problem: Problem,
    parameters: Floats,
    *,
    interval: Interval,
    tests: tuple[float, float],
    failed: float,
    level: float,
) -> tuple[Worry, ...]:
    """All that was looked at, whether it is well or not.

    Parameters
    ----------
    problem, parameters
        What was fitted, and where its minimum is.
    interval
        Of the elasticity, by the profile.
    tests
        The p of the robust test and of the likelihood ratio that the elasticity is 1.
    failed
        The share of draws without an answer.
    level
        Of the intervals.
    """
    return (
        *_about_elasticity(parameters, interval),
        *_about_data(problem, parameters),
        *_about_agreement(tests, failed, level=level),
    )


def _about_elasticity(parameters: Floats, interval: Interval) -> Iterator[Worry]:
    value = math.exp(parameters[SUBSTITUTION])
    inside = bool(abs(parameters[SUBSTITUTION]) < WIDEST - 1e-3)
    yield Worry(
        name="boundary_elasticity",
        value=value,
        ok=inside,
        meaning=(
            "The elasticity lies within the range that was searched."
            if inside
            else "The elasticity runs to the end of the range that was searched: it has no standard error."
        ),
    )
    closed = interval.low > 0 and math.isfinite(interval.high)
    yield Worry(
        name="flat_profile",
        value=value,
        ok=closed,
        meaning=(
            "The rows bound the elasticity from below and from above."
            if closed
            else "The fit hardly changes with the elasticity on one side at least: the rows do not bound it there."
        ),
    )


def _about_data(problem: Problem, parameters: Floats) -> Iterator[Worry]:
    shares = shares_of(parameters[None, SHARES : SHARES + problem.inputs - 1])[0]
    least = float(shares.min())
    yield Worry(
        name="boundary_share",
        value=least,
        ok=least >= LEAST_SHARE,
        meaning=(
            "Every input counts at the geometric means."
            if least >= LEAST_SHARE
            else "One input counts for next to nothing: how it substitutes cannot be told."
        ),
    )
    alike = np.abs(np.atleast_2d(np.corrcoef(problem.rows.log_inputs.T)))
    closest = float(alike[np.triu_indices(problem.inputs, 1)].max())
    yield Worry(
        name="near_collinear_inputs",
        value=closest,
        ok=closest < ALIKE_INPUTS,
        meaning=(
            f"The closest two inputs correlate by {closest:.2f} (in logs)."
            + (
                ""
                if closest < ALIKE_INPUTS
                else " They hardly move apart, which is what the elasticity rests on."
            )
        ),
    )
    units = problem.rows.units
    yield Worry(
        name="few_units",
        value=float(units),
        ok=units >= FEW_UNITS,
        meaning=f"The fit rests on {units} units"
        + ("." if units >= FEW_UNITS else f", fewer than {FEW_UNITS}: intervals may promise too much."),
    )


def _about_agreement(tests: tuple[float, float], failed: float, *, level: float) -> Iterator[Worry]:
    agree = len({p < 1 - level for p in tests}) == 1
    yield Worry(
        name="tests_disagree",
        value=None,
        ok=agree,
        meaning=(
            "The robust test and the likelihood ratio agree on whether the elasticity is told apart from 1."
            if agree
            else "The robust test and the likelihood ratio disagree on whether the elasticity is told apart from 1."
        ),
        lowers=0,
    )
    yield Worry(
        name="failed_resamples",
        value=failed,
        ok=failed <= MANY_FAILED,
        meaning=f"{failed:.0%} of the draws had no answer.",
    )

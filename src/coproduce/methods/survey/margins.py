"""Average marginal effects: what a covariate goes with, in percentage points of the people there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from coproduce.methods.survey.design import Array, Design
from coproduce.methods.survey.linear import Linear
from coproduce.methods.survey.ordinal import Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is changed: a column of the covariates.

    `step` is None for a column of numbers: its effect is the slope for a step of 1. Where the column says whether a
    value is had (0 or 1), the effect is that of having it; `instead` are all columns of the values of which a person
    has one, which are then 0.
    """

    column: int
    yes_no: bool
    instead: tuple[int, ...] = ()


def average_effect(design: Design, fit: Fit, *, change: Change, above: int) -> Linear:
    """The average change of the chance of an answer above a step, over the people in the sample as they are.

    Parameters
    ----------
    design
        How the sample was drawn.
    fit
        A model of ordered answers.
    change
        Which covariate is changed, and how.
    above
        The step, numbered from 0: with 0, the chance of any answer but the lowest.

    Returns
    -------
    Linear
        The average effect, whose scores know both of the coefficients' error and of chance in who is in the sample.

    References
    ----------
    Bartus, T. (2005). Stata Journal 5(3), 309-329. Graubard, B. I. and Korn, E. L. (1999). Predictive margins with
    survey data. Biometrics 55(2), 652-659.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> from coproduce.methods.survey.ordinal import ordered_logit
    >>> x = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> design, everyone = survey_design(np.ones(6)), np.ones(6, dtype=bool)
    >>> fit = ordered_logit(design, np.array([0, 0, 1, 0, 1, 1]), x=x, domain=everyone)
    >>> change = Change(column=0, yes_no=True, instead=(0,))
    >>> round(average_effect(design, fit, change=change, above=0).value, 6)  # 2/3 less 1/3
    0.333333
    """
    inside = fit.domain
    weights = design.weights[inside]
    whole = float(weights.sum())
    effect, slopes = _effects(fit, fit.x[inside], change=change, above=above)
    value = float(weights @ effect) / whole
    scores = fit.scores @ (slopes.T @ weights / whole)
    scores[inside] += (effect - value) / whole
    return Linear(value=value, scores=scores, domain=inside)


def _effects(fit: Fit, x: Array, *, change: Change, above: int) -> tuple[Array, Array]:
    """Each person's effect, and how it moves with each parameter."""
    if not change.yes_no:
        chance, slope = _chance(fit, x, above=above)
        beta = fit.coefficients[change.column]
        effect = beta * chance * (1 - chance)
        slopes = beta * (1 - 2 * chance)[:, None] * slope
        slopes[:, len(fit.thresholds) + change.column] += chance * (1 - chance)
        return effect, slopes
    without = x.copy()
    without[:, list(change.instead)] = 0
    having = without.copy()
    having[:, change.column] = 1
    (yes, slope_yes), (no, slope_no) = (_chance(fit, each, above=above) for each in (having, without))
    return yes - no, slope_yes - slope_no


def _chance(fit: Fit, x: Array, *, above: int) -> tuple[Array, Array]:
    """The chance of an answer above the step, and how it moves with each parameter."""
    chance = expit(x @ fit.coefficients - fit.thresholds[above])
    rows = np.hstack([np.zeros((len(x), len(fit.thresholds))), x])
    rows[:, above] = -1
    return chance, (chance * (1 - chance))[:, None] * rows

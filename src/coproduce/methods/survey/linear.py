"""Means, totals, shares, ratios and their differences, each with its scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from coproduce.errors import EstimationError
from coproduce.methods.intervals import Interval, student, wilson
from coproduce.methods.survey.design import Array, Design, Mask, covariance, freedom


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """An estimate of a survey.

    Parameters
    ----------
    value
        The estimate.
    scores
        How much it moves with a unit of each respondent's weight; 0 for those it does not rest on (n).
    domain
        The respondents that it rests on (n).
    """

    value: float
    scores: Array
    domain: Mask

    @property
    def n(self) -> int:
        """How many respondents it rests on."""
        return int(self.domain.sum())

    def __sub__(self, other: Linear) -> Linear:
        """The difference of two estimates from one sample: their scores know of each other."""
        return Linear(
            value=self.value - other.value,
            scores=self.scores - other.scores,
            domain=self.domain | other.domain,
        )


def mean(design: Design, y: ArrayLike, *, domain: Mask | None = None) -> Linear:
    """A mean, or a share where `y` is 0 or 1.

    Parameters
    ----------
    design
        How the sample was drawn.
    y
        One value a respondent (n); NaN where it is not known: the mean is of those of whom it is.
    domain
        The respondents whose mean is wanted; the rest still tell how the sample was drawn.

    Raises
    ------
    EstimationError
        If nobody with a weight is left.

    References
    ----------
    Lumley, T. (2010). Complex Surveys, section 2.2 and appendix A.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> found = mean(survey_design([1, 1, 2]), [0, 1, 1])
    >>> found.value, found.n
    (0.75, 3)
    """
    known = np.asarray(y, dtype=np.float64)
    return ratio(design, known, over=np.ones(len(known)), domain=domain)


def ratio(design: Design, y: ArrayLike, *, over: ArrayLike, domain: Mask | None = None) -> Linear:
    """The total of `y` over the total of `over`, of respondents of whom both are known; otherwise as `mean`.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> ratio(survey_design([1, 1, 2]), [1, 2, 3], over=[2, 2, 6]).value
    0.5625
    """
    top, bottom = np.asarray(y, dtype=np.float64), np.asarray(over, dtype=np.float64)
    inside = _inside(design, top + bottom, domain)
    whole = float((design.weights * np.where(inside, bottom, 0)).sum())
    if whole == 0:
        raise EstimationError("ratio", seen="a total of 0 to divide by", may_help="Leave that group out.")
    value = float((design.weights * np.where(inside, top, 0)).sum()) / whole
    return Linear(value=value, scores=np.where(inside, top - value * bottom, 0) / whole, domain=inside)


def total(design: Design, y: ArrayLike, *, domain: Mask | None = None) -> Linear:
    """The total in the population, in so far as the weights add up to it; otherwise as `mean`.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> total(survey_design([10, 10, 20]), [0, 1, 1]).value
    30.0
    """
    known = np.asarray(y, dtype=np.float64)
    inside = _inside(design, known, domain)
    scores = np.where(inside, known, 0)
    return Linear(value=float((design.weights * scores).sum()), scores=scores, domain=inside)


def _inside(design: Design, values: Array, domain: Mask | None) -> Mask:
    inside = np.isfinite(values) & (design.weights > 0)
    inside = inside if domain is None else inside & domain
    if not inside.any():
        raise EstimationError(
            "mean", seen="nobody whose answer is known", may_help="Ask, or leave that group out."
        )
    return np.asarray(inside)


def interval(design: Design, found: Linear, *, level: float = 0.95) -> Interval:
    """An estimate with its linearised error and limits by Student's t.

    Degrees of freedom are the primary sampling units less the strata that the estimate rests on. Where there is none
    left, or no error to build on, the limits are NaN.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> design = survey_design(np.ones(4))
    >>> found = interval(design, mean(design, [1, 2, 3, 4]))
    >>> round(found.low, 4), round(found.high, 4)
    (0.4457, 4.5543)
    """
    se, half = _error(design, found, level=level)
    return Interval(value=found.value, low=found.value - half, high=found.value + half, se=se)


def _error(design: Design, found: Linear, *, level: float) -> tuple[float, float]:
    """The standard error, and half the interval: NaN where there is nothing to build it on."""
    se = math.sqrt(max(0.0, float(covariance(design, found.scores[:, None])[0, 0])))
    df = freedom(design, found.domain)
    return se, student(level, df) * se if df > 0 and se > 0 else math.nan


def share_interval(design: Design, found: Linear, *, level: float = 0.95) -> Interval:
    """A share with limits that are symmetric on the logit scale, so that they stay between 0 and 1.

    Parameters
    ----------
    design
        How the sample was drawn.
    found
        The `mean` of a value that is 0 or 1.
    level
        The coverage that is promised.

    Returns
    -------
    Interval
        The share, its linearised error, and the limits. Where nobody or everybody has it there is no error to build
        on: the limits are then Wilson's, with the primary sampling units as if each were one answer.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1999). Analysis of Health Surveys, section 2.5; as R's
    ``survey::svyciprop(method = "logit")``.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> design = survey_design(np.ones(100))
    >>> found = share_interval(design, mean(design, np.arange(100) < 10))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.1, 0.0541, 0.1776)
    """
    value = min(1.0, max(0.0, found.value))
    se, half = _error(design, found, level=level)
    spread = value * (1 - value)
    if math.isnan(half) or spread < 1e-12:
        units = len(np.unique(design.units[found.domain]))
        plain = wilson(round(value * units), units, level=level)
        return Interval(value=value, low=min(plain.low, value), high=max(plain.high, value), se=se)
    at = math.log(value / (1 - value))
    low, high = (1 / (1 + math.exp(-(at + sign * half / spread))) for sign in (-1, 1))
    return Interval(value=value, low=low, high=high, se=se)


def two_sided(t: float, *, df: float) -> float:
    """The two-sided p value of an estimate over its standard error, by Student's t; NaN without degrees of freedom.

    Examples
    --------
    >>> round(two_sided(2.262157, df=9), 6)
    0.05
    """
    return float(2 * stdtr(df, -abs(t))) if df > 0 else math.nan

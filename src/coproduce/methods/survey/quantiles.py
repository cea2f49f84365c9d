"""Quantiles of a survey, with Woodruff's interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from coproduce.methods.intervals import Interval
from coproduce.methods.survey.design import Array, Design, Mask
from coproduce.methods.survey.linear import interval, mean


def quantile(
    design: Design, y: ArrayLike, *, at: float, domain: Mask | None = None, level: float = 0.95
) -> Interval:
    """The smallest value that a share `at` of the weighted answers does not exceed, with Woodruff's interval.

    Parameters
    ----------
    design
        How the sample was drawn.
    y
        One value a respondent (n); NaN where it is not known.
    at
        Between 0 and 1: 0.5 is the median.
    domain
        The respondents whose quantile is wanted.
    level
        The coverage that is promised.

    Returns
    -------
    Interval
        The quantile. Its limits are the quantiles at the limits of the share of answers up to it; there is no standard
        error. A limit that falls outside the answers is NaN.

    References
    ----------
    Woodruff, R. S. (1952). Confidence intervals for medians and other position measures. Journal of the American
    Statistical Association 47, 635-646.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> found = quantile(survey_design(np.ones(99)), np.arange(1.0, 100), at=0.5)
    >>> found.value, found.low, found.high
    (50.0, 40.0, 60.0)
    """
    values = np.asarray(y, dtype=np.float64)
    inside = np.isfinite(values) & (design.weights > 0) & (True if domain is None else domain)
    sorted_, below = _distribution(values[inside], design.weights[inside])
    value = _inverse(sorted_, below, at)
    share = mean(design, np.where(np.isnan(values), np.nan, values <= value), domain=inside)
    limits = interval(design, share, level=level)
    half = limits.high - limits.value
    low, high = (_inverse(sorted_, below, at + sign * half) for sign in (-1, 1))
    return Interval(value=value, low=low, high=high)


def _distribution(values: Array, weights: Array) -> tuple[Array, Array]:
    """The values in order, and the share of weight up to each."""
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    return values[order], running / running[-1]


def _inverse(values: Array, below: Array, at: float) -> float:
    if not 0 < at < 1:
        return math.nan
    return float(values[min(int(np.searchsorted(below, at - 1e-12)), len(values) - 1)])

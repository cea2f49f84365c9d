"""Coefficients with their tests and intervals, and the omnibus test of several."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from coproduce.methods.synthesis.roots import Vector
from coproduce.methods.synthesis.sums import Matrix, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """Coefficients with standard errors, tests against 0 and intervals, each of shape (p,)."""

    se: Vector
    statistic: Vector
    p: Vector
    low: Vector
    high: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Omnibus:
    """A test that several coefficients are all 0: F, or chi-square where `df2` is infinite; NaN of none."""

    statistic: float
    df: int
    df2: float
    p: float


def quantile(level: float, df: float | Vector) -> Vector:
    """The two-sided critical value of Student's t, or of the normal distribution where `df` is infinite.

    Examples
    --------
    >>> round(float(quantile(0.95, 10)), 6), round(float(quantile(0.95, math.inf)), 6)
    (2.228139, 1.959964)
    """
    upper = 0.5 + level / 2
    normal = np.isinf(df)
    student = special.stdtrit(np.where(normal, 1.0, df), upper)
    return np.asarray(np.where(normal, special.ndtri(upper), student))


def p_value(statistic: Vector, df: float | Vector) -> Vector:
    """The two-sided p-value of a t or, where `df` is infinite, normal statistic.

    Examples
    --------
    >>> round(float(p_value(np.array(1.959964), math.inf)), 6)
    0.05
    """
    normal, lower = np.isinf(df), -np.abs(statistic)
    return np.asarray(
        2 * np.where(normal, special.ndtr(lower), special.stdtr(np.where(normal, 1.0, df), lower))
    )


def inference(coefficients: Vector, covariance: Matrix, *, df: float | Vector, level: float) -> Inference:
    """Each coefficient's test and interval; `df` one for all or one each."""
    se = np.sqrt(np.diag(covariance))
    statistic, reach = coefficients / se, quantile(level, df) * se
    return Inference(
        se=se,
        statistic=statistic,
        p=p_value(statistic, df),
        low=coefficients - reach,
        high=coefficients + reach,
    )


def omnibus(coefficients: Vector, covariance: Matrix, *, which: Whole, df: float) -> Omnibus:
    """The Wald test that the coefficients `which` (their places) are all 0.

    Examples
    --------
    >>> found = omnibus(np.array([5.0, 2.0]), np.eye(2), which=np.array([1]), df=math.inf)
    >>> found.statistic, found.df, round(found.p, 4)
    (4.0, 1, 0.0455)
    """
    m = len(which)
    if m == 0:
        return Omnibus(statistic=math.nan, df=0, df2=df, p=math.nan)
    b = coefficients[which]
    wald = float(b @ np.linalg.solve(covariance[np.ix_(which, which)], b))
    if math.isinf(df):
        return Omnibus(statistic=wald, df=m, df2=df, p=float(special.chdtrc(m, wald)))
    return Omnibus(statistic=wald / m, df=m, df2=df, p=float(special.fdtrc(m, df, wald / m)))


def moderating(design: Matrix) -> Whole:
    """The places of the columns that are moderators: all but a constant one."""
    return np.flatnonzero(np.ptp(design, axis=0) > 0)

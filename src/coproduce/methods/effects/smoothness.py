"""The shortest interval for an average effect when the drift between treated and comparison may bend only so much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """Estimators that add weighted effects before treatment to the average after it.

    An estimator is named by `bends`: by how much each change of slope up to the base period would shift it. `undo`
    takes bends to weights of effects before treatment. A straight drift must shift it by nothing: `straight` times
    bends is `aim`. Changes of slope after the base period shift every estimator alike, by `later` in all.
    """

    covariance: Floats
    average: Floats
    undo: Floats
    straight: Floats
    aim: float
    later: float
    bend: float
    level: float
    df: float

    def weights(self, bends: Floats) -> Floats:
        """The weights of all effects in the estimator."""
        found: Floats = self.average.copy()
        found[: len(bends)] += self.undo @ bends
        return found

    def half(self, split: Floats) -> tuple[float, Floats]:
        """Half the length of the interval, and its slope, by the positive and the negative part of the bends."""
        count = len(split) // 2
        weights = self.weights(split[:count] - split[count:])
        spread = self.covariance @ weights
        error = math.sqrt(float(weights @ spread))
        bias = self.bend * (float(split.sum()) + self.later)
        critical, slope = _critical(bias / error, level=self.level, df=self.df)
        by_error = (self.undo.T @ spread[:count]) / error * (critical - slope * bias / error)
        return error * critical, np.concatenate([by_error, -by_error]) + slope * self.bend


def _critical(bias: float, *, level: float, df: float) -> tuple[float, float]:
    """The quantile of a shifted Student's t without its sign, and how fast it grows with the shift."""
    from scipy.optimize import brentq
    from scipy.special import stdtr, stdtrit

    most = float(stdtrit(df, (1 + level) / 2)) + bias
    found = float(brentq(lambda c: stdtr(df, c - bias) - stdtr(df, -c - bias) - level, 0.0, most + 1e-9))
    near, far = (-(df + 1) / 2 * math.log1p(point**2 / df) for point in (found - bias, found + bias))
    ratio = math.exp(far - near)  # of the densities on either end
    return found, (1 - ratio) / (1 + ratio)


def smooth_limits(
    estimates: Floats, covariance: Floats, *, at: Floats, largest: float, df: float, level: float = 0.95
) -> tuple[float, float]:
    """Limits of the average effect if the drift's slope may change by so much from one period to the next.

    Parameters
    ----------
    estimates, covariance
        Of the event study without its base period (-1), sorted by event time.
    at
        Event times, without gaps but for the base period.
    largest
        The largest change of slope a period; 0: a straight drift goes on.
    df
        Degrees of freedom of the covariance.
    level
        The coverage that is promised.

    Returns
    -------
    tuple
        The limits of the shortest interval of fixed length around an estimator that adds weighted effects before
        treatment to the plain average after it, valid for every drift that bends no more.

    Raises
    ------
    EstimationError
        If no shortest interval is found.

    References
    ----------
    Rambachan, A. and Roth, J. (2023). Review of Economic Studies 90(5), 2555-2591, section 4.1; Armstrong, T. B. and
    Kolesár, M. (2018). Econometrica 86(2), 655-683.

    Examples
    --------
    >>> import numpy as np
    >>> estimates, at = np.array([-0.2, -0.1, 2.1]), np.array([-3.0, -2.0, 0.0])  # a drift of 0.1 a period
    >>> low, high = smooth_limits(estimates, 1e-4 * np.eye(3), at=at, largest=0.0, df=1e9)
    >>> round((low + high) / 2, 3)
    2.0
    """
    from scipy.optimize import minimize

    problem = _problem(covariance, at, bend=largest, df=min(df, 1e9), level=level)
    start = _straight(problem)
    split = np.concatenate([np.maximum(start, 0), np.maximum(-start, 0)])
    if largest > 0:
        straight = np.concatenate([problem.straight, -problem.straight])
        scale = problem.half(split)[0]
        found = minimize(
            lambda one: tuple(part / scale for part in problem.half(one)),
            split,
            jac=True,
            method="SLSQP",
            bounds=[(0, None)] * len(split),
            constraints={
                "type": "eq",
                "fun": lambda one: straight @ one - problem.aim,
                "jac": lambda _: straight,
            },
            options={"ftol": 1e-12, "maxiter": 1000},
        )
        if not np.isfinite(found.x).all() or abs(float(straight @ found.x) - problem.aim) > 1e-6:
            raise EstimationError(
                "limits under smooth trends", seen="no shortest interval", may_help="Fewer periods may help."
            )
        split = np.maximum(found.x, 0)
    bends = split[: len(start)] - split[len(start) :]
    middle, half = float(problem.weights(bends) @ estimates), problem.half(split)[0]
    return middle - half, middle + half


def _problem(covariance: Floats, at: Floats, *, bend: float, df: float, level: float) -> _Problem:
    """A change of slope in a period moves all later effects, or all earlier ones, counted from the base period."""
    early, late = at[at < -1], at[at >= 0]
    places = early + 1  # the periods whose change of slope bends the drift before the base period
    shift = np.maximum(places[:, None] - early[None, :], 0)
    undo = np.linalg.inv(shift)
    reach = np.maximum(late[None, :] - np.arange(0, len(late))[:, None], 0).mean(axis=1)
    return _Problem(
        covariance=covariance,
        average=(at >= 0) / len(late),
        undo=undo,
        straight=(early + 1) @ undo,
        aim=-float((late + 1).mean()),
        later=float(reach.sum()),
        bend=bend,
        level=level,
        df=df,
    )


def _straight(problem: _Problem) -> Floats:
    """The bends of the estimator with the least variance that a straight drift does not shift."""
    count = len(problem.straight)
    inner = problem.undo.T @ problem.covariance[:count, :count] @ problem.undo
    pull = problem.undo.T @ problem.covariance[:count] @ problem.average
    system = np.block([[inner, problem.straight[:, None]], [problem.straight[None, :], np.zeros((1, 1))]])
    solved = np.linalg.lstsq(system, np.concatenate([-pull, [problem.aim]]), rcond=None)[0]
    return np.asarray(solved[:count])

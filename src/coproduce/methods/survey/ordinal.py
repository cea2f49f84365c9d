"""Weighted logistic regression of ordered answers (proportional odds) and of yes or no, with linearised errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from coproduce.errors import EstimationError
from coproduce.methods.survey.design import Array, Codes, Design, Mask, covariance, freedom

ROUNDS, TOLERANCE = 100, 1e-10
LARGEST = 15.0
"""No log odds of people's answers lie beyond it: coefficients that lead there grow without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A proportional-odds model, fitted by pseudo-maximum likelihood.

    The log odds of an answer above step k are ``x @ coefficients - thresholds[k]``; of yes or no, the intercept is
    minus the one threshold.

    Parameters
    ----------
    thresholds, coefficients
        Of the model (steps less 1; k).
    scores
        How much each parameter (thresholds first) moves with a unit of each respondent's weight (n x parameters).
    covariance
        Of the parameters, linearised.
    df
        Degrees of freedom: primary sampling units less strata, less the coefficients; at least 1.
    x, domain
        What it was fitted to: covariates (n x k), and the respondents of whom all is known (n).
    """

    thresholds: Array
    coefficients: Array
    scores: Array
    covariance: Array
    df: int
    x: Array
    domain: Mask

    @property
    def se(self) -> Array:
        """The standard errors of the coefficients."""
        return np.sqrt(np.diag(self.covariance)[len(self.thresholds) :])


def ordered_logit(design: Design, y: Codes, *, x: Array, domain: Mask) -> Fit:
    """Fit a proportional-odds model to weighted answers; with two steps it is logistic regression.

    Parameters
    ----------
    design
        How the sample was drawn.
    y
        The step of each answer, numbered from 0, each step given by somebody in the domain (n).
    x
        The covariates, without a constant (n x k); what is outside the domain may be anything.
    domain
        The respondents that it is fitted to (n); the others still tell how the sample was drawn.

    Raises
    ------
    EstimationError
        If a covariate follows from the others, or covariates tell answers apart without error.

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B 42, 109-142.
    Binder, D. A. (1983). International Statistical Review 51(3), 279-292 (errors). Degrees of freedom as R's
    ``survey::svyglm``.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> x = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> y = np.array([0, 0, 1, 0, 1, 1])
    >>> fit = ordered_logit(survey_design(np.ones(6)), y, x=x, domain=np.ones(6, dtype=bool))
    >>> round(float(fit.coefficients[0]), 6)  # log odds 2 less log odds 1/2
    1.386294
    """
    inside = domain & (design.weights > 0)
    mean_weight = float(design.weights[inside].mean())
    answers = _Answers(y=y[inside], x=x[inside], weights=design.weights[inside] / mean_weight)
    _refuse_dependent(answers.x)
    theta = _climb(answers)
    _, gradient, curve = _likelihood(theta, answers)
    scores = np.zeros((len(y), len(theta)))
    scores[inside] = gradient @ np.linalg.inv(curve) / mean_weight
    cuts = len(theta) - x.shape[1]
    return Fit(
        thresholds=theta[:cuts],
        coefficients=theta[cuts:],
        scores=scores,
        covariance=covariance(design, scores),
        df=max(1, freedom(design, inside) - x.shape[1]),
        x=x,
        domain=inside,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What the likelihood is of; weights are 1 on average, so that steps of the search have a scale."""

    y: Codes
    x: Array
    weights: Array


def _climb(answers: _Answers) -> Array:
    """The parameters at the top of the likelihood, by Newton's steps."""
    theta, moved = _start(answers), np.inf
    for _ in range(ROUNDS):
        higher = _stepped(theta, answers)
        moved, theta = float(np.abs(higher - theta).max()), higher
        if moved < TOLERANCE:
            break
    _refuse_endless(theta, answers, moved=moved)
    return theta


def _stepped(theta: Array, answers: _Answers) -> Array:
    """One of Newton's steps, halved where it leads down or out of the thresholds' order."""
    value, gradient, curve = _likelihood(theta, answers)
    step = np.linalg.lstsq(curve, gradient.T @ answers.weights, rcond=None)[0]
    for _ in range(40):
        if _likelihood(theta + step, answers)[0] >= value - 1e-12 * abs(value):
            break
        step = step / 2
    return np.asarray(theta + step)


def _start(answers: _Answers) -> Array:
    """The thresholds of the answers alone, and no coefficients."""
    below = np.cumsum(np.bincount(answers.y, weights=answers.weights))[:-1] / answers.weights.sum()
    if not len(below) or below.min() <= 0 or below.max() >= 1 or (np.diff(below) <= 0).any():
        raise _refusal("a step of the scale that nobody chose", "Join it with the next one.")
    return np.concatenate([np.log(below / (1 - below)), np.zeros(answers.x.shape[1])])


def _likelihood(theta: Array, answers: _Answers) -> tuple[float, Array, Array]:
    """The weighted log-likelihood, its slope for each respondent, and its negative curvature.

    The chance of step j is F(u) - F(l), u and l the log odds at its upper and lower end, both linear in the parameters.
    """
    n, cuts = len(answers.y), len(theta) - answers.x.shape[1]
    eta = answers.x @ theta[cuts:]
    ends = np.concatenate([[-np.inf], theta[:cuts], [np.inf]])
    upper, lower = ends[answers.y + 1] - eta, ends[answers.y] - eta
    # F(u) - F(l) without loss of digits where both are near 1
    chance = np.where(lower > 0, expit(-lower) - expit(-upper), expit(upper) - expit(lower))
    if (np.diff(theta[:cuts]) <= 0).any() or (chance <= 0).any():
        return -np.inf, np.zeros((n, len(theta))), np.eye(len(theta))
    rows_u, rows_l = _ends(answers, cuts, at=answers.y), _ends(answers, cuts, at=answers.y - 1)
    dense_u, dense_l = expit(upper) * expit(-upper), expit(lower) * expit(-lower)
    up, down = dense_u / chance, dense_l / chance
    gradient = up[:, None] * rows_u - down[:, None] * rows_l
    bend_u = up * (1 - 2 * expit(upper)) - up**2
    bend_l = -down * (1 - 2 * expit(lower)) - down**2
    cross = (rows_u * (answers.weights * up * down)[:, None]).T @ rows_l
    curve = (
        (rows_u * (answers.weights * bend_u)[:, None]).T @ rows_u
        + (rows_l * (answers.weights * bend_l)[:, None]).T @ rows_l
        + cross
        + cross.T
    )
    return float(answers.weights @ np.log(chance)), gradient, -curve


def _ends(answers: _Answers, cuts: int, *, at: Codes) -> Array:
    """How the log odds at threshold `at` move with each parameter; no row where there is no such threshold."""
    rows = np.hstack([np.zeros((len(answers.y), cuts)), -answers.x])
    there = (at >= 0) & (at < cuts)
    rows[np.flatnonzero(there), at[there]] = 1
    rows[~there] = 0
    return rows


def _refusal(seen: str, may_help: str) -> EstimationError:
    return EstimationError("logistic regression", seen=seen, may_help=may_help)


def _refuse_dependent(x: Array) -> None:
    full = np.column_stack([np.ones(len(x)), x])
    if np.linalg.matrix_rank(full) < full.shape[1]:
        raise _refusal("a covariate that follows from the others, or never differs", "Leave it out.")


def _refuse_endless(theta: Array, answers: _Answers, *, moved: float) -> None:
    eta = answers.x @ theta[len(theta) - answers.x.shape[1] :]
    if moved >= 1e-6 or np.ptp(eta) > 2 * LARGEST:
        seen = (
            "covariates that tell some answers apart without error, so that a coefficient grows without end"
        )
        raise _refusal(seen, "Join rare values with others, or leave that covariate out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wald:
    """A test that several numbers are all 0: F on `df` and `df_error` degrees of freedom."""

    f: float
    df: int
    df_error: int
    p: float


def wald(value: Array, covariance: Array, *, df: int) -> Wald:
    """Test that several estimates of a survey are all 0.

    Parameters
    ----------
    value, covariance
        The estimates (q) and their linearised covariance (q x q).
    df
        Degrees of freedom of the covariance: primary sampling units less strata.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1990). American Statistician 44(4), 270-276: the adjusted Wald F.

    Examples
    --------
    >>> round(wald(np.array([2.0]), np.eye(1), df=20).p, 4)  # the square of Student's t
    0.0593
    """
    from scipy.special import fdtrc

    q = len(value)
    left = df - q + 1
    statistic = float(value @ np.linalg.lstsq(covariance, value, rcond=None)[0])
    f = statistic * left / (df * q) if left > 0 else math.nan
    return Wald(f=f, df=q, df_error=left, p=float(fdtrc(q, left, f)) if left > 0 else math.nan)


def parallel_slopes(design: Design, y: Codes, *, x: Array, domain: Mask) -> Wald:
    """Test proportional odds: that yes or no at each step of the scale has the same coefficients.

    A logistic regression is fitted at each step; all of them have scores, so that their joint covariance is linearised
    as any other.

    Parameters
    ----------
    design, y, x, domain
        As in `ordered_logit`; at least three steps.

    References
    ----------
    Brant, R. (1990). Assessing proportionality in the proportional odds model for ordinal logistic regression.
    Biometrics 46(4), 1171-1178.

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(900, 1))
    >>> y = np.digitize(x[:, 0] + rng.logistic(size=900), [-1, 1])
    >>> parallel_slopes(survey_design(np.ones(900)), y, x=x, domain=np.ones(900, dtype=bool)).p > 0.01
    True
    """
    fits = [
        ordered_logit(design, (y > cut).astype(np.intp), x=x, domain=domain)
        for cut in range(int(y[domain].max()))
    ]
    apart = [fit.coefficients - fits[0].coefficients for fit in fits[1:]]
    scores = [fit.scores[:, 1:] - fits[0].scores[:, 1:] for fit in fits[1:]]
    joint = covariance(design, np.hstack(scores))
    return wald(np.concatenate(apart), joint, df=freedom(design, fits[0].domain))

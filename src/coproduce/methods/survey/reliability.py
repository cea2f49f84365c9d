"""How far several items measure one thing: alpha, omega, and both on the scales behind ordered answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import least_squares

from coproduce.errors import EstimationError
from coproduce.methods.intervals import Interval, student
from coproduce.methods.survey.design import Array, Design, covariance, freedom
from coproduce.methods.survey.polychoric import LARGEST, polychoric, polychoric_scores

NUDGE = 1e-6
WIDEST = 30.0  # limits further off, in log(1 - value), say nothing, and soon are no numbers
MOST_STEPS = 10
"""Answers of more steps are taken as numbers, not as cuts of a scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far the sum of several items measures one thing.

    Parameters
    ----------
    n, items
        How many respondents answered all of how many items.
    alpha
        Cronbach's alpha, with its interval.
    omega
        McDonald's omega of one common factor, with its interval; None of two items, which cannot tell, and where one
        factor does not fit (a loading above 1).
    ordinal_alpha, ordinal_omega
        The same from polychoric correlations: of the scales behind the answers, not of their sum; None where an item
        has more than ten steps.
    loadings
        Of each item on the one factor, standardised; empty of two items.
    worries
        What speaks against the number, in plain sentences.
    """

    n: int
    items: int
    alpha: Interval
    omega: Interval | None
    ordinal_alpha: Interval | None
    ordinal_omega: Interval | None
    loadings: tuple[float, ...]
    worries: tuple[str, ...]


def reliability(design: Design, answers: Array, *, level: float = 0.95) -> Reliability:
    """Say how far several items measure one thing, with intervals that know how the sample was drawn.

    Parameters
    ----------
    design
        How the sample was drawn.
    answers
        One row a respondent, one column an item, all of one direction (n x items); NaN where there is no answer:
        respondents who answered all items count.
    level
        The coverage that is promised.

    Raises
    ------
    EstimationError
        If there are fewer than two items or three respondents, or an item never differs.

    Notes
    -----
    Each number is a function of weighted covariances (or of polychoric correlations, functions of weighted tables).
    Their scores, through the function's slopes, are the number's; limits are symmetric in log(1 - value).

    References
    ----------
    Cronbach, L. J. (1951). Psychometrika 16, 297-334. McDonald, R. P. (1999). Test Theory, chapter 6. Maydeu-Olivares,
    A., Coffman, D. L. and Hartmann, W. M. (2007). Psychological Methods 12(2), 157-176 (intervals without normality).
    Zumbo, B. D., Gadermann, A. M. and Zeisser, C. (2007). Journal of Modern Applied Statistical Methods 6(1), 21-29
    (ordinal). Chalmers, R. P. (2018). Educational and Psychological Measurement 78(6), 1056-1071 (what it is not).

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> answers = np.array([[1.0, 1, 2], [2, 3, 3], [3, 3, 4], [4, 5, 4], [5, 4, 5], [2, 2, 1]])
    >>> round(reliability(survey_design(np.ones(6)), answers).alpha.value, 4)
    0.9345
    """
    inside = np.isfinite(answers).all(axis=1) & (design.weights > 0)
    known = answers[inside]
    _refuse(known)
    sample = _Sample(design=design, inside=inside, answers=known, level=level)
    moments = sample.covariances()
    alpha = sample.interval(moments, _alpha)
    items = answers.shape[1]
    loadings = _loadings(_correlations(_square(moments[0], items))) if items > 2 else np.array([])
    omega = sample.interval(moments, _omega) if _proper(loadings) else None
    ordinal_alpha = ordinal_omega = None
    worries = list(_worries(items, loadings))
    if max(len(np.unique(column)) for column in known.T) <= MOST_STEPS:
        tables = sample.polychorics()
        if np.abs(_square(tables[0], items) - np.eye(items)).max() >= LARGEST:
            worries.append("Two of its items hang together wholly, or never differ apart from each other.")
        else:
            ordinal_alpha = sample.interval(tables, _alpha)
            behind = _loadings(_square(tables[0], items)) if items > 2 else np.array([])
            ordinal_omega = sample.interval(tables, _omega) if _proper(behind) else None
    return Reliability(
        n=len(known),
        items=items,
        alpha=alpha,
        omega=omega,
        ordinal_alpha=ordinal_alpha,
        ordinal_omega=ordinal_omega,
        loadings=tuple(float(loading) for loading in loadings),
        worries=tuple(worries),
    )


def _refuse(answers: Array) -> None:
    n, items = answers.shape
    if items < 2 or n < 3:
        may_help = "It takes two items of one construct, and respondents who answered all of them."
        raise EstimationError(
            "reliability", seen=f"{items} items that {n} respondents answered", may_help=may_help
        )
    if (np.ptp(answers, axis=0) == 0).any():
        raise EstimationError(
            "reliability", seen="an item that all answer alike", may_help="Leave that item out."
        )


def _proper(loadings: Array) -> bool:
    """Whether one factor leaves every item a variance of its own, without which omega means nothing."""
    return len(loadings) > 0 and bool((np.abs(loadings) <= 1).all())


def _worries(items: int, loadings: Array) -> list[str]:
    found = []
    if items == 2:
        found.append("Two items cannot show whether they measure one thing: omega needs three.")
    if (loadings < 0).any():
        found.append("An item runs against the others: is it to be reversed?")
    if (np.abs(loadings) > 1).any():
        found.append(
            "A loading above 1 (a Heywood case): one factor does not fit these items, so omega is not given."
        )
    return found


Moments = tuple[Array, Array]
"""Elements of a symmetric matrix (its upper half, row by row), and the scores of each (n x elements)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """Those who answered all items, within the whole sample."""

    design: Design
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]]
    answers: Array
    level: float

    @property
    def _weights(self) -> Array:
        return self.design.weights[self.inside]

    def covariances(self) -> Moments:
        """The weighted covariances of the items."""
        weights = self._weights
        whole = weights.sum()
        apart = self.answers - weights @ self.answers / whole
        first, second = np.triu_indices(self.answers.shape[1])
        products = apart[:, first] * apart[:, second]
        value = weights @ products / whole
        return value, (products - value) / whole

    def polychorics(self) -> Moments:
        """The polychoric correlations of the items, with 1 (and no score) on the diagonal."""
        codes = [np.unique(column, return_inverse=True)[1] for column in self.answers.T]
        items, whole = len(codes), self._weights.sum()
        value, scores = np.eye(items), np.zeros((items, items, len(self.answers)))
        for i, j in combinations(range(items), 2):
            table = np.zeros((int(codes[i].max()) + 1, int(codes[j].max()) + 1))
            np.add.at(table, (codes[i], codes[j]), self._weights)
            value[i, j] = polychoric(table)
            if abs(value[i, j]) < LARGEST:
                scores[i, j] = polychoric_scores(table, value[i, j])[codes[i], codes[j]] / whole
        half = np.triu_indices(items)
        return value[half], scores[half].T

    def interval(self, moments: Moments, function: Callable[[Array], float]) -> Interval:
        """A function of a matrix, with limits that are symmetric in log(1 - value)."""
        items = self.answers.shape[1]
        elements, scores = moments
        value = function(_square(elements, items))
        own = np.zeros((len(self.inside), 1))
        own[self.inside, 0] = scores @ _slopes(function, elements, items=items)
        se = math.sqrt(max(0.0, float(covariance(self.design, own)[0, 0])))
        df = freedom(self.design, self.inside)
        half = student(self.level, df) * se / (1 - value) if df > 0 and value < 1 else math.nan
        half = half if half < WIDEST else math.nan
        return Interval(
            value=value, low=1 - (1 - value) * math.exp(half), high=1 - (1 - value) * math.exp(-half), se=se
        )


def _slopes(function: Callable[[Array], float], elements: Array, *, items: int) -> Array:
    """How the function moves with each element, both sides of the diagonal together."""
    scale = float(np.abs(elements).max()) * NUDGE
    return np.array(
        [
            (function(_square(elements + nudge, items)) - function(_square(elements - nudge, items)))
            / (2 * scale)
            for nudge in np.eye(len(elements)) * scale
        ]
    )


def _square(elements: Array, items: int) -> Array:
    found = np.zeros((items, items))
    found[np.triu_indices(items)] = elements
    return np.asarray(found + np.triu(found, 1).T)


def _correlations(covariances: Array) -> Array:
    spread = np.sqrt(np.diag(covariances))
    return np.asarray(covariances / np.outer(spread, spread))


def _alpha(covariances: Array) -> float:
    items = len(covariances)
    return float(items / (items - 1) * (1 - np.trace(covariances) / covariances.sum()))


def _omega(covariances: Array) -> float:
    """The share of the sum's variance that the one common factor gives it."""
    common = np.sqrt(np.diag(covariances)) @ _loadings(_correlations(covariances))
    return float(common**2 / covariances.sum())


def _loadings(correlations: Array) -> Array:
    """Loadings of one factor that come nearest to the correlations (least squares; Harman and Jones's minres)."""
    first, second = np.triu_indices(len(correlations), 1)
    wanted = correlations[first, second]
    pairs = np.arange(len(wanted))

    def apart(loadings: Array) -> Array:
        return np.asarray(loadings[first] * loadings[second] - wanted)

    def slopes(loadings: Array) -> Array:
        found = np.zeros((len(wanted), len(loadings)))
        found[pairs, first], found[pairs, second] = loadings[second], loadings[first]
        return found

    values, vectors = np.linalg.eigh(correlations)
    start = vectors[:, -1] * math.sqrt(max(values[-1] - 1, 0.1))
    found = least_squares(apart, start, jac=slopes, method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14).x
    return np.asarray(found if found.sum() >= 0 else -found)

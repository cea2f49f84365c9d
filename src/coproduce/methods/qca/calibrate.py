"""Calibration: from raw numbers to memberships in a set, by anchors that somebody has to justify."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError

Numbers = NDArray[np.float64]
Levels = NDArray[np.int64]

POWERS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
MOST_STEPS, CLOSE = 100, 1e-10
LARGEST = 700.0


def direct(raw: Numbers, anchors: Sequence[float], *, degree: float = 0.95) -> Numbers:
    """Memberships by three anchors and the logistic function: the direct method.

    Parameters
    ----------
    raw
        One number a case; NaN stays NaN.
    anchors
        Exclusion (membership 1 - `degree`), crossover (0.5) and inclusion (`degree`), rising, or falling for a set of
        the low; or six for a set of the middle: exclusion, crossover and inclusion on the way up, then inclusion,
        crossover and exclusion on the way down. A set of the middle is the lesser of its two sides.
    degree
        The membership at the anchor of inclusion.

    Returns
    -------
    array
        Memberships between 0 and 1, one a case.

    Raises
    ------
    EstimationError
        If the anchors are out of order.

    References
    ----------
    Ragin, C. C. (2008). Redesigning Social Inquiry. University of Chicago Press, chapter 5 (table 5.2, whose log odds
    of 3 are a `degree` of 0.9526).

    Examples
    --------
    >>> income = np.array([2500.0, 5000.0, 20000.0, 40110.0])
    >>> direct(income, [2500, 5000, 20000]).round(2)
    array([0.05, 0.5 , 0.95, 1.  ])
    >>> direct(income, [20000, 5000, 2500]).round(2)
    array([0.95, 0.5 , 0.05, 0.  ])
    """
    if not in_order(anchors):
        raise EstimationError(
            "Direct calibration",
            seen=f"the anchors {', '.join(f'{anchor:g}' for anchor in anchors)} are out of order",
            may_help="Exclusion, crossover and inclusion have to rise all the way, or to fall all the way.",
        )
    slopes = [tuple(anchors[:3])] if len(anchors) == 3 else [tuple(anchors[:3]), tuple(reversed(anchors[3:]))]
    sides = [_side(raw, slope, degree=degree) for slope in slopes]
    least: Numbers = np.minimum.reduce(sides)
    return least


def in_order(anchors: Sequence[float]) -> bool:
    """Whether three anchors rise or fall all the way, or six rise to a middle and fall from it.

    Examples
    --------
    >>> in_order([1, 2, 3]), in_order([3, 2, 1]), in_order([1, 3, 2])
    (True, True, False)
    >>> in_order([1, 2, 3, 3, 4, 5])
    True
    """
    steps = [later - earlier for earlier, later in itertools.pairwise(anchors)]
    if len(anchors) == 6:
        return steps[2] >= 0 and all(step > 0 for step in (*steps[:2], *steps[3:]))
    return len(anchors) == 3 and (all(step > 0 for step in steps) or all(step < 0 for step in steps))


def _side(raw: Numbers, anchors: Sequence[float], *, degree: float) -> Numbers:
    """One slope of a set: log odds that are straight on either side of the crossover."""
    rising = anchors[0] < anchors[2]
    low, middle, high = anchors if rising else tuple(reversed(anchors))
    log_odds = np.log(degree / (1 - degree))
    from_middle = raw - middle
    scale = np.where(from_middle < 0, middle - low, high - middle)
    exponent = log_odds * from_middle / scale
    return _logistic(exponent if rising else -exponent)


def _logistic(log_odds: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-np.clip(log_odds, -LARGEST, LARGEST)))


def classes(raw: Numbers, thresholds: Sequence[float]) -> Levels:
    """Levels 0, 1, 2, …: how many thresholds a number has reached.

    Parameters
    ----------
    raw
        One number a case, none missing.
    thresholds
        Rising; one makes a crisp set, several a condition with several values. A number at a threshold has reached it.

    Raises
    ------
    EstimationError
        If the thresholds do not rise.

    Examples
    --------
    >>> classes(np.array([400.0, 550.0, 900.0]), [550])
    array([0, 1, 1])
    >>> classes(np.array([400.0, 550.0, 900.0]), [550, 850])
    array([0, 1, 2])
    """
    if not thresholds or any(later <= earlier for earlier, later in itertools.pairwise(thresholds)):
        raise EstimationError(
            "Thresholds",
            seen=f"the thresholds {', '.join(f'{one:g}' for one in thresholds) or '(none)'} do not rise",
            may_help="Write them from the lowest to the highest.",
        )
    return np.searchsorted(np.asarray(thresholds, dtype=float), raw, side="right").astype(np.int64)


def indirect(raw: Numbers, rough: Numbers) -> Numbers:
    """Memberships by the indirect method: a smooth curve through rough classes.

    Parameters
    ----------
    raw
        One number a case, greater than nought (the curve takes logarithms and roots).
    rough
        The rough membership of each case, such as 0, 0.2, 0.4, 0.6, 0.8 or 1.

    Returns
    -------
    array
        What a fractional logit of `rough` on the two best powers of `raw` (a fractional polynomial of degree 2)
        predicts. It need not rise all the way: look at it.

    Raises
    ------
    EstimationError
        If a number is not greater than nought, or there are fewer than three rough classes.

    References
    ----------
    Ragin, C. C. (2008). Redesigning Social Inquiry, chapter 5; Papke, L. E. and Wooldridge, J. M. (1996). Journal of
    Applied Econometrics 11, 619-632; Royston, P. and Altman, D. G. (1994). Applied Statistics 43, 429-467.

    Examples
    --------
    >>> raw = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    >>> found = indirect(raw, np.array([0, 0.2, 0.2, 0.4, 0.6, 0.6, 0.8, 1]))
    >>> bool(np.all(np.diff(found) > 0))
    True
    """
    if not raw.min() > 0 or len(set(rough.tolist())) < 3:
        raise EstimationError(
            "Indirect calibration",
            seen=f"the least number is {raw.min():g}, and there are {len(set(rough.tolist()))} rough classes",
            may_help="It needs numbers greater than nought in three rough classes or more; the direct method does not.",
        )
    scaled = raw / np.exp(np.mean(np.log(raw)))
    fitted = [
        _fractional_logit(_powers(scaled, pair), rough)
        for pair in itertools.combinations_with_replacement(POWERS, 2)
    ]
    return min(fitted, key=lambda curve: _deviance(curve, rough))


def _powers(raw: Numbers, pair: tuple[float, float]) -> Numbers:
    """The columns of a fractional polynomial: a power repeated is multiplied by the logarithm."""
    first, second = (np.log(raw) if power == 0 else raw**power for power in pair)
    if pair[0] == pair[1]:
        second = first * np.log(raw)
    columns = np.column_stack([first, second])
    spread = columns.std(axis=0)
    return np.column_stack(
        [np.ones(len(raw)), (columns - columns.mean(axis=0)) / np.where(spread, spread, 1)]
    )


def _fractional_logit(x: Numbers, y: Numbers) -> Numbers:
    """The fitted shares of a logit for shares, by iterated least squares."""
    fitted = (y + 0.5) / 2
    predictor = np.log(fitted / (1 - fitted))
    for _ in range(MOST_STEPS):
        weight = np.maximum(fitted * (1 - fitted), 1e-12)
        working = predictor + (y - fitted) / weight
        root = np.sqrt(weight)
        beta = np.linalg.lstsq(x * root[:, None], working * root, rcond=None)[0]
        moved = np.clip(x @ beta, -LARGEST, LARGEST)
        done = np.max(np.abs(moved - predictor)) < CLOSE
        predictor, fitted = moved, _logistic(moved)
        if done:
            break
    return fitted


def _deviance(fitted: Numbers, y: Numbers) -> float:
    """How far shares are from what was fitted (a Bernoulli deviance, up to what does not depend on the fit)."""
    inside = np.clip(fitted, 1e-15, 1 - 1e-15)
    return float(-np.sum(y * np.log(inside) + (1 - y) * np.log(1 - inside)))


def quantile_anchors(raw: Numbers, shares: Sequence[float] = (0.05, 0.5, 0.95)) -> tuple[float, ...]:
    """Anchors read off the data's own distribution: arbitrary, because a set's meaning does not lie in its sample.

    Parameters
    ----------
    raw
        One number a case.
    shares
        The shares of cases below exclusion, crossover and inclusion. A crossover that falls on a case's own number is
        moved half the way to the next higher one, so that no case is neither in nor out.

    References
    ----------
    Schneider, C. Q. and Wagemann, C. (2012). Set-Theoretic Methods for the Social Sciences. Cambridge University
    Press, section 1.2, advise against anchors of this kind.

    Examples
    --------
    >>> quantile_anchors(np.arange(101.0))
    (5.0, 50.5, 95.0)
    """
    exclusion, crossover, inclusion = (float(anchor) for anchor in np.quantile(raw, shares))
    higher = raw[raw > crossover]
    if crossover in raw and len(higher):
        crossover = (crossover + float(higher.min())) / 2
    return exclusion, crossover, inclusion

"""From draws of costs and effects to a decision: quadrants, net benefit, acceptability and the value of information."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Quadrant = Literal["improved_and_cheaper", "better_at_a_price", "cost_shifting", "worse"]
QUADRANTS: tuple[Quadrant, ...] = ("improved_and_cheaper", "better_at_a_price", "cost_shifting", "worse")


def quadrant_shares(costs: Array, effects: Array) -> dict[Quadrant, float]:
    """The share of the draws in each quadrant of the improvement-substitution map.

    Parameters
    ----------
    costs, effects
        (draws,) changes; an effect above 0 is an improvement. A draw in which either does not change at all lies on a
        line, in no quadrant.

    Examples
    --------
    >>> quadrant_shares(np.array([-1.0, 1, -1, 1]), np.array([1.0, 1, -1, -1]))["cost_shifting"]
    0.25
    """
    cheaper, dearer, better, worse = costs < 0, costs > 0, effects > 0, effects < 0
    cells = (cheaper & better, dearer & better, cheaper & worse, dearer & worse)
    return {name: float(cell.mean()) for name, cell in zip(QUADRANTS, cells, strict=True)}


def leading_quadrant(shares: dict[Quadrant, float]) -> Quadrant | None:
    """The quadrant that holds more than half of the draws; None where none does.

    Examples
    --------
    >>> leading_quadrant(dict(zip(QUADRANTS, (0.4, 0.3, 0.2, 0.1)))) is None
    True
    """
    return next((name for name, share in shares.items() if share > 0.5), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptability:
    """What draws say of a choice between options, threshold by threshold.

    Parameters
    ----------
    thresholds
        (thresholds,) what a unit of effect is worth.
    probability
        (thresholds, options) the share of draws in which the option has the highest net benefit.
    expected
        (thresholds, options) the mean net benefit.
    perfect_information
        (thresholds,) what knowing the truth before choosing would add to the expected net benefit of the best choice.
    """

    thresholds: Array
    probability: Array
    expected: Array
    perfect_information: Array


def acceptability(costs: Array, effects: Array, *, thresholds: Array) -> Acceptability:
    """Acceptability curves and the expected value of perfect information.

    Parameters
    ----------
    costs, effects
        (draws, options), the options in the same currency and unit of effect; the comparison is an option like any
        other (a column of noughts where all are differences from it).
    thresholds
        (thresholds,) what a unit of effect is worth, from 0.

    Returns
    -------
    Acceptability
        Where options tie in a draw, the first of them has it.

    Notes
    -----
    The draws stand for what may be true: with a bootstrap, as if nothing was known before the data.

    References
    ----------
    van Hout, B. A. et al. (1994). Costs, effects and C/E-ratios alongside a clinical trial. Health Economics 3(5),
    309-319 · Stinnett, A. A. and Mullahy, J. (1998). Net health benefits. Medical Decision Making 18(2 Suppl), S68-S80
    · Claxton, K. (1999). The irrelevance of inference. Journal of Health Economics 18(3), 341-364.

    Examples
    --------
    >>> found = acceptability(
    ...     np.array([[0.0, 10], [0, 10]]), np.array([[0.0, 1], [0, 3]]), thresholds=np.array([4.0, 20])
    ... )
    >>> found.probability[:, 1].tolist(), found.perfect_information.tolist()
    ([0.5, 1.0], [1.0, 0.0])
    """
    chosen, expected, information = [], [], []
    for threshold in thresholds.tolist():
        benefit = threshold * effects - costs
        best = np.bincount(benefit.argmax(axis=1), minlength=benefit.shape[1]) / len(benefit)
        means = benefit.mean(axis=0)
        chosen.append(best)
        expected.append(means)
        information.append(float((benefit.max(axis=1) - benefit[:, means.argmax()]).mean()))
    return Acceptability(
        thresholds=thresholds,
        probability=np.array(chosen),
        expected=np.array(expected),
        perfect_information=np.array(information),
    )

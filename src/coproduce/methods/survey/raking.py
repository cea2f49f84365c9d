"""Weights fitted to what is known of the population: post-stratification and raking, with trimming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.survey.design import Array, Calibrated, Codes, Design, kish

ROUNDS, TOLERANCE = 2000, 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """One margin: the cell of each respondent, numbered from 0 (n), and the share of the population in each cell."""

    cell: Codes
    shares: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Raked:
    """A design whose weights agree with margins, and what it took.

    Parameters
    ----------
    design
        The sample with its new weights; its errors are those of residuals from the margins.
    converged
        Whether all margins are met.
    rounds
        How many times the margins were gone through.
    miss
        The largest distance of a weighted share from its margin.
    smallest_adjustment, largest_adjustment
        The least and the most that a weight was multiplied by.
    kish_before, kish_after
        Kish's design effect of the weights.
    trimmed
        The share of respondents whose weight was held at the cap.
    """

    design: Design
    converged: bool
    rounds: int
    miss: float
    smallest_adjustment: float
    largest_adjustment: float
    kish_before: float
    kish_after: float
    trimmed: float


def rake(design: Design, margins: Sequence[Margin], *, cap: float | None = None) -> Raked:
    """Fit weights to margins of the population by iterative proportional fitting.

    With one margin this is post-stratification. Where all margins are met the total of the weights is as it was.

    Parameters
    ----------
    design
        The sample with the weights that it was drawn with.
    margins
        What is known of the population; the shares of each margin add up to 1.
    cap
        The most that a weight may be, as a multiple of the mean weight; weights above it are cut, and the margins are
        gone through again, until both hold. None cuts nothing.

    Raises
    ------
    EstimationError
        If a cell that the population has was never observed, or a respondent lies in a cell without people.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). Annals of Mathematical Statistics 11(4), 427-444. Deville, J.-C., Särndal,
    C.-E. and Sautory, O. (1993). Journal of the American Statistical Association 88, 1013-1020 (errors). Battaglia,
    M. P., Hoaglin, D. C. and Frankel, M. R. (2009). Survey Practice 2(5) (trimming while raking).

    Examples
    --------
    >>> from coproduce.methods.survey.design import survey_design
    >>> margin = Margin(cell=np.array([0, 0, 0, 1]), shares=np.array([0.5, 0.5]))
    >>> rake(survey_design(np.ones(4)), [margin]).design.weights.round(4).tolist()
    [0.6667, 0.6667, 0.6667, 2.0]
    """
    before = design.weights
    for margin in margins:
        _refuse(margin, before)
    most = np.inf if cap is None else cap * float(before.mean())
    weights, rounds, miss = before, 0, np.inf
    while rounds < ROUNDS and miss > TOLERANCE:
        for margin in margins:
            weights = _fitted(weights, margin, total=float(before.sum()))
        weights = np.minimum(weights, most)
        miss = max(_miss(weights, margin) for margin in margins)
        rounds += 1
    columns = np.column_stack([np.eye(len(margin.shares))[margin.cell] for margin in margins])
    adjustment = weights[before > 0] / before[before > 0]
    return Raked(
        design=design.with_weights(weights, calibrated=Calibrated(margins=columns, before=before)),
        converged=bool(miss <= TOLERANCE),
        rounds=rounds,
        miss=float(miss),
        smallest_adjustment=float(adjustment.min()),
        largest_adjustment=float(adjustment.max()),
        kish_before=kish(before),
        kish_after=kish(weights),
        trimmed=float((weights >= most * (1 - 1e-6)).mean()),
    )


def _shares(weights: Array, margin: Margin) -> Array:
    held = np.bincount(margin.cell, weights=weights, minlength=len(margin.shares))
    return np.asarray(held / weights.sum())


def _fitted(weights: Array, margin: Margin, *, total: float) -> Array:
    held = np.bincount(margin.cell, weights=weights, minlength=len(margin.shares))
    factor = np.divide(margin.shares * total, held, out=np.ones_like(held), where=held > 0)
    return np.asarray(weights * factor[margin.cell])


def _miss(weights: Array, margin: Margin) -> float:
    return float(np.abs(_shares(weights, margin) - margin.shares).max())


def _refuse(margin: Margin, weights: Array) -> None:
    seen = _shares(weights, margin)
    if ((seen > 0) != (margin.shares > 0)).any():
        raise EstimationError(
            "raking",
            seen="a cell of a margin with people but without respondents, or the other way round",
            may_help="Join that cell with one like it.",
        )

"""How a sample was drawn, and the one variance that every number of a survey is given.

Whatever is estimated (a mean, a share, a coefficient, a reliability) has a *score* for each respondent: how much the
estimate moves with that respondent's weight. The variance of the estimate is that of a weighted total of the scores, by
strata and primary sampling units (Taylor linearisation), and two estimates from one sample have a covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coproduce.errors import EstimationError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
Mask = NDArray[np.bool_]
Single = Literal["centre", "refuse", "certain"]
"""What a stratum with one unit contributes: see `survey_design`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What weights were fitted to: the margins as a matrix (n x q), and the weights before."""

    margins: Array
    before: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A sample as it was drawn; respondents are in the order of the arrays.

    Parameters
    ----------
    weights
        How many people each respondent stands for, up to a factor (n).
    strata, units
        The stratum and the primary sampling unit of each respondent, numbered from 0 (n).
    single
        The rule for strata with one unit.
    calibrated
        What the weights were fitted to; None where they were not.
    """

    weights: Array
    strata: Codes
    units: Codes
    single: Single = "centre"
    calibrated: Calibrated | None = None

    @property
    def lone(self) -> int:
        """How many strata have one unit, so that nothing in them shows how units differ."""
        return int((self._units_of_strata() == 1).sum())

    def _units_of_strata(self) -> Codes:
        return np.bincount(_first(self.units, self.strata))

    def with_weights(self, weights: Array, *, calibrated: Calibrated | None = None) -> Design:
        """The same sample with other weights."""
        return replace(self, weights=weights, calibrated=calibrated)


def survey_design(
    weights: ArrayLike,
    *,
    strata: NDArray[Any] | None = None,
    units: NDArray[Any] | None = None,
    single: Single = "centre",
) -> Design:
    """Describe how a sample was drawn; the population is taken as large beside it (no finite population correction).

    Parameters
    ----------
    weights
        One a respondent, not negative, not all 0.
    strata
        The stratum of each respondent, any labels; one stratum where left out.
    units
        The primary sampling unit of each, any labels; labels are read within their stratum. Each respondent a unit of
        its own where left out: with neither, the sample is taken as a simple random one.
    single
        A stratum with one unit does not show how its units differ. ``centre`` measures its unit from the mean of all
        units, which as a rule makes errors too large rather than too small; ``refuse`` refuses; ``certain`` takes the
        unit as drawn for certain, so that it adds no error.

    Raises
    ------
    EstimationError
        If weights are negative, missing or all 0; if units are missing; if there is one unit in all; or by `single`.

    References
    ----------
    Binder, D. A. (1983). International Statistical Review 51(3), 279-292. Lumley, T. (2010). Complex Surveys, chapters
    2 and 3 and appendix A.

    Examples
    --------
    >>> design = survey_design([1, 1, 2, 2], strata=np.array(["a", "a", "b", "b"]))
    >>> freedom(design)
    2
    """
    weight = np.asarray(weights, dtype=np.float64)
    n = len(weight)
    if not np.isfinite(weight).all() or (weight < 0).any() or not weight.sum() > 0:
        raise _refusal(
            "weights that are negative, missing or all 0", "Give each respondent a weight above 0."
        )
    stratum = np.zeros(n, dtype=np.intp) if strata is None else _codes(strata)
    unit = np.arange(n) if units is None else _codes(units)
    pairs = stratum * (int(unit.max()) + 1) + unit
    design = Design(weights=weight, strata=stratum, units=_codes(pairs), single=single)
    if design.units.max() == 0:
        raise _refusal("one primary sampling unit in all", "Errors need at least two units.")
    if single == "refuse" and design.lone:
        may_help = "Join such strata with others like them, or choose another rule for strata with one unit."
        raise _refusal(f"{design.lone} strata with one primary sampling unit", may_help)
    return design


def _refusal(seen: str, may_help: str) -> EstimationError:
    return EstimationError("survey design", seen=seen, may_help=may_help)


def _codes(labels: NDArray[Any]) -> Codes:
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def _first(units: Codes, of: Codes) -> Codes:
    """What `of` says of each unit, in the order of the units."""
    found = np.zeros(int(units.max()) + 1, dtype=np.intp)
    found[units] = of
    return found


def freedom(design: Design, domain: Mask | None = None) -> int:
    """The degrees of freedom of errors: primary sampling units less strata, of those with respondents in the domain.

    Examples
    --------
    >>> design = survey_design(np.ones(6), units=np.array([1, 1, 2, 2, 3, 3]))
    >>> freedom(design), freedom(design, np.array([True, True, True, False, False, False]))
    (2, 1)
    """
    inside = design.weights > 0 if domain is None else domain & (design.weights > 0)
    return len(np.unique(design.units[inside])) - len(np.unique(design.strata[inside]))


def covariance(design: Design, scores: Array) -> Array:
    """The covariance of weighted totals of scores, by linearisation.

    Parameters
    ----------
    design
        How the sample was drawn. Where its weights are calibrated, scores are first taken as residuals from the
        margins (weighted with the weights before), since what the margins explain is no longer left to chance.
    scores
        One row a respondent, one column an estimate (n x q): how much the estimate moves with a unit of weight;
        0 outside the estimate's domain.

    Returns
    -------
    array
        The covariance matrix (q x q).

    References
    ----------
    Deville, J.-C. and Särndal, C.-E. (1992). Journal of the American Statistical Association 87, 376-382, equation 3.4.
    Binder (1983), as in `survey_design`.

    Examples
    --------
    >>> y = np.array([1.0, 2, 3, 6])
    >>> design = survey_design(np.ones(4))
    >>> found = covariance(design, (y[:, None] - 3) / 4)
    >>> bool(np.isclose(found[0, 0], y.var(ddof=1) / 4))
    True
    """
    weighted = design.weights[:, None] * _residuals(design, scores)
    totals = np.zeros((int(design.units.max()) + 1, scores.shape[1]))
    np.add.at(totals, design.units, weighted)
    strata = _first(design.units, design.strata)
    count = np.bincount(strata)
    sums = np.zeros((len(count), scores.shape[1]))
    np.add.at(sums, strata, totals)
    lone = count == 1
    centre = np.where(lone[:, None], totals.mean(axis=0), sums / count[:, None])
    alone = 0.0 if design.single == "certain" else 1.0
    factor = np.where(lone, alone, count / np.maximum(count - 1, 1))
    apart = totals - centre[strata]
    return np.asarray((factor[strata, None] * apart).T @ apart)


def _residuals(design: Design, scores: Array) -> Array:
    if design.calibrated is None:
        return scores
    margins, root = design.calibrated.margins, np.sqrt(design.calibrated.before)[:, None]
    explained = np.linalg.lstsq(root * margins, root * scores, rcond=None)[0]
    return np.asarray(scores - margins @ explained)


def kish(weights: Array) -> float:
    """Kish's design effect of unequal weights: how many times a mean's variance grows with them, at worst.

    References
    ----------
    Kish, L. (1992). Weighting for unequal Pi. Journal of Official Statistics 8(2), 183-200.

    Examples
    --------
    >>> kish(np.array([1.0, 1, 1, 1])), round(kish(np.array([1.0, 1, 1, 5])), 4)
    (1.0, 1.75)
    """
    return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)

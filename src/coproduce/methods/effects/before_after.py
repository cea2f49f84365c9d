"""A plain change over time: computed so that it can be said why it is no evidence of an effect."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.robust_variance import cr2

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def before_after_change(
    outcome: Floats,
    after: Flags,
    *,
    unit: npt.NDArray[Any] | None = None,
    level: float = 0.95,
) -> Contrast:
    """The mean after less the mean before.

    Parameters
    ----------
    outcome
        One entry a row; NaN where it is not known.
    after
        Whether the row is after.
    unit
        Whose it is: rows of one unit belong together. Left out: all rows are of different people.
    level
        The coverage that is promised.

    Returns
    -------
    Contrast
        The change with its CR2 error. `n_treated` counts what is known after, `n_comparison` before (units, where
        given). It always carries the worry that anything else may have made the change.

    Raises
    ------
    EstimationError
        If nothing is known before or after, or the outcome is constant.

    References
    ----------
    Shadish, W. R., Cook, T. D. and Campbell, D. T. (2002). Experimental and Quasi-Experimental Designs, chapter 4.

    Examples
    --------
    >>> import numpy as np
    >>> outcome, after = np.array([1.0, 2, 3, 3, 4, 6]), np.array([0, 0, 0, 1, 1, 1]).astype(bool)
    >>> change = before_after_change(outcome, after, unit=np.array([1, 2, 3, 1, 2, 3]))
    >>> round(change.estimate, 4), round(change.se, 4)
    (2.3333, 0.3333)
    """
    outcome, after = np.asarray(outcome, dtype=np.float64), np.asarray(after, dtype=bool)
    known = np.isfinite(outcome)
    label = np.arange(len(outcome)) if unit is None else np.asarray(unit)
    kept, moment, whose = outcome[known], after[known], label[known]
    _refuse(kept, moment)
    if unit is not None:
        pairs = np.intersect1d(whose[moment], whose[~moment])
        if len(pairs) == len(np.unique(whose)) and len(pairs) > 1:
            return _of_pairs(kept, moment, whose=whose, level=level)
    design = np.column_stack([np.ones(len(kept)), moment]).astype(np.float64)
    coefficients = np.linalg.lstsq(design, kept, rcond=None)[0]
    robust = cr2(design, kept - design @ coefficients, clusters=whose)
    contrast = by_student(
        float(coefficients[1]),
        math.sqrt(float(robust.covariance[1, 1])),
        sides=_sides(kept, moment, whose=whose),
        df=float(robust.df[1]),
        level=level,
    )
    return contrast.with_worries(_nothing_beside_it())


def _of_pairs(outcome: Floats, after: Flags, *, whose: npt.NDArray[Any], level: float) -> Contrast:
    """Every unit is known before and after: the mean of their changes."""
    units, place = np.unique(whose, return_inverse=True)
    means = [
        np.bincount(place[side], weights=outcome[side], minlength=len(units))
        / np.bincount(place[side], minlength=len(units))
        for side in (after, ~after)
    ]
    change = means[0] - means[1]
    error = float(change.std(ddof=1)) / math.sqrt(len(units))
    contrast = by_student(
        float(change.mean()),
        error,
        sides=_sides(outcome, after, whose=whose),
        df=len(units) - 1.0,
        level=level,
    )
    return contrast.with_worries(_nothing_beside_it())


def _sides(outcome: Floats, after: Flags, *, whose: npt.NDArray[Any]) -> Sides:
    return Sides(
        n_treated=len(np.unique(whose[after])),
        n_comparison=len(np.unique(whose[~after])),
        sd=float(outcome[~after].std(ddof=1)) if (~after).sum() > 1 else None,
    )


def _refuse(outcome: Floats, after: Flags) -> None:
    if not after.any() or after.all():
        raise EstimationError(
            "before and after",
            seen=f"{(~after).sum()} outcomes known before and {after.sum()} after",
            may_help="Both are needed, and a comparison that was not treated beside them.",
        )
    if not np.std(outcome) > 0:
        raise EstimationError(
            "before and after",
            seen="an outcome that never varies",
            may_help="Check that the right column was read.",
        )


def _nothing_beside_it() -> Worry:
    return Worry(
        name="no_comparison",
        value=None,
        ok=False,
        meaning="Nothing says what would have happened without treatment: a trend, a season, another change or a "
        "return to the usual after an unusual time would look the same.",
        lowers=3,
    )

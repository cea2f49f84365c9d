"""A two-way fixed effects regression of a balanced panel, with errors clustered as most programs do it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def two_way_fixed_effects(
    values: Floats, treatment: Floats, *, clusters: npt.NDArray[np.intp]
) -> tuple[float, float]:
    """The coefficient of a treatment beside an effect for each unit and each period, and its error.

    Parameters
    ----------
    values
        Outcomes, (units x periods), all known.
    treatment
        What each unit got in each period (units x periods).
    clusters
        The number of each unit's cluster, from 0.

    Returns
    -------
    tuple
        The estimate, and the error clustered with the factor G/(G-1) (N-1)/(N-K), where K counts every fixed effect.
        With one treated cluster or few this error is far too small: it is for comparison only.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([[1.0, 2.0], [1.0, 2.5], [0.0, 3.0], [2.0, 5.5]])
    >>> d = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> round(two_way_fixed_effects(y, d, clusters=np.arange(4))[0], 6)
    2.0
    """
    within, regressor = _demeaned(values), _demeaned(treatment)
    squares = float((regressor**2).sum())
    estimate = float((regressor * within).sum()) / squares
    residual = within - estimate * regressor
    scores = np.bincount(clusters, weights=(regressor * residual).sum(axis=1))
    groups, rows = len(scores), values.size
    parameters = sum(values.shape)
    if groups < 2 or rows <= parameters:
        return estimate, math.nan
    factor = groups / (groups - 1) * (rows - 1) / (rows - parameters)
    return estimate, math.sqrt(factor * float((scores**2).sum())) / squares


def _demeaned(values: Floats) -> Floats:
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    return np.asarray(values - rows - columns + values.mean())

"""Weights that are not negative and sum to one, by least squares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]


def simplex_weights(columns: Floats, target: Floats, *, ridge: float = 0.0) -> Floats:
    """The mixture of columns that comes nearest to a target.

    Parameters
    ----------
    columns
        One column for each part of the mixture (n x k).
    target
        What to come near to (n).
    ridge
        The weight of the weights' own length: `ridge²·|w|²` is added to the squared distance.

    Returns
    -------
    numpy.ndarray
        The weights (k). They minimise ``|columns·w - target|² + ridge²·|w|²`` on the simplex exactly: with the target
        taken from every column, the problem is the shortest vector of a hull, and least squares without negative
        weights finds it up to a factor.

    References
    ----------
    Lawson, C. L. and Hanson, R. J. (1974). Solving Least Squares Problems, chapter 23 (also for the reduction).

    Examples
    --------
    >>> import numpy as np
    >>> simplex_weights(np.array([[0.0, 2.0], [0.0, 4.0]]), np.array([1.0, 2.0])).round(6)
    array([0.5, 0.5])
    """
    from scipy.optimize import nnls

    apart = columns - target[:, None]
    if ridge > 0:
        apart = np.vstack([apart, ridge * np.eye(columns.shape[1])])
    scale = float(np.sqrt((apart**2).mean())) or 1.0
    system = np.vstack([apart / scale, np.ones(columns.shape[1])])
    goal = np.zeros(len(system))
    goal[-1] = 1.0
    try:
        weights: Floats = nnls(system, goal, maxiter=100 * columns.shape[1])[0]
    except RuntimeError as error:
        raise EstimationError(
            "weights of donors",
            seen=str(error),
            may_help="Fewer donors, or donors that are not alike, would help.",
        ) from error
    found: Floats = weights / weights.sum()
    return found

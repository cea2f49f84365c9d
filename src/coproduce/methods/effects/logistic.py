"""Logistic regression by Newton's method."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError

Floats = npt.NDArray[np.float64]
SURE = 30.0


def logistic(design: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """The coefficients of greatest likelihood, and the chance of each row.

    Parameters
    ----------
    design
        With its constant (n x k).
    outcome
        0 or 1 (n).

    Raises
    ------
    EstimationError
        If the outcome can be foretold without error, so that there is no greatest likelihood, or columns of the design
        say the same.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, section 4.4.

    Examples
    --------
    >>> import numpy as np
    >>> logistic(np.ones((4, 1)), np.array([1.0, 1, 1, 0]))[1].round(6)
    array([0.75, 0.75, 0.75, 0.75])
    """
    scale = np.maximum(np.abs(design).max(axis=0), 1e-300)
    scaled = design / scale
    if np.linalg.matrix_rank(scaled) < design.shape[1]:
        raise EstimationError(
            "logistic regression",
            seen="covariates that say the same, or never vary",
            may_help="Leave out what follows from the others.",
        )
    weights = np.zeros(design.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ weights, -SURE, SURE)))
        information = scaled.T @ (scaled * (chance * (1 - chance))[:, None])
        step = np.linalg.lstsq(information, scaled.T @ (outcome - chance), rcond=None)[0]
        weights = weights + step
        if np.abs(scaled @ step).max() < 1e-10:
            break
        if np.abs(scaled @ weights).max() > SURE:
            raise EstimationError(
                "logistic regression",
                seen="an outcome that the covariates foretell without error",
                may_help="Leave out the covariate that decides, or compare only where both kinds are found.",
            )
    return weights / scale, 1 / (1 + np.exp(-scaled @ weights))

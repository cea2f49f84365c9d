"""Meta-analysis the slow and obvious way: whole covariance matrices, and the likelihood looked at everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Floats = NDArray[np.float64]


def log_likelihood(y: Floats, covariance: Floats, *, design: Floats, restricted: bool) -> float:
    """The normal log-likelihood with the coefficients at their best."""
    inverse = np.linalg.inv(covariance)
    information = design.T @ inverse @ design
    b = np.linalg.solve(information, design.T @ inverse @ y)
    residual = y - design @ b
    k, p = design.shape
    value = -np.linalg.slogdet(covariance)[1] - residual @ inverse @ residual
    if restricted:
        value += np.linalg.slogdet(design.T @ design)[1] - np.linalg.slogdet(information)[1]
    return float(value - (k - p * restricted) * np.log(2 * np.pi)) / 2


def general_q(y: Floats, v: Floats, *, design: Floats, tau2: float) -> float:
    """The weighted sum of squared residuals."""
    inverse = np.diag(1 / (v + tau2))
    b = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ y)
    residual = y - design @ b
    return float(residual @ inverse @ residual)


def best(height: Callable[[float], float], *, highest: float) -> float:
    """The greatest value of a function of tau2 >= 0: a fine grid, then a search around its best place."""
    places = np.concatenate([[0.0], np.geomspace(1e-9 * highest, highest, 300)])
    top = int(np.argmax([height(place) for place in places]))
    low, high = places[max(top - 1, 0)], places[min(top + 1, len(places) - 1)]
    found = optimize.minimize_scalar(
        lambda place: -height(place), bounds=(low, high), method="bounded", options={"xatol": 1e-13 * highest}
    )
    return max(height(float(found.x)), height(float(places[top])))


def nested_covariance(
    v: Floats,
    *,
    groups: Sequence[NDArray[Any]],
    sigma2: Sequence[float],
    errors: tuple[NDArray[Any], float] | None = None,
) -> Floats:
    """The whole covariance matrix of nested effects; `errors`: within what sampling errors correlate, and how much."""
    covariance = np.diag(v)
    if errors is not None:
        together, correlation = errors
        same = together[:, None] == together[None, :]
        covariance = np.where(np.eye(len(v)) > 0, covariance, correlation * same * np.sqrt(np.outer(v, v)))
    for group, variance in zip(groups, sigma2, strict=True):
        covariance = covariance + variance * (group[:, None] == group[None, :])
    return covariance

"""Counts of incidents, against a comparison group or against a rate that is tolerated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coproduce.methods.anytime.looks import Array, Monitored, in_parts

Likelihood = Callable[[Any], Array]
"""Of a ratio; for steady exposure of another ratio in each cell, too."""

NODES = 48
RATIOS = np.exp(np.linspace(np.log(1e-2), np.log(1e2), 401))
"""Ratios of rates that a confidence sequence tells apart: steps of 2.3 %, rounded outwards."""

BEYOND = np.array([0.0, *RATIOS, np.inf])
"""The same with what lies beyond them."""


def shared_counts(
    treated: Array,
    comparison: Array,
    *,
    share: Array,
    tolerance: float = 1.0,
    alpha: float = 0.05,
) -> Monitored:
    """Whether incidents are more frequent among the treated, given how many there were in all.

    Parameters
    ----------
    treated, comparison
        New incidents of each look, shape (streams, looks).
    share
        The treated's share of the exposure (person-time, cases) of each look, above 0 and below 1; the same shape, or
        (streams, 1) where it does not change.
    tolerance
        The null hypothesis is that the treated's rate is no more than this many times the comparison's.
    alpha
        The confidence sequence holds the truth at all looks together with a chance of 1 - alpha.

    Returns
    -------
    Monitored
        `estimate` is the ratio of the rates, pooled over looks by Mantel and Haenszel. Of the incidents of a look, a
        number that is binomial falls on the treated, given what went before; this holds where incidents come one by
        one and independently (Poisson) in both arms, whatever changes over time for both. The e-process mixes the
        likelihood ratio over rate ratios q above the tolerance, q/(1 + q) being uniform there: for equal exposure a
        Beta(1, 1) restricted to the harmful side.

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from Poisson series. Biometrika
    31, 313-323 (the conditional binomial); Robbins, H. (1970). Annals of Mathematical Statistics 41(5), 1397-1409
    (mixtures); Turner, R. J. and Grünwald, P. D. (2023). Exact anytime-valid confidence intervals for contingency
    tables and beyond. Statistics and Probability Letters 198, 109835.

    Examples
    --------
    >>> import numpy as np
    >>> found = shared_counts(np.array([[8.0, 9.0]]), np.array([[1.0, 2.0]]), share=np.full((1, 2), 0.5))
    >>> np.exp(found.log_e).round(2).tolist()
    [[11.26, 87.54]]
    """
    return in_parts(
        lambda part: _shared(
            (treated[part], comparison[part]), share=share[part], tolerance=tolerance, alpha=alpha
        ),
        streams=len(treated),
    )


def _shared(counts: tuple[Array, Array], *, share: Array, tolerance: float, alpha: float) -> Monitored:
    treated, comparison = counts
    odds, total = share / (1 - share), treated + comparison
    x, steady = np.cumsum(treated, axis=1), share.shape[1] == 1
    seen = np.cumsum(total, axis=1) if steady else total

    def log_likelihood(ratio: Any) -> Array:
        lost = seen * np.log1p(odds * ratio)
        found: Array = x * np.log(ratio) - (lost if steady else np.cumsum(lost, axis=1))
        return found

    above = np.cumsum(treated * (1 - share), axis=1)
    below = np.cumsum(comparison * share, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = above / below
    return _monitored(log_likelihood, estimate=estimate, tolerance=tolerance, alpha=alpha, steady=steady)


def against_tolerated_counts(
    counts: Array, expected: Array, *, tolerance: float = 1.0, alpha: float = 0.05
) -> Monitored:
    """Whether incidents are more frequent than what is tolerated.

    Parameters
    ----------
    counts
        New incidents of each look, shape (streams, looks).
    expected
        How many of them would be tolerated at each look; above 0.
    tolerance
        The null hypothesis is that the rate is no more than this many times what is tolerated.
    alpha
        As in `shared_counts`.

    Returns
    -------
    Monitored
        `estimate` is the ratio of the counts to what is tolerated. Incidents are taken to come one by one and
        independently (Poisson). The weights on the ratio are those of `shared_counts`.

    References
    ----------
    Kulldorff, M., Davis, R. L., Kolczak, M., Lewis, E., Lieu, T. and Platt, R. (2011). A maximized sequential
    probability ratio test for drug and vaccine safety surveillance. Sequential Analysis 30(1), 58-78 (the Poisson
    likelihood ratio that is mixed here).

    Examples
    --------
    >>> import numpy as np
    >>> found = against_tolerated_counts(np.array([[4.0, 5.0]]), np.array([[1.0, 1.0]]))
    >>> found.estimate.tolist(), bool(found.log_e[0, 1] > np.log(20))
    ([[4.0, 4.5]], True)
    """
    x, e = np.cumsum(counts, axis=1), np.cumsum(expected, axis=1)

    def log_likelihood(ratio: Any) -> Array:
        found: Array = x * np.log(ratio) - e * ratio
        return found

    return _monitored(log_likelihood, estimate=x / e, tolerance=tolerance, alpha=alpha)


def _monitored(
    log_likelihood: Likelihood, *, estimate: Array, tolerance: float, alpha: float, steady: bool = True
) -> Monitored:
    """Mix a likelihood over the harmful side for the e-process, and over both sides for the confidence sequence."""
    null = log_likelihood(tolerance)
    log_e = _mixed(log_likelihood, start=tolerance / (1 + tolerance)) - null
    above = _mixed(log_likelihood, start=0.0) + np.log(alpha)
    low, high = (
        _searched(log_likelihood, above=above, near=estimate)
        if steady
        else _scanned(log_likelihood, above=above)
    )
    return Monitored(log_e=log_e, estimate=estimate, low=low, high=high)


def _mixed(log_likelihood: Likelihood, *, start: float) -> Array:
    """The logarithm of the mean likelihood over ratios q with q/(1 + q) uniform between `start` and 1."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    places = start + (1 - start) * (nodes + 1) / 2
    ratios = [float(place / (1 - place)) for place in places]
    most = log_likelihood(ratios[0])
    for ratio in ratios[1:]:
        most = np.maximum(most, log_likelihood(ratio))
    mixed = np.zeros(most.shape)
    for ratio, weight in zip(ratios, weights, strict=True):
        mixed += weight / 2 * np.exp(log_likelihood(ratio) - most)
    found: Array = np.log(mixed) + most
    return found


def _searched(log_likelihood: Likelihood, *, above: Array, near: Array) -> tuple[Array, Array]:
    """The limits by halving, where a likelihood takes another ratio in each cell; it has one top, at `near`."""
    top = np.minimum(np.searchsorted(RATIOS, np.nan_to_num(near, nan=1.0, posinf=np.inf)), len(RATIOS) - 1)
    low, high = np.full(top.shape, -1), np.full(top.shape, len(RATIOS))
    first, last = top.copy(), top.copy()
    for _ in range(len(RATIOS).bit_length()):
        middle = (low + first) // 2
        kept = (log_likelihood(RATIOS[np.maximum(middle, 0)]) > above) & (middle >= 0)
        low, first = np.where(kept, low, middle), np.where(kept, middle, first)
        middle = (last + high + 1) // 2
        kept = log_likelihood(RATIOS[np.minimum(middle, len(RATIOS) - 1)]) > above
        kept &= middle < len(RATIOS)
        last, high = np.where(kept, middle, last), np.where(kept, high, middle)
    return BEYOND[first], BEYOND[last + 2]


def _scanned(log_likelihood: Likelihood, *, above: Array) -> tuple[Array, Array]:
    """The limits by asking for every ratio."""
    low, high = np.full(above.shape, np.inf), np.zeros(above.shape)
    for place, ratio in enumerate(RATIOS):
        kept = log_likelihood(float(ratio)) > above
        low = np.where(kept & np.isinf(low), BEYOND[place], low)
        high = np.where(kept, BEYOND[place + 2], high)
    return low, high

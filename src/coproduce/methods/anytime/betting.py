"""Means of bounded numbers by betting: valid for every number of units and every distribution within the bounds."""

from __future__ import annotations

import numpy as np

from coproduce.methods.anytime.looks import Array

FRACTIONS = np.array([1.0, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.015])
"""Which shares of the greatest stake the mixture bets; each with the same capital."""

SHORT = 0.5
"""No bet of a confidence sequence risks more than this share of the capital."""


def bounded_null(values: Array, *, low: float, null: Array | float, ends: Array | None = None) -> Array:
    """Evidence that the mean of bounded numbers is above a limit.

    Parameters
    ----------
    values
        Numbers of `low` or more in the order in which they came, shape (streams, steps). NaN: no number.
    low
        What no number can be below.
    null
        The null hypothesis is that the mean is this or less; one for all streams, or one each.
    ends
        How many steps each look had seen, in rising order; every step is a look where left out.

    Returns
    -------
    array
        Logarithm of the e-process, shape (streams, looks): the mean capital of gamblers each of whom stakes a fixed
        share of the most that cannot ruin them. All that is assumed is that the mean of a number, given those before
        it, is `null` or less under the null hypothesis.

    References
    ----------
    Waudby-Smith, I. and Ramdas, A. (2024). Estimating means of bounded random variables by betting. Journal of the
    Royal Statistical Society B 86(1), 1-27, section 4 and (for the mixture) appendix B.

    Examples
    --------
    >>> import numpy as np
    >>> wins = np.ones((1, 40))
    >>> bool(bounded_null(wins, low=0, null=0.5)[0, -1] > np.log(20))
    True
    """
    null = np.reshape(np.asarray(null, dtype=float), (-1, 1))
    gains = np.where(np.isnan(values), 0.0, values - null)
    most = 1 / np.maximum(null - low, 1e-300)
    mixed: Array = np.full((1, 1), -np.inf)
    with np.errstate(divide="ignore"):
        for fraction in FRACTIONS:
            capital = np.cumsum(np.log1p(np.maximum(fraction * most * gains, -1.0)), axis=1)
            mixed = np.logaddexp(mixed, _at(capital, ends))
    found: Array = mixed - np.log(len(FRACTIONS))
    return found


def _at(steps: Array, ends: Array | None) -> Array:
    """What stands after each look: after its last step, 0 before the first."""
    if ends is None:
        return steps
    padded = np.concatenate([np.zeros((len(steps), 1)), steps], axis=1)
    found: Array = padded[:, np.asarray(ends, dtype=int)]
    return found


def bounded_mean(
    values: Array, *, low: float, high: float, alpha: float = 0.05, grid: int = 400, ends: Array | None = None
) -> tuple[Array, Array, Array]:
    """The mean of bounded numbers with the hedged-capital confidence sequence.

    Parameters
    ----------
    values
        Numbers between `low` and `high` in the order in which they came, shape (streams, steps).
    low, high
        The bounds, which no number can leave.
    ends
        As in `bounded_null`.
    alpha
        The sequence holds the mean at all looks together with a chance of 1 - alpha.
    grid
        Between how many candidates for the mean it tells apart, at even steps; limits are rounded outwards.

    Returns
    -------
    tuple of three arrays
        Mean, low and high, each of the shape (streams, looks). The mean of a number, given those before it, is taken
        to be the same at every step.

    References
    ----------
    Waudby-Smith and Ramdas (2024), JRSS B 86(1), Theorem 3 and equations 24 to 26 (predictable stakes, cut at half of
    the capital).

    Examples
    --------
    >>> import numpy as np
    >>> mean, lower, upper = bounded_mean(np.tile([0.0, 1.0], (1, 200)), low=0, high=1)
    >>> bool(lower[0, -1] < mean[0, -1] == 0.5 < upper[0, -1])
    True
    """
    scaled = (values - low) / (high - low)
    steps = np.arange(1, values.shape[1] + 1)
    stakes = _predictable_stakes(scaled, steps=steps, alpha=alpha)
    shape = (len(values), len(steps) if ends is None else len(ends))
    kept_low, kept_high = np.full(shape, np.inf), np.full(shape, -np.inf)
    for candidate in np.linspace(0, 1, grid + 1):
        kept = _hedged(scaled, stakes, candidate=float(candidate), ends=ends) < -np.log(alpha)
        kept_low = np.where(kept, np.minimum(kept_low, candidate - 1 / grid), kept_low)
        kept_high = np.where(kept, np.maximum(kept_high, candidate + 1 / grid), kept_high)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = _at(np.cumsum(scaled, axis=1), ends) / (steps if ends is None else np.asarray(ends))
    width = high - low
    found = mean, np.clip(kept_low, 0, 1), np.clip(kept_high, 0, 1)
    return tuple(low + width * each for each in found)  # type: ignore[return-value]


def _predictable_stakes(scaled: Array, *, steps: Array, alpha: float) -> Array:
    """What to stake at each step, from what was seen before it."""
    means = (0.5 + np.cumsum(scaled, axis=1)) / (steps + 1)
    variances = (0.25 + np.cumsum((scaled - means) ** 2, axis=1)) / (steps + 1)
    before = np.concatenate([np.full((len(scaled), 1), 0.25), variances[:, :-1]], axis=1)
    found: Array = np.sqrt(2 * np.log(2 / alpha) / (before * steps * np.log1p(steps)))
    return found


def _hedged(scaled: Array, stakes: Array, *, candidate: float, ends: Array | None) -> Array:
    """Logarithm of the larger half of a capital that bets on both sides of a candidate."""
    up = np.minimum(stakes, SHORT / candidate) if candidate > 0 else stakes
    down = np.minimum(stakes, SHORT / (1 - candidate)) if candidate < 1 else stakes
    beyond = scaled - candidate
    higher = _at(np.cumsum(np.log1p(up * beyond), axis=1), ends)
    lower = _at(np.cumsum(np.log1p(np.maximum(-down * beyond, -1 + 1e-12)), axis=1), ends)
    found: Array = np.maximum(higher, lower) - np.log(2)
    return found


def block_differences(treated: Array, comparison: Array) -> Array:
    """Differences of the means of as many blocks as the smaller of two groups has units.

    Parameters
    ----------
    treated, comparison
        Bounded outcomes of the units of one look, each in an order that owes nothing to the outcomes.

    Returns
    -------
    array
        Treated less comparison; every unit is in one block, so none is wasted. Each difference has the difference of
        the two expectations as its own, and lies within the bounds of a difference.

    Examples
    --------
    >>> import numpy as np
    >>> block_differences(np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0])).tolist()
    [0.5, 0.0]
    """
    blocks = min(len(treated), len(comparison))
    return _blocked(treated, blocks) - _blocked(comparison, blocks)


def _blocked(values: Array, blocks: int) -> Array:
    if not blocks:
        return np.zeros(0)
    block = np.arange(len(values)) * blocks // len(values)
    found: Array = np.bincount(block, weights=values) / np.bincount(block)
    return found

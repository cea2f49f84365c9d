"""Several quantities of the same units, compared between arms at once: costs, hours and outcomes move together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.intervals import Interval, student
from coproduce.methods.worth.resampling import Array, Drawn, Labels

AT_ONCE = 200
"""How many draws are held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrasts:
    """Each arm less the first, quantity by quantity.

    Parameters
    ----------
    value
        (arms - 1, quantities).
    covariance
        (arms - 1, quantities, quantities) of an arm's contrasts, by the jackknife over the units of chance.
    df
        Units of chance less strata.
    draws
        (draws, arms - 1, quantities) of the bootstrap.
    adjusted
        (quantities,) whether the value before was taken into account.
    said
        What was drawn again, in plain words.
    """

    value: Array
    covariance: Array
    df: int
    draws: Array
    adjusted: NDArray[np.bool_]
    said: str

    def interval(self, weights: Array, *, arm: int, level: float = 0.95) -> Interval:
        """A weighted sum of an arm's contrasts with its Student interval.

        Parameters
        ----------
        weights
            (quantities,).
        arm
            Which arm, from 0 (the first that is not the comparison).
        level
            The coverage that is promised, for many units.
        """
        value = float(weights @ self.value[arm])
        se = float(np.sqrt(max(weights @ self.covariance[arm] @ weights, 0.0)))
        half = student(level, self.df) * se
        return Interval(value=value, low=value - half, high=value + half, se=se)


def contrasts(
    values: Array,
    arms: Labels,
    *,
    drawn: Drawn,
    resamples: int,
    generator: np.random.Generator,
    before: Array | None = None,
    weights: Array | None = None,
) -> Contrasts:
    """The difference of means of each arm from the first, with the joint uncertainty of all quantities.

    Where a quantity has a value before, each arm's mean is adjusted by the regression of after on before within that
    arm (Lin 2013), so that what was different already is not taken for an effect.

    Parameters
    ----------
    values
        (n, quantities), none missing.
    arms
        (n,) from 0, which is the comparison.
    drawn
        The units of chance.
    resamples, generator
        Of the bootstrap.
    before
        (n, quantities); a column that is NaN altogether is not used, single gaps take the mean.
    weights
        (n,) how much each row counts; alike where left out.

    Returns
    -------
    Contrasts

    Raises
    ------
    EstimationError
        If a value is missing or an arm is empty.

    References
    ----------
    Lin, W. (2013). Annals of Applied Statistics 7(1), 295-318, equation 4 · Efron, B. and Tibshirani, R. (1993). An
    Introduction to the Bootstrap, sections 8.3 and 11.5 · Rao and Wu (1988), see `Drawn.weights`.

    Examples
    --------
    >>> from coproduce.methods.worth.resampling import units_of_chance
    >>> arms = np.array([0, 0, 0, 1, 1, 1])
    >>> found = contrasts(
    ...     np.array([[1.0], [2], [3], [5], [6], [7]]),
    ...     arms,
    ...     drawn=units_of_chance(arms),
    ...     resamples=100,
    ...     generator=np.random.default_rng(1),
    ... )
    >>> round(float(found.value[0, 0]), 10), round(float(found.covariance[0, 0, 0]), 10)  # 4, and 1/3 + 1/3
    (4.0, 0.6666666667)
    """
    if not np.isfinite(values).all():
        raise EstimationError(
            "Contrasts", seen="missing values", may_help="Leave those units out, and say so"
        )
    counted = np.bincount(arms, minlength=2)
    if len(counted) < 2 or counted.min() == 0:
        raise EstimationError(
            "Contrasts", seen="an arm without units", may_help="A comparison needs two arms"
        )
    cells, adjusted = _cells(values, arms, before=before, weights=weights, drawn=drawn)
    jackknife = _of_moments(_left_out(cells, drawn), adjusted=adjusted)
    draws = _draws(cells, drawn, resamples=resamples, generator=generator, adjusted=adjusted)
    return Contrasts(
        value=_of_moments(cells.sum(axis=0), adjusted=adjusted),
        covariance=_jackknifed(jackknife, drawn),
        df=len(drawn.stratum) - len(drawn.sizes()),
        draws=draws[np.isfinite(draws).all(axis=(1, 2))],
        adjusted=adjusted,
        said=drawn.said,
    )


def _cells(
    values: Array, arms: Labels, *, before: Array | None, weights: Array | None, drawn: Drawn
) -> tuple[Array, NDArray[np.bool_]]:
    """(labels, arms, quantities, 5) sums of weights, before, after, squared before and before times after."""
    there = np.isfinite(before).any(axis=0) if before is not None else np.zeros(values.shape[1], dtype=bool)
    x = np.zeros_like(values)
    if before is not None:
        x[:, there] = before[:, there] - np.nanmean(before[:, there], axis=0)
        x[np.isnan(x)] = 0.0
    w = np.ones(len(arms)) if weights is None else weights
    y = np.where(np.ptp(values, axis=0) > 0, values - values.mean(axis=0), 0.0)
    moments = w[:, None, None] * np.stack([np.ones_like(x), x, y, x * x, x * y], axis=-1)
    cells = np.zeros((len(drawn.stratum), arms.max() + 1, values.shape[1], 5))
    np.add.at(cells, (drawn.label, arms), moments)
    return cells, there & (x.std(axis=0) > 0)


def _of_moments(sums: Array, *, adjusted: NDArray[np.bool_]) -> Array:
    """(..., arms - 1, quantities) the contrasts that sums over units of chance give."""
    n = sums[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = sums[..., 1] / n, sums[..., 2] / n
        spread = sums[..., 3] / n - x * x
        slope = np.where(adjusted & (spread > 1e-12), (sums[..., 4] / n - x * y) / spread, 0.0)
    middle = sums[..., 1].sum(axis=-2, keepdims=True) / n.sum(axis=-2, keepdims=True)
    level = y - slope * (x - middle)
    found: Array = level[..., 1:, :] - level[..., :1, :]
    return found


def _left_out(cells: Array, drawn: Drawn) -> Array:
    """(labels, arms, quantities, 5) the sums without each unit of chance, its stratum counting as much as before."""
    strata = np.zeros((len(drawn.sizes()), *cells.shape[1:]))
    np.add.at(strata, drawn.stratum, cells)
    size = drawn.sizes()[drawn.stratum][:, None, None, None]
    rest = (strata[drawn.stratum] - cells) * size / (size - 1)
    found: Array = cells.sum(axis=0) - strata[drawn.stratum] + rest
    return found


def _jackknifed(left_out: Array, drawn: Drawn) -> Array:
    """(arms - 1, quantities, quantities): the stratified jackknife."""
    sizes = drawn.sizes()
    means = np.zeros((len(sizes), *left_out.shape[1:]))
    np.add.at(means, drawn.stratum, left_out)
    apart = left_out - (means / sizes[:, None, None])[drawn.stratum]
    factor = ((sizes - 1) / sizes)[drawn.stratum]
    found: Array = np.einsum("l,laq,lar->aqr", factor, apart, apart)
    return found


def _draws(
    cells: Array, drawn: Drawn, *, resamples: int, generator: np.random.Generator, adjusted: NDArray[np.bool_]
) -> Array:
    flat = cells.reshape(len(cells), -1)
    parts = []
    for start in range(0, resamples, AT_ONCE):
        weights = drawn.weights(min(AT_ONCE, resamples - start), generator)
        sums = (weights @ flat).reshape(-1, *cells.shape[1:])
        parts.append(_of_moments(sums, adjusted=adjusted))
    return np.concatenate(parts)

"""Data envelopment analysis with its bias taken off, and intervals: the best are rarely among those seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Worry
from coproduce.methods.production.dea import EFFICIENT, METHOD, Floats, Orientation, Returns, checked, envelop

QUARTILES = 1.349
"""The distance of the quartiles of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeaBootstrap:
    """Each unit's efficiency as enveloped, without its bias, and with its interval, all from 0 to 1.

    `bias` is by how much the efficiency was too high; `bandwidth` that of the smoothing, on the scale of distances.
    """

    efficiency: Floats
    corrected: Floats
    low: Floats
    high: Floats
    bias: Floats
    bandwidth: float
    worries: tuple[Worry, ...]


def dea_bootstrap(
    inputs: Floats,
    outputs: Floats,
    *,
    generator: np.random.Generator,
    returns: Returns = "variable",
    orientation: Orientation = "input",
    resamples: int = 1000,
    level: float = 0.95,
) -> DeaBootstrap:
    """Efficiencies less their bias, with intervals, by the homogeneous smoothed bootstrap.

    Parameters
    ----------
    inputs, outputs, returns, orientation
        As in `dea`.
    generator
        Where chance comes from.
    resamples
        How many frontiers are drawn.
    level
        The coverage that is promised, for many units whose inefficiency does not depend on what they make.

    Returns
    -------
    DeaBootstrap
        Computed on distances (one over the efficiency), drawn from a kernel density that is reflected at 1; the
        bandwidth is Silverman's rule without the units on the frontier. In simulations with 60 to 500 units, intervals
        of 95 % hold the truth of 80 to 89 % of the units: they promise too much, and a worry says so.

    Raises
    ------
    EstimationError
        As in `dea`, and where all units are on the frontier.

    References
    ----------
    Simar, L. and Wilson, P. W. (1998). Management Science 44(1), 49-61; (2000). Journal of Applied Statistics 27(6),
    779-802, on intervals; Daraio, C. and Simar, L. (2007). Advanced Robust and Nonparametric Methods in Efficiency
    Analysis, equations 3.23-3.26, on the bandwidth.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> hours = rng.uniform(1, 9, 40)
    >>> made = hours**0.7 * np.exp(-abs(rng.normal(0, 0.3, 40)))
    >>> found = dea_bootstrap(hours, made, generator=rng, resamples=200)
    >>> bool((found.corrected < found.efficiency).all()), bool((found.low < found.corrected).all())
    (True, True)
    """
    x, y = checked(inputs, outputs)
    distance = _distances(x, y, (x[None], y[None]), returns=returns, orientation=orientation)[0]
    distance = np.where(distance < 1 + EFFICIENT, 1.0, distance)
    bandwidth = _bandwidth(distance)
    drawn = _drawn(distance, bandwidth, generator=generator, resamples=resamples)
    factor = (drawn / distance)[:, :, None]
    if orientation == "input":
        references = x * factor, np.broadcast_to(y, (resamples, *y.shape))
    else:
        references = np.broadcast_to(x, (resamples, *x.shape)), y / factor
    again = _distances(x, y, references, returns=returns, orientation=orientation)
    bias = again.mean(axis=0) - distance
    corrected = 1 / (distance - bias)
    tail = (1 - level) / 2
    far, near = distance - np.quantile(again - distance, [tail, 1 - tail], axis=0)
    return DeaBootstrap(
        efficiency=1 / distance,
        corrected=corrected,
        low=1 / far,
        high=1 / near,
        bias=1 / distance - corrected,
        bandwidth=bandwidth,
        worries=_worries(bias, again),
    )


def _distances(
    x: Floats, y: Floats, references: tuple[Floats, Floats], *, returns: Returns, orientation: Orientation
) -> Floats:
    """One over the efficiency, of each unit against each set (s x n)."""
    found = envelop(x, y, references=references, returns=returns, orientation=orientation).values
    return np.asarray(1 / found if orientation == "input" else -found)


def _bandwidth(distance: Floats) -> float:
    """Silverman's rule on what is off the frontier and its reflection, then fitted to the number and spread of all."""
    off = distance[distance > 1 + EFFICIENT]
    if len(off) < 2:
        raise EstimationError(
            METHOD,
            seen=f"{len(off)} of {len(distance)} units off the frontier",
            may_help="There is no spread of efficiency to draw from: take more units, or fewer inputs and outputs.",
        )
    mirrored = np.concatenate([off, 2 - off])
    spread = float(mirrored.std(ddof=1))
    quartiles = float(np.subtract(*np.quantile(mirrored, [0.75, 0.25]))) / QUARTILES
    narrow = min(spread, quartiles) if quartiles > 0 else spread
    return float(0.9 * narrow * len(distance) ** -0.2 * distance.std(ddof=1) / spread)


def _drawn(distance: Floats, bandwidth: float, *, generator: np.random.Generator, resamples: int) -> Floats:
    """Distances from the smoothed distribution, of the spread that those seen have (s x n)."""
    mirrored = np.concatenate([distance, 2 - distance])
    shape = (resamples, len(distance))
    chosen = generator.choice(mirrored, size=shape)
    middle = chosen.mean(axis=1, keepdims=True)
    smooth = chosen + bandwidth * generator.normal(size=shape)
    drawn = middle + (smooth - middle) / np.sqrt(1 + bandwidth**2 / mirrored.var(ddof=1))
    return np.asarray(np.where(drawn < 1, 2 - drawn, drawn))


def _worries(bias: Floats, again: Floats) -> tuple[Worry, ...]:
    """Whether taking the bias off adds more noise than it takes away."""
    worth = float((bias**2 > 3 * again.var(axis=0, ddof=1)).mean())
    return (
        Worry(
            name="noisy_correction",
            value=worth,
            ok=worth >= 0.5,
            meaning=(
                f"For {worth:.0%} of the units the bias is large enough against its noise to be taken off."
                + (
                    ""
                    if worth >= 0.5
                    else " For most the corrected efficiency is no better than the plain one."
                )
            ),
        ),
        Worry(
            name="interval_coverage",
            value=None,
            ok=False,
            meaning="In simulations, intervals of 95% by this bootstrap hold the truth of 80% to 89% of the units.",
            lowers=0,
        ),
    )

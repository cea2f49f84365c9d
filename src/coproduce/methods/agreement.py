"""Krippendorff's alpha: how far coders agree beyond chance, whatever their number, the distance and what is missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Metric = Literal["nominal", "ordinal", "interval", "ratio", "linear"]
MISSING = -1
DRAWS_AT_ONCE = 200
FEWEST_CLUSTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far coders agree.

    Parameters
    ----------
    value, low, high, se
        The coefficient, the percentile interval of its bootstrap, and its spread over the draws; the last three are
        NaN where nothing was drawn or there are fewer than two clusters to draw from.
    observed, expected
        The disagreement that was seen and that chance alone would give (of kappas and AC1: the agreement).
    units
        How many units two or more coders coded.
    ratings
        How many codes stand in those units.
    clusters
        From how many independent clusters those units come.
    """

    value: float
    low: float
    high: float
    se: float
    observed: float
    expected: float
    units: int
    ratings: int
    clusters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How an interval is drawn: so many resamples of whole clusters.

    Parameters
    ----------
    resamples
        How many; 0 draws none.
    generator
        Where chance comes from.
    level
        The coverage that is promised, for many clusters.
    """

    resamples: int
    generator: np.random.Generator
    level: float = 0.95


def krippendorff_alpha(
    codes: Codes,
    *,
    distance: Metric | Array = "nominal",
    scale: Array | None = None,
    weights: Array | None = None,
    clusters: Codes | None = None,
    drawing: Drawing | None = None,
) -> Agreement:
    """Krippendorff's alpha with the percentile interval of a bootstrap over clusters of units.

    Parameters
    ----------
    codes
        (units, coders): the place of each code in the list of codes, from 0; -1 where a coder gave none.
    distance
        How far two codes are apart: a metric's name, or (codes, codes) distances, symmetric with noughts on the
        diagonal. ``linear`` is the absolute difference, ``interval`` its square.
    scale
        (codes,) the number that each code stands for; its place where left out. Of ``ratio``: not negative.
    weights
        (units,) how many units each row stands for, such as the characters of a stretch of text; 1 where left out.
    clusters
        (units,) which units hang together, such as the passages of a document; each stands alone where left out.
    drawing
        How the interval is drawn; no interval where left out.

    Returns
    -------
    Agreement
        1 where all agree, 0 where they agree as chance would have them, below 0 where they disagree more.

    Raises
    ------
    EstimationError
        If no unit has two codes, or only one code was ever given: chance cannot then be told from agreement.

    References
    ----------
    Krippendorff, K. (2019). Content Analysis, 4th ed., chapter 12; Hayes, A. F. and Krippendorff, K. (2007).
    Answering the call for a standard reliability measure for coding data. Communication Methods and Measures 1, 77-89.

    Examples
    --------
    >>> codes = np.array([[0, 0], [0, 1], [1, 1], [1, 1]])
    >>> round(krippendorff_alpha(codes).value, 4)
    0.5333
    """
    named = distance if isinstance(distance, np.ndarray) else scale
    held = int(codes.max(initial=0)) + 1 if named is None else len(named)
    counts = _counts(codes, held=held)
    paired = counts.sum(axis=1) >= 2
    weight = np.ones(len(codes)) if weights is None else weights.astype(float)
    places = np.arange(held, dtype=float) if scale is None else scale
    among, groups = _grouped(clusters, paired)
    counts, weight = counts[paired], weight[paired]
    fixed = distance if isinstance(distance, np.ndarray) else _fixed(distance, places)
    parts = _ordinal_parts(counts, weight) if fixed is None else _parts(counts, weight, distance=fixed)
    sums = _by_cluster(parts, among, groups=groups)
    values, observed, expected = _alpha(np.ones((1, groups)) @ sums, distance=fixed)
    if not paired.any() or not math.isfinite(values[0]):
        raise _no_answer(has_pairs=bool(paired.any()))
    draws = drawn_statistics(
        lambda drawn: _alpha(drawn @ sums, distance=fixed)[0], clusters=groups, drawing=drawing
    )
    return Agreement(
        value=float(values[0]),
        **spread(draws, drawing=drawing),
        observed=float(observed[0]),
        expected=float(expected[0]),
        units=int(paired.sum()),
        ratings=int(counts.sum()),
        clusters=groups,
    )


def _no_answer(*, has_pairs: bool) -> EstimationError:
    seen = "everybody gave the same code throughout" if has_pairs else "no unit was coded by two coders"
    return EstimationError(
        "Krippendorff's alpha",
        seen=seen,
        may_help="Agreement beyond chance can be told where two coders code the same units with more than one code.",
    )


def _counts(codes: Codes, *, held: int) -> Array:
    """(units, codes): how many coders gave each code."""
    counts = np.zeros((len(codes), held))
    for column in codes.T:
        there = np.flatnonzero(column >= 0)
        counts[there, column[there]] += 1
    return counts


def _grouped(clusters: Codes | None, kept: NDArray[np.bool_]) -> tuple[Codes, int]:
    """The cluster of each unit that is kept, numbered from 0, and how many there are."""
    labels = np.flatnonzero(kept) if clusters is None else clusters[kept]
    found, among = np.unique(labels, return_inverse=True)
    return among.astype(np.int64), len(found)


def _fixed(metric: Metric, places: Array) -> Array | None:
    """The distances of a metric; None of that which depends on how often each code was given."""
    apart = np.abs(np.subtract.outer(places, places))
    if metric == "nominal":
        return 1.0 - np.eye(len(places))
    if metric == "ordinal":
        return None
    if metric == "ratio":
        total = np.add.outer(places, places)
        return np.divide(apart, total, out=np.zeros_like(apart), where=total > 0) ** 2
    distance: Array = apart if metric == "linear" else apart**2
    return distance


def _parts(counts: Array, weight: Array, *, distance: Array) -> Array:
    """What each unit adds to the sums of alpha where distances are fixed: its disagreement, and its codes."""
    size = np.maximum(counts.sum(axis=1), 2)
    apart = np.einsum("uk,uk->u", counts @ distance, counts) / (size - 1)
    return np.column_stack([weight * apart, weight[:, None] * counts])


def _ordinal_parts(counts: Array, weight: Array) -> Array:
    """What each unit adds to the matrix of coincidences, as one long row."""
    size = np.maximum(counts.sum(axis=1), 2)
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(counts.shape[1])
    pairs[:, diagonal, diagonal] -= counts
    together: Array = pairs * (weight / (size - 1))[:, None, None]
    return together.reshape(len(counts), counts.shape[1] ** 2)


def _by_cluster(parts: Array, among: Codes, *, groups: int) -> Array:
    sums = np.zeros((groups, parts.shape[1]))
    np.add.at(sums, among, parts)
    return sums


def _alpha(sums: Array, *, distance: Array | None) -> tuple[Array, Array, Array]:
    """Alpha, observed and expected disagreement of each row of sums."""
    if distance is None:
        apart, chance, total = _ordinal_disagreement(sums)
    else:
        given, apart = sums[:, 1:], sums[:, 0]
        chance, total = np.einsum("rk,rk->r", given @ distance, given), given.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # a draw of one code only has no alpha
        observed, expected = apart / total, chance / (total * (total - 1))
        value = np.where(chance > 0, 1 - observed / expected, np.nan)
    return value, observed, expected


def _ordinal_disagreement(sums: Array) -> tuple[Array, Array, Array]:
    """Of ordered codes, which are as far apart as there are ratings between them in the draw itself."""
    held = math.isqrt(sums.shape[1])
    together = sums.reshape(len(sums), held, held)
    given = together.sum(axis=2)
    middle = np.cumsum(given, axis=1) - given / 2
    distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    apart = np.einsum("rck,rck->r", together, distance)
    chance = np.einsum("rc,rck,rk->r", given, distance, given, optimize=True)
    return apart, chance, given.sum(axis=1)


def drawn_statistics(statistic: Callable[[Array], Array], *, clusters: int, drawing: Drawing | None) -> Array:
    """A statistic of each resample, from how often each cluster was drawn."""
    if drawing is None or clusters < FEWEST_CLUSTERS:
        return np.empty(0)
    even = np.full(clusters, 1 / clusters)
    starts = range(0, drawing.resamples, DRAWS_AT_ONCE)
    sizes = [min(DRAWS_AT_ONCE, drawing.resamples - start) for start in starts]
    parts = [
        statistic(drawing.generator.multinomial(clusters, even, size=size).astype(float)) for size in sizes
    ]
    return np.concatenate([np.empty(0), *parts])


def spread(draws: Array, *, drawing: Drawing | None) -> dict[str, float]:
    """The percentile limits and the spread of draws; NaN where there are none."""
    draws = draws[np.isfinite(draws)]
    if drawing is None or len(draws) < 2:
        return {"low": math.nan, "high": math.nan, "se": math.nan}
    tail = (1 - drawing.level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return {"low": float(low), "high": float(high), "se": float(draws.std(ddof=1))}

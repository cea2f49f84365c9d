"""Randomisation inference: what chance alone, as it was really used, would have made of these outcomes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.effects.randomised import Array, Codes, Trial, filled

METHOD = "randomisation inference"
CHUNK_CELLS = 1_000_000
BISECTIONS = 60
DOUBLINGS = 12
ALIKE = 1e-9
"""Relative: statistics nearer than this are tied, whatever the order in which they were summed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Randomised:
    """The p-value of no effect on anybody, and the constant effects that it does not refuse.

    `draws` assignments were looked at; with `exact` they are all that chance could have made. `unit` is what was
    assigned: `unit` or `cluster`.
    """

    estimate: float
    p: float
    low: float
    high: float
    level: float
    draws: int
    exact: bool
    unit: str


def randomisation(
    trial: Trial, *, permutations: int, rng: np.random.Generator, level: float = 0.95
) -> Randomised:
    """Test that nobody was affected, by assigning arms again as chance did.

    Clusters are assigned whole (where no cluster holds both arms), within blocks. The statistic is the difference of
    means over its own standard error, blocks weighted as by Mantel and Haenszel, after the covariates' part was taken
    from the outcome. So studentised, the test is exact for no effect on anybody, and stays honest in large trials if
    effects differ but are nought on average (where a bare difference of means can be far too sure).

    Parameters
    ----------
    trial
        The two arms; rows without an outcome are left out.
    permutations
        How many assignments to draw; where chance could have made no more than these, all of them are looked at.
    rng
        The source of chance.
    level
        The coverage of the interval: the constant effects that the test does not refuse.

    Returns
    -------
    Randomised
        Two-sided: the share of assignments with a statistic at least as large; drawn ones count the real one too
        (Phipson and Smyth 2010), so that p is never nought.

    Raises
    ------
    EstimationError
        If an arm is empty, or chance could have made one assignment only.

    References
    ----------
    Fisher, R. A. (1935). The Design of Experiments, chapter II. Rosenbaum, P. R. (2002). Statistical Science 17(3),
    286-327 (covariates). Phipson, B. and Smyth, G. K. (2010). Statistical Applications in Genetics and Molecular
    Biology 9(1), article 39. Gerber, A. S. and Green, D. P. (2012). Field Experiments, section 3.5 (the interval).
    Wu, J. and Ding, P. (2021). Journal of the American Statistical Association 116(536), 1898-1913 (studentised).

    Examples
    --------
    >>> trial = Trial(
    ...     outcome=np.array([1.0, 2, 3, 11, 12, 13]),
    ...     treated=np.array([False, False, False, True, True, True]),
    ... )
    >>> found = randomisation(trial, permutations=100, rng=np.random.default_rng(1))
    >>> found.p, found.exact  # 2 of the 20 assignments
    (0.1, True)
    """
    lots = _lots(trial)
    count = _possible(lots)
    if count < 2:
        raise EstimationError(
            METHOD,
            seen="chance could have made no other assignment",
            may_help="Each block needs units (clusters) of both arms.",
        )
    exact = count <= permutations
    parts = _all(lots) if exact else _drawn(lots, permutations, rng=rng)
    made = _joined([_statistics(lots, part) for part in parts], exact=exact)
    real = _statistics(lots, lots.treated[None, :])
    low, high = _interval(made, real, level=level)
    return Randomised(
        estimate=_estimate(real),
        p=_p(made, real, effect=0.0),
        low=low,
        high=high,
        level=level,
        draws=len(made.outcome),
        exact=exact,
        unit=lots.unit,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lots:
    """What chance drew, sorted by block: units or clusters, their weights, and weighted totals.

    `total` is of the outcome, `shift` of a constant effect of 1 on whoever was really treated.
    """

    total: Array
    shift: Array
    size: Array
    treated: NDArray[np.bool_]
    blocks: Codes
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statistics:
    """For each assignment the difference of means, and by how much it moves for each point of a constant effect.

    `variances` holds those of both and their covariance between them.
    """

    outcome: Array
    shift: Array
    variances: Array
    exact: bool = False

    def squared(self, effect: float) -> Array:
        """The square of each difference over its standard error, were the effect constant."""
        square = (self.outcome - effect * self.shift) ** 2
        variance = self.variances[0] - 2 * effect * self.variances[1] + effect**2 * self.variances[2]
        floor = np.maximum(1e-14 * (self.variances[0] + effect**2 * self.variances[2]), 1e-200)
        return np.asarray(square / np.maximum(variance, floor))


def _joined(parts: list[_Statistics], *, exact: bool) -> _Statistics:
    return _Statistics(
        outcome=np.concatenate([part.outcome for part in parts]),
        shift=np.concatenate([part.shift for part in parts]),
        variances=np.concatenate([part.variances for part in parts], axis=1),
        exact=exact,
    )


def _lots(trial: Trial) -> _Lots:
    known = ~np.isnan(trial.outcome)
    trial = trial.taken(known if trial.weights is None else known & (trial.weights > 0))
    trial = _with_both_arms(trial)
    n = len(trial.outcome)
    if not trial.treated.any() or trial.treated.all():
        raise EstimationError(METHOD, seen="outcomes of one arm only", may_help="Both arms need outcomes.")
    rows = np.arange(n)
    given = trial.units if trial.clusters is None else trial.clusters
    clusters = rows if given is None else np.unique(given, return_inverse=True)[1]
    whole = given is not None and _whole_clusters(clusters, trial.treated)
    codes = clusters if whole else rows
    weights = np.ones(n) if trial.weights is None else trial.weights
    blocks = np.zeros(n, dtype=np.int64) if trial.blocks is None else trial.blocks
    first = np.unique(codes, return_index=True)[1]
    block = np.unique(blocks[first], return_inverse=True)[1]
    order = np.argsort(block, kind="stable")
    return _Lots(
        total=_totals(codes, weights * _without_covariates(trial, trial.outcome))[order],
        shift=_totals(codes, weights * _without_covariates(trial, trial.treated.astype(float)))[order],
        size=_totals(codes, weights)[order],
        treated=trial.treated[first][order],
        blocks=block[order],
        unit="cluster" if whole and trial.clusters is not None else "unit",
    )


def _with_both_arms(trial: Trial) -> Trial:
    """Without blocks that have one arm only, in which chance had no choice."""
    if trial.blocks is None:
        return trial
    both = np.intersect1d(trial.blocks[trial.treated], trial.blocks[~trial.treated])
    return trial.taken(np.isin(trial.blocks, both))


def _whole_clusters(clusters: Codes, treated: NDArray[np.bool_]) -> bool:
    pairs = np.unique(np.column_stack([clusters, treated]), axis=0)
    return len(pairs) == len(np.unique(clusters))


def _totals(codes: Codes, values: Array) -> Array:
    return np.asarray(np.bincount(codes, values), dtype=np.float64)


def _without_covariates(trial: Trial, values: Array) -> Array:
    """What a (weighted) regression on the covariates leaves of values."""
    n = len(values)
    covariates = np.empty((n, 0)) if trial.covariates is None else filled(trial.covariates)
    columns = np.column_stack([np.ones(n), covariates])
    root = np.ones(n) if trial.weights is None else np.sqrt(trial.weights)
    fit = np.linalg.lstsq(columns * root[:, None], values * root, rcond=None)[0]
    return np.asarray(values - columns @ fit)


def _possible(lots: _Lots) -> int:
    """How many assignments chance could have made."""
    sizes, treated = np.bincount(lots.blocks), np.bincount(lots.blocks, lots.treated).astype(int)
    return math.prod(math.comb(int(size), int(some)) for size, some in zip(sizes, treated, strict=True))


def _all(lots: _Lots) -> Iterator[NDArray[np.bool_]]:
    """Every assignment, a chunk at a time."""
    places = np.split(np.arange(len(lots.blocks)), np.flatnonzero(np.diff(lots.blocks)) + 1)
    choices = [itertools.combinations(block, int(lots.treated[block].sum())) for block in places]
    every = itertools.product(*choices)
    while chosen := list(itertools.islice(every, max(1, CHUNK_CELLS // len(lots.total)))):
        made = np.zeros((len(chosen), len(lots.total)), dtype=bool)
        for row, parts in zip(made, chosen, strict=True):
            row[[place for part in parts for place in part]] = True
        yield made


def _drawn(lots: _Lots, count: int, *, rng: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
    """Assignments drawn at random, a chunk at a time: in each block the lowest keys are treated."""
    n = len(lots.total)
    treated = lots.treated[np.lexsort((~lots.treated, lots.blocks))]
    step = max(1, CHUNK_CELLS // n)
    for start in range(0, count, step):
        keys = lots.blocks + rng.random((min(step, count - start), n))
        made = np.zeros(keys.shape, dtype=bool)
        np.put_along_axis(made, np.argsort(keys, axis=1), np.broadcast_to(treated, keys.shape), axis=1)
        yield made


def _statistics(lots: _Lots, assigned: NDArray[np.bool_]) -> _Statistics:
    """The differences of means that assignments would have shown, and what makes their variances."""
    starts = np.flatnonzero(np.diff(lots.blocks, prepend=-1))

    def sides(values: Array) -> Array:
        """Totals over each block's treated and its comparison (2 x assignments x blocks)."""
        treated = np.add.reduceat(assigned * values, starts, axis=1)
        return np.stack([treated, np.add.reduceat(values, starts) - treated])

    size = sides(lots.size)
    weight = size[0] * size[1] / size.sum(axis=0)
    weight = weight / weight.sum(axis=1, keepdims=True)
    totals = (lots.total, lots.shift)
    means = [sides(total) / size for total in totals]
    apart = [mean[0] - mean[1] for mean in means]
    outcome, shift = (np.sum(weight * gap, axis=1) for gap in apart)
    counts = sides(np.ones_like(lots.size))
    if counts.min() >= 2:
        spread = _within(lots, sides, means=means)
        factor = weight**2 * counts / ((counts - 1) * size**2)
        variances = [np.sum(factor * part, axis=(0, 2)) for part in spread]
    else:
        gaps = [weight * (gap - mean[:, None]) for gap, mean in zip(apart, (outcome, shift), strict=True)]
        factor = len(starts) / max(len(starts) - 1, 1)
        pairs = ((0, 0), (0, 1), (1, 1))
        variances = [factor * np.sum(gaps[one] * gaps[other], axis=1) for one, other in pairs]
    return _Statistics(outcome=outcome, shift=shift, variances=np.stack(variances))


def _within(lots: _Lots, sides: Callable[[Array], Array], *, means: list[Array]) -> list[Array]:
    """Sums of squares and products of what clusters are away from their arm's mean: of the outcome, both, the shift."""
    squares = sides(lots.size**2)
    totals = (lots.total, lots.shift)
    crossed = [sides(lots.size * total) for total in totals]
    return [
        sides(totals[a] * totals[b])
        - means[a] * crossed[b]
        - means[b] * crossed[a]
        + means[a] * means[b] * squares
        for a, b in ((0, 0), (0, 1), (1, 1))
    ]


def _estimate(real: _Statistics) -> float:
    """The constant effect of which the real assignment shows nothing more."""
    return float(real.outcome[0] / real.shift[0])


def _p(made: _Statistics, real: _Statistics, *, effect: float) -> float:
    """The share of assignments at least as far from a constant effect as the real one."""
    others, seen = made.squared(effect), float(real.squared(effect)[0])
    far = int(np.sum(others >= seen * (1 - ALIKE) - ALIKE))
    return far / len(others) if made.exact else (far + 1) / (len(others) + 1)


def _interval(made: _Statistics, real: _Statistics, *, level: float) -> tuple[float, float]:
    """The constant effects that are not refused; infinite where the test can refuse none on that side."""
    estimate = _estimate(real)
    width = max(float(np.abs(made.outcome).max()), abs(estimate), np.finfo(float).tiny)

    def refuses(distance: float) -> bool:
        return _p(made, real, effect=estimate + distance) <= 1 - level + ALIKE

    return _limit(refuses, estimate, width=-width), _limit(refuses, estimate, width=width)


def _limit(refuses: Callable[[float], bool], estimate: float, *, width: float) -> float:
    """Where the test begins to refuse, going from the estimate in the direction of `width`."""
    refused = next((width * 4**power for power in range(DOUBLINGS) if refuses(width * 4**power)), None)
    if refused is None:
        return math.copysign(math.inf, width)
    kept = 0.0
    for _ in range(BISECTIONS):
        middle = (kept + refused) / 2
        kept, refused = (kept, middle) if refuses(middle) else (middle, refused)
    return float(estimate + refused)

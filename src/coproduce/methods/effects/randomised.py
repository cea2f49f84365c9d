"""The difference between two arms that chance made: adjusted, blocked, clustered and weighted.

Every variant is one weighted regression with a mean for each arm (and block), so that the means, their difference,
their ratio and the joint covariance of several comparisons all come from the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.robust_variance import cr2

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

METHOD = "the difference between arms"
FEW_CLUSTERS = 20
LEAST_A_COVARIATE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Two arms of a trial, one row a unit (or visit).

    Parameters
    ----------
    outcome
        The outcome; NaN where it is not known (n).
    treated
        Whether the row is in the treated arm (n).
    covariates
        Known before chance decided; NaN where not known (n x p).
    blocks
        The block within which chance decided (n); a code from 0.
    clusters
        What chance (or the sampling) took together (n); a code from 0. Units where left out.
    units
        Who each row is of (n); a code from 0. Each row its own where left out.
    weights
        How much each row counts, at least 0 (n).
    """

    outcome: Array
    treated: NDArray[np.bool_]
    covariates: Array | None = None
    blocks: Codes | None = None
    clusters: Codes | None = None
    units: Codes | None = None
    weights: Array | None = None

    def taken(self, rows: NDArray[np.bool_]) -> Trial:
        """The trial of those rows only."""
        return Trial(
            outcome=self.outcome[rows],
            treated=self.treated[rows],
            covariates=None if self.covariates is None else self.covariates[rows],
            blocks=None if self.blocks is None else self.blocks[rows],
            clusters=None if self.clusters is None else self.clusters[rows],
            units=None if self.units is None else self.units[rows],
            weights=None if self.weights is None else self.weights[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted regression whose coefficients make each arm's mean: `treated @ b` and `comparison @ b`.

    `clusters` are codes of what `independent` names: rows, units, clusters or blocks.
    """

    design: Array
    residuals: Array
    weights: Array
    clusters: Codes
    independent: Literal["rows", "units", "clusters", "blocks"]
    coefficients: Array
    treated: Array
    comparison: Array
    sides: Sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Treated less comparison, each arm's (adjusted) mean, and the model that they come from."""

    contrast: Contrast
    treated_mean: float
    comparison_mean: float
    model: Model = field(repr=False)


def difference(trial: Trial, *, level: float = 0.95) -> Difference:
    """The difference between two arms, adjusted for covariates fully interacted with the arm.

    Without covariates, blocks and clusters it is the difference of means with the error of Welch. Where each block has
    at least two clusters (units) of each arm, each block has its own difference, and they are averaged by the size of
    the blocks. Where blocks are smaller (such as pairs), differences within blocks are weighted as by Mantel and
    Haenszel, and the block is the unit whose differences make the error.

    Parameters
    ----------
    trial
        The two arms. Rows without an outcome are left out; a covariate that is not known has its mean, and an
        indicator of its own.
    level
        The coverage that is promised.

    Returns
    -------
    Difference
        With HC2 or CR2 errors and the degrees of freedom of Bell and McCaffrey.

    Raises
    ------
    EstimationError
        If an arm has fewer than two units or clusters, the outcome does not vary, a cluster lies in two blocks, or no
        block has both arms.

    References
    ----------
    Lin, W. (2013). Annals of Applied Statistics 7(1), 295-318. Bell, R. M. and McCaffrey, D. F. (2002). Survey
    Methodology 28(2), 169-181. de Chaisemartin, C. and Ramirez-Cuellar, J. (2024). American Economic Journal: Applied
    Economics 16(1), 193-212 (small blocks). Zhao, A. and Ding, P. (2024). Journal of Econometrics 241(1) (covariates
    that are not known).

    Examples
    --------
    >>> trial = Trial(
    ...     outcome=np.array([1.0, 2, 3, 2, 4, 9]), treated=np.array([False, False, False, True, True, True])
    ... )
    >>> found = difference(trial).contrast
    >>> round(found.estimate, 4), round(found.se, 4), round(found.df, 4)
    (3.0, 2.1602, 4.0)
    """
    model, worries = _modelled(trial)
    _left_over(model, trial)
    made = cr2(
        model.design,
        model.residuals,
        clusters=model.clusters,
        weights=model.weights,
        contrasts=(model.treated - model.comparison)[None, :],
    )
    treated, comparison = (float(row @ model.coefficients) for row in (model.treated, model.comparison))
    contrast = by_student(
        treated - comparison,
        float(np.sqrt(made.covariance[0, 0])),
        sides=model.sides,
        df=float(made.df[0]),
        level=level,
    )
    return Difference(
        contrast=contrast.with_worries(*worries),
        treated_mean=treated,
        comparison_mean=comparison,
        model=model,
    )


def ratio(found: Difference) -> Contrast | None:
    """The ratio of the arms' means (a risk ratio where the outcome is 0 or 1), with the interval on the log scale.

    Parameters
    ----------
    found
        From `difference`. With small blocks and no covariates the ratio is that of Mantel and Haenszel.

    Returns
    -------
    Contrast or None
        The ratio; its standard error is on its own scale, its p is of the ratio 1. None where a mean is not above 0.

    References
    ----------
    Greenland, S. and Robins, J. M. (1985). Biometrics 41(1), 55-68 (small blocks); the delta method.

    Examples
    --------
    >>> trial = Trial(
    ...     outcome=np.array([0.0, 1, 0, 1, 1, 1, 0, 1]),
    ...     treated=np.array([False, False, False, False, True, True, True, True]),
    ... )
    >>> round(ratio(difference(trial)).estimate, 4)
    1.5
    """
    one, other, model = found.treated_mean, found.comparison_mean, found.model
    if min(one, other) <= 0:
        return None
    gradient = model.treated / one - model.comparison / other
    made = cr2(
        model.design,
        model.residuals,
        clusters=model.clusters,
        weights=model.weights,
        contrasts=gradient[None, :],
    )
    se = float(np.sqrt(made.covariance[0, 0]))
    if not se > 0:
        return None
    level = found.contrast.level
    log = by_student(np.log(one / other), se, sides=model.sides, df=float(made.df[0]), level=level)
    return Contrast(
        estimate=one / other,
        se=se * one / other,
        df=log.df,
        low=float(np.exp(log.low)),
        high=float(np.exp(log.high)),
        p=log.p,
        level=level,
        n_treated=log.n_treated,
        n_comparison=log.n_comparison,
        clusters_treated=log.clusters_treated,
        clusters_comparison=log.clusters_comparison,
    )


def _modelled(trial: Trial) -> tuple[Model, tuple[Worry, ...]]:
    known = ~np.isnan(trial.outcome)
    if trial.weights is not None:
        known &= trial.weights > 0
    trial = trial.taken(known)
    _two_sides(trial)
    worries: tuple[Worry, ...] = ()
    if trial.blocks is None:
        arms, small = _whole(trial), False
    elif _large_blocks(trial):
        arms, small = _by_block(trial), False
    else:
        trial, worries = _with_both_arms(trial)
        arms, small = _whole(trial), True
    return _fit(trial, arms, small=small), (*_few(trial), *worries)


def _clusters(trial: Trial) -> Codes:
    if trial.clusters is not None:
        return trial.clusters
    return np.arange(len(trial.outcome)) if trial.units is None else trial.units


def _blocks(trial: Trial) -> Codes:
    return np.zeros(len(trial.outcome), dtype=np.int64) if trial.blocks is None else trial.blocks


def _weights(trial: Trial) -> Array:
    return np.ones(len(trial.outcome)) if trial.weights is None else trial.weights


def _side_counts(trial: Trial) -> tuple[int, int]:
    """The clusters (or units) of the treated and of the comparison."""
    clusters = _clusters(trial)
    return len(np.unique(clusters[trial.treated])), len(np.unique(clusters[~trial.treated]))


def _two_sides(trial: Trial) -> None:
    """Refuse what no error can be made of."""
    what = "units" if trial.clusters is None else "clusters"
    for side, count in zip(("treated", "comparison"), _side_counts(trial), strict=True):
        if count < 2:
            raise EstimationError(
                METHOD,
                seen=f"{count or 'no'} {what[:-1] if count == 1 else what} with an outcome in the {side} arm",
                may_help=f"What one of the {what} did cannot be told from what the arm did: each arm needs at least "
                "two, better twenty.",
            )
    if np.ptp(trial.outcome) == 0:
        raise EstimationError(
            METHOD,
            seen=f"every outcome is {trial.outcome[0]:g}",
            may_help="An outcome that does not vary tells nothing of the arms: check that it is the right column.",
        )


def _left_over(model: Model, trial: Trial) -> None:
    """Refuse where all that is left to make an error of is rounding."""
    if float(np.abs(model.residuals).max()) <= 1e-10 * float(np.nanmax(np.abs(trial.outcome))):
        raise EstimationError(
            METHOD,
            seen="nothing of the outcome varies within the arms once covariates are accounted for",
            may_help="Without such variation no error can be told: check the columns of outcome and covariates.",
        )


def _few(trial: Trial) -> tuple[Worry, ...]:
    if trial.clusters is None:
        return ()
    fewest = min(_side_counts(trial))
    ok = fewest >= FEW_CLUSTERS
    meaning = f"The arm with the fewest clusters has {fewest}" + (
        ", enough for errors by cluster." if ok else f": fewer than {FEW_CLUSTERS}, so errors are rough."
    )
    return (Worry(name="clusters", value=fewest, ok=ok, meaning=meaning),)


def _large_blocks(trial: Trial) -> bool:
    """Whether each block has at least two clusters of each arm."""
    blocks, clusters = _blocks(trial), _clusters(trial)
    pairs = np.unique(np.column_stack([clusters, blocks]), axis=0)
    if trial.clusters is not None and len(pairs) > len(np.unique(clusters)):
        raise EstimationError(
            METHOD,
            seen="a cluster lies in more than one block",
            may_help="Chance decided within blocks, by cluster: each cluster belongs to one block.",
        )
    cells = np.unique(np.column_stack([clusters, blocks, trial.treated]), axis=0)
    counts = [np.unique(cells[cells[:, 2] == side, 1], return_counts=True) for side in (0, 1)]
    every = len(np.unique(blocks))
    return all(len(found) == every and sizes.min() >= 2 for found, sizes in counts)


def _with_both_arms(trial: Trial) -> tuple[Trial, tuple[Worry, ...]]:
    """The blocks that have both arms; the others can compare nothing."""
    blocks = _blocks(trial)
    both = np.isin(blocks, np.intersect1d(blocks[trial.treated], blocks[~trial.treated]))
    kept, lost = len(np.unique(blocks[both])), len(np.unique(blocks[~both]))
    if kept < 2:
        raise EstimationError(
            METHOD,
            seen=f"{kept or 'no'} {'block' if kept == 1 else 'blocks'} with both arms in it",
            may_help="At least two blocks must hold both arms, or every block two units (clusters) of each.",
        )
    worry = Worry(
        name="blocks_without_both_arms",
        value=lost,
        ok=False,
        meaning=f"{lost} {'block has' if lost == 1 else 'blocks have'} outcomes of one arm only and compare nothing.",
    )
    return trial.taken(both), (worry,) if lost else ()


def _haenszel(trial: Trial) -> Array:
    """Weights that give both arms of a block the same total: n1·n0/(n1 + n0)."""
    weights, blocks = _weights(trial), _blocks(trial)
    totals = np.bincount(blocks, weights)
    treated = np.bincount(blocks, weights * trial.treated)
    share = np.divide(treated, totals, out=np.zeros_like(totals), where=totals > 0)[blocks]
    return np.asarray(weights * np.where(trial.treated, 1 - share, share))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arms:
    """Columns that hold the arms' means, and the rows of weights that make each arm's mean of them."""

    columns: Array
    treated: Array
    comparison: Array


def _whole(trial: Trial) -> _Arms:
    columns = np.column_stack([~trial.treated, trial.treated]).astype(float)
    return _Arms(columns=columns, treated=np.array([0.0, 1.0]), comparison=np.array([1.0, 0.0]))


def _by_block(trial: Trial) -> _Arms:
    """A mean for each arm and block; an arm's mean weighs the blocks by their size."""
    _, codes = np.unique(_blocks(trial), return_inverse=True)
    share = np.bincount(codes, _weights(trial))
    share = share / share.sum()
    block = np.eye(len(share))[codes]
    columns = np.hstack([block * ~trial.treated[:, None], block * trial.treated[:, None]])
    none = np.zeros_like(share)
    return _Arms(columns=columns, treated=np.hstack([none, share]), comparison=np.hstack([share, none]))


def _fit(trial: Trial, arms: _Arms, *, small: bool) -> Model:
    weights = _haenszel(trial) if small else _weights(trial)
    extra = _adjusting(trial, arms, weights=weights)
    design = np.hstack([arms.columns, extra])
    root = np.sqrt(weights)
    coefficients = np.linalg.lstsq(design * root[:, None], trial.outcome * root, rcond=None)[0]
    none = np.zeros(extra.shape[1])
    return Model(
        design=design,
        residuals=trial.outcome - design @ coefficients,
        weights=weights,
        clusters=_blocks(trial) if small else _clusters(trial),
        independent="blocks" if small else _independent(trial),
        coefficients=coefficients,
        treated=np.hstack([arms.treated, none]),
        comparison=np.hstack([arms.comparison, none]),
        sides=_sides(trial),
    )


def _independent(trial: Trial) -> Literal["rows", "units", "clusters"]:
    if trial.clusters is not None:
        return "clusters"
    return "rows" if trial.units is None else "units"


def _sides(trial: Trial) -> Sides:
    units = np.arange(len(trial.outcome)) if trial.units is None else trial.units
    treated, comparison = _side_counts(trial) if trial.clusters is not None else (None, None)
    return Sides(
        n_treated=len(np.unique(units[trial.treated])),
        n_comparison=len(np.unique(units[~trial.treated])),
        clusters_treated=treated,
        clusters_comparison=comparison,
        sd=spread(trial.outcome[~trial.treated], weights=_weights(trial)[~trial.treated]),
    )


def spread(values: Array, *, weights: Array | None = None) -> float:
    """The (weighted) standard deviation of values, of which fewer than two have none (NaN).

    Examples
    --------
    >>> spread(np.array([1.0, 2, 3]))
    1.0
    """
    weights = np.ones(len(values)) if weights is None else weights
    if len(values) < 2:
        return float("nan")
    mean = np.average(values, weights=weights)
    variance = np.average((values - mean) ** 2, weights=weights) * len(values) / (len(values) - 1)
    return float(np.sqrt(variance))


def _adjusting(trial: Trial, arms: _Arms, *, weights: Array) -> Array:
    """Each arm's own columns of the centred covariates; in small blocks they are centred within the block."""
    if trial.covariates is None or trial.covariates.shape[1] == 0:
        return np.empty((len(trial.outcome), 0))
    columns = filled(trial.covariates)
    small = trial.blocks is not None and arms.columns.shape[1] == 2
    groups = _blocks(trial) if small else np.zeros(len(columns), dtype=np.int64)
    totals = np.bincount(groups, weights)
    means = np.column_stack([np.bincount(groups, weights * column) for column in columns.T])
    columns = columns - (means / np.where(totals > 0, totals, 1)[:, None])[groups]
    sides = (~trial.treated, trial.treated)
    kept = _kept(columns, [arms.columns * side[:, None] for side in sides], sides=sides)
    _enough(trial, len(kept))
    return np.hstack([columns[:, kept] * side[:, None] for side in sides])


def filled(covariates: Array) -> Array:
    """Covariates without gaps: the mean where one is not known, and a column that says where.

    Examples
    --------
    >>> filled(np.array([[1.0], [np.nan], [3.0]])).tolist()
    [[1.0, 0.0], [2.0, 1.0], [3.0, 0.0]]
    """
    gaps = np.isnan(covariates)
    counts = np.maximum((~gaps).sum(axis=0), 1)
    means = np.where(gaps, 0.0, covariates).sum(axis=0) / counts
    return np.hstack([np.where(gaps, means, covariates), gaps[:, gaps.any(axis=0)].astype(float)])


def _kept(columns: Array, arms: Sequence[Array], *, sides: Sequence[NDArray[np.bool_]]) -> list[int]:
    """The covariates that add something of their own in both arms, in their order."""
    kept: list[int] = []
    bases = [
        np.linalg.qr(arm[side][:, arm[side].any(axis=0)])[0] for arm, side in zip(arms, sides, strict=True)
    ]
    for place, column in enumerate(columns.T):
        rests = [_rest(column[side], base) for base, side in zip(bases, sides, strict=True)]
        sizes = [float(np.linalg.norm(rest)) for rest in rests]
        least = [1e-8 * max(float(np.linalg.norm(column[side])), 1e-12) for side in sides]
        if all(size > bound for size, bound in zip(sizes, least, strict=True)):
            kept.append(place)
            bases = [
                np.column_stack([base, rest / size])
                for base, rest, size in zip(bases, rests, sizes, strict=True)
            ]
    return kept


def _rest(column: Array, base: Array) -> Array:
    """What an orthonormal base leaves of a column; twice, so that rounding leaves nothing of the base."""
    once = column - base @ (base.T @ column)
    return np.asarray(once - base @ (base.T @ once))


def _enough(trial: Trial, columns: int) -> None:
    fewest = min(_side_counts(trial))
    if columns * LEAST_A_COVARIATE > fewest:
        raise EstimationError(
            METHOD,
            seen=f"{columns} columns of covariates with {fewest} units or clusters in the smaller arm",
            may_help="Two units (clusters) of each arm for every covariate are the least; name fewer covariates.",
        )

"""Units that were not treated by chance, compared with others that look alike: doubly robust."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.effects.logistic import logistic

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Estimand = Literal["everybody", "treated"]
METHOD = "the comparison of units alike"
ALIKE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How far the sides are apart in one covariate, in standard deviations, before weighting and after."""

    place: int
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The effect, the means behind it, and how far it rests on units that are alike.

    `trimmed` is the share of units that nobody on the other side resembles; they are left out. `effective_treated` and
    `effective_comparison` are the numbers of equally weighted units that tell as much. `e_value` says how strongly
    something unseen would have to go with both treatment and outcome (as a risk ratio) to explain the estimate away,
    `e_value_limit` the same for the interval (1: it holds nought already).
    """

    contrast: Contrast
    means: tuple[float, float]
    balance: tuple[Balance, ...]
    propensity: tuple[float, ...]
    trimmed: float
    effective_treated: float
    effective_comparison: float
    e_value: float
    e_value_limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Units:
    outcome: Floats
    treated: Flags
    covariates: Floats
    clusters: npt.NDArray[np.intp]

    def taken(self, rows: Flags) -> _Units:
        """Some of the units, clusters numbered anew."""
        return _Units(
            outcome=self.outcome[rows],
            treated=self.treated[rows],
            covariates=self.covariates[rows],
            clusters=np.unique(self.clusters[rows], return_inverse=True)[1],
        )


def matched_effects(
    outcome: Floats,
    treated: Flags,
    *,
    covariates: Floats,
    cluster: npt.NDArray[Any] | None = None,
    estimand: Estimand = "everybody",
    overlap: float = 0.05,
    folds: int = 1,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Matched:
    """The effect by a model of who is treated and a model of the outcome, right if either of them is right.

    Parameters
    ----------
    outcome, treated
        One entry a unit; NaN = not known.
    covariates
        Known before treatment (n x p). All that goes with both treatment and outcome is assumed to be among them; a
        unit in which one is not known is left out and counted.
    cluster
        The label of what was treated or sampled together.
    estimand
        The mean effect on everybody, or on the treated.
    overlap
        Units whose chance of treatment is below this, or above one less it, are left out: nobody is like them. For the
        effect on the treated only those above.
    folds
        In how many parts both models are fitted on the other parts (1: on all; 2 or more guards a flexible model).
    rng
        Deals units into folds.
    level
        The coverage that is promised.

    Returns
    -------
    Matched
        Errors come from the influence function, over clusters where they are given. The outcome's model is logistic
        where the outcome is 0 or 1, else linear.

    Raises
    ------
    EstimationError
        If a side is too small for the covariates, treatment can be foretold from them, or the outcome is constant.

    References
    ----------
    Robins, J. M., Rotnitzky, A. and Zhao, L. P. (1994). JASA 89(427), 846-866; Crump, R. K. et al. (2009). Biometrika
    96(1), 187-199 (overlap); VanderWeele, T. J. and Ding, P. (2017). Annals of Internal Medicine 167(4), 268-274.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(800, 1))
    >>> treated = rng.random(800) < 1 / (1 + np.exp(-x[:, 0]))
    >>> outcome = 2.0 * treated + 3 * x[:, 0] + rng.normal(size=800)
    >>> round(matched_effects(outcome, treated, covariates=x, rng=rng).contrast.estimate)
    2
    """
    outcome = np.asarray(outcome, dtype=np.float64)
    known = np.isfinite(outcome) & np.isfinite(covariates).all(axis=1)
    labels = np.arange(len(outcome)) if cluster is None else cluster
    whole = _Units(
        outcome=outcome,
        treated=np.asarray(treated, dtype=bool),
        covariates=np.asarray(covariates, dtype=np.float64),
        clusters=np.unique(labels, return_inverse=True)[1],
    ).taken(known)
    _refuse(whole)
    chance = logistic(_design(whole.covariates), whole.treated.astype(float))[1]
    alike = (chance <= 1 - overlap) & ((chance >= overlap) | (estimand == "treated"))
    units = whole.taken(alike)
    _refuse(units)
    part = rng.permutation(len(units.outcome)) % folds
    chance, without, under = _models(units, part=part)
    influence, means = _influence(units, chance, models=(without, under), estimand=estimand)
    contrast = _contrast(units, influence, clustered=cluster is not None, level=level)
    weights = _weights(units.treated, chance, estimand=estimand)
    balance = _balance(units, weights)
    effective = [
        float(weights[side].sum() ** 2 / (weights[side] ** 2).sum())
        for side in (units.treated, ~units.treated)
    ]
    strengths = _e_values(contrast, means, binary=_binary(units.outcome))
    found = Matched(
        contrast=contrast,
        means=means,
        balance=balance,
        propensity=tuple(chance.tolist()),
        trimmed=float(1 - alike.mean()),
        effective_treated=effective[0],
        effective_comparison=effective[1],
        e_value=strengths[0],
        e_value_limit=strengths[1],
    )
    told = _worries(found, unknown=int((~known).sum()), total=len(known))
    return replace(found, contrast=contrast.with_worries(*told))


def _refuse(units: _Units) -> None:
    sides = (int(units.treated.sum()), int((~units.treated).sum()))
    least = units.covariates.shape[1] + 2
    if min(sides) < least:
        raise EstimationError(
            METHOD,
            seen=f"{sides[0]} treated and {sides[1]} comparison units that are alike, for {least - 2} covariates",
            may_help=f"At least {least} on each side are needed: fewer covariates, or more units alike.",
        )
    if not np.std(units.outcome) > 0:
        raise EstimationError(
            METHOD, seen="an outcome that never varies", may_help="Check that the right column was read."
        )


def _design(covariates: Floats) -> Floats:
    return np.column_stack([np.ones(len(covariates)), covariates])


def _binary(outcome: Floats) -> bool:
    return bool(np.isin(outcome, (0.0, 1.0)).all())


def _models(units: _Units, *, part: npt.NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """Chance of treatment, outcome without and outcome under treatment, each part by models of the other parts."""
    chance, without, under = (np.empty(len(part)) for _ in range(3))
    design, folds = _design(units.covariates), int(part.max()) + 1
    for fold in range(folds):
        here = part == fold
        there = ~here if folds > 1 else here
        weights, _ = logistic(design[there], units.treated[there].astype(float))
        chance[here] = np.clip(1 / (1 + np.exp(-design[here] @ weights)), 1e-3, 1 - 1e-3)
        for side, predicted in ((~units.treated, without), (units.treated, under)):
            predicted[here] = _predicted(design, units.outcome, rows=there & side)[here]
    return chance, without, under


def _predicted(design: Floats, outcome: Floats, *, rows: Flags) -> Floats:
    """The outcome of everybody by a model of some; where they are all the same, that."""
    if _binary(outcome):
        if np.ptp(outcome[rows]) == 0:
            return np.full(len(design), outcome[rows][0])
        weights, _ = logistic(design[rows], outcome[rows])
        found: Floats = 1 / (1 + np.exp(-design @ weights))
        return found
    coefficients = np.linalg.lstsq(design[rows], outcome[rows], rcond=None)[0]
    return np.asarray(design @ coefficients)


def _influence(
    units: _Units, chance: Floats, *, models: tuple[Floats, Floats], estimand: Estimand
) -> tuple[Floats, tuple[float, float]]:
    """Each unit's part in the effect (their mean is the effect), and the means with and without treatment."""
    without, under = models
    t = units.treated.astype(np.float64)
    if estimand == "everybody":
        one = under + t * (units.outcome - under) / chance
        other = without + (1 - t) * (units.outcome - without) / (1 - chance)
        return one - other, (float(one.mean()), float(other.mean()))
    share = float(t.mean())
    odds = chance / (1 - chance)
    gap = (t * (units.outcome - without) - (1 - t) * odds * (units.outcome - without)) / share
    effect, mean = float(gap.mean()), float(units.outcome[units.treated].mean())
    return gap - effect * (t / share - 1), (mean, mean - effect)


def _contrast(units: _Units, influence: Floats, *, clustered: bool, level: float) -> Contrast:
    estimate = float(influence.mean())
    sums = np.bincount(units.clusters, weights=influence - estimate)
    groups = len(sums)
    error = math.sqrt(groups / (groups - 1) * float((sums**2).sum())) / len(influence) if groups > 1 else 0.0
    counts = [len(np.unique(units.clusters[side])) for side in (units.treated, ~units.treated)]
    sides = Sides(
        n_treated=int(units.treated.sum()),
        n_comparison=int((~units.treated).sum()),
        clusters_treated=counts[0] if clustered else None,
        clusters_comparison=counts[1] if clustered else None,
        sd=float(units.outcome[~units.treated].std(ddof=1)),
    )
    return by_student(estimate, error, sides=sides, df=groups - 1.0, level=level)


def _weights(treated: Flags, chance: Floats, *, estimand: Estimand) -> Floats:
    if estimand == "everybody":
        return np.where(treated, 1 / chance, 1 / (1 - chance))
    return np.where(treated, 1.0, chance / (1 - chance))


def _balance(units: _Units, weights: Floats) -> tuple[Balance, ...]:
    one, other = units.covariates[units.treated], units.covariates[~units.treated]
    spread = np.sqrt((one.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)) / 2)
    spread = np.where(spread > 0, spread, np.nan)
    before = (one.mean(axis=0) - other.mean(axis=0)) / spread
    after = (
        np.average(one, axis=0, weights=weights[units.treated])
        - np.average(other, axis=0, weights=weights[~units.treated])
    ) / spread
    return tuple(
        Balance(place=place, before=float(first), after=float(second))
        for place, (first, second) in enumerate(zip(before, after, strict=True))
    )


def _e_values(contrast: Contrast, means: tuple[float, float], *, binary: bool) -> tuple[float, float]:
    """Of the estimate and of the limit nearer to nought."""
    nearer = contrast.low if contrast.estimate > 0 else contrast.high
    holds = contrast.low <= 0 <= contrast.high

    def ratio(effect: float) -> float:
        if binary:
            return max(means[1] + effect, 1e-9) / max(means[1], 1e-9)
        return math.exp(0.91 * effect / contrast.sd) if contrast.sd else math.nan

    return e_value(ratio(contrast.estimate)), 1.0 if holds else e_value(ratio(nearer))


def e_value(ratio: float) -> float:
    """How strongly something unseen must go with treatment and outcome to make a risk ratio of 1 look like this one.

    References
    ----------
    VanderWeele, T. J. and Ding, P. (2017). Annals of Internal Medicine 167(4), 268-274.

    Examples
    --------
    >>> round(e_value(3.9), 2), round(e_value(0.8), 2)
    (7.26, 1.81)
    """
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def _worries(found: Matched, *, unknown: int, total: int) -> tuple[Worry, ...]:
    """Whether there is overlap and balance, how weak an unseen cause would do, and who is not known."""
    apart = [abs(one.after) for one in found.balance if math.isfinite(one.after)]
    worst, lost = max(apart, default=0.0), unknown / total
    balance = Worry(
        name="balance_after_weighting",
        value=worst,
        ok=worst <= ALIKE,
        meaning=f"After weighting, the sides are at most {worst:.2f} standard deviations apart in any covariate.",
    )
    left_out = Worry(
        name="units_not_known",
        value=lost,
        ok=lost <= 0.05,
        meaning=f"{unknown:,} of {total:,} units are left out: their outcome or a covariate is not known.",
        lowers=1 if lost > 0.2 else 0,
    )
    worries = (*_overlap(found), balance, _unseen(found))
    return (*worries, left_out) if unknown else worries


def _overlap(found: Matched) -> tuple[Worry, Worry]:
    n = found.contrast.n_treated, found.contrast.n_comparison
    share = min(found.effective_treated / n[0], found.effective_comparison / n[1])
    return (
        Worry(
            name="overlap",
            value=found.trimmed,
            ok=found.trimmed <= 0.1,
            meaning=f"{100 * found.trimmed:.1f} % of units are left out, since nobody on the other side is like them: "
            "the effect is that on the rest.",
        ),
        Worry(
            name="effective_sample",
            value=share,
            ok=share >= 0.5,
            meaning=f"After weighting, {found.effective_treated:,.0f} treated and {found.effective_comparison:,.0f} "
            "comparison units' worth of information is left.",
            lowers=0,
        ),
    )


def _unseen(found: Matched) -> Worry:
    strength = found.e_value_limit
    told = "The interval holds nought already, without anything unseen."
    if strength > 1:
        told = (
            f"Something unseen that goes with both treatment and outcome by a risk ratio of {strength:.2f} would be "
            "enough for the interval to hold nought."
        )
    return Worry(name="e_value", value=strength, ok=strength >= 1.5, meaning=told, lowers=0)

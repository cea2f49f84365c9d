"""A threshold decides who is treated: those just above are compared with those just below."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.robust_variance import cr2

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
METHOD = "the threshold"
LEAST = 20
MULTIPLES = (0.5, 0.75, 1.0, 1.5, 2.0)
DONUTS = (0.05, 0.1, 0.2)  # of the bandwidth
MOST_BINS, LEAST_IN_A_BIN = 12, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The same estimate with another choice: a bandwidth, or a hole around the threshold (`donut`)."""

    bandwidth: float
    donut: float
    estimate: float
    se: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The mean outcome of units that are next to each other on one side; `fitted` is the line at its place."""

    running: float
    mean: float
    fitted: float
    treated: bool
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """What a covariate does at the threshold, where it should not jump."""

    place: int
    estimate: float
    se: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The jump at the threshold with a robust interval, and what shakes it.

    `conventional` is the local linear estimate without correction of bias, with its error. `density_p` tests that as
    many stand just above as just below (NaN where it could not be tested).
    """

    contrast: Contrast
    bandwidth: float
    conventional: tuple[float, float]
    density_p: float
    bandwidths: tuple[Again, ...]
    donuts: tuple[Again, ...]
    bins: tuple[Bin, ...]
    covariates: tuple[Jump, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """Units by their distance from the threshold, 0 or more on the treated side."""

    outcome: Floats
    distance: Floats
    clusters: npt.NDArray[Any] | None

    def without(self, hole: float) -> _Near:
        """Those that are not too near."""
        return self.taken(np.abs(self.distance) >= hole)

    def taken(self, rows: Flags) -> _Near:
        """Some of the units."""
        clusters = None if self.clusters is None else self.clusters[rows]
        return _Near(outcome=self.outcome[rows], distance=self.distance[rows], clusters=clusters)


def threshold_effects(
    outcome: Floats,
    running: Floats,
    *,
    cutoff: float,
    treated_when: Literal["above", "below"] = "above",
    bandwidth: float | None = None,
    covariates: Floats | None = None,
    cluster: npt.NDArray[Any] | None = None,
    level: float = 0.95,
) -> Threshold:
    """The jump of the outcome where the running variable passes the threshold.

    Parameters
    ----------
    outcome, running
        One entry a unit; NaN = not known. But for treatment the outcome is assumed to run smoothly through the
        threshold, and nobody to choose the side.
    cutoff
        The threshold. A unit on it is treated.
    treated_when
        The treated side.
    bandwidth
        How near counts, in units of the running variable; the mean squared error decides if left out.
    covariates
        Known before treatment (n x p): none should jump at the threshold.
    cluster
        The label of what was sampled together. The line is then a parabola within the bandwidth, with CR2 errors.
    level
        The coverage that is promised.

    Returns
    -------
    Threshold
        Local linear with a triangular kernel, corrected for bias, with the error of the correction counted (Calonico,
        Cattaneo and Titiunik). It is the effect on units at the threshold, and on no others.

    Raises
    ------
    EstimationError
        If fewer than twenty units are known on a side, or the outcome is constant.

    References
    ----------
    Calonico, S., Cattaneo, M. D. and Titiunik, R. (2014). Econometrica 82(6), 2295-2326; Cattaneo, M. D., Jansson, M.
    and Ma, X. (2020). JASA 115(531), 1449-1455 (density).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> need = rng.uniform(0, 10, 1500)
    >>> outcome = 0.5 * need + 2 * (need >= 6) + rng.normal(0, 0.5, 1500)
    >>> found = threshold_effects(outcome, need, cutoff=6)
    >>> abs(found.contrast.estimate - 2) < 0.5
    True
    """
    outcome, running = np.asarray(outcome, dtype=np.float64), np.asarray(running, dtype=np.float64)
    known = np.isfinite(outcome) & np.isfinite(running)
    distance = (running - cutoff) * (1 if treated_when == "above" else -1)
    near = _Near(outcome=outcome, distance=distance, clusters=cluster).taken(known)
    _refuse(near)
    fit = _fitted(near, bandwidth=bandwidth, level=level)
    widths = tuple(_again(near, fit.bandwidth * times, level=level) for times in MULTIPLES)
    holes = tuple(_again(near, fit.bandwidth, hole=fit.bandwidth * share, level=level) for share in DONUTS)
    jumps = () if covariates is None else _jumps(covariates[known], near, bandwidth=fit.bandwidth)
    density = _density(near.distance)
    found = Threshold(
        contrast=fit.contrast,
        bandwidth=fit.bandwidth,
        conventional=fit.conventional,
        density_p=density,
        bandwidths=tuple(one for one in widths if one is not None),
        donuts=tuple(one for one in holes if one is not None),
        bins=_bins(near, bandwidth=fit.bandwidth, cutoff=cutoff, sign=1 if treated_when == "above" else -1),
        covariates=jumps,
    )
    told = _worries(found, said=fit.said, unknown=int((~known).sum()))
    return replace(found, contrast=fit.contrast.with_worries(*told))


def _refuse(near: _Near) -> None:
    counts = (int((near.distance < 0).sum()), int((near.distance >= 0).sum()))
    if min(counts) < LEAST:
        raise EstimationError(
            METHOD,
            seen=f"{counts[1]} units on the treated side and {counts[0]} on the other",
            may_help=f"At least {LEAST} are needed on each side, and many more near the threshold.",
        )
    if not np.std(near.outcome) > 0:
        raise EstimationError(
            METHOD, seen="an outcome that never varies", may_help="Check that the right column was read."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    contrast: Contrast
    bandwidth: float
    conventional: tuple[float, float]
    said: tuple[str, ...]


def _fitted(near: _Near, *, bandwidth: float | None, level: float) -> _Fit:
    import pandas as pd

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        from diff_diff import RegressionDiscontinuity

        try:
            fit = RegressionDiscontinuity(cutoff=0.0, h=bandwidth, alpha=1 - level).fit(
                pd.DataFrame({"y": near.outcome, "x": near.distance}), "y", "x"
            )
        except (ValueError, np.linalg.LinAlgError, ZeroDivisionError) as error:
            raise EstimationError(
                METHOD,
                seen=str(error).split(". ", maxsplit=1)[0],
                may_help="More units near the threshold, or a wider bandwidth, would let it answer.",
            ) from error
    width = float(max(fit.h_left, fit.h_right))
    sides = _sides(near, width)
    if near.clusters is None:
        contrast = by_student(float(fit.att), float(fit.se), sides=sides, level=level)
    else:
        contrast = _clustered(near, width, sides=sides, level=level)
    return _Fit(
        contrast=contrast,
        bandwidth=width,
        conventional=(float(fit.att_conventional), float(fit.se_conventional)),
        said=tuple(str(warning.message) for warning in said),
    )


def _sides(near: _Near, width: float) -> Sides:
    """Who counts within the bandwidth."""
    treated, inside = near.distance >= 0, np.abs(near.distance) < width
    clusters: list[int | None] = [None, None]
    if near.clusters is not None:
        clusters = [len(np.unique(near.clusters[inside & side])) for side in (treated, ~treated)]
    rest = near.outcome[inside & ~treated]
    return Sides(
        n_treated=int((inside & treated).sum()),
        n_comparison=int((inside & ~treated).sum()),
        clusters_treated=clusters[0],
        clusters_comparison=clusters[1],
        sd=float(rest.std(ddof=1)) if len(rest) > 1 else None,
    )


def _clustered(near: _Near, width: float, *, sides: Sides, level: float) -> Contrast:
    """A parabola on each side: the correction of bias with both bandwidths equal."""
    inside = np.abs(near.distance) < width
    x, y = near.distance[inside], near.outcome[inside]
    kernel = 1 - np.abs(x) / width
    treated = (x >= 0).astype(np.float64)
    design = np.column_stack([treated, treated * x, treated * x**2, np.ones_like(x), x, x**2])
    root = np.sqrt(kernel)
    coefficients = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    labels = np.arange(len(x)) if near.clusters is None else near.clusters[inside]
    robust = cr2(design, y - design @ coefficients, clusters=labels, weights=kernel)
    error = math.sqrt(float(robust.covariance[0, 0]))
    return by_student(float(coefficients[0]), error, sides=sides, df=float(robust.df[0]), level=level)


def _again(near: _Near, width: float, *, hole: float = 0.0, level: float) -> Again | None:
    """The estimate with another bandwidth or a hole; None where too few are left."""
    kept = near.without(hole)
    try:
        one = _fitted(kept, bandwidth=width, level=level).contrast
    except EstimationError:
        return None
    return Again(
        bandwidth=width,
        donut=hole,
        estimate=one.estimate,
        se=one.se,
        low=one.low,
        high=one.high,
        n=one.n_treated + one.n_comparison,
    )


def _density(distance: Floats) -> float:
    """The p of the test that as many stand on either side of the threshold; NaN where it cannot be tested."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diff_diff import RDDensityTest

        try:
            return float(RDDensityTest(cutoff=0.0).fit(pd.DataFrame({"x": distance}), "x").p_value)
        except (ValueError, np.linalg.LinAlgError, ZeroDivisionError):
            return math.nan


def _jumps(covariates: Floats, near: _Near, *, bandwidth: float) -> tuple[Jump, ...]:
    found = []
    for place, column in enumerate(covariates.T):
        known = np.isfinite(column)
        part = replace(near.taken(known), outcome=column[known])
        try:
            one = _fitted(part, bandwidth=bandwidth, level=0.95).contrast
        except EstimationError:
            continue
        found.append(Jump(place=place, estimate=one.estimate, se=one.se, p=one.p))
    return tuple(found)


def _bins(near: _Near, *, bandwidth: float, cutoff: float, sign: int) -> tuple[Bin, ...]:
    """Equally many units in each bin, out to twice the bandwidth, with the line of each side within it."""
    bins = []
    for treated in (False, True):
        side = (near.distance >= 0) == treated
        line = _line(near, side & (np.abs(near.distance) < bandwidth), width=bandwidth)
        shown = np.flatnonzero(side & (np.abs(near.distance) < 2 * bandwidth))
        order = shown[np.argsort(near.distance[shown], kind="stable")]
        parts = np.array_split(order, max(1, min(MOST_BINS, len(order) // LEAST_IN_A_BIN)))
        for part in (part for part in parts if len(part)):
            x = float(near.distance[part].mean())
            bins.append(
                Bin(
                    running=cutoff + sign * x,
                    mean=float(near.outcome[part].mean()),
                    fitted=line[0] + line[1] * x if abs(x) < bandwidth else math.nan,
                    treated=treated,
                    n=len(part),
                )
            )
    return tuple(sorted(bins, key=lambda one: one.running))


def _line(near: _Near, rows: Flags, *, width: float) -> Sequence[float]:
    root = np.sqrt(1 - np.abs(near.distance[rows]) / width)
    design = np.column_stack([root, root * near.distance[rows]])
    found: list[float] = np.linalg.lstsq(design, root * near.outcome[rows], rcond=None)[0].tolist()
    return found


def _worries(found: Threshold, *, said: tuple[str, ...], unknown: int) -> tuple[Worry, ...]:
    """Whether people chose their side, choices of ours matter, and covariates jump."""
    density = found.density_p
    well = not density < 0.05
    told = f"As many stand just above the threshold as just below, as far as can be told (p = {density:.2g})."
    if math.isnan(density):
        told = "Whether people chose their side of the threshold could not be tested."
    elif not well:
        told = f"Not as many stand just above the threshold as just below (p = {density:.2g}): sides may be chosen."
    worries = [
        Worry(
            name="density",
            value=density,
            ok=well and not math.isnan(density),
            meaning=told,
            lowers=0 if well else 1,
        ),
        _steady(found),
    ]
    jumping = [one for one in found.covariates if one.p < 0.05 / max(1, len(found.covariates))]
    if found.covariates:
        least = min(one.p for one in found.covariates)
        told = (
            f"{len(jumping)} of {len(found.covariates)} covariates jump at the threshold, where none should."
        )
        worries.append(Worry(name="covariates_at_threshold", value=least, ok=not jumping, meaning=told))
    if any("mass" in text.lower() for text in said):
        told = "Many units share one value of the running variable: those next to the threshold may not be alike."
        worries.append(Worry(name="mass_points", value=None, ok=False, meaning=told, lowers=0))
    if unknown:
        told = f"{unknown:,} units are left out: their outcome or running variable is not known."
        worries.append(Worry(name="units_not_known", value=float(unknown), ok=False, meaning=told, lowers=0))
    return tuple(worries)


def _steady(found: Threshold) -> Worry:
    """Whether other bandwidths and holes agree: each has its own interval, and the estimate should lie in it."""
    others, estimate = (*found.bandwidths, *found.donuts), found.contrast.estimate
    against = sum(not one.low <= estimate <= one.high for one in others)
    ends = [one.estimate for one in others] or [estimate]
    return Worry(
        name="other_bandwidths",
        value=float(against),
        ok=not against,
        meaning=f"With half to twice the bandwidth, and without the units nearest to the threshold, the estimate lies "
        f"between {min(ends):.3g} and {max(ends):.3g}; "
        f"{f'{against} of {len(others)} of their intervals exclude' if against else 'all their intervals hold'} "
        f"the one that is told.",
    )

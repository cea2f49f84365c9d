"""One area is treated: what it would have been without, put together from areas that were not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.effects.panel import as_panel, within_units
from coproduce.methods.effects.simplex import simplex_weights

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Estimator = Literal["synthetic_control", "synthetic_differences"]
METHOD = "one area"
LEAST_DONORS = 4
MANY_BEFORE = 10
EXACT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Donor:
    """An area that was not treated: its weight, the estimate without it, and the estimate with it in the treated place.

    `ratio` is how much worse the fit is after treatment than before (root mean squared prediction errors).
    """

    unit: Any
    weight: float
    without: float
    placebo: float
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OneArea:
    """The average gap after treatment, the series behind it, and what each donor does to it.

    `fit` is the root mean squared error before treatment, `ratio` that after over that before, `other` the estimate,
    error and p of the estimator that was not asked for.
    """

    contrast: Contrast
    estimator: Estimator
    periods: tuple[float, ...]
    observed: tuple[float, ...]
    synthetic: tuple[float, ...]
    donors: tuple[Donor, ...]
    fit: float
    ratio: float
    other: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    estimate: float
    weights: Floats
    synthetic: Floats
    fit: float
    ratio: float


def one_area_effects(
    outcome: Floats,
    treated: Flags,
    *,
    unit: npt.NDArray[Any],
    period: Floats,
    since: float,
    estimator: Estimator = "synthetic_control",
    level: float = 0.95,
) -> OneArea:
    """The treated area after treatment less a weighted mean of others that ran as it did before.

    Parameters
    ----------
    outcome, treated, unit, period
        One entry an area and period. Several treated areas count as their mean. No other area may be touched by the
        treatment, nor anything else happen to the treated one alone.
    since
        The first treated period.
    estimator
        Synthetic control (weights of areas on the simplex that fit the level before), or synthetic difference in
        differences (weights of areas and of periods, which fit the course but not the level).
    level
        The coverage that is promised.

    Returns
    -------
    OneArea
        The error is the spread of the same estimate with each other area in the treated place; p is the share of all
        areas as extreme: by the ratio of fits for synthetic control, by the size of the estimate for the other. It
        cannot be below one in the number of areas.

    Raises
    ------
    EstimationError
        If the treated area has gaps, fewer than two periods lie before, or fewer than four areas are a comparison.

    References
    ----------
    Abadie, A., Diamond, A. and Hainmueller, J. (2010). JASA 105(490), 493-505; Arkhangelsky, D. et al. (2021). American
    Economic Review 111(12), 4088-4118 (algorithms 1 and 4).

    Examples
    --------
    >>> import numpy as np
    >>> unit, period = np.repeat(np.arange(8), 10), np.tile(np.arange(10.0), 8)
    >>> outcome = (1 + unit % 3) * period + unit + 5.0 * ((unit == 4) & (period >= 7))
    >>> found = one_area_effects(outcome, unit == 4, unit=unit, period=period, since=7.0)
    >>> round(found.contrast.estimate, 6), found.contrast.p
    (5.0, 0.125)
    """
    table = _table(outcome, treated, unit=unit, period=period, since=since)
    periods, names, target, donors, after, worries = table
    fits = {kind: _fitted(target, donors, after=after, estimator=kind) for kind in _KINDS}
    placebos = {kind: _placebos(donors, after=after, estimator=kind) for kind in _KINDS}
    chosen, against = fits[estimator], placebos[estimator]
    sides = Sides(
        n_treated=int(np.unique(unit[np.asarray(treated, dtype=bool)]).size),
        n_comparison=len(donors),
        sd=float(donors[:, ~after].std(ddof=1)),
    )
    spread, p = _placebo_error(against), _rank(chosen, against, estimator=estimator)
    contrast = replace(
        by_student(chosen.estimate, spread, sides=sides, df=len(donors) - 1.0, level=level), p=p
    )
    without = [
        _fitted(target, np.delete(donors, place, axis=0), after=after, estimator=estimator).estimate
        for place in range(len(donors))
    ]
    [other] = [kind for kind in _KINDS if kind != estimator]
    return OneArea(
        contrast=contrast.with_worries(
            *worries, *_worries(chosen, against, target=target[~after], donors=donors, without=without)
        ),
        estimator=estimator,
        periods=tuple(periods.tolist()),
        observed=tuple(target.tolist()),
        synthetic=tuple(chosen.synthetic.tolist()),
        donors=tuple(
            Donor(unit=name, weight=float(weight), without=left, placebo=fit.estimate, ratio=fit.ratio)
            for name, weight, left, fit in zip(names, chosen.weights, without, against, strict=True)
        ),
        fit=chosen.fit,
        ratio=chosen.ratio,
        other=(
            fits[other].estimate,
            _placebo_error(placebos[other]),
            _rank(fits[other], placebos[other], estimator=other),
        ),
    )


_KINDS: tuple[Estimator, Estimator] = ("synthetic_control", "synthetic_differences")


def _table(
    outcome: Floats, treated: Flags, *, unit: npt.NDArray[Any], period: Floats, since: float
) -> tuple[Floats, list[Any], Floats, Floats, Flags, tuple[Worry, ...]]:
    """The periods, the donors' names, the treated series, the donors' series, which periods are after, and worries."""
    panel = as_panel(outcome, unit=unit, period=period)
    side = np.asarray(
        within_units(panel, np.asarray(treated, dtype=bool), unit=unit, what="the treated side"), dtype=bool
    )
    whole, after = panel.balanced(), panel.periods >= since
    target = panel.values[side]
    donors = panel.values[~side & whole]
    reason = _reason(target, donors, after=after)
    if reason is not None:
        raise EstimationError(METHOD, seen=reason[0], may_help=reason[1])
    left_out = panel.units[~side & ~whole]
    worries: tuple[Worry, ...] = ()
    if len(left_out):
        named = ", ".join(str(one) for one in left_out[:6])
        worries = (
            Worry(
                name="incomplete_areas",
                value=float(len(left_out)),
                ok=False,
                meaning=f"{len(left_out)} areas are no donors, since their outcome is not known in every period: "
                f"{named}{' and more' if len(left_out) > 6 else ''}.",
                lowers=0,
            ),
        )
    names = panel.units[~side & whole].tolist()
    return panel.periods, names, target.mean(axis=0), donors, after, worries


def _reason(target: Floats, donors: Floats, *, after: Flags) -> tuple[str, str] | None:
    """Why it cannot be answered and what may help."""
    if not len(target):
        return "no treated area", "One area at least must be marked as treated."
    if not np.isfinite(target).all():
        return (
            "a treated area whose outcome is not known in every period",
            "Only periods known for it can be used.",
        )
    if (~after).sum() < 2 or not after.any():
        return (
            f"{(~after).sum()} periods before treatment and {after.sum()} after it",
            "At least two before and one after are needed, and many before are better.",
        )
    if len(donors) < LEAST_DONORS:
        return (
            f"{len(donors)} other areas known in every period",
            f"At least {LEAST_DONORS} are needed, and p cannot fall below 0.05 with fewer than 19.",
        )
    if not np.std(target) > 0 and not np.std(donors) > 0:
        return "an outcome that never varies", "Check that the right column was read."
    return None


def _fitted(target: Floats, donors: Floats, *, after: Flags, estimator: Estimator) -> _Fit:
    if estimator == "synthetic_control":
        weights = simplex_weights(donors[:, ~after].T, target[~after])
        synthetic = weights @ donors
    else:
        weights, periods = _two_weights(target, donors, after=after)
        mixed = weights @ donors
        synthetic = mixed + periods @ (target - mixed)[~after]
    gap = target - synthetic
    before, later = (math.sqrt(float((gap[part] ** 2).mean())) for part in (~after, after))
    before = max(before, EXACT * float(donors.std()))  # below it, only rounding tells fits apart
    return _Fit(
        estimate=float(gap[after].mean()),
        weights=weights,
        synthetic=synthetic,
        fit=before,
        ratio=later / before if before else math.inf,
    )


def _two_weights(target: Floats, donors: Floats, *, after: Flags) -> tuple[Floats, Floats]:
    """Weights of areas and of periods before, each with an intercept of its own; areas are shrunk towards equal."""
    early = donors[:, ~after]
    noise = float(np.diff(early, axis=1).std(ddof=1)) if early.shape[1] > 1 and early.size > 2 else 0.0
    shrink = after.sum() ** 0.25 * noise * math.sqrt(early.shape[1])
    areas = simplex_weights(
        (early - early.mean(axis=1, keepdims=True)).T, target[~after] - target[~after].mean(), ridge=shrink
    )
    late = donors[:, after].mean(axis=1)
    periods = simplex_weights(
        early - early.mean(axis=0), late - late.mean(), ridge=1e-6 * noise * math.sqrt(len(donors))
    )
    return areas, periods


def _placebos(donors: Floats, *, after: Flags, estimator: Estimator) -> list[_Fit]:
    """Each donor in the treated place, the rest its donors."""
    return [
        _fitted(donors[place], np.delete(donors, place, axis=0), after=after, estimator=estimator)
        for place in range(len(donors))
    ]


def _placebo_error(placebos: list[_Fit]) -> float:
    return math.sqrt(float(np.mean([fit.estimate**2 for fit in placebos])))


def _rank(chosen: _Fit, placebos: list[_Fit], *, estimator: Estimator) -> float:
    """The share of areas, the treated one among them, that are as extreme as it is."""
    if estimator == "synthetic_control":
        as_extreme = sum(fit.ratio >= chosen.ratio for fit in placebos)
    else:
        as_extreme = sum(abs(fit.estimate) >= abs(chosen.estimate) for fit in placebos)
    return (1 + as_extreme) / (1 + len(placebos))


def _worries(
    chosen: _Fit, placebos: list[_Fit], *, target: Floats, donors: Floats, without: list[float]
) -> tuple[Worry, ...]:
    """Whether the fit before is good, the rank can be small, and one donor carries it all."""
    share = chosen.fit / float(target.std(ddof=1)) if target.std(ddof=1) > 0 else math.inf
    well = share < 0.5 or chosen.fit <= EXACT * float(donors.std())
    ends = (min(without), max(without))
    steady = ends[0] * ends[1] > 0
    worries = (
        Worry(
            name="fit_before",
            value=chosen.fit,
            ok=well,
            meaning=f"Before treatment the weighted others are {chosen.fit:.3g} away from the treated area on average, "
            f"{'small' if well else 'not small'} beside how much it moved itself.",
        ),
        Worry(
            name="placebo_areas",
            value=float(len(placebos)),
            ok=len(placebos) >= 19,
            meaning=f"p comes from {len(placebos)} other areas, and cannot be below {1 / (1 + len(placebos)):.2g}.",
            lowers=0,
        ),
        Worry(
            name="leave_one_out",
            value=ends[0] if abs(ends[0]) < abs(ends[1]) else ends[1],
            ok=steady,
            meaning=f"Without one or another of the donors the estimate lies between {ends[0]:.3g} and {ends[1]:.3g}"
            f"{'' if steady else ', on both sides of nought'}.",
            lowers=0 if steady else 1,
        ),
    )
    return (*worries, *_periods_before(len(target), len(donors)))


def _periods_before(periods: int, donors: int) -> Iterator[Worry]:
    """Whether there are enough periods to see that the weighted others run as the treated area does."""
    if periods < MANY_BEFORE:
        yield Worry(
            name="periods_before",
            value=float(periods),
            ok=False,
            meaning=f"Only {periods} periods before treatment show that the weighted others run as the treated area "
            f"does; {MANY_BEFORE} or more would be better.",
        )
    if donors > periods:
        yield Worry(
            name="more_donors_than_periods",
            value=float(donors - periods),
            ok=False,
            meaning=f"{donors} donors are fitted on {periods} periods: a close fit before may be luck, and other "
            "weights may fit as well.",
            lowers=0,
        )

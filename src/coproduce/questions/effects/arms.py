"""The arms of a trial: who was in them, who was lost, and whether they were alike beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.findings import Table
from coproduce.methods.effects.balance import standardised_difference
from coproduce.methods.effects.contrast import Worry
from coproduce.methods.effects.randomised import Trial, difference, spread
from coproduce.methods.intervals import critical, simultaneous
from coproduce.questions.effects.loading import Array, Loaded

UNLIKE = 0.25
"""Standardised differences above it are beyond what adjustment can be trusted with (What Works Clearinghouse 5.0)."""

LOST = 0.2
LOST_UNEQUALLY = 0.05


def rows_of(loaded: Loaded, *, arm: str) -> NDArray[np.bool_]:
    """The rows of an arm and of the control."""
    if loaded.arm is None or loaded.control is None:
        raise ValueError("a trial without arms")
    return np.isin(loaded.arm.astype(str), (arm, loaded.control))


def trial_of(loaded: Loaded, values: Array, *, arm: str, adjusted: bool = True) -> Trial:
    """An arm against the control on one outcome."""
    rows = rows_of(loaded, arm=arm)
    whole = Trial(
        outcome=values,
        treated=np.asarray(loaded.arm == arm, dtype=bool),
        covariates=loaded.covariates if adjusted else None,
        blocks=loaded.blocks,
        clusters=loaded.clusters,
        units=loaded.unit_codes(),
        weights=loaded.weights,
    )
    return whole.taken(rows)


def table(loaded: Loaded) -> Table:
    """One row an outcome and arm: how many were in it, how many were seen, and what was seen."""
    units = loaded.unit_codes()
    rows = []
    for outcome in loaded.outcomes:
        for arm in (loaded.control, *loaded.arms):
            inside = np.asarray(loaded.arm == arm, dtype=bool)
            known = inside & ~np.isnan(outcome.values)
            weights = None if loaded.weights is None else loaded.weights[known]
            mean = float(np.average(outcome.values[known], weights=weights)) if known.any() else None
            sd = spread(outcome.values[known], weights=weights)
            counts = (len(np.unique(units[inside])), len(np.unique(units[known])))
            clusters = None if loaded.clusters is None else len(np.unique(loaded.clusters[known]))
            rows.append((arm, *counts, mean, sd, clusters, outcome.name, arm == loaded.control))
    return Table(
        caption="Arms: how many units were in each, how many were seen, and what was seen (not adjusted)",
        columns=("arm", "units", "observed", "mean", "sd", "clusters", "outcome", "is_control"),
        rows=tuple(rows),
        counts={"units": ("observed", "mean", "sd"), "observed": ("mean", "sd")},
    )


def attrition(loaded: Loaded, *, level: float) -> Iterator[Worry]:
    """How many were lost, and whether one arm lost more than the control."""
    for outcome in loaded.outcomes:
        gone = np.isnan(outcome.values).astype(float)
        share = float(gone.mean())
        about = f" ({outcome.name})" if len(loaded.outcomes) > 1 else ""
        yield Worry(
            name="attrition",
            value=share,
            ok=share <= LOST,
            meaning=f"The outcome{about} is known for everybody in the comparison."
            if share == 0
            else f"The outcome{about} is not known for {100 * share:.1f} % of those in the comparison"
            + ("." if share <= LOST else ", and those who were lost may differ from those who stayed."),
        )
        if share:
            yield from (
                _lost_unequally(loaded, gone, arm=arm, about=about, level=level) for arm in loaded.arms
            )


def _lost_unequally(loaded: Loaded, gone: Array, *, arm: str, about: str, level: float) -> Worry:
    trial = trial_of(loaded, gone, arm=arm, adjusted=False)
    gone = trial.outcome
    try:
        made = difference(trial, level=level).contrast
        apart, p = made.estimate, made.p
    except EstimationError:  # nobody lost in either arm, or all of one: there is no error to test with
        apart, p = float(gone[trial.treated].mean() - gone[~trial.treated].mean()), math.nan
    ok = abs(apart) <= LOST_UNEQUALLY and not p < 1 - level
    tested = "" if math.isnan(p) else f" (p = {p:.2g})"
    return Worry(
        name="differential_attrition",
        value=apart,
        ok=ok,
        meaning=f"{arm} lost {abs(100 * apart):.1f} percentage points {'more' if apart > 0 else 'less'} than "
        f"{loaded.control}{about}{tested}"
        + ("." if ok else ": those who stayed may no longer be alike, whatever chance did at first."),
    )


def balance(loaded: Loaded) -> tuple[Table, tuple[Worry, ...]]:
    """Standardised differences of each covariate between each arm and the control."""
    rows = [
        (name, smd, arm)
        for arm in loaded.arms
        for place, name in enumerate(loaded.covariate_names)
        for smd in [_apart(loaded, place, arm=arm)]
    ]
    made = Table(
        caption="Balance: how far each arm is from the control beforehand, in standard deviations",
        columns=("covariate", "smd", "arm"),
        rows=tuple(rows),
    )
    return made, tuple(_unlike(loaded, rows))


def _apart(loaded: Loaded, place: int, *, arm: str) -> float:
    if loaded.covariates is None:
        return math.nan
    inside = rows_of(loaded, arm=arm)
    return standardised_difference(
        loaded.covariates[inside, place],
        np.asarray(loaded.arm == arm, dtype=bool)[inside],
        weights=None if loaded.weights is None else loaded.weights[inside],
    )


def _unlike(loaded: Loaded, rows: list[tuple[str, float, str]]) -> Iterator[Worry]:
    """Whether the largest difference is more than adjustment can mend and more than chance makes."""
    known = [row for row in rows if not math.isnan(row[1])]
    if not known:
        return
    name, smd, arm = max(known, key=lambda row: abs(row[1]))
    by_chance = _by_chance(loaded, arm=arm, looked_at=len(known))
    ok = abs(smd) <= max(UNLIKE, by_chance)
    if abs(smd) <= UNLIKE:
        told = "small enough to adjust for."
    elif ok:
        told = f"adjusted for; so few would be apart by up to {by_chance:.2f} by chance alone."
    else:
        told = f"above {UNLIKE} and more than chance makes, so that adjustment may not mend it."
    yield Worry(
        name="balance",
        value=smd if math.isfinite(smd) else None,
        ok=ok,
        meaning=f"The largest difference beforehand is {abs(smd):.2f} standard deviations ({name}, {arm}): {told}",
    )


def _by_chance(loaded: Loaded, *, arm: str, looked_at: int) -> float:
    """How far apart chance lets the largest of so many differences be, 19 times in 20."""
    independent = loaded.unit_codes() if loaded.clusters is None else loaded.clusters
    sides = [np.asarray(loaded.arm == side, dtype=bool) for side in (arm, loaded.control)]
    counts = [len(np.unique(independent[side])) for side in sides]
    return critical(simultaneous(0.95, comparisons=looked_at)) * math.sqrt(sum(1 / count for count in counts))

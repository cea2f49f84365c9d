"""Tables of trials, panels and comparisons whose true effect is known: one of each design, to drill on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import Fault, StudyError, nearest

Columns = dict[str, NDArray[Any]]
USUAL, VISITS = "usual", "visits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a drill's study is.

    Parameters
    ----------
    units
        People, streets or areas; moments of one series for a time series.
    clusters
        In how many clusters chance decides; 0 = for each unit alone.
    alike
        How alike the units of a cluster are: the share of the variance that lies between clusters.
    periods
        How many periods a panel has.
    """

    units: int = 200
    clusters: int = 0
    alike: float = 0.05
    periods: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One simulated table, the settings of the block that asks it, and the truth."""

    columns: Columns
    settings: Mapping[str, Any]
    effect: float = field(kw_only=True)


def trial(design: str, generator: np.random.Generator, *, effect: float, size: Size) -> Trial:
    """Draw a study of a design; every unit's outcome has a standard deviation of about 1.

    Parameters
    ----------
    design
        One of `DESIGNS`.
    generator
        Where chance comes from.
    effect
        What is added to the outcome of whoever is treated, in standard deviations.
    size
        How large the study is.

    Raises
    ------
    StudyError
        If there is no such design.

    Examples
    --------
    >>> drawn = trial("randomised", np.random.default_rng(1), effect=0.5, size=Size(units=10))
    >>> sorted(drawn.columns), drawn.settings["design"]
    (['arm', 'before', 'score', 'unit'], 'randomised')
    """
    if design not in DESIGNS:
        known = ", ".join(DESIGNS)
        hint = nearest(design, DESIGNS)
        raise StudyError(
            Fault(file="--design", rule="known", found=design, wanted=f"one of {known}", hint=hint)
        )
    columns, settings = DESIGNS[design](generator, effect, size)
    return Trial(columns=columns, settings={"design": design, "outcome": "score", **settings}, effect=effect)


Drawn = tuple[Columns, dict[str, Any]]


def _randomised(generator: np.random.Generator, effect: float, size: Size) -> Drawn:
    cluster = np.arange(size.units) * size.clusters // size.units if size.clusters else np.arange(size.units)
    groups = int(cluster[-1]) + 1
    treated = np.isin(cluster, generator.permutation(groups)[: groups // 2])
    before = generator.normal(size=size.units)
    common = (
        generator.normal(scale=np.sqrt(size.alike), size=groups)[cluster] if size.clusters else np.zeros(1)
    )
    own = generator.normal(
        scale=np.sqrt(0.75 - size.alike) if size.clusters else np.sqrt(0.75), size=size.units
    )
    columns = {
        "unit": np.arange(size.units),
        "arm": np.where(treated, VISITS, USUAL),
        "before": before,
        "score": 0.5 * before + common + own + effect * treated,
    }
    settings: dict[str, Any] = {"arm": "arm", "control": USUAL, "covariates": ["before"]}
    if size.clusters:
        columns |= {"cluster": cluster}
        settings |= {"cluster": "cluster"}
    return columns, settings


def _panel(generator: np.random.Generator, effect: float, *, size: Size, since: NDArray[np.int64]) -> Columns:
    """Units over periods, each with a level of its own and a common path; the effect holds from `since` on."""
    unit = np.repeat(np.arange(size.units), size.periods)
    period = np.tile(np.arange(1, size.periods + 1), size.units)
    level = generator.normal(scale=0.7, size=size.units)[unit]
    path = np.cumsum(generator.normal(scale=0.2, size=size.periods))[period - 1]
    treated = (since[unit] > 0) & (period >= since[unit])
    score = level + path + generator.normal(scale=0.7, size=unit.size) + effect * treated
    return {"unit": unit, "period": period, "since": since[unit], "score": score}


def _staggered(generator: np.random.Generator, effect: float, size: Size) -> Drawn:
    starts = np.array([0, size.periods // 2, 3 * size.periods // 4])
    since = starts[generator.permutation(size.units) % 3]
    columns = _panel(generator, effect, size=size, since=since)
    return columns, {"unit": "unit", "period": "period", "since": "since"}


def _compared(generator: np.random.Generator, effect: float, size: Size) -> Drawn:
    since = np.where(generator.permutation(size.units) % 2, size.periods // 2 + 1, 0)
    columns = _panel(generator, effect, size=size, since=since)
    return columns, {"unit": "unit", "period": "period", "since": "since"}


def _matched(generator: np.random.Generator, effect: float, size: Size) -> Drawn:
    need, age = generator.normal(size=(2, size.units))
    treated = generator.uniform(size=size.units) < 1 / (1 + np.exp(-(0.7 * need + 0.3 * age)))
    score = 0.5 * need - 0.3 * age + generator.normal(scale=0.8, size=size.units) + effect * treated
    columns = {
        "unit": np.arange(size.units),
        "arm": np.where(treated, VISITS, USUAL),
        "need": need,
        "age": age,
    }
    return columns | {"score": score}, {"arm": "arm", "control": USUAL, "covariates": ["need", "age"]}


def _threshold(generator: np.random.Generator, effect: float, size: Size) -> Drawn:
    need = generator.uniform(-1, 1, size=size.units)
    score = 0.8 * need + 0.3 * need**2 + generator.normal(scale=0.8, size=size.units) + effect * (need >= 0)
    return {"unit": np.arange(size.units), "need": need, "score": score}, {"running": "need", "cutoff": 0.0}


def _time_series(generator: np.random.Generator, effect: float, size: Size) -> Drawn:
    period = np.arange(1, size.units + 1)
    starts = size.units // 2 + 1
    score = 0.01 * period + generator.normal(size=size.units) + effect * (period >= starts)
    return {"period": period, "score": score}, {"period": "period", "starts": starts}


DESIGNS: Mapping[str, Callable[[np.random.Generator, float, Size], Drawn]] = {
    "randomised": _randomised,
    "staggered": _staggered,
    "before_after_with_comparison": _compared,
    "matched": _matched,
    "threshold": _threshold,
    "time_series": _time_series,
}
"""The designs that can be drilled."""

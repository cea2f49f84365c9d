"""The designs that chance did not make: each calls its method and says what it found in one form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.errors import EstimationError
from coproduce.findings import Estimate, Table
from coproduce.methods.effects.aggregates import Point
from coproduce.methods.effects.one_area import OneArea, one_area_effects
from coproduce.methods.effects.staggered import Staggered, staggered_effects
from coproduce.methods.effects.two_by_two import TwoByTwo, two_by_two_effects
from coproduce.questions.effects.loading import Array, Loaded, Outcome
from coproduce.questions.effects.result import Analysis, alone
from coproduce.questions.effects.settings import EffectsSettings
from coproduce.questions.effects.tables import listed

BAND = ("effect", "se", "low", "high", "band_low", "band_high")
OF_POINT = ("estimate", "se", "low", "high", "band_low", "band_high")


def staggered(loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
    """Units treated from different periods on."""
    units, periods = _panel(loaded)
    since = _since(loaded)
    _several_treated(loaded, since > 0)
    found = staggered_effects(
        outcome.values,
        since,
        unit=units,
        period=periods,
        rng=np.random.default_rng(settings.seed),
        comparison=settings.comparison,
        cluster=loaded.clusters,
        covariates=loaded.covariates,
        level=settings.level,
    )
    return Analysis(
        effects=(alone(outcome, found.contrast),),
        worries=found.contrast.worries,
        estimates=tuple(_at(point, outcome, level=settings.level) for point in found.dynamic),
        tables=_staggered_tables(found),
        caveats=() if found.insensitive_because is None else (found.insensitive_because,),
        references=(
            "Callaway, B. and Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time periods. "
            "Journal of Econometrics 225(2), 200-230.",
            "Goodman-Bacon, A. (2021). Difference-in-differences with variation in treatment timing. Journal of "
            "Econometrics 225(2), 254-277.",
            "Rambachan, A. and Roth, J. (2023). A more credible approach to parallel trends. Review of Economic "
            "Studies 90(5), 2555-2591.",
        ),
        people=False,
    )


def _several_treated(loaded: Loaded, treated: NDArray[np.bool_]) -> None:
    """One treated unit tells nothing of how much the treated differ by luck."""
    independent = loaded.unit_codes() if loaded.clusters is None else loaded.clusters
    count = len(np.unique(independent[treated]))
    if count < 2:
        what = "unit" if loaded.clusters is None else "cluster"
        raise EstimationError(
            "the staggered design",
            seen=f"{count or 'no'} treated {what}",
            may_help="Its luck cannot be told from the effect: with one treated area the design one_area compares it "
            "with each of the others in its place.",
        )


def _since(loaded: Loaded) -> Array:
    if loaded.since is None:
        raise EstimationError(
            "the panel",
            seen="no first treated period of any unit",
            may_help="A column `since`, or `treated` units and the period in which treatment `starts`.",
        )
    return loaded.since


def _panel(loaded: Loaded) -> tuple[Any, Array]:
    if loaded.units is None or loaded.periods is None:
        raise EstimationError(
            "the panel", seen="no units or no periods", may_help="One row a unit and period, each with both."
        )
    return loaded.units.astype(str), loaded.periods


def _at(point: Point, outcome: Outcome, *, level: float) -> Estimate:
    return Estimate(
        name="effect_at",
        label="Effect by event time (0 = the first treated period); the band holds over all of them",
        value=point.estimate,
        se=point.se,
        interval=(point.band_low, point.band_high),
        level=level,
        unit=outcome.unit,
        group=f"{point.at:g}",
    )


def _points(caption: str, first: str, points: Sequence[Point]) -> Table:
    return listed(caption, (first, *BAND), rows=points, names=("at", *OF_POINT))


def _staggered_tables(found: Staggered) -> dict[str, Table]:
    sensitive = tuple(
        (one.kind, limits.allowed, limits.low, limits.high)
        for one in found.sensitivity
        for limits in one.limits
    )
    tables = {
        "group_time": listed(
            "Effect on each cohort in each period (before its first treated period it should be nought)",
            ("since", "period", "effect", "se", "low", "high"),
            rows=found.cells,
            names=("since", "period", "estimate", "se", "low", "high"),
        ),
        "event_study": _points("Effect by periods since treatment", "event_time", found.dynamic),
        "cohorts": _points("Effect by cohort", "since", found.cohorts),
        "calendar": _points("Effect by period", "period", found.calendar),
        "sensitivity": Table(
            caption="Limits of the effect if trends were not parallel, by how much they may differ",
            columns=("kind", "allowed", "low", "high"),
            rows=sensitive,
        ),
    }
    if found.two_way is not None:
        tables["two_way"] = listed(
            "What a two-way fixed effects regression would average, with which weights (not used here)",
            ("treated_since", "comparison_since", "kind", "effect", "weight"),
            rows=found.two_way.pairs,
            names=("treated", "comparison", "kind", "effect", "weight"),
        )
    return {name: table for name, table in tables.items() if table.rows}


def two_by_two(loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
    """Before and after, with a comparison."""
    since = _since(loaded)
    starts = np.unique(since[since > 0])
    if len(starts) != 1:
        raise EstimationError(
            "before and after with a comparison",
            seen=f"{len(starts)} first treated periods",
            may_help="All are treated from one period on; with several, the design is staggered.",
        )
    if loaded.units is None and loaded.periods is not None:  # other people before than after
        units, periods = None, loaded.periods
    else:
        units, periods = _panel(loaded)
    found = two_by_two_effects(
        outcome.values,
        since > 0,
        after=periods >= starts[0],
        unit=units,
        period=periods,
        cluster=loaded.clusters,
        rng=np.random.default_rng(settings.seed),
        level=settings.level,
    )
    return Analysis(
        effects=(alone(outcome, found.contrast),),
        worries=found.contrast.worries,
        tables=_two_by_two_tables(found, start=float(starts[0])),
        references=(
            "Conley, T. G. and Taber, C. R. (2011). Inference with difference in differences with a small number of "
            "policy changes. Review of Economics and Statistics 93(1), 113-125.",
            "Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors. Survey Methodology 28(2), "
            "169-181.",
        ),
        people=False,
    )


def _two_by_two_tables(found: TwoByTwo, *, start: float) -> dict[str, Table]:
    rows = tuple(
        (point.at - start, *(getattr(point, name) for name in OF_POINT)) for point in found.by_period
    )
    before, after, other_before, other_after = found.means
    tables = {
        "event_study": Table(
            caption="Difference between the sides in each period, less that in the last one before treatment",
            columns=("event_time", *BAND),
            rows=rows,
        ),
        "means": Table(
            caption="Means before and after",
            columns=("side", "before", "after", "change"),
            rows=(
                ("treated", before, after, after - before),
                ("comparison", other_before, other_after, other_after - other_before),
            ),
        ),
    }
    return {name: table for name, table in tables.items() if table.rows}


def one_area(loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
    """One area against a weighted mean of others."""
    since = _since(loaded)
    units, periods = _panel(loaded)
    starts = since[since > 0]
    if not len(starts):
        raise EstimationError("one area", seen="no treated area", may_help="Name it under `treated`.")
    found = one_area_effects(
        outcome.values,
        since > 0,
        unit=units,
        period=periods,
        since=float(starts.min()),
        level=settings.level,
    )
    return Analysis(
        effects=(alone(outcome, found.contrast),),
        worries=found.contrast.worries,
        estimates=(
            Estimate(
                name="effect_synthetic_differences",
                label="Effect by synthetic difference in differences, beside synthetic control",
                value=found.other[0],
                se=found.other[1],
                p=found.other[2],
                unit=outcome.unit,
            ),
        ),
        tables=_one_area_tables(found, start=float(starts.min())),
        references=(
            "Abadie, A., Diamond, A. and Hainmueller, J. (2010). Synthetic control methods for comparative case "
            "studies. Journal of the American Statistical Association 105(490), 493-505.",
            "Arkhangelsky, D. et al. (2021). Synthetic difference-in-differences. American Economic Review 111(12), "
            "4088-4118.",
        ),
        people=False,
    )


def _one_area_tables(found: OneArea, *, start: float) -> dict[str, Table]:
    rows = tuple(
        (period, seen, expected, None, None, period >= start)
        for period, seen, expected in zip(found.periods, found.observed, found.synthetic, strict=True)
    )
    names = ("unit", "weight", "without", "placebo", "ratio")
    return {
        "series": series(rows, caption="The treated area, and the weighted mean of others"),
        "donors": listed(
            "The areas that it is compared with: weight, estimate without it, and estimate in its place",
            names,
            rows=found.donors,
            names=names,
        ),
    }


def series(rows: Sequence[tuple[Any, ...]], *, caption: str) -> Table:
    """What was seen and what would have been expected, period by period."""
    return Table(
        caption=caption,
        columns=("period", "observed", "expected", "low", "high", "after"),
        rows=tuple(tuple(None if _none(cell) else cell for cell in row) for row in rows),
    )


def _none(cell: object) -> bool:
    return isinstance(cell, float) and math.isnan(cell)

"""The designs without a comparison: a series against its own course, and a bare before and after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from coproduce.errors import EstimationError
from coproduce.findings import Estimate
from coproduce.methods.effects.before_after import before_after_change
from coproduce.methods.effects.contrast import Contrast
from coproduce.methods.effects.time_series import time_series_effects
from coproduce.questions.effects.designs import series
from coproduce.questions.effects.loading import Array, Loaded, Outcome
from coproduce.questions.effects.result import Analysis, alone
from coproduce.questions.effects.settings import EffectsSettings


def time_series(loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
    """A series against the line that it ran on before."""
    start = _start(settings)
    periods, values, averaged = _one_a_period(loaded, outcome)
    found = time_series_effects(
        values,
        periods,
        since=start,
        season=settings.season or 0,
        harmonics=settings.harmonics,
        errors=settings.errors,
        level=settings.level,
    )
    columns = (found.observed, found.counterfactual, found.counterfactual_low, found.counterfactual_high)
    rows = tuple(
        (period, *cells, period >= start) for period, *cells in zip(found.periods, *columns, strict=True)
    )
    return Analysis(
        effects=(alone(outcome, found.contrast),),
        worries=tuple(
            replace(worry, lowers=0)
            if worry.name == "comparison_series"
            else worry  # the design's place says so
            for worry in found.contrast.worries
        ),
        estimates=(
            _part("effect_level", found.level, label="Jump in the first period after", unit=outcome.unit),
            _part(
                "effect_slope",
                found.slope,
                label="Change of slope per period",
                unit=f"{outcome.unit} a period",
            ),
        ),
        tables={"series": series(rows, caption="The series, and its course before carried on")},
        caveats=("Each period is the mean of its rows.",) if averaged else (),
        references=(
            "Wagner, A. K. et al. (2002). Segmented regression analysis of interrupted time series studies. Journal of "
            "Clinical Pharmacy and Therapeutics 27(4), 299-309.",
            "Newey, W. K. and West, K. D. (1987). A simple, positive semi-definite, heteroskedasticity and "
            "autocorrelation consistent covariance matrix. Econometrica 55(3), 703-708.",
        ),
        people=False,
    )


def _start(settings: EffectsSettings) -> float:
    if settings.starts is None:
        raise EstimationError(
            "before and after", seen="no first treated period", may_help="Set it under `starts`."
        )
    return settings.starts


def _part(name: str, found: Contrast, *, label: str, unit: str) -> Estimate:
    return Estimate(
        name=name,
        label=label,
        value=found.estimate,
        se=found.se,
        interval=(found.low, found.high),
        level=found.level,
        p=found.p,
        unit=unit,
    )


def _periods(loaded: Loaded) -> Array:
    if loaded.periods is None:
        raise EstimationError(
            "before and after", seen="no periods", may_help="A column of periods is needed."
        )
    return loaded.periods


def _one_a_period(loaded: Loaded, outcome: Outcome) -> tuple[Array, Array, bool]:
    """The mean of what is known in each period."""
    periods, places = np.unique(_periods(loaded), return_inverse=True)
    known = ~np.isnan(outcome.values)
    counts = np.bincount(places[known], minlength=len(periods))
    totals = np.bincount(places[known], outcome.values[known], minlength=len(periods))
    means = np.divide(totals, counts, out=np.full(len(periods), np.nan), where=counts > 0)
    return periods, means, bool(len(periods) < loaded.rows)


def before_after(loaded: Loaded, settings: EffectsSettings, *, outcome: Outcome) -> Analysis:
    """A bare change, which is no evidence of an effect."""
    start = _start(settings)
    found = before_after_change(
        outcome.values,
        _periods(loaded) >= start,
        unit=None if loaded.units is None else loaded.unit_codes(),
        level=settings.level,
    )
    return Analysis(
        effects=(replace(alone(outcome, found), evidence=False),),
        worries=found.worries,
        caveats=("A change is no effect: nothing here says what would have happened anyway.",),
        references=(
            "Shadish, W. R., Cook, T. D. and Campbell, D. T. (2002). Experimental and Quasi-Experimental Designs. "
            "Houghton Mifflin. Chapter 4.",
        ),
        people=loaded.units is not None,
    )

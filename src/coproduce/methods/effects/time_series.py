"""An interrupted time series: the level and the slope of one series before and after a moment."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from coproduce.errors import EstimationError
from coproduce.methods.effects.contrast import Contrast, Sides, Worry, by_student
from coproduce.methods.effects.serial import Line, arma, autoregressive, ljung_box, newey_west

Floats = npt.NDArray[np.float64]
Errors = Literal["autoregressive", "newey_west", "arma"]
LINES: dict[Errors, Callable[[Floats, Floats], Line]] = {
    "autoregressive": autoregressive,
    "newey_west": newey_west,
    "arma": arma,
}
METHOD = "the interrupted time series"
LEAST_BEFORE, LEAST_AFTER = 8, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """The average difference after the moment, what it is made of, and the series it was read from.

    `level` is the jump at the first period after, `slope` the change of slope per period. `counterfactual` carries on
    what was before, with the limits `counterfactual_low` and `counterfactual_high` of its mean; before the moment it
    is the fit. `autocorrelation` is that of neighbouring residuals, `ljung_box` the p of a test that none of the first
    lags has any. `lags` is the bandwidth of Newey and West, 0 for other errors.
    """

    contrast: Contrast
    level: Contrast
    slope: Contrast
    periods: tuple[float, ...]
    observed: tuple[float, ...]
    fitted: tuple[float, ...]
    counterfactual: tuple[float, ...]
    counterfactual_low: tuple[float, ...]
    counterfactual_high: tuple[float, ...]
    autocorrelation: float
    ljung_box: float
    lags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """Evenly spaced periods, counted from 0; `outcome` is NaN where it is not known."""

    periods: Floats
    outcome: Floats
    start: int

    def known(self) -> npt.NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.outcome))


def time_series_effects(
    outcome: Floats,
    period: Floats,
    *,
    since: float,
    season: int = 0,
    harmonics: int = 2,
    errors: Errors = "autoregressive",
    comparison: Floats | None = None,
    level: float = 0.95,
) -> Segmented:
    """How far a series ran from the straight line that it ran on before.

    Parameters
    ----------
    outcome, period
        One entry a period, evenly spaced; NaN where the outcome is not known. The course before (a line, and the
        season) is assumed to have gone on but for the treatment.
    since
        The first period after.
    season
        After how many periods the season comes again (12 for months); 0 for none.
    harmonics
        How many waves make a season; at most half its length.
    errors
        Errors that follow a first-order autoregression, corrected for short series; or Newey and West's, which in
        short series are too small; or an ARMA(1, 1) process fitted with the line.
    comparison
        A series that was not treated, one entry a period: the difference of both is then analysed, so that what
        happened to both falls out.
    level
        The coverage that is promised.

    Returns
    -------
    Segmented
        The contrast is the mean of the differences over all periods after.

    Raises
    ------
    EstimationError
        If fewer than eight periods are known before or three after, periods are doubled or uneven, or the outcome is
        constant.

    References
    ----------
    Wagner, A. K. et al. (2002). Journal of Clinical Pharmacy and Therapeutics 27(4), 299-309 (segmented regression);
    Newey, W. K. and West, K. D. (1987). Econometrica 55(3), 703-708; Bernal, J. L., Cummins, S. and Gasparrini, A.
    (2017). International Journal of Epidemiology 46(1), 348-355.

    Examples
    --------
    >>> import numpy as np
    >>> month = np.arange(40.0)
    >>> noise = np.random.default_rng(1).normal(0, 0.02, 40)
    >>> outcome = 10 + 0.1 * month - 2 * (month >= 25) + noise
    >>> found = time_series_effects(outcome, month, since=25)
    >>> round(found.contrast.estimate, 1), round(found.slope.estimate, 1)
    (-2.0, 0.0)
    """
    values = outcome if comparison is None else np.asarray(outcome) - np.asarray(comparison)
    series = _series(np.asarray(values, dtype=np.float64), np.asarray(period, dtype=np.float64), since=since)
    design = _design(series, season=season, harmonics=min(harmonics, season // 2))
    _refuse(series, design)
    known = series.known()
    line = LINES[errors](series.outcome, design)
    rows = _changes(series, columns=design.shape[1])
    sides = Sides(
        n_treated=int(known[series.start :].sum()),
        n_comparison=int(known[: series.start].sum()),
        sd=float(np.nanstd(series.outcome[: series.start], ddof=1)),
    )
    average, jump, slope = (
        by_student(
            float(row @ line.coefficients),
            math.sqrt(float(row @ line.covariance @ row)),
            sides=sides,
            df=line.df,
            level=level,
        )
        for row in rows
    )
    first, p = ljung_box(line.residuals)
    low, middle, high = _counterfactual(design, line, half=_half(average))
    return Segmented(
        contrast=average.with_worries(*_worries(series, first, p=p, compared=comparison is not None)),
        level=jump,
        slope=slope,
        periods=tuple(series.periods.tolist()),
        observed=tuple(series.outcome.tolist()),
        fitted=tuple((design @ line.coefficients).tolist()),
        counterfactual=tuple(middle.tolist()),
        counterfactual_low=tuple(low.tolist()),
        counterfactual_high=tuple(high.tolist()),
        autocorrelation=first,
        ljung_box=p,
        lags=line.lags,
    )


def _series(outcome: Floats, period: Floats, *, since: float) -> _Series:
    """The series in order; a period that is missing altogether becomes one whose outcome is not known."""
    order = np.argsort(period, kind="stable")
    steps = np.diff(period[order])
    if not np.isfinite(period).all() or (steps <= 0).any():
        raise EstimationError(
            METHOD,
            seen="a period that is there twice or is no number",
            may_help="One row a period is needed.",
        )
    step = float(steps.min()) if len(steps) else 1.0
    places = (
        np.rint((period - period[order][0]) / step).astype(int) if len(period) else np.zeros(0, dtype=int)
    )
    if not np.allclose(period, period[order][0] + step * places, atol=1e-6 * step):
        raise EstimationError(
            METHOD,
            seen="periods that are not evenly spaced",
            may_help="Number the periods 1, 2, 3 and so on.",
        )
    filled = np.full(places.max() + 1 if len(places) else 0, np.nan)
    filled[places] = outcome
    grid = period[order][0] + step * np.arange(len(filled)) if len(places) else period
    return _Series(periods=grid, outcome=filled, start=int(np.searchsorted(grid, since - 1e-9)))


def _refuse(series: _Series, design: Floats) -> None:
    known = series.known()
    before, after = int(known[: series.start].sum()), int(known[series.start :].sum())
    if before < LEAST_BEFORE or after < LEAST_AFTER:
        raise EstimationError(
            METHOD,
            seen=f"{before} periods known before and {after} after",
            may_help=f"At least {LEAST_BEFORE} before and {LEAST_AFTER} after are needed to tell a line from chance.",
        )
    if not np.nanstd(series.outcome) > 0:
        raise EstimationError(
            METHOD, seen="an outcome that never varies", may_help="Check that the right column was read."
        )
    if before + after <= design.shape[1] + 2 or np.linalg.matrix_rank(design[known]) < design.shape[1]:
        raise EstimationError(
            METHOD,
            seen=f"{before + after} periods for {design.shape[1]} coefficients",
            may_help="A longer series or fewer harmonics of the season are needed.",
        )


def _design(series: _Series, *, season: int, harmonics: int) -> Floats:
    """A line, a jump and a change of slope, then the waves of the season."""
    time = np.arange(float(len(series.periods)))
    after = (time >= series.start).astype(np.float64)
    columns = [np.ones_like(time), time, after, after * (time - series.start)]
    for wave in range(1, harmonics + 1):
        angle = 2 * np.pi * wave * time / season
        columns += [np.cos(angle)] if 2 * wave == season else [np.cos(angle), np.sin(angle)]
    return np.column_stack(columns)


def _changes(series: _Series, *, columns: int) -> Floats:
    """What is read from the coefficients: the average difference after, the jump, the change of slope."""
    rows = np.zeros((3, columns))
    rows[0, 2:4] = 1, (len(series.periods) - series.start - 1) / 2
    rows[1, 2] = rows[2, 3] = 1
    return rows


def _half(contrast: Contrast) -> float:
    """How many standard errors the interval reaches to each side."""
    return (contrast.high - contrast.low) / (2 * contrast.se)


def _counterfactual(design: Floats, line: Line, *, half: float) -> tuple[Floats, Floats, Floats]:
    """The course without jump and change of slope, with its limits."""
    without = design.copy()
    without[:, 2:4] = 0
    middle = without @ line.coefficients
    errors = np.sqrt(np.einsum("ij,jk,ik->i", without, line.covariance, without))
    return middle - half * errors, middle, middle + half * errors


def _worries(series: _Series, first: float, *, p: float, compared: bool) -> tuple[Worry, ...]:
    well = p >= 0.05
    missing = int((~series.known()).sum())
    worries = [
        Worry(
            name="autocorrelation",
            value=first,
            ok=well,
            meaning=f"Neighbouring residuals correlate at {first:.2f} (p = {p:.2g} over the first lags)"
            f"{'' if well else ': the errors allow for it, yet in a short series they come out too small'}.",
            lowers=0 if well or len(series.periods) >= 100 else 1,
        ),
        Worry(
            name="comparison_series",
            value=float(compared),
            ok=compared,
            meaning="A series that was not treated takes out what happened to both."
            if compared
            else "No comparison series: anything else that changed at the same moment counts as the effect.",
        ),
    ]
    if missing:
        told = f"{missing} of {len(series.periods)} periods have no outcome and are left out."
        worries.append(Worry(name="missing_periods", value=float(missing), ok=False, meaning=told, lowers=0))
    return tuple(worries)

"""What is to be doubted in a staggered design, in plain words."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from coproduce.methods.effects.contrast import Contrast, Worry
from coproduce.methods.effects.group_time import Cells
from coproduce.methods.effects.trends import PreTrends, Sensitivity

Floats = npt.NDArray[np.float64]
FEW_UNITS = 5


def about_panel(cells: Cells, *, since: Floats, names: Mapping[int, float]) -> tuple[Worry, ...]:
    """Which effects could not be estimated, which cohorts are tiny, and whether periods are evenly spaced.

    Parameters
    ----------
    cells
        The group-time effects.
    since
        The cohort of each unit, as a place in the periods from 1 (0 = never).
    names
        The period at each place.
    """
    worries = []
    lost = [pair for pair in _lost(cells, since=since, places=len(names)) if pair[1] >= pair[0]]
    if lost:
        told = ", ".join(f"cohort {names[g]:g} in {names[t]:g}" for g, t in lost[:6])
        more = f" and {len(lost) - 6} more" if len(lost) > 6 else ""
        worries.append(
            Worry(
                name="effects_without_comparison",
                value=len(lost),
                ok=False,
                meaning=f"{len(lost)} effects could not be estimated, since nobody was left to compare with: "
                f"{told}{more}.",
                lowers=0,
            )
        )
    counts = {int(g): int((since == g).sum()) for g in np.unique(cells.since)}
    small = [f"{names[g]:g}" for g, count in counts.items() if count < FEW_UNITS]
    if small:
        worries.append(
            Worry(
                name="small_cohorts",
                value=len(small),
                ok=False,
                meaning=f"Fewer than {FEW_UNITS} units were first treated in {', '.join(small)}: the errors of these "
                "cohorts are too small to be trusted.",
                lowers=1 if len(small) == len(counts) else 0,
            )
        )
    gaps = np.diff(list(names.values()))
    if len(gaps) and not np.allclose(gaps, gaps[0]):
        worries.append(
            Worry(
                name="uneven_periods",
                value=float(gaps.max()),
                ok=False,
                meaning="Periods are not evenly spaced: event times count the periods that there are.",
                lowers=0,
            )
        )
    worries += [
        Worry(name="library", value=None, ok=False, meaning=text, lowers=0) for text in _telling(cells.said)
    ]
    return tuple(worries)


def _lost(cells: Cells, *, since: Floats, places: int) -> list[tuple[int, int]]:
    there = set(zip(cells.since.tolist(), cells.period.tolist(), strict=True))
    cohorts = [int(g) for g in np.unique(since) if g > 0]
    return [(g, t) for g in cohorts for t in range(1, places + 1) if t != g - 1 and (g, t) not in there]


def _telling(said: tuple[str, ...]) -> list[str]:
    """What the library said that our own worries do not say already, each once, in its first sentence."""
    known = (
        "Unbalanced panel",
        "non-finite or zero",
        "No never-treated",
        "ould not be estimated",
        "ould not estimate",
    )
    told = dict.fromkeys(
        text.split(". ", maxsplit=1)[0] for text in said if not any(one in text for one in known)
    )
    return [f"{text.rstrip('.')}." for text in told]


def about_trends(
    contrast: Contrast,
    *,
    before: PreTrends | None,
    sensitivity: tuple[Sensitivity, ...],
    events: Floats,
) -> tuple[Worry, ...]:
    """Whether trends ran parallel before, whether the test could tell, and what the effect bears.

    Parameters
    ----------
    contrast
        The average effect.
    before
        The test of pre-trends; None without a second period before treatment.
    sensitivity
        The sensitivity analyses; none where there are too few periods before treatment.
    events
        The event times of the event study.
    """
    worries = []
    if before is None or math.isnan(before.p):
        worries.append(
            Worry(
                name="pre_trends",
                value=None,
                ok=False,
                meaning="Trends before treatment could not be compared: too few periods or units before treatment.",
            )
        )
    else:
        worries += [_tested(before), _power(contrast, before=before, events=events)]
    worries += [
        _breakdown(one, contrast=contrast) for one in sensitivity if one.kind == "relative_magnitudes"
    ]
    return tuple(worries)


def _tested(before: PreTrends) -> Worry:
    well = before.p >= 0.05
    told = (
        "no difference in trends before treatment was found, which does not prove that there was none"
        if well
        else "trends already differed before treatment"
    )
    return Worry(
        name="pre_trends", value=before.p, ok=well, meaning=f"p = {before.p:.2g} before treatment: {told}."
    )


def _power(contrast: Contrast, *, before: PreTrends, events: Floats) -> Worry:
    """The drift that the test would have found, carried on over the treated periods, beside the effect."""
    after = events[events >= 0]
    carried = before.detectable_slope * float((after + 1).mean())
    well = carried < abs(contrast.estimate)
    return Worry(
        name="pre_trend_power",
        value=before.detectable_slope,
        ok=well,
        meaning="A straight drift would have been found with a chance of 80 % only from "
        f"{before.detectable_slope:.3g} a period on; carried on, it makes up {carried:.3g}, "
        f"{'less' if well else 'no less'} than the estimate.",
        lowers=0,
    )


def _breakdown(found: Sensitivity, *, contrast: Contrast) -> Worry:
    well = found.breakdown >= 1
    told = f"The interval excludes nought as long as trends drift apart less than {found.breakdown:.2g} times as fast"
    if not contrast.low * contrast.high > 0:
        return Worry(
            name="breakdown",
            value=0.0,
            ok=False,
            meaning="The interval holds nought even if trends are exactly parallel.",
            lowers=0,
        )
    return Worry(
        name="breakdown",
        value=found.breakdown,
        ok=well,
        meaning=f"{told} after treatment as ever before it{'' if well else ': less than a drift as fast would do'}.",
        lowers=0,
    )

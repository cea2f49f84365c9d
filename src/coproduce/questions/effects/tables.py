"""The tables of `effects`, which figures are drawn from.

==================  ==================================================================================================
table               columns
==================  ==================================================================================================
`outcomes`          outcome, label, arm, group, estimate, se, low, high, p, p_adjusted, band_low, band_high,
                    standardised, n_treated, n_comparison, unit, better, verdict, set_by; one row an outcome, arm and
                    subgroup (group is empty for the whole sample, else ``column: label``); the band holds over the
                    family
`arms`              arm, units, observed, mean, sd, clusters, outcome, is_control (randomised, matched)
`balance`           covariate, smd, arm (randomised); covariate, smd_before, smd_after beside smd (matched)
`group_time`        since, period, effect, se, low, high (staggered)
`event_study`       event_time, effect, se, low, high, band_low, band_high; the base period is not in it (staggered; in
                    2 x 2 designs `event_time` counts from the first treated period)
`cohorts`           since, effect, se, low, high, band_low, band_high (staggered)
`calendar`          period, effect, se, low, high, band_low, band_high (staggered)
`sensitivity`       kind, allowed, low, high (staggered)
`two_way`           treated_since, comparison_since, kind, effect, weight (staggered)
`series`            period, observed, expected, low, high, after; expected = without treatment (one_area, time_series)
`donors`            unit, weight, without, placebo, ratio (one_area)
`means`             side, before, after, change (2 x 2)
`bins`              running, mean, fitted, treated, units (threshold)
`choices`           bandwidth, donut, effect, se, low, high, units (threshold)
`jumps`             covariate, jump, se, p (threshold)
==================  ==================================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coproduce.findings import Cell, Table
from coproduce.questions.effects.result import Analysis, Effect

OUTCOMES = (
    *("outcome", "label", "arm", "group", "estimate", "se", "low", "high", "p", "p_adjusted"),
    *(
        "band_low",
        "band_high",
        "standardised",
        "n_treated",
        "n_comparison",
        "unit",
        "better",
        "verdict",
        "set_by",
    ),
)
NUMBERS = (*OUTCOMES[4:13], "verdict")


def outcomes(analysis: Analysis) -> Table:
    """One row an effect."""
    return Table(
        caption="Effects: each outcome, arm and subgroup, with intervals alone and over the family",
        columns=OUTCOMES,
        rows=tuple(_row(effect, people=analysis.people) for effect in analysis.all_effects()),
        counts={"n_treated": NUMBERS, "n_comparison": NUMBERS} if analysis.people else {},
    )


def _row(effect: Effect, *, people: bool) -> tuple[Cell, ...]:
    one, measure = effect.contrast, effect.outcome.measure
    group = None if effect.group is None else ": ".join(effect.group)
    counts = (one.n_treated, one.n_comparison) if people else (None, None)
    return (
        *(measure.name, measure.label, effect.arm, group, one.estimate, one.se, one.low, one.high, one.p),
        *(effect.p_adjusted, effect.band_low, effect.band_high, effect.standardised, *counts),
        *(effect.outcome.unit, measure.better, effect.verdict(), measure.set_by),
    )


def listed(caption: str, columns: Sequence[str], *, rows: Sequence[Any], names: Sequence[str]) -> Table:
    """Rows of a result as a table; `names` are the attributes that make the columns."""
    return Table(
        caption=caption,
        columns=tuple(columns),
        rows=tuple(tuple(getattr(row, name) for name in names) for row in rows),
    )

"""Designs of effects against base R (tools/effects_reference.R made the numbers, on made-up data)."""

import json
from pathlib import Path

import numpy as np
from tests.checked import Source

from coproduce.methods.effects.matched import matched_effects
from coproduce.methods.effects.threshold import threshold_effects
from coproduce.methods.effects.time_series import time_series_effects
from coproduce.methods.effects.two_by_two import two_by_two_effects

BY_R = json.loads(Path(__file__).with_name("effects_reference.json").read_text(encoding="utf-8"))
LINEAR_ALGEBRA = 1e-8


def by_r(function):
    return Source(question="effects", cite=f"R 4.2.2, {function}", kind="program")


def arrays(name, *columns):
    return [np.array(BY_R[name][column], dtype=float) for column in columns]


def test_arma_errors_are_those_of_arima(checked):
    """Two optimisers of one likelihood: they agree within a thousandth of the error, of which R gives a numeric one."""
    [outcome] = arrays("series", "outcome")
    found = time_series_effects(outcome, np.arange(120.0), since=80, errors="arma")
    theirs = BY_R["series"]
    arima = by_r("arima with ARMA(1, 1) errors")
    for what, ours, other, within in (
        ("jump of a series of 120", found.level.estimate, theirs["level"], 1e-3 * theirs["level_se"]),
        ("change of slope of a series of 120", found.slope.estimate, theirs["slope"], 1e-3 * found.slope.se),
        (
            "error of the jump of a series of 120",
            found.level.se,
            theirs["level_se"],
            1e-3 * theirs["level_se"],
        ),
    ):
        checked.agrees(arima, what, ours=ours, theirs=other, within=within)


def test_units_alike_are_those_of_glm_and_lm(checked):
    outcome, treated, x1, x2 = arrays("alike", "outcome", "treated", "x1", "x2")
    found = matched_effects(
        outcome,
        treated > 0,
        covariates=np.column_stack([x1, x2]),
        overlap=0.0,
        rng=np.random.default_rng(1),
    )
    checked.agrees(
        by_r("glm and lm, put together by the formulas of AIPW"),
        "effect of units alike, its error",
        ours=[found.contrast.estimate, found.contrast.se],
        theirs=[BY_R["alike"]["effect"], BY_R["alike"]["se"]],
        within=LINEAR_ALGEBRA,
    )


def test_changes_of_two_sides_are_those_of_t_test(checked):
    [change] = arrays("changes", "change")
    outcome = np.column_stack([np.zeros(40), change]).ravel()
    unit, after = np.repeat(np.arange(40), 2), np.tile([False, True], 40)
    rng = np.random.default_rng(1)
    found = two_by_two_effects(outcome, unit >= 20, after=after, unit=unit, rng=rng).contrast
    checked.agrees(
        by_r("t.test of changes"),
        "difference of two changes, its t",
        ours=[found.estimate, found.estimate / found.se],
        theirs=[BY_R["changes"]["effect"], BY_R["changes"]["t"]],
        within=LINEAR_ALGEBRA,
    )


def test_the_local_line_is_that_of_lm(checked):
    outcome, running = arrays("threshold", "outcome", "running")
    found = threshold_effects(outcome, running, cutoff=0.0, bandwidth=BY_R["threshold"]["bandwidth"])
    checked.agrees(
        by_r("lm with weights"),
        "jump of a local line at a threshold",
        ours=found.conventional[0],
        theirs=BY_R["threshold"]["jump"],
        within=LINEAR_ALGEBRA,
    )

"""Designs of effects against base R (tools/effects_reference.R made the numbers, on made-up data)."""

import json
from pathlib import Path

import numpy as np
import pytest

from coproduce.methods.effects.matched import matched_effects
from coproduce.methods.effects.threshold import threshold_effects
from coproduce.methods.effects.time_series import time_series_effects
from coproduce.methods.effects.two_by_two import two_by_two_effects

BY_R = json.loads(Path(__file__).with_name("effects_reference.json").read_text(encoding="utf-8"))
LINEAR_ALGEBRA = 1e-8


def arrays(name, *columns):
    return [np.array(BY_R[name][column], dtype=float) for column in columns]


def test_arma_errors_are_those_of_arima():
    """Two optimisers of one likelihood: they agree within a thousandth of the error."""
    [outcome] = arrays("series", "outcome")
    found = time_series_effects(outcome, np.arange(120.0), since=80, errors="arma")
    theirs = BY_R["series"]
    assert found.level.estimate == pytest.approx(theirs["level"], abs=1e-3 * theirs["level_se"])
    assert found.slope.estimate == pytest.approx(theirs["slope"], abs=1e-3 * found.slope.se)
    assert found.level.se == pytest.approx(theirs["level_se"], rel=0.02)


def test_units_alike_are_those_of_glm_and_lm():
    outcome, treated, x1, x2 = arrays("alike", "outcome", "treated", "x1", "x2")
    found = matched_effects(
        outcome,
        treated > 0,
        covariates=np.column_stack([x1, x2]),
        overlap=0.0,
        rng=np.random.default_rng(1),
    )
    assert found.contrast.estimate == pytest.approx(BY_R["alike"]["effect"], abs=LINEAR_ALGEBRA)
    assert found.contrast.se == pytest.approx(BY_R["alike"]["se"], abs=LINEAR_ALGEBRA)


def test_changes_of_two_sides_are_those_of_t_test():
    [change] = arrays("changes", "change")
    outcome = np.column_stack([np.zeros(40), change]).ravel()
    unit, after = np.repeat(np.arange(40), 2), np.tile([False, True], 40)
    rng = np.random.default_rng(1)
    found = two_by_two_effects(outcome, unit >= 20, after=after, unit=unit, rng=rng).contrast
    assert found.estimate == pytest.approx(BY_R["changes"]["effect"], abs=LINEAR_ALGEBRA)
    assert found.estimate / found.se == pytest.approx(BY_R["changes"]["t"], abs=LINEAR_ALGEBRA)


def test_the_local_line_is_that_of_lm():
    outcome, running = arrays("threshold", "outcome", "running")
    found = threshold_effects(outcome, running, cutoff=0.0, bandwidth=BY_R["threshold"]["bandwidth"])
    assert found.conventional[0] == pytest.approx(BY_R["threshold"]["jump"], abs=LINEAR_ALGEBRA)

"""Effects that are known because we made them: estimates are right on average and intervals hold them as promised."""

import numpy as np
import pytest

from coproduce.methods.effects.matched import matched_effects
from coproduce.methods.effects.one_area import one_area_effects
from coproduce.methods.effects.staggered import staggered_effects
from coproduce.methods.effects.threshold import threshold_effects
from coproduce.methods.effects.time_series import time_series_effects
from coproduce.methods.effects.two_by_two import two_by_two_effects

PROMISE = 0.95


def judged(found, truth):
    """How far the mean is from the truth, in Monte Carlo errors, and the share of intervals that hold it."""
    estimates = np.array([one.estimate for one in found])
    away = (estimates.mean() - truth) / (estimates.std(ddof=1) / np.sqrt(len(found)))
    return away, np.mean([one.low <= truth <= one.high for one in found])


def assert_right(found, truth):
    away, coverage = judged(found, truth)
    error = np.sqrt(PROMISE * (1 - PROMISE) / len(found))
    assert abs(away) < 3
    assert coverage > PROMISE - 3 * error


def panel(rng, *, units, periods, cohorts, effect):
    since = rng.permutation(np.resize(cohorts, units)).astype(float)
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(1.0, periods + 1), units)
    first = since[unit]
    treated = (first > 0) & (period >= first)
    outcome = rng.normal(size=units)[unit] + 0.3 * period + rng.normal(0, 0.7, units * periods)
    return outcome + treated * effect(first, period), first, unit, period


def test_staggered_effects_that_grow_and_differ_by_cohort():
    """Two-way fixed effects miss this truth; group-time effects do not."""
    rng = np.random.default_rng(1)
    contrasts, bands, regressions = [], [], []

    def effect(first, period):
        return 1.0 + (period - first) + 0.5 * (first == 3)

    truth = np.mean([effect(g, t) for g in (3, 5) for t in range(g, 7)])
    dynamic = {0: 1.25, 1: 2.25, 2: 3.5, 3: 4.5}
    for _ in range(40):
        outcome, since, unit, period = panel(rng, units=60, periods=6, cohorts=(0, 3, 5), effect=effect)
        found = staggered_effects(outcome, since, unit=unit, period=period, rng=rng, sensitivity=False)
        contrasts.append(found.contrast)
        true = {point.at: dynamic.get(point.at, 0.0) for point in found.dynamic}
        bands.append(all(p.band_low <= true[p.at] <= p.band_high for p in found.dynamic))
        regressions.append(found.two_way.estimate)
    assert_right(contrasts, truth)
    assert np.mean(bands) > PROMISE - 3 * np.sqrt(PROMISE * (1 - PROMISE) / 40)
    assert np.mean(regressions) < truth - 0.3


@pytest.mark.parametrize("treated", [1, 4])
def test_two_by_two_with_few_treated_clusters(treated):
    rng = np.random.default_rng(2)
    contrasts, rejected = [], []
    unit, period = np.repeat(np.arange(80), 4), np.tile(np.arange(4.0), 80)
    cluster = unit // 4
    side, after = cluster < treated, period >= 2
    for _ in range(150):
        shock = rng.normal(0, 0.5, (20, 4))[cluster, period.astype(int)]
        outcome = (
            rng.normal(size=80)[unit] + 0.2 * period + shock + rng.normal(size=320) + 1.0 * (side & after)
        )
        found = two_by_two_effects(
            outcome, side, after=after, unit=unit, period=period, cluster=cluster, rng=rng
        )
        contrasts.append(found.contrast)
        null = two_by_two_effects(
            outcome - (side & after), side, after=after, unit=unit, period=period, cluster=cluster, rng=rng
        )
        rejected.append(null.contrast.p <= 0.05)
    assert_right(contrasts, 1.0)
    assert np.mean(rejected) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)


@pytest.mark.parametrize("follows", [0.0, 0.4])
def test_an_interrupted_series_whose_errors_follow_each_other(follows):
    rng = np.random.default_rng(3)
    contrasts = []
    month = np.arange(60.0)
    truth = float(np.mean(-3 + 0.1 * (month[40:] - 40)))
    for _ in range(250):
        noise = rng.normal(size=110)
        for t in range(1, 110):
            noise[t] += follows * noise[t - 1]
        outcome = 50 + 0.2 * month + np.sin(np.pi * month / 6) + noise[50:]
        outcome = outcome + (month >= 40) * (-3 + 0.1 * (month - 40))
        contrasts.append(time_series_effects(outcome, month, since=40, season=12, harmonics=1).contrast)
    assert_right(contrasts, truth)


@pytest.mark.parametrize("wrong", ["neither", "outcome", "treatment"])
def test_units_alike_when_one_of_both_models_is_wrong(wrong):
    rng = np.random.default_rng(4)
    contrasts = []
    for _ in range(250):
        x = rng.normal(size=(400, 2))
        bent = x[:, 0] ** 2 - 1
        lean = 0.5 * x[:, 0] + (0.4 * bent if wrong == "treatment" else 0.4 * x[:, 1])
        treated = rng.random(400) < 1 / (1 + np.exp(-lean))
        course = 2 * x[:, 0] + x[:, 1] + (bent if wrong == "outcome" else 0)
        outcome = 1.0 * treated + course + rng.normal(size=400)
        contrasts.append(matched_effects(outcome, treated, covariates=x, overlap=0.0, rng=rng).contrast)
    assert_right(contrasts, 1.0)


def test_a_jump_at_a_threshold_on_a_bent_course():
    rng = np.random.default_rng(5)
    contrasts = []
    for _ in range(40):
        x = rng.uniform(-1, 1, 800)
        outcome = np.sin(2 * x) + x**2 + 0.5 * (x >= 0) + rng.normal(0, 0.3, 800)
        contrasts.append(threshold_effects(outcome, x, cutoff=0.0).contrast)
    assert_right(contrasts, 0.5)


@pytest.mark.parametrize("estimator", ["synthetic_control", "synthetic_differences"])
def test_one_area_without_an_effect_is_seldom_extreme(estimator):
    rng = np.random.default_rng(6)
    p, contrasts = [], []
    unit, period = np.repeat(np.arange(20), 16), np.tile(np.arange(16.0), 20)
    for _ in range(80):
        factors = np.cumsum(rng.normal(size=(2, 16)), axis=1)
        values = rng.uniform(0, 1, (20, 2)) @ factors + rng.normal(0, 0.3, (20, 16))
        found = one_area_effects(
            values.ravel(), unit == 0, unit=unit, period=period, since=11.0, estimator=estimator
        )
        p.append(found.contrast.p)
        contrasts.append(found.contrast)
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 80)
    assert_right(contrasts, 0.0)

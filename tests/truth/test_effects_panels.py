"""Units seen before and after, whose effects are known: with a comparison, without one, staggered, and one area."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import ALPHA, Answers, generators
from tests.truth.test_effects_trials import power

from coproduce.methods.effects.before_after import before_after_change
from coproduce.methods.effects.one_area import one_area_effects
from coproduce.methods.effects.staggered import staggered_effects
from coproduce.methods.effects.two_by_two import two_by_two_effects

UNIT, PERIOD = np.repeat(np.arange(80), 4), np.tile(np.arange(4.0), 80)
AFTER = PERIOD >= 2


def _compared(name, made):
    return Simulation(question="effects", design=f"before_after_with_comparison: {name}", made=made)


FEW = {
    one: _compared(
        f"{one} treated of 20 clusters",
        "80 units in 20 clusters over 4 periods; clusters have luck of their own in every period",
    )
    for one in (1, 4)
}


@pytest.mark.parametrize("treated", FEW)
def test_few_treated_clusters(treated, checked):
    runs, side, cluster = repeated(200), treated > UNIT // 4, UNIT // 4

    def asked(effect):
        def one(rng):
            shock = rng.normal(0, 0.5, (20, 4))[cluster, PERIOD.astype(int)]
            y = rng.normal(size=80)[UNIT] + 0.2 * PERIOD + shock + rng.normal(size=320)
            y = y + effect * (side & AFTER)
            return two_by_two_effects(
                y, side, after=AFTER, unit=UNIT, period=PERIOD, cluster=cluster, rng=rng
            ).contrast

        return one

    found = Answers.of(asked(2.0), 30, treated, runs=runs)
    found.are_right(checked, FEW[treated], "effect", truth=2.0)
    # The mean of a cluster changes with variance 0.5 + 4 x 1 / 4 over two periods each: 0.25 + 0.25.
    error = np.sqrt(0.5 / treated + 0.5 / (20 - treated))
    promised = power(2.0, error, 4) if treated == 4 else None
    found.are_found(checked, FEW[treated], "an effect of 2", promised=promised)
    Answers.of(asked(0.0), 31, treated, runs=runs).seldom_alarm(checked, FEW[treated], "no effect")


UNITS = _compared("units", "40 treated units and 40 others over 4 periods, which all drift alike")


def test_the_change_of_many_units(checked):
    runs = repeated(200)

    def asked(effect):
        def one(rng):
            y = rng.normal(size=80)[UNIT] + 0.2 * PERIOD + rng.normal(size=320) + effect * (UNIT < 40) * AFTER
            return two_by_two_effects(y, UNIT < 40, after=AFTER, unit=UNIT, period=PERIOD, rng=rng)

        return one

    found, tested = Answers(), 0
    for rng in generators(32, runs=runs):
        answer = asked(0.7)(rng)
        found.add(answer.contrast)
        tested += answer.before.p <= ALPHA
    found.are_right(checked, UNITS, "effect", truth=0.7)
    found.are_found(checked, UNITS, "an effect of 0.7", promised=power(0.7, np.sqrt(2 / 40), 78))
    checked.false_alarms(UNITS, "trends said not to be parallel before", alarms=int(tested), runs=runs)
    none = Answers.of(lambda rng: asked(0.0)(rng).contrast, 33, runs=runs)
    none.seldom_alarm(checked, UNITS, "no effect")


CROSS = _compared("other people after", "20 clusters, 8 treated; 8 people of each before and 8 others after")


def test_other_people_before_than_after(checked):
    cluster, after = np.repeat(np.arange(20), 16), np.tile(np.arange(16) >= 8, 20)

    def asked(effect):
        def one(rng):
            y = rng.normal(0, 0.5, 20)[cluster] + rng.normal(size=320) + 0.3 * after
            y = y + rng.normal(0, 0.3, (20, 2))[cluster, 1 * after] + effect * (cluster < 8) * after
            return two_by_two_effects(y, cluster < 8, after=after, cluster=cluster, rng=rng).contrast

        return one

    found = Answers.of(asked(0.8), 34, 0, runs=repeated(200))
    found.are_right(checked, CROSS, "effect", truth=0.8)
    found.are_found(checked, CROSS, "an effect of 0.8")
    Answers.of(asked(0.0), 34, 1, runs=repeated(200)).seldom_alarm(checked, CROSS, "no effect")


ALONE = Simulation(
    question="effects",
    design="before_after",
    made="30 units before and after, whose levels differ; what the times change by themselves counts as effect",
)


@pytest.mark.parametrize("same", [True, False], ids=["same units", "other units"])
def test_before_and_after_without_a_comparison(same, checked):
    unit, after = np.tile(np.arange(30), 2), np.repeat([False, True], 30)
    name = "same units" if same else "other units after"

    def asked(effect):
        def one(rng):
            level = rng.normal(size=(2, 30))
            y = (level[[0, 0]] if same else level).ravel() + rng.normal(size=60) + effect * after
            return before_after_change(y, after, unit=unit if same else None)

        return one

    error, df = (np.sqrt(2 / 30), 29) if same else (np.sqrt(4 / 30), 58)
    found = Answers.of(asked(0.8), 35, int(same), runs=repeated(300))
    found.are_right(checked, ALONE, f"change, {name}", truth=0.8)
    found.are_found(checked, ALONE, f"a change of 0.8, {name}", promised=power(0.8, error, df))
    none = Answers.of(asked(0.0), 36, int(same), runs=repeated(300))
    none.seldom_alarm(checked, ALONE, f"no change, {name}")


STAGGERED = Simulation(
    question="effects",
    design="staggered",
    made="60 units over 6 periods, treated from the third, the fifth or never; the effect grows with time, or is none",
)


def _panel(rng, *, effect):
    since = rng.permutation(np.resize((0, 3, 5), 60)).astype(float)
    unit, period = np.repeat(np.arange(60), 6), np.tile(np.arange(1.0, 7), 60)
    first = since[unit]
    treated = (first > 0) & (period >= first)
    outcome = rng.normal(size=60)[unit] + 0.3 * period + rng.normal(0, 0.7, 360)
    return outcome + treated * effect(first, period), first, unit, period


def _growing(first, period):
    return 1.0 + (period - first) + 0.5 * (first == 3)


def test_staggered_effects_that_grow_and_differ_by_cohort(checked):
    """Two-way fixed effects miss this truth; group-time effects do not."""
    truth = float(np.mean([_growing(g, t) for g in (3, 5) for t in range(g, 7)]))
    dynamic = {0: 1.25, 1: 2.25, 2: 3.5, 3: 4.5}
    found, bands, regressions, runs = Answers(), 0, [], repeated(60)
    for rng in generators(37, runs=runs):
        outcome, since, unit, period = _panel(rng, effect=_growing)
        answer = staggered_effects(outcome, since, unit=unit, period=period, rng=rng, sensitivity=False)
        found.add(answer.contrast)
        bands += all(p.band_low <= dynamic.get(p.at, 0.0) <= p.band_high for p in answer.dynamic)
        regressions.append(answer.two_way.estimate)
    found.are_right(checked, STAGGERED, "effect that grows", truth=truth)
    checked.coverage(STAGGERED, "band over all event times", hits=bands, runs=runs)
    assert np.mean(regressions) < truth - 0.3


def test_a_staggered_effect_that_is_the_same_for_all_or_none(checked):
    """Never treated units are compared with in one half, not yet treated ones in the other."""
    runs = repeated(60)

    def asked(effect, comparison):
        def one(rng):
            outcome, since, unit, period = _panel(rng, effect=lambda *_: effect)
            return staggered_effects(
                outcome,
                since,
                unit=unit,
                period=period,
                rng=rng,
                sensitivity=False,
                comparison=comparison,
            )

        return one

    found = Answers.of(lambda rng: asked(0.8, "never")(rng).contrast, 38, runs=runs)
    found.are_right(checked, STAGGERED, "effect that is one, never treated compared", truth=0.8)
    found.are_found(checked, STAGGERED, "an effect of 0.8")
    none, tested = Answers(), 0
    for rng in generators(39, runs=runs):
        answer = asked(0.0, "not_yet")(rng)
        none.add(answer.contrast)
        tested += answer.before.p <= ALPHA
    none.seldom_alarm(checked, STAGGERED, "no effect")
    checked.false_alarms(STAGGERED, "trends said not to be parallel before", alarms=int(tested), runs=runs)


AREA = {
    estimator: Simulation(
        question="effects",
        design=f"one_area: {estimator}",
        made="one treated and 19 other areas over 16 periods, moved by two common paths; treated from the twelfth",
    )
    for estimator in ("synthetic_control", "synthetic_differences")
}


@pytest.mark.parametrize("estimator", AREA)
def test_one_area(estimator, checked):
    unit, period = np.repeat(np.arange(20), 16), np.tile(np.arange(16.0), 20)

    def asked(effect):
        def one(rng):
            factors = np.cumsum(rng.normal(size=(2, 16)), axis=1)
            values = rng.uniform(0, 1, (20, 2)) @ factors + rng.normal(0, 0.3, (20, 16))
            values[0, 11:] += effect
            return one_area_effects(
                values.ravel(), unit == 0, unit=unit, period=period, since=11.0, estimator=estimator
            ).contrast

        return one

    found = Answers.of(asked(2.0), 40, len(estimator), runs=repeated(120))
    found.are_right(checked, AREA[estimator], "effect", truth=2.0)
    found.are_found(checked, AREA[estimator], "an effect of 2 (p by rank among 20 areas)")
    none = Answers.of(asked(0.0), 41, len(estimator), runs=repeated(120))
    none.seldom_alarm(checked, AREA[estimator], "no effect")

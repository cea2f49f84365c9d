"""Comparisons of one series with its past, of units that are alike, and of both sides of a threshold, truth known."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import ALPHA, Answers, generators

from coproduce.methods.effects.matched import matched_effects
from coproduce.methods.effects.threshold import threshold_effects
from coproduce.methods.effects.time_series import time_series_effects

SERIES = {
    "independent errors": (0.0, 60, "autoregressive", None),
    "errors that follow each other": (0.4, 60, "autoregressive", 0.93),
    "a long series, Newey and West": (0.4, 400, "newey_west", 0.90),
}
"""How neighbours correlate, the periods, the errors, and where less than 95 % is known to be held: what is."""


def _noise(rng, *, follows, periods):
    noise = rng.normal(size=periods + 50)
    for t in range(1, periods + 50):
        noise[t] += follows * noise[t - 1]
    return noise[50:]


@pytest.mark.parametrize("kind", SERIES)
def test_an_interrupted_series(kind, checked):
    follows, periods, errors, known = SERIES[kind]
    simulation = Simulation(
        question="effects",
        design=f"time_series: {kind}",
        made=f"{periods} months, a third of them after; a season, errors whose neighbours correlate by {follows:g}",
    )
    month, since = np.arange(float(periods)), 2 * periods // 3
    growing = 0.1 * (month - since) * (60 / periods)

    def asked(effect):
        def one(rng):
            y = 50 + 0.2 * month + np.sin(np.pi * month / 6) + _noise(rng, follows=follows, periods=periods)
            y = y + (month >= since) * effect
            return time_series_effects(y, month, since=since, season=12, harmonics=1, errors=errors)

        return one

    effect, runs = -3 + growing, repeated(300)
    truth = float(np.mean(effect[since:]))
    found, jump = Answers(), Answers()
    for rng in generators(50, list(SERIES).index(kind), runs=runs):
        answer = asked(effect)(rng)
        found.add(answer.contrast)
        jump.add(answer.level)
    found.are_right(checked, simulation, "mean effect", truth=truth, known=known)
    jump.are_right(checked, simulation, "jump", truth=-3.0, known=known)
    found.are_found(checked, simulation, f"an effect of {truth:.2g} on average")
    none = Answers.of(lambda rng: asked(0.0)(rng).contrast, 51, list(SERIES).index(kind), runs=runs)
    none.seldom_alarm(checked, simulation, "no effect", known=None if known is None else 1 - known)


BESIDE = Simulation(
    question="effects",
    design="time_series: with a comparison",
    made="two series of 60 months that the same errors move, each with its own too; treated from the fortieth",
)


def test_a_series_beside_one_that_was_not_treated(checked):
    month = np.arange(60.0)

    def asked(effect):
        def one(rng):
            both = 10 * rng.normal(size=60).cumsum()
            y, other = (50 + both + _noise(rng, follows=0.2, periods=60) for _ in range(2))
            return time_series_effects(y + effect * (month >= 40), month, since=40, comparison=other).contrast

        return one

    found = Answers.of(asked(-3.0), 52, 0, runs=repeated(200))
    found.are_right(checked, BESIDE, "mean effect", truth=-3.0)
    found.are_found(checked, BESIDE, "an effect of -3")
    Answers.of(asked(0.0), 52, 1, runs=repeated(200)).seldom_alarm(checked, BESIDE, "no effect")


MATCHED = {
    "both models right": "neither",
    "the outcome's model wrong": "outcome",
    "the model of who is treated wrong": "treatment",
}


@pytest.mark.parametrize("name", MATCHED)
def test_units_alike_when_one_of_both_models_is_wrong(name, checked):
    wrong = MATCHED[name]
    simulation = Simulation(
        question="effects",
        design=f"matched: {name}",
        made="400 units; two covariates sway both treatment and outcome",
    )

    def asked(effect, estimand="everybody"):
        def one(rng):
            x = rng.normal(size=(400, 2))
            bent = x[:, 0] ** 2 - 1
            lean = 0.5 * x[:, 0] + (0.4 * bent if wrong == "treatment" else 0.4 * x[:, 1])
            treated = rng.random(400) < 1 / (1 + np.exp(-lean))
            y = 2 * x[:, 0] + x[:, 1] + (bent if wrong == "outcome" else 0) + rng.normal(size=400)
            return matched_effects(
                y + effect * treated, treated, covariates=x, overlap=0.0, estimand=estimand, rng=rng
            ).contrast

        return one

    tag, runs = list(MATCHED).index(name), repeated(300)
    found = Answers.of(asked(0.5), 53, tag, runs=runs)
    found.are_right(checked, simulation, "effect on everybody", truth=0.5)
    found.are_found(checked, simulation, "an effect of 0.5")
    Answers.of(asked(0.0), 54, tag, runs=runs).seldom_alarm(checked, simulation, "no effect")
    treated = Answers.of(asked(0.5, "treated"), 55, tag, runs=runs)
    treated.are_right(checked, simulation, "effect on the treated", truth=0.5)


CLUSTERS = Simulation(
    question="effects",
    design="matched: clusters, yes or no, folds",
    made="40 clusters of 15 units that share a tenth of what sways them; the outcome is yes or no; two folds",
)


def test_units_alike_in_clusters(checked):
    cluster = np.repeat(np.arange(40), 15)
    x, shift = np.random.default_rng(1).normal(size=(2, 400_000))
    chances = [1 / (1 + np.exp(-(0.8 * x + 0.5 * shift + push))) for push in (0.0, 0.9)]
    truth = float(np.mean(chances[1] - chances[0]))

    def asked(push):
        def one(rng):
            x, shift = rng.normal(size=600), rng.normal(size=40)[cluster]
            treated = (rng.random(40) < 0.5)[cluster] & (rng.random(600) < 0.9)
            chance = 1 / (1 + np.exp(-(0.8 * x + 0.5 * shift + push * treated)))
            y = 1.0 * (rng.random(600) < chance)
            return matched_effects(
                y, treated, covariates=x[:, None], cluster=cluster, folds=2, rng=rng
            ).contrast

        return one

    found = Answers.of(asked(0.9), 56, 0, runs=repeated(200))
    found.are_right(checked, CLUSTERS, "difference of chances", truth=truth)
    found.are_found(checked, CLUSTERS, "a difference of 17 percentage points")
    Answers.of(asked(0.0), 56, 1, runs=repeated(200)).seldom_alarm(checked, CLUSTERS, "no effect")


THRESHOLD = Simulation(
    question="effects",
    design="threshold",
    made="800 units on a bent course, evenly spread about the threshold; a covariate that does not jump",
)


def test_a_jump_at_a_threshold_on_a_bent_course(checked):
    runs = repeated(60)

    def asked(effect):
        def one(rng):
            x = rng.uniform(-1, 1, 800)
            y = np.sin(2 * x) + x**2 + effect * (x >= 0) + rng.normal(0, 0.3, 800)
            known = (x + rng.normal(size=800))[:, None]
            return threshold_effects(y, x, cutoff=0.0, covariates=known)

        return one

    found = Answers.of(lambda rng: asked(0.5)(rng).contrast, 57, runs=runs)
    found.are_right(checked, THRESHOLD, "jump", truth=0.5)
    found.are_found(checked, THRESHOLD, "a jump of 0.5")
    none, crowded, covariate = Answers(), 0, 0
    for rng in generators(58, runs=runs):
        answer = asked(0.0)(rng)
        none.add(answer.contrast)
        crowded += answer.density_p <= ALPHA
        covariate += answer.covariates[0].p <= ALPHA
    none.seldom_alarm(checked, THRESHOLD, "no jump")
    checked.false_alarms(THRESHOLD, "units said to choose their side", alarms=int(crowded), runs=runs)
    checked.false_alarms(THRESHOLD, "a covariate said to jump", alarms=int(covariate), runs=runs)

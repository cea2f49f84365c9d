"""Simulated bodies of studies: the mean, how much effects differ, the effect elsewhere, moderators, nested effects."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import Answers, generators

from coproduce.methods.synthesis.multilevel import multilevel
from coproduce.methods.synthesis.pooling import pool
from coproduce.methods.synthesis.regression import regress
from coproduce.methods.synthesis.robust import robust

MEAN, RUNS = 0.2, repeated(150)
VARIANCES = (0.02, 0.2)


def _studies(rng, *, k, tau2, mean=MEAN):
    variance = rng.uniform(*VARIANCES, k)
    return mean + rng.normal(0, np.sqrt(tau2), k) + np.sqrt(variance) * rng.normal(size=k), variance


def _pooled(tau2):
    return Simulation(
        question="synthesis",
        design=f"REML with Knapp and Hartung: effects differ with variance {tau2:g}",
        made=f"sampling variances of {VARIANCES[0]:g} to {VARIANCES[1]:g}; a mean effect of {MEAN:g}, or none",
    )


PREDICTION_KNOWN = {
    0.05: {3: 0.88, 5: 0.82, 10: 0.83, 20: 0.84},
    0.2: {3: 0.85, 5: 0.87, 10: 0.88, 20: 0.89},
}
"""By variance and number of studies, the share that the prediction interval holds: it takes the variance as known."""


@pytest.mark.parametrize("tau2", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("k", [3, 5, 10, 20])
def test_pooled_effects(k, tau2, checked):
    simulation, found, differ, elsewhere = _pooled(tau2), Answers(), Answers(), 0
    tag = (90, k, int(100 * tau2))
    for rng in generators(*tag, runs=RUNS):
        answer = pool(*_studies(rng, k=k, tau2=tau2))
        found.add(answer)
        differ.value.append(answer.tau2)
        differ.low.append(answer.tau2_low)
        differ.high.append(answer.tau2_high)
        another = MEAN + rng.normal(0, np.sqrt(tau2))
        elsewhere += answer.prediction_low <= another <= answer.prediction_high
    found.are_right(checked, simulation, f"mean of {k} studies", truth=MEAN)
    differ.hold(checked, simulation, f"how much {k} studies differ (Q profile)", truth=tau2)
    checked.coverage(
        simulation,
        f"true effect of another study than these {k}",
        hits=int(elsewhere),
        runs=RUNS,
        known=PREDICTION_KNOWN.get(tau2, {}).get(k),
    )
    if k >= 5:
        found.are_found(checked, simulation, f"a mean of {MEAN:g}, {k} studies")
    none = Answers.of(lambda rng: pool(*_studies(rng, k=k, tau2=tau2, mean=0.0)), 91, *tag, runs=RUNS)
    none.seldom_alarm(checked, simulation, f"no effect on average, {k} studies")


MODERATED = Simulation(
    question="synthesis",
    design="meta-regression",
    made="15 studies whose effects rise by 0.3 with a moderator, or do not, and differ with variance 0.05 beyond it",
)


def test_a_moderator(checked):
    class Slope:
        def __init__(self, fit):
            inference = fit.inference
            self.value, self.low, self.high = (
                float(each[1]) for each in (fit.coefficients, inference.low, inference.high)
            )
            self.p = float(inference.p[1])

    def asked(slope):
        def one(rng):
            effect, variance = _studies(rng, k=15, tau2=0.05)
            moderator = rng.normal(size=15)
            design = np.column_stack([np.ones(15), moderator])
            return Slope(regress(effect + slope * moderator, variance, design=design))

        return one

    found = Answers.of(asked(0.3), 92, 0, runs=RUNS)
    found.are_right(checked, MODERATED, "slope", truth=0.3)
    found.are_found(checked, MODERATED, "a slope of 0.3")
    Answers.of(asked(0.0), 92, 1, runs=RUNS).seldom_alarm(checked, MODERATED, "no slope")


NESTED = Simulation(
    question="synthesis",
    design="three levels with CR2",
    made="12 studies of 1 to 6 effects, whose sampling errors go together by 0.5, which the fit does not know",
)


def test_effects_nested_in_studies(checked):
    def one(rng, mean):
        study = np.repeat(np.arange(12), rng.integers(1, 7, 12))
        variance = rng.uniform(0.05, 0.15, 12)[study]
        shared, own = rng.normal(size=12)[study], rng.normal(size=len(study))
        effect = mean + rng.normal(0, 0.2, 12)[study] + rng.normal(0, 0.15, len(study))
        effect = effect + np.sqrt(variance) * (shared + own) / np.sqrt(2)
        levels = [study, np.arange(len(study))]
        fit = multilevel(effect, variance, levels=levels, intervals=False)
        inference = robust(fit, effect, variances=variance, clusters=study, levels=levels).inference
        return float(fit.coefficients[0]), *(
            float(getattr(inference, name)[0]) for name in ("low", "high", "p")
        )

    runs = repeated(150)
    both = [
        np.array([one(rng, mean) for rng in generators(93, place, runs=runs)])
        for place, mean in enumerate((MEAN, 0.0))
    ]
    found, none = (Answers(*(column.tolist() for column in each.T)) for each in both)
    found.are_right(checked, NESTED, "mean", truth=MEAN)
    found.are_found(checked, NESTED, f"a mean of {MEAN:g}")
    none.seldom_alarm(checked, NESTED, "no effect on average")

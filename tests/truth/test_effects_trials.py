"""Trials whose truth is known: estimates, intervals, false alarms, and the power that theory says."""

import numpy as np
import pytest
from scipy.stats import nct
from scipy.stats import t as student
from tests.checked import Simulation, repeated
from tests.truth.answers import Answers, generators

from coproduce.methods.effects.balance import minimum_detectable
from coproduce.methods.effects.randomisation import randomisation
from coproduce.methods.effects.randomised import Trial, difference, ratio

RUNS = repeated(400)
UNITS, EFFECT = 48, 1.5
DESIGNS = {
    "plain": ("48 units", np.sqrt((2.25 + 3.25) / 24), 45),
    "covariates": ("48 units, one covariate that explains much", np.sqrt((1.25 + 2.25) / 24 * 22 / 21), 43),
    "large blocks": ("4 blocks of 12 units", np.sqrt((2.25 + 3.25) / 24), 38),
    "pairs": ("24 pairs of units", np.sqrt(5.5 / 24), 23),
    "clusters": ("24 clusters of 2 units", np.sqrt((1.25 + 1.75) / 12), 21),
    "clusters in small blocks": ("12 pairs of clusters of 2 units", np.sqrt(3.0 / 12), 11),
}
"""How many of what, the true error of the difference, and its degrees of freedom."""


def power(effect, error, df):
    """The chance that Student's t tells an effect from nought."""
    limit = student.isf(0.025, df)
    return float(nct.sf(limit, df, effect / error) + nct.cdf(-limit, df, effect / error))


def _simulated(design):
    made = "effects differ from unit to unit, and the treated spread more"
    return Simulation(
        question="effects", design=f"randomised: {design}", made=f"{DESIGNS[design][0]}; {made}"
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_the_difference_of_arms(design, checked):
    simulation = _simulated(design)
    _, error, df = DESIGNS[design]
    tag = list(DESIGNS).index(design)

    def asked(effect):
        return lambda rng: difference(_trial(design, rng, effect=effect)).contrast

    found = Answers.of(asked(EFFECT), 10, tag, runs=RUNS)
    found.are_right(checked, simulation, "effect", truth=EFFECT)
    found.are_found(checked, simulation, f"an effect of {EFFECT:g}", promised=power(EFFECT, error, df))
    none = Answers.of(asked(0.0), 11, tag, runs=RUNS)
    none.seldom_alarm(checked, simulation, "no effect on average")


def _trial(design, rng, *, effect):
    """Effects differ from unit to unit, and the treated spread more."""
    n = UNITS
    x = rng.normal(size=(n, 1))
    cluster = np.arange(n) // 2 if "clusters" in design else np.arange(n)
    block = cluster // {"pairs": 2, "large blocks": 12, "clusters in small blocks": 2}.get(design, n)
    lots = np.unique(cluster)
    of = np.array([block[cluster == lot][0] for lot in lots])
    treated = np.zeros(len(lots), dtype=bool)
    for one in np.unique(of):
        inside = np.flatnonzero(of == one)
        treated[rng.permutation(inside)[: len(inside) // 2]] = True
    arm = treated[cluster]
    y = x[:, 0] + rng.normal(size=block.max() + 1)[block] + rng.normal(size=len(lots))[cluster] / 2
    y = y + arm * (effect + rng.normal(size=n)) + rng.normal(size=n)
    return Trial(
        outcome=y,
        treated=arm,
        covariates=x if design == "covariates" else None,
        blocks=block if "blocks" in design or design == "pairs" else None,
        clusters=cluster if "clusters" in design else None,
    )


UNEQUAL = Simulation(
    question="effects",
    design="randomised: few unequal clusters",
    made="14 clusters of 4 to 40 people, 5 of them treated; a tenth of the variance lies between clusters",
)


def test_few_clusters_of_unequal_size(checked):
    sizes = np.array([4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 25, 30, 40])
    cluster = np.repeat(np.arange(len(sizes)), sizes)

    def asked(effect):
        def one(rng):
            treated = (rng.permutation(len(sizes)) < 5)[cluster]
            y = rng.normal(0, np.sqrt(0.1), len(sizes))[cluster] + rng.normal(0, np.sqrt(0.9), len(cluster))
            return difference(Trial(outcome=y + effect * treated, treated=treated, clusters=cluster)).contrast

        return one

    found = Answers.of(asked(1.0), 12, 0, runs=RUNS)
    found.are_right(checked, UNEQUAL, "effect", truth=1.0)
    found.are_found(checked, UNEQUAL, "an effect of 1 standard deviation")
    Answers.of(asked(0.0), 12, 1, runs=RUNS).seldom_alarm(checked, UNEQUAL, "no effect")


PLANNED = Simulation(
    question="effects",
    design="randomised: as planned",
    made="60 people, an error of a quarter of a standard deviation; the effect is the smallest that the plan can tell",
)


def test_the_smallest_effect_that_can_be_told_is_told_as_often_as_the_plan_says(checked):
    effect = minimum_detectable(np.sqrt(2 * 30 / 32 / 30), df=58, power=0.8)
    treated = np.arange(60) % 2 == 0

    def one(rng):
        y = rng.normal(0, np.sqrt(30 / 32), 60)
        return difference(Trial(outcome=y + effect * treated, treated=treated)).contrast

    found = Answers.of(one, 13, runs=RUNS)
    found.are_found(checked, PLANNED, "the smallest detectable effect (power 80 %)", promised=0.8)


BINARY = Simulation(
    question="effects",
    design="randomised: yes or no",
    made="120 people; 30 % of the comparison have it, 50 or 30 %",
)


def test_yes_or_no_and_the_ratio_of_risks(checked):
    treated = np.arange(120) % 2 == 0

    def drawn(rng, share):
        return Trial(outcome=1.0 * (rng.random(120) < np.where(treated, share, 0.3)), treated=treated)

    risks, ratios, none = Answers(), Answers(), Answers()
    for rng in generators(14, runs=RUNS):
        found = difference(drawn(rng, 0.5))
        risks.add(found.contrast)
        ratios.add(ratio(found))
        none.add(difference(drawn(rng, 0.3)).contrast)
    risks.are_right(checked, BINARY, "difference of risks", truth=0.2)
    ratios.hold(checked, BINARY, "ratio of risks", truth=5 / 3)
    none.seldom_alarm(checked, BINARY, "no difference of risks")
    error = np.sqrt((0.25 + 0.21) / 60)
    risks.are_found(checked, BINARY, "50 % rather than 30 %", promised=power(0.2, error, 117))


AGAIN = Simulation(
    question="effects",
    design="randomised: randomisation inference",
    made="20 units whose outcomes are skewed (log-normal); one constant effect; 199 assignments drawn again",
)


def test_assigning_arms_again_as_chance_did(checked):
    def asked(effect):
        def one(rng):
            treated = rng.permutation(20) < 10
            y = np.exp(rng.normal(size=20)) + effect * treated
            return randomisation(Trial(outcome=y, treated=treated), permutations=199, rng=rng)

        return one

    found = Answers.of(asked(2.0), 15, 0, runs=RUNS)
    found.are_right(checked, AGAIN, "constant effect", truth=2.0)
    found.are_found(checked, AGAIN, "an effect of 2 (about one standard deviation)")
    Answers.of(asked(0.0), 15, 1, runs=RUNS).seldom_alarm(checked, AGAIN, "no effect on anybody")

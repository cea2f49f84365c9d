"""Recipes that made the outcome are found again, chance is seen as chance; so are net effects beside them."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import ALPHA, Answers, generators

from coproduce.methods.qca.chance import benchmark
from coproduce.methods.qca.robustness import Scenario, solve
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.methods.small_samples import firth_logit, least_squares_hc3

ANY = -1
TRUE = frozenset({(1, 1, ANY, ANY), (ANY, ANY, 1, 1)})
"""A*B + C*D."""


def crisp(rng, *, cases, wrong):
    """Four conditions, an outcome by the recipes, and a share of outcomes that are wrong."""
    values = rng.integers(0, 2, (cases, 4)).astype(float)
    outcome = ((values[:, 0] * values[:, 1] + values[:, 2] * values[:, 3]) > 0).astype(float)
    outcome = np.where(rng.random(cases) < wrong, 1 - outcome, outcome)
    return Scenario(sets=Sets(values=values, levels=(2,) * 4), outcome=outcome, cut_offs=CutOffs())


def fuzzy(rng, *, cases, spread):
    """Memberships, an outcome by the recipes (minimum and maximum), and errors about it."""
    values = rng.beta(0.6, 0.6, (cases, 4))
    outcome = np.maximum(values[:, :2].min(axis=1), values[:, 2:].min(axis=1))
    outcome = np.clip(outcome + rng.normal(0, spread, cases), 0, 1)
    return Scenario(sets=Sets(values=values, levels=(2,) * 4), outcome=outcome, cut_offs=CutOffs())


RECIPES = {
    "crisp, no errors": (lambda rng: crisp(rng, cases=120, wrong=0.0), 0.99),
    "crisp, 5 % of outcomes wrong": (lambda rng: crisp(rng, cases=240, wrong=0.05), None),
    "crisp, 15 % of outcomes wrong": (lambda rng: crisp(rng, cases=240, wrong=0.15), None),
    "fuzzy, errors of 0.05": (lambda rng: fuzzy(rng, cases=120, spread=0.05), None),
}
"""How cases are made, and the share of samples whose rows tell the recipes without doubt, where that is known."""


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_found_again(name, checked):
    make, promised = RECIPES[name]
    simulation = Simulation(
        question="determinants",
        design=f"parsimonious solution: {name}",
        made="four conditions, an outcome where A and B or C and D are there; 120 cases, 240 where some are wrong",
    )
    runs = repeated(100)
    alone = among = 0
    for rng in generators(150, list(RECIPES).index(name), runs=runs):
        models = solve(make(rng)).models
        alone += models == {TRUE}
        among += TRUE in models
    checked.power(simulation, "exactly A*B + C*D", found=int(alone), runs=runs, promised=promised)
    checked.power(simulation, "A*B + C*D among the models", found=int(among), runs=runs, promised=promised)


CHANCE = Simulation(
    question="determinants",
    design="probe of chance (random_benchmark_p)",
    made="30 cases and three conditions, 99 outcomes shuffled; an outcome of chance, or of A and B with 10 % wrong",
)


@pytest.mark.parametrize("kind", ["crisp", "fuzzy"])
def test_an_outcome_of_chance_is_seldom_called_more(kind, checked):
    runs = repeated(60)

    def probed(rng, recipe):
        values = rng.integers(0, 2, (30, 3)).astype(float) if kind == "crisp" else rng.random((30, 3))
        chance = rng.random(30) if kind == "fuzzy" else (rng.random(30) < 0.5).astype(float)
        made = values[:, :2].min(axis=1)
        outcome = np.where(rng.random(30) < 0.1, chance, made) if recipe else chance
        start = Scenario(sets=Sets(values=values, levels=(2,) * 3), outcome=outcome, cut_offs=CutOffs())
        found, seed = solve(start), int(rng.integers(1 << 30))
        if found.fit is None:  # there is no solution of which chance could be asked
            return 1.0
        return benchmark(start, found, permutations=99, seed=seed, workers=1).p

    p = np.array([probed(rng, False) for rng in generators(151, len(kind), runs=runs)])
    seen = [probed(rng, True) for rng in generators(152, len(kind), runs=runs)]
    for level in (ALPHA, 0.2, 0.5):
        alarms = int((p <= level).sum())
        checked.false_alarms(
            CHANCE, f"{kind}: chance called more at {level:g}", alarms=alarms, runs=runs, promised=level
        )
    checked.power(
        CHANCE, f"{kind}: a recipe at {ALPHA:g}", found=int(np.sum(np.array(seen) <= ALPHA)), runs=runs
    )


BESIDE = Simulation(
    question="determinants",
    design="regressions beside the solution",
    made="40 cases and two conditions, one of which matters; yes or no (Firth), or a number whose spread differs (HC3)",
)


class Slope:
    """One coefficient of several."""

    def __init__(self, found, place):
        self.value, self.low, self.high, self.p = (
            float(getattr(found, name)[place]) for name in ("estimate", "low", "high", "p")
        )


def test_net_effects_in_small_samples(checked):
    runs = repeated(80)
    slope, nothing, odds, none = Answers(), Answers(), Answers(), Answers()
    for rng in generators(153, runs=runs):
        x = np.column_stack([np.ones(40), rng.integers(0, 2, (40, 2))])
        y = 0.3 + 0.4 * x[:, 1] + rng.normal(0, 0.1 + 0.1 * x[:, 1])
        found = least_squares_hc3(x, y)
        slope.add(Slope(found, 1))
        nothing.add(Slope(found, 2))
        happened = (rng.random(40) < 1 / (1 + np.exp(0.5 - 1.5 * x[:, 1]))).astype(float)
        logit = firth_logit(x, happened)
        odds.add(Slope(logit, 1))
        none.add(Slope(logit, 2))
    slope.are_right(checked, BESIDE, "slope (HC3)", truth=0.4)
    slope.are_found(checked, BESIDE, "slope of 0.4 (HC3)")
    nothing.seldom_alarm(checked, BESIDE, "no slope (HC3)")
    odds.are_right(checked, BESIDE, "log odds ratio (Firth)", truth=1.5)
    odds.are_found(checked, BESIDE, "log odds ratio of 1.5 (Firth)")
    none.seldom_alarm(checked, BESIDE, "no difference of odds (Firth)")

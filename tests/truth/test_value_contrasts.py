"""What an initiative costs and changes: contrasts, their ratio, their worth, and where they lie on the map."""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import Answers, generators

from coproduce.methods.worth.contrasts import contrasts
from coproduce.methods.worth.decision import acceptability, quadrant_shares
from coproduce.methods.worth.ratio import fieller, wedge
from coproduce.methods.worth.resampling import units_of_chance

COST, EFFECT, WORTH = 300.0, 2.0, 200.0
DESIGNS = {
    "units": (np.arange(80) % 2, None),
    "clusters": ((np.arange(160) // 8) % 2, np.arange(160) // 8),
}


def drawn(rng, design, *, cost=COST, effect=EFFECT):
    """Costs are skewed; what comes of them hangs together with them."""
    arms, clusters = DESIGNS[design]
    shared = 0.0 if clusters is None else rng.normal(0, 0.5, clusters[-1] + 1)[clusters]
    own = rng.normal(size=len(arms))
    costs = 400 + 200 * rng.gamma(2, 1, len(arms)) + 60 * shared + cost * arms
    outcome = 10 + 2 * own + 2 * shared + 0.002 * (costs - 800 - cost * arms) + effect * arms
    return np.column_stack([costs, outcome]), arms, clusters


@pytest.mark.parametrize("design", DESIGNS)
def test_costs_effects_and_their_worth(design, checked):
    who = "80 units" if design == "units" else "20 clusters of 8 units"
    simulation = Simulation(
        question="value",
        design=f"contrasts of arms: {design}",
        made=f"{who}; skewed costs, higher by {COST:g}; outcomes that go with them, higher by {EFFECT:g}",
    )
    runs = repeated(150)
    found = {name: Answers() for name in ("cost", "effect", "net benefit")}
    ratios, wedges, quadrant, none = 0, 0, 0, Answers()
    weights = {"cost": (1.0, 0.0), "effect": (0.0, 1.0), "net benefit": (-1.0, WORTH)}
    for rng in generators(140, len(design), runs=runs):
        values, arms, clusters = drawn(rng, design)
        chance = units_of_chance(arms, clusters=clusters)
        answer = contrasts(values, arms, drawn=chance, resamples=300, generator=rng)
        for name, weight in weights.items():
            found[name].add(answer.interval(np.array(weight), arm=0))
        truth = COST / EFFECT
        limits = fieller(*answer.value[0], covariance=answer.covariance[0], df=answer.df)
        ratios += _inside(limits, truth)
        costs, effects = answer.draws[:, 0, 0], answer.draws[:, 0, 1]
        wedges += _inside(wedge(costs, effects, at=tuple(answer.value[0])), truth)
        quadrant += quadrant_shares(costs, effects)["better_at_a_price"] > 0.5
        values, arms, clusters = drawn(rng, design, cost=0.0, effect=0.0)
        chance = units_of_chance(arms, clusters=clusters)
        nothing = contrasts(values, arms, drawn=chance, resamples=2, generator=rng)
        none.add(nothing.interval(np.array(weights["net benefit"]), arm=0))
    truths = {"cost": COST, "effect": EFFECT, "net benefit": WORTH * EFFECT - COST}
    for name, answers in found.items():
        answers.are_right(checked, simulation, name, truth=truths[name])
    checked.coverage(simulation, "cost of a unit of effect (Fieller)", hits=ratios, runs=runs)
    checked.coverage(simulation, "cost of a unit of effect (wedge of draws)", hits=wedges, runs=runs)
    checked.power(simulation, "better at a price: on the map", found=int(quadrant), runs=runs)
    found["effect"].are_found(checked, simulation, f"an effect of {EFFECT:g}")
    none.seldom_alarm(checked, simulation, "no net benefit")


def _inside(ratio, truth):
    """Whether a set of ratios, which may be what lies outside of two limits, holds the truth."""
    if ratio.kind == "everything":
        return True
    inside = ratio.low <= truth <= ratio.high
    return inside if ratio.kind != "outside" else not inside


CURVES = Simulation(
    question="value",
    design="acceptability",
    made="80 units, an initiative whose net benefit is nought at 150 a unit of effect",
)


def test_the_chance_to_be_worth_it_is_uniform_where_it_is_on_the_edge(checked):
    runs, sure, found = repeated(200), 0, []
    for rng in generators(141, runs=runs):
        values, arms, _ = drawn(rng, "units")
        answer = contrasts(values, arms, drawn=units_of_chance(arms), resamples=300, generator=rng)
        costs, effects = (np.column_stack([np.zeros(300), answer.draws[:, 0, place]]) for place in (0, 1))
        curve = acceptability(costs, effects, thresholds=np.array([COST / EFFECT]))
        chance = float(curve.probability[0, 1])
        found.append(chance)
        sure += chance >= 0.975 or chance <= 0.025
    checked.bias(CURVES, "chance to be worth it", estimates=found, truth=0.5)
    checked.false_alarms(CURVES, "sure (97.5 %) to be worth it, or not", alarms=sure, runs=runs)

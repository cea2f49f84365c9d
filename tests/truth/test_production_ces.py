"""Does the interval of the elasticity cover the truth, and is Cobb-Douglas rarely read as something else?"""

import numpy as np
import pytest
from tests.checked import Simulation, repeated
from tests.truth.answers import ALPHA, Answers, generators

from coproduce.methods.production.ces import ces
from coproduce.methods.production.translog import translog

FORMS = {
    sigma: Simulation(
        question="value",
        design=f"CES: elasticity {sigma:g}",
        made="60 rows of two inputs, log-normal; returns to scale 0.9, shares 0.4 and 0.6, errors of 15 %",
    )
    for sigma in (0.6, 1.0, 2.0)
}


def drawn(rng, *, sigma, n=60, noise=0.15):
    hours = np.exp(rng.normal(2, 0.8, (n, 2)))
    logs = np.log(hours)
    rho = 1 / sigma - 1
    mean = logs @ [0.4, 0.6] if sigma == 1 else -np.log(hours**-rho @ [0.4, 0.6]) / rho
    return np.exp(1 + 0.9 * mean + rng.normal(0, noise, n)), hours


def held(intervals, truth):
    return sum(one.low <= truth <= one.high for one in intervals)


@pytest.mark.parametrize("sigma", FORMS)
def test_a_function_of_constant_elasticity(sigma, checked):
    runs, simulation = repeated(50), FORMS[sigma]
    every = [
        ces(*drawn(rng, sigma=sigma), generator=rng, resamples=99)
        for rng in generators(120, int(10 * sigma), runs=runs)
    ]
    for name, truth in (
        ("elasticity", sigma),
        ("elasticity_bootstrap", sigma),
        ("elasticity_profile", sigma),
    ):
        hits = held([getattr(found, name) for found in every], truth)
        checked.coverage(simulation, name.replace("_", ", by "), hits=hits, runs=runs)
    for name, truth in (("rho", 1 / sigma - 1), ("returns_to_scale", 0.9)):
        found = [getattr(found, name) for found in every]
        checked.bias(simulation, name.replace("_", " "), estimates=[one.value for one in found], truth=truth)
        checked.coverage(simulation, name.replace("_", " "), hits=held(found, truth), runs=runs)
    shares = [found.shares[0] for found in every]
    checked.coverage(simulation, "share of the first input", hits=held(shares, 0.4), runs=runs)
    read = sum(found.reading != "cannot_say" for found in every)
    rejected = sum(found.test_lr.p <= ALPHA for found in every)
    if sigma == 1:
        checked.false_alarms(simulation, "read as complements or substitutes", alarms=read, runs=runs)
        checked.false_alarms(
            simulation, "told from Cobb-Douglas (likelihood ratio)", alarms=rejected, runs=runs
        )
    else:
        checked.power(simulation, "read as what it is", found=read, runs=runs, promised=0.5)
        checked.power(simulation, "told from Cobb-Douglas (likelihood ratio)", found=rejected, runs=runs)


PANEL = Simulation(
    question="value",
    design="CES: a panel",
    made="30 units in 5 years, whose errors last; an elasticity of one half",
)


def test_a_panel_is_covered_by_units(checked):
    runs, units = repeated(40), np.repeat(np.arange(30), 5)
    every = []
    for rng in generators(121, runs=runs):
        hours = np.exp(rng.normal(2, 0.5, (30, 2))[units] + rng.normal(0, 0.5, (150, 2)))
        noise = rng.normal(0, 0.15, 30)[units] + rng.normal(0, 0.1, 150)
        output = np.exp(1 - 0.9 * np.log(1 / hours @ [0.4, 0.6]) + noise)
        every.append(ces(output, hours, generator=rng, units=units, resamples=99))
    for name in ("elasticity", "elasticity_bootstrap"):
        hits = held([getattr(found, name) for found in every], 0.5)
        checked.coverage(PANEL, name.replace("_", ", by "), hits=hits, runs=runs)


TRANSLOG = Simulation(
    question="value",
    design="translog",
    made="80 rows of two inputs; Cobb-Douglas of 0.3 and 0.6, or with a second-order term of 0.15; errors of 15 %",
)


@pytest.mark.parametrize("bent", [0.0, 0.15])
def test_a_translog_function(bent, checked):
    elasticities, returns, told = Answers(), Answers(), 0
    runs = repeated(200)
    for rng in generators(122, int(100 * bent), runs=runs):
        logs = rng.normal(0, 0.6, (80, 2))
        apart = logs - logs.mean(axis=0)
        output = logs @ [0.3, 0.6] + bent * (apart[:, 0] ** 2 / 2 - apart[:, 0] * apart[:, 1])
        found = translog(np.exp(output + rng.normal(0, 0.15, 80)), np.exp(logs))
        elasticities.add(found.elasticities[0])
        returns.add(found.returns_to_scale)
        told += found.test_cobb_douglas.p <= ALPHA
    name = f"second-order terms of {bent:g}" if bent else "none of second order"
    elasticities.are_right(checked, TRANSLOG, f"output elasticity, {name}", truth=0.3)
    returns.are_right(checked, TRANSLOG, f"returns to scale, {name}", truth=0.9)
    if bent:
        checked.power(TRANSLOG, "told from Cobb-Douglas", found=int(told), runs=runs)
    else:
        checked.false_alarms(TRANSLOG, "told from Cobb-Douglas", alarms=int(told), runs=runs)

"""Do the frontier and the envelope find the truth that they are made of?"""

import numpy as np
from tests.checked import Simulation, repeated
from tests.truth.answers import ALPHA, Answers, generators

from coproduce.methods.production.dea_bootstrap import dea_bootstrap
from coproduce.methods.production.frontier import frontier

FRONTIER = Simulation(
    question="value",
    design="stochastic frontier",
    made="300 rows of two inputs, errors of 20 %, half-normal inefficiency (scale 0.4); or 100 rows without any",
)


def drawn(rng, *, n=300, lost=0.4, noise=0.2):
    hours = np.exp(rng.normal(2, 0.6, (n, 2)))
    u = np.abs(rng.normal(0, lost, n))
    return np.exp(1 + np.log(hours) @ [0.3, 0.6] + rng.normal(0, noise, n) - u), hours, np.exp(-u)


def test_coefficients_and_efficiencies(checked):
    runs, slopes, seen = repeated(80), (Answers(), Answers()), 0
    efficiencies, rows, known = [], [], []
    for rng in generators(130, runs=runs):
        output, hours, truth = drawn(rng)
        found = frontier(output, hours)
        for answers, coefficient in zip(slopes, found.coefficients[1:3], strict=True):
            answers.add(coefficient)
        seen += found.test_inefficiency.p <= ALPHA
        if np.isnan(found.mean_efficiency):  # errors that lean the other way tell of no inefficiency
            continue
        efficiencies.append(found.mean_efficiency)
        known.append(truth.mean())
        rows.append(found.efficiency_low[0] <= truth[0] <= found.efficiency_high[0])
    for answers, truth in zip(slopes, (0.3, 0.6), strict=True):
        answers.are_right(checked, FRONTIER, f"output elasticity {truth:g}", truth=truth)
    checked.power(FRONTIER, "inefficiency is there", found=int(seen), runs=runs)
    # Intervals of single rows take the parameters as known.
    checked.coverage(FRONTIER, "efficiency of a row", hits=int(sum(rows)), runs=len(rows), known=0.92)
    checked.bias(FRONTIER, "mean efficiency", estimates=efficiencies, truth=known)


def test_without_inefficiency_it_is_rarely_told(checked):
    runs = repeated(80)
    alarms = sum(
        frontier(*drawn(rng, n=100, lost=0.0)[:2]).test_inefficiency.p <= ALPHA
        for rng in generators(131, runs=runs)
    )
    checked.false_alarms(FRONTIER, "inefficiency is there", alarms=int(alarms), runs=runs)


ENVELOPE = Simulation(
    question="value",
    design="envelopment with bootstrap",
    made="60 units of two inputs under constant returns; half-normal inefficiency (scale 0.3), no errors",
)


def test_the_envelope_without_its_bias(checked):
    runs, plain, corrected, covered = repeated(60), [], [], 0
    for rng in generators(132, runs=runs):
        hours = rng.uniform(1, 9, (60, 2))
        lost = np.abs(rng.normal(0, 0.3, 60))
        made = hours[:, 0] ** 0.4 * hours[:, 1] ** 0.6 * np.exp(-lost)
        found = dea_bootstrap(
            hours, made, generator=rng, returns="constant", orientation="output", resamples=300
        )
        truth = np.exp(-lost)
        plain.append(np.mean(found.efficiency - truth))
        corrected.append(np.mean(found.corrected - truth))
        # One unit each time: units of one envelope are not independent of each other.
        covered += bool(found.low[0] <= truth[0] <= found.high[0])
    assert np.mean(plain) > 3 * np.std(plain) / np.sqrt(runs)
    assert abs(np.mean(corrected)) < np.mean(plain) / 2
    # The frontier of a small sample lies below the truth by chance, and the bootstrap knows only in part by how much.
    checked.bias(ENVELOPE, "mean efficiency, bias taken off", estimates=corrected, truth=0.0, known=0.0065)
    checked.coverage(ENVELOPE, "efficiency of a unit", hits=covered, runs=runs, known=0.80)

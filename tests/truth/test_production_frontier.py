"""Does the frontier find the truth it is made of?"""

import numpy as np

from coproduce.methods.production.frontier import frontier

TRIALS = 80


def drawn(rng, *, n=300, lost=0.4, noise=0.2):
    hours = np.exp(rng.normal(2, 0.6, (n, 2)))
    u = np.abs(rng.normal(0, lost, n))
    return np.exp(1 + np.log(hours) @ [0.3, 0.6] + rng.normal(0, noise, n) - u), hours, np.exp(-u)


def test_coefficients_and_efficiencies_are_covered_as_promised():
    slopes, covered, gaps = [], [], []
    for trial in range(TRIALS):
        output, hours, truth = drawn(np.random.default_rng([7, trial]))
        found = frontier(output, hours)
        slopes.append(
            [one.low < true < one.high for one, true in zip(found.coefficients[1:], (0.3, 0.6), strict=True)]
        )
        covered.append(np.mean((found.efficiency_low < truth) & (truth < found.efficiency_high)))
        gaps.append(np.mean(found.efficiency - truth))
    assert np.mean(slopes) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / (2 * TRIALS))
    # Intervals of single rows take the parameters as known, and so cover a little less than they promise.
    assert np.mean(covered) >= 0.92
    assert abs(np.mean(gaps)) < 3 * np.std(gaps) / np.sqrt(TRIALS) + 0.01


def test_without_inefficiency_it_is_rarely_told():
    rejected = 0
    for trial in range(TRIALS):
        output, hours, _ = drawn(np.random.default_rng([8, trial]), n=100, lost=0.0)
        rejected += frontier(output, hours).test_inefficiency.p < 0.05
    assert rejected / TRIALS <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / TRIALS)

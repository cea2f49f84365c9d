"""Does the interval of the elasticity cover the truth, and is Cobb-Douglas rarely read as something else?"""

import numpy as np
import pytest

from coproduce.methods.production.ces import ces


def drawn(rng, *, sigma, n=60, noise=0.15):
    hours = np.exp(rng.normal(2, 0.8, (n, 2)))
    logs = np.log(hours)
    rho = 1 / sigma - 1
    mean = logs @ [0.4, 0.6] if sigma == 1 else -np.log(hours**-rho @ [0.4, 0.6]) / rho
    return np.exp(1 + 0.9 * mean + rng.normal(0, noise, n)), hours


@pytest.mark.parametrize("sigma", [0.6, 1.0, 2.0])
def test_the_intervals_cover_as_promised(sigma):
    trials, covered, by_draws, read, rejected = 50, 0, 0, 0, 0
    for trial in range(trials):
        rng = np.random.default_rng([trial, int(10 * sigma)])
        found = ces(*drawn(rng, sigma=sigma), generator=rng, resamples=99)
        covered += found.elasticity.low < sigma < found.elasticity.high
        by_draws += found.elasticity_bootstrap.low < sigma < found.elasticity_bootstrap.high
        read += found.reading != "cannot_say"
        rejected += found.test_lr.p < 0.05
    least = 0.95 - 3 * np.sqrt(0.95 * 0.05 / trials)  # three Monte Carlo errors
    assert covered / trials >= least
    assert by_draws / trials >= least
    if sigma == 1:
        assert read / trials <= 0.05 + 3 * np.sqrt(0.95 * 0.05 / trials)
        assert rejected / trials <= 0.05 + 3 * np.sqrt(0.95 * 0.05 / trials)
    else:
        assert read / trials > 0.5


def test_a_panel_is_covered_by_units():
    trials, units = 40, np.repeat(np.arange(30), 5)
    covered, by_draws = [], []
    for trial in range(trials):
        rng = np.random.default_rng([trial, 5])
        hours = np.exp(rng.normal(2, 0.5, (30, 2))[units] + rng.normal(0, 0.5, (150, 2)))
        noise = rng.normal(0, 0.15, 30)[units] + rng.normal(0, 0.1, 150)
        output = np.exp(1 - 0.9 * np.log(1 / hours @ [0.4, 0.6]) + noise)
        found = ces(output, hours, generator=rng, units=units, resamples=99)
        covered.append(found.elasticity.low < 0.5 < found.elasticity.high)
        by_draws.append(found.elasticity_bootstrap.low < 0.5 < found.elasticity_bootstrap.high)
    least = 0.95 - 3 * np.sqrt(0.95 * 0.05 / trials)
    assert np.mean(covered) >= least
    assert np.mean(by_draws) >= least

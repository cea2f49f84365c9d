"""Does the bootstrap take the bias of envelopment off, and do its intervals hold the truth?"""

import numpy as np

from coproduce.methods.production.dea_bootstrap import dea_bootstrap

TRIALS = 60


def test_bias_is_taken_off_and_intervals_hold_the_truth():
    plain, corrected, covered = [], [], []
    for trial in range(TRIALS):
        rng = np.random.default_rng([3, trial])
        hours = rng.uniform(1, 9, (60, 2))
        lost = np.abs(rng.normal(0, 0.3, 60))
        made = hours[:, 0] ** 0.4 * hours[:, 1] ** 0.6 * np.exp(-lost)
        found = dea_bootstrap(
            hours, made, generator=rng, returns="constant", orientation="output", resamples=300
        )
        truth = np.exp(-lost)
        plain.append(np.mean(found.efficiency - truth))
        corrected.append(np.mean(found.corrected - truth))
        covered.append(np.mean((found.low < truth) & (truth < found.high)))
    assert np.mean(plain) > 3 * np.std(plain) / np.sqrt(TRIALS)
    assert abs(np.mean(corrected)) < np.mean(plain) / 2
    # Less than promised, as the docstring says: the frontier of a small sample lies below the truth by chance.
    error = np.std(covered) / np.sqrt(TRIALS)
    assert 0.85 - 3 * error < np.mean(covered) < 0.95 + 3 * error

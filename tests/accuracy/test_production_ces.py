"""CES against the R package micEconCES (tools/production_reference.R made the numbers), and a second HC2 by numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from coproduce.methods.production.ces import ces

BY_R = json.loads(Path(__file__).with_name("production_reference.json").read_text(encoding="utf-8"))
OPTIMISER = 1e-6
FIRMS = {name: np.array(values) for name, values in BY_R["firms"].items()}
INPUTS = np.column_stack([FIRMS["labour"], FIRMS["capital"]])


def fitted(error):
    return ces(FIRMS["output"], INPUTS, generator=np.random.default_rng(1), error=error, resamples=0)


@pytest.mark.parametrize("error", ["multiplicative", "additive"])
def test_the_60_firms_of_coelli_are_those_of_mic_econ_ces(error):
    found, theirs = fitted(error), BY_R[f"ces_{error}"]
    ours = [found.scale.value, found.shares[0].value, found.rho.value, found.returns_to_scale.value]
    assert ours == pytest.approx(theirs["estimate"], abs=OPTIMISER)
    assert found.residual_sd**2 * 56 == pytest.approx(theirs["rss"][0], rel=OPTIMISER)
    ratio = 60 * np.log(theirs["rss_at_one"][0] / theirs["rss"][0])
    assert found.test_lr.statistic == pytest.approx(ratio, rel=OPTIMISER)
    assert found.elasticity.value == pytest.approx(1 / (1 + theirs["estimate"][2]), abs=OPTIMISER)


def by_hand(parameters):
    """Log output of the textbook's form, in levels."""
    gamma, delta, rho, nu = parameters
    labour, capital = INPUTS.T
    return np.log(gamma * (delta * labour**-rho + (1 - delta) * capital**-rho) ** (-nu / rho))


def test_errors_are_hc2_of_the_textbooks_form():
    found = fitted("multiplicative")
    told = [found.scale, found.shares[0], found.rho, found.returns_to_scale]
    at = np.array([interval.value for interval in told])
    steps = np.diag(1e-5 * np.abs(at))
    slopes = np.column_stack([(by_hand(at + s) - by_hand(at - s)) / (2 * s.sum()) for s in steps])
    residuals = np.log(FIRMS["output"]) - by_hand(at)
    bread = np.linalg.inv(slopes.T @ slopes)
    leverage = np.einsum("ij,jk,ik->i", slopes, bread, slopes)
    scores = slopes * (residuals / np.sqrt(1 - leverage))[:, None]
    errors = np.sqrt(np.diag(bread @ scores.T @ scores @ bread))
    assert [interval.se for interval in told] == pytest.approx(errors, rel=1e-5)


def test_shares_at_means_are_those_of_a_fit_of_inputs_over_their_means():
    over = INPUTS / np.exp(np.log(INPUTS).mean(axis=0))
    found = fitted("multiplicative")
    again = ces(FIRMS["output"], over, generator=np.random.default_rng(2), resamples=0)
    assert again.shares[0].value == pytest.approx(found.shares_at_means[0].value, abs=OPTIMISER)
    assert again.shares[0].se == pytest.approx(found.shares_at_means[0].se, rel=1e-5)
    assert again.elasticity.value == pytest.approx(found.elasticity.value, abs=OPTIMISER)


def test_the_profile_ends_where_the_likelihood_of_a_fine_grid_does():
    found = fitted("multiplicative")
    centred = np.log(INPUTS) - np.log(INPUTS).mean(axis=0)
    y = np.log(FIRMS["output"])
    from scipy.stats import f

    def least(sigma):
        rho, best = 1 / sigma - 1, np.inf
        for logit in np.linspace(-60, 60, 6000):
            with_first = -rho * centred[:, 0] - np.logaddexp(0, -logit)
            mean = -np.logaddexp(with_first, -rho * centred[:, 1] - np.logaddexp(0, logit)) / rho
            best = min(best, np.sum((y - np.polyval(np.polyfit(mean, y, 1), mean)) ** 2))
        return best

    allowed = BY_R["ces_multiplicative"]["rss"][0] * (1 + f.ppf(0.95, 1, 56) / 56)
    assert least(found.elasticity_profile.high) == pytest.approx(allowed, rel=1e-4)
    assert found.elasticity_profile.low == 0
    assert least(np.exp(-4)) < allowed


def test_the_linearised_start_is_that_of_kmenta():
    """Kmenta (1967): log output on logs and the square of their difference, at the geometric means."""
    one, other = (np.log(INPUTS) - np.log(INPUTS).mean(axis=0)).T
    design = np.column_stack([np.ones(60), one, other, (one - other) ** 2])
    _, first, second, bend = np.linalg.lstsq(design, np.log(FIRMS["output"]), rcond=None)[0]
    rho = -2 * bend * (first + second) / (first * second)
    assert fitted("multiplicative").kmenta_rho == pytest.approx(rho, abs=1e-8)

"""CES against the R package micEconCES (tools/production_reference.R made the numbers), and a second HC2 by numbers."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import f
from tests.checked import Source

from coproduce.methods.production.ces import ces

BY_R = json.loads(Path(__file__).with_name("production_reference.json").read_text(encoding="utf-8"))
OPTIMISER = 1e-6
FIRMS = {name: np.array(values) for name, values in BY_R["firms"].items()}
INPUTS = np.column_stack([FIRMS["labour"], FIRMS["capital"]])
BY_MICECONCES = Source(
    question="value",
    kind="program",
    cite="micEconCES (R 4.2.2; tools/production_reference.R), the 60 firms of Coelli (1996)",
)
PLAIN = Source(
    question="value",
    kind="formula",
    cite="The textbook's CES in levels, differences and a grid; 60 firms of Coelli",
)
KMENTA = Source(
    question="value",
    kind="formula",
    cite="Kmenta (1967), International Economic Review 8(2), 180-189: least squares of his linear form",
)


def fitted(error):
    return ces(FIRMS["output"], INPUTS, generator=np.random.default_rng(1), error=error, resamples=0)


@pytest.mark.parametrize("error", ["multiplicative", "additive"])
def test_the_60_firms_of_coelli_are_those_of_mic_econ_ces(error, checked):
    found, theirs = fitted(error), BY_R[f"ces_{error}"]
    ours = [found.scale.value, found.shares[0].value, found.rho.value, found.returns_to_scale.value]
    checked.agrees(
        BY_MICECONCES,
        f"{error} error: scale, share, rho, returns to scale and elasticity",
        ours=[*ours, found.elasticity.value],
        theirs=[*theirs["estimate"], 1 / (1 + theirs["estimate"][2])],
        within=OPTIMISER,
    )
    checked.agrees(
        BY_MICECONCES,
        f"{error} error: sum of squared residuals, and likelihood ratio of Cobb-Douglas",
        ours=[found.residual_sd**2 * 56, found.test_lr.statistic],
        theirs=[theirs["rss"][0], 60 * np.log(theirs["rss_at_one"][0] / theirs["rss"][0])],
        within=OPTIMISER,
        relative=True,
    )


def by_hand(parameters):
    """Log output of the textbook's form, in levels."""
    gamma, delta, rho, nu = parameters
    labour, capital = INPUTS.T
    return np.log(gamma * (delta * labour**-rho + (1 - delta) * capital**-rho) ** (-nu / rho))


def test_errors_are_hc2_of_the_textbooks_form(checked):
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
    what = "HC2 errors of scale, share, rho and returns to scale, slopes by differences"
    ours = [interval.se for interval in told]
    checked.agrees(PLAIN, what, ours=ours, theirs=errors, within=OPTIMISER, relative=True)


def test_shares_at_means_are_those_of_a_fit_of_inputs_over_their_means(checked):
    over = INPUTS / np.exp(np.log(INPUTS).mean(axis=0))
    found = fitted("multiplicative")
    again = ces(FIRMS["output"], over, generator=np.random.default_rng(2), resamples=0)
    checked.agrees(
        PLAIN,
        "share at the means and elasticity, by a fit of inputs over their means",
        ours=[found.shares_at_means[0].value, found.elasticity.value],
        theirs=[again.shares[0].value, again.elasticity.value],
        within=OPTIMISER,
    )
    checked.agrees(
        PLAIN,
        "error of the share at the means, by a fit of inputs over their means",
        ours=found.shares_at_means[0].se,
        theirs=again.shares[0].se,
        within=OPTIMISER,
        relative=True,
    )


def test_the_profile_ends_where_the_likelihood_of_a_fine_grid_does(checked):
    found = fitted("multiplicative")
    centred = np.log(INPUTS) - np.log(INPUTS).mean(axis=0)
    y = np.log(FIRMS["output"])

    def least(sigma):
        rho, best = 1 / sigma - 1, np.inf
        for logit in np.linspace(-60, 60, 6000):
            with_first = -rho * centred[:, 0] - np.logaddexp(0, -logit)
            mean = -np.logaddexp(with_first, -rho * centred[:, 1] - np.logaddexp(0, logit)) / rho
            best = min(best, np.sum((y - np.polyval(np.polyfit(mean, y, 1), mean)) ** 2))
        return best

    allowed = BY_R["ces_multiplicative"]["rss"][0] * (1 + f.ppf(0.95, 1, 56) / 56)
    checked.agrees(
        PLAIN,
        "sum of squared residuals where the profile of the elasticity ends, by a grid",
        ours=least(found.elasticity_profile.high),
        theirs=allowed,
        within=1e-4,
        relative=True,
    )
    assert found.elasticity_profile.low == 0
    assert least(np.exp(-4)) < allowed


def test_the_linearised_start_is_that_of_kmenta(checked):
    """Log output on logs and the square of their difference, at the geometric means."""
    one, other = (np.log(INPUTS) - np.log(INPUTS).mean(axis=0)).T
    design = np.column_stack([np.ones(60), one, other, (one - other) ** 2])
    _, first, second, bend = np.linalg.lstsq(design, np.log(FIRMS["output"]), rcond=None)[0]
    rho = -2 * bend * (first + second) / (first * second)
    ours = fitted("multiplicative").kmenta_rho
    checked.agrees(KMENTA, "rho of 60 firms", ours=ours, theirs=rho, within=1e-8)

"""The stochastic frontier against FRONTIER 4.1 (Coelli 1996) and R's frontier (tools/production_reference.R)."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm, truncnorm

from coproduce.methods.production.composed_error import log_likelihoods
from coproduce.methods.production.efficiency import efficiency_given
from coproduce.methods.production.frontier import frontier

BY_R = json.loads(Path(__file__).with_name("production_reference.json").read_text(encoding="utf-8"))
FIRMS = {name: np.array(values) for name, values in BY_R["firms"].items()}
RICE = {name: np.array(values) for name, values in BY_R["rice"].items()}
MADE = {
    "half_normal": (FIRMS["output"], np.column_stack([FIRMS["capital"], FIRMS["labour"]]), {}),
    "truncated": (
        FIRMS["output"],
        np.column_stack([FIRMS["capital"], FIRMS["labour"]]),
        {"distribution": "truncated_normal"},
    ),
    "rice_half_normal": (
        RICE["PROD"],
        np.column_stack([RICE[name] for name in ("AREA", "LABOR", "NPK")]),
        {},
    ),
    "rice_determinants": (
        RICE["PROD"],
        np.column_stack([RICE[name] for name in ("AREA", "LABOR", "NPK")]),
        {"determinants": np.column_stack([RICE["EDYRS"], RICE["BANRAT"]])},
    ),
}

TOLERANCE = {"half_normal": 1e-3, "truncated": 5e-3, "rice_half_normal": 1e-3, "rice_determinants": 1e-3}
"""In standard errors; the likelihood of the truncated model is all but flat in its mean."""


def fitted(name):
    output, inputs, more = MADE[name]
    found = frontier(output, inputs, **more)
    mean = [*found.determinants] if found.determinants else []
    in_their_order = (
        [*found.coefficients, found.sigma2, found.gamma, *mean]
        if name == "truncated"
        else [*found.coefficients, *mean, found.sigma2, found.gamma]
    )
    return found, in_their_order


def test_the_published_output_of_frontier_4_1():
    """Coelli (1996), CEPA Working Paper 7/96, output of example 1: as printed, its own iterations having stopped."""
    found, told = fitted("half_normal")
    published = [0.56161963, 0.28110205, 0.53647981, 0.21700046, 0.79720730]
    assert [one.value for one in told] == pytest.approx(published, abs=5e-6)
    assert found.log_likelihood == pytest.approx(-17.027229, abs=5e-6)
    assert found.log_likelihood_ols == pytest.approx(-18.446849, abs=1e-5)
    assert found.test_inefficiency.statistic == pytest.approx(2.8392402, abs=2e-5)


@pytest.mark.parametrize("name", ["half_normal", "truncated", "rice_half_normal", "rice_determinants"])
def test_the_r_package_agrees_within_a_thousandth_of_an_error(name):
    """Two optimisers of one likelihood; theirs has pi in single precision and stops where its steps are short."""
    found, told = fitted(name)
    theirs = BY_R[name]
    for ours, value, se in zip(told, theirs["estimate"], theirs["se"], strict=True):
        assert ours.value == pytest.approx(value, abs=TOLERANCE[name] * se)
    of_pi = len(MADE[name][0]) / 2 * np.log(np.pi / float(np.float32(3.1415926)))
    assert found.log_likelihood == pytest.approx(theirs["log_likelihood"][0] - of_pi, abs=1e-6)
    assert found.log_likelihood_ols == pytest.approx(theirs["log_likelihood_ols"][0], abs=1e-8)
    assert found.efficiency == pytest.approx(theirs["efficiency"], abs=TOLERANCE[name])
    assert found.test_inefficiency.statistic == pytest.approx(theirs["chisq"][0] - 2 * of_pi, abs=2e-6)


@pytest.mark.parametrize("name", ["half_normal", "truncated", "rice_half_normal", "rice_determinants"])
def test_the_likelihood_is_flat_where_we_stop(name):
    found, _ = fitted(name)
    output, inputs, more = MADE[name]
    x = np.column_stack([np.ones(len(output)), np.log(inputs)])
    z = np.ones((len(output), 0 if not found.determinants else 1))
    z = np.column_stack([z, more["determinants"]]) if "determinants" in more else z
    told = [*found.coefficients, *found.determinants, found.sigma2, found.gamma]
    at = np.array([one.value for one in told])
    _, slopes = log_likelihoods(at, np.log(output), x=x, z=z)
    errors = np.array([one.se for one in told])
    assert np.abs(slopes.sum(axis=0) * errors).max() < 1e-6


def density(e, *, mu, sigma2, gamma):
    """Of e = v - u, by integration over u."""
    u = truncnorm(-mu / np.sqrt(gamma * sigma2), np.inf, loc=mu, scale=np.sqrt(gamma * sigma2))
    noise = norm(scale=np.sqrt((1 - gamma) * sigma2))
    return quad(lambda at: u.pdf(at) * noise.pdf(e + at), 0, 8, epsabs=1e-13, points=[0.1, 0.5, 1, 2])[0]


@pytest.mark.parametrize("mu", [0.0, 0.4, -0.5])
@pytest.mark.parametrize("e", [-1.5, -0.2, 0.0, 0.6])
def test_the_density_is_that_of_an_integral(mu, e):
    one = np.ones((1, 1))
    value, _ = log_likelihoods(np.array([0.0, mu, 0.3, 0.7]), np.array([e]), x=one, z=one)
    assert np.exp(value[0]) == pytest.approx(density(e, mu=mu, sigma2=0.3, gamma=0.7), rel=1e-8)


@pytest.mark.parametrize("mu", [0.0, 0.4, -0.5])
@pytest.mark.parametrize("e", [-1.5, -0.2, 0.6])
def test_efficiencies_are_those_of_an_integral(mu, e):
    found = efficiency_given(np.array([e]), means=np.array([mu]), sigma2=0.3, gamma=0.7, level=0.9)
    u = truncnorm(-mu / np.sqrt(0.21), np.inf, loc=mu, scale=np.sqrt(0.21))
    noise = norm(scale=np.sqrt(0.09))

    def integral(weight, upto=8.0):
        return quad(lambda at: weight(at) * u.pdf(at) * noise.pdf(e + at), 0, upto, epsabs=1e-14)[0]

    whole = integral(lambda at: 1.0)
    assert found.value[0] == pytest.approx(integral(lambda at: np.exp(-at)) / whole, rel=1e-7)
    assert integral(lambda at: 1.0, -np.log(found.high[0])) / whole == pytest.approx(0.05, rel=1e-6)
    assert integral(lambda at: 1.0, -np.log(found.low[0])) / whole == pytest.approx(0.95, rel=1e-6)

"""The stochastic frontier against FRONTIER 4.1 (Coelli 1996) and R's frontier (tools/production_reference.R)."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm, truncnorm
from tests.checked import Source

from coproduce.methods.production.composed_error import log_likelihoods
from coproduce.methods.production.efficiency import efficiency_given
from coproduce.methods.production.frontier import frontier

BY_R = json.loads(Path(__file__).with_name("production_reference.json").read_text(encoding="utf-8"))
FIRMS = {name: np.array(values) for name, values in BY_R["firms"].items()}
RICE = {name: np.array(values) for name, values in BY_R["rice"].items()}
COELLI = Source(
    question="value",
    cite="Coelli (1996), A Guide to FRONTIER Version 4.1, CEPA Working Paper 7/96, output of example 1 "
    "(EG1.OUT)",
)
BY_FRONTIER = Source(
    question="value",
    kind="program",
    cite="frontier (R 4.2.2; tools/production_reference.R): the 60 firms of Coelli (1996), and Philippine rice farmers",
)
INTEGRAL = Source(
    question="value", kind="formula", cite="The composed error by integration over inefficiency"
)
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

CALLED = {
    "half_normal": "60 firms, half normal",
    "truncated": "60 firms, truncated normal",
    "rice_half_normal": "rice, half normal",
    "rice_determinants": "rice, with education and share of bank loans",
}
STOPS = 1e-4
"""In standard errors: R stops where its steps are short, and the likelihood of some models is all but flat."""


EFFICIENCIES = """
0.65068880 0.82889151 0.72642592 0.74785113 0.69133584 0.77654637 0.56516787 0.73768185 0.84388964 0.75784167
0.54558432 0.93739520 0.44809682 0.61831027 0.87384359 0.54952777 0.71262499 0.75907226 0.85727198 0.80651927
0.72458613 0.87223606 0.83681369 0.75225715 0.52974774 0.89731683 0.81013415 0.78179413 0.85610585 0.62097885
0.57938181 0.74934194 0.88192581 0.42082174 0.35126244 0.88908382 0.84118609 0.67868899 0.67291047 0.83853427
0.75964587 0.68189614 0.80438742 0.88652992 0.74299265 0.72610191 0.85341515 0.78519185 0.67207111 0.51430249
0.84238134 0.85098581 0.85963850 0.75508293 0.81649829 0.75991250 0.87350729 0.66471456 0.85670448 0.70842786
"""


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


def test_the_published_output_of_frontier_4_1(checked):
    """Not to the last printed digit: its own iterations stop before, and it has pi in single precision."""
    found, told = fitted("half_normal")
    published = ("0.56161963", "0.28110205", "0.53647981", "0.21700046", "0.79720730")
    names = ("constant", "elasticity of capital", "elasticity of labour", "sigma squared", "gamma")
    for name, one, theirs in zip(names, told, published, strict=True):
        checked.agrees(COELLI, name, ours=one.value, theirs=theirs, within=5e-6)
    for name, ours, theirs, within in (
        ("log likelihood", found.log_likelihood, "-17.027229", 5e-6),
        ("log likelihood of least squares", found.log_likelihood_ols, "-18.446849", 1e-5),
        ("likelihood ratio of no inefficiency", found.test_inefficiency.statistic, "2.8392402", 2e-5),
    ):
        checked.agrees(COELLI, name, ours=ours, theirs=theirs, within=within)
    checked.agrees(COELLI, "mean efficiency", ours=found.mean_efficiency, theirs="0.74056772", within=1e-6)
    checked.agrees(
        COELLI, "efficiency of 60 firms", ours=found.efficiency, theirs=EFFICIENCIES.split(), within=2e-6
    )


@pytest.mark.parametrize("name", ["half_normal", "truncated", "rice_half_normal", "rice_determinants"])
def test_the_r_package_agrees_within_a_small_part_of_an_error(name, checked):
    """Two optimisers of one likelihood; theirs has pi in single precision and stops where its steps are short."""
    found, told = fitted(name)
    theirs = BY_R[name]
    se = np.array(theirs["se"])
    checked.agrees(
        BY_FRONTIER,
        f"{CALLED[name]}: every parameter, in its standard errors",
        ours=np.array([one.value for one in told]) / se,
        theirs=np.array(theirs["estimate"]) / se,
        within=STOPS,
    )
    of_pi = len(MADE[name][0]) / 2 * np.log(np.pi / float(np.float32(3.1415926)))
    ratio = found.test_inefficiency.statistic
    for what, ours, value, within in (
        ("log likelihood", found.log_likelihood, theirs["log_likelihood"][0] - of_pi, 1e-6),
        ("log likelihood of least squares", found.log_likelihood_ols, theirs["log_likelihood_ols"][0], 1e-8),
        ("likelihood ratio of no inefficiency", ratio, theirs["chisq"][0] - 2 * of_pi, 2e-6),
        ("efficiency of each", found.efficiency, theirs["efficiency"], 1e-5),
    ):
        checked.agrees(BY_FRONTIER, f"{CALLED[name]}: {what}", ours=ours, theirs=value, within=within)


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
def test_the_density_is_that_of_an_integral(mu, checked):
    at, one = (-1.5, -0.2, 0.0, 0.6), np.ones((1, 1))
    found = [log_likelihoods(np.array([0.0, mu, 0.3, 0.7]), np.array([e]), x=one, z=one)[0][0] for e in at]
    checked.agrees(
        INTEGRAL,
        f"density at {len(at)} residuals, mean {mu}",
        ours=np.exp(found),
        theirs=[density(e, mu=mu, sigma2=0.3, gamma=0.7) for e in at],
        within=1e-10,
        relative=True,
    )


@pytest.mark.parametrize("mu", [0.0, 0.4, -0.5])
def test_efficiencies_are_those_of_an_integral(mu, checked):
    at = np.array([-1.5, -0.2, 0.6])
    found = efficiency_given(at, means=np.full(3, mu), sigma2=0.3, gamma=0.7, level=0.9)
    ends = zip(at, found.high, found.low, strict=True)
    told = [by_integral(e, mu=mu, limits=(high, low)) for e, high, low in ends]
    checked.agrees(
        INTEGRAL,
        f"efficiency at 3 residuals, mean {mu}",
        ours=found.value,
        theirs=[value for value, _ in told],
        within=1e-10,
        relative=True,
    )
    checked.agrees(
        INTEGRAL,
        f"shares beyond both limits of efficiency at 3 residuals, mean {mu}",
        ours=[shares for _, shares in told],
        theirs=[0.05, 0.95] * 3,
        within=1e-10,
        relative=True,
    )


def by_integral(e, *, mu, limits):
    """Mean efficiency, and how much of the distribution lies beyond each limit."""
    u = truncnorm(-mu / np.sqrt(0.21), np.inf, loc=mu, scale=np.sqrt(0.21))
    noise = norm(scale=np.sqrt(0.09))

    def integral(weight, upto=8.0):
        return quad(lambda at: weight(at) * u.pdf(at) * noise.pdf(e + at), 0, upto, epsabs=1e-14)[0]

    whole = integral(lambda at: 1.0)
    return integral(lambda at: np.exp(-at)) / whole, [
        integral(lambda at: 1.0, -np.log(limit)) / whole for limit in limits
    ]

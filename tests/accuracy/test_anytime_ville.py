"""Confidence sequences and e-BH against the package `ville` 0.1.0 (stored output of `tools/harms_reference.py`)."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from coproduce.methods.anytime import (
    Looks,
    bounded_mean,
    compared_means,
    half_normal_log_e,
    mixture_half_width,
    raised_alarms,
    shared_counts,
)
from coproduce.methods.anytime.mixture import best_scale

STORED = json.loads((Path(__file__).parent / "anytime_ville.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["beta", "rare"])
def test_the_hedged_capital_sequence_is_villes(name):
    stored = STORED["betting"][name]
    _, low, high = bounded_mean(np.array([stored["values"]]), low=0, high=1, grid=400)
    assert low[0] == pytest.approx(stored["low"], abs=1e-10)
    assert high[0] == pytest.approx(stored["high"], abs=1e-10)


@pytest.mark.parametrize("time", [1, 10, 100, 1000])
def test_the_mixture_boundaries_are_villes(time):
    scale = 1 / np.sqrt(40.0)
    two_sided = mixture_half_width(np.array(float(time)), alpha=0.05, scale=scale) * time
    assert two_sided == pytest.approx(STORED["boundary"][str(time)], rel=1e-10)
    score = np.array(STORED["one_sided"][str(time)])
    assert half_normal_log_e(score, np.array(float(time)), scale=scale) == pytest.approx(np.log(20), abs=1e-8)


@pytest.mark.parametrize("each", [10, 20, 150])
def test_compared_means_widen_the_boundary_from_the_normal_to_students_t(each):
    """Each half-width in standard errors has the chance under t that the mixture's boundary has under the normal."""
    rng = np.random.default_rng(each)
    arms = rng.normal(0, [[1.0], [3.0]], (2, each))
    found = compared_means(*(looks_of(arm[None, None, :]) for arm in arms))
    errors = arms.var(axis=1, ddof=1) / each
    df = errors.sum() ** 2 / (errors**2 / (each - 1)).sum()
    boundary = mixture_half_width(np.array(each / 2), alpha=0.05, scale=best_scale(50, alpha=0.05))
    theirs = stats.t.isf(stats.norm.sf(boundary * np.sqrt(each / 2)), df)
    ours = (found.high - found.low)[0, 0] / 2 / np.sqrt(errors.sum())
    assert ours == pytest.approx(
        theirs, rel=0.005
    )  # Wallace (1959): his approximation is this good from 9 degrees on
    assert found.estimate[0, 0] == pytest.approx(arms[0].mean() - arms[1].mean(), abs=1e-12)


def looks_of(values):
    """Values of the shape (streams, looks, units) as looks."""
    return Looks(
        n=np.full(values.shape[:2], values.shape[2] * 1.0), total=values.sum(2), squares=(values**2).sum(2)
    )


def test_the_asymptotic_sequence_is_villes_where_the_variance_is_known_well():
    """A comparison group without end and without spread makes two means one mean; `ville` neither goes to t nor
    takes the approximate scale, so our half-width is put back by the two factors before it is compared."""
    stored = STORED["asymptotic"]
    values = np.array([stored["values"]])
    many = Looks(n=np.full((1, 1), 1e15), total=np.zeros((1, 1)), squares=np.zeros((1, 1)))
    found = compared_means(looks_of(values[None]), many, best_at=100)
    ours = (found.high - found.low)[0, 0] / 2 / (values.std(ddof=1) / np.sqrt(300))
    normal = stats.norm.isf(stats.t.sf(ours, 299))
    theirs = (stored["high"][-1] - stored["low"][-1]) / 2 / (values.std(ddof=1) / np.sqrt(300))
    scale = best_scale(100, alpha=0.05)
    rho = minimize_scalar(lambda log: width(np.exp(log)), bounds=(-6, 2), method="bounded").x
    assert normal * width(np.exp(rho), 300) / width(scale, 300) == pytest.approx(theirs, rel=1e-4)


def width(scale, time=100):
    return float(mixture_half_width(np.array(float(time)), alpha=0.05, scale=scale))


def test_the_scale_is_nearly_the_best():
    widths = [
        mixture_half_width(np.array(100.0), alpha=0.05, scale=float(scale))
        for scale in np.exp(np.linspace(-4, 1, 2001))
    ]
    best = mixture_half_width(np.array(100.0), alpha=0.05, scale=best_scale(100, alpha=0.05))
    assert best == pytest.approx(min(widths), rel=1e-3)


def test_a_share_of_incidents_has_villes_limits_rounded_outwards():
    stored = STORED["bernoulli"]
    values = np.array([stored["values"]])
    found = shared_counts(values, 1 - values, share=np.array([[0.5]]))
    step = 1.0233
    for ours, theirs in ((found.low[0], stored["low"]), (found.high[0], stored["high"])):
        ratio = np.array(theirs) / np.maximum(1 - np.array(theirs), 1e-300)
        known = (ratio > 0.02) & (ratio < 50)
        apart = np.abs(np.log(ours[known] / ratio[known]))
        assert np.all(apart <= np.log(step) + 1e-4)
    assert np.all(found.low[0] / (1 + found.low[0]) <= np.array(stored["low"]) + 1e-6)


def test_e_bh_is_villes():
    log_e = np.log([[30.0], [45.0], [2.0], [500.0], [60.0], [0.5]])
    assert np.flatnonzero(raised_alarms(log_e, alpha=0.05).raised).tolist() == STORED["ebh"]

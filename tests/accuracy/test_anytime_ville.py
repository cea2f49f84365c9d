"""Confidence sequences and e-BH against the package `ville` 0.1.0 (stored output of `tools/harms_reference.py`)."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar
from tests.checked import Source

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

VILLE = Source(question="harms", cite="ville 0.1.0 (tools/harms_reference.py)", kind="program")
WALLACE = Source(
    question="harms",
    cite="SciPy's Student t at the boundary's chance under the normal; Wallace (1959), Annals of Mathematical "
    "Statistics 30(4), 1121-1130, is what we take",
    kind="formula",
)
GRID = Source(question="harms", cite="the best of 2,001 scales", kind="formula")
STORED = json.loads((Path(__file__).parent / "anytime_ville.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["beta", "rare"])
def test_the_hedged_capital_sequence_is_villes(name, checked):
    stored = STORED["betting"][name]
    _, low, high = bounded_mean(np.array([stored["values"]]), low=0, high=1, grid=400)
    checked.agrees(
        VILLE,
        f"hedged-capital sequence at 300 steps, {name} data: limits",
        ours=[low[0], high[0]],
        theirs=[stored["low"], stored["high"]],
        within=1e-10,
    )


@pytest.mark.parametrize("time", [1, 10, 100, 1000])
def test_the_mixture_boundaries_are_villes(time, checked):
    scale = 1 / np.sqrt(40.0)
    two_sided = mixture_half_width(np.array(float(time)), alpha=0.05, scale=scale) * time
    checked.agrees(
        VILLE,
        f"two-sided mixture boundary at time {time}",
        ours=two_sided,
        theirs=STORED["boundary"][str(time)],
        within=1e-10,
        relative=True,
    )
    score = np.array(STORED["one_sided"][str(time)])
    checked.agrees(
        VILLE,
        f"logarithm of the e-value on its one-sided boundary at time {time}",
        ours=half_normal_log_e(score, np.array(float(time)), scale=scale),
        theirs=np.log(20),
        within=1e-8,
    )


@pytest.mark.parametrize("each", [10, 20, 150])
def test_compared_means_widen_the_boundary_from_the_normal_to_students_t(each, checked):
    """Each half-width in standard errors has the chance under t that the mixture's boundary has under the normal."""
    rng = np.random.default_rng(each)
    arms = rng.normal(0, [[1.0], [3.0]], (2, each))
    found = compared_means(*(looks_of(arm[None, None, :]) for arm in arms))
    errors = arms.var(axis=1, ddof=1) / each
    df = errors.sum() ** 2 / (errors**2 / (each - 1)).sum()
    boundary = mixture_half_width(np.array(each / 2), alpha=0.05, scale=best_scale(50, alpha=0.05))
    theirs = stats.t.isf(stats.norm.sf(boundary * np.sqrt(each / 2)), df)
    ours = (found.high - found.low)[0, 0] / 2 / np.sqrt(errors.sum())
    checked.agrees(
        WALLACE,
        f"half-width in errors, {each} units an arm",
        ours=ours,
        theirs=theirs,
        within=0.005,  # his approximation is this good from 9 degrees on
        relative=True,
    )
    assert found.estimate[0, 0] == pytest.approx(arms[0].mean() - arms[1].mean(), abs=1e-12)


def looks_of(values):
    """Values of the shape (streams, looks, units) as looks."""
    return Looks(
        n=np.full(values.shape[:2], values.shape[2] * 1.0), total=values.sum(2), squares=(values**2).sum(2)
    )


def test_the_asymptotic_sequence_is_villes_where_the_variance_is_known_well(checked):
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
    checked.agrees(
        VILLE,
        "asymptotic sequence at 300 steps: half-width in errors",
        ours=normal * width(np.exp(rho), 300) / width(scale, 300),
        theirs=theirs,
        within=1e-4,
        relative=True,
    )


def width(scale, time=100):
    return float(mixture_half_width(np.array(float(time)), alpha=0.05, scale=scale))


def test_the_scale_is_nearly_the_best(checked):
    widths = [
        mixture_half_width(np.array(100.0), alpha=0.05, scale=float(scale))
        for scale in np.exp(np.linspace(-4, 1, 2001))
    ]
    best = mixture_half_width(np.array(100.0), alpha=0.05, scale=best_scale(100, alpha=0.05))
    checked.agrees(
        GRID, "width of the mixture at time 100", ours=best, theirs=min(widths), within=1e-3, relative=True
    )


def test_a_share_of_incidents_has_villes_limits_rounded_outwards(checked):
    stored = STORED["bernoulli"]
    values = np.array([stored["values"]])
    found = shared_counts(values, 1 - values, share=np.array([[0.5]]))
    step = 1.0233  # between two rate ratios that are tried; outwards, so that nothing is promised in between
    for end, ours in (("lower", found.low[0]), ("upper", found.high[0])):
        theirs = np.array(stored["low" if end == "lower" else "high"])
        ratio = theirs / np.maximum(1 - theirs, 1e-300)
        known = (ratio > 0.02) & (ratio < 50)
        checked.agrees(
            VILLE,
            f"sequence of a share of incidents: logarithm of the rate ratio, {end} limits",
            ours=np.log(ours[known]),
            theirs=np.log(ratio[known]),
            within=np.log(step) + 1e-4,
        )
    assert np.all(found.low[0] / (1 + found.low[0]) <= np.array(stored["low"]) + 1e-6)


def test_e_bh_is_villes(checked):
    log_e = np.log([[30.0], [45.0], [2.0], [500.0], [60.0], [0.5]])
    ours = np.flatnonzero(raised_alarms(log_e, alpha=0.05).raised).tolist()
    checked.same(VILLE, "alarms of six streams by e-BH (places from 0)", ours=ours, theirs=STORED["ebh"])

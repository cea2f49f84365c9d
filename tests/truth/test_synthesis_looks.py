"""A living synthesis on simulated studies: it holds at all looks together, whatever the heterogeneity."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from tests.checked import Simulation, repeated

from coproduce.methods.synthesis.living import living, symmetric_evidence

ROUNDS, STUDIES, MEAN = repeated(1500), 30, 0.2
KINDS = {
    "none": "none",
    "normal": "normal",
    "heavy": "by Student's t with 2 degrees of freedom",
    "camps": "two camps, one unit apart",
}


def _made(kind):
    return Simulation(
        question="synthesis",
        design=f"living: how true effects differ: {KINDS[kind]}",
        made=f"{STUDIES} studies arrive one by one and are pooled after each; a mean effect of {MEAN:g}",
    )


def _heterogeneous(rng, kind):
    """Effects whose true values differ: normally, or with heavy tails, or between two camps."""
    variance = rng.uniform(0.01, 0.3, STUDIES)
    true = {
        "none": np.zeros(STUDIES),
        "normal": 0.3 * rng.normal(size=STUDIES),
        "heavy": 0.3 * rng.standard_t(2, size=STUDIES),
        "camps": 0.5 * rng.choice([-1.0, 1.0], size=STUDIES),
    }[kind]
    return MEAN + true + np.sqrt(variance) * rng.normal(size=STUDIES), variance


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_against_the_truth_seldom_ever_reaches_twenty(kind, checked):
    rng = np.random.default_rng(11)
    reached = found = 0
    for _ in range(ROUNDS):
        effect, variance = _heterogeneous(rng, kind)
        stakes = 1 / (variance + 0.05)
        reached += symmetric_evidence(effect, stakes, against=MEAN, scale=0.3).max() >= math.log(20)
        found += symmetric_evidence(effect, stakes, against=0.0, scale=0.3).max() >= math.log(20)
    simulation = _made(kind)
    checked.false_alarms(simulation, f"misled at any of {STUDIES} looks", alarms=int(reached), runs=ROUNDS)
    checked.power(simulation, f"a mean of {MEAN:g} at any of {STUDIES} looks", found=int(found), runs=ROUNDS)


def test_the_ordinary_interval_looked_at_after_each_study_does_not_hold():
    """What the living one is for: by z, one tau2 known, far more than 5 % are misled at some look."""
    rng = np.random.default_rng(12)
    misled = 0
    for _ in range(ROUNDS):
        effect, variance = _heterogeneous(rng, "none")
        z = np.cumsum((effect - MEAN) / variance) / np.sqrt(np.cumsum(1 / variance))
        misled += (np.abs(z) > 1.96).any()
    assert misled / ROUNDS > 0.15


@pytest.mark.parametrize("assumption", ["symmetric", "one_effect"])
def test_the_limits_hold_at_all_looks_and_close_in(assumption, checked):
    rng = np.random.default_rng(13)
    rounds, held = repeated(40), 0
    kind = "none" if assumption == "one_effect" else "normal"
    for _ in range(rounds):
        effect, variance = _heterogeneous(rng, kind)
        found = living(effect, variance, assumption=assumption)
        held += bool(((found.low <= MEAN) & (found.high >= MEAN)).all())
        assert found.high[-1] - found.low[-1] < 1.5
    checked.coverage(
        _made(kind), f"limits at all {STUDIES} looks together ({assumption})", hits=held, runs=rounds
    )


def test_limits_are_the_means_that_the_evidence_does_not_rule_out():
    rng = np.random.default_rng(14)
    effect, variance = _heterogeneous(rng, "none")
    found = living(effect, np.full(STUDIES, variance.mean()))
    stakes = 1 / (variance.mean() + _tau2_before(effect, variance.mean()))
    for limit in (found.low[-1], found.high[-1]):
        evidence = symmetric_evidence(effect, stakes, against=limit, scale=math.sqrt(variance.mean()))
        # The two bets share the evidence: one has grown to 40, the other to next to nothing.
        assert evidence[-1] == pytest.approx(math.log(20), abs=0.01)


def _tau2_before(effect, variance):
    """DerSimonian and Laird's tau2 of the studies before each, one by one."""
    found = []
    for before in range(len(effect)):
        part, w = effect[:before], 1 / variance
        q = w * ((part - part.mean()) ** 2).sum() if before > 1 else 0.0
        scale = before * w - w if before > 1 else 1.0
        found.append(max(0.0, (q - (before - 1)) / scale) if before > 1 else 0.0)
    return np.array(found)


def test_the_mixture_of_one_effect_is_the_integral_that_it_stands_for():
    effect, variance = np.array([0.4, 0.1, 0.3]), np.array([0.04, 0.09, 0.02])
    means = np.linspace(-8, 8, 400_001)
    likelihood = np.exp(stats.norm.logpdf(effect[:, None], means, np.sqrt(variance)[:, None]).sum(axis=0))
    prior = stats.norm.pdf(means, 0, math.sqrt(variance[0]))
    at_nought = np.exp(stats.norm.logpdf(effect, 0, np.sqrt(variance)).sum())
    expected = (likelihood * prior).sum() * (means[1] - means[0]) / at_nought
    found = living(effect, variance, assumption="one_effect")
    assert found.e_value[-1] == pytest.approx(expected, rel=1e-8)

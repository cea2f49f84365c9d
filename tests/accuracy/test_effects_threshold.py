"""Regression discontinuity against weighted least squares in numpy."""

import numpy as np
import pytest
from tests.checked import Source

from coproduce.errors import EstimationError
from coproduce.methods.effects.threshold import threshold_effects

LINEAR_ALGEBRA = 1e-8
WEIGHTED = Source(
    question="effects",
    cite="weighted least squares with a triangular kernel, in plain numpy "
    "(Calonico, Cattaneo and Titiunik 2014, Econometrica 82(6), 2295-2326)",
    kind="formula",
)
ONCE = Source(question="effects", cite="the same units once, each a cluster of its own", kind="formula")


def units(rng, *, n=1200, jump=1.0):
    x = rng.uniform(0, 10, n)
    return 0.4 * x - 0.02 * x**2 + jump * (x >= 5) + rng.normal(0, 0.5, n), x


def by_hand(y, x, *, width, order):
    """The jump of two polynomials, weighted by a triangle."""
    d = x - 5
    inside = np.abs(d) < width
    root = np.sqrt(1 - np.abs(d[inside]) / width)
    powers = np.column_stack([d[inside] ** k for k in range(order + 1)])
    design = np.column_stack([powers * (d[inside] >= 0)[:, None], powers])
    return np.linalg.lstsq(design * root[:, None], y[inside] * root, rcond=None)[0][0]


def test_the_plain_estimate_is_a_weighted_line_on_each_side(checked):
    y, x = units(np.random.default_rng(1))
    found = threshold_effects(y, x, cutoff=5)
    checked.agrees(
        WEIGHTED,
        "jump of two lines",
        ours=found.conventional[0],
        theirs=by_hand(y, x, width=found.bandwidth, order=1),
        within=LINEAR_ALGEBRA,
    )


def test_with_clusters_it_is_a_weighted_parabola_and_a_cluster_counts_as_one(checked):
    y, x = units(np.random.default_rng(2))
    found = threshold_effects(y, x, cutoff=5, bandwidth=2.0, cluster=np.arange(len(x)))
    checked.agrees(
        WEIGHTED,
        "jump of two parabolas, which corrects for bias",
        ours=found.contrast.estimate,
        theirs=by_hand(y, x, width=2.0, order=2),
        within=LINEAR_ALGEBRA,
    )
    twice = threshold_effects(
        np.repeat(y, 2), np.repeat(x, 2), cutoff=5, bandwidth=2.0, cluster=np.repeat(np.arange(len(x)), 2)
    )
    checked.agrees(
        ONCE,
        "everybody twice, by cluster: error at a threshold",
        ours=twice.contrast.se,
        theirs=found.contrast.se,
        within=LINEAR_ALGEBRA,
    )
    checked.agrees(
        ONCE,
        "everybody twice, by cluster: degrees of freedom at a threshold",
        ours=twice.contrast.df,
        theirs=found.contrast.df,
        within=1e-6,
    )


def test_the_treated_side_can_be_the_lower_one():
    y, x = units(np.random.default_rng(3))
    above = threshold_effects(y, x, cutoff=5)
    below = threshold_effects(y, -x, cutoff=-5, treated_when="below")
    assert below.contrast.estimate == pytest.approx(above.contrast.estimate, abs=LINEAR_ALGEBRA)
    assert below.bins[0].running == pytest.approx(-above.bins[-1].running)


def test_people_who_choose_their_side_are_noticed():
    rng = np.random.default_rng(4)
    y, x = units(rng, n=3000)
    moved = np.where((x > 4.5) & (x < 5) & (rng.random(3000) < 0.8), x + 0.5, x)
    assert threshold_effects(y, x, cutoff=5).density_p > 0.05
    found = threshold_effects(y, moved, cutoff=5)
    assert found.density_p < 0.01
    assert not found.contrast.worries[0].ok


def test_other_bandwidths_holes_and_covariates_stand_beside_it():
    rng = np.random.default_rng(5)
    y, x = units(rng)
    jumps = np.column_stack([rng.normal(size=len(x)), 2.0 * (x >= 5) + rng.normal(size=len(x))])
    found = threshold_effects(y, x, cutoff=5, covariates=jumps)
    assert len(found.bandwidths) == 5
    middle = found.bandwidths[2]
    assert middle.bandwidth == pytest.approx(found.bandwidth)
    assert [one.donut > 0 for one in found.donuts] == [True] * 3
    worry = {worry.name: worry for worry in found.contrast.worries}["covariates_at_threshold"]
    assert not worry.ok
    assert "1 of 2 covariates" in worry.meaning


def test_it_refuses_what_it_cannot_answer():
    y, x = units(np.random.default_rng(6))
    with pytest.raises(EstimationError, match="0 units on the treated side"):
        threshold_effects(y, x, cutoff=50)
    with pytest.raises(EstimationError, match="never varies"):
        threshold_effects(np.ones(len(x)), x, cutoff=5)

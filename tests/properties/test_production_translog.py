"""The translog: what must not change, what it says of other functions, refusals."""

import numpy as np
import pytest

from coproduce.errors import EstimationError
from coproduce.methods.production.ces import ces
from coproduce.methods.production.translog import translog


def made_up(n=120, *, sigma=1.0, noise=0.1, seed=1, spread=0.5, inputs=2):
    rng = np.random.default_rng(seed)
    hours = np.exp(rng.normal(2, spread, (n, inputs)))
    shares = np.arange(1, inputs + 1) / np.arange(1, inputs + 1).sum()
    rho = 1 / sigma - 1
    mean = np.log(hours) @ shares if sigma == 1 else -np.log(hours**-rho @ shares) / rho
    return np.exp(1 + 0.9 * mean + rng.normal(0, noise, n)), hours


def test_cobb_douglas_comes_back_and_is_not_rejected_as_a_rule():
    found = translog(*made_up(inputs=3, noise=1e-9))
    assert [one.value for one in found.elasticities] == pytest.approx([0.15, 0.3, 0.45], abs=1e-7)
    assert (found.monotone_share, found.concave_share) == (1.0, 1.0)
    assert found.elasticity_of_substitution is None
    rejected = [translog(*made_up(seed=seed)).test_cobb_douglas.p < 0.05 for seed in range(200)]
    assert np.mean(rejected) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_near_the_means_it_has_the_elasticity_of_the_ces():
    output, hours = made_up(sigma=0.5, spread=0.05, noise=1e-9)
    found = translog(output, hours)
    by_ces = ces(output, hours, generator=np.random.default_rng(1), resamples=0)
    assert found.elasticity_of_substitution.value == pytest.approx(by_ces.elasticity.value, rel=0.01)
    assert found.elasticities[0].value == pytest.approx(
        by_ces.returns_to_scale.value * by_ces.shares_at_means[0].value, rel=0.01
    )
    assert found.test_cobb_douglas.p < 1e-3


def test_units_of_measurement_change_nothing_but_the_constant():
    output, hours = made_up(sigma=0.6)
    found, again = translog(output, hours), translog(output * 7, hours * [60.0, 0.01])
    ours, others = (
        [(one.value, one.low, one.high) for one in some.coefficients[1:]] for some in (found, again)
    )
    assert np.array(others) == pytest.approx(np.array(ours), abs=1e-8)
    assert (again.monotone_share, again.concave_share) == (found.monotone_share, found.concave_share)


def test_a_function_that_bends_the_wrong_way_is_told():
    rng = np.random.default_rng(2)
    hours = np.exp(rng.normal(2, 1, (200, 2)))
    l1, l2 = np.log(hours).T - 2
    output = np.exp(0.5 * l1 + 0.5 * l2 - 0.4 * l1 * l2 + rng.normal(0, 0.05, 200))
    found = translog(output, hours)
    assert {"monotone", "concave"} <= {w.name for w in found.worries if not w.ok}


def test_a_trend_stands_last():
    output, hours = made_up()
    time = np.tile(np.arange(4.0), 30)
    found = translog(output * np.exp(0.3 * time), hours, time=time, units=np.repeat(np.arange(30), 4))
    assert found.names[-1] == "time"
    assert found.coefficients[-1].low < 0.3 < found.coefficients[-1].high
    assert found.units == 30


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda y, x: (y, x - 100), "negative input"),
        (lambda y, x: (np.zeros_like(y), x), "output of zero"),
        (lambda y, x: (y[:6], x[:6]), "6 rows of 6 units, for 6 parameters"),
        (lambda y, x: (y, np.where(x > 7, 8.0, 6.0)), "terms that"),
    ],
)
def test_the_absurd_is_refused(change, seen):
    with pytest.raises(EstimationError, match=seen):
        translog(*change(*made_up()))

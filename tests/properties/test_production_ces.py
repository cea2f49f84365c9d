"""CES: what must not change, what must be refused, and its pieces against slow ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.errors import EstimationError
from coproduce.methods.production.ces import ces
from coproduce.methods.production.ces_form import aggregate, shares_of


def made_up(n=60, *, sigma=0.5, noise=0.1, seed=1, inputs=2):
    rng = np.random.default_rng(seed)
    hours = np.exp(rng.normal(2, 0.7, (n, inputs)))
    rho = 1 / sigma - 1
    shares = np.arange(1, inputs + 1) / np.arange(1, inputs + 1).sum()
    output = 5 * (hours**-rho @ shares) ** (-0.9 / rho) * np.exp(rng.normal(0, noise, n))
    return output, hours


def fitted(output, hours, **more):
    return ces(output, hours, generator=np.random.default_rng(5), **{"resamples": 0, **more})


@given(
    rho=st.floats(-0.98, 40), logit=st.floats(-5, 5), logs=st.lists(st.floats(-4, 4), min_size=3, max_size=3)
)
@settings(deadline=None)
def test_the_form_is_a_power_mean_and_its_slopes_are_right(rho, logit, logs):
    logs, logits = np.array([logs]), np.array([[logit, 0.3]])

    def value(by_logit=0.0, by_rho=0.0):
        moved = logits + np.array([[by_logit, 0]])
        return aggregate(logs, moved, rho=np.array([rho + by_rho])).value[0, 0]

    found = aggregate(logs, logits, rho=np.array([rho]))
    shares = shares_of(logits)[0]
    if abs(rho) > 0.01:
        slow = -np.log(np.sum(shares * np.exp(-rho * logs[0]))) / rho
        assert found.value[0, 0] == pytest.approx(slow, abs=1e-9)
    assert logs.min() - 1e-9 <= found.value[0, 0] <= logs.max() + 1e-9
    step = 1e-5
    assert found.by_rho[0, 0] == pytest.approx(
        (value(by_rho=step) - value(by_rho=-step)) / (2 * step), abs=2e-5
    )
    by_logit = (value(by_logit=step) - value(by_logit=-step)) / (2 * step)
    assert found.by_logit[0, 0, 0] == pytest.approx(by_logit, abs=2e-5)


@pytest.mark.parametrize("rho", [-1e-4, -1e-5, 0.0, 1e-5, 1e-4])
def test_nothing_jumps_where_it_becomes_cobb_douglas(rho):
    logs, logits = np.array([[1.0, -2.0, 0.5]]), np.array([[0.4, -0.2]])
    here, near = (aggregate(logs, logits, rho=np.array([at])) for at in (rho, rho + 1e-7))
    assert near.value[0, 0] == pytest.approx(here.value[0, 0], abs=1e-6)
    assert near.by_rho[0, 0] == pytest.approx(here.by_rho[0, 0], abs=1e-5)
    assert near.by_logit == pytest.approx(here.by_logit, abs=1e-6)


def test_units_of_measurement_change_nothing_that_has_none():
    output, hours = made_up()
    found, again = fitted(output, hours), fitted(output * 60, hours * np.array([60.0, 0.01]))
    assert again.elasticity.value == pytest.approx(found.elasticity.value, rel=1e-6)
    assert again.elasticity.se == pytest.approx(found.elasticity.se, rel=1e-5)
    assert again.shares_at_means[0].value == pytest.approx(found.shares_at_means[0].value, rel=1e-6)
    assert again.returns_to_scale.value == pytest.approx(found.returns_to_scale.value, rel=1e-6)


@pytest.mark.parametrize("error", ["multiplicative", "additive"])
def test_the_order_of_inputs_does_not_matter(error):
    output, hours = made_up(inputs=3)
    found = fitted(output, hours, error=error)
    again = fitted(output, hours[:, [2, 0, 1]], error=error)
    assert again.elasticity.value == pytest.approx(found.elasticity.value, rel=1e-5)
    assert [again.shares[place].value for place in (1, 2, 0)] == pytest.approx(
        [share.value for share in found.shares], rel=1e-4
    )
    assert sum(share.value for share in found.shares) == pytest.approx(1)


@pytest.mark.parametrize("sigma", [0.25, 0.8, 1.5, 3.0])
def test_without_noise_the_truth_comes_back(sigma):
    output, hours = made_up(sigma=sigma, noise=1e-6)
    found = fitted(output, hours)
    assert found.elasticity.value == pytest.approx(sigma, rel=1e-4)
    assert found.shares[0].value == pytest.approx(1 / 3, rel=1e-4)
    assert found.returns_to_scale.value == pytest.approx(0.9, rel=1e-4)
    assert found.reading == ("complements" if sigma < 1 else "substitutes")


@pytest.mark.parametrize("seed", range(5))
def test_no_place_of_a_grid_fits_better(seed):
    output, hours = made_up(n=25, noise=0.5, seed=seed, sigma=1.2)
    found = fitted(output, hours)
    logs, y = np.log(hours) - np.log(hours).mean(axis=0), np.log(output)
    places = np.random.default_rng(seed)
    logit, rho = places.uniform(-6, 6, 4000), np.expm1(places.uniform(-3.9, 3.9, 4000))
    means = aggregate(logs, logit[:, None], rho=rho).value
    means = means - means.mean(axis=1, keepdims=True)
    covered = np.maximum(means @ (y - y.mean()), 0) ** 2 / np.sum(means**2, axis=1)
    least = np.sum((y - y.mean()) ** 2) - covered.max()
    assert found.residual_sd**2 * (25 - 4) <= least * (1 + 1e-9)


def test_a_trend_is_found_and_panels_widen():
    output, hours = made_up(n=80)
    time = np.tile(np.arange(4.0), 20)
    found = fitted(output * np.exp(0.2 * time), hours, time=time, units=np.repeat(np.arange(20), 4))
    assert found.trend.low < 0.2 < found.trend.high
    assert found.units == 20
    assert not next(w for w in found.worries if w.name == "few_units").ok


def test_every_row_twice_as_a_panel_is_the_same_as_once():
    output, hours = made_up()
    once = fitted(output, hours)
    units = np.concatenate([np.arange(60), np.arange(60)])
    twice = fitted(np.tile(output, 2), np.tile(hours, (2, 1)), units=units)
    assert twice.elasticity.value == pytest.approx(once.elasticity.value, rel=1e-6)
    assert twice.elasticity.se == pytest.approx(once.elasticity.se, rel=1e-4)


def test_an_end_of_the_range_is_told():
    output, hours = made_up(sigma=0.0101, noise=0.001)
    found = fitted(output, hours, resamples=20)
    assert np.isnan(found.elasticity.se)
    assert found.elasticity_bootstrap.low == 0
    assert {w.name for w in found.worries if not w.ok} >= {"boundary_elasticity", "flat_profile"}


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda y, x: (y, np.where(x == x[0, 0], -1.0, x)), "negative input"),
        (lambda y, x: (y, np.where(x == x[0, 0], 0.0, x)), "input of zero"),
        (lambda y, x: (np.where(y == y[3], 0.0, y), x), "output of zero"),
        (lambda y, x: (np.where(y == y[3], -2.0, y), x), "negative output"),
        (lambda y, x: (np.where(y == y[3], np.nan, y), x), "missing or infinite"),
        (lambda y, x: (y, np.where(x == x[0, 0], np.inf, x)), "missing or infinite"),
        (lambda y, x: (np.full_like(y, 3.0), x), "output without variation"),
        (lambda y, x: (y, np.column_stack([x[:, 0], np.full(len(y), 2.0)])), "input 2 without variation"),
        (lambda y, x: (y, np.column_stack([x[:, 0], 2 * x[:, 0] ** 1.5])), "lockstep"),
        (lambda y, x: (y[:4], x[:4]), "4 rows of 4 units, for 4 parameters"),
        (lambda y, x: (y, x[:, :1]), "shape"),
        (lambda y, x: (1 / y, x), "does not grow"),
    ],
)
def test_the_absurd_is_refused(change, seen):
    output, hours = change(*made_up())
    with pytest.raises(EstimationError, match=seen):
        fitted(output, hours)

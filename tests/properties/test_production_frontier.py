"""The stochastic frontier: slopes, what must not change, the wrong skewness, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.errors import EstimationError
from coproduce.methods.production.composed_error import log_likelihoods
from coproduce.methods.production.frontier import frontier


def made_up(n=200, *, lost=0.4, noise=0.15, seed=1):
    rng = np.random.default_rng(seed)
    hours = np.exp(rng.normal(2, 0.5, (n, 2)))
    u = np.abs(rng.normal(0, lost, n))
    return 3 * hours[:, 0] ** 0.4 * hours[:, 1] ** 0.5 * np.exp(rng.normal(0, noise, n) - u), hours


@given(
    mean=st.floats(-3, 3), slope=st.floats(-1, 1), sigma2=st.floats(0.05, 3), gamma=st.floats(0.02, 0.98),
    seed=st.integers(0, 99),
)  # fmt: skip
@settings(deadline=None)
def test_slopes_are_those_of_differences(mean, slope, sigma2, gamma, seed):
    rng = np.random.default_rng(seed)
    x, z = (np.column_stack([np.ones(5), rng.normal(size=5)]) for _ in range(2))
    y, at = rng.normal(size=5), np.array([0.3, -0.2, mean, slope, sigma2, gamma])
    _, slopes = log_likelihoods(at, y, x=x, z=z)
    for place in range(6):
        # Differences of the fourth order: the step can be wide enough that rounding does not count.
        step = np.zeros(6)
        step[place] = 1e-4 * (gamma * (1 - gamma) if place == 5 else sigma2 if place == 4 else 1)
        near, far = (
            log_likelihoods(at + by * step, y, x=x, z=z)[0] - log_likelihoods(at - by * step, y, x=x, z=z)[0]
            for by in (1, 2)
        )
        assert slopes[:, place] == pytest.approx((8 * near - far) / (12 * step[place]), rel=1e-4, abs=1e-4)


def test_units_of_measurement_move_the_constant_alone():
    output, hours = made_up()
    found, again = frontier(output, hours), frontier(output * 60, hours * np.array([60.0, 0.1]))
    assert again.efficiency == pytest.approx(found.efficiency, abs=1e-6)
    assert [one.value for one in again.coefficients[1:]] == pytest.approx(
        [one.value for one in found.coefficients[1:]], abs=1e-6
    )
    expected = found.coefficients[0].value + np.log(60)
    expected -= found.coefficients[1].value * np.log(60) + found.coefficients[2].value * np.log(0.1)
    assert again.coefficients[0].value == pytest.approx(expected, abs=1e-5)


def test_efficiencies_lie_within_their_intervals_and_rank_as_errors_do():
    output, hours = made_up()
    found = frontier(output, hours)
    assert np.all(found.efficiency_low < found.efficiency)
    assert np.all(found.efficiency < found.efficiency_high)
    assert found.efficiency_low.min() > 0
    assert found.efficiency_high.max() <= 1
    b = np.array([one.value for one in found.coefficients])
    errors = np.log(output) - b[0] - np.log(hours) @ b[1:]
    assert np.array_equal(np.argsort(errors), np.argsort(found.efficiency))


def test_the_wrong_skewness_is_a_worry_and_no_crash():
    output, hours = made_up(lost=0.0)
    upwards = output * np.exp(np.abs(np.random.default_rng(2).normal(0, 0.5, len(output))))
    for more in ({}, {"form": "translog"}):
        found = frontier(upwards, hours, **more)
        assert found.gamma.value == 0
        assert np.isnan(found.efficiency).all()
        assert found.test_inefficiency.p == 1
        assert {w.name for w in found.worries if not w.ok} >= {"wrong_skewness", "no_inefficiency"}


def test_no_noise_is_told():
    output, hours = made_up(noise=0.0)
    found = frontier(output, hours)
    assert not next(w for w in found.worries if w.name == "deterministic_frontier").ok


def test_a_determinant_that_matters_is_found():
    rng = np.random.default_rng(4)
    _, hours = made_up(n=500)
    share = rng.uniform(0, 1, 500)
    u = np.maximum(0, 1.0 - 1.2 * share + rng.normal(0, 0.2, 500))
    output = hours[:, 0] ** 0.4 * hours[:, 1] ** 0.5 * np.exp(rng.normal(0, 0.1, 500) - u)
    found = frontier(output, hours, determinants=share)
    assert found.determinants[1].high < 0
    assert found.test_determinants.p < 1e-6
    assert found.test_determinants.df == 1


def test_a_panel_has_errors_by_unit_and_says_so():
    output, hours = made_up()
    each, pooled = frontier(output, hours), frontier(output, hours, units=np.repeat(np.arange(50), 4))
    assert pooled.units == 50
    assert pooled.efficiency == pytest.approx(each.efficiency)
    assert pooled.coefficients[1].se != each.coefficients[1].se
    assert "pooled_rows" in {w.name for w in pooled.worries}


def test_the_translog_frontier_holds_the_plain_one():
    output, hours = made_up()
    plain, wide = frontier(output, hours), frontier(output, hours, form="translog")
    assert wide.log_likelihood >= plain.log_likelihood
    assert wide.names[3:] == ("log_1*log_1", "log_1*log_2", "log_2*log_2")


@pytest.mark.parametrize(
    ("change", "more", "seen"),
    [
        (lambda y, x: (y, -x), {}, "negative input"),
        (lambda y, x: (y * 0, x), {}, "output of zero"),
        (lambda y, x: (y, np.full_like(x, 2.0)), {}, "input 1, input 2 without variation"),
        (lambda y, x: (y[:5], x[:5]), {}, "5 rows of 5 units, for 5 parameters"),
        (lambda y, x: (y, x), {"determinants": np.ones(200)}, "determinants that do not vary"),
        (lambda y, x: (y, x), {"determinants": np.full(200, np.nan)}, "200 of them missing"),
        (lambda y, x: (y, x), {"time": np.ones(200)}, "time without variation"),
    ],
)
def test_the_absurd_is_refused(change, more, seen):
    with pytest.raises(EstimationError, match=seen):
        frontier(*change(*made_up()), **more)

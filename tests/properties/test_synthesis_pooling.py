"""Pooling and meta-regression against whole matrices and plain refits; what does not matter does not; refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats
from tests.properties.dense_synthesis import best, general_q, log_likelihood

from coproduce.errors import EstimationError
from coproduce.methods.synthesis import leaving_out
from coproduce.methods.synthesis.heterogeneity import ESTIMATORS
from coproduce.methods.synthesis.influence import influence
from coproduce.methods.synthesis.inputs import like_standard_errors
from coproduce.methods.synthesis.pooling import pool
from coproduce.methods.synthesis.regression import regress
from coproduce.methods.synthesis.roots import roots

Floats = NDArray[np.float64]
SEEDS = st.integers(0, 2**32 - 1)


def studies(seed: int, *, most: int = 14, moderators: int = 0) -> tuple[Floats, Floats, Floats]:
    """Studies of very unequal size whose true effects differ more or less, or not at all."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(moderators + 3, most))
    v = np.exp(rng.uniform(-7, 1, k))
    tau = rng.choice([0.0, 0.1, 0.5, 2.0])
    x = np.column_stack([np.ones(k), rng.normal(size=(k, moderators))])
    return rng.normal(0.3, np.sqrt(v + tau**2)), v, x


@given(SEEDS, st.sampled_from(["REML", "ML"]), st.integers(0, 2))
@settings(deadline=None, max_examples=20)
def test_no_tau2_is_more_likely(seed: int, estimator: Any, moderators: int) -> None:
    y, v, x = studies(seed, moderators=moderators)
    restricted = estimator == "REML"

    def height(tau2: float) -> float:
        return log_likelihood(y, np.diag(v + tau2), design=x, restricted=restricted)

    found = regress(y, v, design=x, estimator=estimator)
    assert found.log_likelihood == pytest.approx(height(found.heterogeneity.tau2), rel=1e-10, abs=1e-9)
    assert found.log_likelihood >= best(height, highest=float(10 * np.var(y) + 10)) - 1e-9
    assert found.heterogeneity.at_boundary == (found.heterogeneity.tau2 == 0)


@given(SEEDS, st.sampled_from(["PM", "EB"]), st.integers(0, 2))
@settings(deadline=None, max_examples=20)
def test_q_is_its_degrees_of_freedom_by_paule_and_mandel(seed: int, estimator: Any, moderators: int) -> None:
    y, v, x = studies(seed, moderators=moderators)
    found = regress(y, v, design=x, estimator=estimator).heterogeneity
    q = general_q(y, v, design=x, tau2=found.tau2)
    assert q == pytest.approx(found.Q_df, rel=1e-9) if found.tau2 > 0 else q <= found.Q_df


@given(SEEDS, st.integers(0, 2))
@settings(deadline=None, max_examples=20)
def test_q_at_the_ends_of_its_profile_is_the_quantile(seed: int, moderators: int) -> None:
    y, v, x = studies(seed, moderators=moderators)
    found = regress(y, v, design=x).heterogeneity
    low, high = special.chdtri(found.Q_df, [0.975, 0.025])
    for end, quantile in ((found.tau2_low, high), (found.tau2_high, low)):
        q = general_q(y, v, design=x, tau2=end)
        assert q == pytest.approx(quantile, rel=1e-8) if end > 0 else q <= quantile
    assert found.empty_interval == (low > found.Q)


@given(
    SEEDS,
    st.sampled_from(ESTIMATORS),
    st.sampled_from([0.01, 1.0, 1000.0]),
    st.sampled_from([0.0, -3.0, 40.0]),
)
@settings(deadline=None, max_examples=40)
def test_units_origin_and_order_do_not_matter(seed: int, estimator: Any, scale: float, shift: float) -> None:
    y, v, _ = studies(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    plain = pool(y, v, estimator=estimator)
    other = pool(scale * y[order] + shift, scale**2 * v[order], estimator=estimator)
    size = scale * (abs(plain.estimate) + plain.se) + abs(shift)
    assert other.estimate == pytest.approx(scale * plain.estimate + shift, rel=1e-8, abs=1e-9 * size)
    assert other.se == pytest.approx(scale * plain.se, rel=1e-7)
    assert other.tau2 == pytest.approx(scale**2 * plain.tau2, rel=1e-7, abs=1e-9 * scale**2)
    np.testing.assert_allclose(other.weights, plain.weights[order], rtol=1e-7)


@given(SEEDS, st.sampled_from([name for name in ESTIMATORS if name != "fixed"]))
@settings(deadline=None, max_examples=20)
def test_of_equal_variances_it_is_students_test(seed: int, estimator: Any) -> None:
    """Knapp and Hartung's interval then is exact: that of a plain mean, whatever tau2 is."""
    y, _, _ = studies(seed)
    found = pool(y, np.full(len(y), 0.2), estimator=estimator)
    wanted = stats.ttest_1samp(y, 0.0)
    low, high = wanted.confidence_interval(0.95)
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (np.mean(y), low, high), rel=1e-9, abs=1e-12
    )
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-7)


def without(values: Floats, place: int) -> Floats:
    return np.delete(values, place, axis=0)


@given(
    SEEDS, st.sampled_from(ESTIMATORS), st.sampled_from(["knapp_hartung", "z"]), st.booleans(), st.booleans()
)
@settings(deadline=None, max_examples=20)
def test_leaving_one_out_is_fitting_the_others(
    seed: int, estimator: Any, test: Any, guard: bool, many: bool
) -> None:
    y, v, x = studies(seed, most=12, moderators=1 + many)
    if len(y) < x.shape[1] + 2:
        return
    few, leaving_out.FEW = leaving_out.FEW, 0 if many else leaving_out.FEW  # by polynomials, or by plain sums
    try:
        found = influence(y, v, design=x, estimator=estimator, test=test, guard=guard)
    finally:
        leaving_out.FEW = few
    for place in range(len(y)):
        wanted = regress(
            without(y, place),
            without(v, place),
            design=without(x, place),
            estimator=estimator,
            test=test,
            guard=guard,
        )
        tolerance = (
            1e-5 if many else 1e-7
        )  # what is left of a sum after most of it is taken away has fewer digits
        np.testing.assert_allclose(found.tau2[place], wanted.heterogeneity.tau2, rtol=tolerance, atol=1e-8)
        np.testing.assert_allclose(found.coefficients[place], wanted.coefficients, rtol=tolerance, atol=1e-6)
        np.testing.assert_allclose(found.se[place], wanted.inference.se, rtol=tolerance)
        np.testing.assert_allclose(found.p[place], wanted.inference.p, rtol=10 * tolerance, atol=1e-7)


def test_leaving_out_the_only_study_of_a_kind_is_no_fit() -> None:
    x = np.column_stack([np.ones(5), [1.0, 0, 0, 0, 0]])
    found = influence([0.1, 0.3, 0.2, 0.6, 0.4], np.full(5, 0.02), design=x)
    assert np.isnan(found.tau2[0])
    assert np.isfinite(found.tau2[1:]).all()


def test_many_studies_take_linear_space() -> None:
    rng = np.random.default_rng(20261124)
    v = rng.uniform(0.01, 0.1, 50_000)
    found = pool(rng.normal(0.3, np.sqrt(v + 0.05)), v)
    assert found.estimate == pytest.approx(0.3, abs=4 * found.se)
    assert found.tau2_low < 0.05 < found.tau2_high


@given(SEEDS)
@settings(deadline=None, max_examples=50)
def test_roots_of_brackets_are_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wanted = np.exp(rng.uniform(-30, 10, 20))
    power = rng.choice([1, 3, 9], 20)
    found = roots(
        lambda x: (x / wanted) ** power - 1, low=np.zeros(20), high=wanted * np.exp(rng.uniform(0.1, 5, 20))
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("y", "v", "at_boundary"),
    [
        ([-0.914, -0.899, -3.089], [0.0258, 0.0399, 0.6589], False),
        ([0.253, 0.263, -0.278, 2.398], [0.0112, 0.0012, 2.5125, 0.5515], True),
    ],
)
def test_of_two_maxima_the_higher_is_taken_and_both_are_counted(
    y: list[float], v: list[float], at_boundary: bool
) -> None:
    """Precise studies agree and coarse ones do not: the likelihood has a peak at 0 and another far from it."""
    found = pool(y, v)
    assert (found.maxima, found.at_boundary) == (2, at_boundary)

    def height(tau2: float) -> float:
        x = np.ones((len(y), 1))
        return log_likelihood(np.array(y), np.diag(np.array(v) + tau2), design=x, restricted=True)

    assert found.log_likelihood == pytest.approx(best(height, highest=100.0), abs=1e-9)


class TestWhatIsRefused:
    def test_rows_with_variances_not_above_nought_are_listed(self) -> None:
        with pytest.raises(EstimationError, match=r"not above 0 in rows 2, 3 of 3"):
            pool([1.0, 2.0, 3.0], [1.0, 0.0, -1.0])

    def test_missing_values_are_listed(self) -> None:
        with pytest.raises(EstimationError, match=r"missing or infinite in rows 1, 3 of 3"):
            pool([np.nan, 2.0, 3.0], [1.0, 1.0, np.inf])

    def test_variances_of_other_units_are_named(self) -> None:
        with pytest.raises(EstimationError, match=r"from 1e-09 \(row 3\) to 1e\+09 \(row 2\)"):
            pool([1.0, 2.0, 3.0], [1.0, 1e9, 1e-9])

    def test_one_study(self) -> None:
        with pytest.raises(EstimationError, match="1 study"):
            pool([1.0], [1.0])

    def test_a_constant_moderator_is_named(self) -> None:
        with pytest.raises(EstimationError, match=r"constant or collinear\): year"):
            regress([1.0, 2, 3], [1.0, 1, 1], design=np.ones((3, 2)), names=("intercept", "year"))

    def test_a_moderator_that_others_make_up_is_named(self) -> None:
        x = np.column_stack([np.ones(5), np.arange(5), 3 - 2 * np.arange(5)])
        with pytest.raises(EstimationError, match=r"constant or collinear\): again"):
            regress(np.arange(5), np.ones(5), design=x, names=("intercept", "year", "again"))

    def test_missing_moderators_are_listed(self) -> None:
        x = np.column_stack([np.ones(3), [1.0, np.nan, 2.0]])
        with pytest.raises(EstimationError, match=r"year: row 2 of 3"):
            regress([1.0, 2, 3], [1.0, 1, 1], design=x, names=("intercept", "year"))

    def test_more_coefficients_than_studies(self) -> None:
        with pytest.raises(EstimationError, match="2 studies for 2 coefficients"):
            regress([1.0, 2], [1.0, 1], design=np.array([[1.0, 0], [1, 1]]))

    def test_unknown_settings_get_the_nearest_name(self) -> None:
        with pytest.raises(EstimationError, match="Did you mean 'REML'"):
            pool([1.0, 2], [1.0, 1], estimator="RELM")  # type: ignore[arg-type]
        with pytest.raises(EstimationError, match="level of 95"):
            pool([1.0, 2], [1.0, 1], level=95)

    def test_too_few_to_leave_one_out(self) -> None:
        with pytest.raises(EstimationError, match="Without one of them"):
            influence([1.0, 2], [1.0, 1])


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_equal_effects_are_said_to_be_equal(estimator: Any) -> None:
    found = pool(np.full(4, 0.3), [0.01, 0.02, 0.03, 0.04], estimator=estimator)
    assert found.all_equal
    assert found.tau2 == pytest.approx(0, abs=1e-12)
    assert pytest.approx(0, abs=1e-12) == found.Q
    # their spread says nothing of the error, so the sampling variances alone do
    assert found.se == pytest.approx((1 / np.sum(1 / np.array([0.01, 0.02, 0.03, 0.04]))) ** 0.5)


def test_leaving_out_what_alone_was_different_leaves_equal_effects() -> None:
    found = influence([0.3, 0.3, 0.3, 0.5], [0.01, 0.02, 0.03, 0.04])
    assert found.se[3, 0] == pytest.approx((1 / np.sum(1 / np.array([0.01, 0.02, 0.03]))) ** 0.5)
    assert np.isfinite(found.rstudent).all()


def test_the_guard_keeps_the_error_of_z() -> None:
    y, v = [0.30, 0.31, 0.29], [0.1, 0.1, 0.1]
    guarded = pool(y, v, guard=True)
    assert guarded.guarded
    assert guarded.se == pytest.approx(pool(y, v, test="z").se)
    assert pool(y, v).se < guarded.se


def test_too_equal_effects_show_in_q() -> None:
    """Standard errors of a tenth taken for variances make effects look more alike than chance allows."""
    rng = np.random.default_rng(1)
    errors = rng.uniform(0.05, 0.15, 60)
    y = rng.normal(0.2, errors)
    assert pool(y, errors**2).Q_lower_p > 0.001
    assert pool(y, errors).Q_lower_p < 1e-6


def test_standard_errors_are_told_from_variances_by_sizes() -> None:
    rng = np.random.default_rng(2)
    n = rng.integers(20, 900, 25)
    v = 4 / n * rng.uniform(0.8, 1.25, 25)
    assert like_standard_errors(np.sqrt(v), n)
    assert not like_standard_errors(v, n)
    assert not like_standard_errors(np.sqrt(v), np.full(25, 100))

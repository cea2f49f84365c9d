"""Differences of two changes: a published figure, statsmodels, and Welch."""

import csv

import numpy as np
import pytest
from scipy import stats

from coproduce.errors import EstimationError
from coproduce.methods.effects.two_by_two import two_by_two_effects
from coproduce.methods.effects.two_way import two_way_fixed_effects

LINEAR_ALGEBRA = 1e-8


def asked(outcome, treated, **more):
    return two_by_two_effects(outcome, treated, rng=np.random.default_rng(1), **more)


@pytest.fixture(scope="module")
def organ_donations(real_data):
    with (real_data / "causal" / "organ_donations.csv").open() as file:
        rows = list(csv.DictReader(file))
    quarter = np.array([float(row["Quarter_Num"]) for row in rows])
    state = np.array([row["State"] for row in rows])
    return {
        "outcome": np.array([float(row["Rate"]) for row in rows]),
        "treated": state == "California",
        "after": quarter >= 4,
        "unit": state,
        "period": quarter,
    }


def test_organ_donations_as_published(organ_donations):
    """The Effect (Huntington-Klein 2022), chapter 18: -0.022, error clustered by state 0.006 (0.0067 counting all)."""
    found = asked(**organ_donations)
    assert found.contrast.estimate == pytest.approx(-0.02246, abs=5e-6)
    assert found.usual_se == pytest.approx(0.0067, abs=5e-5)
    assert found.contrast.se > found.usual_se
    assert len(found.placebos) == 26
    assert found.contrast.p >= 1 / 27
    assert found.before.p > 0.05


def test_one_treated_cluster_is_the_t_test_of_one_against_many(organ_donations):
    found = asked(**organ_donations)
    table = organ_donations["outcome"].reshape(-1, 6)
    treated = organ_donations["treated"].reshape(-1, 6)[:, 0]
    change = table[:, 3:].mean(axis=1) - table[:, :3].mean(axis=1)
    rest = change[~treated]
    statistic = (change[treated][0] - rest.mean()) / (rest.std(ddof=1) * np.sqrt(1 + 1 / 26))
    assert found.contrast.estimate / found.contrast.se == pytest.approx(statistic, abs=LINEAR_ALGEBRA)
    assert found.contrast.df == 25
    by_hand = [np.delete(rest, k) for k in range(26)]
    unusual = [abs(rest[k] - by_hand[k].mean()) >= abs(found.contrast.estimate) for k in range(26)]
    assert found.contrast.p == (1 + sum(unusual)) / 27


def test_two_way_fixed_effects_and_their_error_are_those_of_statsmodels():
    models = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(2)
    values, since = rng.normal(size=(12, 5)), rng.integers(2, 7, 12)
    treatment = (np.arange(1, 6) >= since[:, None]).astype(float)
    village = np.arange(12) // 2
    unit, period = np.repeat(np.arange(12), 5), np.tile(np.arange(5), 12)
    dummies = [unit[:, None] == np.arange(12), period[:, None] == np.arange(1, 5)]
    design = np.column_stack([treatment.ravel(), *dummies]).astype(float)
    theirs = models.OLS(values.ravel(), design).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(village, 5)}
    )
    estimate, error = two_way_fixed_effects(values, treatment, clusters=village)
    assert estimate == pytest.approx(theirs.params[0], abs=LINEAR_ALGEBRA)
    assert error == pytest.approx(theirs.bse[0], abs=LINEAR_ALGEBRA)


def two_sides(rng, *, units=40, periods=5):
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(float(periods)), units)
    treated, after = unit % 2 == 1, period >= 3
    outcome = (
        rng.normal(size=units)[unit] + 0.2 * period + 1.5 * (treated & after) + rng.normal(size=len(unit))
    )
    return {"outcome": outcome, "treated": treated, "after": after, "unit": unit, "period": period}


def test_units_of_their_own_are_welchs_statistic_of_changes():
    data = two_sides(np.random.default_rng(3))
    found = asked(**data)
    table = data["outcome"].reshape(-1, 5)
    change = table[:, 3:].mean(axis=1) - table[:, :3].mean(axis=1)
    welch = stats.ttest_ind(change[1::2], change[::2], equal_var=False)
    assert found.contrast.estimate / found.contrast.se == pytest.approx(welch.statistic, abs=LINEAR_ALGEBRA)
    assert found.contrast.df == pytest.approx(
        38, abs=LINEAR_ALGEBRA
    )  # 2 x 20 - 2, where the sides are equally large
    assert found.contrast.estimate == pytest.approx(
        found.means[1] - found.means[0] - (found.means[3] - found.means[2]), abs=LINEAR_ALGEBRA
    )


def test_different_people_before_and_after_are_the_regression_with_a_product():
    data = two_sides(np.random.default_rng(4))
    village = data["unit"] // 2 * 2 + data["treated"]
    one = asked(**{**data, "unit": None, "period": None}, cluster=village)
    assert one.contrast.estimate == pytest.approx(asked(**data).contrast.estimate, abs=LINEAR_ALGEBRA)
    assert one.contrast.clusters_treated == 20


def test_differences_by_period_start_from_the_last_one_before():
    data = two_sides(np.random.default_rng(5))
    found = asked(**data)
    table, side = data["outcome"].reshape(-1, 5), data["treated"].reshape(-1, 5)[:, 0]
    moved = table - table[:, [2]]
    gaps = moved[side].mean(axis=0) - moved[~side].mean(axis=0)
    assert [point.at for point in found.by_period] == [0, 1, 3, 4]
    np.testing.assert_allclose([p.estimate for p in found.by_period], gaps[[0, 1, 3, 4]], atol=LINEAR_ALGEBRA)


def test_trends_that_differ_before_are_told():
    data = two_sides(np.random.default_rng(6), units=200)
    data["outcome"] = data["outcome"] + data["period"] * data["treated"]
    [worry] = [worry for worry in asked(**data).contrast.worries if worry.name == "pre_trends"]
    assert not worry.ok
    assert "already differed" in worry.meaning


def test_units_that_are_not_always_known_are_counted_out():
    data = two_sides(np.random.default_rng(7))
    data["outcome"][[3, 57]] = np.nan
    found = asked(**data)
    assert found.contrast.n_treated + found.contrast.n_comparison == 38
    assert found.contrast.worries[0].value == pytest.approx(2 / 40)


def test_it_refuses_what_it_cannot_answer():
    data = two_sides(np.random.default_rng(8))
    with pytest.raises(EstimationError, match="no known outcome of the comparison side before"):
        asked(**{**data, "treated": np.ones(len(data["unit"]), dtype=bool)})
    with pytest.raises(EstimationError, match="no known outcome of the treated side before"):
        asked(**{**data, "after": np.ones(len(data["unit"]), dtype=bool)})
    with pytest.raises(EstimationError, match="never varies"):
        asked(**{**data, "outcome": np.ones(len(data["unit"]))})
    with pytest.raises(EstimationError, match="both before and after"):
        asked(**{**data, "after": (data["period"] >= 3) | ((data["period"] == 2) & data["treated"])})
    few = data["unit"] < 3
    with pytest.raises(EstimationError, match="1 treated and 2 comparison clusters"):
        asked(**{name: values[few] for name, values in data.items()})

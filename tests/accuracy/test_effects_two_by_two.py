"""Differences of two changes: a published figure, statsmodels, and Welch."""

import csv

import numpy as np
import pytest
from scipy import stats
from tests.checked import Source

from coproduce.errors import EstimationError
from coproduce.methods.effects.two_by_two import two_by_two_effects
from coproduce.methods.effects.two_way import two_way_fixed_effects

LINEAR_ALGEBRA = 1e-8
THE_EFFECT = Source(
    question="effects",
    cite="Kessler and Roth (2014); Huntington-Klein (2022), The Effect, ch. 18 (as recalled)",
)
USUAL = Source(
    question="effects",
    cite="statsmodels, OLS with dummies and errors by state (organ donations, Kessler and Roth 2014)",
    kind="program",
)
ONE_AGAINST_MANY = Source(
    question="effects",
    cite="the t test of one change against many, and ranks counted by hand",
    kind="formula",
)
CLUSTERED = Source(
    question="effects", cite="statsmodels, OLS with dummies and the covariance by cluster", kind="program"
)
WELCH = Source(question="effects", cite="SciPy, ttest_ind of changes with unequal variances", kind="program")
REGRESSION = Source(question="effects", cite="least squares with a product, in plain numpy", kind="formula")
MEANS = Source(question="effects", cite="differences of means in plain numpy", kind="formula")


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


def test_organ_donations_as_published(organ_donations, checked):
    found = asked(**organ_donations)
    checked.agrees(THE_EFFECT, "change by active choice", ours=found.contrast.estimate, theirs="-0.022")
    # The book's fixest does not count the fixed effects in the degrees of freedom, which we do: 0.0067.
    checked.agrees(THE_EFFECT, "its usual error, by state", ours=found.usual_se, theirs="0.006", within=0.001)
    assert found.contrast.se > found.usual_se
    assert len(found.placebos) == 26
    assert found.contrast.p >= 1 / 27
    assert found.before.p > 0.05


def test_one_treated_cluster_is_the_t_test_of_one_against_many(organ_donations, checked):
    found = asked(**organ_donations)
    table = organ_donations["outcome"].reshape(-1, 6)
    treated = organ_donations["treated"].reshape(-1, 6)[:, 0]
    change = table[:, 3:].mean(axis=1) - table[:, :3].mean(axis=1)
    rest = change[~treated]
    statistic = (change[treated][0] - rest.mean()) / (rest.std(ddof=1) * np.sqrt(1 + 1 / 26))
    assert found.contrast.df == 25
    by_hand = [np.delete(rest, k) for k in range(26)]
    unusual = [abs(rest[k] - by_hand[k].mean()) >= abs(found.contrast.estimate) for k in range(26)]
    checked.agrees(
        ONE_AGAINST_MANY,
        "organ donations: t of California; share of 27 states that changed as unusually",
        ours=[found.contrast.estimate / found.contrast.se, found.contrast.p],
        theirs=[statistic, (1 + sum(unusual)) / 27],
        within=LINEAR_ALGEBRA,
    )


def test_the_usual_error_is_that_of_statsmodels(organ_donations, checked):
    models = pytest.importorskip("statsmodels.api")
    state, quarter = organ_donations["unit"], organ_donations["period"]
    treatment = organ_donations["treated"] & organ_donations["after"]
    dummies = [state[:, None] == np.unique(state), quarter[:, None] == np.unique(quarter)[1:]]
    theirs = models.OLS(organ_donations["outcome"], np.column_stack([treatment, *dummies]).astype(float)).fit(
        cov_type="cluster", cov_kwds={"groups": np.unique(state, return_inverse=True)[1]}
    )
    found = asked(**organ_donations)
    checked.agrees(
        USUAL,
        "change by active choice, its usual error",
        ours=[found.contrast.estimate, found.usual_se],
        theirs=[theirs.params[0], theirs.bse[0]],
        within=LINEAR_ALGEBRA,
    )


def test_two_way_fixed_effects_and_their_error_are_those_of_statsmodels(checked):
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
    checked.agrees(
        CLUSTERED,
        "two-way fixed effects of 12 units in 5 periods, and their error by village",
        ours=[estimate, error],
        theirs=[theirs.params[0], theirs.bse[0]],
        within=LINEAR_ALGEBRA,
    )


def two_sides(rng, *, units=40, periods=5):
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(float(periods)), units)
    treated, after = unit % 2 == 1, period >= 3
    outcome = (
        rng.normal(size=units)[unit] + 0.2 * period + 1.5 * (treated & after) + rng.normal(size=len(unit))
    )
    return {"outcome": outcome, "treated": treated, "after": after, "unit": unit, "period": period}


def test_units_of_their_own_are_welchs_statistic_of_changes(checked):
    data = two_sides(np.random.default_rng(3))
    found = asked(**data)
    table = data["outcome"].reshape(-1, 5)
    change = table[:, 3:].mean(axis=1) - table[:, :3].mean(axis=1)
    welch = stats.ttest_ind(change[1::2], change[::2], equal_var=False)
    statistic = found.contrast.estimate / found.contrast.se
    checked.agrees(WELCH, "t of two sides", ours=statistic, theirs=welch.statistic, within=LINEAR_ALGEBRA)
    # Satterthwaite's degrees of freedom under equal variances, of two sides of 20 units: 2 x 20 - 2.
    assert found.contrast.df == pytest.approx(38, abs=LINEAR_ALGEBRA)
    checked.agrees(
        MEANS,
        "the change of one side less that of the other",
        ours=found.contrast.estimate,
        theirs=change[1::2].mean() - change[::2].mean(),
        within=LINEAR_ALGEBRA,
    )
    assert found.contrast.estimate == pytest.approx(
        found.means[1] - found.means[0] - (found.means[3] - found.means[2]), abs=LINEAR_ALGEBRA
    )


def test_different_people_before_and_after_are_the_regression_with_a_product(checked):
    data = two_sides(np.random.default_rng(4))
    village = data["unit"] // 2 * 2 + data["treated"]
    one = asked(**{**data, "unit": None, "period": None}, cluster=village)
    after, treated = data["after"], data["treated"]
    product = np.column_stack([np.ones(len(after)), after, treated, after & treated]).astype(float)
    checked.agrees(
        REGRESSION,
        "different people before and after: the coefficient of the product",
        ours=one.contrast.estimate,
        theirs=np.linalg.lstsq(product, data["outcome"], rcond=None)[0][3],
        within=LINEAR_ALGEBRA,
    )
    assert one.contrast.clusters_treated == 20


def test_differences_by_period_start_from_the_last_one_before(checked):
    data = two_sides(np.random.default_rng(5))
    found = asked(**data)
    table, side = data["outcome"].reshape(-1, 5), data["treated"].reshape(-1, 5)[:, 0]
    moved = table - table[:, [2]]
    gaps = moved[side].mean(axis=0) - moved[~side].mean(axis=0)
    assert [point.at for point in found.by_period] == [0, 1, 3, 4]
    checked.agrees(
        MEANS,
        "differences by period, from the last one before",
        ours=[point.estimate for point in found.by_period],
        theirs=gaps[[0, 1, 3, 4]],
        within=LINEAR_ALGEBRA,
    )


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

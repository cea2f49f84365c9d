"""Contrasts of several quantities at once: against least squares, Welch's formula, and slow drawing again."""

import numpy as np
import pytest
import statsmodels.api as sm
from tests.checked import Source

from coproduce.errors import EstimationError
from coproduce.methods.worth.contrasts import contrasts
from coproduce.methods.worth.resampling import units_of_chance

WELCH = Source(question="value", kind="formula", cite="Welch's variances, written out; a made-up trial of 46")
LEAST_SQUARES = Source(
    question="value",
    kind="program",
    cite="statsmodels, weighted least squares with Lin's (2013) interactions; a made-up trial of 46",
)
SLOW = Source(
    question="value", kind="formula", cite="Slow and plain code; made-up trials of 46 and of 30 pairs"
)


def generator(seed=1):
    return np.random.default_rng(seed)


@pytest.fixture
def trial():
    chance = generator(3)
    arms = np.repeat([0, 1, 2], [14, 17, 15])
    before = chance.normal(size=(46, 2))
    values = 0.7 * before + chance.normal(size=(46, 2)) + arms[:, None] * [1.0, -0.5]
    return values, arms, before


def found(values, arms, *, resamples=50, clusters=None, blocks=None, **more):
    drawn = units_of_chance(arms, clusters=clusters, blocks=blocks)
    return contrasts(values, arms, drawn=drawn, resamples=resamples, generator=generator(), **more)


def test_without_a_before_it_is_welch(trial, checked):
    values, arms, _ = trial
    one = found(values, arms)
    for arm in (1, 2):
        means = values[arms == arm].mean(axis=0) - values[arms == 0].mean(axis=0)
        parts = [np.cov(values[arms == each].T) / (arms == each).sum() for each in (arm, 0)]
        checked.agrees(
            WELCH,
            f"two differences of arm {arm}, and their covariance",
            ours=[*one.value[arm - 1], *one.covariance[arm - 1].ravel()],
            theirs=[*means, *(parts[0] + parts[1]).ravel()],
            within=1e-10,
        )
    assert one.df == 43


def test_the_adjusted_value_is_that_of_lin(trial, checked):
    values, arms, before = trial
    weights = generator(5).uniform(0.5, 2, len(arms))
    one = found(values, arms, before=before, weights=weights)
    for quantity in (0, 1):
        x = before[:, quantity] - np.average(before[:, quantity], weights=weights)
        columns = [arms == 0, arms == 1, arms == 2]
        design = np.column_stack([*columns, *(column * x for column in columns)]).astype(float)
        fit = sm.WLS(values[:, quantity], design, weights=weights).fit()
        checked.agrees(
            LEAST_SQUARES,
            f"adjusted and weighted differences of both arms, quantity {quantity + 1}",
            ours=one.value[:, quantity],
            theirs=fit.params[1:3] - fit.params[0],
            within=1e-10,
        )


def test_the_jackknife_leaves_out_one_cluster_after_the_other(trial, checked):
    values, arms, _ = trial
    clusters = np.arange(46) // 3 + 100 * arms
    one = found(values, arms, clusters=clusters)
    slow = np.zeros((2, 2))
    for arm in (0, 1):
        labels = np.unique(clusters[arms == arm])
        left = np.array([values[(arms == arm) & (clusters != label)].mean(axis=0) for label in labels])
        apart = left - left.mean(axis=0)
        slow += (len(labels) - 1) / len(labels) * apart.T @ apart
    what = "covariance by leaving out one cluster after the other"
    checked.agrees(SLOW, what, ours=one.covariance[0], theirs=slow, within=1e-10)


def test_the_cloud_spreads_as_the_error_says(trial, checked):
    """Rao and Wu (1988): the variance of the draws of a mean is its unbiased estimate, however few there are."""
    values, arms, _ = trial
    few = np.concatenate([np.flatnonzero(arms == 0)[:3], np.flatnonzero(arms == 1)[:4]])
    one = found(values[few], arms[few], resamples=40_000)
    spread = np.cov(one.draws[:, 0].T)
    errors = np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
    checked.agrees(
        WELCH,
        "covariance of 40,000 draws of 7 units, in its variances (4 Monte Carlo errors)",
        ours=spread / errors,
        theirs=one.covariance[0] / errors,
        within=4 * np.sqrt(3 / 40_000),
    )
    apart = one.draws[:, 0].mean(axis=0) - one.value[0]
    assert (np.abs(apart) <= 4 * np.sqrt(np.diag(spread) / 40_000)).all()


def test_pairs_are_drawn_whole(checked):
    chance = generator(8)
    pair, arms = np.repeat(np.arange(30), 2), np.tile([0, 1], 30)
    values = (chance.normal(size=30)[pair] * 5 + chance.normal(size=60) + arms)[:, None]
    one = found(values, arms, blocks=pair)
    apart = values[arms == 1, 0] - values[arms == 0, 0]
    what, ours = "variance of a difference of 30 pairs", one.covariance[0, 0, 0]
    checked.agrees(SLOW, what, ours=ours, theirs=apart.var(ddof=1) / 30, within=1e-10)
    assert (one.said, one.df) == ("whole blocks", 29)


def test_blocks_with_many_units_are_strata():
    arms, blocks = np.tile([0, 0, 1, 1], 5), np.repeat(np.arange(5), 4)
    drawn = units_of_chance(arms, blocks=blocks)
    assert (drawn.said, len(drawn.sizes())) == ("units within arm and block", 10)
    weights = drawn.weights(7, generator())
    totals = np.array([weights[:, drawn.stratum == stratum].sum(axis=1) for stratum in range(10)])
    np.testing.assert_allclose(totals, 2)


def test_clusters_that_hold_both_arms_are_drawn_whole():
    arms = np.array([0, 1, 0, 1, 0, 1])
    drawn = units_of_chance(arms, clusters=np.array(list("aabbcc")))
    assert drawn.said.startswith("whole clusters")


def test_one_unit_of_chance_says_nothing():
    with pytest.raises(EstimationError, match="holds 1 units"):
        units_of_chance(np.array([0, 0, 1]))


def test_a_gap_is_refused(trial):
    values, arms, _ = trial
    values[0, 0] = np.nan
    with pytest.raises(EstimationError, match="missing values"):
        found(values, arms)


def test_the_names_of_labels_do_not_matter(trial):
    values, arms, before = trial
    clusters = np.arange(46) // 3 + 100 * arms
    renamed = np.array([f"{97 * label % 1009:04}" for label in clusters])
    one, other = (found(values, arms, before=before, clusters=each) for each in (clusters, renamed))
    np.testing.assert_array_equal(one.draws, other.draws)

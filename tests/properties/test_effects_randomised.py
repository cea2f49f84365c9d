"""The randomised design against slow and obvious versions: Lin, blocks, chance itself, families."""

import itertools

import numpy as np
import pytest

from coproduce.errors import EstimationError
from coproduce.methods.effects.balance import minimum_detectable, standardised_difference
from coproduce.methods.effects.families import (
    Joint,
    all_equal,
    benjamini_hochberg,
    holm,
    joint,
    simultaneous,
)
from coproduce.methods.effects.randomisation import randomisation
from coproduce.methods.effects.randomised import Trial, difference, ratio


def trial(seed, *, n=60, effect=1.0, **given):
    rng = np.random.default_rng(seed)
    treated = rng.permutation(np.arange(n) % 3 == 0)
    x = rng.normal(size=(n, 2))
    return Trial(
        outcome=effect * treated + x[:, 0] + rng.normal(size=n) * (1 + treated),
        treated=treated,
        covariates=x if given.pop("adjusted", False) else None,
        **given,
    )


def test_lin_is_a_regression_on_the_arm_times_centred_covariates():
    from statsmodels.regression.linear_model import OLS

    one = trial(1, adjusted=True)
    t, x = one.treated.astype(float), one.covariates - one.covariates.mean(axis=0)
    fit = OLS(one.outcome, np.column_stack([np.ones(60), t, x, t[:, None] * x])).fit(cov_type="HC2")
    found = difference(one).contrast
    assert found.estimate == pytest.approx(fit.params[1], rel=1e-8)
    assert found.se == pytest.approx(fit.bse[1], rel=1e-8)


def test_without_covariates_it_is_welch_with_the_degrees_of_bell_and_mccaffrey():
    one = trial(2)
    a, b = one.outcome[one.treated], one.outcome[~one.treated]
    found = difference(one).contrast
    assert found.se == pytest.approx(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)), rel=1e-10)
    n1, n0 = len(a), len(b)
    df = (n1 + n0) ** 2 * (n1 - 1) * (n0 - 1) / (n1**2 * (n1 - 1) + n0**2 * (n0 - 1))
    assert found.df == pytest.approx(df, rel=1e-8)  # Imbens and Kolesar (2016), section II.B


def test_large_blocks_are_averaged_by_their_size():
    blocks = np.arange(60) % 4
    one = trial(3, blocks=blocks)
    gaps, variances, sizes = [], [], []
    for block in range(4):
        a, b = (one.outcome[(blocks == block) & (one.treated == side)] for side in (True, False))
        gaps.append(a.mean() - b.mean())
        variances.append(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
        sizes.append(len(a) + len(b))
    share = np.array(sizes) / sum(sizes)
    found = difference(one).contrast
    assert found.estimate == pytest.approx(share @ gaps, rel=1e-8)
    assert found.se == pytest.approx(np.sqrt(share**2 @ variances), rel=1e-8)


def test_pairs_are_a_paired_t_test():
    rng = np.random.default_rng(4)
    blocks = np.repeat(np.arange(15), 2)
    treated = np.tile([True, False], 15)
    y = rng.normal(size=30) + 3 * rng.normal(size=15)[blocks] + treated
    found = difference(Trial(outcome=y, treated=treated, blocks=blocks)).contrast
    apart = y[::2] - y[1::2]
    assert found.estimate == pytest.approx(apart.mean(), rel=1e-8)
    assert found.se == pytest.approx(apart.std(ddof=1) / np.sqrt(15), rel=1e-8)
    assert found.df == pytest.approx(14, rel=1e-8)


def test_weights_that_are_whole_numbers_weigh_as_copies_do():
    one = trial(5)
    weights = np.random.default_rng(5).integers(1, 4, 60)
    units = np.repeat(np.arange(60), weights)
    copied = Trial(outcome=one.outcome[units], treated=one.treated[units], clusters=units)
    weighted = Trial(outcome=one.outcome, treated=one.treated, weights=weights.astype(float))
    assert difference(weighted).contrast.estimate == pytest.approx(
        difference(copied).contrast.estimate, rel=1e-8
    )


def test_rows_of_one_unit_are_one():
    one = trial(6)
    units = np.repeat(np.arange(60), 3)
    thrice = Trial(outcome=one.outcome[units], treated=one.treated[units], units=units)
    once, again = difference(one).contrast, difference(thrice).contrast
    assert (again.n_treated, again.n_comparison) == (once.n_treated, once.n_comparison)
    assert again.se == pytest.approx(once.se, rel=1e-8)


def test_a_ratio_by_the_delta_method():
    rng = np.random.default_rng(7)
    treated = np.arange(200) % 2 == 0
    y = (rng.random(200) < np.where(treated, 0.4, 0.25)).astype(float)
    found = ratio(difference(Trial(outcome=y, treated=treated)))
    a, b = y[treated], y[~treated]
    log_variance = a.var(ddof=1) / len(a) / a.mean() ** 2 + b.var(ddof=1) / len(b) / b.mean() ** 2
    assert found.estimate == pytest.approx(a.mean() / b.mean(), rel=1e-10)
    assert found.se == pytest.approx(found.estimate * np.sqrt(log_variance), rel=1e-8)


def test_an_unknown_covariate_has_its_mean_and_an_indicator():
    one = trial(8, adjusted=True)
    holes = one.covariates.copy()
    holes[::5, 1] = np.nan
    filled = np.where(np.isnan(holes), np.nanmean(holes, axis=0), holes)
    told = np.column_stack([filled, np.isnan(holes[:, 1]).astype(float)])
    gaps, same = (
        difference(Trial(outcome=one.outcome, treated=one.treated, covariates=x)) for x in (holes, told)
    )
    assert gaps.contrast.estimate == pytest.approx(same.contrast.estimate, rel=1e-8)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"clusters": (np.arange(60) % 3 == 0).astype(int)}, "1 cluster"),
        ({"outcome": np.ones(60)}, "every outcome is 1"),
        ({"outcome": np.where(np.arange(60) < 59, np.nan, 1.0)}, "unit"),
        ({"blocks": np.arange(60)}, "no blocks with both arms"),
        ({"clusters": np.arange(60) // 2, "blocks": np.arange(60) % 4}, "more than one block"),
    ],
)
def test_what_cannot_be_compared_is_refused(changed, said):
    treated = np.arange(60) % 3 == 0
    given = {"outcome": np.arange(60.0), "treated": treated} | changed
    with pytest.raises(EstimationError, match=said):
        difference(Trial(**given))


def assignments(treated, blocks):
    per = [
        itertools.combinations(np.flatnonzero(blocks == block), int(treated[blocks == block].sum()))
        for block in np.unique(blocks)
    ]
    for parts in itertools.product(*per):
        made = np.zeros(len(treated), dtype=bool)
        made[[place for part in parts for place in part]] = True
        yield made


def studentised(y, treated, *, clusters, blocks):
    """Written out, cluster by cluster: blocks weighted as by Mantel and Haenszel, Neyman's variance."""
    gaps, weights, variances = [], [], []
    paired = min(
        len(np.unique(clusters[(blocks == b) & (treated == side)]))
        for b in np.unique(blocks)
        for side in (0, 1)
    )
    for block in np.unique(blocks):
        sides = [(blocks == block) & (treated == side) for side in (True, False)]
        n1, n0 = (side.sum() for side in sides)
        means = [y[side].mean() for side in sides]
        gaps.append(means[0] - means[1])
        weights.append(n1 * n0 / (n1 + n0))
        variance = 0.0
        for side, mean in zip(sides, means, strict=True):
            own = [np.sum(y[side & (clusters == c)] - mean) for c in np.unique(clusters[side])]
            variance += len(own) / max(len(own) - 1, 1) * np.sum(np.square(own)) / side.sum() ** 2
        variances.append(variance)
    share = np.array(weights) / sum(weights)
    gap = share @ gaps
    if paired < 2:
        between = len(gaps) / (len(gaps) - 1) * np.sum((share * (np.array(gaps) - gap)) ** 2)
        return gap / np.sqrt(between)
    return gap / np.sqrt(share**2 @ variances)


@pytest.mark.parametrize("kind", ["units", "clusters in blocks", "pairs"])
def test_randomisation_looks_at_every_assignment_where_they_are_few(kind):
    rng = np.random.default_rng(9)
    if kind == "units":
        lot, blocks, treated = np.arange(8), np.zeros(8, int), np.arange(8) < 3
    elif kind == "pairs":
        lot = np.repeat(np.arange(12), rng.integers(1, 4, 12))
        blocks, treated = np.arange(12) // 2, np.arange(12) % 2 == 0
    else:
        lot = np.repeat(np.arange(8), rng.integers(1, 4, 8))
        blocks, treated = np.arange(8) // 4, np.arange(8) % 2 == 0
    y = rng.normal(size=len(lot)) + treated[lot]
    given = {"clusters": lot, "blocks": blocks[lot]}
    found = randomisation(Trial(outcome=y, treated=treated[lot], **given), permutations=5000, rng=rng)
    every = [abs(studentised(y, made[lot], **given)) for made in assignments(treated, blocks)]
    seen = abs(studentised(y, treated[lot], **given))
    assert found.exact
    assert found.draws == len(every)
    assert found.p == pytest.approx(np.mean([one >= seen * (1 - 1e-9) for one in every]), rel=1e-10)


def test_the_interval_of_randomisation_holds_the_effects_that_are_not_refused():
    rng = np.random.default_rng(10)
    treated = np.arange(10) % 2 == 0
    y = rng.normal(size=10) + 2 * treated
    found = randomisation(Trial(outcome=y, treated=treated), permutations=1000, rng=rng)
    for effect, inside in ((found.low + 1e-6, True), (found.low - 1e-6, False), (found.high + 1e-6, False)):
        moved = Trial(outcome=y - effect * treated, treated=treated)
        assert (randomisation(moved, permutations=1000, rng=rng).p > 0.05) == inside


def test_drawn_assignments_count_the_real_one():
    one = trial(11, n=300, effect=50.0)
    found = randomisation(one, permutations=99, rng=np.random.default_rng(1))
    assert (found.p, found.exact, found.draws) == (1 / 100, False, 99)


def test_studentised_randomisation_keeps_its_level_where_variances_and_sizes_differ():
    """No effect on average, three times the spread in the smaller arm: a bare difference refuses far too often."""
    rng = np.random.default_rng(12)
    refused = 0
    for _ in range(300):
        treated = np.arange(60) < 15
        y = rng.normal(size=60) * np.where(treated, 3, 1)
        refused += randomisation(Trial(outcome=y, treated=treated), permutations=199, rng=rng).p <= 0.05
    assert refused / 300 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_assignments_without_a_choice_are_refused():
    with pytest.raises(EstimationError, match="outcomes of one arm only"):
        randomisation(
            Trial(
                outcome=np.arange(4.0), treated=np.array([1, 1, 0, 0], bool), blocks=np.array([0, 0, 1, 1])
            ),
            permutations=10,
            rng=np.random.default_rng(1),
        )


@pytest.mark.parametrize("size", [1, 2, 5, 12])
def test_families_are_those_of_statsmodels(size):
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(size).random(size) ** 3
    assert np.allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-10)
    assert np.allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-10)


def test_simultaneous_intervals_are_those_of_the_multivariate_t():
    """Hothorn, Bretz and Westfall (2008): the quantile of the largest |t|, by SciPy's integral."""
    from scipy.stats import multivariate_t

    correlation = np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])
    together = Joint(estimates=np.array([1.0, 2, 3]), covariance=correlation, df=np.full(3, 20.0))
    found = simultaneous(together, rng=np.random.default_rng(1))
    c = found.critical[0]
    inside = multivariate_t(shape=correlation, df=20).cdf(
        np.full(3, c), lower_limit=np.full(3, -c), random_state=1
    )
    assert inside == pytest.approx(0.95, abs=4 * np.sqrt(0.05 * 0.95 / 100_000))
    assert np.all(np.diff(found.p) < 0)


def test_intervals_that_hold_together_are_never_narrower_than_one_nor_wider_than_bonferroni():
    from scipy.stats import t

    together = Joint(
        estimates=np.zeros(2), covariance=np.ones((2, 2)) + 1e-9 * np.eye(2), df=np.array([5.0, 50])
    )
    found = simultaneous(together, rng=np.random.default_rng(1))
    for critical, df in zip(found.critical, together.df, strict=True):
        assert t.ppf(0.975, df) <= critical <= t.ppf(0.9875, df)


def test_arms_that_share_a_control_hang_together_by_half():
    rng = np.random.default_rng(13)
    arm, y, units = np.repeat([0, 1, 2], 200), rng.normal(size=600), np.arange(600)
    models = [
        difference(Trial(outcome=y, treated=arm == one, units=units).taken(np.isin(arm, (0, one)))).model
        for one in (1, 2)
    ]
    found = joint(models)
    own = y[arm == 0].var(ddof=1) / 200
    assert found.covariance[0, 1] == pytest.approx(own, rel=1e-8)


def test_two_subgroups_differ_as_by_welch():
    rng = np.random.default_rng(14)
    group, treated, y = np.arange(80) % 2, np.arange(80) % 4 < 2, rng.normal(size=80)
    parts = [
        difference(Trial(outcome=y, treated=treated, units=np.arange(80)).taken(group == one))
        for one in (0, 1)
    ]
    test = all_equal([part.model for part in parts])
    gap = parts[0].contrast.estimate - parts[1].contrast.estimate
    assert test.f == pytest.approx(gap**2 / sum(part.contrast.se**2 for part in parts), rel=1e-8)


def test_models_that_do_not_agree_on_what_is_independent_are_kept_apart():
    one, other = trial(15, units=np.arange(60)), trial(16, clusters=np.arange(60) // 2)
    models = [difference(part).model for part in (one, other)]
    assert joint(models).covariance[0, 1] == 0
    assert np.isnan(all_equal(models).p)


def test_the_interval_covers_as_promised_with_few_unequal_clusters():
    rng = np.random.default_rng(17)
    sizes = np.array([2, 3, 4, 5, 6, 8, 10, 12, 15, 20])
    clusters, covered = np.repeat(np.arange(10), sizes), 0
    for _ in range(400):
        treated = rng.permutation(np.arange(10) < 4)[clusters]
        y = rng.normal(size=10)[clusters] + rng.normal(size=len(clusters))
        found = difference(Trial(outcome=y, treated=treated, clusters=clusters)).contrast
        covered += found.low <= 0 <= found.high
    assert covered / 400 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


def test_the_detectable_effect_is_seen_four_times_in_five():
    from scipy.stats import nct, t

    found = minimum_detectable(1.0, df=40)
    assert 1 - nct.cdf(t.ppf(0.975, 40), 40, found) == pytest.approx(0.8, abs=0.01)


def test_a_standardised_difference_of_a_share():
    treated = np.arange(40) < 20
    values = np.concatenate([np.arange(20) < 10, np.arange(20) < 4]).astype(float)
    expected = (0.5 - 0.2) / np.sqrt((0.25 + 0.16) / 2 * 20 / 19)
    assert standardised_difference(values, treated) == pytest.approx(expected, rel=1e-10)


def test_blocks_of_one_arm_have_no_part_in_the_test():
    rng = np.random.default_rng(18)
    y, treated, blocks = rng.normal(size=14), np.arange(14) % 2 == 0, np.repeat([0, 1], 7)
    treated[7:] = True
    both = randomisation(Trial(outcome=y, treated=treated, blocks=blocks), permutations=100, rng=rng)
    alone = randomisation(Trial(outcome=y[:7], treated=treated[:7]), permutations=100, rng=rng)
    assert (both.p, both.draws) == (alone.p, alone.draws)


def test_arms_within_which_nothing_varies_are_refused():
    with pytest.raises(EstimationError, match="varies within the arms"):
        difference(Trial(outcome=np.array([1.0, 1, 2, 2]), treated=np.array([False, False, True, True])))


def test_contrasts_without_an_error_have_endless_intervals_and_do_not_spoil_the_others():
    together = Joint(estimates=np.array([1.0, 2]), covariance=np.diag([0.0, 1]), df=np.array([np.nan, 30]))
    found = simultaneous(together, rng=np.random.default_rng(1))
    assert found.low[0] == -np.inf
    assert np.isfinite(found.low[1])

"""AIPW against a plain implementation with statsmodels, and E-values against the paper."""

import numpy as np
import pytest

from coproduce.errors import EstimationError
from coproduce.methods.effects.before_after import before_after_change
from coproduce.methods.effects.logistic import logistic
from coproduce.methods.effects.matched import e_value, matched_effects

LINEAR_ALGEBRA = 1e-8


def people(rng, *, n=600, binary=False):
    x = np.column_stack([rng.normal(size=n), rng.random(n) < 0.4]).astype(float)
    treated = rng.random(n) < 1 / (1 + np.exp(-(0.6 * x[:, 0] - 0.4 * x[:, 1])))
    outcome = 1.5 * treated + 2 * x[:, 0] + x[:, 1] + rng.normal(size=n)
    return (outcome > 1).astype(float) if binary else outcome, treated, x


def asked(outcome, treated, x, **more):
    return matched_effects(outcome, treated, covariates=x, rng=np.random.default_rng(1), **more)


def test_logistic_regression_is_that_of_statsmodels():
    models = pytest.importorskip("statsmodels.api")
    outcome, treated, x = people(np.random.default_rng(2), binary=True)
    design = np.column_stack([np.ones(len(x)), treated, 1000 * x])
    theirs = models.Logit(outcome, design).fit(disp=0, method="newton", tol=1e-12)
    np.testing.assert_allclose(logistic(design, outcome)[0], theirs.params, rtol=1e-6)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("estimand", ["everybody", "treated"])
def test_the_effect_is_that_of_the_formulas(binary, estimand):
    models = pytest.importorskip("statsmodels.api")
    y, t, x = people(np.random.default_rng(3), binary=binary)
    found = asked(y, t, x, estimand=estimand, overlap=0.0)
    design = models.add_constant(x)
    e = models.Logit(t.astype(float), design).fit(disp=0, tol=1e-12).predict(design)
    family = models.families.Binomial() if binary else models.families.Gaussian()
    m0, m1 = (models.GLM(y[s], design[s], family=family).fit(tol=1e-12).predict(design) for s in (~t, t))
    if estimand == "everybody":
        scores = m1 - m0 + t * (y - m1) / e - (~t) * (y - m0) / (1 - e)
        effect = scores.mean()
    else:
        weight = t - (~t) * e / (1 - e)
        effect = (weight * (y - m0)).sum() / t.sum()
        scores = (weight * (y - m0) - t * effect) / t.mean() + effect
    error = scores.std(ddof=1) / np.sqrt(len(y))
    assert found.contrast.estimate == pytest.approx(effect, abs=1e-7)
    assert found.contrast.se == pytest.approx(error, abs=1e-7)
    assert found.means[0] - found.means[1] == pytest.approx(effect, abs=1e-7)


def test_a_cluster_counts_as_one():
    y, t, x = people(np.random.default_rng(4))
    twice = [np.repeat(part, 2, axis=0) for part in (y, t, x)]
    once = asked(y, t, x)
    clustered = asked(*twice, cluster=np.repeat(np.arange(600), 2))
    assert clustered.contrast.se == pytest.approx(once.contrast.se, abs=1e-7)
    assert clustered.contrast.df == pytest.approx(once.contrast.df)


def test_weighting_balances_and_trimming_is_counted():
    y, t, x = people(np.random.default_rng(5), n=2000)
    found = asked(y, t, x)
    assert abs(found.balance[0].before) > 0.3
    assert abs(found.balance[0].after) < 0.05
    strong = np.random.default_rng(6).random(2000) < 1 / (1 + np.exp(-4 * x[:, 0]))
    trimmed = asked(y, strong, x)
    assert trimmed.trimmed > 0.2
    assert not {worry.name: worry.ok for worry in trimmed.contrast.worries}["overlap"]


def test_folds_fit_each_part_by_the_others_and_find_the_same():
    y, t, x = people(np.random.default_rng(7), n=3000)
    assert asked(y, t, x, folds=5).contrast.estimate == pytest.approx(1.5, abs=0.15)
    assert asked(y, t, x).contrast.estimate == pytest.approx(1.5, abs=0.15)


def test_e_values_are_those_of_the_paper():
    """VanderWeele and Ding (2017): a risk ratio of 3.9 (1.8 to 8.7) has E-values of 7.26 and 3.0."""
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.005)


def test_unknown_units_are_counted():
    y, t, x = people(np.random.default_rng(8))
    y[:60] = np.nan
    worry = asked(y, t, x).contrast.worries[-1]
    assert worry.name == "units_not_known"
    assert worry.value == pytest.approx(0.1)


def test_it_refuses_what_it_cannot_answer():
    y, t, x = people(np.random.default_rng(9))
    with pytest.raises(EstimationError, match="foretell without error"):
        asked(y, x[:, 0] > 0, x)
    with pytest.raises(EstimationError, match="say the same"):
        asked(y, t, np.column_stack([x, x[:, 0]]))
    with pytest.raises(EstimationError, match="never varies"):
        asked(np.ones(len(y)), t, x)
    with pytest.raises(EstimationError, match="2 treated"):
        asked(y, np.arange(len(y)) < 2, x)


def test_a_change_of_the_same_people_is_the_paired_t_test_and_of_others_welchs():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(10)
    before, after = rng.normal(size=20), rng.normal(0.5, 1, 20)
    outcome, late = np.concatenate([before, after]), np.repeat([False, True], 20)
    paired = before_after_change(outcome, late, unit=np.tile(np.arange(20), 2))
    assert paired.p == pytest.approx(stats.ttest_rel(after, before).pvalue, abs=LINEAR_ALGEBRA)
    others = before_after_change(outcome, late)
    welch = stats.ttest_ind(after, before, equal_var=False)
    assert others.estimate / others.se == pytest.approx(welch.statistic, abs=LINEAR_ALGEBRA)
    assert [worry.name for worry in paired.worries] == ["no_comparison"]
    with pytest.raises(EstimationError, match="0 outcomes known before"):
        before_after_change(outcome, np.ones(40, dtype=bool))

"""AIPW against a plain implementation with statsmodels, and E-values against the paper."""

import numpy as np
import pytest
from tests.checked import Source

from coproduce.errors import EstimationError
from coproduce.methods.effects.before_after import before_after_change
from coproduce.methods.effects.logistic import logistic
from coproduce.methods.effects.matched import e_value, matched_effects

LINEAR_ALGEBRA = 1e-8
LOGIT = Source(question="effects", cite="statsmodels, Logit by Newton's method", kind="program")
AIPW = Source(
    question="effects",
    cite="Robins, Rotnitzky and Zhao (1994), JASA 89(427), 846-866, written out with statsmodels' Logit and GLM",
    kind="formula",
)
TRULY_TWICE = Source(
    question="effects", cite="the same people once, each a cluster of its own", kind="formula"
)
PAPER = Source(
    question="effects", cite="VanderWeele and Ding (2017), Annals of Internal Medicine 167(4), 268-274"
)
T_TESTS = Source(question="effects", cite="SciPy, ttest_rel and ttest_ind", kind="program")


def people(rng, *, n=600, binary=False):
    x = np.column_stack([rng.normal(size=n), rng.random(n) < 0.4]).astype(float)
    treated = rng.random(n) < 1 / (1 + np.exp(-(0.6 * x[:, 0] - 0.4 * x[:, 1])))
    outcome = 1.5 * treated + 2 * x[:, 0] + x[:, 1] + rng.normal(size=n)
    return (outcome > 1).astype(float) if binary else outcome, treated, x


def asked(outcome, treated, x, **more):
    return matched_effects(outcome, treated, covariates=x, rng=np.random.default_rng(1), **more)


def test_logistic_regression_is_that_of_statsmodels(checked):
    models = pytest.importorskip("statsmodels.api")
    outcome, treated, x = people(np.random.default_rng(2), binary=True)
    design = np.column_stack([np.ones(len(x)), treated, 1000 * x])
    theirs = models.Logit(outcome, design).fit(disp=0, method="newton", tol=1e-12)
    checked.agrees(
        LOGIT,
        "coefficients of columns of very different scales",
        ours=logistic(design, outcome)[0],
        theirs=theirs.params,
        within=LINEAR_ALGEBRA,
        relative=True,
    )


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("estimand", ["everybody", "treated"])
def test_the_effect_is_that_of_the_formulas(binary, estimand, checked):
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
    checked.agrees(
        AIPW,
        f"{'yes-or-no' if binary else 'measured'} outcome, {estimand}: effect, its error, difference of the means",
        ours=[found.contrast.estimate, found.contrast.se, found.means[0] - found.means[1]],
        theirs=[effect, error, effect],
        within=LINEAR_ALGEBRA,
    )


def test_a_cluster_counts_as_one(checked):
    y, t, x = people(np.random.default_rng(4))
    twice = [np.repeat(part, 2, axis=0) for part in (y, t, x)]
    once = asked(y, t, x)
    clustered = asked(*twice, cluster=np.repeat(np.arange(600), 2))
    checked.agrees(
        TRULY_TWICE,
        "everybody twice, by cluster: error, degrees of freedom",
        ours=[clustered.contrast.se, clustered.contrast.df],
        theirs=[once.contrast.se, once.contrast.df],
        within=LINEAR_ALGEBRA,
    )


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


def test_e_values_are_those_of_the_paper(checked):
    checked.agrees(PAPER, "E-value of a risk ratio of 3.9", ours=e_value(3.9), theirs="7.26")
    checked.agrees(PAPER, "E-value of its lower limit, 1.8", ours=e_value(1.8), theirs="3.0")


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


def test_a_change_of_the_same_people_is_the_paired_t_test_and_of_others_welchs(checked):
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(10)
    before, after = rng.normal(size=20), rng.normal(0.5, 1, 20)
    outcome, late = np.concatenate([before, after]), np.repeat([False, True], 20)
    paired = before_after_change(outcome, late, unit=np.tile(np.arange(20), 2))
    others = before_after_change(outcome, late)
    welch = stats.ttest_ind(after, before, equal_var=False)
    for what, ours, theirs in (
        ("a change of the same people: p", paired.p, stats.ttest_rel(after, before).pvalue),
        ("a change of other people: t", others.estimate / others.se, welch.statistic),
    ):
        checked.agrees(T_TESTS, what, ours=ours, theirs=theirs, within=LINEAR_ALGEBRA)
    assert [worry.name for worry in paired.worries] == ["no_comparison"]
    with pytest.raises(EstimationError, match="0 outcomes known before"):
        before_after_change(outcome, np.ones(40, dtype=bool))

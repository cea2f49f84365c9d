"""Segmented regression against statsmodels."""

import numpy as np
import pytest
from tests.checked import Source

from coproduce.errors import EstimationError
from coproduce.methods.effects.serial import autoregressive
from coproduce.methods.effects.time_series import time_series_effects

LINEAR_ALGEBRA = 1e-8
HAC = Source(
    question="effects", cite="statsmodels, OLS with the covariance HAC (Newey and West 1987)", kind="program"
)
LJUNG_BOX = Source(question="effects", cite="statsmodels, acorr_ljungbox", kind="program")
GENERAL = Source(
    question="effects",
    cite="least squares under a known process, scaled so that E[e'e] is right, with full matrices",
    kind="formula",
)
GAPS = Source(question="effects", cite="least squares on the periods that are known", kind="formula")


def a_series(rng, *, n=60, since=40, follows=0.3):
    noise = np.zeros(n)
    for t in range(1, n):
        noise[t] = follows * noise[t - 1] + rng.normal()
    month = np.arange(float(n))
    course = 20 + 0.2 * month + 2 * np.sin(2 * np.pi * month / 12)
    return course + (month >= since) * (3 + 0.1 * (month - since)) + noise, month


def by_hand(month, *, since=40, season=True):
    after = month >= since
    columns = [np.ones_like(month), month, after, after * (month - since)]
    for wave in (1, 2) if season else ():
        columns += [np.cos(2 * np.pi * wave * month / 12), np.sin(2 * np.pi * wave * month / 12)]
    return np.column_stack(columns).astype(float)


def test_coefficients_and_newey_west_errors_are_those_of_statsmodels(checked):
    models = pytest.importorskip("statsmodels.api")
    outcome, month = a_series(np.random.default_rng(1))
    ours = time_series_effects(outcome, month, since=40, season=12, errors="newey_west")
    fit = models.OLS(outcome, by_hand(month)).fit(
        cov_type="HAC", cov_kwds={"maxlags": ours.lags, "use_correction": True}
    )
    mean_after = np.array([0, 0, 1, 9.5, 0, 0, 0, 0])
    mean_error = np.sqrt(mean_after @ fit.cov_params() @ mean_after)
    for what, found, theirs in (
        ("jump of a seasonal series of 60, its error", ours.level, (fit.params[2], fit.bse[2])),
        ("change of slope, its error", ours.slope, (fit.params[3], fit.bse[3])),
        ("mean difference after the moment, its error", ours.contrast, (mean_after @ fit.params, mean_error)),
    ):
        checked.agrees(HAC, what, ours=[found.estimate, found.se], theirs=theirs, within=LINEAR_ALGEBRA)
    gaps = np.array(ours.fitted) - np.array(ours.counterfactual)
    assert gaps[:40] == pytest.approx(0, abs=LINEAR_ALGEBRA)
    assert gaps[40:].mean() == pytest.approx(ours.contrast.estimate, abs=LINEAR_ALGEBRA)


def test_the_tests_of_autocorrelation_are_those_of_statsmodels(checked):
    diagnostic = pytest.importorskip("statsmodels.stats.diagnostic")
    outcome, month = a_series(np.random.default_rng(2), n=120, since=80, follows=0.6)
    ours = time_series_effects(outcome, month, since=80, season=12)
    residuals = outcome - np.array(ours.fitted)
    theirs = diagnostic.acorr_ljungbox(residuals, lags=[10])
    checked.agrees(
        LJUNG_BOX,
        "p of ten lags",
        ours=ours.ljung_box,
        theirs=theirs["lb_pvalue"].iloc[0],
        within=LINEAR_ALGEBRA,
    )
    assert not ours.contrast.worries[0].ok


def test_autoregressive_errors_are_unbiased_for_the_process_that_they_found(checked):
    """Of generalised theory: the covariance of least squares under the process, scaled so that E[e'e] is right."""
    outcome, month = a_series(np.random.default_rng(8), follows=0.5)
    design = by_hand(month, season=False)
    line = autoregressive(outcome, design)
    process = line.correlation ** np.abs(np.subtract.outer(month, month))
    inverse = np.linalg.inv(design.T @ design)
    maker = np.eye(60) - design @ inverse @ design.T
    residuals = maker @ outcome
    scale = residuals @ residuals / np.trace(maker @ process @ maker)
    sandwich = scale * inverse @ design.T @ process @ design @ inverse
    checked.agrees(
        GENERAL,
        "covariance of a segmented line with autoregressive errors",
        ours=line.covariance,
        theirs=sandwich,
        within=LINEAR_ALGEBRA,
        relative=True,
    )
    of_residuals = maker @ process @ maker
    expected = np.trace(of_residuals, offset=1) / np.trace(of_residuals)
    observed = residuals[1:] @ residuals[:-1] / (residuals @ residuals)
    checked.agrees(
        GENERAL,
        "correlation of the residuals that the process foretells, and the one observed",
        ours=expected,
        theirs=observed,
        within=LINEAR_ALGEBRA,
    )
    checked.agrees(
        GENERAL,
        "degrees of freedom by Satterthwaite",
        ours=line.df,
        theirs=np.trace(of_residuals) ** 2 / np.trace(of_residuals @ of_residuals),
        within=LINEAR_ALGEBRA,
    )


def test_gaps_in_the_series_are_kept_as_gaps(checked):
    outcome, month = a_series(np.random.default_rng(3))
    holes = outcome.copy()
    holes[[5, 20, 50]] = np.nan
    kept = np.isfinite(holes)
    one = time_series_effects(holes, month, since=40)
    other = time_series_effects(outcome[kept], month[kept], since=40)
    assert one.contrast == other.contrast
    assert one.contrast.worries[-1].value == 3
    design = by_hand(month, season=False)[kept]
    plain = np.linalg.lstsq(design, outcome[kept], rcond=None)[0]
    checked.agrees(
        GAPS, "jump of a series with gaps", ours=one.level.estimate, theirs=plain[2], within=LINEAR_ALGEBRA
    )


def test_a_comparison_series_takes_out_what_happened_to_both():
    rng = np.random.default_rng(4)
    outcome, month = a_series(rng)
    shock = 10 * (month >= 38)
    found = time_series_effects(outcome + shock, month, since=40, season=12, comparison=5 + shock)
    alone = time_series_effects(outcome, month, since=40, season=12)
    assert found.contrast.estimate == pytest.approx(alone.contrast.estimate, abs=LINEAR_ALGEBRA)
    assert {worry.name: worry.ok for worry in found.contrast.worries}["comparison_series"]


def test_arma_errors_find_the_line_and_its_error():
    models = pytest.importorskip("statsmodels.regression.linear_model")
    outcome, month = a_series(np.random.default_rng(5), n=150, since=100, follows=0.6)
    ours = time_series_effects(outcome, month, since=100, season=12, errors="arma")
    design = by_hand(month, since=100)
    known = 0.6 ** np.abs(np.subtract.outer(month, month)) / (1 - 0.36)
    exact = models.GLS(outcome, design, sigma=known).fit()
    assert ours.level.estimate == pytest.approx(exact.params[2], abs=0.3 * exact.bse[2])
    assert ours.level.se == pytest.approx(exact.bse[2], rel=0.3)
    assert abs(ours.autocorrelation) < 0.2


def test_it_refuses_what_it_cannot_answer():
    outcome, month = a_series(np.random.default_rng(6))
    for more, seen in (
        ({"since": 5}, "5 periods known before"),
        ({"since": 59}, "1 after"),
        ({"since": 40, "season": 52, "harmonics": 26}, "60 periods for 55 coefficients"),
    ):
        with pytest.raises(EstimationError, match=seen):
            time_series_effects(outcome, month, **more)
    with pytest.raises(EstimationError, match="there twice"):
        time_series_effects(outcome, np.floor(month / 2), since=20)
    with pytest.raises(EstimationError, match="not evenly spaced"):
        time_series_effects(outcome, month + 0.3 * (month > 7), since=40)
    with pytest.raises(EstimationError, match="never varies"):
        time_series_effects(np.ones(60), month, since=40)

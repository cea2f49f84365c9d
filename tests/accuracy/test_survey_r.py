"""Surveys against R's survey, MASS, psych and polycor (tools/survey_reference.R made the numbers, on made-up data).

A calibrated design is held against `calibrate(calfun = "raking")`: R's `rake` has the same weights, and takes residuals
from the margins without weights, which agrees with neither only where weights are alike.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from coproduce.methods.survey.design import freedom, survey_design
from coproduce.methods.survey.linear import interval, mean, ratio, share_interval, total
from coproduce.methods.survey.ordinal import ordered_logit
from coproduce.methods.survey.polychoric import polychoric
from coproduce.methods.survey.quantiles import quantile
from coproduce.methods.survey.raking import Margin, rake
from coproduce.methods.survey.reliability import _correlations, _loadings, reliability

BY_SVY = json.loads(Path(__file__).with_name("survey_svy.json").read_text(encoding="utf-8"))
BY_R = json.loads(Path(__file__).with_name("survey_reference.json").read_text(encoding="utf-8"))
DATA = {name: np.array(column) for name, column in BY_R["data"].items()}
X, GROUP, BAND, STEP = (DATA[name] for name in ("x", "group", "band", "step"))
YES = (STEP > 1).astype(float)
ITEMS = np.column_stack([DATA[f"item{number}"] for number in range(1, 5)]).astype(float)
DESIGN = survey_design(DATA["weight"], strata=DATA["stratum"], units=DATA["psu"])
EVERYONE = np.ones(len(X), dtype=bool)
COVARIATES = np.column_stack([X, GROUP, BAND == 1, BAND == 2]).astype(float)
CLOSED_FORM, LINEAR_ALGEBRA, OPTIMISER = 1e-10, 1e-8, 1e-6


@pytest.mark.parametrize(
    ("name", "found", "df"),
    [
        ("mean", mean(DESIGN, X), 35),
        ("total", total(DESIGN, X), None),
        ("domain", mean(DESIGN, X, domain=(GROUP == 1) & (BAND == 2)), 22),
        ("ratio", ratio(DESIGN, YES, over=DATA["weight"]), None),
        ("difference", mean(DESIGN, YES, domain=GROUP == 1) - mean(DESIGN, YES, domain=GROUP == 0), None),
    ],
)
def test_linearised_errors(name, found, df):
    shown = interval(DESIGN, found)
    assert (shown.value, shown.se) == pytest.approx(
        (BY_R[name]["value"], BY_R[name]["se"]), rel=CLOSED_FORM, abs=CLOSED_FORM
    )
    assert df is None or freedom(DESIGN, found.domain) == df


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mean", mean(DESIGN, X)),
        ("total", total(DESIGN, X)),
        ("share", mean(DESIGN, YES)),
        ("ratio", ratio(DESIGN, YES, over=DATA["weight"])),
    ],
)
def test_linearised_errors_are_those_of_svy(name, found):
    """tools/survey_reference.py made the numbers."""
    shown = interval(DESIGN, found)
    theirs = BY_SVY[name]
    assert (shown.value, shown.se) == pytest.approx((theirs["value"], theirs["se"]), rel=CLOSED_FORM)


def test_a_difference_is_not_that_of_independent_groups():
    one, other = (mean(DESIGN, YES, domain=group == GROUP) for group in (1, 0))
    apart = np.hypot(interval(DESIGN, one).se, interval(DESIGN, other).se)
    assert abs(interval(DESIGN, one - other).se / apart - 1) > 0.01


def test_the_limits_of_a_share():
    found = share_interval(DESIGN, mean(DESIGN, YES))
    theirs = BY_R["share"]
    assert (found.value, found.low, found.high) == pytest.approx(tuple(theirs.values()), abs=LINEAR_ALGEBRA)


@pytest.mark.parametrize(("place", "at"), [(0, 0.25), (1, 0.5)])
def test_quantiles_with_woodruffs_interval(place, at):
    found = quantile(DESIGN, X, at=at)
    theirs = [BY_R["quantile"][name][place] for name in ("value", "low", "high")]
    assert [found.value, found.low, found.high] == theirs


def test_a_stratum_with_one_unit_is_measured_from_the_mean_of_all():
    strata = np.where(DATA["psu"] == 40, 6, DATA["stratum"])
    design = survey_design(DATA["weight"], strata=strata, units=DATA["psu"])
    assert design.lone == 1
    assert interval(design, mean(design, X)).se == pytest.approx(BY_R["lone"]["se"], abs=CLOSED_FORM)


def raked():
    margins = (
        Margin(cell=GROUP, shares=np.array([0.5, 0.5])),
        Margin(cell=BAND, shares=np.array([0.25, 0.3, 0.45])),
    )
    return rake(DESIGN, margins)


def test_raked_weights_and_their_errors():
    found = raked()
    assert found.converged
    assert found.design.weights == pytest.approx(np.array(BY_R["raked"]["weight"]), rel=LINEAR_ALGEBRA)
    for place, y in enumerate((X, YES)):
        shown = interval(found.design, mean(found.design, y))
        assert shown.value == pytest.approx(BY_R["raked"]["value"][place], abs=LINEAR_ALGEBRA)
        assert shown.se == pytest.approx(BY_R["raked"]["se"][place], abs=LINEAR_ALGEBRA)


def test_post_stratification_is_raking_to_one_margin():
    found = rake(DESIGN, [Margin(cell=BAND, shares=np.array([0.25, 0.3, 0.45]))])
    for place, y in enumerate((X, YES)):
        shown = interval(found.design, mean(found.design, y))
        assert shown.value == pytest.approx(BY_R["post"]["value"][place], abs=CLOSED_FORM)
        assert shown.se == pytest.approx(BY_R["post"]["se"][place], abs=CLOSED_FORM)


def test_logistic_regression():
    fit = ordered_logit(DESIGN, (STEP > 1).astype(int), x=COVARIATES, domain=EVERYONE)
    assert [-fit.thresholds[0], *fit.coefficients] == pytest.approx(
        BY_R["logit"]["value"], abs=LINEAR_ALGEBRA
    )
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(
        np.array(BY_R["logit"]["se"]), abs=LINEAR_ALGEBRA
    )
    assert fit.df == BY_R["logit"]["df"]


def test_logistic_regression_with_raked_weights():
    fit = ordered_logit(raked().design, (STEP > 1).astype(int), x=X[:, None], domain=EVERYONE)
    theirs = BY_R["raked_logit"]
    assert [-fit.thresholds[0], *fit.coefficients] == pytest.approx(theirs["value"], abs=OPTIMISER)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(np.array(theirs["se"]), abs=OPTIMISER)


def test_ordered_regression():
    """R takes the curvature by differences of the likelihood, hence its errors have about four digits."""
    fit = ordered_logit(DESIGN, STEP, x=COVARIATES, domain=EVERYONE)
    assert list(fit.coefficients) == pytest.approx(BY_R["ordinal"]["coefficients"], abs=OPTIMISER)
    assert list(fit.thresholds) == pytest.approx(BY_R["ordinal"]["thresholds"], abs=OPTIMISER)
    assert list(fit.se) == pytest.approx(BY_R["ordinal"]["se"][:4], rel=1e-3)
    plain = ordered_logit(survey_design(np.ones(len(X))), STEP, x=COVARIATES, domain=EVERYONE)
    assert list(plain.coefficients) == pytest.approx(BY_R["polr"]["coefficients"], abs=OPTIMISER)
    assert list(plain.thresholds) == pytest.approx(BY_R["polr"]["thresholds"], abs=OPTIMISER)


def test_reliability_of_a_plain_sample():
    found = reliability(survey_design(np.ones(len(X))), ITEMS)
    assert found.alpha.value == pytest.approx(BY_R["alpha"], abs=CLOSED_FORM)
    assert [abs(one) for one in found.loadings] == pytest.approx(BY_R["loadings"], abs=1e-5)
    correlations = _correlations(np.cov(ITEMS.T))
    loadings = _loadings(correlations)
    apart = (correlations - np.outer(loadings, loadings))[np.triu_indices(4, 1)]
    theirs = (correlations - np.outer(BY_R["loadings"], BY_R["loadings"]))[np.triu_indices(4, 1)]
    assert (apart**2).sum() <= (theirs**2).sum() + 1e-15


@pytest.mark.parametrize(("place", "pair"), [(0, (0, 1)), (1, (0, 3)), (2, (2, 3))])
def test_polychoric_correlations(place, pair):
    """R stops its search of one dimension at 1.2e-4 of its range."""
    table = np.zeros((5, 5))
    np.add.at(table, tuple(ITEMS[:, item].astype(int) - 1 for item in pair), 1.0)
    assert polychoric(table) == pytest.approx(BY_R["polychoric"][place], abs=1e-4)

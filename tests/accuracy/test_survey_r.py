"""Surveys against R's survey, MASS, psych and polycor (tools/survey_reference.R), and svy (tools/survey_reference.py).

A calibrated design is held against `calibrate(calfun = "raking")`: R's `rake` has the same weights, and takes residuals
from the margins without weights, which agrees with neither only where weights are alike.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.checked import Source

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


def program(name):
    return Source(
        question="motives", kind="program", cite=f"{name}, 320 made-up answers of 40 units in five strata"
    )


SURVEY = program("survey 4.1.1 (R 4.2.2; tools/survey_reference.R)")
SVY = program("svy 0.35.0 (tools/survey_reference.py)")
POLR = program("MASS 7.3-58.2, polr (R 4.2.2; tools/survey_reference.R)")
PSYCH = program("psych 2.2.9 (R 4.2.2; tools/survey_reference.R)")
POLYCOR = program("polycor 0.8.1 (R 4.2.2; tools/survey_reference.R)")
CALLED = {
    "mean": "mean",
    "total": "total",
    "domain": "mean of a domain",
    "share": "share",
    "ratio": "ratio",
    "difference": "difference of two groups",
}


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
def test_linearised_errors(name, found, df, checked):
    shown = interval(DESIGN, found)
    checked.agrees(
        SURVEY,
        f"{CALLED[name]}, and its error",
        ours=[shown.value, shown.se],
        theirs=[BY_R[name]["value"], BY_R[name]["se"]],
        within=CLOSED_FORM,
        relative=True,
    )
    if df is not None:
        what, ours = f"{CALLED[name]}: degrees of freedom", freedom(DESIGN, found.domain)
        checked.same(SURVEY, what, ours=ours, theirs=df)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mean", mean(DESIGN, X)),
        ("total", total(DESIGN, X)),
        ("share", mean(DESIGN, YES)),
        ("ratio", ratio(DESIGN, YES, over=DATA["weight"])),
    ],
)
def test_linearised_errors_are_those_of_svy(name, found, checked):
    shown = interval(DESIGN, found)
    theirs = BY_SVY[name]
    checked.agrees(
        SVY,
        f"{CALLED[name]}, and its error",
        ours=[shown.value, shown.se],
        theirs=[theirs["value"], theirs["se"]],
        within=CLOSED_FORM,
        relative=True,
    )


def test_a_difference_is_not_that_of_independent_groups():
    one, other = (mean(DESIGN, YES, domain=group == GROUP) for group in (1, 0))
    apart = np.hypot(interval(DESIGN, one).se, interval(DESIGN, other).se)
    assert abs(interval(DESIGN, one - other).se / apart - 1) > 0.01


def test_the_limits_of_a_share(checked):
    found = share_interval(DESIGN, mean(DESIGN, YES))
    theirs = BY_R["share"]
    checked.agrees(
        SURVEY,
        "share with its limits, svyciprop by logit",
        ours=[found.value, found.low, found.high],
        theirs=[*theirs.values()],
        within=LINEAR_ALGEBRA,
    )


@pytest.mark.parametrize(("place", "at"), [(0, 0.25), (1, 0.5)])
def test_quantiles_with_woodruffs_interval(place, at, checked):
    found = quantile(DESIGN, X, at=at)
    theirs = [BY_R["quantile"][name][place] for name in ("value", "low", "high")]
    what = f"quantile at {at} with Woodruff's limits"
    checked.agrees(SURVEY, what, ours=[found.value, found.low, found.high], theirs=theirs, within=0.0)


def test_a_stratum_with_one_unit_is_measured_from_the_mean_of_all(checked):
    strata = np.where(DATA["psu"] == 40, 6, DATA["stratum"])
    design = survey_design(DATA["weight"], strata=strata, units=DATA["psu"])
    assert design.lone == 1
    what, ours = "error of a mean, a stratum with one unit", interval(design, mean(design, X)).se
    checked.agrees(SURVEY, what, ours=ours, theirs=BY_R["lone"]["se"], within=CLOSED_FORM)


def raked():
    margins = (
        Margin(cell=GROUP, shares=np.array([0.5, 0.5])),
        Margin(cell=BAND, shares=np.array([0.25, 0.3, 0.45])),
    )
    return rake(DESIGN, margins)


def estimates(design):
    """A mean and a share with their errors."""
    shown = [interval(design, mean(design, y)) for y in (X, YES)]
    return [one.value for one in shown], [one.se for one in shown]


def test_raked_weights_and_their_errors(checked):
    found = raked()
    assert found.converged
    checked.agrees(
        SURVEY,
        "weights raked to two margins, calibrate(calfun = 'raking')",
        ours=found.design.weights,
        theirs=BY_R["raked"]["weight"],
        within=LINEAR_ALGEBRA,
        relative=True,
    )
    checked.agrees(
        SURVEY,
        "mean and share after raking, and their errors",
        ours=estimates(found.design),
        theirs=BY_R["raked"]["value"] + BY_R["raked"]["se"],
        within=LINEAR_ALGEBRA,
    )


def test_post_stratification_is_raking_to_one_margin(checked):
    found = rake(DESIGN, [Margin(cell=BAND, shares=np.array([0.25, 0.3, 0.45]))])
    checked.agrees(
        SURVEY,
        "mean and share after postStratify, and their errors",
        ours=estimates(found.design),
        theirs=BY_R["post"]["value"] + BY_R["post"]["se"],
        within=CLOSED_FORM,
    )


def with_errors(fit):
    """The coefficients of a logistic regression, and their errors."""
    return [-fit.thresholds[0], *fit.coefficients, *np.sqrt(np.diag(fit.covariance))]


def test_logistic_regression(checked):
    fit = ordered_logit(DESIGN, (STEP > 1).astype(int), x=COVARIATES, domain=EVERYONE)
    theirs = BY_R["logit"]
    checked.agrees(
        SURVEY,
        "logistic regression, svyglm: coefficients and errors",
        ours=with_errors(fit),
        theirs=theirs["value"] + theirs["se"],
        within=LINEAR_ALGEBRA,
    )
    checked.same(SURVEY, "logistic regression, svyglm: degrees of freedom", ours=fit.df, theirs=theirs["df"])


def test_logistic_regression_with_raked_weights(checked):
    fit = ordered_logit(raked().design, (STEP > 1).astype(int), x=X[:, None], domain=EVERYONE)
    theirs = BY_R["raked_logit"]
    checked.agrees(
        SURVEY,
        "logistic regression with raked weights: coefficients and errors",
        ours=with_errors(fit),
        theirs=theirs["value"] + theirs["se"],
        within=OPTIMISER,
    )


def test_ordered_regression(checked):
    """R takes the curvature by differences of the likelihood, hence its errors have about four digits."""
    fit = ordered_logit(DESIGN, STEP, x=COVARIATES, domain=EVERYONE)
    plain = ordered_logit(survey_design(np.ones(len(X))), STEP, x=COVARIATES, domain=EVERYONE)
    for source, one, theirs in ((SURVEY, fit, BY_R["ordinal"]), (POLR, plain, BY_R["polr"])):
        checked.agrees(
            source,
            "proportional odds: coefficients and thresholds",
            ours=[*one.coefficients, *one.thresholds],
            theirs=theirs["coefficients"] + theirs["thresholds"],
            within=OPTIMISER,
        )
    checked.agrees(
        SURVEY,
        "proportional odds, svyolr: errors",
        ours=fit.se,
        theirs=BY_R["ordinal"]["se"][:4],
        within=1e-3,
        relative=True,
    )


def test_reliability_of_a_plain_sample(checked):
    """R's factor analysis stops earlier: the squares of what our loadings leave are the smaller ones."""
    found = reliability(survey_design(np.ones(len(X))), ITEMS)
    checked.agrees(
        PSYCH, "alpha of four items", ours=found.alpha.value, theirs=BY_R["alpha"], within=CLOSED_FORM
    )
    checked.agrees(
        PSYCH,
        "loadings of four items on one factor",
        ours=np.abs(found.loadings),
        theirs=BY_R["loadings"],
        within=1e-5,
    )
    correlations = _correlations(np.cov(ITEMS.T))
    loadings = _loadings(correlations)
    apart = (correlations - np.outer(loadings, loadings))[np.triu_indices(4, 1)]
    theirs = (correlations - np.outer(BY_R["loadings"], BY_R["loadings"]))[np.triu_indices(4, 1)]
    assert (apart**2).sum() <= (theirs**2).sum() + 1e-15


@pytest.mark.parametrize(("place", "pair"), [(0, (0, 1)), (1, (0, 3)), (2, (2, 3))])
def test_polychoric_correlations(place, pair, checked):
    """R stops its search of one dimension at 1.2e-4 of its range."""
    table = np.zeros((5, 5))
    np.add.at(table, tuple(ITEMS[:, item].astype(int) - 1 for item in pair), 1.0)
    what = f"polychoric correlation of items {pair[0] + 1} and {pair[1] + 1}"
    checked.agrees(POLYCOR, what, ours=polychoric(table), theirs=BY_R["polychoric"][place], within=1e-4)

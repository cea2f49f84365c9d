"""Articles and books on meta-analysis, figure by figure.

They stand in metafor's own tests, with the page of the article. Where a test says in which digit it differs from what
is printed, the figures are given as printed; else they are the test's, which may have more digits than the article.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.synthesis.effect_sizes import (
    Counts,
    Means,
    mean_difference,
    odds_ratio,
    risk_ratio,
)
from coproduce.methods.synthesis.multilevel import multilevel
from coproduce.methods.synthesis.pooling import pool
from coproduce.methods.synthesis.regression import regress

DATA = json.loads((Path(__file__).parent / "synthesis_metafor.json").read_text())["data"]
BCG = {name: np.array(column) for name, column in DATA["bcg"].items()}
CALENDAR = {name: np.array(column) for name, column in DATA["calendar"].items()}
TRIALS = risk_ratio(Counts(a=BCG["tpos"], b=BCG["tneg"], c=BCG["cpos"], d=BCG["cneg"]))
EFFECT, VARIANCE = TRIALS.effect, TRIALS.variance
ONES = np.ones(13)
STOPS = ("ML", "REML", "EB")
"""Found by steps, which metafor ends when tau2 moves by less than 1e-5: what hangs on it has fewer digits then."""


def numbers(line):
    """A printed line as numbers."""
    return np.array(line.split(), dtype=float)


def quoted(cite):
    """Figures as metafor's tests have them."""
    return Source(
        question="synthesis", kind="program", cite=f"metafor 3.8.1, its own test of its agreement with {cite}"
    )


LIPSEY = Source(
    question="synthesis",
    cite="Lipsey and Wilson (2001), Practical Meta-Analysis, exhibits 7.3 to 7.7, pp. 133-141 (as in metafor's tests)",
)
KONSTANTOPOULOS = quoted("Konstantopoulos (2011), Research Synthesis Methods 2(1), 61-76, pp. 70-71")
ESTIMATORS = quoted(
    "Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30(3), 261-293, pp. 271-272"
)
CLASP = quoted(
    "DerSimonian and Kacker (2007), Contemporary Clinical Trials 28(2), 105-114, tables 3 and 4, pp. 111-112"
)
EXPECTANCY = quoted(
    "Raudenbush (2009), in Cooper, Hedges and Valentine, Handbook of Research Synthesis and Meta-Analysis, table 16.3, "
    "p. 309"
)
HOUWELINGEN = quoted(
    "van Houwelingen, Arends and Stijnen (2002), Statistics in Medicine 21(4), 589-624, p. 596-597"
)
NORMAND = quoted("Normand (1999), Statistics in Medicine 18(3), 321-359, table IX, p. 352")
BERKEY = quoted("Berkey et al. (1995), Statistics in Medicine 14(4), 395-411, p. 408")


def rows_of(found):
    """A row for each coefficient."""
    inference = found.inference
    columns = (
        found.coefficients,
        inference.se,
        inference.statistic,
        inference.p,
        inference.low,
        inference.high,
    )
    return np.column_stack(columns)


def table(checked, source, *, rows, columns, ours, theirs):
    """Rows of a printed table, each told with the names of its columns."""
    assert len(rows) == len(theirs)
    for row, mine, printed in zip(rows, ours, theirs, strict=True):
        checked.agrees(source, f"{row}: {columns}", ours=mine, theirs=printed.split())


def test_odds_ratios_of_bcg(checked):
    logs = odds_ratio(Counts(a=BCG["tpos"], b=BCG["tneg"], c=BCG["cpos"], d=BCG["cneg"]))
    for what, estimator, theirs in (
        ("one true odds ratio, with limits", "fixed", ".6465 .5951 .7024"),
        ("mean odds ratio by ML, with limits", "ML", ".4762 .3360 .6749"),
    ):
        found = pool(logs.effect, logs.variance, estimator=estimator, test="z")
        ours = np.exp([found.estimate, found.low, found.high])
        checked.agrees(HOUWELINGEN, what, ours=ours, theirs=theirs.split())
    checked.agrees(HOUWELINGEN, "tau2 by ML", ours=found.tau2, theirs=".3025")


def test_bcg_with_smoothed_variances(checked):
    treated, control = BCG["tneg"] + BCG["tpos"], BCG["cneg"] + BCG["cpos"]
    smooth = (BCG["tneg"] / BCG["tpos"]).sum() / (13 * treated) + (BCG["cneg"] / BCG["cpos"]).sum() / (
        13 * control
    )
    found = pool(EFFECT, smooth, estimator="EB", test="z")
    ours = [found.estimate, found.se, found.tau2]
    checked.agrees(
        BERKEY, "empirical Bayes: effect, error, tau2", ours=ours, theirs=["-0.5429", "0.1842", "0.2682"]
    )
    design = np.column_stack([ONES, BCG["ablat"] - 33.46])
    line = regress(EFFECT, smooth, design=design, estimator="EB", test="z")
    checked.agrees(
        BERKEY,
        "by latitude, empirical Bayes: coefficients, errors, tau2",
        ours=[*line.coefficients, *line.inference.se, line.heterogeneity.tau2],
        theirs=["-0.6303", "-0.0268", "0.1591", "0.0110", "0.1572"],
    )


def test_school_calendars(checked):
    y, v, year = CALENDAR["yi"], CALENDAR["vi"], CALENDAR["year"] - CALENDAR["year"].mean()
    design = np.column_stack([np.ones(56), year])
    pooled, line = pool(y, v, test="z"), regress(y, v, design=design, test="z")
    levels = [CALENDAR["district"], CALENDAR["school"]]
    nested = multilevel(y, v, levels=levels, estimator="ML")
    by_year = multilevel(y, v, levels=levels, estimator="ML", design=design)
    for what, ours, theirs in (
        (
            "two levels: effect, error, tau2",
            [pooled.estimate, pooled.se, pooled.tau2],
            "0.1279 0.0439 0.0884",
        ),
        (
            "two levels by year: coefficients, errors, tau2",
            [*line.coefficients, *line.inference.se, line.heterogeneity.tau2],
            "0.1258 0.0052 0.0440 0.0044 0.0889",
        ),
        (
            "three levels by ML: effect, error, variances of districts and schools",
            [*nested.coefficients, *nested.inference.se, *nested.sigma2],
            "0.1845 0.0805 0.0577 0.0329",
        ),
        (
            "three levels by ML, by year: coefficients, errors, variances",
            [*by_year.coefficients, *by_year.inference.se, *by_year.sigma2],
            "0.1780 0.0051 0.0805 0.0085 0.0565 0.0329",
        ),
    ):
        checked.agrees(KONSTANTOPOULOS, what, ours=ours, theirs=theirs.split())


FIRST = (
    numbers("-0.581 0.530 0.771 1.031 0.553 0.295 0.078 0.573 -0.176 -0.232"),
    numbers("0.023 0.052 0.060 0.115 0.095 0.203 0.200 0.211 0.051 0.040"),
)
SECOND = (
    numbers(
        "0.100 -0.162 -0.090 -0.049 -0.046 -0.010 -0.431 -0.261 0.134 0.019 0.175 0.056 0.045 0.103 0.121 -0.482 0.290 "
        "0.342"
    ),
    numbers(
        "0.016 0.015 0.050 0.050 0.032 0.052 0.036 0.024 0.034 0.033 0.031 0.034 0.039 0.167 0.134 0.096 0.016 0.035"
    ),
)
TAU2 = {
    ("first", "HE"): "0.1484 68.7988 3.2050",
    ("first", "DL"): "0.2768 80.4447 5.1137",
    ("first", "ML"): "0.1967 74.5098 3.9231",
    ("first", "REML"): "0.2232 76.8399 4.3178",
    ("first", "EB"): "0.1920 74.0511 3.8537",
    ("first", "SJ"): "0.1992 74.7545 3.9611",
    ("second", "HE"): "0.0000 0.0000 1.0000",
    ("second", "DL"): "0.0126 27.5275 1.3798",
    ("second", "ML"): "0.0132 28.4505 1.3976",
    ("second", "REML"): "0.0157 32.0203 1.4710",
    ("second", "EB"): "0.0104 23.7198 1.3110",
    ("second", "SJ"): "0.0248 42.6734 1.7444",
}


@pytest.mark.parametrize(("example", "estimator"), TAU2)
def test_estimators_of_heterogeneity(example, estimator, checked):
    found = pool(*(FIRST if example == "first" else SECOND), estimator=estimator)
    tau2, *shares = TAU2[example, estimator].split()
    called = f"{example} example, {estimator}"
    checked.agrees(ESTIMATORS, f"{called}: tau2", ours=found.tau2, theirs=tau2)
    checked.agrees(
        ESTIMATORS,
        f"{called}: I2 and H2",
        ours=[found.I2, found.H2],
        theirs=shares,
        within=2e-3 if estimator in STOPS else None,
    )


def test_clasp(checked):
    treated, control = (
        np.array([156, 303, 565, 1570, 103, 4659.0]),
        np.array([74, 303, 477, 1565, 105, 4650.0]),
    )
    a, c = np.array([5, 5, 12, 69, 9, 313.0]), np.array([8, 17, 9, 94, 11, 352.0])
    logs = odds_ratio(Counts(a=a, b=treated - a, c=c, d=control - c))
    for estimator, theirs in {
        "PM": "0.3681 -0.3811 0.2060",
        "HE": "0.4410 -0.4035 0.2327",
        "DL": "0.2323 -0.3240 0.1540",
        "EB": "0.3681 -0.3811 0.2060",
        "ML": "0.0023 -0.1974 0.0694",
        "REML": "0.1843 -0.2980 0.1343",
        "SJ": "0.4572 -0.4079 0.2386",
    }.items():
        found = pool(logs.effect, logs.variance, estimator=estimator, test="z")
        tau, *more = theirs.split()
        called, within = f"trials of aspirin in pregnancy, {estimator}", 1e-4 if estimator in STOPS else None
        if estimator == "ML":  # nought is the top of the likelihood; theirs stops just above
            checked.agrees(CLASP, f"{called}: tau2", ours=found.tau2, theirs=float(tau) ** 2, within=1e-5)
        else:
            ours = np.sqrt(found.tau2)
            checked.agrees(CLASP, f"{called}: tau", ours=ours, theirs=tau, within=within)
        ours = [found.estimate, found.se]
        checked.agrees(CLASP, f"{called}: effect and error", ours=ours, theirs=more, within=within)


def test_teachers_expectations(checked):
    effects = numbers(
        "0.03 0.12 -0.14 1.18 0.26 -0.06 -0.02 -0.32 0.27 0.8 0.54 0.18 -0.02 0.23 -0.18 -0.06 0.3 0.07 -0.07"
    )
    variances = numbers(
        "0.0156 0.0216 0.0279 0.1391 0.1362 0.0106 0.0106 0.0484 0.0269 0.063 0.0912 0.0497 0.0835 0.0841 0.0253 "
        "0.0279 0.0193 0.0088 0.0303"
    )
    printed = {
        ("fixed", "z"): "0.0604 0.0365 1.6553 -0.0111 0.1318",
        ("ML", "z"): "0.0777 0.0475 1.6368 -0.0153 0.1708",
        ("REML", "z"): "0.0837 0.0516 1.6208 -0.0175 0.1849",
        ("DL", "z"): "0.0893 0.0558 1.6009 -0.0200 0.1987",
        ("HE", "z"): "0.1143 0.0792 1.4432 -0.0409 0.2696",
        ("ML", "knapp_hartung"): "0.0777 0.0593 1.3110 -0.0468 0.2023",
        ("REML", "knapp_hartung"): "0.0837 0.0616 1.3593 -0.0457 0.2131",
        ("DL", "knapp_hartung"): "0.0893 0.0636 1.4050 -0.0442 0.2229",
        ("HE", "knapp_hartung"): "0.1143 0.0711 1.6078 -0.0351 0.2637",
    }
    for (estimator, test), theirs in printed.items():
        found = pool(effects, variances, estimator=estimator, test=test)
        ours = [found.estimate, found.se, found.statistic, found.low, found.high]
        what = f"{estimator}, {'z' if test == 'z' else 'Knapp-Hartung'}: effect, error, test, limits"
        within = 1e-4 if estimator in STOPS else None
        checked.agrees(EXPECTANCY, what, ours=ours, theirs=theirs.split(), within=within)


def test_lengths_of_stay(checked):
    """Normand takes the pooled variance of both groups."""
    n1, n2 = (
        np.array([155, 31, 75, 18, 8, 57, 34, 110, 60.0]),
        np.array([156, 32, 71, 18, 13, 52, 33, 183, 52.0]),
    )
    m1, m2 = (
        np.array([55, 27, 64, 66, 14, 19, 52, 21, 30.0]),
        np.array([75, 29, 119, 137, 18, 18, 41, 31, 23.0]),
    )
    s1, s2 = np.array([47, 7, 17, 20, 8, 7, 45, 16, 27.0]), np.array([64, 4, 29, 48, 11, 4, 34, 27, 20.0])
    sd = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
    days = mean_difference(Means(n1=n1, mean1=m1, sd1=sd, n2=n2, mean2=m2, sd2=sd))
    for estimator, theirs in {
        "fixed": "-3.4939 -5.0265 -1.9613",
        "DL": "-14.0972 -24.4454 -3.7490",
        "REML": "-15.1217 -32.6716 2.4282",
    }.items():
        found = pool(days.effect, days.variance, estimator=estimator, test="z")
        ours = [found.estimate, found.low, found.high]
        what = f"days in hospital, 9 trials, {estimator}: difference, limits"
        checked.agrees(NORMAND, what, ours=ours, theirs=theirs.split())


INTERVENTIONS = (
    (-0.33, 0.32, 0.39, 0.31, 0.17, 0.64, -0.33, 0.15, -0.02, 0.00),
    (0.084, 0.035, 0.017, 0.034, 0.072, 0.117, 0.102, 0.093, 0.012, 0.067),
)
RANDOM, INTENSITY = np.repeat([0.0, 1.0], [6, 4]), np.array([7, 3, 7, 5, 7, 7, 4, 4, 5, 6.0])


def test_challenge_programmes(checked):
    y, v = INTERVENTIONS
    for estimator, what, theirs in (
        ("fixed", "exhibit 7.3, one true effect", "0.1549 0.0609 2.5450 0.0109 0.0356 0.2742"),
        ("DL", "exhibit 7.3, random effects", "0.1534 0.0858 1.7893 0.0736 -0.0146 0.3215"),
    ):
        found = pool(y, v, estimator=estimator, test="z")
        ours = [found.estimate, found.se, found.statistic, found.p, found.low, found.high]
        checked.agrees(LIPSEY, f"{what}: effect, error, z, p, limits", ours=ours, theirs=theirs.split())
    for estimator, exhibit, theirs in (
        (
            "fixed",
            "exhibit 7.6",
            (
                "0.3223 0.2998 1.0752 0.2823 -0.2652 0.9099",
                "-0.3298 0.1304 -2.5286 0.0115 -0.5854 -0.0742",
                "-0.0041 0.0493 -0.0829 0.9339 -0.1007 0.0925",
            ),
        ),
        (
            "DL",
            "exhibit 7.7",
            (
                "0.3311 0.3198 1.0351 0.3006 -0.2958 0.9579",
                "-0.3269 0.1439 -2.2712 0.0231 -0.6090 -0.0448",
                "-0.0068 0.0528 -0.1292 0.8972 -0.1103 0.0967",
            ),
        ),
    ):
        design = np.column_stack([np.ones(10), RANDOM, INTENSITY])
        table(
            checked,
            LIPSEY,
            rows=[f"{exhibit}, {term}" for term in ("constant", "random", "intensity")],
            columns="coefficient, error, z, p, limits",
            ours=rows_of(regress(y, v, design=design, estimator=estimator, test="z")),
            theirs=theirs,
        )


def test_challenge_programmes_last_digits(checked):
    """The book's differ from metafor's and ours by one or two of the last digit: its steps were rounded."""
    y, v = INTERVENTIONS
    pooled = pool(y, v, estimator="fixed", test="z")
    groups = regress(y, v, design=np.column_stack([np.ones(10), RANDOM]), estimator="fixed", test="z")
    design = np.column_stack([np.ones(10), RANDOM, INTENSITY])
    line, mixed = (regress(y, v, design=design, estimator=one, test="z") for one in ("fixed", "DL"))
    checked.agrees(LIPSEY, "exhibit 7.3, Q", ours=pooled.Q, theirs="14.7640")
    for what, ours, theirs, within in (
        ("exhibit 7.4, Q between", groups.QM.statistic, "7.0738", 1.5e-4),
        ("exhibit 7.4, Q within", groups.heterogeneity.Q, "7.6902", 1.5e-4),
        ("exhibit 7.6, Q of the residuals", line.heterogeneity.Q, "7.6833", 1.5e-4),
        ("exhibit 7.7, Q of the model", mixed.QM.statistic, "5.5709", 2.5e-4),
    ):
        checked.agrees(LIPSEY, what, ours=ours, theirs=theirs, within=within)

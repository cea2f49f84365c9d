"""Meta-analysis against metafor and clubSandwich: stored values, made by tools/synthesis_reference.R.

The trials of BCG (Colditz, G. A. et al. (1994). JAMA 271, 698-702), the school calendars (Konstantopoulos, S. (2011).
Research Synthesis Methods 2, 61-76) and a simulated table stand in the file; the others are real and may be absent.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from coproduce.methods.synthesis.effect_sizes import (
    Counts,
    Effects,
    Means,
    odds_ratio,
    peto_odds_ratio,
    risk_ratio,
    standardised_mean_difference,
)
from coproduce.methods.synthesis.heterogeneity import ESTIMATORS
from coproduce.methods.synthesis.influence import influence
from coproduce.methods.synthesis.multilevel import Multilevel, multilevel
from coproduce.methods.synthesis.pooling import pool
from coproduce.methods.synthesis.regression import regress
from coproduce.methods.synthesis.robust import robust

FACTS = json.loads((Path(__file__).parent / "synthesis_metafor.json").read_text())
LINEAR, OPTIMISED = (
    1e-8,
    1e-6,
)  # six significant digits are asked for; where nothing is iterated there are more
TESTS = {"z": ("z", False), "knha": ("knapp_hartung", False), "adhoc": ("knapp_hartung", True)}
REAL = ("bangertdrowns2004", "gibson2002_smd", "gibson2002_rr", "hasselblad1998_or")

Data = tuple[NDArray[np.float64], NDArray[np.float64]]


def agree(found: ArrayLike, reference: Any, *, tolerance: float = LINEAR, near_nought: float = 1e-10) -> None:
    wanted = np.atleast_1d(np.array(reference, dtype=float))
    np.testing.assert_allclose(np.ravel(found), wanted, rtol=tolerance, atol=near_nought)


def table(folder: Path, name: str) -> dict[str, list[str]]:
    with (folder / "meta" / f"dat.{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {column: [row[column] for row in rows] for column in rows[0]}


def numbers(column: list[str], rows: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    values = np.array([float(value) if value else np.nan for value in column])
    return values if rows is None else values[rows]


def of(effects: Effects) -> Data:
    return effects.effect, effects.variance


@pytest.fixture(scope="module")
def data(request: pytest.FixtureRequest) -> Callable[[str], Data]:
    """Effects and variances by the name of the data set; real ones are asked for only when they are wanted."""

    def read(name: str) -> Data:
        if name in FACTS["data"]:
            facts = FACTS["data"][name]
            return np.array(facts["yi"]), np.array(facts["vi"])
        folder = request.getfixturevalue("real_data")
        if name == "bangertdrowns2004":
            rows = table(folder, name)
            return numbers(rows["yi"]), numbers(rows["vi"])
        return hasselblad(folder)[0] if name.startswith("hasselblad") else gibson(folder, name)

    return read


def gibson(folder: Path, name: str) -> Data:
    rows = table(folder, "gibson2002")
    columns = (
        ("n1i", "m1i", "sd1i", "n2i", "m2i", "sd2i") if name.endswith("smd") else ("ai", "bi", "ci", "di")
    )
    known = ~np.isnan(numbers(rows[columns[1]]))
    given = [numbers(rows[column], known) for column in columns]
    if name.endswith("rr"):
        return of(risk_ratio(Counts(a=given[0], b=given[1], c=given[2], d=given[3])))
    n1, m1, s1, n2, m2, s2 = given
    return of(standardised_mean_difference(Means(n1=n1, mean1=m1, sd1=s1, n2=n2, mean2=m2, sd2=s2)))


def hasselblad(folder: Path) -> tuple[Data, NDArray[np.float64]]:
    """Each arm against the arm without contact of its study, and the studies."""
    rows = table(folder, "hasselblad1998")
    study, x, n = (numbers(rows[column]) for column in ("study", "xi", "ni"))
    control = np.array(rows["trt"]) == "no_contact"
    place = {one: row for row, one in zip(np.flatnonzero(control), study[control], strict=True)}
    treated = np.array([row for row in np.flatnonzero(~control) if study[row] in place])
    against = np.array([place[study[row]] for row in treated])
    counts = Counts(a=x[treated], b=(n - x)[treated], c=x[against], d=(n - x)[against])
    return of(odds_ratio(counts)), study[treated]


@pytest.mark.parametrize("name", ["bcg", *REAL])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_pooling(name: str, estimator: Any, data: Callable[[str], Data]) -> None:
    y, v = data(name)
    wanted = FACTS["pool"][name][estimator]
    for label, (test, guard) in TESTS.items():
        found = pool(y, v, estimator=estimator, test=test, guard=guard)  # type: ignore[arg-type]
        agree(
            (found.estimate, found.se, found.statistic, found.p, found.low, found.high),
            wanted[label],
        )
        if f"prediction_{label}" in wanted:
            agree((found.prediction_low, found.prediction_high), wanted[f"prediction_{label}"])
    found = pool(y, v, estimator=estimator)
    for ours, theirs in (
        ("tau2", "tau2"),
        ("I2", "I2"),
        ("H2", "H2"),
        ("log_likelihood", "log_likelihood"),
        ("weights", "weights"),
    ):
        agree(getattr(found, ours), wanted[theirs])
    agree((found.Q, found.Q_p), wanted["QE"])
    if estimator != "fixed":
        for name_of in ("tau2", "I2", "H2"):
            agree(
                (getattr(found, f"{name_of}_low"), getattr(found, f"{name_of}_high")),
                wanted[f"{name_of}_interval"],
            )


@pytest.mark.parametrize("name", ["bcg", "gibson2002"])
def test_peto(name: str, request: pytest.FixtureRequest) -> None:
    if name == "bcg":
        cells = [np.array(FACTS["data"]["bcg"][column]) for column in ("tpos", "tneg", "cpos", "cneg")]
    else:
        rows = table(request.getfixturevalue("real_data"), name)
        known = ~np.isnan(numbers(rows["ai"]))
        cells = [numbers(rows[column], known) for column in ("ai", "bi", "ci", "di")]
    y, v = of(peto_odds_ratio(Counts(a=cells[0], b=cells[1], c=cells[2], d=cells[3]), add=0.0))
    found = pool(y, v, estimator="fixed", test="z")
    agree((found.estimate, found.se, found.p, found.low, found.high, found.Q), FACTS["peto"][name])


def designs(folder: Callable[[], Path], name: str) -> tuple[Data, NDArray[np.float64]]:
    facts = FACTS["data"]["bcg"]
    if name != "bangertdrowns2004":
        columns = ["ablat"] if name == "bcg_ablat" else ["ablat", "random", "systematic"]
        x = [np.ones(13), *(np.array(facts[column]) for column in columns)]
        return (np.array(facts["yi"]), np.array(facts["vi"])), np.column_stack(x)
    rows = table(folder(), name)
    known = ~np.isnan(numbers(rows["length"])) & ~np.isnan(numbers(rows["feedback"]))
    grade, length, feedback = (numbers(rows[column], known) for column in ("grade", "length", "feedback"))
    x = np.column_stack([np.ones(known.sum()), *(grade == g for g in (2, 3, 4)), length, feedback])
    return (numbers(rows["yi"], known), numbers(rows["vi"], known)), x


@pytest.mark.parametrize("name", ["bcg", "bcg_ablat", "bangertdrowns2004"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("label", ["z", "knha"])
def test_regression(name: str, estimator: Any, label: str, request: pytest.FixtureRequest) -> None:
    (y, v), x = designs(lambda: request.getfixturevalue("real_data"), name)
    wanted = FACTS["regression"][name][estimator][label]
    test = TESTS[label][0]
    found = regress(y, v, design=x, estimator=estimator, test=test)  # type: ignore[arg-type]
    agree(found.coefficients, wanted["coefficients"])
    for key in ("se", "p", "low", "high"):
        agree(getattr(found.inference, key), wanted[key])
    agree((found.QM.statistic, found.QM.p), wanted["QM"])
    agree((found.heterogeneity.Q, found.heterogeneity.Q_p), wanted["QE"])
    for key in ("tau2", "I2", "H2"):
        agree(getattr(found.heterogeneity, key), wanted[key])
    agree(found.log_likelihood, wanted["log_likelihood"])
    if estimator != "fixed":
        agree(found.R2, wanted["R2"])
    if estimator == "REML":
        without = influence(y, v, design=x, estimator=estimator, test=test)  # type: ignore[arg-type]
        _agree_in_influence(without, wanted, tau2="tau2_without", q="QE_without", cook="cook")


def _agree_in_influence(found: Any, wanted: Mapping[str, Any], *, tau2: str, q: str, cook: str) -> None:
    agree(found.hat, wanted["hat"])
    agree(found.rstudent, wanted["rstudent"])
    agree(found.dffits, wanted["dffits"])
    agree(found.cook, wanted[cook])
    agree(found.tau2, wanted[tau2])
    agree(found.Q, wanted[q])


@pytest.mark.parametrize("name", ["bcg", "bangertdrowns2004", "gibson2002_smd"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_leaving_one_out(name: str, estimator: Any, data: Callable[[str], Data]) -> None:
    y, v = data(name)
    wanted = FACTS["leave_one_out"][name][estimator]
    found = influence(y, v, estimator=estimator)
    for key, values in (
        ("estimate", found.coefficients),
        ("se", found.se),
        ("low", found.low),
        ("high", found.high),
        ("Q", found.Q),
    ):
        agree(values, wanted[key])
    if estimator != "fixed":
        agree(found.tau2, wanted["tau2"])
    if estimator == "REML":
        _agree_in_influence(found, FACTS["influence"][name], tau2="tau2.del", q="QE.del", cook="cook.d")


def nested(name: str) -> tuple[Data, dict[str, Any], list[Any]]:
    """Effects, settings, and the labels by which to cluster."""
    facts = FACTS["data"]["calendar" if name.startswith("calendar") else "simulated"]
    y, v = np.array(facts["yi"]), np.array(facts["vi"])
    if name.startswith("calendar"):
        settings: dict[str, Any] = {"levels": [facts["district"], facts["school"]]}
        if name == "calendar_year":
            settings["design"] = np.column_stack([np.ones(len(y)), np.array(facts["year"]) - 1976])
        return (y, v), settings, facts["district"]
    settings = {"levels": [facts["study"], facts["effect"]]}
    if name == "simulated_x":
        settings["levels"].insert(0, facts["region"])
    if name != "simulated":
        settings["design"] = np.column_stack([np.ones(len(y)), facts["x"]])
    if name == "correlated":
        settings["correlation"] = 0.6
    return (y, v), settings, facts["region" if name == "simulated_x" else "study"]


NESTED = [
    (name, how) for name in FACTS["nested"] if name != "hasselblad1998_or" for how in FACTS["nested"][name]
]


@pytest.mark.parametrize(("name", "estimator"), NESTED)
def test_nested_effects(name: str, estimator: Any) -> None:
    (y, v), settings, clusters = nested(name)
    wanted = FACTS["nested"][name][estimator]
    found = multilevel(y, v, estimator=estimator, intervals="interval" in wanted, **settings)
    _agree_in_levels(found, wanted)
    if "interval" in wanted:
        for component in range(len(found.sigma2)):
            ends = (found.sigma2_low[component], found.sigma2_high[component])
            agree(ends, wanted["interval"][str(component + 1)], tolerance=OPTIMISED)
    tested = robust(found, y, variances=v, clusters=clusters, levels=settings["levels"])
    agree(tested.inference.se, wanted["cr2_se"], tolerance=OPTIMISED)
    agree(tested.df, wanted["cr2_df"], tolerance=OPTIMISED)
    if "cr2_p" in wanted:
        agree(tested.inference.p, wanted["cr2_p"], tolerance=OPTIMISED)


def _agree_in_levels(found: Multilevel, wanted: Mapping[str, Any]) -> None:
    assert found.converged
    agree(found.sigma2, wanted["sigma2"], tolerance=OPTIMISED)
    agree(found.coefficients, wanted["coefficients"], tolerance=OPTIMISED)
    agree(found.inference.se, wanted["se"], tolerance=OPTIMISED)
    agree(found.log_likelihood, wanted["log_likelihood"])
    agree(found.Q, wanted["QE"][0])
    if "low" in wanted:
        agree(found.inference.low, wanted["low"], tolerance=OPTIMISED)
        agree(found.inference.high, wanted["high"], tolerance=OPTIMISED)
        agree(found.covariance, wanted["covariance"], tolerance=OPTIMISED)
    if len(found.coefficients) > 1 and "QM" in wanted:
        agree((found.QM.statistic, found.QM.p), wanted["QM"], tolerance=OPTIMISED)
    elif "prediction" in wanted:
        agree((found.prediction_low, found.prediction_high), wanted["prediction"], tolerance=OPTIMISED)


@pytest.mark.parametrize("estimator", ["REML", "ML"])
def test_nested_effects_with_a_variance_of_nought(estimator: Any, real_data: Path) -> None:
    (y, v), study = hasselblad(real_data)
    found = multilevel(y, v, levels=[study, np.arange(len(y))], estimator=estimator, intervals=False)
    wanted = FACTS["nested"]["hasselblad1998_or"][estimator]
    assert found.at_boundary.tolist() == [True, False]
    # metafor searches on the logarithm and stops just above nought
    agree(found.sigma2, wanted["sigma2"], tolerance=OPTIMISED, near_nought=1e-6)
    agree(found.coefficients, wanted["coefficients"], tolerance=OPTIMISED)
    agree(found.inference.se, wanted["se"], tolerance=OPTIMISED)
    agree(found.log_likelihood, wanted["log_likelihood"], tolerance=OPTIMISED)
    assert found.log_likelihood >= wanted["log_likelihood"]


@pytest.mark.parametrize("name", ["region", "study_x", "study_x_region"])
def test_robust_regression(name: str) -> None:
    facts = FACTS["data"]["simulated"]
    y, v, region = (np.array(facts[column]) for column in ("yi", "vi", "region"))
    columns = [np.ones(len(y))]
    if name != "region":
        columns.append(np.array(facts["x"]))
    if name == "study_x_region":
        columns += [(region == one).astype(float) for one in range(2, 7)]
    fit = regress(y, v, design=np.column_stack(columns), test="z")
    found = robust(fit, y, variances=v, clusters=facts["region" if name == "region" else "study"])
    wanted = FACTS["robust"][f"simulated_{name}"]
    agree(found.inference.se, wanted["se"])
    agree(found.df, wanted["df"])
    agree(found.inference.p, wanted["p"])
    if "wald" in wanted:
        assert found.QM is not None
        agree((found.QM.f, found.QM.df, found.QM.df_error, found.QM.p), wanted["wald"])


def test_robust_pooling(real_data: Path) -> None:
    (y, v), study = hasselblad(real_data)
    fit = regress(y, v, design=np.ones(len(y)))
    found = robust(fit, y, variances=v, clusters=study)
    wanted = FACTS["robust"]["hasselblad1998_or"]
    agree(found.inference.se, wanted["se"])
    agree(found.df, wanted["df"])

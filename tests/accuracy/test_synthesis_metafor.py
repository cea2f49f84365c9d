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
from tests.checked import Checked, Source

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
VERSIONS = FACTS["versions"]
BY_METAFOR = Source(
    question="synthesis",
    kind="program",
    cite=f"metafor {VERSIONS['metafor']} (R {VERSIONS['R']}; tools/synthesis_reference.R)",
)
BY_CLUBSANDWICH = Source(
    question="synthesis",
    kind="program",
    cite=f"clubSandwich {VERSIONS['clubSandwich']} (R {VERSIONS['R']}; tools/synthesis_reference.R)",
)
CALLED = {
    "bcg": "BCG, risk ratios",
    "bcg_ablat": "BCG by latitude",
    "bangertdrowns2004": "Bangert-Drowns",
    "gibson2002": "Gibson, counts",
    "gibson2002_smd": "Gibson, SMD",
    "gibson2002_rr": "Gibson, risk ratios",
    "hasselblad1998_or": "Hasselblad, odds ratios",
    "calendar": "school calendars",
    "calendar_year": "school calendars by year",
    "simulated": "a simulated table",
    "simulated_x": "a simulated table, three levels and a moderator",
    "correlated": "a simulated table, correlated errors",
}
LINEAR, OPTIMISED = (
    1e-8,
    1e-6,
)  # six significant digits are asked for; where nothing is iterated there are more
TESTS = {"z": ("z", False), "knha": ("knapp_hartung", False), "adhoc": ("knapp_hartung", True)}
REAL = ("bangertdrowns2004", "gibson2002_smd", "gibson2002_rr", "hasselblad1998_or")

Data = tuple[NDArray[np.float64], NDArray[np.float64]]


class Pairs:
    """Numbers of ours beside theirs, gathered from one data set and told in one row."""

    def __init__(self, source: Source = BY_METAFOR, *, within: float = LINEAR, near_nought: float = 1e-10):
        self.source, self.within, self.near_nought = source, within, near_nought
        self.ours: list[float] = []
        self.theirs: list[float] = []

    def add(self, ours: ArrayLike, theirs: Any) -> None:
        one, other = (np.ravel(np.asarray(each, dtype=float)) for each in (ours, theirs))
        assert one.shape == other.shape
        self.ours += one.tolist()
        self.theirs += other.tolist()

    def tell(self, checked: Checked, what: str) -> None:
        given = {"within": self.within, "near_nought": self.near_nought}
        checked.agrees(self.source, what, ours=self.ours, theirs=self.theirs, relative=True, **given)


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
def test_pooling(name: str, data: Callable[[str], Data], checked: Checked) -> None:
    y, v = data(name)
    pairs = Pairs()
    for estimator in ESTIMATORS:
        wanted = FACTS["pool"][name][estimator]
        for label, (test, guard) in TESTS.items():
            found = pool(y, v, estimator=estimator, test=test, guard=guard)  # type: ignore[arg-type]
            pairs.add(
                (found.estimate, found.se, found.statistic, found.p, found.low, found.high), wanted[label]
            )
            if f"prediction_{label}" in wanted:
                pairs.add((found.prediction_low, found.prediction_high), wanted[f"prediction_{label}"])
        found = pool(y, v, estimator=estimator)
        for key in ("tau2", "I2", "H2", "log_likelihood", "weights"):
            pairs.add(getattr(found, key), wanted[key])
        pairs.add((found.Q, found.Q_p), wanted["QE"])
        if estimator != "fixed":
            for key in ("tau2", "I2", "H2"):
                ends = (getattr(found, f"{key}_low"), getattr(found, f"{key}_high"))
                pairs.add(ends, wanted[f"{key}_interval"])
    what = "pooled effect by eight estimators and three tests, heterogeneity, weights, prediction"
    pairs.tell(checked, f"{CALLED[name]}: {what}")


@pytest.mark.parametrize("name", ["bcg", "gibson2002"])
def test_peto(name: str, request: pytest.FixtureRequest, checked: Checked) -> None:
    if name == "bcg":
        cells = [np.array(FACTS["data"]["bcg"][column]) for column in ("tpos", "tneg", "cpos", "cneg")]
    else:
        rows = table(request.getfixturevalue("real_data"), name)
        known = ~np.isnan(numbers(rows["ai"]))
        cells = [numbers(rows[column], known) for column in ("ai", "bi", "ci", "di")]
    y, v = of(peto_odds_ratio(Counts(a=cells[0], b=cells[1], c=cells[2], d=cells[3]), add=0.0))
    found = pool(y, v, estimator="fixed", test="z")
    pairs = Pairs()
    pairs.add((found.estimate, found.se, found.p, found.low, found.high, found.Q), FACTS["peto"][name])
    pairs.tell(checked, f"{CALLED[name]}: Peto's odds ratio, error, p, limits and Q")


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
def test_regression(name: str, request: pytest.FixtureRequest, checked: Checked) -> None:
    (y, v), x = designs(lambda: request.getfixturevalue("real_data"), name)
    pairs, without = Pairs(), Pairs()
    for estimator in ESTIMATORS:
        for label in ("z", "knha"):
            wanted, test = FACTS["regression"][name][estimator][label], TESTS[label][0]
            given = {"design": x, "estimator": estimator, "test": test}
            found = regress(y, v, **given)
            pairs.add(found.coefficients, wanted["coefficients"])
            for key in ("se", "p", "low", "high"):
                pairs.add(getattr(found.inference, key), wanted[key])
            pairs.add((found.QM.statistic, found.QM.p), wanted["QM"])
            pairs.add((found.heterogeneity.Q, found.heterogeneity.Q_p), wanted["QE"])
            for key in ("tau2", "I2", "H2"):
                pairs.add(getattr(found.heterogeneity, key), wanted[key])
            pairs.add(found.log_likelihood, wanted["log_likelihood"])
            if estimator != "fixed":
                pairs.add(found.R2, wanted["R2"])
            if estimator == "REML":
                names = {"tau2": "tau2_without", "q": "QE_without", "cook": "cook"}
                add_influence(without, influence(y, v, **given), wanted, **names)
    what = "meta-regression by eight estimators and two tests: coefficients, errors, tests, heterogeneity, R2"
    pairs.tell(checked, f"{CALLED[name]}: {what}")
    without.tell(checked, f"{CALLED[name]}: influence of each study on the meta-regression, by REML")


def add_influence(
    pairs: Pairs, found: Any, wanted: Mapping[str, Any], *, tau2: str, q: str, cook: str
) -> None:
    pairs.add(found.hat, wanted["hat"])
    pairs.add(found.rstudent, wanted["rstudent"])
    pairs.add(found.dffits, wanted["dffits"])
    pairs.add(found.cook, wanted[cook])
    pairs.add(found.tau2, wanted[tau2])
    pairs.add(found.Q, wanted[q])


@pytest.mark.parametrize("name", ["bcg", "bangertdrowns2004", "gibson2002_smd"])
def test_leaving_one_out(name: str, data: Callable[[str], Data], checked: Checked) -> None:
    y, v = data(name)
    pairs, whole = Pairs(), Pairs()
    for estimator in ESTIMATORS:
        wanted = FACTS["leave_one_out"][name][estimator]
        found = influence(y, v, estimator=estimator)
        for key, values in (
            ("estimate", found.coefficients),
            ("se", found.se),
            ("low", found.low),
            ("high", found.high),
            ("Q", found.Q),
        ):
            pairs.add(values, wanted[key])
        if estimator != "fixed":
            pairs.add(found.tau2, wanted["tau2"])
        if estimator == "REML":
            names = {"tau2": "tau2.del", "q": "QE.del", "cook": "cook.d"}
            add_influence(whole, found, FACTS["influence"][name], **names)
    pairs.tell(checked, f"{CALLED[name]}: leaving out each study, by eight estimators")
    whole.tell(checked, f"{CALLED[name]}: hat, residual, DFFITS, Cook's distance of each study, by REML")


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
def test_nested_effects(name: str, estimator: Any, checked: Checked) -> None:
    (y, v), settings, clusters = nested(name)
    wanted = FACTS["nested"][name][estimator]
    found = multilevel(y, v, estimator=estimator, intervals="interval" in wanted, **settings)
    assert found.converged
    exact, optimised, sandwich = Pairs(), Pairs(within=OPTIMISED), Pairs(BY_CLUBSANDWICH, within=OPTIMISED)
    exact.add(found.log_likelihood, wanted["log_likelihood"])
    exact.add(found.Q, wanted["QE"][0])
    add_levels(optimised, found, wanted)
    if "interval" in wanted:
        for component in range(len(found.sigma2)):
            ends = (found.sigma2_low[component], found.sigma2_high[component])
            optimised.add(ends, wanted["interval"][str(component + 1)])
    tested = robust(found, y, variances=v, clusters=clusters, levels=settings["levels"])
    sandwich.add(tested.inference.se, wanted["cr2_se"])
    sandwich.add(tested.df, wanted["cr2_df"])
    if "cr2_p" in wanted:
        sandwich.add(tested.inference.p, wanted["cr2_p"])
    called = f"{CALLED[name]}, nested effects by {estimator}"
    exact.tell(checked, f"{called}: log likelihood and Q")
    optimised.tell(checked, f"{called}: variances, coefficients and all that follows")
    sandwich.tell(checked, f"{called}: CR2 errors with their degrees of freedom")


def add_levels(pairs: Pairs, found: Multilevel, wanted: Mapping[str, Any]) -> None:
    pairs.add(found.sigma2, wanted["sigma2"])
    pairs.add(found.coefficients, wanted["coefficients"])
    pairs.add(found.inference.se, wanted["se"])
    if "low" in wanted:
        pairs.add(found.inference.low, wanted["low"])
        pairs.add(found.inference.high, wanted["high"])
        pairs.add(found.covariance, wanted["covariance"])
    if len(found.coefficients) > 1 and "QM" in wanted:
        pairs.add((found.QM.statistic, found.QM.p), wanted["QM"])
    elif "prediction" in wanted:
        pairs.add((found.prediction_low, found.prediction_high), wanted["prediction"])


@pytest.mark.parametrize("estimator", ["REML", "ML"])
def test_nested_effects_with_a_variance_of_nought(estimator: Any, real_data: Path, checked: Checked) -> None:
    """Metafor searches on the logarithm and stops just above nought: that variance is met within 1e-6."""
    (y, v), study = hasselblad(real_data)
    found = multilevel(y, v, levels=[study, np.arange(len(y))], estimator=estimator, intervals=False)
    wanted = FACTS["nested"]["hasselblad1998_or"][estimator]
    assert found.at_boundary.tolist() == [True, False]
    assert found.log_likelihood >= wanted["log_likelihood"]
    variances, pairs = Pairs(within=OPTIMISED, near_nought=1e-6), Pairs(within=OPTIMISED)
    variances.add(found.sigma2, wanted["sigma2"])
    pairs.add(found.coefficients, wanted["coefficients"])
    pairs.add(found.inference.se, wanted["se"])
    pairs.add(found.log_likelihood, wanted["log_likelihood"])
    called = f"{CALLED['hasselblad1998_or']}, nested effects by {estimator}"
    variances.tell(checked, f"{called}: variances, one nought")
    pairs.tell(checked, f"{called}: effect, error and log likelihood")


@pytest.mark.parametrize("name", ["region", "study_x", "study_x_region"])
def test_robust_regression(name: str, checked: Checked) -> None:
    facts = FACTS["data"]["simulated"]
    y, v, region = (np.array(facts[column]) for column in ("yi", "vi", "region"))
    columns = [np.ones(len(y))]
    if name != "region":
        columns.append(np.array(facts["x"]))
    if name == "study_x_region":
        columns += [(region == one).astype(float) for one in range(2, 7)]
    fit = regress(y, v, design=np.column_stack(columns), test="z")
    found = robust(fit, y, variances=v, clusters=facts["region" if name == "region" else "study"])
    wanted, pairs = FACTS["robust"][f"simulated_{name}"], Pairs(BY_CLUBSANDWICH)
    pairs.add(found.inference.se, wanted["se"])
    pairs.add(found.df, wanted["df"])
    pairs.add(found.inference.p, wanted["p"])
    if "wald" in wanted:
        assert found.QM is not None
        pairs.add((found.QM.f, found.QM.df, found.QM.df_error, found.QM.p), wanted["wald"])
    terms = {
        "region": "by region",
        "study_x": "by study, on x",
        "study_x_region": "by study, on x and region",
    }
    what = f"{CALLED['simulated']} {terms[name]}: CR2 errors, degrees of freedom, tests"
    pairs.tell(checked, what)


def test_robust_pooling(real_data: Path, checked: Checked) -> None:
    (y, v), study = hasselblad(real_data)
    fit = regress(y, v, design=np.ones(len(y)))
    found = robust(fit, y, variances=v, clusters=study)
    wanted, pairs = FACTS["robust"]["hasselblad1998_or"], Pairs(BY_CLUBSANDWICH)
    pairs.add(found.inference.se, wanted["se"])
    pairs.add(found.df, wanted["df"])
    pairs.tell(checked, f"{CALLED['hasselblad1998_or']}: CR2 error of the pooled effect, degrees of freedom")

"""Effect sizes against R's metafor (`tools/synthesis_effect_sizes.R` made the reference values), to 10 digits."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats
from tests.checked import Source

from coproduce.methods.synthesis import effect_sizes as es

FROM_MEANS = {
    "MD": es.mean_difference,
    "SMD": es.standardised_mean_difference,
    "SMDH": es.standardised_by_average_variance,
    "ROM": es.log_response_ratio,
}
FROM_COUNTS = {
    "RR": es.risk_ratio,
    "OR": es.odds_ratio,
    "RD": es.risk_difference,
    "PETO": es.peto_odds_ratio,
}
FROM_CORRELATIONS = {"COR": es.correlation, "ZCOR": es.fisher_z}
BY_ESCALC = Source(
    question="synthesis",
    kind="program",
    cite="metafor 3.8.1, escalc (R 4.2.2; tools/synthesis_effect_sizes.R), made-up cells and summaries",
)
PEOPLE = Source(
    question="synthesis", kind="formula", cite="The same made-up people's means and regression (scipy)"
)


@pytest.fixture(scope="module")
def reference(root):
    """The values from metafor."""
    return json.loads((root / "tests/accuracy/synthesis_effect_sizes.json").read_text())


def _arrays(table):
    return {name: np.array(values, dtype=float) for name, values in table.items()}


def _agrees(checked, what, *, found, expected):
    checked.agrees(
        BY_ESCALC,
        what,
        ours=[*found.effect, *found.variance],
        theirs=[*expected["effect"], *expected["variance"]],
        within=1e-10,
        relative=True,
    )


@pytest.mark.parametrize("measure", FROM_MEANS)
def test_from_means(reference, measure, checked):
    found = FROM_MEANS[measure](es.Means(**_arrays(reference["means"])))
    what = f"{measure} of 4 pairs of means, and its variance"
    _agrees(checked, what, found=found, expected=reference["measures"][measure])


@pytest.mark.parametrize("measure", FROM_COUNTS)
def test_from_counts_with_empty_cells(reference, measure, checked):
    found = FROM_COUNTS[measure](es.Counts(**_arrays(reference["counts"])))
    what = f"{measure} of 5 tables of counts, some cells empty, and its variance"
    _agrees(checked, what, found=found, expected=reference["measures"][measure])
    assert found.corrected.tolist() == [False, False, True, True, True]
    assert found.eventless.tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("measure", FROM_CORRELATIONS)
def test_from_correlations(reference, measure, checked):
    given = _arrays(reference["correlations"])
    found = FROM_CORRELATIONS[measure](given["r"], given["n"])
    what = f"{measure} of 3 correlations, and its variance"
    _agrees(checked, what, found=found, expected=reference["measures"][measure])


def test_what_a_t_an_f_or_a_p_tells_is_what_the_people_themselves_tell(checked):
    rng = np.random.default_rng(3)
    one, other = rng.normal(0.5, 1, 23), rng.normal(0, 1, 31)
    n1, n2 = np.array([23.0]), np.array([31.0])
    told = es.standardised_mean_difference(
        es.Means(
            n1=n1,
            mean1=np.array([one.mean()]),
            sd1=np.array([one.std(ddof=1)]),
            n2=n2,
            mean2=np.array([other.mean()]),
            sd2=np.array([other.std(ddof=1)]),
        )
    )
    test = stats.ttest_ind(one, other)
    f = stats.f_oneway(one, other).statistic
    sign = np.sign(np.array([test.statistic]))
    p = es.t_from_p(np.array([test.pvalue]), df=n1 + n2 - 2, sign=sign)
    given = {"t": np.array([test.statistic]), "F": es.t_from_f(np.array([f]), sign), "p": p}
    for name, t in given.items():
        found = es.standardised_from_t(t, n1=n1, n2=n2)
        checked.agrees(
            PEOPLE,
            f"SMD and its variance from {name}",
            ours=[found.effect[0], found.variance[0]],
            theirs=[told.effect[0], told.variance[0]],
            within=1e-9,
            relative=True,
        )


def test_the_t_of_a_correlation_gives_it_back(checked):
    rng = np.random.default_rng(4)
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    line = stats.linregress(x, y)
    found = es.correlation_from_t(np.array([line.slope / line.stderr]), np.array([38.0]))
    checked.agrees(
        PEOPLE, "correlation from the t of its slope", ours=found, theirs=[line.rvalue], within=1e-10
    )


def test_a_ratio_of_means_of_two_signs_is_not_a_number():
    ten, two, minus = np.array([10.0]), np.array([2.0]), np.array([-5.0])
    found = es.log_response_ratio(es.Means(n1=ten, mean1=ten, sd1=two, n2=ten, mean2=minus, sd2=two))
    assert np.isnan(found.effect).all()
    assert np.isnan(found.variance).all()

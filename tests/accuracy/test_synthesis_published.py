"""The question as a whole on published syntheses: Gibson et al. (2002) and Bangert-Drowns et al. (2004)."""

from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import pytest
from tests.checked import Source

import coproduce as cp

SIGNIFICANT_DIGITS = 1e-6
BY_METAFOR = Source(
    question="synthesis",
    kind="program",
    cite="metafor 3.8.1 (R 4.2.2; tools/synthesis_reference.R), the question as a whole",
)
ABSTRACT = Source(
    question="synthesis",
    cite="Gibson et al. (2002), Cochrane Database of Systematic Reviews 3, CD001117, abstract",
)
DOCUMENTED = Source(
    question="synthesis", cite="metafor's documentation of Bangert-Drowns et al. (2004) (as recalled)"
)

GIBSON = """
[questions.synthesis.days_off]
data = "dat.gibson2002.csv"
study = "author"
measure = "SMD"
n1 = "n1i"
mean1 = "m1i"
sd1 = "sd1i"
n2 = "n2i"
mean2 = "m2i"
sd2 = "sd2i"
better = "down"
"""
FIXED = GIBSON.replace("days_off", "one_effect") + 'estimator = "fixed"\ntest = "z"\n'
BY_Z = GIBSON.replace("days_off", "by_z") + 'test = "z"\n'
COUNTS = """
[questions.synthesis.any_day_off]
data = "dat.gibson2002.csv"
study = "author"
measure = "RR"
a = "ai"
b = "bi"
c = "ci"
d = "di"
"""
WRITING = """
[questions.synthesis.writing]
data = "dat.bangertdrowns2004.csv"
study = "author"
effect = "yi"
variance = "vi"
order = "id"
"""
WRITING_BY_Z = WRITING.replace("writing", "writing_by_z") + 'test = "z"\n'
HEAD = '[study]\ntitle = "Published"\nservice = "many"\nsmall_numbers = 0\n'


@pytest.fixture(scope="module")
def findings(real_data, tmp_path_factory):
    """All blocks on both tables."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("dat.gibson2002.csv", "dat.bangertdrowns2004.csv"):
        shutil.copy(real_data / "meta" / name, folder / name)
    (folder / "study.toml").write_text(HEAD + GIBSON + FIXED + BY_Z + COUNTS + WRITING + WRITING_BY_Z)
    return cp.run(cp.read_study(folder), only=("synthesis",))


@pytest.fixture(scope="module")
def gibson(real_data):
    """The rows of Gibson's table."""
    with (real_data / "meta/dat.gibson2002.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reference(root):
    """The values from metafor."""
    return json.loads((root / "tests/accuracy/synthesis_metafor.json").read_text())


def _seen(finding, name):
    found = finding.estimate(name)
    return [found.value, found.se, *found.interval]


def tell(checked, what, *, ours, theirs):
    """Numbers beside metafor's, by theirs."""
    checked.agrees(
        BY_METAFOR,
        what,
        ours=ours,
        theirs=theirs,
        within=SIGNIFICANT_DIGITS,
        relative=True,
        near_nought=1e-12,
    )


def test_gibson_by_reml(findings, gibson, reference, checked):
    finding, expected = findings.finding("synthesis.days_off"), reference["pool"]["gibson2002_smd"]["REML"]
    estimate, se, _, p, low, high = expected["knha"][:6]
    tell(
        checked,
        "Gibson, SMD of 13 trials: effect, error, limits and p, Knapp-Hartung",
        ours=[*_seen(finding, "pooled"), finding.estimate("pooled").p],
        theirs=[estimate, se, low, high, p],
    )
    told = [finding.estimate(name) for name in ("tau2", "I2")]
    tell(
        checked,
        "Gibson, SMD of 13 trials: tau2 and I2 with limits, prediction",
        ours=[
            *(number for one in told for number in (one.value, *one.interval)),
            *finding.estimate("prediction").interval,
        ],
        theirs=[
            *(
                number
                for name in ("tau2", "I2")
                for number in (expected[name], *expected[f"{name}_interval"])
            ),
            *expected["prediction_knha"],
        ],
    )
    weight_of = {row["study"]: row["weight"] for row in finding.tables["studies"].records()}
    trials = [row["author"] for row in gibson if row["m1i"]]
    ours = [weight_of[trial] for trial in trials]
    tell(checked, "Gibson, SMD of 13 trials: weights", ours=ours, theirs=expected["weights"])


def test_gibson_without_knapp_and_hartung_and_by_one_true_effect(findings, reference, checked):
    pooled = reference["pool"]["gibson2002_smd"]
    for block, how, expected in (
        ("by_z", "REML and z", pooled["REML"]),
        ("one_effect", "one true effect", pooled["fixed"]),
    ):
        finding = findings.finding(f"synthesis.{block}")
        estimate, se, _, _, low, high = expected["z"][:6]
        tell(
            checked,
            f"Gibson, SMD of 13 trials by {how}: effect, error, limits, Q",
            ours=[*_seen(finding, "pooled"), finding.estimate("Q").value],
            theirs=[estimate, se, low, high, expected["QE"][0]],
        )
    assert "nothing is said of other places" in finding.answer


def test_gibsons_counts(findings, gibson, checked):
    """The abstract's 0.79 is by Mantel-Haenszel, which the counts that were read give; ours is by inverse variance.

    The trial in which one group lost no day weighs 5 % by Mantel-Haenszel, and 0.3 % by inverse variance, half a case
    being added; and large trials with little effect weigh more.
    """
    rows = [[float(row[cell]) for cell in ("ai", "bi", "ci", "di")] for row in gibson if row["ai"]]
    a, b, c, d = np.array(rows).T
    n = a + b + c + d
    assert round(float((a * (c + d) / n).sum() / (c * (a + b) / n).sum()), 2) == 0.79
    finding = findings.finding("synthesis.any_day_off")
    assert len(finding.tables["studies"].rows) == len(rows) == 7
    assert len(finding.tables["left_out"].rows) == 8
    checked.agrees(
        ABSTRACT,
        "risk ratio of any day off: theirs by Mantel-Haenszel, ours by inverse variance",
        ours=np.exp(finding.estimate("pooled").value),
        theirs="0.79",
        within=0.05,
    )


def test_bangert_drowns(findings, reference, checked):
    finding, expected = findings.finding("synthesis.writing"), reference["pool"]["bangertdrowns2004"]["REML"]
    by_z = findings.finding("synthesis.writing_by_z").estimate("pooled")
    for what, ours, theirs in (
        ("pooled effect of 48", by_z.value, "0.2219"),
        ("error of the pooled effect of 48", by_z.se, "0.0460"),
        ("tau2", finding.estimate("tau2").value, "0.0499"),
        ("Q", finding.estimate("Q").value, "107.1061"),
    ):
        checked.agrees(DOCUMENTED, what, ours=ours, theirs=theirs)
    estimate, se, _, _, low, high = expected["knha"][:6]
    what = "Bangert-Drowns, 48 effects: effect, error and limits, Knapp-Hartung"
    tell(checked, what, ours=_seen(finding, "pooled"), theirs=[estimate, se, low, high])


def test_bangert_drowns_study_by_study(findings, reference, checked):
    seen = findings.finding("synthesis.writing").tables["cumulative"].records()[1:]
    expected = reference["bias"]["bangertdrowns2004"]["cumulative"]["knha"]
    columns = (("pooled", "estimate"), ("low", "ci.lb"), ("high", "ci.ub"))
    tell(
        checked,
        "Bangert-Drowns: effect and limits as each study came",
        ours=[[row[name] for row in seen] for name, _ in columns],
        theirs=[number for _, name in columns for number in expected[name][1:]],
    )

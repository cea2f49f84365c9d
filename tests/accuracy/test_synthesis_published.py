"""The question as a whole on published syntheses: Gibson et al. (2002) and Bangert-Drowns et al. (2004)."""

from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import pytest

import coproduce as cp

SIGNIFICANT_DIGITS = 1e-6

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
HEAD = '[study]\ntitle = "Published"\nservice = "many"\nsmall_numbers = 0\n'


@pytest.fixture(scope="module")
def findings(real_data, tmp_path_factory):
    """All blocks on both tables."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("dat.gibson2002.csv", "dat.bangertdrowns2004.csv"):
        shutil.copy(real_data / "meta" / name, folder / name)
    (folder / "study.toml").write_text(HEAD + GIBSON + FIXED + BY_Z + COUNTS + WRITING)
    return cp.run(cp.read_study(folder), only=("synthesis",))


@pytest.fixture(scope="module")
def reference(root):
    """The values from metafor."""
    return json.loads((root / "tests/accuracy/synthesis_metafor.json").read_text())


def _seen(finding, name):
    found = finding.estimate(name)
    return [found.value, found.se, *found.interval]


def test_gibson_by_reml(findings, reference):
    finding, expected = findings.finding("synthesis.days_off"), reference["pool"]["gibson2002_smd"]["REML"]
    estimate, se, _, p, low, high = expected["knha"][:6]
    np.testing.assert_allclose(_seen(finding, "pooled"), [estimate, se, low, high], rtol=SIGNIFICANT_DIGITS)
    assert finding.estimate("pooled").p == pytest.approx(p, rel=SIGNIFICANT_DIGITS)
    np.testing.assert_allclose(
        finding.estimate("prediction").interval, expected["prediction_knha"], rtol=SIGNIFICANT_DIGITS
    )
    for name, value, limits in (("tau2", "tau2", "tau2_interval"), ("I2", "I2", "I2_interval")):
        assert finding.estimate(name).value == pytest.approx(expected[value], rel=SIGNIFICANT_DIGITS)
        np.testing.assert_allclose(finding.estimate(name).interval, expected[limits], rtol=SIGNIFICANT_DIGITS)
    np.testing.assert_allclose(finding.tables["studies"].column("weight"), expected["weights"], rtol=1e-6)


def test_gibsons_published_figures(findings):
    by_z, fixed = findings.finding("synthesis.by_z"), findings.finding("synthesis.one_effect")
    assert [round(number, 3) for number in _seen(by_z, "pooled")[:2]] == [-0.194, 0.076]
    assert round(by_z.estimate("tau2").value, 4) == 0.0374
    assert [round(number, 3) for number in _seen(fixed, "pooled")[:2]] == [-0.183, 0.048]
    assert round(fixed.estimate("Q").value, 2) == 26.88
    assert "nothing is said of other places" in fixed.answer


def test_gibsons_counts_give_the_abstracts_relative_risk(real_data, findings):
    """The abstract says 0.79 (0.67 to 0.93), by Mantel-Haenszel; the counts that were read say the same."""
    with (real_data / "meta/dat.gibson2002.csv").open(encoding="utf-8") as file:
        rows = [
            [float(row[cell]) for cell in ("ai", "bi", "ci", "di")]
            for row in csv.DictReader(file)
            if row["ai"]
        ]
    a, b, c, d = np.array(rows).T
    n = a + b + c + d
    assert round(float((a * (c + d) / n).sum() / (c * (a + b) / n).sum()), 3) == 0.787
    finding = findings.finding("synthesis.any_day_off")
    assert len(finding.tables["studies"].rows) == len(rows) == 7
    assert len(finding.tables["left_out"].rows) == 8


def test_bangert_drowns(findings, reference):
    finding, expected = findings.finding("synthesis.writing"), reference["pool"]["bangertdrowns2004"]["REML"]
    assert round(finding.estimate("pooled").value, 4) == 0.2219
    assert round(finding.estimate("tau2").value, 4) == 0.0499
    assert round(finding.estimate("Q").value, 4) == 107.1061
    estimate, se, _, _, low, high = expected["knha"][:6]
    np.testing.assert_allclose(_seen(finding, "pooled"), [estimate, se, low, high], rtol=SIGNIFICANT_DIGITS)


def test_bangert_drowns_study_by_study(findings, reference):
    seen = findings.finding("synthesis.writing").tables["cumulative"].records()[1:]
    expected = reference["bias"]["bangertdrowns2004"]["cumulative"]["knha"]
    for name, told in (("pooled", "estimate"), ("low", "ci.lb"), ("high", "ci.ub")):
        np.testing.assert_allclose([row[name] for row in seen], expected[told][1:], rtol=SIGNIFICANT_DIGITS)

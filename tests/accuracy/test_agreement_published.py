"""Agreement of coders against published examples."""

import csv

import numpy as np
import pytest

import coproduce as cp
from coproduce.methods.agreement import krippendorff_alpha
from coproduce.methods.agreement_kappa import agreement_of

# Fleiss (1971): 14 raters put 10 subjects into 5 categories; how many put each subject into each.
FLEISS = """
0 0 0 0 14
0 2 6 4 2
0 0 3 5 6
0 3 9 2 0
2 2 8 1 1
7 7 0 0 0
3 2 6 3 0
2 5 3 2 2
6 5 2 1 0
0 2 2 3 7
"""
STEPS = {"low concreteness": 0, "intermediate concreteness": 1, "high concreteness": 2}
STUDY = """
[study]
title = "Contributions to mobility planning"
service = "planning"

[records.segments]
path = "segments.csv"

[questions.themes]
order = ["low concreteness", "intermediate concreteness", "high concreteness"]
resamples = 200
"""


def test_fleiss_kappa_of_ten_subjects():
    counts = np.array([line.split() for line in FLEISS.split("\n") if line], dtype=int)
    codes = np.array([np.repeat(np.arange(5), row) for row in counts])
    assert agreement_of(codes, "fleiss").value == pytest.approx(0.210, abs=0.0005)


def test_cohens_kappa_of_two_readers():
    """50 proposals, two readers: both yes 20, both no 15, the first alone 5, the second alone 10."""
    codes = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [20, 5, 10, 15], axis=0)
    found = agreement_of(codes, "cohen")
    assert (found.value, found.observed, found.expected) == pytest.approx((0.4, 0.7, 0.5), abs=1e-10)


@pytest.fixture
def four_observers(real_data):
    with (real_data / "coding" / "cac.raw4raters.csv").open() as file:
        rows = [list(row.values())[1:] for row in csv.DictReader(file)]
    return np.array([[int(cell) - 1 if cell else -1 for cell in row] for row in rows])


@pytest.mark.parametrize(
    ("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_krippendorffs_four_observers(four_observers, metric, published):
    found = krippendorff_alpha(four_observers, distance=metric, scale=np.arange(1.0, 6.0))
    assert found.value == pytest.approx(published, abs=0.0005)
    assert (found.units, found.ratings) == (11, 40)


@pytest.mark.parametrize(
    ("coefficient", "published"), [("percent", 0.81818), ("fleiss", 0.76117), ("gwet", 0.77544)]
)
def test_other_coefficients_of_the_same_observers(four_observers, coefficient, published):
    """The figures that the R package irrCAC prints for them."""
    assert agreement_of(four_observers, coefficient).value == pytest.approx(published, abs=0.000005)


def test_five_coders_of_citizens_contributions_through_a_study(real_data, tmp_path):
    """Romberg, Mark and Escher (2022): 1,127 passages; a weighted alpha of 0.46 is published."""
    lines = ["document,starts_at,ends_at,coder,code"]
    units = 0
    for file in sorted((real_data / "coding").glob("cimt_*.csv")):
        with file.open() as opened:
            for row in csv.DictReader(opened):
                units += 1
                cells = [
                    (coder, row[f"coder{coder}"]) for coder in range(1, 6) if row[f"coder{coder}"] in STEPS
                ]
                lines += [
                    f"{row['document_id']},{units * 10},{units * 10 + 9},{who},{code}" for who, code in cells
                ]
    (tmp_path / "segments.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "study.toml").write_text(STUDY)
    finding = cp.run(cp.read_study(tmp_path), only=("themes",)).finding("themes")
    assert units == 1127
    found = {
        name: finding.estimate(f"alpha.{name}").value for name in ("linear", "nominal", "ordinal", "interval")
    }
    wanted = {"linear": 0.4595, "nominal": 0.379, "ordinal": 0.541, "interval": 0.545}
    assert found == pytest.approx(wanted, abs=0.0005)
    assert finding.grade.level in ("low", "moderate")

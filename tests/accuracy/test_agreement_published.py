"""Agreement of coders against published examples."""

import csv

import numpy as np
import pytest
from tests.checked import Source

import coproduce as cp
from coproduce.methods.agreement import krippendorff_alpha
from coproduce.methods.agreement_kappa import agreement_of

FLEISS_TEN = Source(
    question="themes",
    cite="Fleiss' kappa as textbooks work it: 14 raters, 10 subjects, 5 categories (as recalled); Fleiss (1971), "
    "Psychological Bulletin 76, 378-382",
)
COHEN = Source(
    question="themes", cite="Cohen (1960), Educational and Psychological Measurement 20, 37-46 (as recalled)"
)
BY_HAND = Source(question="themes", cite="Cohen's kappa by hand on a fourfold table", kind="formula")
KRIPPENDORFF = Source(
    question="themes",
    cite="Krippendorff's 12 units and four observers; Krippendorff (2011), Computing Krippendorff's "
    "Alpha-Reliability (as recalled)",
)
IRRCAC = Source(
    question="themes", cite="R irrCAC, on Krippendorff's 12 units and four observers", kind="program"
)
ROMBERG = Source(
    question="themes",
    cite="Romberg, Mark and Escher (2022), LREC 2022, 2874-2883; the figure in Romberg et al. (2025), NAACL",
)
BY_LOOPS = Source(
    question="themes", cite="counted pair by pair in plain Python, on the same passages", kind="formula"
)
# How many of 14 raters put each of 10 subjects into each of 5 categories.
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


def test_fleiss_kappa_of_ten_subjects(checked):
    counts = np.array([line.split() for line in FLEISS.split("\n") if line], dtype=int)
    codes = np.array([np.repeat(np.arange(5), row) for row in counts])
    checked.agrees(FLEISS_TEN, "kappa", ours=agreement_of(codes, "fleiss").value, theirs="0.210")


def test_cohens_kappa_of_two_readers(checked):
    """50 proposals, two readers: both yes 20, both no 15, the first alone 5, the second alone 10."""
    codes = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [20, 5, 10, 15], axis=0)
    found = agreement_of(codes, "cohen")
    checked.agrees(
        BY_HAND,
        "20, 5, 10, 15: kappa, agreement observed and expected",
        ours=[found.value, found.observed, found.expected],
        theirs=[0.4, 0.7, 0.5],
        within=1e-10,
    )


def test_cohens_own_two_hundred_diagnoses(checked):
    counts = np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]])
    found = agreement_of(np.repeat(np.argwhere(counts >= 0), counts.ravel(), axis=0), "cohen")
    for what, ours, theirs in (
        ("kappa of 200 diagnoses", found.value, "0.492"),
        ("agreement observed", found.observed, "0.70"),
        ("agreement expected", found.expected, "0.41"),
    ):
        checked.agrees(COHEN, what, ours=ours, theirs=theirs)


@pytest.fixture
def four_observers(real_data):
    with (real_data / "coding" / "cac.raw4raters.csv").open() as file:
        rows = [list(row.values())[1:] for row in csv.DictReader(file)]
    return np.array([[int(cell) - 1 if cell else -1 for cell in row] for row in rows])


@pytest.mark.parametrize(
    ("metric", "published"),
    [("nominal", "0.743"), ("ordinal", "0.815"), ("interval", "0.849"), ("ratio", "0.797")],
)
def test_alpha_of_krippendorffs_four_observers(four_observers, metric, published, checked):
    found = krippendorff_alpha(four_observers, distance=metric, scale=np.arange(1.0, 6.0))
    checked.agrees(KRIPPENDORFF, f"alpha, {metric}", ours=found.value, theirs=published)
    assert (found.units, found.ratings) == (11, 40)


@pytest.mark.parametrize(
    ("coefficient", "published"), [("percent", "0.81818"), ("fleiss", "0.76117"), ("gwet", "0.77544")]
)
def test_other_coefficients_of_the_same_observers(four_observers, coefficient, published, checked):
    ours = agreement_of(four_observers, coefficient).value
    checked.agrees(IRRCAC, coefficient, ours=ours, theirs=published)


def test_five_coders_of_citizens_contributions_through_a_study(real_data, tmp_path, checked):
    lines, ratings = ["document,starts_at,ends_at,coder,code"], []
    for file in sorted((real_data / "coding").glob("cimt_*.csv")):
        with file.open() as opened:
            for row in csv.DictReader(opened):
                cells = {who: row[f"coder{who}"] for who in range(1, 6) if row[f"coder{who}"] in STEPS}
                ratings.append([STEPS[code] for code in cells.values()])
                start, document = 10 * len(ratings), row["document_id"]
                lines += [f"{document},{start},{start + 9},{who},{code}" for who, code in cells.items()]
    (tmp_path / "segments.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "study.toml").write_text(STUDY)
    finding = cp.run(cp.read_study(tmp_path), only=("themes",)).finding("themes")
    linear = finding.estimate("alpha.linear").value
    checked.agrees(ROMBERG, "weighted alpha of 1,127 passages and five coders", ours=linear, theirs="0.46")
    assert len(ratings) == 1127
    shares = np.cumsum(np.bincount([code for unit in ratings if len(unit) > 1 for code in unit]))
    middles = shares - np.diff(shares, prepend=0) / 2
    for name, apart in (
        ("nominal", lambda one, other: one != other),
        ("ordinal", lambda one, other: (middles[one] - middles[other]) ** 2),
        ("linear", lambda one, other: abs(one - other)),
        ("interval", lambda one, other: (one - other) ** 2),
    ):
        ours = finding.estimate(f"alpha.{name}").value
        checked.agrees(BY_LOOPS, f"alpha, {name}", ours=ours, theirs=by_loops(ratings, apart), within=1e-10)
    assert finding.grade.level in ("low", "moderate")


def by_loops(ratings, apart):
    """Alpha as its definition says: 1 less the mean distance within units over the mean distance of all pairs."""
    rated = [unit for unit in ratings if len(unit) > 1]
    within = sum(
        apart(one, other) / (len(unit) - 1)
        for unit in rated
        for place, one in enumerate(unit)
        for other in unit[:place] + unit[place + 1 :]
    )
    counts = np.bincount([code for unit in rated for code in unit])
    pairs = sum(
        counts[one] * counts[other] * apart(one, other)
        for one in range(len(counts))
        for other in range(len(counts))
    )
    whole = counts.sum()
    return 1 - (within / whole) / (pairs / (whole * (whole - 1)))

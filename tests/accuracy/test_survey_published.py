"""Published figures of surveys: the ANES 2020 (Zimmer, Powell and Velasquez 2024, end of chapter 5), and Cowles."""

import csv
import gzip

import numpy as np
import pytest

from coproduce.methods.survey.design import survey_design
from coproduce.methods.survey.linear import interval, mean
from coproduce.methods.survey.ordinal import ordered_logit

PUBLISHED = {
    "TrustGovernment": {
        "Always": ("1.55", "0.204"),
        "Most of the time": ("13.2", "0.553"),
        "About half the time": ("30.9", "0.829"),
        "Some of the time": ("43.4", "0.855"),
        "Never": ("11.0", "0.566"),
    },
    "TrustPeople": {
        "Always": ("0.809", "0.164"),
        "Most of the time": ("41.4", "0.857"),
        "About half the time": ("28.2", "0.776"),
        "Some of the time": ("24.5", "0.670"),
        "Never": ("5.05", "0.422"),
    },
}


@pytest.fixture(scope="module")
def anes(real_data):
    with gzip.open(real_data / "survey/anes_2020.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([row[name] for row in rows], dtype=object) for name in rows[0]}
    weights = columns["Weight"].astype(float)
    return columns, survey_design(weights, strata=columns["Stratum"], units=columns["VarUnit"])


@pytest.mark.parametrize(
    ("column", "answer"), [(column, answer) for column, answers in PUBLISHED.items() for answer in answers]
)
def test_trust_in_the_anes(anes, column, answer):
    """Percentages and errors as printed, to every digit of theirs; of those who answered."""
    columns, design = anes
    chosen = np.where(columns[column] == "", np.nan, columns[column] == answer)
    found = interval(design, mean(design, chosen))
    for number, printed in zip((found.value, found.se), PUBLISHED[column][answer], strict=True):
        assert f"{100 * number:.{len(printed.partition('.')[2])}f}" == printed


def test_volunteers_in_cowles(real_data):
    """J. Fox's effects package: volunteer on sex + neuroticism * extraversion, as its help prints the coefficients."""
    with (real_data / "survey/Cowles.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    neuroticism, extraversion = (
        np.array([float(row[name]) for row in rows]) for name in ("neuroticism", "extraversion")
    )
    male = np.array([float(row["sex"] == "male") for row in rows])
    y = np.array([int(row["volunteer"] == "yes") for row in rows])
    x = np.column_stack([male, neuroticism, extraversion, neuroticism * extraversion])
    fit = ordered_logit(survey_design(np.ones(len(y))), y, x=x, domain=np.ones(len(y), dtype=bool))
    published = [-2.358207, -0.247152, 0.110777, 0.166816, -0.008552]
    assert [-fit.thresholds[0], *fit.coefficients] == pytest.approx(published, abs=5.1e-7)

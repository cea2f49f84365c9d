"""Published figures of surveys: the ANES 2020 (Zimmer, Powell and Velasquez 2024, end of chapter 5), and Cowles."""

import csv
import gzip

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.survey.design import survey_design
from coproduce.methods.survey.linear import interval, mean
from coproduce.methods.survey.ordinal import ordered_logit

ANES = Source(
    question="motives",
    cite="ANES 2020; Zimmer, Powell and Velásquez (2024), Exploring Complex Survey Data, end of ch. 5",
)
COWLES = Source(
    question="motives",
    cite="Cowles and Davis (1987); J. Fox, R package effects, help of Cowles, glm's coefficients",
)
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
def test_trust_in_the_anes(anes, column, answer, checked):
    """Percentages and errors as printed, to every digit of theirs; of those who answered."""
    columns, design = anes
    chosen = np.where(columns[column] == "", np.nan, columns[column] == answer)
    found = interval(design, mean(design, chosen))
    checked.agrees(
        ANES,
        f"{column}: {answer}, share in % and its error",
        ours=[100 * found.value, 100 * found.se],
        theirs=PUBLISHED[column][answer],
    )


def test_volunteers_in_cowles(real_data, checked):
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
    published = ("-2.358207", "-0.247152", "0.110777", "0.166816", "-0.008552")
    names = ("constant", "male", "neuroticism", "extraversion", "neuroticism x extraversion")
    for name, ours, theirs in zip(names, [-fit.thresholds[0], *fit.coefficients], published, strict=True):
        checked.agrees(COWLES, f"volunteering, log odds: {name}", ours=ours, theirs=theirs)

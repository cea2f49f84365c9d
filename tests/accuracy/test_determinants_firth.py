"""Firth's logit where all cases with a condition have the outcome: the cancers of Heinze and Schemper (2002)."""

from __future__ import annotations

import numpy as np
from tests.checked import Source

from coproduce.methods.small_samples import firth_logit

BY_BRGLM2 = Source(
    question="determinants",
    kind="program",
    cite="brglm2 1.0.0 (R), its README: 79 endometrial cancers of Heinze and Schemper (2002), Statistics in Medicine "
    "21(16), 2409-2419",
)
# Cases with new vessels, and those of a high grade, are numbered from nought.
INDEX = """
13 16 8 34 20 5 17 10 26 17 8 7 20 10 18 16 18 8 29 12 20 38 22 7 25 15 7 28 11 19 10 10 18 14 21 11 17 25 16 19 15 33
24 48 12 19 2 22 40 5 0 21 15 29 15 12 3 20 23 12 22 42 15 13 14 19 12 13 10 12 49 6 5 17 11 21 5 19 33
"""
HEIGHT = """
1.64 2.26 3.14 2.68 1.28 2.31 1.8 1.68 1.56 2.31 2.01 1.89 3.15 1.23 1.27 1.76 2 2.64 0.88 1.27 1.37 0.97 1.14 0.88 0.91
0.58 0.97 1.5 1.33 2.37 1.82 3.13 1.31 1.92 1.64 2.01 1.88 1.93 2.11 1.29 1.72 0.75 1.92 1.84 1.11 1.61 1.18 1.44 1.18
0.93 1.17 1.19 1.06 2.02 2.29 2.33 2.9 1.7 1.41 2.25 1.54 1.97 1.75 2.16 2.57 1.37 3.61 2.04 2.17 1.69 0.27 1.84 1.3
0.96 1.01 0.98 0.35 1.02 0.85
"""
NEW_VESSELS = (21, 22, 23, 24, 25, 47, 48, 49, 50, 70, 74, 75, 77)
HIGH_GRADE = (*range(17, 27), *range(43, 53), *range(69, 79))


def test_endometrial_cancers(checked):
    index, height = (np.array(column.split(), dtype=float) for column in (INDEX, HEIGHT))
    vessels, grade = np.zeros((2, 79))
    vessels[list(NEW_VESSELS)] = grade[list(HIGH_GRADE)] = 1
    assert grade[vessels == 1].all(), "maximum likelihood has no answer"
    found = firth_logit(np.column_stack([np.ones(79), vessels, index, height]), grade)
    printed = {
        "constant": ("3.77456", "1.48869"),
        "neovasculization": ("2.92927", "1.55076"),
        "pulsatility index": ("-0.03475", "0.03958"),
        "endometrium height": ("-2.60416", "0.77602"),
    }
    for (name, theirs), estimate, se in zip(printed.items(), found.estimate, found.se, strict=True):
        checked.agrees(
            BY_BRGLM2, f"log odds of a high grade on {name}, error", ours=[estimate, se], theirs=theirs
        )


def test_where_there_is_none(checked):
    """A table of four cells has a closed form: half a case is added to each."""
    counts = np.array([[0, 7], [5, 4]])
    group, outcome = (np.repeat(column, counts.ravel()) for column in ([0, 0, 1, 1], [1, 0, 1, 0]))
    found = firth_logit(np.column_stack([np.ones(16), group]), outcome.astype(float))
    half = counts + 0.5
    logs = np.log(half[:, 0] / half[:, 1])
    checked.agrees(
        Source(
            question="determinants",
            kind="formula",
            cite="Half a case added to each of four cells (Firth 1993)",
        ),
        "log odds and log odds ratio of a table with an empty cell",
        ours=found.estimate,
        theirs=[logs[0], logs[1] - logs[0]],
        within=1e-6,
    )

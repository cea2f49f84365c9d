"""Intervals of shares and of rates, and the evidence in a number of incidents, against published and exact figures."""

import numpy as np
import pytest
from scipy.special import beta, betainc
from tests.checked import Source

from coproduce.methods.anytime import shared_counts
from coproduce.methods.changes import ratio_of_rates
from coproduce.methods.intervals import wilson

NEWCOMBE = Source(
    question="audit",
    cite="Newcombe (1998), Statistics in Medicine 17, 857-872, Table I, method 3 (as recalled)",
)
POISSON = Source(question="harms", cite="R 4.2.2, poisson.test", kind="program")
ROBBINS = Source(
    question="harms",
    cite="a Beta(1, 1) restricted to the harmful side, in closed form with SciPy",
    kind="formula",
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_a_share_has_the_published_limits(successes, n, low, high, checked):
    found = wilson(successes, n)
    checked.agrees(
        NEWCOMBE, f"{successes} of {n}, Wilson, 95 %", ours=[found.low, found.high], theirs=[low, high]
    )


@pytest.mark.parametrize(
    ("what", "late", "early", "printed"),
    [
        ("12 against 6 in the same time", (12, 1.0), (6, 1.0), ["2.000000000", "0.6947005103", "6.49471234"]),
        (
            "11 in 800 against 21 in 3,011, of R's help",
            (11, 800.0),
            (21, 3011.0),
            ["1.971488095", "0.8584264034", "4.277265944"],
        ),
    ],
)
def test_a_ratio_of_rates_has_the_limits_that_r_prints(what, late, early, printed, checked):
    found = ratio_of_rates(late, early)
    checked.agrees(
        POISSON, f"ratio of rates, {what}", ours=[found.value, found.low, found.high], theirs=printed
    )


def test_incidents_of_equal_exposure_have_the_evidence_of_the_closed_form(checked):
    found = shared_counts(np.array([[8.0, 9.0]]), np.array([[1.0, 2.0]]), share=np.full((1, 2), 0.5))
    closed = [
        beta(1 + x, 1 + y) * (1 - betainc(1 + x, 1 + y, 0.5)) / 0.5 / 0.5 ** (x + y)
        for x, y in ((8, 1), (17, 3))
    ]
    checked.agrees(
        ROBBINS,
        "e-value of 8 of 9 incidents, then of 17 of 20",
        ours=np.exp(found.log_e[0]),
        theirs=closed,
        within=1e-8,
        relative=True,
    )

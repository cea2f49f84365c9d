"""The examples of Ragin's two books.

Ragin (1987), The Comparative Method, chapter 6: the failure of military regimes and successful strikes, crisp. Ragin
(2008), Redesigning Social Inquiry, table 5.2: membership in the set of developed countries by income per head,
with anchors at 2,500, 5,000 and 20,000 US dollars and log odds of 3 at the outer two.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.qca.analysis import standard
from coproduce.methods.qca.calibrate import direct
from coproduce.methods.qca.primes import conservative_primes
from coproduce.methods.qca.sets import Sets
from coproduce.methods.qca.truth_table import CutOffs
from coproduce.questions.determinants.naming import term_name

REDESIGNING = Source(
    question="determinants",
    cite="Ragin (2008), Redesigning Social Inquiry, table 5.2 (as recalled)",
)
COMPARATIVE = Source(
    question="determinants", cite="Ragin (1987), The Comparative Method, ch. 6 (as recalled)"
)
DEVELOPED = {
    "Switzerland": (40110, "1.00"),
    "United States": (34400, "1.00"),
    "Netherlands": (25200, "0.98"),
    "Finland": (24920, "0.98"),
    "Australia": (20060, "0.95"),
    "Israel": (17090, "0.92"),
    "Spain": (15320, "0.89"),
    "New Zealand": (13680, "0.85"),
    "Cyprus": (11720, "0.79"),
    "Greece": (11290, "0.78"),
    "Portugal": (10940, "0.77"),
    "Korea, Rep.": (9800, "0.72"),
    "Argentina": (7470, "0.62"),
    "Hungary": (4670, "0.40"),
    "Venezuela": (4100, "0.25"),
    "Estonia": (4070, "0.25"),
    "Panama": (3740, "0.18"),
    "Mauritius": (3690, "0.17"),
    "Brazil": (3590, "0.16"),
    "Turkey": (2980, "0.08"),
    "Bolivia": (1000, "0.01"),
    "Cote d'Ivoire": (650, "0.01"),
    "Senegal": (450, "0.00"),
    "Burundi": (110, "0.00"),
}
LOG_ODDS = 3.0


def test_memberships_are_the_books(checked):
    degree = 1 / (1 + math.exp(-LOG_ODDS))
    for country, (income, membership) in DEVELOPED.items():
        [found] = direct(np.array([float(income)]), [2500, 5000, 20000], degree=degree)
        checked.agrees(REDESIGNING, f"developed countries: {country}", ours=found, theirs=membership)


# Booming product market, threat of sympathy strikes, large strike fund; success; number of strikes.
STRIKES = (
    ((1, 0, 1), 1, 6),
    ((0, 1, 0), 1, 5),
    ((1, 1, 0), 1, 2),
    ((1, 1, 1), 1, 3),
    ((1, 0, 0), 0, 9),
    ((0, 0, 1), 0, 6),
    ((0, 1, 1), 0, 3),
    ((0, 0, 0), 0, 4),
)
# Conflict between older and younger officers, death of a powerful dictator, CIA dissatisfied; the regime fails.
REGIMES = (
    ((0, 0, 0), 0, 9),
    ((1, 0, 0), 1, 2),
    ((0, 1, 0), 1, 3),
    ((0, 0, 1), 1, 1),
    ((1, 1, 0), 1, 2),
    ((1, 0, 1), 1, 1),
    ((0, 1, 1), 1, 1),
    ((1, 1, 1), 1, 3),
)


def terms(found):
    return {term_name(term, names="ABC", levels=(2, 2, 2)) for term in found}


@pytest.mark.parametrize(
    ("what", "table", "solution"),
    [("strikes", STRIKES, {"A*C", "B*~C"}), ("military regimes", REGIMES, {"A", "B", "C"})],
)
def test_reduction_is_the_books(what, table, solution, checked):
    values = np.repeat([row for row, _, _ in table], [n for *_, n in table], axis=0).astype(float)
    outcome = np.repeat([out for _, out, _ in table], [n for *_, n in table]).astype(float)
    sets = Sets(values=values, levels=(2, 2, 2))
    found = standard(sets, outcome, cut_offs=CutOffs(), expectations=[()] * 3)
    checked.same(
        COMPARATIVE,
        f"{what}: reduction of the table of cases",
        ours=[terms(model) for model in found.conservative.models],
        theirs=[solution],
        shown=f"`{' + '.join(sorted(solution))}`",
    )
    assert found.parsimonious == found.conservative  # there are no remainders
    assert found.table.remainders == 0


def test_prime_implicants_of_strikes_are_the_books(checked):
    positive = [row for row, out, _ in STRIKES if out]
    checked.same(
        COMPARATIVE,
        "strikes: prime implicants of the table of cases",
        ours=terms(conservative_primes(positive, levels=(2, 2, 2)).tolist()),
        theirs={"A*C", "A*B", "B*~C"},
        shown="`A*B`, `A*C`, `B*~C`",
    )

"""Ragin (2008), Redesigning Social Inquiry, table 5.2: degree of membership in the set of developed countries.

Income per head, anchors 2,500, 5,000 and 20,000 US dollars, log odds of 3 at the outer two.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from coproduce.methods.qca.calibrate import direct

DEVELOPED = {
    "Switzerland": (40110, 1.00),
    "United States": (34400, 1.00),
    "Netherlands": (25200, 0.98),
    "Finland": (24920, 0.98),
    "Australia": (20060, 0.95),
    "Israel": (17090, 0.92),
    "Spain": (15320, 0.89),
    "New Zealand": (13680, 0.85),
    "Cyprus": (11720, 0.79),
    "Greece": (11290, 0.78),
    "Portugal": (10940, 0.77),
    "Korea, Rep.": (9800, 0.72),
    "Argentina": (7470, 0.62),
    "Hungary": (4670, 0.40),
    "Venezuela": (4100, 0.25),
    "Estonia": (4070, 0.25),
    "Panama": (3740, 0.18),
    "Mauritius": (3690, 0.17),
    "Brazil": (3590, 0.16),
    "Turkey": (2980, 0.08),
    "Bolivia": (1000, 0.01),
    "Cote d'Ivoire": (650, 0.01),
    "Senegal": (450, 0.00),
    "Burundi": (110, 0.00),
}
LOG_ODDS = 3.0


@pytest.mark.parametrize("country", DEVELOPED)
def test_membership_is_the_books(country):
    income, membership = DEVELOPED[country]
    degree = 1 / (1 + math.exp(-LOG_ODDS))
    [found] = direct(np.array([float(income)]), [2500, 5000, 20000], degree=degree)
    assert found == pytest.approx(membership, abs=0.0051)

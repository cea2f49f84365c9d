"""What an isoquant says goes back through the function."""

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.production.isoquants import isoquant

THERE_AND_BACK = Source(
    question="value", kind="formula", cite="The CES function of the hours that it gives back"
)


@pytest.mark.parametrize("rho", [-0.7, -0.2, 0.0, 1e-4, 0.5, 3.0])
def test_hours_of_an_isoquant_make_its_output(rho, checked):
    first = np.geomspace(20, 400, 60)
    second = isoquant(90.0, first, scale=2.0, share=0.7, rho=rho, returns=0.9)
    known = np.isfinite(second)
    assert known.any()
    x, y = first[known], second[known]
    mean = (0.7 * x ** (-rho) + 0.3 * y ** (-rho)) ** (-1 / rho) if rho else x**0.7 * y**0.3
    checked.agrees(
        THERE_AND_BACK,
        f"output along an isoquant of 90, rho {rho:g}",
        ours=2 * mean**0.9,
        theirs=np.full(len(x), 90.0),
        within=1e-9,
        relative=True,
    )


def test_what_no_amount_makes_is_not_known():
    """Complements: less than some amount of one cannot be made up for by any amount of the other."""
    second = isoquant(90.0, np.array([1.0, 100.0]), scale=2.0, share=0.7, rho=3.0, returns=0.9)
    assert np.isnan(second[0])
    assert np.isfinite(second[1])
    assert np.isnan(isoquant(1e3, np.array([1e-3]), scale=1e-9, share=0.5, rho=50.0, returns=0.1)).all()

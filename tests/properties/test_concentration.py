"""Concentration index and Gini on random weighted data, against the covariance and all pairs written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coproduce.methods.concentration import concentration_index, gini

AMOUNTS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 6), st.integers(1, 4)), min_size=2, max_size=30
).filter(lambda rows: sum(amount for amount, _, _ in rows) > 0)


@given(AMOUNTS)
@settings(deadline=None)
def test_the_index_is_the_covariance_with_the_rank_of_every_unit_written_out(rows):
    amount, by, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = concentration_index(amount, by, weights=weights)
    long_amount, long_by = (np.repeat(column, weights.astype(int)) for column in (amount, by))
    ranks = np.array([((long_by < one).sum() + (long_by == one).sum() / 2) / len(long_by) for one in long_by])
    plain = 2 * np.mean((long_amount - long_amount.mean()) * (ranks - ranks.mean())) / long_amount.mean()
    assert found.value == pytest.approx(plain, abs=1e-10)
    assert found.influence.sum() == pytest.approx(0, abs=1e-10)
    bounded = concentration_index(amount, by, weights=weights, bounds=(0, 20))
    assert bounded.value == pytest.approx(
        4 * long_amount.mean() / 20 * plain, abs=1e-10
    )  # Erreygers 2009, eq. 30
    lacking = concentration_index(20 - amount, by, weights=weights, bounds=(0, 20))
    assert lacking.value == pytest.approx(-bounded.value, abs=1e-10)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=25).filter(any))
@settings(deadline=None)
def test_gini_is_the_mean_difference_of_all_pairs(values):
    amount = np.array(values, dtype=float)
    pairs = np.abs(amount[:, None] - amount[None, :]).mean()
    assert gini(amount).value == pytest.approx(pairs / (2 * amount.mean()), abs=1e-10)

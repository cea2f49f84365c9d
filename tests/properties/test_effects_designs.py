"""What must not change an effect: the order of rows, the names of units, where the outcome's nought is, its scale."""

import numpy as np
import pytest

from coproduce.methods.effects.before_after import before_after_change
from coproduce.methods.effects.matched import matched_effects
from coproduce.methods.effects.one_area import one_area_effects
from coproduce.methods.effects.staggered import staggered_effects
from coproduce.methods.effects.threshold import threshold_effects
from coproduce.methods.effects.time_series import time_series_effects
from coproduce.methods.effects.two_by_two import two_by_two_effects


def rows(seed):
    """A panel that every design can read one way or another."""
    rng = np.random.default_rng(seed)
    unit, period = np.repeat(np.arange(24), 12), np.tile(np.arange(12.0), 24)
    x = rng.normal(size=(len(unit), 2))
    outcome = rng.normal(size=24)[unit] + 0.3 * period + x[:, 0] + rng.normal(size=len(unit))
    return {"outcome": outcome, "unit": unit, "period": period, "x": x}


def chance():
    return np.random.default_rng(1)


def staggered(data):
    since = np.array([0.0, 5.0, 8.0])[data["unit"] % 3]
    return staggered_effects(
        data["outcome"], since, unit=data["unit"], period=data["period"], rng=chance(), sensitivity=False
    ).contrast


def two_by_two(data):
    side, after = data["unit"] % 2 == 0, data["period"] >= 6
    return two_by_two_effects(
        data["outcome"], side, after=after, unit=data["unit"], period=data["period"], rng=chance()
    ).contrast


def one_area(data):
    return one_area_effects(
        data["outcome"], data["unit"] == 3, unit=data["unit"], period=data["period"], since=9.0
    ).contrast


def time_series(data):
    one = data["unit"] == 3
    return time_series_effects(data["outcome"][one], data["period"][one], since=8.0).contrast


def matched(data):
    lean = data["x"][:, 1] + 0.5 * np.sin(37.0 * data["period"] + data["unit"]) > 0
    return matched_effects(data["outcome"], lean, covariates=data["x"], overlap=0.0, rng=chance()).contrast


def threshold(data):
    return threshold_effects(data["outcome"], data["x"][:, 1], cutoff=0.0, bandwidth=1.0).contrast


def before_after(data):
    return before_after_change(data["outcome"], data["period"] >= 6, unit=data["unit"])


DESIGNS = (staggered, two_by_two, one_area, time_series, matched, threshold, before_after)


def same(one, other, *, times=1.0):
    numbers = ("estimate", "se", "low", "high")
    for name in numbers:
        assert getattr(other, name) == pytest.approx(times * getattr(one, name), rel=1e-6, abs=1e-8)
    assert other.p == pytest.approx(one.p, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_order_of_rows_does_not_matter(design):
    data = rows(2)
    order = np.random.default_rng(3).permutation(len(data["unit"]))
    same(design(data), design({name: values[order] for name, values in data.items()}))


@pytest.mark.parametrize("design", DESIGNS)
def test_nought_and_scale_of_the_outcome_do_not_matter(design):
    data = rows(4)
    same(design(data), design({**data, "outcome": 10 * data["outcome"] + 7}), times=10.0)


@pytest.mark.parametrize("design", [staggered, two_by_two, one_area])
def test_periods_may_start_anywhere(design):
    data = rows(5)
    found = design(data)
    moved = {**data, "period": data["period"] + 100}
    if design is one_area:
        later = one_area_effects(
            moved["outcome"], moved["unit"] == 3, unit=moved["unit"], period=moved["period"], since=109.0
        ).contrast
    elif design is two_by_two:
        later = two_by_two_effects(
            moved["outcome"],
            moved["unit"] % 2 == 0,
            after=moved["period"] >= 106,
            unit=moved["unit"],
            period=moved["period"],
            rng=chance(),
        ).contrast
    else:
        since = np.array([0.0, 105.0, 108.0])[moved["unit"] % 3]
        later = staggered_effects(
            moved["outcome"],
            since,
            unit=moved["unit"],
            period=moved["period"],
            rng=chance(),
            sensitivity=False,
        ).contrast
    same(found, later)

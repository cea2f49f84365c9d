"""Simulated streets: the elasticity, the ratios and the quadrant are found as often as promised."""

import math
from collections import Counter
from pathlib import Path

import pytest

import coproduce as cp
from coproduce.simulate import compare, simulate
from coproduce.simulate.efforts import MEASURES, USUAL, VISITORS
from coproduce.simulate.producing import costs, inputs, produced
from coproduce.simulate.truth import truth

STUDIES = 16
SHORT = "resamples = 200\nefficiency_by = []\n"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """The truth beside the answers of several simulated studies."""
    rows = []
    for seed in range(1, STUDIES + 1):
        folder = tmp_path_factory.mktemp("value") / "care"
        simulate(folder, seed=seed, cases=20)
        rows += compare(truth(seed=seed, cases=20), _asked(folder))
    return rows


def _asked(folder: Path):
    """Only the answer about value, of fewer draws than usual."""
    toml = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(toml.replace("[questions.value]\n", f"[questions.value]\n{SHORT}"))
    return cp.run(cp.read_study(folder), only=("value",))


def test_intervals_hold_the_truth_as_often_as_promised(compared):
    """Each name within 3 Monte Carlo errors, all of them together too (they are of the same studies)."""
    held, seen = Counter(), Counter()
    for row in compared:
        if not isinstance(row.truth, str):
            held[row.name] += bool(row.inside)
            seen[row.name] += 1
    assert len(seen) == 10
    for name, number in seen.items():
        assert number == STUDIES
        assert held[name] / number >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / number), name


def test_the_quadrant_is_found(compared):
    assert {row.answer for row in compared if row.name.startswith("quadrant")} == {"better_at_a_price"}


def test_estimates_are_not_off_to_one_side(compared):
    """The mean over studies lies within 4 standard errors of the truth."""
    for name in {row.name for row in compared if not isinstance(row.truth, str)}:
        apart = [row.answer - row.truth for row in compared if row.name == name]
        mean = sum(apart) / len(apart)
        spread = math.sqrt(sum((one - mean) ** 2 for one in apart) / (len(apart) - 1) / len(apart))
        assert abs(mean) <= 4 * spread, name


def test_the_true_changes_are_those_of_the_process():
    """Against many streets of one make: the same in both arms but for visitors."""
    arms = {f"S{number:05}": (VISITORS if number % 2 else USUAL) for number in range(8000)}
    _, given = inputs(5, arms=arms)
    _, spent = costs(5, arms=arms, given=given)
    true = truth(seed=5, cases=1)
    hours = {
        arm: _mean([row[3] for row in given if row[1] == 1 and arms[row[0]] == arm])
        for arm in (VISITORS, USUAL)
    }
    assert hours[VISITORS] - hours[USUAL] == pytest.approx(true.value("change_citizen_hours"), rel=0.03)
    paid = [row[3] for row in spent if row[2] == "coordination"]
    assert _mean(paid) == pytest.approx(true.value("change_public_cost"), rel=0.01)
    assert true.value("change_outcome") == -MEASURES[0].effect


def _mean(values):
    return sum(values) / len(values)


def test_hours_of_both_sides_together_make_more_than_either():
    assert produced(100, 100) > produced(200, 1)
    assert produced(100, 100) > produced(1, 200)

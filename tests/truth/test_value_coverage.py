"""Simulated streets: the elasticity, the ratios and the quadrant are found as often as promised."""

from collections import defaultdict
from pathlib import Path

import pytest
from tests.checked import Simulation, repeated

import coproduce as cp
from coproduce.simulate import compare, simulate
from coproduce.simulate.efforts import MEASURES, USUAL, VISITORS
from coproduce.simulate.producing import costs, inputs, produced
from coproduce.simulate.truth import truth

STUDIES = repeated(16)
SIMULATED = Simulation(
    question="value",
    design="a whole study",
    made="streets of a simulated service, half of them given visitors by chance: hours, costs, loneliness",
)
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


def test_answers_lie_around_the_truth_and_intervals_hold_it(compared, checked):
    of_name = defaultdict(list)
    for row in compared:
        if not isinstance(row.truth, str):
            of_name[row.name].append(row)
    assert len(of_name) == 10
    for name, rows in of_name.items():
        checked.bias(
            SIMULATED, name, estimates=[row.answer for row in rows], truth=[row.truth for row in rows]
        )
        checked.coverage(SIMULATED, name, hits=sum(bool(row.inside) for row in rows), runs=STUDIES)
    quadrants = [row.answer for row in compared if row.name.startswith("quadrant")]
    found = quadrants.count("better_at_a_price")
    checked.power(SIMULATED, "the quadrant is found", found=found, runs=STUDIES, promised=0.95)


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

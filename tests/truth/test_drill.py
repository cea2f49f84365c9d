"""The drill itself: the same on one worker and on two, right where the truth is known, and honest about itself."""

import json

import numpy as np
import pytest
from scipy.stats import norm

from coproduce.cli import main
from coproduce.drill import drill
from coproduce.errors import EstimationError, StudyError
from coproduce.simulate.trials import DESIGNS, Size, trial

STUDIES = 60


@pytest.fixture(scope="module")
def drilled():
    return drill("effects", effect=0.5, size=Size(units=120), studies=STUDIES, seed=7, workers=2)


def test_a_seed_gives_the_same_drill_whatever_the_number_of_workers(drilled):
    again = drill("effects", effect=0.5, size=Size(units=120), studies=STUDIES, seed=7, workers=1)
    assert again == drilled


def test_an_adjusted_trial_has_the_power_that_theory_says(drilled):
    """60 a side, a residual variance of 0.75: the error of the difference is sqrt(0.75 / 30)."""
    expected = 1 - norm.cdf(1.96 - 0.5 / np.sqrt(0.75 / 30))
    assert drilled.power.low <= expected <= drilled.power.high
    assert drilled.bias.low <= 0 <= drilled.bias.high
    assert drilled.coverage.low <= 0.95 <= drilled.coverage.high
    assert drilled.false_alarms.low <= 0.05 <= drilled.false_alarms.high


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_draws_the_effect_it_says(design):
    """The same chance with and without the effect differs by the effect for whoever is treated, and by nothing else."""
    drawn = [
        trial(design, np.random.default_rng(3), effect=effect, size=Size(units=60)) for effect in (0.0, 2.0)
    ]
    moved = drawn[1].columns["score"] - drawn[0].columns["score"]
    assert set(np.round(moved, 9)) == {0.0, 2.0}


def test_monitoring_sees_harm_and_seldom_cries_wolf():
    found = drill("harms", effect=0.8, size=Size(units=300, periods=15), studies=10, seed=2)
    assert found.power.value == 1
    assert found.false_alarms.low <= 0.05
    assert 1 <= found.looks_to_alarm <= 15


def test_every_wrong_setting_is_told_at_once():
    with pytest.raises(StudyError) as refused:
        drill("effects", design="randomized", studies=2)
    assert [fault.place for fault in refused.value.faults] == ["design", "studies"]


def test_studies_too_small_for_any_answer_are_refused():
    with pytest.raises(EstimationError, match="no simulated study got an answer"):
        drill("effects", size=Size(units=2, clusters=2), studies=10, workers=1)


def test_the_command_prints_a_page_or_json(capsys):
    words = ["drill", "effects", "--units", "40", "--studies", "10", "--workers", "1"]
    assert main(words) == 0
    assert "Coverage" in capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["studies"] == 10

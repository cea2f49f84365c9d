"""The drill itself: the same on one worker and on two, right where the truth is known, and honest about itself."""

import json

import numpy as np
import pytest
from scipy.stats import norm
from tests.checked import Simulation, repeated

from coproduce.cli import main
from coproduce.drill import drill
from coproduce.errors import EstimationError, StudyError
from coproduce.simulate.trials import DESIGNS, Size, trial

STUDIES = repeated(60)
DRILLED = Simulation(
    question="effects",
    design="randomised: the drill",
    made="120 people, a covariate that explains a quarter, an effect of 0.5 or none; the runner answers",
)
CLUSTERED = Simulation(
    question="effects",
    design="randomised: the drill, in clusters",
    made="240 people in 24 clusters that are alike by 0.05, an effect of 0.5 or none; the runner answers",
)


@pytest.fixture(scope="module")
def drilled():
    return drill("effects", effect=0.5, size=Size(units=120), studies=STUDIES, seed=7, workers=2)


def test_a_seed_gives_the_same_drill_whatever_the_number_of_workers(drilled):
    again = drill("effects", effect=0.5, size=Size(units=120), studies=STUDIES, seed=7, workers=1)
    assert again == drilled


def told(checked, simulation, drilled, *, promised):
    """Each share is of so many studies; coverage is of those with an effect and without."""
    studies, effect = drilled.studies, f"an effect of {drilled.effect:g}"
    seen, alarms = (round(share.value * studies) for share in (drilled.power, drilled.false_alarms))
    hits = round(drilled.coverage.value * 2 * studies)
    checked.power(simulation, effect, found=seen, runs=studies, promised=promised)
    checked.false_alarms(simulation, "no effect", alarms=alarms, runs=studies)
    checked.coverage(simulation, "effect", hits=hits, runs=2 * studies)
    assert drilled.refused == 0
    assert abs(drilled.bias.value) <= drilled.bias.high - drilled.bias.low  # four standard errors


def test_an_adjusted_trial_has_the_power_that_theory_says(drilled, checked):
    """60 a side, a residual variance of 0.75: the error of the difference is sqrt(0.75 / 30)."""
    told(checked, DRILLED, drilled, promised=1 - norm.cdf(1.96 - 0.5 / np.sqrt(0.75 / 30)))


def test_a_trial_of_clusters_has_the_power_that_theory_says(checked):
    """12 clusters a side: 0.05 between them, 0.7 within clusters of ten; Student's t of 22 degrees of freedom."""
    found = drill("effects", effect=0.5, size=Size(units=240, clusters=24), studies=repeated(30), seed=8)
    error = np.sqrt((0.05 + 0.7 / 10) / 6)
    told(checked, CLUSTERED, found, promised=1 - norm.cdf(2.07 - 0.5 / error))


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

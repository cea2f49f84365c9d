"""Envelopment against a textbook, and the R package Benchmarking (tools/production_reference.R made the numbers)."""

import json
from pathlib import Path

import numpy as np
import pytest

from coproduce.methods.production.dea import dea, scale_efficiency
from coproduce.methods.production.dea_bootstrap import dea_bootstrap

BY_R = json.loads(Path(__file__).with_name("production_reference.json").read_text(encoding="utf-8"))
LINEAR_ALGEBRA = 1e-8
SCHOOLS = (np.reshape(BY_R["schools"]["x"], (70, 5)), np.reshape(BY_R["schools"]["y"], (70, 3)))
FIRMS = (
    np.column_stack([BY_R["firms"]["capital"], BY_R["firms"]["labour"]]),
    np.array(BY_R["firms"]["output"]),
)


def test_the_eight_branches_of_the_textbook():
    """Cooper, W. W., Seiford, L. M. and Tone, K. (2007). Data Envelopment Analysis, 2nd edition, tables 1.1 and 1.2."""
    employees, sales = np.array([2.0, 3, 3, 4, 5, 5, 6, 8]), np.array([1.0, 3, 2, 3, 4, 2, 3, 5])
    published = [0.5, 1, 0.667, 0.75, 0.8, 0.4, 0.5, 0.625]
    for orientation in ("input", "output"):
        found = dea(employees, sales, returns="constant", orientation=orientation)
        assert found.efficiency == pytest.approx(published, abs=5e-4)
        assert {row for peers in found.peers for row, _ in peers} == {1}


@pytest.mark.parametrize("name", ["schools", "firms"])
@pytest.mark.parametrize("returns", ["constant", "variable"])
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_program_follow_through_and_firms_are_those_of_benchmarking(name, returns, orientation):
    """The 70 schools of Charnes, Cooper and Rhodes (1981): parents' visits and time with children are inputs."""
    found = dea(*(SCHOOLS if name == "schools" else FIRMS), returns=returns, orientation=orientation)
    short = {"constant": "crs", "variable": "vrs"}[returns] + {"input": "_in", "output": "_out"}[orientation]
    theirs = np.array(BY_R[f"dea_{name}"][short])
    assert found.efficiency == pytest.approx(
        theirs if orientation == "input" else 1 / theirs, abs=LINEAR_ALGEBRA
    )


def test_scale_efficiency_is_the_ratio_of_theirs():
    theirs = np.array(BY_R["dea_schools"]["crs_in"]) / np.array(BY_R["dea_schools"]["vrs_in"])
    assert scale_efficiency(*SCHOOLS) == pytest.approx(theirs, abs=LINEAR_ALGEBRA)


@pytest.mark.parametrize(
    ("name", "returns", "orientation"), [("boot_in", "variable", "input"), ("boot_out", "constant", "output")]
)
def test_the_bootstrap_is_that_of_benchmarking_but_for_chance(name, returns, orientation):
    """2,000 draws each, of programs of their own: corrected within four Monte Carlo errors, bandwidths the same."""
    found = dea_bootstrap(
        *FIRMS, generator=np.random.default_rng(1), returns=returns, orientation=orientation, resamples=2000
    )
    theirs = {key: np.array(values) for key, values in BY_R[name].items()}
    if orientation == "output":
        theirs |= {"corrected": 1 / theirs["corrected"], "low": 1 / theirs["high"], "high": 1 / theirs["low"]}
    assert found.bandwidth == pytest.approx(theirs["bandwidth"][0], rel=1e-6)
    spread = (theirs["high"] - theirs["low"]) / 3.92
    assert np.all(np.abs(found.corrected - theirs["corrected"]) < 4 * spread * np.sqrt(2 / 2000))
    # A quantile at 2.5% of a normal distribution has an error of 2.7 standard deviations over the root of the draws.
    for ours, limit in ((found.low, theirs["low"]), (found.high, theirs["high"])):
        assert np.median(np.abs(ours - limit) / spread) < 4 * 2.7 * np.sqrt(2 / 2000)

"""Envelopment against a textbook, and the R package Benchmarking (tools/production_reference.R made the numbers)."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.checked import Source

from coproduce.methods.production.dea import dea, scale_efficiency
from coproduce.methods.production.dea_bootstrap import dea_bootstrap

BY_R = json.loads(Path(__file__).with_name("production_reference.json").read_text(encoding="utf-8"))
LINEAR_ALGEBRA = 1e-8
SCHOOLS = (np.reshape(BY_R["schools"]["x"], (70, 5)), np.reshape(BY_R["schools"]["y"], (70, 3)))
FIRMS = (
    np.column_stack([BY_R["firms"]["capital"], BY_R["firms"]["labour"]]),
    np.array(BY_R["firms"]["output"]),
)
TEXTBOOK = Source(
    question="value",
    cite="Cooper, Seiford and Tone (2007), Data Envelopment Analysis, 2nd ed., tables 1.1 and 1.2 (as recalled)",
)
BY_BENCHMARKING = Source(
    question="value",
    kind="program",
    cite="Benchmarking (R 4.2.2; tools/production_reference.R): the 70 schools of Charnes, Cooper and Rhodes (1981), "
    "Management Science 27(6), 668-697, and the 60 firms of Coelli (1996)",
)


def test_the_eight_branches_of_the_textbook(checked):
    employees, sales = np.array([2.0, 3, 3, 4, 5, 5, 6, 8]), np.array([1.0, 3, 2, 3, 4, 2, 3, 5])
    published = ["0.5", "1", "0.667", "0.75", "0.8", "0.4", "0.5", "0.625"]
    found, other = (
        dea(employees, sales, returns="constant", orientation=orientation)
        for orientation in ("input", "output")
    )
    for branch, ours, theirs in zip("ABCDEFGH", found.efficiency, published, strict=True):
        checked.agrees(TEXTBOOK, f"efficiency of branch {branch}", ours=ours, theirs=theirs, within=5e-4)
    assert other.efficiency == pytest.approx(found.efficiency, abs=LINEAR_ALGEBRA)
    for one in (found, other):
        assert {row for peers in one.peers for row, _ in peers} == {1}


@pytest.mark.parametrize("name", ["schools", "firms"])
@pytest.mark.parametrize("returns", ["constant", "variable"])
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_program_follow_through_and_firms_are_those_of_benchmarking(name, returns, orientation, checked):
    """The 70 schools of Charnes, Cooper and Rhodes (1981): parents' visits and time with children are inputs."""
    found = dea(*(SCHOOLS if name == "schools" else FIRMS), returns=returns, orientation=orientation)
    short = {"constant": "crs", "variable": "vrs"}[returns] + {"input": "_in", "output": "_out"}[orientation]
    theirs = np.array(BY_R[f"dea_{name}"][short])
    checked.agrees(
        BY_BENCHMARKING,
        f"efficiency of {len(theirs)} {name}, {returns} returns, {orientation} oriented",
        ours=found.efficiency,
        theirs=theirs if orientation == "input" else 1 / theirs,
        within=LINEAR_ALGEBRA,
    )


def test_scale_efficiency_is_the_ratio_of_theirs(checked):
    theirs = np.array(BY_R["dea_schools"]["crs_in"]) / np.array(BY_R["dea_schools"]["vrs_in"])
    what, ours = "scale efficiency of 70 schools", scale_efficiency(*SCHOOLS)
    checked.agrees(BY_BENCHMARKING, what, ours=ours, theirs=theirs, within=LINEAR_ALGEBRA)


@pytest.mark.parametrize(
    ("name", "returns", "orientation"), [("boot_in", "variable", "input"), ("boot_out", "constant", "output")]
)
def test_the_bootstrap_is_that_of_benchmarking_but_for_chance(name, returns, orientation, checked):
    """2,000 draws each, of programs of their own: corrected within four Monte Carlo errors, bandwidths the same."""
    found = dea_bootstrap(
        *FIRMS, generator=np.random.default_rng(1), returns=returns, orientation=orientation, resamples=2000
    )
    theirs = {key: np.array(values) for key, values in BY_R[name].items()}
    if orientation == "output":
        theirs |= {"corrected": 1 / theirs["corrected"], "low": 1 / theirs["high"], "high": 1 / theirs["low"]}
    how = f"bootstrap of 60 firms, {returns} returns, {orientation} oriented"
    checked.agrees(
        BY_BENCHMARKING,
        f"{how}: bandwidth",
        ours=found.bandwidth,
        theirs=theirs["bandwidth"],
        within=1e-6,
        relative=True,
    )
    spread = (theirs["high"] - theirs["low"]) / 3.92
    checked.agrees(
        BY_BENCHMARKING,
        f"{how}: corrected efficiency of each, by its spread (4 Monte Carlo errors)",
        ours=found.corrected / spread,
        theirs=theirs["corrected"] / spread,
        within=4 * np.sqrt(2 / 2000),
    )
    # A quantile at 2.5% of a normal distribution has an error of 2.7 standard deviations over the root of the draws.
    for ours, limit in ((found.low, theirs["low"]), (found.high, theirs["high"])):
        assert np.median(np.abs(ours - limit) / spread) < 4 * 2.7 * np.sqrt(2 / 2000)

"""A whole study finds the same on both engines: what is asked of contributions, decisions, outcomes and people."""

import json

import pytest
from tests import spark

import coproduce as cp
from coproduce.runner import run
from coproduce.simulate import simulate


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "simulated"
    simulate(folder, seed=5, cases=150)
    return cp.read_study(folder)


def test_power_and_harms(study, spark_engine):
    only = ("classify", "power", "harms")
    here, there = (
        json.loads(run(study, only=only, engine=engine).model_dump_json())
        for engine in ("duckdb", spark_engine)
    )
    spark.same(here, there)
    assert sorted(each["id"] for each in there["findings"]) == ["classify", "harms", "power"]

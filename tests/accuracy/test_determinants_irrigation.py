"""The example of irrigation systems holds the published table, and answers it."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pytest

import coproduce as cp

PREPARE = Path(__file__).parents[2] / "examples" / "determinants" / "prepare.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("prepare_irrigation", PREPARE)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    place = tmp_path_factory.mktemp("irrigation")
    program.prepare(place)
    return place


def test_its_table_is_the_published_one(folder, real_data):
    def rows(path):
        with path.open(encoding="utf-8") as lines:
            return list(csv.reader(lines))[1:]

    assert rows(folder / "systems.csv") == rows(real_data / "qca" / "d.irrigate.csv")


def test_five_parsimonious_models_tie(folder):
    finding = cp.run(cp.read_study(folder), only=("determinants",)).finding("determinants.water")
    tied = [
        row
        for row in finding.tables["models"].records()
        if (row["type"], row["outcome"]) == ("parsimonious", "water")
    ]
    assert [row["tied_models"] for row in tied] == [5] * 5
    assert "rules*fines stands in all of them" in finding.answer
    assert any("holds cases with water (1) and without it (2)" in caveat for caveat in finding.caveats)
    assert finding.grade.level == "very_low"

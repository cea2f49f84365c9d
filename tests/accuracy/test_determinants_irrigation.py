"""The example of irrigation systems holds the published table, and answers it."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pytest
from tests.checked import Source

import coproduce as cp

TABLE = Source(
    question="determinants",
    cite="Lam and Ostrom (2010), Policy Sciences 43, 1-25; the table as in R's cna 4.0.0, d.irrigate",
)
SOLVED = Source(
    question="determinants",
    kind="formula",
    cite="Quine-McCluskey by another program than ours, on the table of Lam and Ostrom (2010)",
)
PREPARE = Path(__file__).parents[2] / "examples" / "determinants" / "prepare.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("prepare_irrigation", PREPARE)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    place = tmp_path_factory.mktemp("irrigation")
    program.prepare(place)
    return place


def test_its_table_is_the_published_one(folder, real_data, checked):
    def rows(path):
        with path.open(encoding="utf-8") as lines:
            return list(csv.reader(lines))[1:]

    theirs = rows(real_data / "qca" / "d.irrigate.csv")
    checked.same(
        TABLE,
        "irrigation systems: the table of the example, every cell",
        ours=rows(folder / "systems.csv"),
        theirs=theirs,
        shown=f"{len(theirs)} cases",
    )


def test_five_parsimonious_models_tie(folder, checked):
    finding = cp.run(cp.read_study(folder), only=("determinants",)).finding("determinants.water")
    tied = [
        row
        for row in finding.tables["models"].records()
        if (row["type"], row["outcome"]) == ("parsimonious", "water")
    ]
    checked.same(
        SOLVED,
        "irrigation systems: parsimonious models that tie, as the example answers",
        ours=[row["tied_models"] for row in tied],
        theirs=[5] * 5,
        shown="5",
    )
    assert "rules*fines stands in all of them" in finding.answer
    assert any("holds cases with water (1) and without it (2)" in caveat for caveat in finding.caveats)
    assert finding.grade.level == "very_low"

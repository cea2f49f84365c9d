"""Over many simulated registers the intervals of power keep their promise."""

from pathlib import Path

import pytest
from tests.checked import Checked, Simulation, repeated

from coproduce.records.engine import Engine
from coproduce.records.settings import Head, TableSettings
from coproduce.records.study import Study
from coproduce.runner import run
from coproduce.simulate import compare
from coproduce.simulate.governing import decisions
from coproduce.simulate.truth import truth

REGISTERS = repeated(80)
SIMULATED = Simulation(
    question="power",
    design="register of decisions",
    made="a register of a simulated service; acceptance differs by side",
)
TRUE = truth(seed=0, cases=10)


def register(seed: int) -> Study:
    columns, rows = decisions(seed)
    table = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    return Study(
        head=Head(title="A register", service="care", simulated=True, small_numbers=0),
        folder=Path(),
        tables={"decisions": TableSettings(path="(in memory)")},
        frames={"decisions": table},
    )


@pytest.fixture(scope="module")
def hits() -> dict[str, int]:
    found: dict[str, int] = {}
    with Engine() as engine:
        for seed in range(REGISTERS):
            for row in compare(TRUE, run(register(seed), only=("power",), engine=engine)):
                found[row.name] = found.get(row.name, 0) + bool(row.inside)
    return found


def test_intervals_hold_the_truth_as_often_as_they_promise(hits: dict[str, int], checked: Checked) -> None:
    assert set(hits) == {
        "acceptance_citizen",
        "acceptance_organisation",
        "acceptance_difference",
        "owned",
        "mismatch",
    }
    for name, count in hits.items():
        checked.coverage(SIMULATED, name, hits=count, runs=REGISTERS)

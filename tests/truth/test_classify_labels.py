"""Over many simulated registers each contribution gets the label that it was made with, and shares hold the truth."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from tests.checked import Simulation, repeated

from coproduce.records.engine import Engine
from coproduce.records.settings import Head, TableSettings
from coproduce.records.study import Study
from coproduce.runner import run
from coproduce.simulate import compare
from coproduce.simulate.tables import sheets
from coproduce.simulate.truth import MIX, truth

REGISTERS = repeated(30)
SIMULATED = Simulation(
    question="classify",
    design="register of contributions",
    made="200 contributions to five initiatives, about 165 of them by citizens; each has facets of its own",
)
TRUE = truth(seed=0, cases=10)


@pytest.fixture(scope="module")
def registers():
    """Each register's citizens' contributions, and the finding beside the truth."""
    found = []
    with Engine() as engine:
        for seed in range(REGISTERS):
            sheet = sheets(seed, cases=400)["contributions"]
            frames = {
                "contributions": dict(
                    zip(sheet.columns, map(list, zip(*sheet.rows, strict=True)), strict=True)
                )
            }
            study = Study(
                head=Head(title="A register", service="care", simulated=True, small_numbers=0),
                folder=Path(),
                tables={"contributions": TableSettings(path="(in memory)")},
                frames=frames,
            )
            findings = run(study, only=("classify",), engine=engine)
            rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
            citizens = [row for row in rows if row["side"] == "citizen"]
            found.append((citizens, findings.finding("classify"), compare(TRUE, findings)))
    return found


@pytest.mark.parametrize("typology", MIX)
def test_labels_are_those_that_were_given(typology, registers, checked):
    facet, classes = MIX[typology]
    right = number = 0
    for citizens, finding, _ in registers:
        made = Counter(classes[row[facet]] for row in citizens if row[facet] in classes)
        told = {name: finding.estimate(f"{typology}.{name}").count for name in classes.values()}
        number += made.total()
        right += sum(min(count, told[name]) for name, count in made.items())
    what = f"{typology}: the class that was given"
    checked.power(SIMULATED, what, found=right, runs=number, promised=1.0)


def test_shares_lie_around_the_truth_and_intervals_hold_it(registers, checked):
    of_name = defaultdict(list)
    for _, _, rows in registers:
        for row in rows:
            of_name[row.name].append(row)
    assert len(of_name) == 9
    for name, rows in of_name.items():
        checked.bias(SIMULATED, name, estimates=[row.answer for row in rows], truth=rows[0].truth)
        checked.coverage(SIMULATED, name, hits=sum(row.inside is True for row in rows), runs=REGISTERS)

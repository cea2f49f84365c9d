"""Over many simulated surveys (clusters, unequal chances, non-response by age) motives keeps its promises."""

from pathlib import Path

import pytest
from tests.checked import Simulation, repeated

from coproduce.records.engine import Engine
from coproduce.records.settings import Head, TableSettings
from coproduce.records.study import Study
from coproduce.runner import run
from coproduce.simulate import compare
from coproduce.simulate.answering import survey
from coproduce.simulate.process import AGE_BAND, DEPRIVATION
from coproduce.simulate.truth import truth

SURVEYS = repeated(30)
SIMULATED = Simulation(
    question="motives",
    design="a whole survey",
    made="citizens in clusters, the most deprived drawn twice as often; whether one answers goes by age",
)
TRUE = truth(seed=0, cases=10)
POPULATION = {
    "deprivation": [place for place in DEPRIVATION for _ in AGE_BAND],
    "age_band": list(AGE_BAND) * len(DEPRIVATION),
    "persons": [1000 * place * age for place in DEPRIVATION.values() for age in AGE_BAND.values()],
}


def simulated(seed: int) -> Study:
    frames = {
        name: dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
        for name, (columns, rows) in survey(seed).items()
    }
    frames["responses"]["value"] = list(map(str, frames["responses"]["value"]))
    frames["population"] = POPULATION
    return Study(
        head=Head(
            title="A survey",
            service="care",
            simulated=True,
            small_numbers=0,
            groups=("deprivation", "age_band"),
        ),
        folder=Path(),
        tables={name: TableSettings(path="(in memory)") for name in frames},
        frames=frames,
    )


@pytest.fixture(scope="module")
def compared():
    with Engine() as engine:
        return [
            {row.name: row for row in compare(TRUE, run(simulated(seed), only=("motives",), engine=engine))}
            for seed in range(SURVEYS)
        ]


def test_answers_lie_around_the_truth_and_intervals_hold_it(compared, checked):
    names = [true.label for true in TRUE.values if true.question == "motives"]
    assert all(set(names) <= set(rows) for rows in compared)
    for name in (name for name in names if "," not in name):
        rows = [of_survey[name] for of_survey in compared]
        checked.bias(SIMULATED, name, estimates=[row.answer for row in rows], truth=rows[0].truth)
        checked.coverage(SIMULATED, name, hits=sum(bool(row.inside) for row in rows), runs=SURVEYS)

"""Over many simulated surveys (clusters, unequal chances, non-response by age) motives keeps its promises.

Of `SURVEYS`, a procedure that keeps its promise of 95 % has fewer than `FEWEST_HITS` hits with chance 1 in 5,000.
"""

from pathlib import Path

import pytest
from scipy.stats import binom

from coproduce.records.engine import Engine
from coproduce.records.settings import Head, TableSettings
from coproduce.records.study import Study
from coproduce.runner import run
from coproduce.simulate import compare
from coproduce.simulate.answering import survey
from coproduce.simulate.process import AGE_BAND, DEPRIVATION
from coproduce.simulate.truth import truth

SURVEYS, LEVEL = 30, 0.95
FEWEST_HITS = int(binom.ppf(2e-4, SURVEYS, LEVEL))
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


def test_intervals_hold_the_truth_as_often_as_they_promise(compared):
    names = [true.label for true in TRUE.values if true.question == "motives"]
    assert all(set(names) <= set(rows) for rows in compared)
    headline = [name for name in names if "," not in name]
    hits = {name: sum(bool(rows[name].inside) for rows in compared) for name in headline}
    assert {name: count for name, count in hits.items() if count < FEWEST_HITS} == {}


def test_answers_lie_around_the_truth(compared):
    """The mean answer over surveys is off by less than 4.5 of its own standard errors."""
    for name in ("active_share", "willing_share", "potential_gap", "ame: efficacy"):
        answers = [rows[name].answer for rows in compared]
        middle = sum(answers) / SURVEYS
        spread = (sum((answer - middle) ** 2 for answer in answers) / (SURVEYS - 1)) ** 0.5
        assert abs(middle - compared[0][name].truth) < 4.5 * spread / SURVEYS**0.5, name

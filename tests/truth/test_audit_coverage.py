"""Over many simulated studies the audit's intervals keep their promise, and its answers have no bias.

An interval promises to hold the truth in 95 of 100 studies. Of 150 studies, a procedure that keeps the promise has
fewer than `FEWEST_HITS` hits with chance 1 in 5,000 (binomial); a shortfall beyond that is a fault of the procedure.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binom

from coproduce.records.engine import Engine
from coproduce.records.settings import EventsSettings, Head
from coproduce.records.study import Study
from coproduce.runner import run
from coproduce.simulate import Compared, compare
from coproduce.simulate.process import DEPRIVATION, draw_cases
from coproduce.simulate.tables import event_sheet
from coproduce.simulate.truth import truth

STUDIES, CASES, LEVEL = 150, 200, 0.95
FEWEST_HITS = int(binom.ppf(2e-4, STUDIES, LEVEL))
TOLERATED_ERRORS = 4.5
HEAD = Head(
    title="Care (simulated)", service="care", simulated=True, small_numbers=0, groups=("deprivation",)
)
TRUE = truth(seed=0, cases=CASES)

Found = Mapping[str, Sequence[Compared]]


def study(seed: int) -> Study:
    sheet = event_sheet(seed, draw_cases(seed, cases=CASES))
    return Study(
        head=HEAD,
        folder=Path(),
        tables={"events": EventsSettings(path="(in memory)")},
        frames={"events": pa.table(dict(zip(sheet.columns, zip(*sheet.rows, strict=True), strict=True)))},
        questions={"audit": {"complete": ["Close case"]}},
    )


@pytest.fixture(scope="module")
def found() -> Found:
    """Each name -> its comparison in every study."""
    names: dict[str, list[Compared]] = {}
    with Engine() as engine:
        for seed in range(STUDIES):
            for row in compare(TRUE, run(study(seed), only=("audit",), engine=engine)):
                names.setdefault(row.name, []).append(row)
    return names


def numbers(found: Found) -> Iterator[tuple[str, Sequence[Compared]]]:
    """What every study gives a number for; a month of few cases may be missing from some."""
    for name, rows in found.items():
        if len(rows) == STUDIES and not isinstance(rows[0].truth, str):
            yield name, rows


def test_intervals_hold_the_truth_as_often_as_they_promise(found: Found) -> None:
    hits = {name: sum(row.inside is True for row in rows) for name, rows in numbers(found)}
    assert len(hits) > 50
    assert {name: hit for name, hit in hits.items() if hit < FEWEST_HITS} == {}


def test_differences_between_groups_hold_together(found: Found) -> None:
    """The promise is for all places of one burden at once."""
    for quantity in (
        "citizen_events",
        "citizen_minutes",
        "citizen_left_waiting_days",
        "waited_for_citizen_days",
        "rework",
    ):
        places = [found[f"difference: deprivation, {place}, {quantity}"] for place in DEPRIVATION]
        together = sum(all(row.inside for row in rows) for rows in zip(*places, strict=True))
        assert together >= FEWEST_HITS, quantity


def test_answers_have_no_bias(found: Found) -> None:
    off = {}
    for name, rows in numbers(found):
        answers = np.array([row.answer for row in rows], dtype=float)
        error = answers.std(ddof=1) / np.sqrt(STUDIES)
        away = abs(answers.mean() - float(rows[0].truth))
        if away > TOLERATED_ERRORS * error + 1e-9:
            off[name] = (answers.mean(), rows[0].truth, error)
    assert off == {}


def test_kinds_are_recovered(found: Found) -> None:
    """About 108 of 200 are asked for the check; at a true share of 0.98, chance takes 2 % of studies below 0.95."""
    wrong = {
        name: sum(row.inside is not True for row in rows)
        for name, rows in found.items()
        if name.startswith("kind")
    }
    assert wrong.pop("kind: Return home check") <= binom.ppf(1 - 2e-4, STUDIES, 0.03)
    assert len(wrong) == 5
    assert set(wrong.values()) == {0}


def test_the_step_that_is_answered_is_named(found: Found) -> None:
    kinds = [row.answer for row in found["kind: Return home check"]]
    named = [row.answer for row in found["after: Return home check"]]
    assert [name == "Ask for home check" for name in named] == [kind == "conditional" for kind in kinds]

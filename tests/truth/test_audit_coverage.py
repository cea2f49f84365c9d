"""Over many simulated studies the audit's intervals keep their promise, and its answers have no bias.

An interval promises to hold the truth in 95 of 100 studies. Of 200 studies, a procedure that keeps the promise has
fewer than `FEWEST_HITS` hits with chance 1 in 5,000 (binomial); a shortfall beyond that is a fault of the procedure.
"""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pytest
from scipy.stats import binom

import coproduce as cp
from coproduce.findings import Findings, StudyLabel
from coproduce.simulate import Compared, compare
from coproduce.simulate.process import draw_cases
from coproduce.simulate.tables import event_sheet
from coproduce.simulate.truth import truth

STUDIES, CASES, LEVEL = 200, 200, 0.95
FEWEST_HITS = int(binom.ppf(2e-4, STUDIES, LEVEL))
TOLERATED_ERRORS = 4.5

Found = Mapping[str, Sequence[Compared]]


def study(seed: int) -> tuple[Compared, ...]:
    """One small log, audited; the truth beside each answer."""
    sheet = event_sheet(seed, draw_cases(seed, cases=CASES))
    log = pa.table(dict(zip(sheet.columns, zip(*sheet.rows, strict=True), strict=True)))
    finding = cp.audit(log, complete="Close case", groups="deprivation", small_numbers=0)
    label = StudyLabel(title="Simulated", service="care", simulated=True, small_numbers=0)
    return compare(truth(seed=seed, cases=CASES), Findings(coproduce="", study=label, findings=(finding,)))


@pytest.fixture(scope="module")
def found() -> Found:
    """Each name -> its comparison in every study."""
    names: dict[str, list[Compared]] = {}
    for seed in range(STUDIES):
        for row in study(seed):
            names.setdefault(row.name, []).append(row)
    return names


def estimates(found: Found) -> Iterator[tuple[str, Sequence[Compared]]]:
    """What is estimated in every study, and is not the same in each."""
    for name, rows in found.items():
        if not name.startswith("trend") and len(rows) == STUDIES and not isinstance(rows[0].truth, str):
            yield name, rows


def test_intervals_hold_the_truth_as_often_as_they_promise(found: Found) -> None:
    hits = {name: sum(row.inside is True for row in rows) for name, rows in estimates(found)}
    assert {name: hit for name, hit in hits.items() if hit < FEWEST_HITS} == {}

"""Small numbers never leave, nor what they could be worked out from."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coproduce.findings import Estimate, Finding, Grade, Table
from coproduce.findings.disclosure import disclosed


def finding(*estimates: Estimate, **tables: Table) -> Finding:
    grade = Grade(level="low", reasons=())
    return Finding(
        id="x",
        question="x",
        title="",
        answer="",
        verdict="descriptive",
        estimates=estimates,
        tables=tables,
        grade=grade,
    )


def share(count: int, n: int) -> Estimate:
    return Estimate(
        name="share", label="", value=count / n, interval=(0.0, 1.0), unit="proportion", n=n, count=count
    )


@pytest.mark.parametrize(("count", "shown"), [(0, True), (1, False), (4, False), (5, True), (100, True)])
def test_a_share_of_few_is_hidden(count: int, shown: bool) -> None:
    estimate = disclosed(finding(share(count, 100)), small_numbers=5).estimates[0]
    assert (estimate.value is not None) is shown
    assert (estimate.interval is not None) is shown
    assert (estimate.n is not None) is shown


def test_nothing_is_hidden_where_the_study_says_so() -> None:
    found = finding(share(1, 100))
    assert disclosed(found, small_numbers=0) is found


def test_a_finding_without_small_numbers_stays_as_it_is() -> None:
    found = finding(share(50, 100))
    assert disclosed(found, small_numbers=5) is found


def test_what_is_worked_out_from_a_small_count_goes_with_it() -> None:
    table = Table(
        caption="",
        columns=("name", "cases", "share"),
        rows=(("a", 3, 0.03), ("b", 97, 0.97)),
        counts={"cases": ("share",)},
    )
    hidden = disclosed(finding(t=table), small_numbers=5)
    assert hidden.tables["t"].rows == (("a", None, None), ("b", 97, 0.97))
    assert "below 5" in hidden.caveats[-1]


def test_where_rows_add_up_a_second_one_is_hidden() -> None:
    table = Table(
        caption="",
        columns=("group", "cases"),
        rows=(("a", 3), ("b", 50), ("c", 40)),
        counts={"cases": ()},
        adds_up=(),
    )
    assert disclosed(finding(t=table), small_numbers=5).tables["t"].rows == (
        ("a", None),
        ("b", 50),
        ("c", None),
    )


def test_rows_of_few_people_can_leave_the_table_altogether() -> None:
    table = Table(
        caption="", columns=("path", "cases"), rows=(("a", 30), ("b", 1)), counts={"cases": ()}, drops=True
    )
    assert disclosed(finding(t=table), small_numbers=5).tables["t"].rows == (("a", 30),)


@given(
    counts=st.lists(st.tuples(st.sampled_from("xy"), st.integers(0, 30)), max_size=12),
    small_numbers=st.integers(1, 10),
)
def test_no_small_count_can_be_worked_out_from_the_total_of_its_whole(
    counts: list[tuple[str, int]], small_numbers: int
) -> None:
    table = Table(
        caption="", columns=("whole", "cases"), rows=tuple(counts), counts={"cases": ()}, adds_up=("whole",)
    )
    rows = disclosed(finding(t=table), small_numbers=small_numbers).tables["t"].rows
    assert all(cell is None or cell == 0 or cell >= small_numbers for _, cell in rows)
    for whole, pairs in itertools.groupby(
        sorted(zip(rows, counts, strict=True), key=str), key=lambda pair: pair[1][0]
    ):
        members = list(pairs)
        hidden = [was for (_, cell), (_, was) in members if cell is None]
        others = [was for (_, cell), (_, was) in members if cell is not None and was > 0]
        assert len(hidden) != 1 or not others, (whole, members)
        assert not hidden or max(hidden) > 1 or not others, (whole, members)

"""Numbers and tables in front of people: rounded, but never beyond what the interval allows; nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coproduce.findings import Table
from coproduce.reports.page_tables import page_table
from coproduce.reports.rounding import number, percent, quantity


@pytest.mark.parametrize(
    ("values", "unit", "wanted"),
    [
        ([0.4626, 0.4528, 0.4724], "proportion", (["46%", "45%", "47%"], "")),
        ([0.155, 0.151, 0.159], "proportion", (["15.5%", "15.1%", "15.9%"], "")),
        ([1.0, 0.9996, 1.0], "proportion", (["100%", "over 99.9%", "100%"], "")),
        ([0.0, 0.0, 0.0004], "proportion", (["0%", "0%", "under 0.1%"], "")),
        ([87.31, 80.2, 94.9], "days", (["87", "80", "95"], "days")),
        ([0.25], "days", (["6"], "hours")),
        ([0.0005], "days", (["43"], "seconds")),
        ([0.02], "days per case", (["29"], "minutes per case")),
        ([0.0], "days", (["0"], "days")),
        ([1200.0], "minutes", (["20"], "hours")),
        ([-0.12, -0.31, 0.07], "per case", (["−0.12", "−0.31", "0.07"], "per case")),
        ([-0.194, -0.36, -0.03], "standard deviations", (["−0.19", "−0.36", "−0.03"], "standard deviations")),
        ([150370.0], "count", (["150,370"], "")),
    ],
)
def test_numbers_are_rounded_for_people(values, unit, wanted):
    assert quantity(values, unit) == wanted


@given(st.floats(0, 1))
def test_a_share_never_reads_nought_or_all_unless_it_is(share):
    assert (percent(share) == "0%") == (share == 0)
    assert (percent(share) == "100%") == (share == 1)


@given(st.floats(-1e9, 1e9))
def test_no_number_reads_minus_nought(value):
    assert number(value).strip("−0.") or not number(value).startswith("−")


def test_limits_stand_beside_their_value_and_are_copied_with_it():
    columns = ("month", "value", "low", "high", "cases")
    table = Table(caption="", columns=columns, rows=(("2026-01", 0.5, 0.4, 0.6, 90),))
    shown = page_table(table)
    assert [column.name for column in shown.columns] == ["month", "value", "cases"]
    assert shown.columns[1].copy == "value\tlow\thigh"
    assert shown.first.rows[0][1].copy == "0.5\t0.4\t0.6"


def test_a_long_table_shows_its_first_rows_and_folds_the_rest():
    table = Table(caption="Many", columns=("name", "cases"), rows=tuple((f"n{n}", n) for n in range(40)))
    shown = page_table(table)
    assert (len(shown.first.rows), len(shown.rest.rows)) == (12, 28)
    assert shown.first.caption == "Many (first 12 of 40 rows)"


def test_a_table_a_little_longer_is_not_folded_for_three_rows():
    table = Table(caption="", columns=("cases",), rows=tuple((n,) for n in range(15)))
    assert page_table(table).rest is None


def test_a_column_that_is_wholly_empty_is_left_out_unless_it_was_emptied():
    table = Table(caption="", columns=("a", "b", "n"), rows=((1, None, None),), counts={"n": ()})
    assert [column.name for column in page_table(table).columns] == ["a", "n"]


def test_limits_belong_to_their_own_value_only():
    table = Table(
        caption="Effects",
        columns=("estimate", "se", "low", "high", "p_adjusted", "band_low", "band_high"),
        rows=((-9.19, 1.6, -12.4, -6.0, 0.0004, -13.7, -4.68),),
    )
    shown = page_table(table, only=("estimate", "p_adjusted", "band_low", "band_high"))
    [cells] = shown.first.rows
    assert [(cell.text, cell.interval) for cell in cells] == [
        ("−9.2", "−12.4 to −6.0"),
        ("under 0.001", None),
        ("−14", None),
        ("−4.7", None),
    ]

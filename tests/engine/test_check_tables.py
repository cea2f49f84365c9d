"""`coproduce check`: every fault of every table at once, with its rows, and nothing dropped."""

import os

import pytest

from coproduce.errors import RecordsError
from coproduce.records.check import check_records
from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study

HEADER = "case_id,activity,occurred_at,started_at,sequence,minutes,side\n"
GOOD = "A,Ask,2026-01-01T10:00:00Z,,1,2.5,citizen\n"


def _found(faults):
    return {(fault.place, fault.rule): tuple(row for row, _ in fault.rows) for fault in faults}


def test_a_good_table_has_no_fault(faults_of):
    assert faults_of({"a.csv": HEADER + GOOD}) == ()


@pytest.mark.parametrize(
    ("row", "place", "rule"),
    [
        (",Ask,2026-01-01T10:00:00Z,,,,", "case_id", "required"),
        ('" \t",Ask,2026-01-01T10:00:00Z,,,,', "case_id", "required"),
        ("A,,2026-01-01T10:00:00Z,,,,", "activity", "required"),
        ("A,Ask,,,,,", "occurred_at", "required"),
        ("A,Ask,yesterday,,,,", "occurred_at", "time"),
        ("A,Ask,01.02.2026,,,,", "occurred_at", "time"),
        ("A,Ask,2026-02-30T10:00:00Z,,,,", "occurred_at", "time"),
        ("A,Ask,2026-01-01T10:00:00 Europe/Oslo,,,,", "occurred_at", "time"),
        ("A,Ask,infinity,,,,", "occurred_at", "time"),
        ("A,Ask,1767261600,,,,", "occurred_at", "time"),
        ("A,Ask,1899-12-31T23:59:59Z,,,,", "occurred_at", "years"),
        ("A,Ask,2101-01-01T00:00:00Z,,,,", "occurred_at", "years"),
        ("A,Ask,2026-01-01T10:00:00,,,,", "occurred_at", "offsets"),
        ("A,Ask,2026-01-01T10:00:00Z,2026-01-01T10:00:01Z,,,", "occurred_at", "order"),
        ("A,Ask,2026-01-01T10:00:00Z,,1.5,,", "sequence", "integer"),
        ("A,Ask,2026-01-01T10:00:00Z,,99999999999999999999,,", "sequence", "integer"),
        ("A,Ask,2026-01-01T10:00:00Z,,1_000,,", "sequence", "integer"),
        ("A,Ask,2026-01-01T10:00:00Z,,,nan,", "minutes", "number"),
        ("A,Ask,2026-01-01T10:00:00Z,,,inf,", "minutes", "number"),
        ("A,Ask,2026-01-01T10:00:00Z,,,1e999,", "minutes", "number"),
        ("A,Ask,2026-01-01T10:00:00Z,,,NA,", "minutes", "number"),
        ("A,Ask,2026-01-01T10:00:00Z,,,-1,", "minutes", "minimum"),
        ("A,Ask,2026-01-01T10:00:00Z,,,,Citizen", "side", "values"),
    ],
)
def test_a_bad_cell_is_told_with_its_row(faults_of, row, place, rule):
    assert _found(faults_of({"a.csv": f"{HEADER}{GOOD}{row}\n{GOOD}"})) == {(place, rule): (3,)}


def test_decimal_commas_and_near_words_get_a_hint(faults_of):
    row = 'A,Ask,2026-01-01T10:00:00Z,,,"1,5",Citizen\n'
    hints = {fault.place: fault.hint for fault in faults_of({"a.csv": HEADER + row})}
    assert hints == {"minutes": "Write decimals with a point: 1.5", "side": "Did you mean 'citizen'?"}


def test_all_is_counted_and_ten_are_shown(faults_of):
    (fault,) = faults_of({"a.csv": HEADER + GOOD * 5 + GOOD.replace("A", "", 1) * 300})
    assert (fault.count, [row for row, _ in fault.rows]) == (300, list(range(7, 17)))


def test_offsets_that_are_missing_or_there_are_told_by_the_rarer(faults_of):
    plain = GOOD.replace("Z", "")
    (fault,) = faults_of({"a.csv": HEADER + GOOD + plain * 3})
    assert (fault.count, fault.rows) == (1, ((2, "2026-01-01T10:00:00Z"),))
    (fault,) = faults_of({"a.csv": HEADER + GOOD * 3 + plain})
    assert (fault.count, fault.rows) == (1, ((5, "2026-01-01T10:00:00"),))


def test_three_bad_rows_among_many_are_found(faults_of):
    rows = [GOOD] * 200_000
    rows[70_000] = rows[70_000].replace("A", "", 1)
    rows[140_000] = rows[140_000].replace("T", " at ", 1)
    rows[199_999] = rows[199_999].replace("2026", "2206")
    assert _found(faults_of({"a.csv": HEADER + "".join(rows)})) == {
        ("case_id", "required"): (70_002,),
        ("occurred_at", "time"): (140_002,),
        ("occurred_at", "years"): (200_001,),
    }


def test_another_way_of_writing_times_can_be_named(faults_of, write_study):
    files = {
        "a.csv": "case_id,activity,occurred_at\nA,x,31.12.2025 23:30 +0100\nA,x,01.01.2026 00:30 +0200\n"
    }
    setting = "time_format = '%d.%m.%Y %H:%M %z'"
    with Engine(threads=1) as engine:
        open_records(read_study(write_study(files, events=setting)), engine)
        texts = engine.rows("SELECT CAST(occurred_at AS VARCHAR) FROM events ORDER BY row_number")
    assert texts == [("2025-12-31 22:30:00",), ("2025-12-31 22:30:00",)]
    (fault,) = faults_of({"a.csv": files["a.csv"] + "A,x,2026-01-01\n"}, events=setting)
    assert (fault.wanted, fault.rows) == ("a time written as %d.%m.%Y %H:%M %z", ((4, "2026-01-01"),))


def test_rows_that_keep_leaves_out_are_said_and_not_checked(write_study, fault_of):
    files = {
        "a.csv": "case_id,activity,occurred_at,life:cycle\nA,x,2026-01-01,done\n,,never,begun\nB,y,2026-01-02,done\n"
    }
    with Engine(threads=1) as engine:
        folder = write_study(files, events='keep = { "life:cycle" = "do*" }')
        table = open_records(read_study(folder), engine).tables["events"]
        assert engine.rows("SELECT row_number, case_id FROM events ORDER BY ALL") == [(1, "A"), (3, "B")]
    assert table.rows == 2
    assert "`keep` left out 1 of 3 rows." in table.notes
    assert fault_of(files, events='keep = { "life:cycle" = "x" }').found == "no row that `keep` keeps"
    fault = fault_of(files, events='keep = { "life:cycl" = "x" }')
    assert (fault.place, fault.hint) == ("records.events.keep.life:cycl", "Did you mean 'life:cycle'?")


def test_standard_names_are_taken_and_said_unless_there_are_two(write_study, fault_of):
    files = {"a.csv": "Case ID,Activity,timestamp,Resource\nA,x,2026-01-01T10:00Z,r\n"}
    with Engine(threads=1) as engine:
        table = open_records(read_study(write_study(files)), engine).tables["events"]
    assert table.columns == {"case_id", "activity", "occurred_at", "actor"}
    assert len(table.notes) == 4
    fault = fault_of({"a.csv": files["a.csv"].replace("Resource", "User,Resource").replace(",r", ",r,s")})
    assert (fault.place, fault.found) == ("actor", "User and Resource")


def test_a_column_that_the_study_names_must_be_there(faults_of):
    faults = faults_of(
        {"a.csv": "Case,Step,Date\nA,x,2026-01-01\n"},
        events="columns = { activity = 'Stepp', actor = 'Who', occurred_at = 'Date' }\n"
        "side = { citizen = { actor = 'x', branch = 'y' } }",
    )
    assert [(fault.place, fault.rule, fault.hint) for fault in faults] == [
        ("Stepp", "column", "Did you mean 'Step'?"),
        ("Who", "column", "There are: Case, Step, Date."),
        ("records.events.side.citizen.actor", "column", None),
        ("records.events.side.citizen.branch", "column", None),
    ]


def test_faults_name_the_files_own_column(fault_of):
    fault = fault_of(
        {"a.csv": "Case,activity,occurred_at\n,x,2026-01-01\n"}, events="columns = {case_id = 'Case'}"
    )
    assert fault.place == "Case (case_id)"


TABLES = """
[records.units]
path = "units.csv"
[records.outcomes]
path = "outcomes.csv"
[records.exposure]
path = "exposure.csv"
[records.contributions]
path = "contributions.csv"
"""


def test_keys_links_sets_and_rules_of_several_tables(faults_of):
    faults = faults_of(
        {
            "units.csv": "unit,age\nN,1\nS,2\nN,3\n",
            "outcomes.csv": "unit,period,measure,value\nN,1,m,\nN,1,m,2\nX,1,m,3\n",
            "exposure.csv": "unit,dose\nN,1\n",
            "contributions.csv": "contribution,initiative,actor,side,given_on,status,confirmed_by\n"
            "1,i,a,citizen,2026-01-01,confirmed,a\n2,i,a,citizen,2026-01-01,confirmed,b\n",
        },
        toml=TABLES,
    )
    assert {(fault.file, *key) for fault, key in zip(faults, _found(faults), strict=True)} == {
        ("units.csv", "unit", "key"),
        ("outcomes.csv", "unit, period, measure", "key"),
        ("outcomes.csv", "unit", "link"),
        ("exposure.csv", "arm or since", "missing column"),
        ("contributions.csv", "confirmed_by", "confirmation"),
    }
    found = _found(faults)
    assert found["unit", "key"] == (4,)
    assert found["unit, period, measure", "key"] == (3,)
    assert found["unit", "link"] == (4,)
    assert found["confirmed_by", "confirmation"] == (2,)


def test_a_group_that_no_table_has_is_a_fault(write_study):
    folder = write_study({"a.csv": "case_id,activity,occurred_at,branch\nA,x,2026-01-01,N\n"})
    toml = folder / "study.toml"
    toml.write_text(
        toml.read_text().replace("[records", "groups = ['branhc', 'branch', 'activity']\n[records")
    )
    with Engine(threads=1) as engine:
        (fault,) = check_records(read_study(folder), engine)
    assert (fault.file, fault.place, fault.found) == ("study.toml", "study.groups", "branhc")
    assert fault.hint == "Did you mean 'branch'?"


def test_an_empty_table_is_a_fault_for_events_alone(faults_of):
    toml = "[records.concerns]\npath = 'concerns.csv'\n"
    assert faults_of({"concerns.csv": "concern,raised_on,evil,severity,status\n"}, toml=toml) == ()


def test_opening_raises_what_checking_finds(write_study):
    folder = write_study({"a.csv": HEADER + ",,,,,,\n"})
    with Engine(threads=1) as engine, pytest.raises(RecordsError) as caught:
        open_records(read_study(folder), engine)
    assert len(caught.value.faults) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.xes", "a.json", "a.db"])
def test_a_file_that_may_not_be_read_is_a_fault(write_study, name):
    folder = write_study({name: "x"})
    (folder / name).chmod(0)
    with Engine(threads=1) as engine:
        assert len(check_records(read_study(folder), engine)) == 1


@pytest.mark.parametrize("name", ["a.xlsx", "a.xml", "noend", "a.zip"])
def test_a_file_of_another_kind_is_a_fault(fault_of, name):
    assert fault_of({name: "x"}).rule == "kind"

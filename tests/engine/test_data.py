"""An analyst's own file: read by name, every fault at once."""

import numpy as np
import pandas as pd
import pytest

from coproduce.errors import RecordsError, StudyError
from coproduce.records.data import Reading, by_name, open_data, query_data
from coproduce.records.engine import Engine
from coproduce.records.opening import Records
from coproduce.records.settings import Head
from coproduce.records.study import Study

AT = "questions.effects.trial"


@pytest.fixture
def opened(tmp_path):
    """Opens a text as a CSV in a study's folder, or a frame in memory."""
    with Engine() as engine:

        def open_it(table):
            frames = {} if isinstance(table, str) else {"trial.csv": table}
            if isinstance(table, str):
                (tmp_path / "trial.csv").write_text(table)
            study = Study(
                head=Head(title="A trial", service="care"), folder=tmp_path, tables={}, frames=frames
            )
            return open_data(Records(study=study, engine=engine, tables={}), "trial.csv", at=AT)

        yield open_it


def test_numbers_and_what_is_not_known(opened):
    reading = Reading(opened("y\n1\n\n 2.5 \nNA\n-1e3\n"), at=AT)
    assert reading.number("y", key="outcome").tolist() == pytest.approx([2.5, -1000, 1, np.nan], nan_ok=True)
    reading.done()
    assert reading.notes == ["'NA' in the column 'y' was read as not known."]


def test_labels_that_are_numbers_are_one_however_they_are_written(opened):
    assert Reading(opened("arm\n0\n0.0\n1.0\n")).label("arm", key="arm").tolist() == ["0", "0", "1"]
    assert Reading(opened(pd.DataFrame({"arm": [0.0, np.nan, 1.0]}))).label("arm", key="arm").tolist() == [
        "0",
        "1",
        None,
    ]


def test_rows_are_in_the_order_of_their_cells_and_keep_the_numbers_that_people_give_them(opened):
    data = opened("town,y\ntown 10,1\ntown 2,\nTown 1,3\ntown 2,2\n")
    assert data.columns["town"].tolist() == ["Town 1", "town 10", "town 2", "town 2"]
    assert data.row_numbers.tolist() == [4, 2, 5, 3]
    named = by_name(data, "town")
    assert named.columns["town"].tolist() == ["Town 1", "town 2", "town 2", "town 10"]
    assert named.row_numbers.tolist() == [4, 5, 3, 2]
    assert by_name(data, "village") is data


def test_a_fault_shows_the_first_rows_of_the_file(opened):
    reading = Reading(opened("y\n" + "\n".join(f"x{20 - row:02}" for row in range(20)) + "\n"), at=AT)
    reading.number("y", key="outcome")
    assert [row for row, _ in reading.faults[0].rows] == list(range(2, 12))


def test_labels_that_differ_by_a_space_are_a_fault(opened):
    reading = Reading(opened("arm\ncontrol\ncontrol \nVisit\nvisit\n"), at=AT)
    reading.label("arm", key="arm")
    with pytest.raises(RecordsError) as refused:
        reading.done()
    assert [fault.found for fault in refused.value.faults] == [
        "'Visit' and 'visit'",
        "'control' and 'control '",
    ]


def test_every_fault_comes_at_once(opened):
    reading = Reading(opened("arm,outcom\n1,two\n1,3\n0,x\n"), at=AT)
    reading.number("outcome", key="outcome")
    reading.number("outcom", key="outcome")
    with pytest.raises(RecordsError) as refused:
        reading.done()
    told = str(refused.value)
    assert (
        "questions.effects.trial.outcome: found 'outcome', wanted a column that is in trial.csv. Did" in told
    )
    assert (
        "trial.csv: outcom: wanted a number, or nothing where it is not known; 2 rows: row 2 ('two')" in told
    )


def test_a_path_may_not_leave_the_folder(tmp_path):
    study = Study(head=Head(title="A trial", service="care"), folder=tmp_path, tables={})
    with Engine() as engine, pytest.raises(StudyError, match="inside the study's folder"):
        open_data(Records(study=study, engine=engine, tables={}), "../trial.csv", at=AT)


def test_a_query_keeps_the_numbers_of_its_rows(tmp_path):
    study = Study(head=Head(title="A trial", service="care"), folder=tmp_path, tables={})
    with Engine() as engine:
        records = Records(study=study, engine=engine, tables={})
        data = query_data(records, "SELECT 7 AS row_number, 'a' AS unit", file="units.csv")
    assert (data.rows, data.row_numbers.tolist(), data.names) == (1, [7], ("unit",))

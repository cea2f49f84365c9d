"""Tables handed over in memory, of whatever kind and with whatever in them."""

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from coproduce.records.check import check_records
from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.settings import EventsSettings, Head
from coproduce.records.study import Study

LOG = {"case_id": [1, 2], "activity": ["a", "b"], "occurred_at": ["2026-01-01", "2026-01-02"]}


def _study(frame, *, groups=(), **settings):
    return Study(
        head=Head(title="t", service="s", groups=groups),
        folder=Path(),
        tables={"events": EventsSettings(path="(in memory)", **settings)},
        frames={"events": frame},
    )


def _faults(frame, **settings):
    with Engine(threads=1) as engine:
        return check_records(_study(frame, **settings), engine)


def _relation():
    times = "timestamptz '2026-01-01 00:00:00+00' + (i - 1) * interval 1 day AS occurred_at"
    texts = "i::HUGEINT AS case_id, chr((96 + i)::INT)::ENUM ('a', 'b') AS activity"
    return duckdb.sql(f"SELECT {texts}, {times}, interval 1 day AS i, uuid() AS u FROM range(1, 3) AS r(i)")


def _polars(**more):
    return pl.DataFrame(LOG).with_columns(**more)


FRAMES = {
    "pandas": lambda: pd.DataFrame(LOG),
    "pandas category": lambda: pd.DataFrame(LOG).astype({"activity": "category", "case_id": "float"}),
    "pandas number as a name": lambda: pd.DataFrame({**LOG, 0: [1, 2]}),
    "polars category": lambda: _polars(activity=pl.col("activity").cast(pl.Categorical)),
    "polars date": lambda: _polars(occurred_at=pl.col("occurred_at").str.to_date()),
    "polars nested": lambda: _polars(s=pl.struct("case_id"), n=pl.lit(None), b=pl.lit(b"x")),
    "pyarrow reader": lambda: pa.table(LOG).to_reader(),
    "duckdb relation": _relation,
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_table_gives_the_same_rows(kind):
    frame = FRAMES[kind]()
    with Engine(threads=1) as engine:
        table = open_records(_study(frame), engine).tables["events"]
        rows = engine.rows(
            "SELECT case_id, activity, CAST(occurred_at AS VARCHAR) FROM events ORDER BY row_number"
        )
    assert rows == [("1", "a", "2026-01-01 00:00:00"), ("2", "b", "2026-01-02 00:00:00")]
    assert (table.file, table.sha256) == ("(in memory)", None)


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        (pd.DataFrame(), "no columns"),
        (pd.DataFrame(LOG).iloc[:0], "no rows"),
        (pd.DataFrame({**LOG, "case_id": [1, "x"]}), "Conversion failed for column case_id"),
        (pd.concat([pd.DataFrame(LOG)] * 2, axis=1), "Duplicate column names"),
        (pd.DataFrame({**LOG, "minutes": pd.to_timedelta([1, 2], unit="min")}), "INTERVAL"),
        (pl.DataFrame(LOG).lazy(), "LazyFrame"),
        ([1, 2], "list"),
        (pa.table({**LOG, "Activity": ["x", "y"]}), "2 columns of this name"),
    ],
)
def test_what_is_no_table_of_plain_columns_is_refused(frame, found):
    (fault,) = _faults(frame)
    assert fault.found.startswith(found)


def test_faults_carry_the_rows_of_the_table_from_one():
    (fault,) = _faults(pd.DataFrame({**LOG, "case_id": [1, None]}))
    assert (fault.file, fault.rows) == ("(in memory)", ((2, None),))


def test_a_group_that_is_not_there_is_a_fault():
    assert [fault.place for fault in _faults(pa.table(LOG), groups=("branch",))] == ["study.groups"]
    faults = _faults(pa.table(LOG), groups=("branch",), columns={"branch": "Office"})
    assert [fault.place for fault in faults] == ["Office"]


def test_a_name_that_the_study_gives_goes_before_the_tables_own():
    frame = pa.table({**LOG, "Office": ["N", "S"], "Branch": ["x", "y"]})
    with Engine(threads=1) as engine:
        study = _study(frame, groups=("branch",), columns={"branch": "Office"})
        open_records(study, engine)
        assert engine.rows("SELECT group_1, branch FROM events ORDER BY row_number") == [
            ("N", "N"),
            ("S", "S"),
        ]

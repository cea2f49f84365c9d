"""Spark as the engine: what it reads as it stands, and what is refused."""

import re
import socket
import sys
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import coproduce as cp
from coproduce.errors import EngineError, RecordsError
from coproduce.records.engine import ENGINES, Engine, open_engine
from coproduce.records.staging import staged
from coproduce.runner import check, run

HEAD = '[study]\ntitle = "A test"\nservice = "testing"\n[records.events]\npath = "events"\n'


def log(first: int, **columns: pa.Array) -> pa.Table:
    """Three events of one case, numbered on."""
    named = {
        "case_id": ["A"] * 3,
        "activity": [f"step {first + place}" for place in range(3)],
        "occurred_at": pa.array([datetime(2026, 3, first + place) for place in range(3)], pa.timestamp("us")),  # noqa: DTZ001
    }
    return pa.table({**named, **columns})


def test_rows_are_numbered_across_files_of_any_name(spark_engine, tmp_path):
    folder = tmp_path / "a [b] %20+ü" / "year=2026"
    folder.mkdir(parents=True)
    files = [folder / name for name in ("part 1*.parquet", "part-2 {x}.parquet")]
    for place, file in enumerate(files):
        pq.write_table(pa.table({"a`b, c": [10 * place + 1, 10 * place + 2]}), file)
    source = staged(files, spark_engine.local)
    asked = "SELECT row_number, c1 FROM {} ORDER BY row_number"
    expected = [(1, 1), (2, 2), (3, 11), (4, 12)]
    assert spark_engine.rows(asked.format(spark_engine.opened(source).scan)) == expected
    assert spark_engine.local.rows(asked.format(source.scan)) == expected


def test_faults_have_the_same_rows_on_both_engines(engine, tmp_path):
    (tmp_path / "events").mkdir()
    (tmp_path / "study.toml").write_text(HEAD)
    for part, first in enumerate((1, 4)):
        pq.write_table(log(first, side=["citizen", "nobody", None]), tmp_path / "events" / f"{part}.parquet")
    with pytest.raises(RecordsError) as refused:
        run(cp.read_study(tmp_path), engine=engine)
    (fault,) = refused.value.faults
    assert (fault.rule, fault.count, fault.rows) == ("values", 2, ((2, "nobody"), (5, "nobody")))


def test_a_column_that_spark_reads_as_something_else_is_refused_once_it_is_used(spark_engine, tmp_path):
    (tmp_path / "events").mkdir()
    (tmp_path / "study.toml").write_text(HEAD)
    pq.write_table(log(1, listed=[[1], [2], [3]]), tmp_path / "events" / "0.parquet")
    study = cp.read_study(tmp_path)
    assert check(study, engine=spark_engine) == ()
    times = log(1).column("occurred_at").cast(pa.timestamp("ns"))
    pq.write_table(
        log(1).set_column(2, "occurred_at", times), tmp_path / "events" / "0.parquet", version="2.6"
    )
    with pytest.raises(EngineError, match=r"occurred_at is of type TIMESTAMP_NS, which Spark does not read"):
        run(study, engine=spark_engine)


def test_what_parquet_holds_is_read_alike(spark_engine, tmp_path):
    day = pa.array([0, None, -40000], pa.int32()).cast(pa.date32())
    columns = {
        "tiny": pa.array([1, None, -1], pa.int8()),
        "positive": pa.array([1, None, 2**32 - 1], pa.uint32()),
        "large": pa.array([1, None, 2**64 - 1], pa.uint64()),
        "single": pa.array([0.5, None, 3.0], pa.float32()),
        "exact": pa.array([1, None, -2], pa.decimal128(12, 2)),
        "truth": [True, None, False],
        "day": day,
        "zoned": pa.array([1, None, -1], pa.timestamp("us", tz="Europe/Helsinki")),
        "milli": pa.array([1, None, -(10**12)], pa.timestamp("ms")),
        "word": pa.array(["a", None, "a"]).dictionary_encode(),
        "long": pa.array(["a", None, ""], pa.large_string()),
        "empty": pa.nulls(3),
    }
    pq.write_table(pa.table(columns), tmp_path / "types.parquet")
    source = staged([tmp_path / "types.parquet"], spark_engine.local)
    typed = {
        "zoned": "CAST({} AS TIMESTAMP)",
        "milli": "CAST({} AS TIMESTAMP)",
        "single": "CAST({} AS DOUBLE)",
    }
    asked = ", ".join(typed.get(raw.name, "{}").format(raw.sql) for raw in source.columns)
    query = f"SELECT row_number, {asked} FROM {{}} ORDER BY row_number"
    here = spark_engine.local.rows(query.format(source.scan))
    assert spark_engine.rows(query.format(spark_engine.opened(source).scan)) == here


def test_a_time_format_of_ones_own_is_refused(spark_engine, tmp_path):
    (tmp_path / "events.csv").write_text("case_id,activity,occurred_at\nA,Ask,01.03.2026\n")
    settings = HEAD.replace('"events"', '"events.csv"') + 'time_format = "%d.%m.%Y"\n'
    (tmp_path / "study.toml").write_text(settings)
    with pytest.raises(EngineError, match=r"(?i)strptime"):
        check(cp.read_study(tmp_path), engine=spark_engine)


def test_a_refusal_names_the_question(spark_engine, tmp_path, monkeypatch):
    (tmp_path / "events").mkdir()
    (tmp_path / "study.toml").write_text(HEAD)
    pq.write_table(log(1), tmp_path / "events" / "0.parquet")

    def odd(records):
        return records.engine.rows("SELECT entropy(activity) FROM events")

    monkeypatch.setattr("coproduce.questions.audit.log.find_sides", odd)
    with pytest.raises(EngineError, match=r"^audit: Spark is not known to answer this .*entropy"):
        run(cp.read_study(tmp_path), engine=spark_engine)


@pytest.mark.parametrize("name", ["sparkle", "spark://host", "spark://host:port", "postgres"])
def test_an_engine_that_is_none_is_refused(name):
    with pytest.raises(EngineError, match=re.escape(", ".join(ENGINES))):
        open_engine(name)


def test_a_second_cluster_in_one_process_and_a_missing_extra_are_told(monkeypatch, spark_engine):
    with pytest.raises(EngineError, match="runs in this process already"):
        open_engine("spark://127.0.0.1:7077")
    for library in ("pyspark.sql", "coproduce.records.spark"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, library, None)
            with pytest.raises(EngineError, match=re.escape("pip install 'coproduce[spark]'")):
                open_engine("spark")


def test_a_master_that_does_not_answer_is_told_at_once():
    from coproduce.records.spark import _must_answer

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(EngineError, match=f"No Spark master answers at spark://127.0.0.1:{port}"):
        _must_answer(f"spark://127.0.0.1:{port}")


def test_duckdb_is_its_own_reader():
    with open_engine() as engine:
        assert type(engine) is Engine
        assert engine.local is engine

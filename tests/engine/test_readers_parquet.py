"""Parquet: read where it lies, alone or in parts."""

import io
import random
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study

LOG = {"case_id": ["A", "B"], "activity": ["x", "y"], "occurred_at": [date(2026, 1, 1)] * 2}


def _parquet(**columns):
    stream = io.BytesIO()
    pq.write_table(pa.table({**LOG, **columns}), stream)
    return stream.getvalue()


def _open(folder, query="SELECT row_number, case_id FROM events ORDER BY row_number"):
    with Engine(threads=1) as engine:
        table = open_records(read_study(folder), engine).tables["events"]
        return engine.rows(query), table


@pytest.mark.parametrize("path", ["parts", "parts/*.parquet", "parts/part-?.parquet"])
def test_parts_follow_one_another_in_the_order_of_their_names(write_study, path):
    files = {f"parts/part-{n}.parquet": _parquet(case_id=[f"{n}a", f"{n}b"]) for n in (2, 0, 1)}
    folder = write_study(files, toml=f"[records.events]\npath = '{path}'")
    rows, table = _open(folder)
    assert rows == list(enumerate(["0a", "0b", "1a", "1b", "2a", "2b"], start=1))
    assert len(table.sha256) == 64


def test_the_fingerprint_of_parts_changes_with_their_names(write_study):
    toml = "[records.events]\npath = 'parts'"
    folder = write_study({"parts/a.parquet": _parquet(), "parts/b.parquet": _parquet()}, toml=toml)
    first = _open(folder)[1].sha256
    (folder / "parts/b.parquet").rename(folder / "parts/c.parquet")
    assert _open(folder)[1].sha256 != first


def test_parts_with_other_columns_are_refused(fault_of):
    files = {"parts/a.parquet": _parquet(), "parts/b.parquet": _parquet(more=[1, 2])}
    fault = fault_of(files, toml="[records.events]\npath = 'parts'")
    assert (fault.file, fault.rule) == ("b.parquet", "parts")


@pytest.mark.parametrize("name", ["lo[1]g.parquet", "it's.parquet", "a * b?.parquet", 'a "b".parquet'])
def test_a_name_is_no_pattern_and_no_sql(write_study, name):
    folder = write_study({name: _parquet(), "log.parquet": _parquet(case_id=["no", "no"])}, toml="")
    (folder / "study.toml").write_text(
        f"[study]\ntitle='t'\nservice='s'\n[records.events]\npath={name!r}".replace("\\'", "'")
    )
    assert _open(folder)[0] == [(1, "A"), (2, "B")]


@pytest.mark.parametrize(
    ("cases", "texts"),
    [
        ([7, None], None),
        ([7, 8], ["7", "8"]),
        ([7.0, 8.0], ["7", "8"]),
        (pa.array([7, 8], pa.decimal128(9, 2)), ["7", "8"]),
        (pa.array([2**60, 8], pa.uint64()), [str(2**60), "8"]),
        (["007", "8.0"], ["007", "8.0"]),
        (pa.array(["x", "y"]).dictionary_encode(), ["x", "y"]),
    ],
)
def test_ids_become_text_as_they_are(write_study, faults_of, cases, texts):
    files = {"log.parquet": _parquet(case_id=cases)}
    if texts is None:
        assert [fault.rule for fault in faults_of(files)] == ["required"]
    else:
        assert [case for _, case in _open(write_study(files))[0]] == texts


def test_times_of_every_kind_are_utc(write_study):
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    for times, note in (
        (pa.array([noon] * 2, pa.timestamp("us", "Europe/Amsterdam")), False),
        (pa.array([noon.replace(tzinfo=None)] * 2, pa.timestamp("ns")), True),
    ):
        folder = write_study({"log.parquet": _parquet(occurred_at=times)})
        rows, table = _open(folder, "SELECT DISTINCT occurred_at FROM events")
        assert rows == [(noon.replace(tzinfo=None),)]
        assert any("read as UTC" in line for line in table.notes) == note


def test_lists_and_bare_numbers_are_no_texts_and_no_times(faults_of):
    faults = faults_of({"log.parquet": _parquet(activity=[["x"], ["y"]], occurred_at=[5, 6])})
    assert [(fault.place, fault.found) for fault in faults] == [
        ("activity", "VARCHAR[]"),
        ("occurred_at", "BIGINT"),
    ]


def test_names_that_differ_by_capital_letters_alone_are_refused(fault_of):
    assert fault_of({"log.parquet": _parquet(Activity=["x", "y"])}).rule == "repeated"


def test_columns_called_like_the_engines_own_do_no_harm(write_study):
    own = {
        "row_number": [9, 9],
        "file_row_number": [9, 9],
        "file_index": [9, 9],
        "group_1": ["x", "y"],
        "c1": [1, 2],
    }
    folder = write_study({"log.parquet": _parquet(**own)})
    rows, table = _open(folder)
    assert rows == [(1, "A"), (2, "B")]
    assert set(table.free) == {"file_row_number", "file_index", "c1"}


@pytest.mark.parametrize("damage", ["cut", "other", *range(10)])
def test_a_damaged_file_is_refused(fault_of, damage):
    """Cut off, no Parquet at all, or with its first page overwritten, which shows in one way or another."""
    whole = _parquet()
    content = {"cut": whole[:-9], "other": b"PK" * 50}.get(damage)
    if content is None:
        content = whole[:4] + random.Random(damage).randbytes(60) + whole[64:]
    assert fault_of({"log.parquet": content}).rule in {"parquet", "readable"}

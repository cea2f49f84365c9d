"""The same log in every format gives the same rows."""

import csv
import gzip
import io
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import quoteattr

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.settings import EventsSettings, Head
from coproduce.records.study import Study

COLUMNS = ("case_id", "activity", "occurred_at", "actor", "branch")
BLANKS = " \t\r\n\u00a0"
LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.sampled_from(
    list("\n\",;|\t'%*?[]&<>")
)
WORDS = st.text(LETTERS, min_size=1, max_size=8).filter(lambda text: text.strip(BLANKS))
TIMES = st.integers(0, 10**9).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
ROWS = st.lists(st.tuples(WORDS, WORDS, TIMES, st.none() | WORDS, WORDS), min_size=1, max_size=12)


def _texts(rows):
    return [(case, step, time.isoformat(), actor, branch) for case, step, time, actor, branch in rows]


def _table(rows):
    return pa.table(dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)))


def _csv(rows, delimiter=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([COLUMNS, *_texts(rows)])
    return text.getvalue()


def _xes(rows):
    def event(row):
        _, step, time, actor, branch = row
        told = f'<string key="concept:name" value={quoteattr(step)}/>'
        told += f'<date key="time:timestamp" value="{time}"/><string key="branch" value={quoteattr(branch)}/>'
        told += "" if actor is None else f'<string key="org:resource" value={quoteattr(actor)}/>'
        return f"<event>{told}</event>"

    traces = [
        f'<trace><string key="concept:name" value={quoteattr(case)}/>{"".join(map(event, events))}</trace>'
        for case, events in groupby(_texts(rows), key=lambda row: row[0])
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?><log xmlns="http://www.xes-standard.org/">{"".join(traces)}</log>'


def _ocel(rows):
    events = [
        {
            "id": f"e{place}",
            "type": step,
            "time": time,
            "attributes": [{"name": "actor", "value": actor}, {"name": "branch", "value": branch}],
            "relationships": [{"objectId": case, "qualifier": "of"}],
        }
        for place, (case, step, time, actor, branch) in enumerate(_texts(rows))
    ]
    objects = [{"id": case, "type": "request"} for case in dict.fromkeys(row[0] for row in rows)]
    return json.dumps({"eventTypes": [], "objectTypes": [], "events": events, "objects": objects})


def _sqlite_ocel(file, rows):
    with sqlite3.connect(file) as log:
        log.execute("CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT)")
        log.execute("CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT)")
        log.execute(
            "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)"
        )
        log.execute("CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        log.execute("CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        log.execute("CREATE TABLE object_r (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT)")
        log.execute("INSERT INTO object_map_type VALUES ('request', 'r')")
        for case in dict.fromkeys(row[0] for row in rows):
            log.execute("INSERT INTO object VALUES (?, 'request')", [case])
            log.execute("INSERT INTO object_r VALUES (?, '1970-01-01 00:00:00', NULL)", [case])
        steps = list(dict.fromkeys(row[1] for row in rows))
        for number, step in enumerate(steps):
            log.execute("INSERT INTO event_map_type VALUES (?, ?)", [step, str(number)])
            log.execute(
                f"CREATE TABLE event_{number} (ocel_id TEXT, ocel_time TEXT, actor TEXT, branch TEXT)"
            )
        for place, (case, step, time, actor, branch) in enumerate(_texts(rows)):
            log.execute("INSERT INTO event VALUES (?, ?)", [f"e{place}", step])
            log.execute("INSERT INTO event_object VALUES (?, ?, 'of')", [f"e{place}", case])
            log.execute(
                f"INSERT INTO event_{steps.index(step)} VALUES (?, ?, ?, ?)",
                [f"e{place}", time, actor, branch],
            )
    log.close()


def _sqlite(file, rows):
    with sqlite3.connect(file) as database:
        database.execute(f"CREATE TABLE steps ({', '.join(COLUMNS)})")
        database.execute("CREATE TABLE notes (x)")
        database.executemany("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", _texts(rows))
    database.close()


def _parts(folder, rows):
    folder.mkdir()
    half = len(rows) // 2
    pq.write_table(_table(rows).slice(0, half), folder / "part-0.parquet")
    pq.write_table(_table(rows).slice(half), folder / "part-1.parquet")


FILES = {
    "log.csv": lambda file, rows: file.write_bytes(_csv(rows).encode()),
    "bom.csv": lambda file, rows: file.write_bytes(_csv(rows).encode("utf-8-sig")),
    "log.csv.gz": lambda file, rows: file.write_bytes(gzip.compress(_csv(rows).encode())),
    "log.tsv": lambda file, rows: file.write_bytes(_csv(rows, "\t").encode()),
    "log.txt": lambda file, rows: file.write_bytes(_csv(rows, "|").encode("utf-16")),
    "log.parquet": lambda file, rows: pq.write_table(_table(rows), file),
    "parts": _parts,
    "log.xes": lambda file, rows: file.write_bytes(_xes(rows).encode()),
    "log.xes.gz": lambda file, rows: file.write_bytes(gzip.compress(_xes(rows).encode())),
    "log.json": lambda file, rows: file.write_bytes(_ocel(rows).encode()),
    "log.sqlite": _sqlite_ocel,
    "table.db": _sqlite,
}
FRAMES = {
    "pyarrow": _table,
    "reader": lambda rows: _table(rows).to_reader(),
    "pandas": lambda rows: pd.DataFrame(rows, columns=COLUMNS),
    "polars": lambda rows: pl.DataFrame(rows, schema=list(COLUMNS), orient="row"),
    "duckdb": lambda rows: duckdb.from_arrow(_table(rows)),
}


def _opened(folder, path, *, frame=None):
    study = Study(
        head=Head(title="Log", service="test", groups=("branch",)),
        folder=folder,
        tables={"events": EventsSettings(path=path, table="steps" if path == "table.db" else None)},
        frames={} if frame is None else {"events": frame},
    )
    with Engine(threads=1) as engine:
        table = open_records(study, engine).tables["events"]
        columns = "row_number, case_id, activity, occurred_at, actor, group_1"
        rows = engine.rows(f"SELECT {columns} FROM events ORDER BY row_number")
    assert table.rows == len(rows)
    return rows


def _expected(rows):
    return [
        (number, case, step, time.replace(tzinfo=None), actor, branch)
        for number, (case, step, time, actor, branch) in enumerate(rows, start=1)
    ]


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS)
def test_a_file_gives_the_rows_that_were_written(name, rows):
    with TemporaryDirectory() as folder:
        FILES[name](Path(folder) / name, rows)
        assert _opened(Path(folder), name) == _expected(rows)


@pytest.mark.parametrize("kind", FRAMES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS)
def test_a_table_in_memory_gives_the_rows_that_it_holds(kind, rows):
    assert _opened(Path(), "(in memory)", frame=FRAMES[kind](rows)) == _expected(rows)

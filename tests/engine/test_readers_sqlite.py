"""SQLite: a table of a file that is opened to be read only."""

import sqlite3

import pytest

from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study


@pytest.fixture
def folder(write_study):
    folder = write_study({}, toml="[records.events]\npath = 'log.sqlite'\n")
    with sqlite3.connect(folder / "log.sqlite") as database:
        database.execute('CREATE TABLE "the ""steps""" (case_id, activity, occurred_at, minutes, picture)')
        rows = [(7, "Ask", "2026-01-01 10:00", 2.5, b"\1\2"), (None, 1, None, 0, 0)]
        database.executemany('INSERT INTO "the ""steps""" VALUES (?, ?, ?, ?, ?)', rows)
    database.close()
    return folder


def _name(folder, table):
    toml = folder / "study.toml"
    toml.write_text(toml.read_text() + f"table = '{table}'\n")


def test_the_only_table_needs_no_name(folder):
    with sqlite3.connect(folder / "log.sqlite") as database:
        database.execute('DELETE FROM "the ""steps""" WHERE case_id IS NULL')
    database.close()
    with Engine(threads=1) as engine:
        table = open_records(read_study(folder), engine).tables["events"]
        rows = engine.rows("SELECT row_number, case_id, activity, minutes, picture FROM events")
    assert rows == [(1, "7", "Ask", 2.5, "0102")]
    assert len(table.sha256) == 64


def test_faults_carry_the_rows_of_the_table(folder, faults_of):
    faults = faults_of({}, toml="[records.events]\npath = 'log.sqlite'\ntable = 'the \"steps\"'")
    assert [(fault.place, fault.rows) for fault in faults] == [
        ("case_id", ((2, None),)),
        ("occurred_at", ((2, None),)),
    ]


def test_the_table_must_be_named_where_there_are_several(folder, fault_of):
    with sqlite3.connect(folder / "log.sqlite") as database:
        database.execute("CREATE TABLE others (x)")
    database.close()
    fault = fault_of({}, toml="[records.events]\npath = 'log.sqlite'")
    assert fault.wanted == 'one of the file\'s tables: others, the "steps"'
    fault = fault_of({}, toml="[records.events]\npath = 'log.sqlite'\ntable = 'other'")
    assert fault.hint == "Did you mean 'others'?"


def test_what_is_no_sqlite_file_is_refused(fault_of):
    assert fault_of({"log.db": b"hello" * 99}).found == "file is not a database"


def test_a_text_that_is_not_utf_8_is_refused(folder, fault_of):
    with sqlite3.connect(folder / "log.sqlite") as database:
        database.execute('UPDATE "the ""steps""" SET activity = CAST(x\'ff41\' AS TEXT)')
    database.close()
    fault = fault_of({}, toml="[records.events]\npath = 'log.sqlite'")
    assert "decode" in fault.found

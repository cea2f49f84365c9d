"""PostgreSQL: a table of a real server, where one can be started on this machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from coproduce.errors import EngineError
from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study

VARIABLE = "COPRODUCE_TEST_DATABASE"
STUDY = f"""
[records.events]
database = "{VARIABLE}"
table = 'care.the steps'
columns = {{ occurred_at = "done" }}
"""
TABLE = """
CREATE SCHEMA care;
CREATE TABLE care."the steps" (
    case_id bigint, activity text, done timestamptz, minutes double precision, place serial PRIMARY KEY
);
INSERT INTO care."the steps" (case_id, activity, done, minutes)
SELECT 1000000 - i, 'Ask "it"' || chr(10), '2026-01-01 12:00+02'::timestamptz + i * interval '1.5 s', nullif(i, 2) / 8.0
FROM generate_series(0, 99999) AS i;
CREATE VIEW care.keyless AS SELECT * FROM care."the steps" WHERE place <= 2;
"""


def _programs() -> Path | None:
    """The folder of PostgreSQL's own programs."""
    found = shutil.which("pg_ctl")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return (
        Path(found).parent
        if found
        else next((folder for folder in folders if (folder / "pg_ctl").is_file()), None)
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a server of our own, which listens on a socket in a private folder and nowhere else."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (the extra `postgres`)")
    if (programs := _programs()) is None:
        pytest.skip("PostgreSQL's server programs (pg_ctl, initdb) are not on this machine")
    folder = tmp_path_factory.mktemp("pg")
    as_user = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        as_user = {"user": "nobody", "group": "nogroup", "cwd": "/"}
        for place in (folder, *list(folder.parents)[:2]):
            place.chmod(0o755)
        shutil.chown(folder, "nobody", "nogroup")

    def run(*command):
        done = subprocess.run(command, capture_output=True, text=True, check=False, **as_user)
        if done.returncode:
            pytest.skip(f"no PostgreSQL server could be started: {done.stderr.strip()[-200:]}")

    run(programs / "initdb", "-D", folder / "data", "-U", "care", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = (
        f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c timezone=Asia/Tokyo -c fsync=off"
    )
    run(programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", options, "-w", "start")
    try:
        address = f"host={folder} user=care dbname=postgres"
        with psycopg.connect(address) as connection:
            connection.execute(TABLE)
        yield address
    finally:
        run(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


@pytest.fixture
def connected(address, monkeypatch):
    monkeypatch.setenv(VARIABLE, address)


def test_a_table_is_read_in_the_order_of_its_key_with_times_in_utc(connected, write_study):
    with Engine(threads=1) as engine:
        table = open_records(read_study(write_study({}, toml=STUDY)), engine).tables["events"]
        query = "SELECT case_id, activity, CAST(occurred_at AS VARCHAR), minutes FROM events WHERE row_number IN (2, 3)"
        assert engine.rows(f"{query} ORDER BY row_number") == [
            ("999999", 'Ask "it"\n', "2026-01-01 10:00:01.5", 0.125),
            ("999998", 'Ask "it"\n', "2026-01-01 10:00:03", None),
        ]
    assert (table.rows, table.sha256, table.notes) == (100_000, None, ())
    assert table.file == f"{VARIABLE}: care.the steps"


def test_a_view_without_a_key_says_that_it_has_no_order(connected, write_study):
    folder = write_study({}, toml=STUDY.replace("the steps", "keyless"))
    with Engine(threads=1) as engine:
        assert "no primary key" in open_records(read_study(folder), engine).tables["events"].notes[0]


def test_a_table_that_is_not_there_is_a_fault(connected, fault_of):
    fault = fault_of({}, toml=STUDY.replace("the steps", 'x"; DROP SCHEMA care; --'))
    assert (fault.place, fault.found[:8]) == ("records.events.table", "relation")


def test_the_address_is_never_shown(fault_of, monkeypatch):
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra `postgres`)")
    for address in ("host=127.0.0.1 port=1 password=secret", "secret", "postgresql://u:secret@127.0.0.1:1/x"):
        monkeypatch.setenv(VARIABLE, address)
        fault = fault_of({}, toml=STUDY)
        assert fault.place == "records.events.database"
        assert "secret" not in str(fault)


def test_a_variable_that_is_not_set_is_a_fault(fault_of, monkeypatch):
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra `postgres`)")
    monkeypatch.delenv(VARIABLE, raising=False)
    assert fault_of({}, toml=STUDY).found == f"{VARIABLE}, which is not set"


def test_without_psycopg_it_says_what_to_install(write_study, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with Engine() as engine, pytest.raises(EngineError, match=r"pip install 'coproduce\[postgres\]'"):
        open_records(read_study(write_study({}, toml=STUDY)), engine)

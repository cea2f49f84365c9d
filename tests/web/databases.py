"""Databases of a test's own: a SQLite file, and a PostgreSQL server on a socket in a private folder."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


def programs():
    """The folder of PostgreSQL's own programs; nothing where there are none."""
    found = shutil.which("pg_ctl")
    folders = (
        [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((folder for folder in folders if (folder / "pg_ctl").is_file()), None)


@contextmanager
def postgres():
    """The address of a server of our own, stopped at the end; the test is skipped where none can be started."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if (tools := programs()) is None:
        pytest.skip("PostgreSQL's server programs (pg_ctl, initdb) are not on this machine")
    with TemporaryDirectory() as folder:
        yield from _served(tools, Path(folder))


def _served(tools, folder):
    as_user = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        as_user = {"user": "nobody", "group": "nogroup", "cwd": "/"}
        folder.chmod(0o755)
        shutil.chown(folder, "nobody", "nogroup")

    def run(*command):
        done = subprocess.run(command, capture_output=True, text=True, check=False, **as_user)
        if done.returncode:
            pytest.skip(f"no PostgreSQL server could be started: {done.stderr.strip()[-200:]}")

    run(tools / "initdb", "-D", folder / "data", "-U", "care", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    run(tools / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", options, "-w", "start")
    try:
        yield f"postgres://care@/postgres?host={folder}"
    finally:
        run(tools / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


@contextmanager
def sqlite():
    """The address of a file of our own."""
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/coproduce.sqlite3"

"""A PostgreSQL cluster of our own in a folder, on a socket there, and the platform served from it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OWNER = "nobody"
FILLING = "-c fsync=off -c full_page_writes=off -c max_wal_size=16GB -c maintenance_work_mem=512MB"
STARTING_SECONDS = 60


def programs() -> Path:
    """The folder of the newest PostgreSQL server programs."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "pg_ctl").exists()]
    if not folders:
        raise SystemExit(
            "PostgreSQL's server programs (pg_ctl, initdb) were not found: apt install postgresql"
        )
    return max(folders, key=lambda folder: float(folder.parent.name))


class Cluster:
    """A cluster; whoever is root hands it to `nobody`, as PostgreSQL refuses to run as root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = programs()
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._user = {"user": OWNER, "group": "nogroup", "extra_groups": [], "cwd": "/"}
            folder.chmod(0o755)
            shutil.chown(folder, OWNER, "nogroup")
        self._run("initdb", "-D", folder / "data", "-U", "care", "-A", "trust", "-E", "UTF8", "--no-sync")

    def _run(self, program: str, *words: str | Path) -> None:
        done = subprocess.run(
            [self.tools / program, *words], stdout=subprocess.DEVNULL, check=False, **self._user
        )
        if done.returncode:
            raise SystemExit(f"{program} failed: {self.folder / 'log'}")

    @contextmanager
    def running(self, more: str = "") -> Iterator[None]:
        """Run the cluster as PostgreSQL comes, or with more options."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' {more}"
        place = ("-D", self.folder / "data")
        self._run("pg_ctl", *place, "-l", self.folder / "log", "-o", options, "-w", "start")
        try:
            yield
        finally:
            self._run("pg_ctl", *place, "-m", "fast", "-w", "-t", "300", "stop")

    def environment(self, database: str) -> dict[str, str]:
        """The environment of a platform on that database."""
        return os.environ | {
            "COPRODUCE_TRIAL": "1",
            "COPRODUCE_SECRET_KEY": "for this measurement only",
            "DATABASE_URL": f"postgres://care@/{database}?host={self.folder}",
            "DJANGO_SETTINGS_MODULE": "coproduce_web.settings",
            "COPRODUCE_FOLDER": str(self.folder),
        }

    def make(self, database: str) -> None:
        """Make an empty database."""
        self._run("createdb", "-h", self.folder, "-U", "care", database)


def told(program: str, *words: object, environment: dict[str, str], given: str = "") -> str:
    """What a program of this folder prints, given something to read."""
    command = [sys.executable, str(HERE / program), *map(str, words)]
    done = subprocess.run(
        command, env=environment, check=True, input=given, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def served(environment: dict[str, str]) -> Iterator[int]:
    """Serve the platform as `serve` does, its worker and clock beside it; the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "coproduce_web", "serve", "--port", str(port)]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        running.terminate()
        running.wait(60)


def _wait(port: int) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()

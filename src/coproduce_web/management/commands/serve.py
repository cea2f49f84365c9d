"""Starts the platform: its tables, a web server, and a worker for what runs in the background."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from coproduce_web.models import Membership
from coproduce_web.signing_in import first_token

GRACE_SECONDS = 10
PAUSE_SECONDS = 1


class Command(BaseCommand):
    """Serve the platform until it is stopped."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be typed."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--demo", action="store_true", help="fill an empty platform with simulated records"
        )
        parser.add_argument("--workers", type=int, default=2, help="processes that answer pages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the tables, say where to look, and run server and worker side by side."""
        _refuse_taken(options["host"], options["port"])
        call_command("migrate", verbosity=0)
        if options["demo"]:
            call_command("demo")
        address = f"http://{options['host']}:{options['port']}/"
        self.stdout.write(f"Coproduce is at {address}")
        if not os.environ.get("COPRODUCE_SECRET_KEY"):
            self.stdout.write("COPRODUCE_SECRET_KEY is not set: people will be signed out when this ends.")
        if not Membership.objects.filter(role="steward").exists():
            self.stdout.write(f"Make the first steward: {address}first/{first_token()}")
        self.stdout.flush()
        self._run(options)

    def _run(self, options: dict[str, Any]) -> None:
        """Run the parts until the server ends or a signal comes; what else ends, as without a database, begins anew."""
        environment = os.environ | {"COPRODUCE_SECRET_KEY": settings.SECRET_KEY}
        commands = (
            _server(options),
            [sys.executable, "-m", "coproduce_web", "db_worker", "--queue-name", "*"],
            [sys.executable, "-m", "coproduce_web", "keep", "--daily"],
        )
        parts = [_begun(command, environment) for command in commands]
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, lambda *_: sys.exit(0))
        try:
            while parts[0].poll() is None:
                time.sleep(PAUSE_SECONDS)
                for place, command in enumerate(commands):
                    if place and parts[place].poll() is not None:
                        parts[place] = _begun(command, environment)
        except KeyboardInterrupt:
            pass
        finally:
            _end(parts)


def _refuse_taken(host: str, port: int) -> None:
    """Say at once that something else answers there, rather than after the demo was made."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Nothing can be served at {host}:{port} ({error.strerror}). Try another --port."
            ) from None


def _server(options: dict[str, Any]) -> list[str]:
    return [
        str(Path(sys.executable).with_name("gunicorn")),
        "coproduce_web.wsgi:application",
        f"--bind={options['host']}:{options['port']}",
        f"--workers={options['workers']}",
        "--worker-class=gthread",
        "--threads=8",
        "--preload",
        "--log-level=warning",
    ]


def _begun(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment)  # noqa: S603  # our own interpreter and words


def _end(parts: list[subprocess.Popen[bytes]]) -> None:
    for part in parts:
        part.terminate()
    for part in parts:
        try:
            part.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            part.kill()

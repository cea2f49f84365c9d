"""The platform as it runs: server, worker and daily keeper as processes, over the small world of the tests.

Run as a program with `DATABASE_URL`, it makes the world and prints what a test must know to come in.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass

SECRET = "only for these tests"


@dataclass
class Platform:
    """A platform that runs."""

    address: str
    known: dict

    def ask(self, path, *, data=None, signed_in=True):
        """(status, text) of a page; with `data`, of a form sent from it. Nothing answered is status 0."""
        cookies = {"csrftoken": "x" * 32} | ({"sessionid": self.known["session"]} if signed_in else {})
        head = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        sent = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": "x" * 32}).encode() if data else None
        request = urllib.request.Request(self.address + path, data=sent, headers=head)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def until(self, path, status, *, seconds=60):
        """Ask for a page until it answers with a status."""
        end = time.monotonic() + seconds
        while (seen := self.ask(path)[0]) != status:
            assert time.monotonic() < end, f"{path} answered {seen}, not {status}, for {seconds} seconds"
            time.sleep(0.1)


def _made(environment):
    words = [sys.executable, "-m", "tests.web.serving"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@contextmanager
def platform(url, **more):
    """The platform on the database at `url`, ended at the end."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "coproduce_web.settings",
        "COPRODUCE_TRIAL": "1",
        "COPRODUCE_SECRET_KEY": SECRET,
        **more,
    }
    known = _made(environment | {"DJANGO_SETTINGS_MODULE": "tests.web.settings"})  # passwords are quick there
    port = _free_port()
    words = [sys.executable, "-m", "coproduce_web", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = Platform(address=f"http://127.0.0.1:{port}", known=known)
    try:
        running.until("/", 200)
        yield running
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)


def main():
    """Make the tables and the small world; print a session of the citizen, and where things are."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from tests.web.world import make_world

    call_command("migrate", verbosity=0)
    world, browser = make_world(), Client()
    browser.force_login(world.people["citizen"])
    known = {
        "session": browser.cookies["sessionid"].value,
        "initiative": world.initiative.pk,
        "thread": world.thread.pk,
    }
    json.dump(known, sys.stdout)


if __name__ == "__main__":
    main()

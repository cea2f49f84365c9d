"""The page for programs: every example is run against a platform that answers; its tables are the code's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.utils.translation import override
from tests.browser.site import served
from tests.web.evidence import ended_run
from tests.web.records_of import fill, measured

from coproduce_web.actions import receiving
from coproduce_web.api import keys, open311, records
from coproduce_web.api.scopes import SCOPES
from coproduce_web.models import Need, OutcomeValue

BLOCK = re.compile(r"```(sh|python|json)\n(.*?)```", flags=re.DOTALL)


@pytest.fixture(scope="module")
def page(root):
    """The page."""
    return (root / "docs/platform/api.md").read_text(encoding="utf-8")


@pytest.fixture
def surroundings(world, tmp_path):
    """The environment of somebody who types the examples: a platform that answers, a key, an initiative."""
    fill(world)
    measured(world, number=6)
    ended_run(world)
    _token, secret = receiving.make_token(
        by=world.by("evaluator"), service=world.service, label="Program", scopes=[*SCOPES], days=5
    )
    with served() as address:
        yield os.environ | {
            "PLATFORM": address,
            "KEY": secret,
            "INITIATIVE": str(world.initiative.pk),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }


def typed(language, text, *, folder, environment):
    """What an example says."""
    words = ["sh", "-euc", text] if language == "sh" else [sys.executable, "-c", text]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, text + done.stdout + done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="server and test share one connection, as SQLite lets them"
)
def test_every_example_does_what_the_page_says(page, surroundings, tmp_path):
    program, said = "", ""
    for language, text in BLOCK.findall(page):
        if language == "json":
            wanted = ".*".join(re.escape(part) for part in " ".join(text.split()).split("..."))
            wanted = wanted.replace("17", r"\d+")  # a number that the platform gives
            assert re.fullmatch(wanted, said), f"wanted {text}, got {said}"
        elif "export PLATFORM=" not in text:
            program += text if language == "python" else ""  # each goes on where the last one ended
            asked = program if language == "python" else text
            said = typed(language, asked, folder=tmp_path, environment=surroundings)
    assert said == '{"detail": "Unauthorized"}'
    assert "The audit - Citizens take half of the steps.\nHow sure: low" in typed(
        "python", program, folder=tmp_path, environment=surroundings
    )
    again = next(text for _, text in BLOCK.findall(page) if "C-17" in text)
    typed("sh", again, folder=tmp_path, environment=surroundings)
    assert Need.objects.filter(source="case system").count() == 1
    assert Need.objects.get(source="open311").place == "Elm Street"
    assert (
        OutcomeValue.objects.get(unit__name="Household 3", measure__name="wellbeing", period=1).value == 6.5
    )


def test_scopes_limits_and_addresses_are_those_of_the_code(page, client, db):
    with override("en"):
        for name, (label, _permission) in SCOPES.items():
            assert f"| `{name}` | {label} |" in page
    assert f"more than {keys.MOST_CALLS} calls a minute by a key, or {open311.MOST_ASKED} a minute" in page
    assert f"more than {records.MOST_ROWS:,} rows" in page
    described = client.get("/api/openapi.json").json()["paths"]
    asked = {re.sub(r"[?\"].*", "", each) for each in re.findall(r"/api/[\w/$.{}?=-]+", page)}
    shown = {
        each.replace("$INITIATIVE", "{initiative}").replace("care", "{service}").replace("17", "{need}")
        for each in asked - {"/api/openapi.json"}
    }
    assert shown == set(described)

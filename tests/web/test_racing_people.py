"""Roles, invitations, links and erasure under many at once, on SQLite and PostgreSQL."""

import json
import os
import subprocess
import sys

import pytest
from tests.web import databases


@pytest.fixture(scope="module", params=[databases.sqlite, databases.postgres], ids=["sqlite", "postgres"])
def races(request, root):
    """What came of the races on each kind of database."""
    with request.param() as url:
        environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.web.settings"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.web.racing_people"],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_invitation_is_taken_up_once(races):
    assert races["invited"] == [["NotNow", "NotNow", "NotNow", "done"], 1]


def test_nobody_watches_the_team_that_they_belong_to(races):
    assert races["both_sides_of_the_fence"] == [["NotNow", "done"], 2]


def test_a_link_signs_in_once(races):
    assert races["one_link"] == 1


def test_an_address_has_one_person(races):
    assert races["one_address"] == [1, 1]


def test_nobody_is_erased_twice(races):
    came, left, times = races["erased_at_once"]
    assert came.count("done") == 1
    assert (left, times) == (0, 1)


def test_a_steward_is_left(races):
    assert races["last_stewards"] == [1, 1]

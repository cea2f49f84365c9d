"""Sign-in by an organisation's own accounts, against a provider made of answers, with the settings that it needs."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("allauth", reason="the extra `oidc` is not installed")


@pytest.fixture(scope="module")
def said(root, tmp_path_factory):
    """What happened to each visitor."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.web.settings",
        "COPRODUCE_FOLDER": str(tmp_path_factory.mktemp("oidc")),
        "OIDC_SERVER": "https://id.example",
        "OIDC_CLIENT": "us",
        "OIDC_SECRET": "between us",
        "OIDC_NAME": "Town Hall",
    }
    environment.pop("DATABASE_URL", None)
    run = subprocess.run(
        [sys.executable, "-m", "tests.web.oidc_walk"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_somebody_new_is_signed_in_and_member_of_nothing(said):
    assert said["new"] == {
        "to": "/open/",
        "signed_in": True,
        "roles": 0,
        "pkce": "S256",
        "verifier": True,
        "name": "Nina New",
        "picture_kept": False,
        "accounts_of_allauth": 0,
    }


def test_only_an_open_service_is_joined(said):
    assert (said["closed"], said["open"]) == (0, 1)


def test_who_comes_again_is_the_same_person(said):
    assert said["again"] == {"signed_in": True, "people": 2}


def test_an_address_that_the_organisation_does_not_vouch_for_opens_nothing(said):
    assert said["unvouched"] == {"to": "/sign-in", "signed_in": False}


def test_a_vouched_address_is_that_of_the_person_here_and_ends_a_password_never_confirmed(said):
    assert said["known"] == {"signed_in": True, "people": 2, "password_of_before": False}


def test_an_answer_that_nobody_asked_for_opens_nothing(said):
    assert said["forged"] == {"to": "/sign-in", "signed_in": False}


def test_nobody_is_led_elsewhere(said):
    assert said["elsewhere"] == "/"


def test_every_address_says_who_may_see_it_and_the_door_is_shown(said):
    assert said["declared"]
    assert said["door"]

"""What ``coproduce serve`` takes from the environment, and what it takes for a trial."""

from types import SimpleNamespace

import pytest

from coproduce.cli import platform


@pytest.fixture
def begun(monkeypatch):
    """Begins the platform with an environment, and gives back the one that it would run in."""
    seen = {}

    def run(_words, *, env, check):
        seen.update(env)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(platform.subprocess, "run", run)
    for name in ("COPRODUCE_TRIAL", "COPRODUCE_PROXY", "COPRODUCE_FOLDER"):
        monkeypatch.delenv(name, raising=False)

    def begin(*, settings, **options):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert platform.serve(**options) == 0
        return seen

    return begin


def test_on_this_machine_alone_it_is_a_trial(begun):
    assert begun(settings={})["COPRODUCE_TRIAL"] == "1"


@pytest.mark.parametrize("settings", [{"COPRODUCE_PROXY": "1"}, {"COPRODUCE_TRIAL": "0"}])
def test_behind_a_proxy_on_the_same_machine_it_is_none(begun, settings):
    """A trial sends cookies over plain HTTP: what a proxy hands on comes to 127.0.0.1 too."""
    assert begun(settings=settings).get("COPRODUCE_TRIAL") != "1"


def test_where_others_reach_it_it_is_none(begun):
    assert "COPRODUCE_TRIAL" not in begun(settings={}, host="0.0.0.0")


def test_records_are_kept_where_the_environment_says_unless_a_folder_is_named(begun, tmp_path):
    kept = {"COPRODUCE_FOLDER": str(tmp_path / "kept")}
    assert begun(settings=kept)["COPRODUCE_FOLDER"] == kept["COPRODUCE_FOLDER"]
    assert begun(settings=kept, folder=tmp_path / "named")["COPRODUCE_FOLDER"] == str(tmp_path / "named")

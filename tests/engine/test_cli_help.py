"""What a newcomer reads before anything works: help with examples, and a refusal that names their own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from coproduce.cli import app, main

Capture = pytest.CaptureFixture[str]
COMMANDS = sorted(name for name in app if not name.startswith("-"))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_says_what_each_option_is(command: str, capsys: Capture) -> None:
    assert main([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"coproduce {command}" in told.split("Examples:")[1]
    unsaid = [
        line for line in told.splitlines() if line.startswith("│") and line.rstrip("│ ").endswith(" STR")
    ]
    assert not unsaid, unsaid


def test_a_log_that_is_not_there_is_called_by_its_own_name(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "fines.csv").write_text("case_id,activity,occurred_at\n", encoding="utf-8")
    assert main(["audit", str(tmp_path / "fnes.csv")]) == 10
    told = capsys.readouterr().err.replace("\n", " ")
    assert told.startswith(f"{tmp_path / 'fnes.csv'}: found 'no such file'")
    assert "Did you mean 'fines.csv'?" in told
    assert "study.toml" not in told


def test_a_wrong_setting_of_the_short_way_in_names_no_file_that_nobody_wrote(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "fines.csv").write_text("case_id,activity,occurred_at\na,Ask,2026-01-01\n", encoding="utf-8")
    assert main(["audit", str(tmp_path / "fines.csv"), "--group", "regio", "--noise", "2"]) == 10
    assert main(["audit", str(tmp_path / "fines.csv"), "--group", "regio"]) == 10
    told = capsys.readouterr().err
    assert "audit: questions.audit.noise: found '2.0', wanted less than 1" in told
    assert "audit: study.groups: found 'regio'" in told
    assert "study.toml" not in told

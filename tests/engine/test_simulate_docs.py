"""The tutorial and the how-to of simulation do what they say: their files and commands are taken from the pages."""

import re
import shlex
from pathlib import Path

import pytest

from coproduce.cli import main

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def typed(block: str) -> list[list[str]]:
    """The commands of a block, as the shell would split them."""
    lines = block.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("coproduce ")]


@pytest.fixture
def tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder with the tutorial's log in it; its blocks of commands."""
    monkeypatch.chdir(tmp_path)
    (log,) = blocks("tutorials/ten-minutes.md", "text")
    Path("repairs.csv").write_text(log, encoding="utf-8")
    return blocks("tutorials/ten-minutes.md", "sh")


def test_the_tutorial_ends_in_a_report(tutorial: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (audit,) = typed(tutorial[0])
    assert main(audit) == 0
    assert Path("report/report.html").is_file()
    assert main([*audit, "--small-numbers", "0"]) == 0
    assert "Let worker in" in capsys.readouterr().out


def test_the_tutorials_study_is_without_fault(tutorial: list[str]) -> None:
    init, *then = typed(tutorial[1])
    assert [main(words) for words in (init, *then)] == [0, 0, 0]
    (settings,) = blocks("tutorials/ten-minutes.md", "toml")
    Path("repairs-study/study.toml").write_text(settings, encoding="utf-8")
    Path("repairs-study/repairs.csv").write_bytes(Path("repairs.csv").read_bytes())
    assert [main(words) for words in then] == [0, 0]
    assert Path("repairs-study/results/report.html").is_file()


def test_the_how_to_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (commands,) = blocks("how-to/simulate.md", "sh")
    assert [
        main([*words, *(["--cases", "60"] if words[0] == "simulate" else [])]) for words in typed(commands)
    ] == [0, 0]
    (program,) = blocks("how-to/simulate.md", "python")
    exec(compile(program, "how-to/simulate.md", "exec"), {})
    assert "citizen_event_share 0.34906448" in capsys.readouterr().out

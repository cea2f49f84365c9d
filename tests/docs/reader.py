"""A reader who does what a page tells them to do."""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.docs.blocks import Block, commands

from coproduce.cli import main
from coproduce.errors import CoproduceError
from coproduce.records.settings import StudyFile, validated
from coproduce.records.study import Study
from coproduce.runner.asking import asked

WIDTH = 72
"""How wide the terminal is: what a page shows without a scroll bar."""


class Reader:
    """Somebody who types what one page tells them to type, in a folder of their own."""

    def __init__(self, folder: Path, *, page: Path) -> None:
        self.folder = folder
        self.page = page
        # What the last command or program said; None where that is not known on this machine, for want of R.
        self.said: str | None = ""
        self._names: dict[str, object] = {"__name__": "__main__"}

    def meets(self, block: Block) -> str | None:
        """Do what a block says. Returns what it should show, or None where it shows nothing.

        Raises
        ------
        AssertionError
            If a command ends otherwise than with the exit code that is expected, or settings are not valid.
        """
        if "not run" in block.marked:
            assert block.marked["not run"], "say why it is not run"
            return None
        if place := block.marked.get("file") or block.marked.get("added to"):
            return self._keep(block, place=place)
        kinds: dict[str, Callable[[Block], str | None]] = {
            "sh": self._type,
            "console": self._type,
            "python": self._python,
            "r": self._r,
            "toml": _settings,
        }
        return kinds.get(block.language, self._shown)(block)

    def _keep(self, block: Block, *, place: str) -> None:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") + "\n" if "added to" in block.marked else ""
        path.write_text(before + block.text, encoding="utf-8")

    def _shown(self, block: Block) -> str | None:
        assert block.language, "say its language; or, if nobody can run it, <!-- not run: why -->"
        assert self.said != "", (
            "nothing said anything before it; <!-- file: ... -->, or <!-- not run: why -->"
        )
        return self.said

    def _type(self, block: Block) -> str | None:
        asked_for = commands(block)
        told, said = "", ""
        for number, (typed, command) in enumerate(asked_for, start=1):
            code, answer = self._command(command)
            wanted = int(block.marked.get("exit code", 0)) if number == len(asked_for) else 0
            assert code == wanted, f"{command}\nended with {code}, not {wanted}:\n{answer}"
            told += typed + answer
            said += answer
        self.said = said
        return told if block.language == "console" else None

    def _command(self, command: str) -> tuple[int, str]:
        words = shlex.split(command, comments=True)
        if words[:1] == ["coproduce"] and not set("|<>&;$`*") & set(
            re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
        ):
            return self._in_process(words[1:])
        return self._process(["sh", "-c", command])

    def _in_process(self, words: list[str]) -> tuple[int, str]:
        said = io.StringIO()
        with self._here(said):
            code = main(words)
        return code, said.getvalue().lstrip(
            "\n"
        )  # the bar of progress leaves an empty line where there is no terminal

    def _process(self, words: list[str]) -> tuple[int, str]:
        environment = {**_environment(), "PAGE": str(self.page.parent)}
        done = subprocess.run(
            words, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def _python(self, block: Block) -> None:
        said = io.StringIO()
        program = compile("\n" * (block.line - 1) + block.text, "the page", "exec")
        with self._here(said):
            exec(program, self._names)
        self.said = said.getvalue()

    def _r(self, block: Block) -> None:
        if shutil.which("Rscript") is None:
            self.said = None
            return
        code, self.said = self._process(["Rscript", "-e", block.text])
        assert code == 0, self.said

    @contextlib.contextmanager
    def _here(self, said: io.StringIO) -> Iterator[None]:
        before = dict(os.environ)
        os.environ.update(_environment())
        try:
            with (
                contextlib.chdir(self.folder),
                contextlib.redirect_stdout(said),
                contextlib.redirect_stderr(said),
            ):
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    others = {
        name: value for name, value in os.environ.items() if not name.startswith(("COPRODUCE_", "DJANGO_"))
    }
    return {
        **others,
        "COLUMNS": str(WIDTH),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PATH": path,
        "PYTHONHASHSEED": "0",
    }


def _settings(block: Block) -> None:
    """Hold a piece of `study.toml` to the settings that there are."""
    written = tomllib.loads(block.text)
    head = {"title": "A page", "service": "a service", **written.get("study", {})}
    try:
        valid = validated(StudyFile, {**written, "study": head})
        study = Study(head=valid.study, folder=Path(), tables=valid.tables(), questions=valid.questions)
        asked(study, only=None)
    except CoproduceError as error:
        raise AssertionError(str(error)) from None

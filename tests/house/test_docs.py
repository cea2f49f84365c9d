"""The documentation is whole: every question has its page, and no link or name in it leads nowhere."""

import re
import subprocess
import sys

from coproduce import __version__
from coproduce.questions import QUESTIONS


def test_every_question_has_its_page(root):
    missing = [
        f"docs/questions/{name}.md"
        for name in QUESTIONS
        if not (root / f"docs/questions/{name}.md").is_file()
    ]
    assert not missing, f"a question without its page: {missing}"


def test_the_documentation_builds_without_a_warning(root, tmp_path):
    build = [
        sys.executable,
        "-m",
        "sphinx",
        "--quiet",
        "--fail-on-warning",
        "--keep-going",
        "-d",
        tmp_path / "trees",
    ]
    run = subprocess.run(
        [*build, root / "docs", tmp_path / "pages"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_glossary_is_in_order(root):
    words = re.findall(r"^\*\*(.+)\*\*$", (root / "GLOSSARY.md").read_text(), flags=re.MULTILINE)
    assert words == sorted(words, key=lambda word: word.casefold().replace("-", ""))


def test_the_citation_names_this_version(root):
    assert f"\nversion: {__version__}\n" in (root / "CITATION.cff").read_text()

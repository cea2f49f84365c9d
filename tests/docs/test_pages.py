"""The documentation does what it says: every page's blocks, and that the machinery which tests them sees a fault."""

import re
import runpy

import pytest
from tests.docs.pages import ROOT, alike, faults_of, pages, rewritten

from coproduce.cli import app


@pytest.mark.parametrize("page", pages())
def test_a_page_does_what_it_says(page, tmp_path):
    faults = faults_of(page, folder=tmp_path)
    again = f"\nIf what is told now is right: python -m tests.docs --write {page}"
    assert not faults, "\n".join(faults) + again


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_links_of_a_page_that_is_not_built_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text(encoding="utf-8"))
    lost = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not lost


@pytest.mark.parametrize(
    ("shown", "told", "so"),
    [
        ("3 cases", "3 cases  \n", True),
        ("3 cases", "4 cases\n", False),
        ("a\n...\nd", "a\nb\nc\nd", True),
        ("...\nd", "d", True),
        ("a\n...", "b\na", False),
        ("at ... o'clock", "at 9 o'clock", True),
        ("2.0", "2x0", False),
    ],
)
def test_what_is_shown_is_what_is_told(shown, told, so):
    assert alike(shown, told) is so


PAGE = """\
<!-- file: a.csv -->
```csv
a
1
```

<!-- run: cp a.csv b.csv -->

```sh
cat b.csv
```

```text
a
2
```

<!-- exit code: 3 -->
```console
$ exit 3
```

```python
print(1 / 0)
```

```toml
[questions.audit]
complet = ["Repair"]
```

```sh
coproduce schema nothing
```

<!-- not run: -->
```sh
make
```
"""


def test_every_fault_of_a_page_is_told_with_its_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    faults = [fault.removeprefix(f"{page}:").split("\n")[0] for fault in faults_of(str(page), folder=folder)]
    assert [fault.split(":")[0] for fault in faults] == ["14", "24", "28", "33", "38"]
    assert "ZeroDivisionError" in faults[1]
    assert "Did you mean 'complete'?" in faults[2]
    assert (folder / "b.csv").read_text(encoding="utf-8") == "a\n1\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [("<!-- file: a.csv -->\n\nProse.\n", "no block after it"), ("```sh\nls\n", "not closed")],
)
def test_a_comment_without_its_block_and_a_block_without_its_end_are_faults(tmp_path, text, why):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    (fault,) = faults_of(str(page), folder=tmp_path)
    assert why in fault


def test_what_is_told_now_is_written_and_what_was_left_out_stays_so(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```sh\nseq 1 9\n```\n\n```text\n1\n...\n8.\n```\n", encoding="utf-8")
    text, faults = rewritten(str(page), folder=tmp_path)
    assert not faults
    assert text.endswith("```text\n1\n...\n8\n9\n```\n")


def test_the_files_of_the_analysts_tutorial_are_those_that_are_made(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["tutorial_repairs.py", str(tmp_path)])
    runpy.run_path(str(ROOT / "tools" / "tutorial_repairs.py"), run_name="__main__")
    for name in ("repairs.csv", "decisions.csv"):
        assert (tmp_path / name).read_bytes() == (ROOT / "docs" / "tutorials" / name).read_bytes()


def test_every_command_is_on_the_page_of_commands():
    page = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    commands = [name for name in app if not name.startswith("-")]
    missing = [name for name in commands if f"| `coproduce {name} " not in page]
    assert not missing
    assert re.findall(r"^\$ coproduce (\w+) --help$", page, flags=re.MULTILINE) == commands

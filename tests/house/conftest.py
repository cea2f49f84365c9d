"""The project's own files, as the rules of the house look at them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file: where it is, what it says, and the tree of it."""

    path: Path
    name: str
    tree: ast.Module

    def functions(self) -> Iterator[Function]:
        """Every function and method in it."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def code_lines(self, node: ast.Module | Function) -> int:
        """How many lines of the body of `node` hold code: no docstring, no comment, nothing blank.

        A signature is not counted: it is a table of settings, not work.
        """
        lines = self.path.read_text().splitlines()
        first, last = (
            (1, len(lines)) if isinstance(node, ast.Module) else (node.body[0].lineno, node.end_lineno)
        )
        told = {line for part in ast.walk(node) for line in _docstring_lines(part)}
        numbered = enumerate(lines[first - 1 : last], start=first)
        return sum(bool(text.split("#")[0].strip()) for number, text in numbered if number not in told)


def _docstring_lines(node: ast.AST) -> range:
    if not isinstance(node, ast.Module | ast.ClassDef | Function) or ast.get_docstring(node) is None:
        return range(0)
    return range(node.body[0].lineno, node.body[0].end_lineno + 1)


def _sources(root: Path, files: list[Path], *folders: str) -> tuple[Source, ...]:
    """The Python files under `folders`."""
    written = (f for f in files if f.suffix == ".py" and f.name != "0001_initial.py")  # Django wrote that one
    chosen = [f for f in written if f.relative_to(root).parts[0] in folders]
    return tuple(Source(path=f, name=str(f.relative_to(root)), tree=ast.parse(f.read_text())) for f in chosen)


@pytest.fixture(scope="session")
def files(root: Path) -> list[Path]:
    """Every file that git keeps, or would keep at the next commit."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    return sorted({root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()})


@pytest.fixture(scope="session")
def engine_sources(root: Path, files: list[Path]) -> tuple[Source, ...]:
    """The Python files of the engine."""
    return tuple(s for s in _sources(root, files, "src") if s.name.startswith("src/coproduce/"))


@pytest.fixture(scope="session")
def package_sources(root: Path, files: list[Path]) -> tuple[Source, ...]:
    """The Python files of engine and platform."""
    return _sources(root, files, "src")


@pytest.fixture(scope="session")
def all_sources(root: Path, files: list[Path]) -> tuple[Source, ...]:
    """Every Python file of the project."""
    return _sources(root, files, "src", "tests", "examples", "benchmarks", "tools", "docs")

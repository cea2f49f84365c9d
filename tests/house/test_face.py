"""The public face: exactly these names, each told in words, each function with an example, and quick to open."""

import inspect
import subprocess
import sys

import pytest

import coproduce

FACE = {
    "CoproduceError",
    "EngineError",
    "EstimationError",
    "Finding",
    "PlanError",
    "RecordsError",
    "StudyError",
    "__version__",
    "audit",
    "determinants",
    "effects",
    "read_study",
    "run",
    "synthesis",
}
HEAVY = {
    "altair",
    "diff_diff",
    "duckdb",
    "jinja2",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sqlglot",
    "statsmodels",
    "vl_convert",
}
DOCUMENTED = sorted(FACE - {"__version__"})


def test_the_face_is_exactly_this():
    assert set(coproduce.__all__) == FACE


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_name_of_the_face_is_told_in_words(name):
    docstring = inspect.getdoc(getattr(coproduce, name))
    assert docstring, f"coproduce.{name} has no docstring"


@pytest.mark.parametrize(
    "name", ["Finding", "audit", "determinants", "effects", "read_study", "run", "synthesis"]
)
def test_every_function_of_the_face_has_an_example(name):
    assert ">>> " in inspect.getdoc(getattr(coproduce, name)), f"coproduce.{name} has no runnable example"


def test_help_does_not_open_the_engine():
    program = f"""
import sys
from coproduce.cli import main
sys.argv = ["coproduce", "--help"]
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
print("OPENED", *sorted({HEAVY!r} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "OPENED", f"coproduce --help {run.stdout.splitlines()[-1].lower()}"

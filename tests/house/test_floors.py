"""Who may import whom, and which room may open which library."""

import ast
import subprocess
import sys
from pathlib import Path

# Every library that the engine uses, and the rooms that may open it. What is not here, the engine does not use.
ROOMS_OF = {
    "altair": {"reports"},
    "cyclopts": {"cli"},
    "diff_diff": {"methods"},
    "duckdb": {"records"},
    "ijson": {"records"},
    "jinja2": {"reports"},
    "joblib": {"methods"},
    "markupsafe": {"reports"},
    "numpy": {"drill", "methods", "questions", "records", "reports", "simulate"},
    "pandas": {"methods"},
    "psycopg": {"records"},
    "py4j": {"records"},
    "pyarrow": {"records"},
    "pyspark": {"records"},
    "pydantic": {"findings", "questions", "records", "runner"},
    "rich": {"cli", "reports"},
    "scipy": {"methods"},
    "sqlglot": {"records"},
    "statsmodels": {"methods"},
    "threadpoolctl": {"methods"},
    "vl_convert": {"reports"},
}


def test_each_floor_stands_on_the_floors_below_it(root):
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_library_is_opened_only_in_its_rooms(engine_sources):
    faults = []
    for source in engine_sources:
        room = Path(source.name).relative_to("src/coproduce").parts[0].removesuffix(".py")
        for library, line in _libraries(source.tree):
            if room not in ROOMS_OF.get(library, set()):
                rooms = ", ".join(sorted(ROOMS_OF.get(library, ()))) or "no room"
                faults.append(
                    f"{source.name}:{line} imports {library}, which {rooms} may open (see ROOMS_OF)"
                )
    assert not faults, "\n".join(faults)


def _libraries(tree):
    """Every library from outside that a file imports, wherever in the file, and the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            )
            for library in (
                {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"coproduce"}
            ):
                yield library, node.lineno
